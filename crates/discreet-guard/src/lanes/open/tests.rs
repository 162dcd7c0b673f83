//! Lanes over a fake middleware, which writes down what it is asked for.

use std::sync::Arc;

use super::*;
use crate::audiences::{Audience, Audiences};
use crate::lanes::LaneSource;
use crate::message::{Buffer, Origin, Received};
use crate::protect::Protection;
use crate::relay::{Outcome, decide, record_and_publish};
use crate::sources::PublisherTrust;
use crate::testing::{STRING, open_policy};
use discreet_audit::{Audit, Opening, RouteInfo, RouteLog, Time};
use discreet_cdr::Writer;
use discreet_graph::Gid;
use discreet_graph::qos::MAX_DEPTH;
use discreet_policy::Policy;
use discreet_seal::PerForm;

const VOLATILE: Qos = Qos::DEFAULT;
const HASTY: Qos = Qos { reliable: false, ..Qos::DEFAULT };
const LATCHED: Qos = Qos { latched: true, ..Qos::DEFAULT };

#[derive(Debug, PartialEq, Eq)]
enum Done {
    Opened(usize, Qos),
    Published(usize),
    Described(usize, u64),
    Closed(usize),
}
use Done::{Closed, Described, Opened, Published};

/// Outlets are numbers, from 1 on.
#[derive(Default)]
struct Fake {
    done: Vec<Done>,
    opened: usize,
    fails: bool,
}

impl Outside for Fake {
    type Fault = &'static str;
    type Outlets = usize;

    fn open(&mut self, offer: Qos, _: Leaves) -> Result<usize, &'static str> {
        if self.fails {
            return Err("no memory");
        }
        self.opened += 1;
        self.done.push(Opened(self.opened, offer));
        Ok(self.opened)
    }

    fn publish(&mut self, outlets: &mut usize, _: Releasable<'_>, _: Receipt) -> Result<(), &'static str> {
        self.done.push(Published(*outlets));
        Ok(())
    }

    fn describe(&mut self, outlets: &mut usize, about: &About) {
        self.done.push(Described(*outlets, about.policy_version));
    }

    fn close(&mut self, outlets: usize) {
        self.done.push(Closed(outlets));
    }
}

/// The lanes, and what a message needs to leave.
struct Setup {
    lanes: Lanes<Fake>,
    policy: Policy,
    plan: discreet_cdr::Plan,
    log: RouteLog,
    _audit: Audit,
}

impl Setup {
    fn new() -> Setup {
        let opening = Opening { program: "test".into(), robot: "r".into(), policy: None };
        // Nothing can be written there; what is operational leaves all the same.
        let audit = Audit::open("/dev/null/audit.log".as_ref(), opening, Arc::new(Time::system)).unwrap();
        let info = RouteInfo {
            topic: "/text".into(),
            type_name: "std_msgs/msg/String".into(),
            class: "operational".into(),
            contextual: false,
            form: "clear".into(),
            audience: "everyone".into(),
            policy: 1,
            epoch: 0,
            source: String::new(),
        };
        Setup {
            lanes: Lanes::new(Fake::default()),
            policy: Policy::read("p.yaml", &open_policy("/text", "std_msgs/msg/String"))
                .unwrap_or_else(|all| panic!("{all:?}"))
                .0,
            plan: discreet_cdr::Plan::compile(&serde_json::from_str(STRING).unwrap()).unwrap(),
            log: audit.route(info),
            _audit: audit,
        }
    }

    /// The calls since the last one of this function.
    fn done(&mut self) -> Vec<Done> {
        std::mem::take(&mut self.lanes.outside.done)
    }

    fn arrange(&mut self, plan: &Plan, second: u64) -> Vec<Done> {
        assert_eq!(self.lanes.arrange(plan, Duration::from_secs(second)), Ok(()));
        self.done()
    }

