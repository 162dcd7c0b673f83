//! Every key of a policy: either a difference in it is told, or it has no effect for anybody.
//!
//! The keys are those of the JSON Schema. A key that is new there fails a test here until it stands in one of the tables.

use std::collections::BTreeSet;

use Direction::{Both, Changes, Gains, Loses};
use discreet_policy::diff::{Change, Direction, diff};
use discreet_policy::file::PolicyFile;
use discreet_policy::json_schema::schema;
use serde_json::Value;

use super::{POLICY, line, read};

/// A key, a text of the policy above that stands there once, another in its place, and a line of the difference. The key is a
/// path in the schema: `*` for any name, `[]` for an item of a list.
type Pair = (&'static str, &'static str, &'static str, Direction, &'static str);

const HASH: &str = "type_hash: RIHS01_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, ";

#[rustfmt::skip]
const COMPARED: &[Pair] = &[
    ("robot", "robot: concierge-1", "robot: concierge-2", Both, "everyone finds this policy on robot concierge-2 instead of robot concierge-1"),
    ("fleet", "robot: concierge-1", "fleet: concierge", Both, "everyone finds this policy on fleet concierge instead of robot concierge-1"),
    ("timezone", "Europe/Berlin", "Europe/London", Changes, "everyone has hours and dates by the clock of Europe/London instead of Europe/Berlin"),
    ("tags", "tags: false", "tags: true", Gains, "everyone reads open messages with tags instead of without tags"),
    ("classes.*.suite", "aes-256-gcm", "chacha20-poly1305", Changes, "desk has contextual data sealed with chacha20-poly1305 instead of aes-256-gcm"),
    ("classes.*.epoch", "epoch: 60s", "epoch: 1h", Changes, "desk has one key for contextual data of 1h instead of 60s"),
    ("classes.*.retention", "retention: 1h", "retention: 9000h", Gains, "desk may keep contextual/guest data 9000h instead of 1h"),
    ("classes.*.padding", ", padding: true", "", Gains, "everyone sees how long sealed messages of contextual data are"),
    ("classes.*.escalate.find[]", "[phone, email]", "[email]", Gains, "everyone reads operational data with personal data in it redacted (email) instead of redacted (phone email)"),
    ("classes.*.escalate.then", "then: redact", "then: deny", Loses, "everyone reads operational data with personal data in it denied (phone email) instead of redacted (phone email)"),
    ("stakeholders.*.identity", "identities/desk.pub", "identities/new.pub", Both, "desk has the identity identities/new.pub instead of identities/desk.pub"),
    ("stakeholders.*.until", "until: 2027-01-31", "until: 2026-06-30", Loses, "fleet command /cmd_vel: allowed 08:00-18:00 until 2027-01-01 00:00 -> allowed 08:00-18:00 until 2026-07-01 00:00"),
    ("topics.*.type", "/note: { type: std_msgs/msg/String", "/note: { type: std_msgs/msg/Header", Changes, "everyone has /note as std_msgs/msg/Header instead of std_msgs/msg/String"),
    ("topics.*.type_hash", HASH, "", Gains, "everyone reads /note of a type with any hash instead of RIHS01_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("topics.*.class", "sensor_msgs/msg/PointCloud2, class: operational", "sensor_msgs/msg/PointCloud2, class: contextual", Loses, "everyone read /lidar/front/points: clear -> nothing"),
    ("topics.*.class", "/talk: { type: std_msgs/msg/String, class: contextual/guest", "/talk: { type: std_msgs/msg/String, class: contextual", Changes, "desk reads /talk as contextual instead of contextual/guest"),
    ("topics.*.source", "source: /notes, ", "", Gains, "everyone reads /note from any node instead of /notes"),
    ("topics.*.rate", "rate: 5 ", "rate: 0.5 ", Loses, "everyone reads /note with messages a second up to 0.5 instead of 5"),
    ("topics.*.depth", "depth: 10,", "depth: 100,", Gains, "everyone reads /note with a depth of 100 instead of 10"),
    ("topics.*.people", ", people: none", "", Loses, "everyone reads /lidar/front/points as a topic with people instead of without people"),
    ("topics.*.camera.strict", "{ strict: true, every: 1 }", "{ every: 1 }", Gains, "desk read /colour/image_raw: redacted (faces: solid, strict) -> redacted (faces: solid)"),
    ("topics.*.camera.every", "every: 1 ", "every: 5 ", Gains, "desk sees /colour/image_raw inspected in one frame of 5 instead of 1"),
    ("topics.*.camera.deadline", "deadline: 200ms", "deadline: 500ms", Gains, "desk sees /depth/image_raw redacted with a deadline of 500ms instead of 200ms"),
    ("topics.*.camera.follows", "follows: /colour/image_raw", "follows: /other/image_raw", Changes, "desk sees /depth/image_raw redacted by the findings of /other/image_raw instead of /colour/image_raw"),
    ("topics.*.camera.size", "size: 640x480, ", "", Gains, "desk sees /depth/image_raw in any size instead of 640x480"),
    ("topics.*.camera.size[]", "size: 640x480", "size: [640x480, 320x240]", Gains, "desk sees /depth/image_raw in 320x240 or 640x480 instead of 640x480"),
    ("topics.*.camera.encoding", "encoding: 16UC1, ", "", Gains, "desk sees /depth/image_raw in any encoding instead of 16UC1"),
    ("topics.*.camera.encoding[]", "encoding: 16UC1", "encoding: [16UC1, 32FC1]", Gains, "desk sees /depth/image_raw in 16UC1 or 32FC1 instead of 16UC1"),
    ("topics.*.camera.rotated", "every: 1 ", "every: 1, rotated: 90 ", Changes, "desk sees /colour/image_raw inspected after a turn by 90 instead of 0"),
    ("topics.*.camera.small", "every: 1 ", "every: 1, small: true ", Loses, "desk sees /colour/image_raw inspected for faces also in parts instead of as a whole"),
    ("topics.*.redact.*", "passport: mask", "passport: remove", Loses, "desk read /form: redacted (name: person, note: phone (remove), passport: mask) -> redacted (name: person, note: phone (remove), passport: remove)"),
    ("topics.*.redact.*[]", "Form, class: contextual, redact: { name: [person]", "Form, class: contextual, redact: { name: [person, title]", Loses, "desk read /form: redacted (name: person, note: phone (remove), passport: mask) -> redacted (name: person title, note: phone (remove), passport: mask)"),
    ("topics.*.redact.*.find[]", "find: [person, phone]", "find: [person]", Gains, "desk read /talk: redacted (data: phone person) -> redacted (data: person)"),
    ("topics.*.redact.*.with", "with: remove", "with: replace", Gains, "desk read /form: redacted (name: person, note: phone (remove), passport: mask) -> redacted (name: person, note: phone (replace), passport: mask)"),
    ("topics.*.redact.*.spoken", "find: [person, phone], spoken: true", "find: [person, phone]", Changes, "desk has /talk redacted with `data` taken as text of the sort: any instead of spoken"),
    ("commands.*.type", "Twist, class", "TwistStamped, class", Changes, "fleet has /cmd_vel as geometry_msgs/msg/TwistStamped instead of geometry_msgs/msg/Twist"),
    ("commands.*.class", "Twist, class: operational", "Twist, class: contextual", Loses, "fleet has /cmd_vel in the class contextual instead of operational"),
    ("commands.*.rate", "rate: 20", "rate: 900", Gains, "fleet may command /cmd_vel 900 times a second instead of 20"),
    ("commands.*.limits.*[]", "[-0.5, 0.5]", "[-0.5, 5.0]", Gains, "fleet may command /cmd_vel linear.x up to 5 instead of 0.5"),
    ("services.*.type", "srv/Guest", "srv/Visitor", Changes, "desk has /guest as hotel_interfaces/srv/Visitor instead of hotel_interfaces/srv/Guest"),
    ("services.*.class", "srv/Guest, class: contextual", "srv/Guest, class: operational", Gains, "desk has /guest in the class operational instead of contextual"),
    ("services.*.rate", "rate: 1,", "", Gains, "desk may call /guest at any rate instead of once a second"),
    ("services.*.redact.*", "room: mask", "room: remove", Loses, "desk call /guest: redacted (name: person, note: phone (mask), room: mask) -> redacted (name: person, note: phone (mask), room: remove)"),
    ("services.*.redact.*[]", "rate: 1, redact: { name: [person]", "rate: 1, redact: { name: [title]", Both, "desk call /guest: redacted (name: person, note: phone (mask), room: mask) -> redacted (name: title, note: phone (mask), room: mask)"),
    ("services.*.redact.*.find[]", "find: [phone], with: mask", "find: [phone, email], with: mask", Loses, "desk call /guest: redacted (name: person, note: phone (mask), room: mask) -> redacted (name: person, note: phone email (mask), room: mask)"),
    ("services.*.redact.*.with", "with: mask", "with: pseudonym", Both, "desk call /guest: redacted (name: person, note: phone (mask), room: mask) -> redacted (name: person, note: phone (pseudonym), room: mask)"),
    ("services.*.redact.*.spoken", "with: mask, spoken: true", "with: mask", Changes, "desk has /guest redacted with `note` taken as text of the sort: any instead of spoken"),
    ("actions.*.type", "action/NavigateToPose", "action/Dock", Changes, "desk has /nav as nav2_msgs/action/Dock instead of nav2_msgs/action/NavigateToPose"),
    ("actions.*.class", "NavigateToPose, class: contextual", "NavigateToPose, class: operational", Gains, "desk has /nav in the class operational instead of contextual"),
    ("actions.*.rate", "rate: 2,", "", Gains, "desk may send goals to /nav at any rate instead of 2 times a second"),
    ("actions.*.limits.*[]", "[-10, 10]", "[-10, 20]", Gains, "desk may send goals to /nav with pose.pose.position.x up to 20 instead of 10"),
    ("actions.*.on_end", "on_end: cancel, ", "on_end: finish, ", Gains, "desk has goals of /nav finished instead of cancelled when its right ends"),
    ("actions.*.redact.*", "seal: remove", "seal: mask", Gains, "desk act /nav/_action/get_result: redacted (result.seal: remove, result.text: date (generalise)) -> redacted (result.seal: mask, result.text: date (generalise))"),
    ("actions.*.redact.*[]", "{ feedback.note: [person]", "{ feedback.note: [title]", Both, "desk act /nav/_action/feedback: redacted (feedback.note: person) -> redacted (feedback.note: title)"),
    ("actions.*.redact.*.find[]", "find: [date]", "find: [date, age]", Loses, "desk act /nav/_action/get_result: redacted (result.seal: remove, result.text: date (generalise)) -> redacted (result.seal: remove, result.text: date age (generalise))"),
    ("actions.*.redact.*.with", "with: generalise", "with: remove", Loses, "desk act /nav/_action/get_result: redacted (result.seal: remove, result.text: date (generalise)) -> redacted (result.seal: remove, result.text: date (remove))"),
    ("actions.*.redact.*.spoken", "with: generalise, spoken: true", "with: generalise", Changes, "desk has /nav/_action/get_result redacted with `result.text` taken as text of the sort: any instead of spoken"),
    ("personal_data.operators.*", "phone: pseudonym", "phone: replace", Loses, "desk has phone hidden with replace instead of pseudonym"),
    ("personal_data.thresholds.*", "person: 40", "person: 90", Gains, "desk has person hidden from a certainty of 90 instead of 40"),
    ("personal_data.allow[]", "[\"+49 30 1234\"]", "[\"+49 30 1234\", \"+49 30 5678\"]", Gains, "desk always reads `+49 30 5678` as it is"),
    ("personal_data.hide.*[]", "[\"Ada Lovelace\"]", "[]", Gains, "desk no longer always has `Ada Lovelace` hidden"),
    ("personal_data.patterns.*[]", "[\"guest-[0-9]+\"]", "[\"guest-[0-9]+\", \"visitor-[0-9]+\"]", Loses, "desk always has person `visitor-[0-9]+` behind `guest` hidden"),
    ("personal_data.near.*[]", "person: [guest]", "person: [guest, visitor]", Loses, "desk always has person `guest-[0-9]+` behind `guest` or `visitor` hidden"),
    ("personal_data.allow_patterns[]", "[\"room-[0-9]+\"]", "[\"room-[0-9]+\", \"desk-[0-9]+\"]", Gains, "desk always reads `desk-[0-9]+` as it is"),
    ("personal_data.name_model", "name_model: false", "name_model: true", Loses, "desk has names in recordings searched with the model"),
    ("personal_data.key", "identities/pseudonyms.key", "identities/other.key", Both, "desk has pseudonyms by the key `identities/other.key` instead of `identities/pseudonyms.key`"),
    ("rules[].who", "who: desk, call", "who: fleet, call", Loses, "desk call /guest: redacted (name: person, note: phone (mask), room: mask) -> nothing"),
    ("rules[].who[]", "who: desk, call", "who: [desk, fleet], call", Gains, "fleet call /guest: nothing -> redacted (name: person, note: phone (mask), room: mask) until 2027-02-01 00:00"),
    ("rules[].read", "read: contextual,", "read: contextual/guest,", Loses, "desk read /form: redacted (name: person, note: phone (remove), passport: mask) -> nothing"),
    ("rules[].read[]", "read: /note, deny", "read: [/note, /lidar/front/points], deny", Loses, "fleet read /lidar/front/points: clear -> nothing"),
    ("rules[].command", "  - { who: fleet, command: /cmd_vel, hours: \"08:00-18:00\", until: 2026-12-31 }\n", "", Loses, "fleet command /cmd_vel: allowed 08:00-18:00 until 2027-01-01 00:00 -> nothing"),
    ("rules[].command[]", "who: fleet, command: /cmd_vel, hours", "who: [fleet, desk], command: [/cmd_vel], hours", Gains, "desk command /cmd_vel: nothing -> allowed 08:00-18:00 until 2027-01-01 00:00"),
    ("rules[].call", "call: /guest, as: redacted", "call: /guest", Gains, "desk call /guest: redacted (name: person, note: phone (mask), room: mask) -> allowed"),
    ("rules[].call[]", "who: desk, call: /guest, as: redacted", "who: [desk], call: [/guest], as: clear", Gains, "desk call /guest: redacted (name: person, note: phone (mask), room: mask) -> allowed"),
    ("parameters.*.class", "/control: { class: contextual", "/control: { class: operational", Gains, "desk has /control in the class operational instead of contextual"),
    ("parameters.*.rate", "rate: 5, names", "names", Gains, "fleet may get or set parameters of /control at any rate instead of 5 times a second"),
    ("parameters.*.names.*.type", "note: { type: string,", "note: { type: string_array,", Changes, "desk has /control:note as string_array instead of string"),
    ("parameters.*.names.*.limits[]", "limits: [0, 0.5]", "limits: [0, 0.7]", Gains, "fleet may set /control:speed to values up to 0.7 instead of 0.5"),
    ("parameters.*.names.*.one_of[]", "[slow, fast]", "[slow]", Loses, "fleet may set /control:mode to slow instead of fast, slow"),
    ("parameters.*.names.*.max_length", ", max_length: 8", "", Gains, "fleet may set /control:mode with a length of any instead of at most 8"),
    ("parameters.*.names.*.redact", "max_length: 8, redact: [person]", "max_length: 8, redact: mask", Both, "desk get /control:mode: redacted (*: person) -> redacted (*: mask)"),
    ("parameters.*.names.*.redact[]", "max_length: 8, redact: [person]", "max_length: 8, redact: [person, title]", Loses, "desk get /control:mode: redacted (*: person) -> redacted (*: person title)"),
    ("parameters.*.names.*.redact.find[]", "find: [title]", "find: [title, age]", Loses, "desk get /control:note: redacted (*: title (replace)) -> redacted (*: age title (replace))"),
    ("parameters.*.names.*.redact.with", "with: replace", "with: remove", Loses, "desk get /control:note: redacted (*: title (replace)) -> redacted (*: title (remove))"),
    ("parameters.*.names.*.redact.spoken", "with: replace, spoken: true", "with: replace", Changes, "desk has /control:note redacted with `*` taken as text of the sort: any instead of spoken"),
    ("rules[].get", "get: /control, as", "get: /control:speed, as", Loses, "desk get /control:note: redacted (*: title (replace)) -> nothing"),
    ("rules[].get[]", "get: /control, as: redacted", "get: [/control], as: clear", Gains, "desk get /control:mode: redacted (*: person) -> allowed"),
    ("rules[].set", "set: [/control:speed, /control:mode]", "set: /control", Gains, "fleet set /control:note: nothing -> allowed until 2027-02-01 00:00"),
    ("rules[].set[]", "set: [/control:speed, /control:mode]", "set: [/control:speed]", Loses, "fleet set /control:mode: allowed until 2027-02-01 00:00 -> nothing"),
    ("rules[].act", "act: /nav, as", "act: /nav/_action/feedback, as", Loses, "desk act /nav/_action/send_goal: allowed -> nothing"),
    ("rules[].act[]", "who: desk, act: /nav, as: redacted", "who: desk, act: [/nav], as: clear", Gains, "desk act /nav/_action/feedback: redacted (feedback.note: person) -> allowed"),
    ("rules[].as", "read: contextual, as: redacted", "read: contextual, as: clear", Gains, "desk read /talk: redacted (data: phone person) -> clear"),
    ("rules[].deny", "read: /note, deny: true", "read: /note, as: clear", Gains, "fleet read /note: nothing -> clear"),
    ("rules[].hours", "08:00-18:00", "08:00-20:00", Gains, "fleet command /cmd_vel: allowed 08:00-18:00 until 2027-01-01 00:00 -> allowed 08:00-20:00 until 2027-01-01 00:00"),
    ("rules[].until", ", until: 2026-12-31", "", Gains, "fleet command /cmd_vel: allowed 08:00-18:00 until 2027-01-01 00:00 -> allowed 08:00-18:00 until 2027-02-01 00:00"),
];

/// Keys that change nothing for anybody, and why.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("discreet", "the version of the language has one value"),
    ("version", "it gives nobody anything; `discreet diff` notes a version that is not newer"),
];

