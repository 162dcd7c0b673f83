//! What is for a stakeholder leaves sealed. The keys are real; the keeper that gives them is a fake.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use discreet_cdr::types::TypeLibrary;
use discreet_guard::denied::Denied;
use discreet_guard::message::{Buffer, Received};
use discreet_guard::protect::{Makers, Seal, SealedTopic};
use discreet_guard::relay::decide;
use discreet_host::secret::Secret;
use discreet_policy::{Form, KeyGroup, Moment, Policy, Suite};
use discreet_redact::{Area, ImageInspector, ImageKind, ImageRedactor, Redaction};
use discreet_seal::epoch_keys::{EpochKey, Keys};
use discreet_seal::{GrantTerms, HEADROOM, OpenError, OpeningKey, PerForm, SealingKey, SenderKey, TAILROOM};

use crate::setting::{
    CAMERA, Looker, MORNING, ORIGIN, UNTIL, at, every, picture, plan, policy, protection, received, release,
    topic,
};

/// Gives one key for every group, until it is revoked.
struct Ring {
    generation: AtomicU64,
    key: Mutex<Option<Arc<EpochKey>>>,
    secret: Secret<32>,
}

const ROBOT: &str = "test";

impl Ring {
    fn new(suite: Suite) -> Arc<Ring> {
        let ring = Ring {
            generation: AtomicU64::default(),
            key: Mutex::default(),
            secret: Secret::random().unwrap(),
        };
        ring.give(suite, 9, 4);
        Arc::new(ring)
    }

    /// Gives another key from now on.
    fn give(&self, suite: Suite, id: u32, policy_version: u64) {
        let key = EpochKey {
            members: vec!["desk".into()],
            robot: ROBOT.into(),
            key: SealingKey::new(suite, id, &self.secret),
            until: UNTIL,
            policy_version,
            sender: Arc::new(SenderKey::generate().unwrap()),
        };
        *self.key.lock().unwrap() = Some(Arc::new(key));
        self.generation.fetch_add(1, Relaxed);
    }

    fn revoke(&self) {
        *self.key.lock().unwrap() = None;
        self.generation.fetch_add(1, Relaxed);
    }

    /// The keys of a member of the group.
    fn opening(&self, group: &KeyGroup) -> OpeningKey {
        let key = self.key.lock().unwrap();
        let key = key.as_ref().unwrap();
        let terms = GrantTerms {
            robot: ROBOT,
            group: group.id(),
            class: group.class().name(),
            form: group.form().name(),
            suite: key.key.suite(),
            key: key.key.id(),
            from: MORNING,
            until: key.until,
            policy_version: key.policy_version,
            sender: key.sender.public(),
        };
        OpeningKey::new(&terms, &self.secret)
    }
}

impl Keys for Ring {
    fn generation(&self) -> u64 {
        self.generation.load(Relaxed)
    }

    fn key(&self, _: &[u8; 16], second: i64) -> Option<Arc<EpochKey>> {
        self.key.lock().unwrap().clone().filter(|key| second < key.until)
    }
}

fn seal(keys: &Arc<Ring>, topic: &str, type_name: &str) -> Seal {
    let (topic, type_name, type_hash) = (topic.into(), type_name.into(), "RIHS01_0".into());
    let of = SealedTopic { domain: 2, topic, type_name, type_hash };
    Seal::new(of, Arc::clone(keys) as Arc<dyn Keys>)
}

fn open(key: &OpeningKey, topic: &str, type_name: &str, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    let context = key.context(2, topic, type_name, "RIHS01_0");
    let mut sealed = sealed.to_vec();
    key.open(&context, MORNING, key.must_be_signed(), &mut sealed).map(|(text, _)| text.to_vec())
}

const EVERY: &str = "discreet_test/msg/Every";

#[test]
fn what_is_for_a_stakeholder_leaves_sealed_and_opens_for_its_members_only() {
    let (keys, policy) = (Ring::new(Suite::Aes256Gcm), policy());
    let topic = Arc::clone(policy.topic("/guests").unwrap());
    let mut protection = protection(Makers {
        seals: PerForm { clear: Some(seal(&keys, "/guests", EVERY)), redacted: None },
        ..Makers::default()
    });
    let mut cdr = every();
    let decision = release(decide(&topic, &plan(), &mut protection, at(MORNING), received(&mut cdr)));
    let sealed = decision.unwrap();
    assert!(sealed.is_sealed() && sealed.form() == Form::Clear);
    assert_eq!(sealed.cdr().len(), every().len() + 104, "the signed overhead");
    let key = keys.opening(topic.group(Form::Clear).unwrap());
    assert_eq!(open(&key, "/guests", EVERY, sealed.cdr()), Ok(every()));
    assert_eq!(open(&key, "/other", EVERY, sealed.cdr()), Err(OpenError::Signature));
}

#[test]
fn a_message_with_room_around_it_is_sealed_where_it_lies() {
    let (keys, policy) = (Ring::new(Suite::ChaCha20Poly1305), policy());
    let topic = Arc::clone(policy.topic("/guests").unwrap());
    let mut protection = protection(Makers {
        seals: PerForm { clear: Some(seal(&keys, "/guests", EVERY)), redacted: None },
        ..Makers::default()
    });
    let mut bytes = vec![0; HEADROOM + every().len() + TAILROOM];
    bytes[HEADROOM..HEADROOM + every().len()].copy_from_slice(&every());
    let place = bytes.as_ptr();
    let message = Received { origin: ORIGIN, cdr: Buffer::with_room(&mut bytes, HEADROOM, every().len()) };
    let sealed = release(decide(&topic, &plan(), &mut protection, at(MORNING), message)).unwrap();
    assert_eq!(sealed.cdr().as_ptr(), place);
    let key = keys.opening(topic.group(Form::Clear).unwrap());
    assert_eq!(open(&key, "/guests", EVERY, sealed.cdr()), Ok(every()));
}

