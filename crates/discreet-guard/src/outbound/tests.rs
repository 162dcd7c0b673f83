use super::*;
use crate::lanes::{About, LaneSource, Leaves, Plan};
use crate::protect::Releasable;
use crate::sources::PublisherTrust;
use crate::testing::{STRING, open_policy};
use discreet_audit::{Opening, Receipt};
use discreet_graph::qos::Qos;
use discreet_seal::PerForm;
use discreet_seal::epoch_keys::NoKeys;

/// Publishers that do nothing.
struct Anywhere;

impl Outside for Anywhere {
    type Fault = std::convert::Infallible;
    type Outlets = ();

    fn open(&mut self, _: Qos, _: Leaves) -> Result<(), Self::Fault> {
        Ok(())
    }

    fn publish(&mut self, (): &mut (), _: Releasable<'_>, _: Receipt) -> Result<(), Self::Fault> {
        Ok(())
    }

    fn describe(&mut self, (): &mut (), _: &About) {}

    fn close(&mut self, (): ()) {}
}

fn outbound(folder: &std::path::Path) -> Outbound<Anywhere> {
    let policy = folder.join("policy.yaml");
    std::fs::write(&policy, open_policy("/map", "std_msgs/msg/String")).unwrap();
    let live = LivePolicy::new(policy, None);
    assert!(live.reload(|_| ()).is_ok());
    let description = serde_json::from_str(STRING).unwrap();
    let definition = TypeDefinition {
        name: "std_msgs/msg/String".into(),
        hash: discreet_cdr::types::rihs::type_hash(&description),
        plan: discreet_cdr::Plan::compile(&description).unwrap(),
        description,
    };
    let opening = Opening { program: "test".into(), robot: "r".into(), policy: None };
    Outbound {
        topic: "/map".into(),
        source: "/driver".into(),
        definition: Arc::new(definition),
        resolved: None,
        live: Arc::new(live),
        clock: Arc::new(ClockFloor::new(None)),
        audit: Arc::new(Audit::open(&folder.join("audit.log"), opening, Arc::new(Time::system)).unwrap()),
        keys: Arc::new(NoKeys),
        protection: Protection::default(),
        lanes: Lanes::new(Anywhere),
    }
}

/// A latched source, whose lane announces what leaves now.
fn plan(open: bool) -> Plan {
    let offered = Qos { latched: true, ..Qos::DEFAULT };
    let leaves = |open| Leaves { open, sealed: PerForm::default() };
    Plan {
        sources: vec![LaneSource { gid: [1; 16], trust: PublisherTrust::Accepted, offered }],
        depth: None,
        ever: leaves(true),
        now: leaves(open),
        under: ([u8::from(open); 32], Audiences::default()),
    }
}

/// The audiences in the windows of the record, without repetitions.
fn audiences(log: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(log).unwrap();
    let entries = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let windows = entries.filter(|entry| entry["entry"] == "window");
    let routes = windows.flat_map(|window| window["routes"].as_array().unwrap().clone());
    let mut audiences: Vec<_> = routes.map(|route| route["audience"].as_str().unwrap().to_owned()).collect();
    audiences.dedup();
    audiences
}

#[test]
fn a_topic_is_recorded_for_its_audience_as_long_as_it_is_announced() {
    let folder = std::env::temp_dir().join(format!("discreet-outbound-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut outbound = outbound(&folder);
    let now = Time::system();
    for announced in [false, true, false] {
        assert_eq!(outbound.lanes.arrange(&plan(announced), Duration::ZERO), Ok(()));
        outbound.refresh_decision(now, Duration::ZERO);
        let log = &outbound.resolved.as_ref().unwrap().logs.first;
        assert!(log.record_release(now, &[0; 32], 1).unwrap().is_recorded());
    }
    assert_eq!(audiences(&folder.join("audit.log")), ["nobody", "everyone", "nobody"]);
    std::fs::remove_dir_all(folder).unwrap();
}
