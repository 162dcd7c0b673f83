//! The promises of the data path, with the real policy, the real walk and the real audit; only ROS is left out.

// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use discreet_audit::{Audit, Opening, Receipt, RouteInfo, RouteLog, Time};
use discreet_cdr::types::TypeLibrary;
use discreet_cdr::{Plan, Writer};
use discreet_guard::denied::Denied;
use discreet_guard::message::{Buffer, Origin, Received};
use discreet_guard::protect::{Makers, Protection, Releasable, Releases, Seal, SealedTopic};
use discreet_guard::relay::{Outcome, Output, decide, record_and_publish};
use discreet_guard::sources::PublisherTrust;
use discreet_host::secret::Secret;
use discreet_policy::{Form, Group, Moment, Policy, Suite, TopicPolicy};
use discreet_redact::{
    Area, BlankReason, Cause, CompressedFormat, Found, ImageInspector, ImageKind, ImageRedactor, ImageRules,
    Picture, Redaction, Subject,
};
use discreet_seal::epoch_keys::{EpochKey, Keys};
use discreet_seal::{GrantTerms, HEADROOM, OpenError, OpeningKey, PerForm, SealingKey, SenderKey, TAILROOM};

/// The released messages.
#[derive(Default)]
struct Outside(Vec<(Vec<u8>, bool)>);

impl Output for Outside {
    type Fault = std::convert::Infallible;

    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), Self::Fault> {
        self.0.push((message.cdr().to_vec(), receipt.is_recorded()));
        Ok(())
    }
}

fn protection(makers: Makers) -> Protection {
    Protection { makers, ..Protection::default() }
}

const POLICY: &str = "
discreet: 1
robot: test
version: 4
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
  contextual: { suite: aes-256-gcm, epoch: 60s, retention: 24h }
  contextual/guest: { retention: 1h }
stakeholders:
  front_desk: { identity: identities/front_desk.pub }
topics:
  /open: { type: discreet_test/msg/Every, class: operational }
  /hours: { type: discreet_test/msg/Every, class: operational }
  /camera: { type: discreet_test/msg/Every, class: contextual }
  /guests: { type: discreet_test/msg/Every, class: contextual/guest }
  /shut: { type: discreet_test/msg/Every, class: contextual/guest }
  /unruled: { type: discreet_test/msg/Every, class: contextual/guest }
  /watched: { type: discreet_test/msg/Every, class: contextual }
rules:
  - { who: everyone, read: [/open, /watched], as: clear }
  - { who: everyone, read: /hours, as: clear, hours: \"08:00-18:00\" }
  - { who: everyone, read: /camera, as: redacted }
  - { who: front_desk, read: /guests, as: clear }
  - { who: everyone, read: /shut, deny: true }
";

/// 2026-11-23, half past nine.
const MORNING: i64 = 1_795_426_200;
const EVENING: i64 = MORNING + 12 * 3600;

fn policy() -> Policy {
    Policy::read("test.yaml", POLICY).map_err(|findings| format!("{findings:#?}")).unwrap().0
}

fn topic(name: &str) -> Arc<TopicPolicy> {
    Arc::clone(policy().topic(name).unwrap())
}

fn plan() -> Plan {
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/types");
    TypeLibrary::new([types]).definition("discreet_test/msg/Every").unwrap().plan
}

/// A valid message of that type.
fn every() -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.bool(true);
    writer.str("eight bt");
    writer.sequence(0); // wide string
    writer.sequence(0); // of wide strings
    [0.1, 0.2, 0.3].into_iter().for_each(|number| writer.f64(number));
    writer.sequence(0);
    for small in 0..2 {
        writer.u8(small);
        writer.f64(0.5);
    }
    writer.sequence(0);
    writer.str("");
    writer.str("second");
    writer.u8(0);
    writer.f64(0.5);
    writer.sequence(0);
    writer.u8(7);
    message
}

const ORIGIN: Origin =
    Origin { publisher: [1; 16], trust: PublisherTrust::Accepted, sequence: 1, source_stamp: 0 };

fn received(cdr: &mut [u8]) -> Received<'_> {
    Received { origin: ORIGIN, cdr: Buffer::new(cdr) }
}

fn at(unix_seconds: i64) -> Moment {
    policy().moment(unix_seconds, true)
}

/// The guard's decision on a message on a topic at a moment.
fn denied(name: &str, now: Moment, cdr: &mut [u8]) -> Option<Denied> {
    let (topic, mut nothing) = (topic(name), Protection::default());
    release(decide(&topic, &plan(), &mut nothing, now, received(cdr))).err()
}

