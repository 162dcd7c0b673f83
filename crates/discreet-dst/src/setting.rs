//! The setting of a run, drawn from its seed: robots, parties, epochs.

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
pub const SEALED: [&str; 3] = ["/names", "/rooms", LATCHED];
/// The topic of which late joiners get the last messages.
pub const LATCHED: &str = "/map";
/// The topic that everyone may have.
pub const OPEN: &str = "/open";
/// The topic that no rule lets out.
pub const SHUT: &str = "/shut";
/// The command.
pub const COMMAND: &str = "/move";
/// The service.
pub const SERVICE: &str = "/ask";
/// Its type: request and response are those of [`definition`].
pub const SERVICE_TYPE: &str = "example_interfaces/srv/Ask";
/// The most commands of a party in a second.
pub const RATE: usize = 5;
/// The type of the command: a string, and a speed that the policy limits.
pub const COMMAND_TYPE: &str = "example_interfaces/msg/Move";
/// The greatest speed that the policy allows.
pub const FASTEST: f64 = 1.5;
/// The type of all other messages.
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
    /// Messages that publishers of [`LATCHED`] keep.
    pub kept: usize,
    /// The policy says so; otherwise the guard finds out.
    pub told: bool,
}

impl Setting {
    /// Draws one: mostly one robot and short epochs.
    pub fn draw(rng: &mut Rng) -> Setting {
        Setting {
            robots: if rng.percent(25) { 2 } else { 1 },
            epoch: rng.pick(&[1, 2, 3, 5, 10, 20, 30, 60, 120, 600, 3600]),
            operational: rng.pick(&[5, 60, 600, 3600]),
            kept: rng.pick(&[1, 1, 2, 5]),
            told: rng.percent(50),
        }
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

/// The outer topic of the command.
pub fn command_topic() -> &'static str {
    static TOPIC: LazyLock<String> = LazyLock::new(|| IngressKind::Command.outside(COMMAND));
    &TOPIC
}

/// The outer name of the service.
pub fn call_topic() -> &'static str {
    static TOPIC: LazyLock<String> = LazyLock::new(|| IngressKind::Call.outside(SERVICE));
    &TOPIC
}

/// The name of its answers on the simulated network.
pub const ANSWERS: &str = "/ask/call/answers";

/// Is this the outer topic of something that goes in?
pub fn is_ingress(topic: &str) -> bool {
    topic == command_topic() || topic == call_topic()
}

/// The definition of messages, requests and answers: a string.
pub fn definition() -> Arc<TypeDefinition> {
    static ONE: LazyLock<Arc<TypeDefinition>> = LazyLock::new(|| defined(TYPE, &[("data", STRING)]));
    Arc::clone(&ONE)
}

/// The definition of the command.
pub fn command_definition() -> Arc<TypeDefinition> {
    static ONE: LazyLock<Arc<TypeDefinition>> =
        LazyLock::new(|| defined(COMMAND_TYPE, &[("data", STRING), ("speed", DOUBLE)]));
    Arc::clone(&ONE)
}

/// Numbers of types in a type description.
const DOUBLE: u8 = 11;
const STRING: u8 = 17;

fn defined(name: &str, fields: &[(&str, u8)]) -> Arc<TypeDefinition> {
    let field = |(name, id): &(&str, u8)| {
        serde_json::json!({ "name": name, "type": {
            "type_id": id, "capacity": 0, "string_capacity": 0, "nested_type_name": "",
        } })
    };
    let fields: Vec<_> = fields.iter().map(field).collect();
    let text = serde_json::json!({
        "type_description": { "type_name": name, "fields": fields }, "referenced_type_descriptions": [],
    });
    let description: Description = serde_json::from_str(&text.to_string()).unwrap();
    let plan = Plan::compile(&description).unwrap();
    Arc::new(TypeDefinition { name: name.into(), hash: type_hash(&description), plan, description })
}

/// A serialized string.
pub fn serialized(text: &str) -> Vec<u8> {
    let mut cdr = Vec::new();
    Writer::new(&mut cdr).str(text);
    cdr
}

/// A serialized command.
pub fn serialized_command(text: &str, speed: f64) -> Vec<u8> {
    let mut cdr = Vec::new();
    let mut writer = Writer::new(&mut cdr);
    writer.str(text);
    writer.f64(speed);
    cdr
}

/// The number in a message `m<number>` or a command `c<number>`.
pub fn number_in(cdr: &[u8], kind: u8) -> Option<usize> {
    let length = u32::from_le_bytes(cdr.get(4..8)?.try_into().ok()?) as usize;
    let text = cdr.get(8..)?.get(..length)?.strip_suffix(&[0])?;
    std::str::from_utf8(text.strip_prefix(&[kind])?).ok()?.parse().ok()
}