fn replaced(from: &str, to: &str) -> String {
    assert_eq!(POLICY.matches(from).count(), 1, "{from} is there once");
    POLICY.replace(from, to)
}

const fn reversed(direction: Direction) -> Direction {
    match direction {
        Gains => Loses,
        Loses => Gains,
        Both => Both,
        Changes => Changes,
    }
}

/// The keys of the schema, as far down as there are any.
fn keys(root: &Value, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        return keys(root, root.pointer(&target[1..]).unwrap(), path, found);
    }
    if let Some(branches) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        return branches.iter().for_each(|branch| keys(root, branch, path, found));
    }
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let properties = schema["properties"].as_object();
    for (key, value) in properties.into_iter().flatten() {
        keys(root, value, &below(key), found);
    }
    if schema["additionalProperties"].is_object() {
        keys(root, &schema["additionalProperties"], &below("*"), found);
    } else if schema["items"].is_object() {
        keys(root, &schema["items"], &format!("{path}[]"), found);
    } else if properties.is_none() {
        found.insert(path.to_owned());
    }
}

#[test]
fn every_key_of_a_policy_is_compared_or_has_no_effect() {
    let schema = schema::<PolicyFile>();
    let mut keys_there = BTreeSet::new();
    keys(&schema, &schema, "", &mut keys_there);
    let listed = COMPARED.iter().map(|pair| pair.0).chain(WITHOUT_EFFECT.iter().map(|(key, _)| *key));
    let listed: BTreeSet<String> = listed.map(str::to_owned).collect();
    let missing: Vec<_> = keys_there.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "new keys: compare them in crates/discreet-policy/src/diff, and list them here: {missing:?}"
    );
    let stale: Vec<_> = listed.difference(&keys_there).collect();
    assert!(stale.is_empty(), "keys that the schema does not have: {stale:?}");
}

#[test]
fn a_difference_in_a_key_is_told_and_the_reverse_is_told_the_other_way() {
    let old = read(POLICY);
    assert_eq!(diff(&old, &old).listed, []);
    for (key, from, to, direction, said) in COMPARED {
        let new = read(&replaced(from, to));
        let changes = diff(&old, &new).listed;
        let told = changes.iter().map(line).collect::<Vec<_>>().join("\n");
        let change = changes.iter().find(|change| line(change) == *said);
        let change = change.unwrap_or_else(|| panic!("{key}: {said} is missing in:\n{told}"));
        assert_eq!(change.direction, *direction, "{key}: {told}");
        let back = diff(&new, &old).listed;
        let same = |other: &&Change| {
            (&other.who, &other.name, &other.what) == (&change.who, &change.name, &change.what)
        };
        let other_way = back.iter().find(same).unwrap_or_else(|| panic!("{key}: {back:?}"));
        assert_eq!(other_way.direction, reversed(*direction), "{key}, reversed");
        assert_eq!((&other_way.old, &other_way.new), (&change.new, &change.old), "{key}, reversed");
    }
}
