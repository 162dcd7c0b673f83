//! Any bytes as an MCAP file, scrubbed by its own definitions.

use std::io::Cursor;
use std::sync::OnceLock;

use discreet_bags::scrub::{Scrub, Types};
use discreet_bags::{Bag, BagWriter, McapFile};
use discreet_policy::Policy;

const POLICY: &str = "
discreet: 1
robot: r
version: 1
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
topics:
  /open: { type: std_msgs/msg/String, class: operational }
rules:
  - { who: everyone, read: operational, as: clear }
";

pub fn run(data: &[u8]) {
    static READ: OnceLock<Policy> = OnceLock::new();
    let policy = READ.get_or_init(|| Policy::read("fuzz.yaml", POLICY).unwrap().0);
    let Ok(mut bag) = McapFile::new(Cursor::new(data)) else { return };
    let scrub =
        Scrub { policy, types: Types::Bag, trust_names: false, at: None, now: 2_000_000_000, partial: true };
    let packing = bag.packing();
    let mut writer = BagWriter::new(Cursor::new(Vec::new()), packing).unwrap();
    scrub.run(&mut bag, &mut writer, &mut |_| None, &mut |_, _| {}).unwrap();
    let written = writer.finish().unwrap().into_inner();
    // For any input, the output is a bag of the one topic that may leave.
    for message in mcap::MessageStream::new(&written).unwrap() {
        assert_eq!(message.unwrap().channel.topic, "/open");
    }
}
