//! The redactor's process: how it is started, and how it is made sure that it is gone.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What the redactor may know of the guard's environment, for the dynamic loader, where models are installed, and
/// messages. Nothing that a ROS node is configured with: it has no business there.
const ENVIRONMENT: [&str; 5] = ["LD_LIBRARY_PATH", "AMENT_PREFIX_PATH", "TZ", "LANG", "LC_ALL"];

/// The same for those that name a file or folder, which are made absolute: the redactor runs in another folder.
const PATHS: [&str; 2] = ["DISCREET_MODELS", "DISCREET_ONNXRUNTIME"];

/// A process that was told to end, or killed, is gone within this time, unless the system hangs.
const ENDING: Duration = Duration::from_millis(250);

/// The program that looks.
#[derive(Debug, Clone)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// What it is told on its command line.
    pub arguments: Vec<OsString>,
    /// Called right before it is started: to see to it that it inherits no file of this process. Those that Rust opens
    /// it never does, but C libraries, such as a middleware, may leave theirs open to it.
    pub prepare: fn(),
}

impl Program {
    /// The program `redactor` in the folder of the one that runs.
    pub fn beside_this() -> io::Result<Program> {
        Ok(Program::new(env::current_exe()?.with_file_name("redactor"), Vec::new()))
    }

    /// The program at `path`, with nothing to prepare.
    pub fn new(path: PathBuf, arguments: Vec<OsString>) -> Program {
        Program { path, arguments, prepare: || {} }
    }

    /// Starts it; its standard input is the other end of what is returned.
    pub(super) fn start(&self) -> io::Result<(Process, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        let kept = ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?)));
        // As they are: one that depends on a folder is refused there, and said.
        let paths = PATHS.iter().filter_map(|name| Some((name, env::var_os(name)?)));
        (self.prepare)();
        let child = Command::new(&self.path)
            .args(&self.arguments)
            .env_clear()
            .envs(kept)
            .envs(paths)
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            // Ctrl-C in a terminal reaches the whole group; it is the guard who ends its redactors.
            .process_group(0)
            .spawn()?;
        Ok((Process { child, gone: false }, ours))
    }
}

/// A running redactor, or one that is about to be gone. Dropped, it is killed and waited for.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    gone: bool,
}

impl Process {
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, without waiting.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill(); // fails only if it is gone already
    }

    /// Whether it is gone, and nothing of it left in the table of processes.
    pub(super) fn is_gone(&mut self) -> bool {
        // An error means that there is no such child: somebody else waited for it.
        self.gone = self.gone || !matches!(self.child.try_wait(), Ok(None));
        self.gone
    }

    /// Gives it a short time to end of itself.
    pub(super) fn wait(&mut self) -> bool {
        let until = Instant::now() + ENDING;
        while !self.is_gone() && Instant::now() < until {
            sleep(Duration::from_millis(1));
        }
        self.gone
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.is_gone() {
            self.kill();
            self.wait();
        }
    }
}
