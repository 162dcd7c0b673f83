//! Any lines as a log in parts: each is given the matching hash, number and `prev`, so that the entries about parts
//! are read as those of an unchanged log.

use discreet_audit::{MAX_FINDINGS, verify_lines};

const HASH: &str = ",\"hash\":\"";

pub fn run(data: &[u8]) {
    let mut log = String::new();
    let (mut seq, mut prev) = (0, "0".repeat(64));
    for line in String::from_utf8_lossy(data).lines() {
        let Some((before, rest)) = line.split_once(HASH).filter(|(_, rest)| rest.is_char_boundary(64)) else {
            continue;
        };
        let after = rest.get(64..).unwrap_or_default();
        seq += 1;
        let time = before.split_once("\"time\":\"").and_then(|(_, rest)| rest.split_once('"'));
        let time = time.map_or("2026-11-23T23:06:52Z", |(time, _)| time);
        // A line that does not begin as an entry stays as it is.
        let before = match line.starts_with('{') {
            true => format!("{{\"seq\":{seq},\"time\":\"{time}\",\"prev\":\"{prev}\""),
            false => before.to_owned(),
        };
        let mut hasher = blake3::Hasher::new_derive_key("discreet audit log v1: line");
        hasher.update(format!("{before}{HASH}{after}").as_bytes());
        prev = hasher.finalize().to_hex().to_string();
        log.push_str(&format!("{before}{HASH}{prev}{after}\n"));
    }
    let report = verify_lines(log.as_bytes(), None, None).unwrap();
    assert!(report.findings.len() <= MAX_FINDINGS);
    assert!(report.parts <= report.entries && report.removed <= report.entries);
}
