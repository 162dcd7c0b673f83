//! Clear data in a program's memory is not readable by another program of the same user, nor left in a core file.

// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod attack;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A user without the rights of root, as whom everything here runs if this is root.
const NOBODY: u32 = 65_534;

/// A program of a user who is not root.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if rustix::process::getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.current_dir("/");
    command
}

/// A copy that any user may execute, in a folder of its own.
fn copy(program: &str) -> PathBuf {
    static COPIES: AtomicU32 = AtomicU32::new(0);
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("discreet-unreadable-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let copied = folder.join(Path::new(program).file_name().unwrap());
    // By another process: a test that starts a program meanwhile would inherit the open file, and it could not be run.
    assert!(Command::new("cp").arg(program).arg(&copied).status().unwrap().success());
    std::fs::set_permissions(&copied, std::fs::Permissions::from_mode(0o755)).unwrap();
    copied
}

/// A process and its children.
fn processes(id: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let children = children.split_whitespace().map(|child| child.parse().unwrap());
    std::iter::once(id).chain(children).collect()
}

/// True if another process of the same user can read the addresses of a process's memory, and its contents.
fn is_readable(process: u32) -> bool {
    ["maps", "mem", "environ"].iter().any(|file| {
        let path = format!("/proc/{process}/{file}");
        let read =
            command(Path::new("/usr/bin/head")).args(["-c", "0", &path]).stderr(Stdio::null()).status();
        read.unwrap().success()
    })
}

/// Waits until it cannot be read: a program has to begin before it can protect its memory. Its child never can.
fn becomes_unreadable(mut process: Child) -> bool {
    let until = Instant::now() + Duration::from_secs(20);
    let mut unreadable = false;
    while !unreadable && Instant::now() < until {
        let all = processes(process.id());
        assert!(all.iter().skip(1).all(|child| !is_readable(*child)), "the process that works can be read");
        unreadable = all.len() == 2 && !is_readable(process.id());
        std::thread::sleep(Duration::from_millis(5));
    }
    let works = processes(process.id()).pop().unwrap_or_default();
    let limits = std::fs::read_to_string(format!("/proc/{works}/limits")).unwrap_or_default();
    let runs = process.try_wait().unwrap().is_none();
    let no_core = limits.lines().any(|line| {
        line.split_whitespace().collect::<Vec<_>>().join(" ").starts_with("Max core file size 0 0")
    });
    process.kill().unwrap();
    process.wait().unwrap();
    unreadable && runs && no_core
}

#[test]
fn an_ordinary_program_can_be_read() {
    let mut process = command(Path::new("/usr/bin/sleep")).arg("60").spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while !is_readable(process.id()) {
        assert!(
            Instant::now() < until,
            "this machine lets nobody read anything: the tests below show nothing"
        );
    }
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn texts_in_discreet_cannot() {
    let program = copy(env!("CARGO_BIN_EXE_discreet"));
    let mut process = command(&program)
        .args(["redact-text", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    process.stdin.as_mut().unwrap().write_all(b"Ada Lovelace\n").unwrap();
    assert!(becomes_unreadable(process));
}

#[cfg(feature = "vision")]
#[test]
fn pictures_in_the_redactor_cannot() {
    let program = copy(env!("CARGO_BIN_EXE_redactor"));
    let (_ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/.ros/models");
    let process = command(&program)
        .args(["--models", models])
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
        .spawn()
        .unwrap();
    assert!(becomes_unreadable(process));
}

#[cfg(feature = "vision")]
#[test]
fn texts_and_photographs_in_discreet_offline_cannot() {
    let program = copy(env!("CARGO_BIN_EXE_discreet-offline"));
    // A text whose end never comes: the program waits for it.
    let process = command(&program)
        .args(["redact-text", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    assert!(becomes_unreadable(process));
}
