//! Commands of another program, `discreet-offline`, which replaces this process.
//!
//! Inspection of images links a hundred libraries, which take a third of a second to load. A command such as `revoke`
//! does not have to wait for them.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use anyhow::Context;
use discreet_pii::NameModel;

/// The program, next to this one.
const PROGRAM: &str = "discreet-offline";

/// The arguments of a command of the other program, which reads them itself.
#[derive(clap::Args)]
pub struct Elsewhere {
    /// See `--help` of the command
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    _words: Vec<OsString>,
}

impl Elsewhere {
    /// Becomes the other program.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        become_it()
    }
}

/// The model of names, which the other program has: becomes it.
pub fn name_model() -> anyhow::Result<Arc<dyn NameModel>> {
    become_it()
}

/// Becomes the other program, with the words of this one. Returns only if that failed.
fn become_it<T>() -> anyhow::Result<T> {
    let program =
        std::env::current_exe().context("cannot tell where this program is")?.with_file_name(PROGRAM);
    let error = Command::new(&program).args(std::env::args_os().skip(1)).exec();
    Err(error).with_context(|| {
        format!("{}: build it with `--features full`, and keep it next to `discreet`", program.display())
    })
}
