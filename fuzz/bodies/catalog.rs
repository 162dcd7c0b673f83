//! A catalogue from the outer domain, where anybody can publish one: read or refused, whatever its counts say.

use std::time::Duration;

use discreet::catalog::{Catalog, Entry, offers_for};

pub fn run(data: &[u8]) {
    if let Ok(offers) = offers_for("desk", data) {
        // Nothing that is read is longer than what it was read from; a byte that is no UTF-8 becomes three.
        assert!(offers.iter().map(|offer| offer.topic.len()).sum::<usize>() <= data.len() * 3);
    }
}

/// A catalogue with one entry for the desk.
#[allow(dead_code)] // the fuzzer finds its own
pub fn seeds() -> Vec<Vec<u8>> {
    let entry = Entry {
        topic: "/guests/sealed/clear".into(),
        policy_topic: "/guests".into(),
        sealed: true,
        type_name: "std_msgs/msg/String".into(),
        type_hash: "RIHS01_0".into(),
        data_class: "contextual/guest".into(),
        form: "clear".into(),
        audience: vec!["desk".into()],
        retention: Duration::from_secs(3600),
        policy_version: 3,
        source: vec!["/reception".into()],
        tag_topic: String::new(),
        depth: 10,
    };
    let catalog =
        Catalog { robot: "r".into(), policy_version: 3, policy_hash: "ab".into(), entries: vec![entry] };
    vec![catalog.to_cdr(1)]
}