    /// A message of the first source, which has shown this depth.
    fn publish(&mut self, plan: &Plan, shown: Option<usize>) -> Vec<Done> {
        let lane = plan.lanes()[0];
        let (topic, moment) = (self.policy.topic("/text").unwrap(), self.policy.moment(0, true));
        let mut cdr = Vec::new();
        Writer::new(&mut cdr).str("text");
        let origin = Origin {
            publisher: lane.source.unwrap_or_default(),
            trust: PublisherTrust::Accepted,
            sequence: 1,
            source_stamp: 0,
        };
        let message = Received { origin, cdr: Buffer::new(&mut cdr) };
        let mut protection = Protection::default();
        let releases = decide(topic, &self.plan, &mut protection, moment, message).unwrap();
        let mut exit = self.lanes.exit(Some(lane), shown).unwrap().unwrap();
        let outcome = record_and_publish(releases.clear.unwrap(), Time::system(), &self.log, &mut exit);
        assert_eq!(outcome, Ok(Outcome::Released(None)));
        self.done()
    }
}

fn gid(number: u8) -> Gid {
    [number; 16]
}

/// Accepted sources, numbered from 1 on.
fn plan(offered: &[Qos]) -> Plan {
    let leaves = Leaves { open: true, sealed: PerForm::default() };
    let source = |(at, offered): (usize, &Qos)| LaneSource {
        gid: gid(at as u8 + 1),
        trust: PublisherTrust::Accepted,
        offered: *offered,
    };
    Plan {
        sources: offered.iter().enumerate().map(source).collect(),
        depth: None,
        ever: leaves,
        now: leaves,
        under: ([0; 32], Audiences::default()),
    }
}

fn with_depth(depth: usize, qos: Qos) -> Qos {
    Qos { depth, ..qos }
}

#[test]
fn a_lane_without_sources_lingers_and_may_come_back() {
    let mut setup = Setup::new();
    let (both, one) = (plan(&[VOLATILE, HASTY]), plan(&[VOLATILE]));
    assert_eq!(setup.arrange(&both, 0).len(), 2);
    assert_eq!(setup.arrange(&one, 1), []);
    assert_eq!(setup.arrange(&one, 2), [], "one second later messages may still be under way");
    assert_eq!(setup.arrange(&both, 3), [], "it is in use again, also after two seconds");
    assert_eq!(setup.arrange(&one, 10), []);
    assert_eq!(setup.arrange(&one, 11), []);
    assert_eq!(setup.arrange(&one, 12), [Closed(2)]);
    assert_eq!(setup.arrange(&one, 13), []);
    assert_eq!(setup.lanes.offered().len(), 1);
}

#[test]
fn messages_latched_under_another_policy_or_for_others_are_not_handed_on() {
    let mut setup = Setup::new();
    let first = plan(&[LATCHED, VOLATILE]);
    setup.arrange(&first, 0);
    let policy = Plan { under: ([1; 32], first.under.1), ..first.clone() };
    let latched = with_depth(MAX_DEPTH, LATCHED);
    assert_eq!(setup.arrange(&policy, 0), [Opened(3, latched), Closed(1)], "the other lane stays");
    let group = |key| Audiences(PerForm { clear: Some(Audience::Group([7; 16], key)), redacted: None });
    let sealed = Plan { under: ([1; 32], group(Some(1))), ..first.clone() };
    assert_eq!(setup.arrange(&sealed, 0), [Opened(4, latched), Closed(3)]);
    let rekeyed = Plan { under: ([1; 32], group(Some(2))), ..first };
    assert_eq!(setup.arrange(&rekeyed, 0), [Opened(5, latched), Closed(4)]);
    assert_eq!(setup.arrange(&rekeyed, 1), []);
}

#[test]
fn a_source_that_shows_its_depth_gets_outlets_of_this_depth() {
    let mut setup = Setup::new();
    let plan = plan(&[LATCHED]);
    assert_eq!(setup.arrange(&plan, 0), [Opened(1, with_depth(MAX_DEPTH, LATCHED))]);
    assert_eq!(setup.publish(&plan, None), [Published(1)]);
    assert!(!setup.lanes.changed());
    let opened = Opened(2, with_depth(2, LATCHED));
    assert_eq!(setup.publish(&plan, Some(2)), [opened, Published(2)], "the earlier messages are still there");
    assert!(setup.lanes.changed() && !setup.lanes.changed());
    assert_eq!(setup.publish(&plan, Some(2)), [Published(2), Closed(1)], "the new ones keep as many");
    assert_eq!(setup.lanes.offered(), [with_depth(2, LATCHED)]);
    // It showed too little: only the latest predecessor is kept.
    let opened = |number, depth| Opened(number, with_depth(depth, LATCHED));
    assert_eq!(setup.publish(&plan, Some(5)), [opened(3, 5), Published(3)]);
    assert_eq!(setup.publish(&plan, Some(1)), [opened(4, 1), Closed(2), Published(4), Closed(3)]);
}

