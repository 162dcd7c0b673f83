//! The redactor: inspects the images of one camera on behalf of the guard, in a process of its own.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use discreet_host::secret::in_private_process;
use discreet_redact::protocol::Hello;
use discreet_redact::serve::{end_with_guard, guard_socket, serve};
use discreet_redact::{ImageInspector, ImageRules, Subject};
use discreet_vision::{Engines, Models, Watch};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Inspects images on behalf of the guard, which starts one for each camera whose images are redacted.
///
/// It reads hostile bytes and may crash; the guard then blanks the images and restarts it. It communicates
/// with the guard over its standard input and does nothing without it.
#[derive(Parser)]
#[command(version, after_help = "Exit codes: 0 the guard has closed, 1 an error, 2 not started by the guard")]
struct Arguments {
    /// The folder with the models, instead of the installed one
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,

    /// Threads for inspection
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: u32,
}

/// The most memory of this process: an image that decompresses to more ends it, not the other programs of the
/// robot.
const MEMORY: u64 = 2 << 30;

/// Models, libraries, the socket and standard error.
const FILES: u64 = 128;

fn main() -> ExitCode {
    // First of all: the process that works sees people's faces.
    in_private_process(redact).unwrap_or_else(|error| {
        eprintln!("redactor: cannot make its memory private: {error}");
        ExitCode::FAILURE
    })
}

fn redact() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(mut socket) = guard_socket() else {
        eprintln!(
            "redactor: the guard starts this program and communicates with it over standard input. To redact images by \
             hand: `discreet redact --help`"
        );
        return ExitCode::from(2);
    };
    match run(&arguments, &mut socket) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("redactor {}: {error:#}", std::process::id());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments, socket: &mut UnixStream) -> anyhow::Result<()> {
    end_with_guard(socket).context("cannot watch the guard's socket")?;
    lower_rights().context("cannot lower its own rights")?;
    let models = Models::find(arguments.models.as_deref())?;
    let engines = Engines::choose(&models)?.with_threads(arguments.threads as usize)?;
    let subjects = Subject::ALL.into_iter().collect();
    let hello = Hello { pid: std::process::id(), engine: engines.engine.name().into(), subjects };
    serve(socket, &hello, |rules| watch(&models, &engines, rules))?;
    Ok(())
}

/// The inspector for these rules.
fn watch(models: &Models, engines: &Engines, rules: &ImageRules) -> Result<Box<dyn ImageInspector>, String> {
    let watch = Watch::new(models.clone(), engines.clone(), rules).map_err(|error| error.to_string())?;
    Ok(Box::new(watch))
}

/// Limits the damage by a hostile image. This process cannot regain the rights that it gives up here.
fn lower_rights() -> std::io::Result<()> {
    for (resource, limit) in [(Resource::Data, MEMORY), (Resource::Nofile, FILES)] {
        // It may be lower already, and cannot be raised then.
        let most = getrlimit(resource).maximum.map_or(limit, |most| most.min(limit));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