#[test]
fn a_message_with_too_little_room_is_sealed_in_a_copy() {
    let (keys, topic) = (Ring::new(Suite::ChaCha20Poly1305), topic("/guests"));
    let mut protection = protection(Makers {
        seals: PerForm { clear: Some(seal(&keys, "/guests", EVERY)), redacted: None },
        ..Makers::default()
    });
    for (before, behind) in [(HEADROOM - 1, TAILROOM), (HEADROOM, TAILROOM - 1), (HEADROOM, 0)] {
        let mut bytes = [vec![0; before], every(), vec![0; behind]].concat();
        let message = Received { origin: ORIGIN, cdr: Buffer::with_room(&mut bytes, before, every().len()) };
        let sealed = release(decide(&topic, &plan(), &mut protection, at(MORNING), message)).unwrap();
        let key = keys.opening(topic.group(Form::Clear).unwrap());
        assert_eq!(open(&key, "/guests", EVERY, sealed.cdr()), Ok(every()), "{before} and {behind}");
    }
}

#[test]
fn a_key_for_the_next_policy_seals_for_that_policy() {
    let (keys, topic) = (Ring::new(Suite::Aes256Gcm), topic("/guests"));
    let mut protection = protection(Makers {
        seals: PerForm { clear: Some(seal(&keys, "/guests", EVERY)), redacted: None },
        ..Makers::default()
    });
    for (id, policy_version) in [(9, 4), (10, 5)] {
        keys.give(Suite::Aes256Gcm, id, policy_version);
        let mut message = every();
        let decision = decide(&topic, &plan(), &mut protection, at(MORNING), received(&mut message));
        let key = keys.opening(topic.group(Form::Clear).unwrap());
        assert_eq!(open(&key, "/guests", EVERY, release(decision).unwrap().cdr()), Ok(every()));
    }
}

#[test]
fn a_key_that_was_taken_away_seals_nothing_from_the_next_message_on() {
    let (keys, topic) = (Ring::new(Suite::Aes256Gcm), topic("/guests"));
    let mut protection = protection(Makers {
        seals: PerForm { clear: Some(seal(&keys, "/guests", EVERY)), redacted: None },
        ..Makers::default()
    });
    let mut decide = |now| {
        release(decide(&topic, &plan(), &mut protection, now, received(&mut every())))
            .map(|release| release.is_sealed())
    };
    assert_eq!(decide(at(MORNING)), Ok(true));
    assert_eq!(decide(Moment { trusted: false, ..at(MORNING) }), Err(Denied::ClockUnsure));
    assert_eq!(decide(at(UNTIL)), Err(Denied::NoKey), "its epoch is over");
    assert_eq!(decide(at(MORNING)), Ok(true));
    keys.revoke();
    assert_eq!(decide(at(MORNING)), Err(Denied::NoKey), "within the same second");
}

#[test]
fn a_camera_leaves_covered_for_everyone_and_sealed_as_it_is_for_the_desk_from_one_frame() {
    let text = CAMERA.replace("topics:", "stakeholders:\n  desk: { identity: desk.pub }\ntopics:")
        + "  - { who: desk, read: /camera, as: clear }\n";
    let policy = Policy::read("camera.yaml", &text).map_err(|findings| format!("{findings:#?}")).unwrap().0;
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/types");
    let plan = TypeLibrary::new([types]).definition("sensor_msgs/msg/Image").unwrap().plan;
    let keys = Ring::new(Suite::Aes256Gcm);
    let look = Looker(Ok(Area { left: 4, top: 2, right: 8, bottom: 6 }), Vec::new());
    let look = Some(Box::new(look) as Box<dyn ImageInspector + Send>);
    let mut protection = protection(Makers {
        images: Some(ImageRedactor::new("/camera", ImageKind::Raw, look, Arc::default())),
        seals: PerForm { clear: Some(seal(&keys, "/camera", "sensor_msgs/msg/Image")), redacted: None },
        ..Makers::default()
    });
    let (topic, now) = (Arc::clone(policy.topic("/camera").unwrap()), policy.moment(MORNING, true));
    let mut cdr = picture();
    let releases = decide(&topic, &plan, &mut protection, now, received(&mut cdr)).unwrap();
    let releases: Vec<_> = releases.present().map(|(form, release)| (form, release.unwrap())).collect();
    let [(Form::Clear, clear), (Form::Redacted, redacted)] = &releases[..] else { panic!("{releases:?}") };
    assert!(clear.is_sealed() && !redacted.is_sealed());
    let key = keys.opening(topic.group(Form::Clear).unwrap());
    assert_eq!(open(&key, "/camera", "sensor_msgs/msg/Image", clear.cdr()), Ok(picture()));
    assert_eq!(redacted.redaction(), Some(Redaction { covered: 1, ..Redaction::default() }));
    assert_ne!(redacted.cdr(), picture());
    // Without a key the desk gets nothing, and everyone still gets theirs.
    keys.revoke();
    let mut cdr = picture();
    let releases = decide(&topic, &plan, &mut protection, now, received(&mut cdr)).unwrap();
    let outcomes: Vec<_> = releases
        .present()
        .map(|(form, release)| (form, release.map(|release| release.is_sealed())))
        .collect();
    assert_eq!(outcomes, [(Form::Clear, Err(Denied::NoKey)), (Form::Redacted, Ok(false))]);
}
