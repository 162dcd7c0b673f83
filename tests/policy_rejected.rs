//! Every rule of the policy language has a file that breaks it, and the whole of what is said about it.
//!
//! `BLESS=1 cargo test --test policy_rejected` writes what is said now; read the difference before keeping it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::fs;
use std::path::{Path, PathBuf};

use discreet_policy::finding::{has_errors, render};
use discreet_policy::{Finding, Policy};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

fn findings(name: &str, text: &str) -> Vec<Finding> {
    match Policy::read(name, text) {
        Ok((_, warnings)) => warnings,
        Err(findings) => findings,
    }
}

/// What is said about each file is what its `.txt` says, to the letter.
fn each_says_what_is_expected(folder: &str, refused: bool) -> usize {
    let mut wrong = Vec::new();
    let files = files(folder);
    for path in &files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(path).unwrap();
        let findings = findings(name, &text);
        assert!(!findings.is_empty(), "{name} is found faultless");
        assert_eq!(has_errors(&findings), refused, "{name}: {findings:#?}");
        let said = render(&findings, name, &text, false);
        let golden = path.with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &said).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != said {
            wrong.push(format!("{name} now says:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    files.len()
}

#[test]
fn each_rejected_policy_says_why_and_where() {
    assert!(each_says_what_is_expected("rejected_policies", true) >= 45);
}

#[test]
fn each_doubtful_policy_is_read_with_its_warning() {
    each_says_what_is_expected("warned_policies", false);
}

#[test]
fn each_rejected_policy_breaks_one_rule() {
    for path in files("rejected_policies").iter().filter(|path| !path.ends_with("several_mistakes.yaml")) {
        let text = fs::read_to_string(path).unwrap();
        let findings = findings("x", &text);
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
        // An empty file lacks everything at once.
        assert!(codes.len() == 1 || path.ends_with("empty.yaml"), "{}: {codes:?}", path.display());
    }
}

#[test]
fn all_mistakes_are_reported_in_one_run() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rejected_policies/several_mistakes.yaml");
    let text = fs::read_to_string(path).unwrap();
    let findings = findings("x", &text);
    let mut lines: Vec<u32> = findings.iter().map(|finding| finding.span.line).collect();
    lines.dedup();
    assert_eq!(lines, [2, 4, 6, 7, 10, 12, 13, 15, 16, 17, 18], "{findings:#?}");
}

#[test]
fn every_place_is_in_the_file() {
    for path in files("rejected_policies") {
        let text = fs::read_to_string(&path).unwrap();
        for finding in findings("x", &text) {
            let span = finding.span;
            assert!(
                span.line >= 1 && span.line as usize <= text.lines().count() + 1,
                "{}: {span:?}",
                path.display()
            );
            assert!(span.start <= text.len(), "{}: {span:?}", path.display());
        }
    }
}

#[test]
fn a_file_that_is_too_large_is_not_even_read() {
    let text = format!("discreet: 1\n{}", "# a comment\n".repeat(30_000));
    assert_eq!(findings("x", &text)[0].code, "file-too-large");
}

#[test]
fn a_policy_cut_anywhere_is_refused_or_still_makes_sense_and_never_a_panic() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/hotel.yaml")).unwrap();
    for cut in (0..text.len()).step_by(23).filter(|cut| text.is_char_boundary(*cut)) {
        let part = &text[..cut];
        if let Err(findings) = Policy::read("x", part) {
            assert!(!render(&findings, "x", part, false).is_empty());
        }
    }
}

#[test]
fn too_many_of_anything_is_refused_before_it_is_compared() {
    let head = "discreet: 1\nrobot: r\nversion: 1\nclasses:\n  operational: { retention: 7d }\nrules: []\n";
    let globs: String = (0..201)
        .map(|n| format!("  /a{n}/*: {{ type: std_msgs/msg/String, class: operational }}\n"))
        .collect();
    assert_eq!(findings("x", &format!("{head}topics:\n{globs}"))[0].code, "too-many");
    let parties: String = (0..101).map(|n| format!("  p{n}: {{ identity: p.pub }}\n")).collect();
    assert_eq!(findings("x", &format!("{head}topics: {{}}\nstakeholders:\n{parties}"))[0].code, "too-many");
}

#[test]
fn the_worst_file_of_the_largest_size_is_checked_in_seconds() {
    // As many stakeholders as may be, each with a rule for every topic by a glob, in a file just within its limit.
    let names: Vec<String> = (0..100).map(|n| format!("p{n}")).collect();
    let mut text = String::from(
        "discreet: 1\nrobot: r\nversion: 1\nclasses:\n  operational: { retention: 7d }\nstakeholders:\n",
    );
    text.extend(names.iter().map(|name| format!("  {name}: {{ identity: p.pub }}\n")));
    text += "rules:\n";
    text += &format!("  - {{ who: [{}], read: /**, as: clear, hours: \"08:00-18:00\" }}\n", names.join(", "));
    text += "topics:\n";
    // Without optimisation a smaller file has to do.
    let size = if cfg!(debug_assertions) { 32 } else { 256 } * 1024;
    for n in 0.. {
        let line = format!("  /t{n}: {{ type: std_msgs/msg/Int8, class: operational }}\n");
        if text.len() + line.len() > size {
            break;
        }
        text += &line;
    }
    let started = std::time::Instant::now();
    assert!(Policy::read("x", &text).is_ok());
    println!("{:?}", started.elapsed());
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn a_policy_with_any_bytes_changed_is_never_a_panic() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/shop.yaml")).unwrap();
    let mut dice: u64 = 0x2545_f491_4f6c_dd1d;
    let mut roll = move |sides: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % sides as u64).unwrap()
    };
    let pieces = [
        "{", "}", "[", "]", ":", "-", "\n", " ", "*", "&a", "*a", "\"", "'", "#", "|", "é", "\u{0}", "\t",
        "!!int ", "0",
    ];
    for _ in 0..300 {
        let mut letters: Vec<char> = text.chars().collect();
        for _ in 0..1 + roll(4) {
            let at = roll(letters.len());
            let piece = pieces[roll(pieces.len())];
            letters.splice(at..(at + roll(3)).min(letters.len()), piece.chars());
        }
        let changed: String = letters.into_iter().collect();
        let findings = findings("x", &changed);
        render(&findings, "x", &changed, false);
    }
}
