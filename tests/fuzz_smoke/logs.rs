//! Audit logs, whole and in parts.

use std::path::Path;

use crate::bodies::{audit_line, audit_part};
use crate::mutations::{fuzz, fuzz_some};

#[test]
fn no_log_breaks_the_verifier() {
    let log = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audit.log")).unwrap();
    let report = discreet_audit::verify_lines(log.as_slice(), None, None).unwrap();
    assert!(report.is_intact() && report.entries > 5);
    let first = log.split_inclusive(|byte| *byte == b'\n').next().unwrap().to_vec();
    let parts = parts_of_a_log();
    let report = discreet_audit::verify_lines(parts.concat().as_slice(), None, None).unwrap();
    assert!(report.is_intact() && report.parts as usize == parts.len());
    fuzz(&[log, first, parts.concat()], audit_line::run);
}

#[test]
fn no_entry_about_parts_breaks_the_verifier() {
    let mut seeds = parts_of_a_log();
    let removed = br#"{"seq":1,"time":"2026-11-23T23:06:52Z","prev":"","hash":"","entry":"part","change":"removed","part":1,"first":1,"last":9,"from":"2026-11-23T23:06:52Z","to":"2026-11-23T23:06:53Z","head":""}"#;
    let zeros = format!("\"{}\"", "0".repeat(64));
    seeds.push(String::from_utf8(removed.to_vec()).unwrap().replace("\"\"", &zeros).into_bytes());
    seeds.push(seeds.concat());
    fuzz_some(&seeds, audit_part::run, 5000);
}

/// The files of a log in parts, in order.
fn parts_of_a_log() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audit_parts");
    ["audit.log.000001", "audit.log.000002", "audit.log"]
        .map(|name| std::fs::read(folder.join(name)).unwrap())
        .into()
}
