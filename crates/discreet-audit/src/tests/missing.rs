//! Parts that are missing, swapped, repeated or cut.

use super::*;

/// Changes the files of a log, and what must be found.
#[test]
fn a_part_that_is_missing_swapped_repeated_or_cut_is_found() {
    type Case = (&'static str, fn(&Scene), fn(&What) -> bool);
    let cases: [Case; 10] = [
        (
            "in the middle",
            |s| fs::remove_file(s.part(2)).unwrap(),
            |w| *w == What::PartMissing { from: 2, to: 2 },
        ),
        (
            "the first",
            |s| fs::remove_file(s.part(1)).unwrap(),
            |w| *w == What::PartMissing { from: 1, to: 1 },
        ),
        (
            "the first two",
            |s| [1, 2].iter().for_each(|part| fs::remove_file(s.part(*part)).unwrap()),
            |w| *w == What::PartMissing { from: 1, to: 2 },
        ),
        ("the last", |s| fs::remove_file(s.log()).unwrap(), |w| matches!(w, What::CutOff { .. })),
        (
            "the one before",
            |s| fs::remove_file(s.part(3)).unwrap(),
            |w| *w == What::PartMissing { from: 3, to: 3 },
        ),
        (
            "swapped",
            |s| {
                fs::rename(s.part(2), s.folder.join("x")).unwrap();
                fs::rename(s.part(3), s.part(2)).unwrap();
                fs::rename(s.folder.join("x"), s.part(3)).unwrap();
            },
            |w| *w == What::WrongPart { part: 3 },
        ),
        (
            "twice",
            |s| {
                fs::rename(s.part(3), s.part(4)).unwrap();
                assert!(fs::copy(s.part(2), s.part(3)).is_ok());
            },
            |w| *w == What::WrongPart { part: 2 },
        ),
        (
            "without its end",
            |s| {
                let text = fs::read_to_string(s.part(2)).unwrap();
                let cut = text.trim_end().rfind('\n').unwrap() + 1;
                fs::write(s.part(2), &text[..cut]).unwrap();
            },
            |w| *w == What::PartCutOff { part: 2 },
        ),
        (
            "with more at its end",
            |s| {
                let text = fs::read_to_string(s.part(2)).unwrap();
                let more = tampering::forged(text.lines().last().unwrap());
                fs::write(s.part(2), format!("{text}{more}\n")).unwrap();
            },
            |w| *w == What::AfterClosed,
        ),
        (
            "torn at its end",
            |s| {
                let text = fs::read_to_string(s.part(2)).unwrap();
                fs::write(s.part(2), format!("{text}x")).unwrap();
            },
            |w| *w == What::NotAnEntry,
        ),
    ];
    for (name, change, expected) in cases {
        let scene = with_parts(3);
        change(&scene);
        let report = scene.verify();
        assert_eq!(report.verdict(), Integrity::NotIntact, "{name}");
        assert!(report.findings.iter().any(|finding| expected(&finding.what)), "{name}: {report:#?}");
        assert!(report.findings.len() <= 3, "{name}: {report:#?}");
    }
}

#[test]
fn a_finding_names_the_part_and_the_line_in_it() {
    let scene = with_parts(3);
    let text = fs::read_to_string(scene.part(2)).unwrap();
    fs::write(scene.part(2), text.replacen("/voice", "/choir", 1)).unwrap();
    let report = scene.verify();
    let [finding] = &report.findings[..] else { panic!("{report:#?}") };
    let line = text.lines().position(|line| line.contains("/voice")).unwrap() as u64 + 1;
    assert_eq!((finding.part, finding.line, &finding.what), (2, line, &What::Changed));
}

#[test]
fn a_log_is_verified_from_a_part_on_and_the_report_says_so() {
    let scene = with_parts(3);
    let all = scene.verify();
    fs::remove_file(scene.part(1)).unwrap();
    for report in [verify_from(&scene.log(), Some(2), None).unwrap(), verify(&scene.part(2), None).unwrap()] {
        assert_eq!(report.verdict(), Integrity::Intact, "{report:#?}");
        assert_eq!((report.began_with, report.first_part, report.parts), (Some(2), 2, 3));
        assert!(report.entries < all.entries);
    }
    // The part that is written is one as well.
    let last = verify_from(&scene.log(), Some(4), None).unwrap();
    assert_eq!((last.verdict(), last.parts), (Integrity::Intact, 1));
    let error = verify_from(&scene.log(), Some(5), None).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    // A gap after it is one.
    fs::remove_file(scene.part(3)).unwrap();
    assert_eq!(
        verify_from(&scene.log(), Some(3), None).unwrap_err().kind(),
        io::ErrorKind::NotFound,
        "the part itself"
    );
    assert_eq!(verify_from(&scene.log(), Some(2), None).unwrap().verdict(), Integrity::NotIntact);
}

#[test]
fn without_the_part_that_is_written_the_end_is_not_known() {
    let scene = with_parts(2);
    fs::remove_file(scene.log()).unwrap();
    fs::remove_file(scene.folder.join("audit.log.head")).unwrap();
    assert_eq!(scene.verify().verdict(), Integrity::EndUnknown);
    let refused = scene.open().unwrap_err();
    assert!(matches!(refused, LogRefused::NoHead { .. }), "{refused}");
}

#[test]
fn a_start_refuses_a_log_whose_last_part_was_emptied_or_exchanged() {
    let scene = with_parts(2);
    let killed = scene.copied();
    fs::write(killed.log(), "").unwrap();
    assert!(matches!(killed.open().unwrap_err(), LogRefused::Cut { .. }));
    let killed = scene.copied();
    fs::copy(killed.part(1), killed.log()).unwrap();
    assert!(matches!(killed.open().unwrap_err(), LogRefused::Cut { .. }));
    assert!(killed.part(1).exists() && killed.log().exists(), "evidence stays where it is");
    let killed = scene.copied();
    fs::copy(killed.part(2), next_path(&killed.log())).unwrap();
    assert!(matches!(killed.open().unwrap_err(), LogRefused::Broken { .. }));
}
