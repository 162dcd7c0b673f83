//! The redactor's process: its start and its reliable end.

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

use rustix::process::{Pid, Signal, kill_process_group};

/// The guard's environment variables that the redactor inherits, for the dynamic loader, the folder of
/// models, and messages. None of those that configure ROS nodes.
const ENVIRONMENT: [&str; 5] = ["LD_LIBRARY_PATH", "AMENT_PREFIX_PATH", "TZ", "LANG", "LC_ALL"];

/// The same for variables with a file or folder, which are made absolute: the redactor runs in another
/// folder.
const PATHS: [&str; 2] = ["DISCREET_MODELS", "DISCREET_ONNXRUNTIME"];

/// A process that was told to end, and has not ended in this time, is killed.
const LISTENING: Duration = Duration::from_millis(100);

/// A process that was told to exit, or killed, is gone within this time, unless the system hangs.
const ENDING: Duration = Duration::from_millis(250);

/// The redactor's program.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its path.
    pub path: PathBuf,
    /// Its command line.
    pub arguments: Vec<OsString>,
    /// Called right before the start, to make sure that it inherits no file of this process. Files that Rust
    /// opens are never inherited, but C libraries, such as a middleware, may leave theirs open.
    pub prepare: fn(),
}

impl Program {
    /// The program `redactor` in the folder of the running one.
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
        // Not checked here: the redactor refuses and reports a relative one.
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
            // Ctrl-C in a terminal reaches the whole group; the guard ends its redactors itself.
            .process_group(0)
            .spawn()?;
        Ok((Process { child, told: None, gone: false }, ours))
    }
}

/// A redactor's process and the child of it that works. Killed and waited for when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// The time when it was told to end.
    told: Option<Instant>,
    gone: bool,
}

impl Process {
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it, without waiting. It is told first, so that it waits for its child and leaves no dead process behind.
    pub(super) fn kill(&mut self) {
        self.told = self.told.or_else(|| Some(Instant::now()));
        self.signal(Signal::TERM);
    }

    /// To its whole process group.
    fn signal(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()).filter(|_| !self.gone) {
            let _ = kill_process_group(group, signal); // fails only if it is gone already
        }
    }

    /// Has it exited, and left the table of processes?
    pub(super) fn is_gone(&mut self) -> bool {
        // An error means that there is no such child: it was waited for elsewhere.
        self.gone = self.gone || !matches!(self.child.try_wait(), Ok(None));
        if !self.gone && self.told.is_some_and(|told| told.elapsed() > LISTENING) {
            self.signal(Signal::KILL);
        }
        self.gone
    }

    /// Gives it a short time to exit.
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
