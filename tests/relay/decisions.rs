//! A message leaves as it came if a rule allows it; otherwise it stays inside, for a reason that has a name.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use discreet_audit::{Audit, Opening, Receipt, RouteInfo, RouteLog, Time};
use discreet_guard::denied::Denied;
use discreet_guard::message::{Buffer, Origin, Received};
use discreet_guard::protect::{Protection, Releasable};
use discreet_guard::relay::{Outcome, Output, decide, record_and_publish};
use discreet_guard::sources::PublisherTrust;
use discreet_policy::{Moment, Policy};

use crate::setting::{EVENING, MORNING, ORIGIN, POLICY, UNTIL, at, every, plan, received, release, topic};

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

/// The guard's decision on a message on a topic at a moment.
fn denied(name: &str, now: Moment, cdr: &mut [u8]) -> Option<Denied> {
    let (topic, mut nothing) = (topic(name), Protection::default());
    release(decide(&topic, &plan(), &mut nothing, now, received(cdr))).err()
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
    let policy = Policy::read_within("large.yaml", &text, &discreet_policy::FileLimits::LARGE).unwrap().0;
    let (now, topic) = (policy.moment(MORNING, true), policy.topic("/open").unwrap());
    let started = std::time::Instant::now();
    for _ in 0..10_000 {
        std::hint::black_box(topic.everyone(std::hint::black_box(now)));
    }
    assert!(started.elapsed() < Duration::from_millis(100), "{:?}", started.elapsed() / 10_000);
}
