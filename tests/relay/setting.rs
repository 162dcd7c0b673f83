//! The policy, the messages and the decision, for all tests of the data path.

use std::path::Path;
use std::sync::Arc;

use discreet_cdr::types::TypeLibrary;
use discreet_cdr::{Plan, Writer};
use discreet_guard::denied::Denied;
use discreet_guard::message::{Buffer, Origin, Received};
use discreet_guard::protect::{Makers, Protection, Releasable, Releases};
use discreet_guard::sources::PublisherTrust;
use discreet_policy::{Moment, Policy, TopicPolicy};
use discreet_redact::{
    Area, BlankReason, Cause, CompressedFormat, Found, ImageInspector, ImageRules, Picture, Subject,
};

pub const POLICY: &str = "
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
pub const MORNING: i64 = 1_795_426_200;
pub const EVENING: i64 = MORNING + 12 * 3600;
/// The end of the epoch of the keys in `sealing.rs`.
pub const UNTIL: i64 = MORNING + 60;

pub fn policy() -> Policy {
    Policy::read("test.yaml", POLICY).map_err(|findings| format!("{findings:#?}")).unwrap().0
}

pub fn topic(name: &str) -> Arc<TopicPolicy> {
    Arc::clone(policy().topic(name).unwrap())
}

pub fn plan() -> Plan {
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/types");
    TypeLibrary::new([types]).definition("discreet_test/msg/Every").unwrap().plan
}

/// A valid message of that type.
pub fn every() -> Vec<u8> {
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

pub const ORIGIN: Origin =
    Origin { publisher: [1; 16], trust: PublisherTrust::Accepted, sequence: 1, source_stamp: 0 };

pub fn received(cdr: &mut [u8]) -> Received<'_> {
    Received { origin: ORIGIN, cdr: Buffer::new(cdr) }
}

pub fn at(unix_seconds: i64) -> Moment {
    policy().moment(unix_seconds, true)
}

/// The decision on the one form in which a message may leave.
pub fn release<'a>(decision: Result<Releases<'a>, Denied>) -> Result<Releasable<'a>, Denied> {
    let mut releases = decision?.present();
    let (_, release) = releases.next().unwrap();
    assert!(releases.next().is_none(), "it leaves in two forms");
    release
}

pub fn protection(makers: Makers) -> Protection {
    Protection { makers, ..Protection::default() }
}

/// Finds a face at one place, or fails.
pub struct Looker(pub Result<Area, BlankReason>, pub Vec<Found>);

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

pub const CAMERA: &str = "
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
pub fn picture() -> Vec<u8> {
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