/// The decision on the one form in which a message may leave.
fn release<'a>(decision: Result<Releases<'a>, Denied>) -> Result<Releasable<'a>, Denied> {
    let mut releases = decision?.present();
    let (_, release) = releases.next().unwrap();
    assert!(releases.next().is_none(), "it leaves in two forms");
    release
}

fn audit(path: &Path, name: &str) -> (Audit, RouteLog) {
    let opening = Opening { program: "test".into(), robot: "test".into(), policy: None };
    let audit = Audit::open(path, opening, Arc::new(Time::system)).unwrap();
    let info = RouteInfo {
        topic: name.into(),
        type_name: "discreet_test/msg/Every".into(),
        class: topic(name).class().name().into(),
        contextual: topic(name).class().is_contextual(),
        form: "clear".into(),
        audience: "everyone".into(),
        policy: 4,
        epoch: 0,
        source: String::new(),
    };
    let log = audit.route(info);
    (audit, log)
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("discreet-relay-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn what_a_rule_allows_leaves_as_it_came() {
    let mut cdr = every();
    let (topic, folder) = (topic("/open"), scratch("open"));
    let (audit, log) = audit(&folder.join("audit.log"), "/open");
    let mut outside = Outside::default();
    let mut nothing = Protection::default();
    let decision = release(decide(&topic, &plan(), &mut nothing, at(MORNING), received(&mut cdr)));
    assert_eq!(record_and_publish(decision, Time::system(), &log, &mut outside), Ok(Outcome::Released(None)));
    assert_eq!(outside.0, [(every(), true)]);
    drop((log, audit));
    let text = std::fs::read_to_string(folder.join("audit.log")).unwrap();
    assert!(text.contains("\"released\":1"), "{text}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn each_way_of_staying_inside_has_its_name() {
    let message = &mut every();
    assert_eq!(denied("/shut", at(MORNING), message), Some(Denied::RuleDenies));
    assert_eq!(denied("/camera", at(MORNING), message), Some(Denied::NotRedactable));
    assert_eq!(denied("/guests", at(MORNING), message), Some(Denied::NoKey));
    assert_eq!(denied("/hours", at(MORNING), message), None);
    assert_eq!(denied("/hours", at(EVENING), message), Some(Denied::NoRule));
    let unsure = Moment { trusted: false, ..at(MORNING) };
    assert_eq!(denied("/hours", unsure, message), Some(Denied::ClockUnsure));
    // A time that is not trusted may be any: the reason is the same at each.
    for second in [0, 60, 8 * 3600, EVENING, UNTIL, i64::MAX / 2] {
        let unsure = Moment { trusted: false, ..at(second) };
        assert_eq!(denied("/hours", unsure, message), Some(Denied::ClockUnsure), "{second}");
        assert_eq!(denied("/unruled", unsure, message), Some(Denied::NoRule), "{second}");
        assert_eq!(denied("/shut", unsure, message), Some(Denied::RuleDenies), "{second}");
    }
    assert_eq!(denied("/open", unsure, message), None);
    let mut of = |trust| {
        let message = Received { origin: Origin { trust, ..ORIGIN }, cdr: Buffer::new(message) };
        decide(&topic("/open"), &plan(), &mut Protection::default(), at(MORNING), message).err()
    };
    for reason in [Denied::WrongTypeHash, Denied::DuplicateNode, Denied::WrongSource] {
        assert_eq!(of(PublisherTrust::Refused(reason)), Some(reason));
    }
    assert_eq!(of(PublisherTrust::Awaited), Some(Denied::UnknownSource));
}

#[test]
fn no_cut_or_bloated_message_leaves() {
    let mut cdr = every();
    for length in 0..cdr.len() {
        assert_eq!(denied("/open", at(MORNING), &mut cdr[..length]), Some(Denied::Malformed), "{length}");
    }
    cdr.extend_from_slice(&[0; 4]);
    assert_eq!(denied("/open", at(MORNING), &mut cdr), Some(Denied::Malformed));
}

#[test]
fn padding_that_nobody_reads_stays_inside() {
    let mut cdr = every();
    let length = cdr.len();
    cdr.extend_from_slice(b"pin");
    let topic = topic("/open");
    let mut nothing = Protection::default();
    let decision = release(decide(&topic, &plan(), &mut nothing, at(MORNING), received(&mut cdr)));
    assert_eq!(decision.unwrap().cdr(), &every()[..length]);
}

#[test]
fn without_a_record_nothing_contextual_is_published() {
    // A path below a file cannot be made, not even by root.
    let folder = scratch("unwritable");
    let blocked = folder.join("file");
    std::fs::write(&blocked, "").unwrap();
    let (mut cdr, mut outside) = (every(), Outside::default());
    for (name, outcome) in [
        ("/watched", Outcome::Denied(Denied::NotRecorded)),
        ("/open", Outcome::Released(None)), // operational: goes on, unrecorded, which is reported
    ] {
        let (topic, (_audit, log)) = (topic(name), audit(&blocked.join("audit.log"), name));
        let mut nothing = Protection::default();
        let decision = release(decide(&topic, &plan(), &mut nothing, at(MORNING), received(&mut cdr)));
        assert_eq!(record_and_publish(decision, Time::system(), &log, &mut outside), Ok(outcome), "{name}");
    }
    assert_eq!(outside.0, [(cdr, false)]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn deciding_is_a_look_up_however_many_rules_there_are() {
    // A bound so wide that only a loop over the rules could break it; `tools/bench policy` has the figures.
    use std::fmt::Write;
    let mut text = String::from(POLICY);
    for number in 0..3000 {
        let from = number % 23;
        writeln!(
            text,
            "  - {{ who: everyone, read: /open, as: clear, hours: \"{from:02}:00-{:02}:{:02}\" }}",
            from + 1,
            number % 60
        )
        .unwrap();
    }
    let policy = Policy::read_within("large.yaml", &text, &discreet_policy::Limits::LARGE).unwrap().0;
    let (now, topic) = (policy.moment(MORNING, true), policy.topic("/open").unwrap());
    let started = std::time::Instant::now();
    for _ in 0..10_000 {
        std::hint::black_box(topic.everyone(std::hint::black_box(now)));
    }
    assert!(started.elapsed() < Duration::from_millis(100), "{:?}", started.elapsed() / 10_000);
}

// Images. The inspector is a fake; `tests/redactor/main.rs` and `crates/discreet-vision/tests/vision.rs` have the
// real ones.

/// Finds a face at one place, or fails.
struct Looker(Result<Area, BlankReason>, Vec<Found>);

impl ImageInspector for Looker {
    fn look(&mut self, _: &ImageRules, _: Picture<'_>, _: i64) -> Result<&[Found], BlankReason> {
        let area = self.0?;
        self.1 = vec![Found { subject: Subject::Faces, area, score: 1.0, why: Cause::Seen }];
        Ok(&self.1)
    }

    fn remake(
        &mut self,
        _: &ImageRules,
        _: &[u8],
        _: CompressedFormat,
        _: i64,
    ) -> Result<&[u8], BlankReason> {
        self.0.map(|_| b"remade".as_slice())
    }
}

const CAMERA: &str = "
discreet: 1
robot: test
version: 4
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
  contextual: { suite: aes-256-gcm, epoch: 60s, retention: 24h }
topics:
  /camera: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }
rules:
  - { who: everyone, read: contextual, as: redacted }
";

/// A picture of 16 by 8 in which every byte holds its position; the pixels are its last bytes.
fn picture() -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.i32(1_700_000_000);
    writer.u32(0);
    writer.str("camera");
    writer.u32(8);
    writer.u32(16);
    writer.str("rgb8");
    writer.u8(0);
    writer.u32(48);
    writer.sequence(384);
    message.extend((0..384u32).map(|at| (at % 250) as u8 + 1));
    message
}

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

// Sealing. The keys are real; the keeper that gives them is a fake.

/// Gives one key for every group, until it is revoked.
struct Ring {
    generation: AtomicU64,
    key: Mutex<Option<Arc<EpochKey>>>,
    secret: Secret<32>,
}

const ROBOT: &str = "test";
const UNTIL: i64 = MORNING + 60;

impl Ring {
    fn new(suite: Suite) -> Arc<Ring> {
        let secret = Secret::random().unwrap();
        let key = EpochKey {
            members: vec!["desk".into()],
            robot: ROBOT.into(),
            key: SealingKey::new(suite, 9, &secret),
            until: UNTIL,
            policy_version: 4,
            sender: Arc::new(SenderKey::generate().unwrap()),
        };
        Arc::new(Ring { generation: AtomicU64::new(1), key: Mutex::new(Some(Arc::new(key))), secret })
    }

    fn revoke(&self) {
        *self.key.lock().unwrap() = None;
        self.generation.fetch_add(1, Relaxed);
    }

    /// The keys of a member of the group.
    fn opening(&self, group: &Group) -> OpeningKey {
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
