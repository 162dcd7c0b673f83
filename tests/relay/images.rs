//! An image leaves covered, or black. The inspector is a fake; `tests/redactor` and
//! `crates/discreet-vision/tests/vision.rs` have the real ones.

use std::path::Path;
use std::sync::Arc;

use discreet_cdr::types::TypeLibrary;
use discreet_guard::denied::Denied;
use discreet_guard::protect::{Makers, Protection};
use discreet_guard::relay::decide;
use discreet_policy::{Form, Policy};
use discreet_redact::{Area, BlankReason, ImageInspector, ImageKind, ImageRedactor, Redaction};

use crate::setting::{CAMERA, Looker, MORNING, picture, protection, received, release};

/// The released form of a picture under this result of the inspector.
fn redacted(look: Option<Result<Area, BlankReason>>) -> (Vec<u8>, Redaction) {
    let policy = Policy::read("camera.yaml", CAMERA).map_err(|findings| format!("{findings:#?}")).unwrap().0;
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/types");
    let plan = TypeLibrary::new([types]).definition("sensor_msgs/msg/Image").unwrap().plan;
    let look = look.map(|found| Box::new(Looker(found, Vec::new())) as Box<dyn ImageInspector + Send>);
    let redactor = Some(ImageRedactor::new("/camera", ImageKind::Raw, look, Arc::default()));
    let mut protection = protection(Makers { images: redactor, ..Makers::default() });
    let (mut cdr, now) = (picture(), policy.moment(MORNING, true));
    let topic = Arc::clone(policy.topic("/camera").unwrap());
    let releasable = release(decide(&topic, &plan, &mut protection, now, received(&mut cdr))).unwrap();
    assert_eq!(releasable.form(), Form::Redacted);
    (releasable.cdr().to_vec(), releasable.redaction().unwrap())
}

#[test]
fn what_is_found_is_covered_and_the_rest_is_as_it_was() {
    let area = Area { left: 4, top: 2, right: 8, bottom: 6 };
    let (cdr, redaction) = redacted(Some(Ok(area)));
    assert_eq!(redaction, Redaction { covered: 1, ..Redaction::default() });
    let (before, pixels) = (picture(), cdr.len() - 384);
    assert_eq!(cdr[..pixels], before[..pixels]);
    for (at, (is, was)) in cdr[pixels..].iter().zip(&before[pixels..]).enumerate() {
        let (x, y) = (at % 48 / 3, at / 48);
        let covered = (4..8).contains(&x) && (2..6).contains(&y);
        assert_eq!(*is, if covered { 0 } else { *was }, "{x} {y}");
    }
}

#[test]
fn a_frame_that_nobody_could_look_at_is_blank_whatever_the_reason() {
    let reasons = BlankReason::ALL.into_iter().map(|blind| (Some(Err(blind)), blind));
    for (look, blind) in reasons.chain([(None, BlankReason::Absent)]) {
        let (cdr, redaction) = redacted(look);
        assert_eq!(redaction, Redaction { blank: Some(blind), ..Redaction::default() });
        assert!(cdr[cdr.len() - 384..].iter().all(|byte| *byte == 0), "{blind:?}");
    }
}

#[test]
fn without_a_redactor_nothing_leaves_redacted() {
    let policy = Policy::read("camera.yaml", CAMERA).unwrap().0;
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/types");
    let plan = TypeLibrary::new([types]).definition("sensor_msgs/msg/Image").unwrap().plan;
    let (mut cdr, now) = (picture(), policy.moment(MORNING, true));
    let mut nothing = Protection::default();
    let decision = decide(policy.topic("/camera").unwrap(), &plan, &mut nothing, now, received(&mut cdr));
    assert_eq!(release(decision).err(), Some(Denied::NotRedactable));
}
