//! How each node starts: what it says of itself, its runtime, and what it says when it breaks.

use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use discreet::ros::StartError;

/// The files of parameters that it was started with: they say which policy and which keys are used.
fn parameter_files() -> impl Iterator<Item = PathBuf> {
    let options = std::env::args_os();
    let files = std::env::args_os().skip(1);
    options.zip(files).filter(|(option, _)| option == "--params-file").map(|(_, file)| PathBuf::from(file))
}

/// A node's `main`.
pub fn start<F>(name: &str, help: &str, run: impl FnOnce() -> F) -> ExitCode
where
    F: Future<Output = anyhow::Result<ExitCode>>,
{
    match std::env::args().nth(1).as_deref() {
        Some("--help" | "-h") => {
            print!("{help}");
            return ExitCode::SUCCESS;
        }
        Some("--version" | "-V") => {
            println!("discreet {name} {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    if let Some(refused) = parameter_files().find_map(|file| discreet::disk::check(&file).err()) {
        eprintln!("{name}: parameters: {refused}");
        return ExitCode::from(2);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = runtime.context("cannot start the runtime").and_then(|runtime| runtime.block_on(run()));
    outcome.unwrap_or_else(|error| {
        eprintln!("{name}: {error:#}");
        let wrong = |cause: &(dyn std::error::Error + 'static)| {
            matches!(cause.downcast_ref(), Some(StartError::Arguments(_)))
        };
        if error.chain().any(wrong) { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}
