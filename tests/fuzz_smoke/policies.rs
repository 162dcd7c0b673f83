//! Policies, their signatures, and the file of whom to trust.

use crate::bodies::{policy, policy_signatures, trust_file};
use crate::mutations::{INPUTS, fuzz, fuzz_some};

#[test]
fn no_policy_file_breaks_the_reader() {
    let seed = r#"discreet: 1
robot: concierge-1
version: 7
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
  contextual: { suite: aes-256-gcm, epoch: 60s, retention: 24h }
  contextual/guest: { retention: 1h }
stakeholders:
  front_desk: { identity: identities/front_desk.pub, until: 2027-01-31 }
topics:
  /scan: { type: sensor_msgs/msg/LaserScan, class: operational }
  /camera/**: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }
  /speech: { type: std_msgs/msg/String, class: contextual/guest, redact: { data: [phone, email, badge, locker] } }
personal_data:
  operators: { badge: mask, person: remove }
  thresholds: { person: 60 }
  allow: ["reception@hotel.example"]
  hide: { badge: ["visitor 1"] }
  patterns: { badge: ["HB-[0-9]{4}"], locker: ["[0-9]{3}"] }
  near: { locker: [locker, spind] }
  allow_patterns: ["reception-[0-9]+@hotel[.]example"]
commands:
  /cmd_vel: { type: geometry_msgs/msg/Twist, class: operational, rate: 20, limits: { linear.x: [-0.5, 0.5] } }
actions:
  /dock: { type: nav2_msgs/action/DockRobot, class: contextual, rate: 1, limits: { speed: [0, 1] }, on_end: finish, redact: { feedback.note: [person], result.text: mask } }
parameters:
  /control: { class: operational, rate: 2, names: { speed: { type: double, limits: [0, 0.5] }, mode: { type: string, one_of: [a, b], max_length: 9, redact: [person] } } }
rules:
  - { who: everyone, read: operational, as: clear }
  - { who: front_desk, get: /control, as: redacted }
  - { who: front_desk, set: "/control:speed", hours: "08:00-18:00" }
  - { who: front_desk, act: [/dock, /dock/_action/status], as: redacted, until: 2026-12-31 }
  - { who: everyone, act: /dock/_action/feedback, as: redacted }
  - { who: front_desk, read: contextual/guest, as: clear, hours: "08:00-18:00" }
  - { who: front_desk, command: /cmd_vel }
  - { who: everyone, read: contextual, deny: true }
"#;
    assert!(discreet_policy::Policy::read("seed.yaml", seed).is_ok());
    // As large as it is, one reading takes a while unoptimised: a tenth of the inputs.
    fuzz_some(&[seed.as_bytes().to_vec()], policy::run, INPUTS / 10);
}

#[test]
fn no_signatures_fit_a_policy_but_those_of_its_owner() {
    use discreet_host::secret::Secret;
    use discreet_policy::Scope;
    use discreet_policy::signatures::{Head, Signatures};
    use discreet_seal::identity::Identity;
    let owner = Identity::from_secrets("alice", Secret::take(&mut [1; 32]), Secret::take(&mut [2; 32]));
    assert_eq!(owner.public().sign, policy_signatures::OWNER);
    let identities = [("desk".to_owned(), "0123456789abcdef0123456789abcdef".to_owned())];
    let policy = *blake3::hash(b"policy").as_bytes();
    let head = Head { scope: Scope::Robot("r".into()), version: 7, policy, identities: identities.into() };
    let (other, by) = (Head { version: 8, ..head.clone() }, vec![head.sign(&owner)]);
    let seeds = [
        Signatures { head, by: by.clone() }.write().into_bytes(),
        Signatures { head: other, by: [by.clone(), by].concat() }.write().into_bytes(),
    ];
    seeds.iter().for_each(|seed| policy_signatures::run(seed));
    fuzz(&seeds, policy_signatures::run);
}

#[test]
fn no_trust_file_breaks_its_reader() {
    let owner = |name| {
        discreet_seal::identity::Identity::generate(name).unwrap().public_file().replace('\n', "\n    ")
    };
    let (alice, bob) = (owner("alice"), owner("bob"));
    let head = "discreet_trust: 1\nrobot: r\nfleet: f\nthreshold: 2\nowners:\n";
    let seed = format!("{head}  - |\n    {alice}\n  - |\n    {bob}\n");
    assert!(discreet_policy::Trust::read("t", &seed, |_| Ok(String::new())).is_ok());
    fuzz_some(&[seed.into_bytes()], trust_file::run, INPUTS / 10);
}
