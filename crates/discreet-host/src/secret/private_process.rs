//! A process of its own for clear data and keys.
//!
//! A program is readable while it is loaded, before its first instruction. Another process of the same user that opened
//! `/proc/PID/mem` at that time can go on reading, whatever the program forbids later. So the work is done in a child,
//! whose memory did not exist then, and which is never readable.

use std::io::{self, Error};
use std::process::ExitCode;

use fork::Fork;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, getpid, getppid, kill_process, waitpid};
use signal_hook::consts::{SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::Signals;

use super::unreadable;

/// Signals that the child receives too. Those of a terminal, such as Ctrl-Z, reach it without help.
const FORWARDED: [i32; 7] = [SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// Does `work` in a child process to whose memory no other process of this user has access, and ends as the child did.
/// This process passes on signals, and holds nothing. The child ends with it.
///
/// Call it first in `main`, before any thread starts. An error, before any work, if it cannot be protected or if another
/// process is attached to this one.
pub fn in_private_process(work: impl FnOnce() -> ExitCode) -> io::Result<ExitCode> {
    unreadable()?;
    let parent = getpid();
    match fork::fork()? {
        Fork::Parent(child) => {
            let child = Pid::from_raw(child).ok_or_else(|| Error::other("the new process has no number"))?;
            Ok(end_as(follow(child)?))
        }
        Fork::Child => {
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
            if getppid() != Some(parent) {
                return Err(Error::other("the process that started it has ended"));
            }
            // A debugger that was attached before may follow into children.
            not_attached()?;
            Ok(work())
        }
    }
}

/// An error if another process, such as a debugger, is attached to this one.
pub(super) fn not_attached() -> io::Result<()> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:")).map(str::trim);
    match tracer {
        Some("0") => Ok(()),
        Some(tracer) => Err(Error::other(format!(
            "process {tracer} is attached to it, as a debugger or `strace` is, and could read what is private"
        ))),
        None => Err(Error::other("/proc/self/status does not say whether another process is attached")),
    }
}

/// Passes signals on to the child until it ends.
fn follow(child: Pid) -> io::Result<WaitStatus> {
    let mut signals = Signals::new(FORWARDED.iter().chain([&SIGCHLD]))?;
    loop {
        // First, because the child may have ended before its signal was listened for.
        if let Some((_, status)) = waitpid(Some(child), WaitOptions::NOHANG)? {
            return Ok(status);
        }
        for signal in signals.wait().filter(|signal| FORWARDED.contains(signal)) {
            pass_on(child, signal);
        }
    }
}

fn pass_on(child: Pid, signal: i32) {
    let Some(named) = Signal::from_named_raw(signal) else { return };
    let _gone = kill_process(child, named);
    if signal == SIGTERM {
        // A child that is stopped would not end.
        let _gone = kill_process(child, Signal::CONT);
    }
}

/// Ends by the signal that ended the child, or gives its exit code.
fn end_as(status: WaitStatus) -> ExitCode {
    if let Some(signal) = status.terminating_signal() {
        let _ended = signal_hook::low_level::emulate_default_handler(signal);
        return ExitCode::from(128u8.wrapping_add(u8::try_from(signal).unwrap_or(0)));
    }
    status.exit_status().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
