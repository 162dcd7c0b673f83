//! The audit log in parts as the guard writes it and a person reads it: with its own threads, real kills, and the program.
//! `KILLS=1000 cargo test --release --test audit kill` kills more often.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use discreet_audit::{Audit, Integrity, Opening, PolicyMark, Rotation, Time, verify};

/// Where the process that is killed writes; without it, that test has nothing to do.
const WRITE_TO: &str = "DISCREET_TEST_AUDIT";

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("audit-{test}"));
        let _none = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn log(&self) -> PathBuf {
        self.0.join("audit.log")
    }

    fn part(&self, part: u64) -> PathBuf {
        self.0.join(format!("audit.log.{part:06}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.0);
    }
}

fn open(log: &Path, max_bytes: u64) -> Audit {
    let opening = Opening { program: "test".into(), robot: "test".into(), policy: None };
    let rotation = Rotation { max_bytes, ..Rotation::NEVER };
    Audit::rotating(log, opening, Arc::new(Time::system), rotation).unwrap()
}

/// A log of several parts, written by the guard's own threads.
fn in_parts(folder: &Folder) {
    let audit = open(&folder.log(), 4096);
    audit.policy_switched(PolicyMark { version: 3, hash: [3; 32] });
    let started = Instant::now();
    let mut number = 0;
    while !folder.part(3).exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "parts are closed");
        audit.kept_out(Time::system(), &format!("/topic_{number}"), "no_rule");
        audit.flush();
        number += 1;
    }
    audit.finish();
}

fn discreet(arguments: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_discreet")).arg("audit").args(arguments).arg(file).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_log_in_parts_is_verified_as_one_and_a_missing_part_is_named() {
    let folder = Folder::new("verified");
    in_parts(&folder);
    let whole = discreet(&["verify"], &folder.log());
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    assert!(said(&whole).contains(" parts from part 1\n"), "{}", said(&whole));
    let kept = folder.0.join("kept");
    fs::rename(folder.part(2), &kept).unwrap();
    let missing = discreet(&["verify"], &folder.log());
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("part 2 is missing before this entry"), "{}", said(&missing));
    for (arguments, file) in
        [(&["verify", "--from-part", "3"][..], folder.log()), (&["verify"], folder.part(3))]
    {
        let later = discreet(arguments, &file);
        assert_eq!(later.status.code(), Some(0), "{}", said(&later));
        assert!(
            said(&later).contains("begins with part 3, as requested: the parts before it were not checked")
        );
    }
    assert_eq!(discreet(&["verify", "--from-part", "99"], &folder.log()).status.code(), Some(2));
    fs::rename(kept, folder.part(2)).unwrap();
    let json = discreet(&["verify", "--json"], &folder.log());
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["intact"], &json["first_part"]), (&true.into(), &1.into()));
}

#[test]
fn a_log_in_parts_is_shown_as_one() {
    let folder = Folder::new("shown");
    in_parts(&folder);
    let lines = |file: PathBuf| fs::read_to_string(file).unwrap();
    let live = lines(folder.log());
    let closed: Vec<_> = (1..).map(|part| folder.part(part)).take_while(|part| part.exists()).collect();
    let all: String = closed.iter().cloned().map(lines).collect::<String>() + &live;
    assert_eq!(said(&discreet(&["show", "--json"], &folder.log())), all);
    assert_eq!(said(&discreet(&["show", "--json"], &folder.part(2))), lines(folder.part(2)));
    let parts = said(&discreet(&["show", "--entry", "part"], &folder.log()));
    assert!(parts.contains("part 1 closed: by size, part 2 follows"), "{parts}");
    assert!(parts.contains("part 2 opened: after part 1, which ends with entry "), "{parts}");
    // Parts that are too old are not even opened: one that cannot be read is not noticed.
    let time = serde_json::from_str::<serde_json::Value>(live.lines().last().unwrap()).unwrap();
    let since = time["time"].as_str().unwrap().to_owned();
    fs::write(folder.part(1), "x\n").unwrap();
    let late = said(&discreet(&["show", "--json", "--since", &since], &folder.log()));
    assert!(late.lines().all(|line| all.contains(line)) && !late.is_empty(), "{late}");
}

#[test]
fn a_log_that_is_followed_is_followed_into_the_next_part() {
    let folder = Folder::new("followed");
    let audit = open(&folder.log(), 4096);
    let mut child = Command::new(env!("CARGO_BIN_EXE_discreet"))
        .args(["audit", "show", "--follow", "--json"])
        .arg(folder.log())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut shown = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seq = 0;
    let (mut parts, mut number) = (0, 0);
    while parts < 3 {
        audit.kept_out(Time::system(), &format!("/topic_{number}"), "no_rule");
        audit.flush();
        number += 1;
        let entry: serde_json::Value = serde_json::from_str(&shown.next().unwrap().unwrap()).unwrap();
        seq += 1;
        assert_eq!(entry["seq"], seq, "nothing is left out or shown twice");
        parts += u32::from(entry["change"] == "opened" && entry["entry"] == "part");
    }
    child.kill().unwrap();
    let _ended = child.wait();
}

/// Not a test by itself: the process that the next one kills.
#[test]
fn writes_until_it_is_killed() {
    let Some(log) = std::env::var_os(WRITE_TO) else { return };
    let audit = open(Path::new(&log), 2048);
    for number in 0.. {
        let topic = format!("/{}/{number}", std::process::id());
        audit.kept_out(Time::system(), &topic, "no_rule");
        let before = audit.head();
        audit.flush();
        if audit.head() != before {
            println!("durable {topic}");
        }
    }
}

#[test]
fn a_writer_that_is_killed_while_it_begins_parts_loses_nothing_that_it_called_durable() {
    let folder = Folder::new("killed");
    let kills = std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(40);
    let (mut durable, mut dice) = (BTreeSet::new(), 0x9e37_79b9_u32);
    for trial in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writes_until_it_is_killed", "--nocapture"])
            .env(WRITE_TO, folder.log())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let enough = 3 + (dice >> 28) as usize;
        let mut told =
            lines.filter_map(|line| line.split_once("durable ").map(|(_, topic)| topic.to_owned()));
        durable.extend(told.by_ref().take(enough));
        std::thread::sleep(Duration::from_micros(u64::from(dice >> 18)));
        child.kill().unwrap();
        durable.extend(told); // what was in the pipe
        let _killed = child.wait().unwrap();
        let report = verify(&folder.log(), None).unwrap();
        assert_eq!(report.verdict(), Integrity::Intact, "trial {trial}: {report:#?}");
    }
    open(&folder.log(), 2048).finish();
    let report = verify(&folder.log(), None).unwrap();
    assert_eq!(
        (report.verdict(), report.starts, report.torn),
        (Integrity::Intact, kills + 1, 0),
        "{report:#?}"
    );
    assert!(report.parts > kills / 4, "{} parts", report.parts);
    let shown = said(&discreet(&["show", "--json"], &folder.log()));
    let topics: BTreeSet<_> =
        shown.split('"').filter(|word| word.starts_with('/')).map(str::to_owned).collect();
    assert!(durable.len() > usize::try_from(kills).unwrap() && durable.is_subset(&topics));
}

/// The log that docs/audit.md is tested with; written once, with `Rotation { max_bytes: 3000, .. }`.
#[test]
fn the_log_that_the_documentation_is_tested_with_is_intact() {
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audit_parts/audit.log");
    let report = verify(&log, None).unwrap();
    assert_eq!(report.verdict(), Integrity::Intact, "{report:#?}");
    assert!(report.parts >= 3 && report.first_part == 1);
}