#[test]
fn of_an_ending_lane_the_outlets_of_another_depth_end_too() {
    let mut setup = Setup::new();
    let plan = plan(&[LATCHED]);
    setup.arrange(&plan, 0);
    setup.publish(&plan, Some(2));
    setup.arrange(&Plan { sources: Vec::new(), ..plan.clone() }, 1);
    assert_eq!(setup.arrange(&Plan { sources: Vec::new(), ..plan }, 3), [Closed(1), Closed(2)]);
}

#[test]
fn new_lanes_are_made_before_old_ones_end() {
    let mut setup = Setup::new();
    setup.arrange(&plan(&[VOLATILE]), 0);
    assert_eq!(setup.arrange(&plan(&[]), 0), []);
    assert_eq!(setup.arrange(&plan(&[HASTY]), 2), [Opened(2, HASTY), Closed(1)]);
}

#[test]
fn outlets_that_cannot_be_made_are_tried_again() {
    let mut setup = Setup::new();
    let both = plan(&[LATCHED, VOLATILE]);
    setup.lanes.outside.fails = true;
    assert_eq!(setup.lanes.arrange(&both, Duration::ZERO), Err("no memory"));
    assert!(setup.lanes.exit(Some(both.lanes()[0]), None).is_ok_and(|exit| exit.is_none()));
    setup.lanes.outside.fails = false;
    assert_eq!(setup.arrange(&both, 1).len(), 2, "the plan is the same");

    setup.lanes.outside.fails = true;
    assert!(setup.lanes.exit(Some(both.lanes()[0]), Some(3)).is_err(), "this message is lost");
    setup.lanes.outside.fails = false;
    let opened = Opened(3, with_depth(3, LATCHED));
    assert_eq!(setup.publish(&both, Some(3)), [opened, Published(3)], "the next one leaves");
}

#[test]
fn late_joiners_lose_messages_of_a_source_that_may_keep_more_than_can_be_kept() {
    let mut setup = Setup::new();
    let plan = plan(&[LATCHED]);
    setup.arrange(&plan, 0);
    let lane = Some(plan.lanes()[0]);
    let mut displaces = || setup.lanes.exit(lane, None).unwrap().unwrap().displaces();
    assert!((0..MAX_DEPTH).all(|_| !displaces()));
    assert!(displaces());
}

#[test]
fn a_shared_lane_that_is_the_only_one_takes_all_messages() {
    let mut setup = Setup::new();
    let (one, both) = (plan(&[VOLATILE]), plan(&[VOLATILE, HASTY]));
    setup.arrange(&one, 0);
    let has = |setup: &mut Setup, lane| setup.lanes.exit(lane, None).unwrap().is_some();
    assert!(has(&mut setup, None), "its source is not known any more");
    setup.arrange(&both, 1);
    assert!(!has(&mut setup, None));
    assert!(both.lanes().into_iter().all(|lane| has(&mut setup, Some(lane))));
    assert!(setup.lanes.any());
}

#[test]
fn new_outlets_know_what_tags_say() {
    let mut setup = Setup::new();
    setup.arrange(&plan(&[VOLATILE]), 0);
    let about = About { data_class: "operational".into(), form: Form::Clear, policy_version: 7 };
    setup.lanes.describe(about);
    assert_eq!(setup.done(), [Described(1, 7)]);
    let done = setup.arrange(&plan(&[VOLATILE, HASTY]), 0);
    assert_eq!(done, [Opened(2, HASTY), Described(2, 7)]);
}
