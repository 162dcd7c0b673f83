//! A catalogue from the outer domain, where any participant can publish one: read or refused, with any counts, and
//! also if the guard's own key signed it.

use std::time::Duration;

use discreet_graph::qos::Qos;
use discreet_host::secret::Secret;
use discreet_seal::catalog::{Catalog, CatalogEntry, CatalogLease, ReadFor, Verified};
use discreet_seal::{SenderKey, sign_catalog};

pub fn run(data: &[u8]) {
    read(data);
    // The code behind the signature check is fuzzed too: the same bytes with a good signature.
    let signed = data.get(72..).unwrap_or_default();
    let signature = sign_catalog(&sender(), 7, signed);
    read(&[&[0, 1, 0, 0, 64, 0, 0, 0], &signature[..], signed].concat());
}

fn read(message: &[u8]) {
    let senders = [sender().public()];
    let of = ReadFor { robot: "r", domain: 7, senders: &senders, audience: "desk" };
    if let Ok(verified) = Verified::read(message, of) {
        // No string is longer than the input it was read from; a byte that is not UTF-8 becomes three.
        let length: usize = verified.offers.iter().map(|offer| offer.topic.len()).sum();
        assert!(length <= message.len() * 3);
    }
}

fn sender() -> SenderKey {
    SenderKey::from_secret(&Secret::take(&mut [5; 32]))
}

/// A catalogue with one entry for the desk.
#[allow(dead_code)] // the fuzzer finds its own
pub fn seeds() -> Vec<Vec<u8>> {
    let entry = CatalogEntry {
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
        qos: Qos::default(),
    };
    let catalog =
        Catalog { robot: "r".into(), policy_version: 3, entries: vec![entry], ..Catalog::default() };
    vec![catalog.signed(&sender(), 7, CatalogLease { stamp: 1, until: 2 })]
}
