//! The start of each node: `--help` and `--version`, the checks before ROS 2 starts, the runtime, and exit codes.

use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use discreet_ros::StartError;

/// The parameter files of the command line. They name the policy and the keys, so their permissions are checked.
fn parameter_files() -> impl Iterator<Item = PathBuf> {
    let options = std::env::args_os();
    let files = std::env::args_os().skip(1);
    options.zip(files).filter(|(option, _)| option == "--params-file").map(|(_, file)| PathBuf::from(file))
}

/// Checks that ROS 2 can write the log file of this process; otherwise it fails with a misleading error, or ends
/// the process. Its folder is ROS_LOG_DIR, or `log` in ROS_HOME, or `.ros/log` in HOME.
fn log_folder() -> Result<(), String> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = variable("ROS_LOG_DIR")
        .or_else(|| variable("ROS_HOME").map(|home| home.join("log")))
        .or_else(|| variable("HOME").map(|home| home.join(".ros/log")))
        .ok_or("neither HOME nor ROS_LOG_DIR is set, so ROS 2 has no folder for its log; set ROS_LOG_DIR")?;
    let shown = folder.display();
    if folder.starts_with("~") {
        return Ok(()); // ROS 2 expands it
    }
    let remedy = "name a folder that this user may write to with ROS_LOG_DIR";
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("ROS 2 cannot write its log to {shown}: {error}; {remedy}"))?;
    tempfile_in(&folder).map_err(|error| format!("ROS 2 cannot write its log to {shown}: {error}; {remedy}"))
}

/// Checks that a file can be made in `folder`, by making one and removing it.
fn tempfile_in(folder: &std::path::Path) -> std::io::Result<()> {
    let path = folder.join(format!(".discreet-{}", std::process::id()));
    std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)
}

/// A node's `main`. Exit code 2 for wrong parameters, 1 for a fault.
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
    if let Some(refused) = parameter_files().find_map(|file| discreet_host::disk::check(&file).err()) {
        eprintln!("{name}: parameters: {refused}");
        return ExitCode::from(2);
    }
    if let Err(refused) = log_folder() {
        eprintln!("{name}: {refused}");
        return ExitCode::from(2);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = runtime.context("cannot start the runtime").and_then(|runtime| runtime.block_on(run()));
    outcome.unwrap_or_else(|error| {
        eprintln!("{name}: {error:#}");
        let wrong = |cause: &(dyn std::error::Error + 'static)| {
            cause.downcast_ref().is_some_and(StartError::is_permanent)
        };
        if error.chain().any(wrong) { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}
