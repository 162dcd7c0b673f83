//! An attacker of the same user who is there while a program is still being loaded, before its first instruction.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::process::{ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::{command, copy, processes};

/// Something that only the program knows: it comes from its standard input.
const CLEAR: &str = "The passport of Ada Lovelace is C01X00T47";

/// The program that the attacker starts, with its arguments.
const PROGRAM: &str = "DISCREET_TEST_ATTACKED";

/// Runs the attacker below, as the user without rights. Standard output of it.
fn attack(how: &str, program: &str, arguments: &[&str]) -> String {
    let (attacker, program) = (copy(&std::env::current_exe().unwrap().to_string_lossy()), copy(program));
    let words = [&[program.to_str().unwrap()], arguments].concat().join("\n");
    let output = command(&attacker)
        .args(["--exact", &format!("attack::{how}"), "--ignored", "--nocapture"])
        .env(PROGRAM, words)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The program that is attacked.
fn attacked() -> Command {
    let words = std::env::var(PROGRAM).unwrap();
    let mut words = words.split('\n');
    let mut command = Command::new(words.next().unwrap());
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Not a test of its own: opens the memory at once, and searches it when the program has read its input.
#[test]
#[ignore = "run by another test"]
fn opens_memory_early() {
    let mut victim = attacked().spawn().unwrap();
    let file = |name: &str| File::open(format!("/proc/{}/{name}", victim.id()));
    let (Ok(memory), Ok(mut maps)) = (file("mem"), file("maps")) else {
        println!("too late");
        victim.kill().unwrap();
        victim.wait().unwrap();
        return;
    };
    let mut input: ChildStdin = victim.stdin.take().unwrap();
    input.write_all(format!("{CLEAR}\n").as_bytes()).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    let ended = victim.try_wait().unwrap();
    println!("{}", if ended.is_some() { "it has ended" } else { "it runs" });
    println!("processes {}", processes(victim.id()).len());
    println!("{}", if finds(&memory, &mut maps) { "found" } else { "not found" });
    victim.kill().unwrap();
    victim.wait().unwrap();
}

/// True if the clear text is in the part of the memory that can be written to.
fn finds(memory: &File, maps: &mut File) -> bool {
    let mut text = String::new();
    let _unreadable_now = maps.read_to_string(&mut text);
    text.lines().filter(|line| line.contains(" rw")).any(|line| {
        let (begin, end) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let address = |text| u64::from_str_radix(text, 16).unwrap();
        let (begin, end) = (address(begin), address(end));
        let mut bytes = vec![0; usize::try_from(end - begin).unwrap()];
        let read = memory.read_at(&mut bytes, begin).unwrap_or(0);
        bytes[..read].windows(CLEAR.len()).any(|window| window == CLEAR.as_bytes())
    })
}

/// Not a test of its own: attaches at once, and follows into children.
#[test]
#[ignore = "run by another test"]
fn attaches_early() {
    use nix::sys::ptrace::{Options, seize};
    let mut victim = attacked().spawn().unwrap();
    let id = nix::unistd::Pid::from_raw(victim.id().cast_signed());
    if seize(id, Options::PTRACE_O_TRACEFORK).is_err() {
        println!("too late");
        victim.kill().unwrap();
        victim.wait().unwrap();
        return;
    }
    let output = victim.wait_with_output().unwrap();
    println!("{:?} {}", output.status.code(), String::from_utf8_lossy(&output.stderr));
}

/// Tries until the attacker was in time: the program may be faster once.
fn in_time(how: &str, program: &str, arguments: &[&str]) -> String {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let said = attack(how, program, arguments);
        if !said.contains("too late") {
            return said;
        }
        assert!(Instant::now() < until, "the attacker was never in time: this test shows nothing");
    }
}

fn programs() -> Vec<&'static str> {
    vec![
        env!("CARGO_BIN_EXE_discreet"),
        #[cfg(feature = "vision")]
        env!("CARGO_BIN_EXE_discreet-offline"),
    ]
}

#[test]
fn memory_that_was_opened_while_a_program_was_loaded_has_nothing_clear() {
    let said = in_time("opens_memory_early", "/usr/bin/sort", &["--buffer-size=1M"]);
    assert!(
        said.contains("found") && !said.contains("not found"),
        "the attack finds nothing anywhere: {said}"
    );
    for program in programs() {
        let said = in_time("opens_memory_early", program, &["redact-text", "-"]);
        assert!(said.contains("not found") && said.contains("it runs"), "{program}: {said}");
        assert!(said.contains("processes 2"), "{program}: {said}");
    }
}

#[test]
fn a_program_to_which_a_debugger_is_attached_refuses_to_begin() {
    for program in programs() {
        let said = in_time("attaches_early", program, &["redact-text", "-"]);
        assert!(said.contains("Some(2)") && said.contains("is attached to it"), "{program}: {said}");
    }
}
