//! The setting of a run, drawn from its seed: robots, parties, epochs; and the policies, with the rights that they
//! give, written down apart from the policy language.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use discreet_cdr::types::TypeDefinition;
use discreet_cdr::types::description::Description;
use discreet_cdr::types::rihs::type_hash;
use discreet_cdr::{Plan, Writer};

use crate::rng::Rng;
use discreet_seal::IngressKind;

/// The parties, each a stakeholder of every robot.
pub const PARTIES: [&str; 3] = ["desk", "vendor", "night"];
/// The topics of a robot that may leave sealed; `/open` is everyone's, `/shut` nobody's.
pub const SEALED: [&str; 2] = ["/names", "/rooms"];
/// The topic that everyone may have.
pub const OPEN: &str = "/open";
/// The topic that no rule lets out.
pub const SHUT: &str = "/shut";
/// The command.
pub const COMMAND: &str = "/move";
/// The type of all messages.
pub const TYPE: &str = "std_msgs/msg/String";
/// The outer domain of all robots.
pub const DOMAIN: u32 = 7;

/// Setting of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The number of robots.
    pub robots: usize,
    /// The epoch of contextual data in seconds.
    pub epoch: u64,
    /// The epoch of operational data in seconds.
    pub operational: u64,
}

impl Setting {
    /// Draws one: mostly one robot and short epochs.
    pub fn draw(rng: &mut Rng) -> Setting {
        Setting {
            robots: if rng.percent(25) { 2 } else { 1 },
            epoch: rng.pick(&[1, 2, 3, 5, 10, 20, 30, 60, 120, 600, 3600]),
            operational: rng.pick(&[5, 60, 600, 3600]),
        }
    }
}

/// Rights that a policy gives: for each party the topics of [`SEALED`] that it may read, and whether it may command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    reads: [[bool; 2]; 3],
    commands: [bool; 3],
}

impl Rights {
    /// The rights at the start: the first party has all, the second reads one topic, the third may command.
    pub const FIRST: Rights =
        Rights { reads: [[true, true], [true, false], [false, false]], commands: [true, false, true] };

    /// Draws others. The first party keeps its command.
    pub fn draw(rng: &mut Rng) -> Rights {
        let mut rights = Rights::FIRST;
        rights.reads.iter_mut().flatten().for_each(|reads| *reads = rng.percent(60));
        rights.commands.iter_mut().skip(1).for_each(|commands| *commands = rng.percent(50));
        rights
    }

    /// May a party read a topic?
    pub fn may_read(&self, party: usize, topic: &str) -> bool {
        SEALED.iter().position(|sealed| *sealed == topic).is_some_and(|topic| self.reads[party][topic])
    }

    /// May a party command?
    pub fn may_command(&self, party: usize) -> bool {
        self.commands[party]
    }

    /// The policy with these rights.
    pub fn policy(&self, setting: &Setting, robot: usize, version: u64) -> String {
        let mut text = format!(
            "discreet: 1\nrobot: {}\nversion: {version}\nclasses:\n  operational: {{ suite: chacha20-poly1305, epoch: {}s, \
             retention: 7d }}\n  contextual: {{ suite: aes-256-gcm, epoch: {}s, retention: 24h }}\nstakeholders:\n",
            robot_name(robot),
            setting.operational,
            setting.epoch
        );
        for party in PARTIES {
            let _written = writeln!(text, "  {party}: {{ identity: {party}.pub }}");
        }
        let _written = write!(
            text,
            "topics:\n  {OPEN}: {{ type: {TYPE}, class: operational }}\n  {SHUT}: {{ type: {TYPE}, class: contextual }}\n  \
             /names: {{ type: {TYPE}, class: contextual }}\n  /rooms: {{ type: {TYPE}, class: operational }}\ncommands:\n  \
             {COMMAND}: {{ type: {TYPE}, class: contextual }}\nrules:\n  - {{ who: everyone, read: {OPEN}, as: clear }}\n"
        );
        for (party, name) in PARTIES.iter().enumerate() {
            for topic in SEALED.iter().filter(|topic| self.may_read(party, topic)) {
                let _written = writeln!(text, "  - {{ who: {name}, read: {topic}, as: clear }}");
            }
            if self.may_command(party) {
                let _written = writeln!(text, "  - {{ who: {name}, command: {COMMAND} }}");
            }
        }
        text
    }
}

/// The name of a robot.
pub fn robot_name(robot: usize) -> String {
    format!("r{robot}")
}

/// The folder of policy and public identities on a robot.
pub fn policy_path() -> PathBuf {
    PathBuf::from("/etc/discreet/policy.yaml")
}

/// The public identity of a party on a robot.
pub fn public_path(party: usize) -> PathBuf {
    Path::new("/etc/discreet").join(format!("{}.pub", PARTIES[party]))
}

/// The outer topic of a command.
pub fn command_topic(name: &str) -> String {
    IngressKind::Command.outside(name)
}

/// The definition of the one type: a string.
pub fn definition() -> Arc<TypeDefinition> {
    static ONE: LazyLock<Arc<TypeDefinition>> = LazyLock::new(|| {
        let text = r#"{"type_description": {"type_name": "std_msgs/msg/String", "fields": [
            {"name": "data", "type": {"type_id": 17, "capacity": 0, "string_capacity": 0, "nested_type_name": ""}}
        ]}, "referenced_type_descriptions": []}"#;
        let description: Description = serde_json::from_str(text).unwrap();
        let plan = Plan::compile(&description).unwrap();
        Arc::new(TypeDefinition { name: TYPE.into(), hash: type_hash(&description), plan, description })
    });
    Arc::clone(&ONE)
}

/// A serialized string.
pub fn serialized(text: &str) -> Vec<u8> {
    let mut cdr = Vec::new();
    Writer::new(&mut cdr).str(text);
    cdr
}

/// The number in a message `m<number>` or a command `c<number>`.
pub fn number_in(cdr: &[u8], kind: u8) -> Option<usize> {
    let text = cdr.get(8..)?.strip_suffix(&[0])?;
    std::str::from_utf8(text.strip_prefix(&[kind])?).ok()?.parse().ok()
}
