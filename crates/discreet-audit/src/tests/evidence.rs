//! A log that is not what was written, or may be changed by others, is not written on.

use super::*;

#[test]
fn a_log_that_was_cut_or_changed_at_its_end_is_not_written_on() {
    let scene = written();
    let text = scene.text();
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(scene.log(), &text[..last]).unwrap();
    let refused = scene.open().unwrap_err();
    assert!(matches!(refused, LogRefused::Cut { .. }), "{refused}");
    assert!(refused.to_string().contains("move them away"));
    fs::write(scene.log(), text.replace("\"stop\"", "\"halt\"")).unwrap();
    assert!(matches!(scene.open().unwrap_err(), LogRefused::Broken { .. }));
    fs::write(scene.log(), "").unwrap();
    assert!(matches!(scene.open().unwrap_err(), LogRefused::Cut { found: 0, .. }));
    fs::write(scene.log(), &text).unwrap();
    assert!(scene.open().is_ok());
}

#[test]
fn a_log_whose_head_is_gone_is_not_written_on_nor_called_intact() {
    let scene = written();
    let head = scene.folder.join("audit.log.head");
    let kept = fs::read(&head).unwrap();
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
    for damaged in [None, Some(&b""[..]), Some(b"{}"), Some(&kept[..20])] {
        let _gone = fs::remove_file(&head);
        if let Some(damaged) = damaged {
            fs::write(&head, damaged).unwrap();
        }
        let refused = scene.open().unwrap_err();
        assert!(matches!(refused, LogRefused::NoHead { .. }), "{refused}");
        assert!(refused.to_string().contains("--head") && refused.to_string().contains("move them away"));
        assert_eq!(scene.verify().verdict(), Integrity::EndUnknown);
    }
    fs::write(&head, &kept).unwrap();
    drop(scene.open().unwrap());
    // The log itself gone, or all of it cut: its head tells.
    for text in [None, Some("")] {
        let whole = fs::read(scene.log()).unwrap();
        fs::remove_file(scene.log()).unwrap();
        if let Some(text) = text {
            fs::write(scene.log(), text).unwrap();
        }
        let report = scene.verify();
        assert_eq!(report.verdict(), Integrity::NotIntact, "{report:?}");
        assert!(matches!(scene.open().unwrap_err(), LogRefused::Cut { found: 0, .. }));
        fs::write(scene.log(), whole).unwrap();
    }
    assert!(scene.open().is_ok());
}

#[test]
fn an_entry_that_is_another_than_the_heads_is_found_also_when_more_follow() {
    let scene = written();
    let forged = Scene::new();
    let audit = forged.open().unwrap();
    for denied in 0..9 {
        audit.kept_out(forged.set(11.0), &format!("/{denied}"), "no_rule");
        audit.flush();
    }
    drop(audit);
    // A whole log, sound in itself, longer than the true one, whose head stayed.
    fs::copy(forged.log(), scene.log()).unwrap();
    assert!(matches!(scene.open().unwrap_err(), LogRefused::Cut { .. }));
    assert_eq!(scene.verify().verdict(), Integrity::NotIntact);
}

#[test]
fn links_are_not_written_through_and_what_others_may_write_is_not_written() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scene = Scene::new();
    let victim = scene.folder.join("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, scene.folder.join("audit.log.head.new")).unwrap();
    drop(scene.open().unwrap());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert!(!fs::symlink_metadata(scene.folder.join("audit.log.head")).unwrap().is_symlink());
    fs::rename(scene.log(), scene.folder.join("moved")).unwrap();
    symlink(&victim, scene.log()).unwrap();
    let audit = scene.open().unwrap();
    audit.flush();
    assert!(matches!(audit.state(), State::Faulty { why, .. } if why.contains("symbolic link")));
    drop(audit);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    fs::rename(scene.folder.join("moved"), scene.log()).unwrap();
    for (path, mode, back) in [(scene.folder.clone(), 0o777, 0o755), (scene.log(), 0o666, 0o640)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = scene.open().unwrap_err();
        assert!(
            matches!(refused, LogRefused::Untrusted(_)) && refused.to_string().contains("chmod go-w"),
            "{refused}"
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(back)).unwrap();
    }
    assert!(scene.open().is_ok());
}
