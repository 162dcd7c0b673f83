//! Findings of the verifier.

use super::*;

/// Lines changed by a thief, and what must be found: line number and finding.
#[test]
fn every_kind_of_tampering_is_found_at_its_place() {
    type Case = (&'static str, fn(&mut Vec<String>), u64, fn(&What) -> bool);
    let cases: [Case; 9] = [
        ("changed", |lines| lines[2] = lines[2].replace("/scan", "/scam"), 3, |what| *what == What::Changed),
        ("garbage", |lines| lines[2] = "x".to_owned(), 3, |what| *what == What::NotAnEntry),
        ("cut", |lines| drop(lines.remove(2)), 3, |what| *what == What::Cut { from: 3, to: 3 }),
        ("cut at the start", |lines| drop(lines.remove(0)), 1, |what| *what == What::Cut { from: 1, to: 1 }),
        ("cut off", |lines| drop(lines.pop()), 6, |what| matches!(what, What::CutOff { .. })),
        ("swapped", |lines| lines.swap(2, 3), 4, |what| *what == What::Reordered),
        ("twice", |lines| lines.insert(3, lines[2].clone()), 4, |what| *what == What::Duplicate),
        ("forged", |lines| lines[3] = forged(&lines[2]), 5, |what| *what == What::Replaced),
        ("inserted", |lines| lines.insert(3, forged(&lines[2])), 5, |what| *what == What::Inserted),
    ];
    for (name, change, line, expected) in cases {
        let scene = written();
        let text = scene.text();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        assert!(lines.len() >= 7, "{text}");
        change(&mut lines);
        fs::write(scene.log(), lines.join("\n") + "\n").unwrap();
        let report = scene.verify();
        let line = if name == "cut off" { lines.len() as u64 } else { line };
        let found = report.findings.iter().find(|finding| finding.line == line && expected(&finding.what));
        assert!(found.is_some(), "{name}: {report:#?}");
        assert!(report.findings.len() <= 2, "{name}: {report:#?}");
    }
}

#[test]
fn an_entry_with_the_number_that_follows_a_gap_was_inserted_and_not_moved() {
    let scene = written();
    let mut lines: Vec<String> = scene.text().lines().map(str::to_owned).collect();
    let cut = lines.remove(2);
    lines.insert(3, forged(&cut));
    fs::write(scene.log(), lines.join("\n") + "\n").unwrap();
    let report = scene.verify();
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.line, &finding.what)).collect();
    assert_eq!(found[..2], [(3, &What::Cut { from: 3, to: 3 }), (4, &What::Inserted)]);
}

/// A line with a right hash, written after `line` by an attacker who knows the format.
pub(super) fn forged(line: &str) -> String {
    let link = chain::Line::parse(line.as_bytes()).unwrap().link();
    let mut out = Vec::new();
    chain::write_line(&mut out, link, Time::from_second(10), &Entry::Stop).unwrap();
    String::from_utf8(out).unwrap().trim_end().to_owned()
}

#[test]
fn a_log_written_anew_from_the_start_is_found_by_a_head_kept_elsewhere() {
    let scene = written();
    let kept = verify(&scene.log(), None).unwrap().head.unwrap();
    let kept = chain::unhex(&kept).unwrap();
    assert!(verify(&scene.log(), Some(kept)).unwrap().is_intact());
    let other = Scene::new();
    drop(other.open().unwrap());
    // Perfect in itself, head file included.
    assert!(other.verify().is_intact());
    let report = verify(&other.log(), Some(kept)).unwrap();
    assert_eq!(report.findings[0].what, What::HeadNotFound);
}

#[test]
fn any_changed_byte_anywhere_is_found() {
    let scene = written();
    let bytes = fs::read(scene.log()).unwrap();
    let head = head::read_head(&SystemFiles, &scene.log());
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let report = verify_lines(changed.as_slice(), head, None).unwrap();
        // A lost newline at the very end looks like a torn line; the head file shows that it was whole.
        assert!(!report.is_intact(), "byte {at}");
    }
}

#[test]
fn garbage_without_end_needs_no_memory() {
    let endless = io::Read::take(io::repeat(b'x'), 50_000_000);
    let report = verify_lines(io::BufReader::new(endless), None, None).unwrap();
    assert_eq!(report.torn, 50_000_000);
    let lines = "x\n".repeat(100_000);
    let report = verify_lines(lines.as_bytes(), None, None).unwrap();
    assert_eq!(report.findings.len() as u64 + report.more_findings, 100_000);
    assert_eq!(report.findings.len(), MAX_FINDINGS);
}
