//! Commands of another program, `discreet-offline`, which replaces this process.
//!
//! Inspection of images links a hundred libraries, which take a third of a second to load. A command such as `revoke`
//! does not have to wait for them.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::Context;

/// The program, next to this one.
const PROGRAM: &str = "discreet-offline";

/// Everything that follows the command's name.
#[derive(clap::Args)]
pub struct Words {
    /// See `--help` of the command
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    words: Vec<OsString>,
}

impl Words {
    /// Becomes the other program.
    pub fn run(self, command: &str) -> anyhow::Result<ExitCode> {
        become_it([command.into()].into_iter().chain(self.words))
    }
}

/// Becomes the other program, with the words of this one.
pub fn instead<T>() -> anyhow::Result<T> {
    become_it(std::env::args_os().skip(1))
}

fn become_it<T>(words: impl Iterator<Item = OsString>) -> anyhow::Result<T> {
    let program =
        std::env::current_exe().context("cannot tell where this program is")?.with_file_name(PROGRAM);
    let error = Command::new(&program).args(words).exec(); // returns only if it failed
    Err(error).with_context(|| {
        format!("{}: build it with `--features full`, and keep it next to `discreet`", program.display())
    })
}
