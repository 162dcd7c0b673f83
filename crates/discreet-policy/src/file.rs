//! A policy as it is written. The JSON Schema for editors is generated from these types, and their comments are
//! what an editor shows.

mod action;
mod parameters;
mod part;
mod redaction;
mod rotated;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::class::ClassEntry;
use super::finding::Span;
use super::tree::Node;
use super::verb::Verb;
pub use action::ActionEntry;
use discreet_seal::Form;
pub use parameters::{ParameterEntry, ParametersEntry};
pub(super) use part::list;
pub use part::{Located, Section};
use part::{section, single};
pub use redaction::{FieldEntry, Hide, KindWord, PersonalDataEntry, RedactionEntry, Threshold};
pub use rotated::RotatedEntry;

/// The greatest version: 2^53 - 1, the largest whole number that every JSON reader takes (RFC 8259, section 6).
pub const LAST_VERSION: u64 = (1 << 53) - 1;

/// The rights of each party to a robot's data and commands.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "policy")]
pub struct PolicyFile {
    /// The version of the policy language: 1.
    #[schemars(with = "u64", range(min = 1, max = 1))]
    pub discreet: Located<u64>,
    /// The robot's name. A policy has `robot` or `fleet`.
    #[schemars(with = "String", length(min = 1, max = 64))]
    #[serde(default)]
    pub robot: Option<Located<String>>,
    /// In place of `robot`: the name of a fleet. The policy is for every robot whose trust file names it.
    #[schemars(with = "String", length(min = 1, max = 64))]
    #[serde(default)]
    pub fleet: Option<Located<String>>,
    /// The version of this policy, to be increased with every change: a guard refuses an older one, and another file with the version in force.
    #[schemars(with = "u64", range(min = 1, max = LAST_VERSION))]
    pub version: Located<u64>,
    /// The time zone of `hours` and dates, by its IANA name: `Europe/Berlin`. Without it: UTC.
    #[schemars(with = "String")]
    #[serde(default)]
    pub timezone: Option<Located<String>>,
    /// Publishes a tag with each message that is open to everyone, on `<topic>/tag`: its class and form, its source and the
    /// version of the policy. Without it: `false`.
    #[schemars(with = "bool")]
    #[serde(default)]
    pub tags: Option<Located<bool>>,
    /// Kinds of data: `operational` (what the robot needs to work) and `contextual` (what it learns about people), with
    /// children such as `contextual/guest`. A child has what its parent has, unless it says otherwise.
    pub classes: Section<ClassEntry>,
    /// Parties with an identity. `everyone`, the open domain, is always there.
    #[serde(default)]
    pub stakeholders: Section<StakeholderEntry>,
    /// Topics the robot publishes, by full name or glob (`*` within a segment, `**` for whole segments).
    pub topics: Section<TopicEntry>,
    /// Topics through which the robot takes commands.
    #[serde(default)]
    pub commands: Section<CommandEntry>,
    /// Services the robot offers.
    #[serde(default)]
    pub services: Section<ServiceEntry>,
    /// Actions the robot offers.
    #[serde(default)]
    pub actions: Section<ActionEntry>,
    /// Parameters of the robot's nodes, by the full name of the node.
    #[serde(default)]
    pub parameters: Section<ParametersEntry>,
    /// How personal data is found and hidden in messages that are not images. Without it: the defaults below.
    #[serde(default)]
    #[schemars(with = "PersonalDataEntry")]
    pub personal_data: Option<Located<PersonalDataEntry>>,
    /// The rights of each party. A deny wins over every allow; anything that no rule allows is denied.
    pub rules: Vec<Located<RuleEntry>>,
}

impl PolicyFile {
    /// Reads a tree that was compared with the schema. Parts with errors have no value here.
    pub fn from_tree(root: &Node) -> Self {
        Self {
            discreet: single(root, "discreet"),
            robot: root.entry("robot").map(|_| single(root, "robot")),
            fleet: root.entry("fleet").map(|_| single(root, "fleet")),
            version: single(root, "version"),
            timezone: root.entry("timezone").map(|_| single(root, "timezone")),
            tags: root.entry("tags").map(|_| single(root, "tags")),
            classes: section(root, "classes"),
            stakeholders: section(root, "stakeholders"),
            topics: section(root, "topics"),
            commands: section(root, "commands"),
            services: section(root, "services"),
            actions: section(root, "actions"),
            parameters: section(root, "parameters"),
            personal_data: root.entry("personal_data").map(|_| single(root, "personal_data")),
            rules: list(root, "rules"),
        }
    }

    /// The names under the section of this verb.
    pub fn names(&self, verb: Verb) -> Box<dyn Iterator<Item = &str> + '_> {
        match verb {
            Verb::Read => Box::new(self.topics.names()),
            Verb::Command => Box::new(self.commands.names()),
            Verb::Call => Box::new(self.services.names()),
            Verb::Act => Box::new(self.actions.names()),
            Verb::Get | Verb::Set => Box::new(self.parameters.names()),
        }
    }

    /// The places of parts that the types could not take.
    pub fn not_understood(&self) -> impl Iterator<Item = Span> {
        let single = [self.discreet.unread(), self.version.unread()];
        let zone =
            [&self.robot, &self.fleet, &self.timezone].into_iter().flatten().filter_map(Located::unread);
        let tags = self.tags.as_ref().and_then(Located::unread);
        let personal = self.personal_data.as_ref().and_then(Located::unread);
        (single.into_iter().flatten().chain(zone).chain(tags).chain(personal))
            .chain(self.classes.0.iter().filter_map(Located::unread))
            .chain(self.stakeholders.0.iter().filter_map(Located::unread))
            .chain(self.topics.0.iter().filter_map(Located::unread))
            .chain(self.commands.0.iter().filter_map(Located::unread))
            .chain(self.services.0.iter().filter_map(Located::unread))
            .chain(self.actions.0.iter().filter_map(Located::unread))
            .chain(self.parameters.0.iter().filter_map(Located::unread))
            .chain(self.rules.iter().filter_map(Located::unread))
    }
}

/// A party with an identity.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "stakeholder")]
pub struct StakeholderEntry {
    /// File with its public keys, relative to this file.
    #[schemars(length(min = 1, max = 255))]
    pub identity: String,
    /// The last day, or the moment, until which rules for it hold: `2027-01-31` or `2027-01-31T18:00:00Z`. Without it: no
    /// end.
    pub until: Option<String>,
}

/// A topic the robot publishes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "topic")]
pub struct TopicEntry {
    /// Its ROS type: `sensor_msgs/msg/Image`. A message of another type is denied.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The hash of that type, `RIHS01_` and 64 hex digits, to accept only one version of it. Without it: the hash of the
    /// installed type.
    pub type_hash: Option<String>,
    /// The class its data belongs to.
    pub class: String,
    /// The only node that may publish it: `/camera_driver`. Without it: any node.
    pub source: Option<String>,
    /// The number of messages that may wait for the guard, and for a reader of the sealed topic; each takes its size of
    /// memory. Of a latched topic, the number kept of each source for late readers. Without it: 10, and of a latched source
    /// as many as the source itself keeps, up to 1000.
    #[schemars(range(min = 1, max = 1000))]
    pub depth: Option<u64>,
    /// The greatest number of messages a second of each publisher that leave, `5` or `0.2`. Of more, the newest leaves when its
    /// time has come. Messages of latched sources all leave. Without it: no limit.
    #[schemars(range(min = 0.01, max = 1000))]
    pub rate: Option<f64>,
    /// The parts that are hidden in the redacted form.
    #[schemars(description = redaction::of_topic())]
    pub redact: Option<BTreeMap<String, RedactionEntry>>,
    /// `none`: it shows nothing about people, although its type could: a camera that sees only the floor, a cloud of
    /// points without a camera's colours. Without it: unknown; `check` warns of such a topic in a class that is not contextual.
    pub people: Option<People>,
    /// Settings of the detectors of an image topic. Without it: the defaults below.
    pub camera: Option<CameraEntry>,
}

/// Who is in a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum People {
    /// Nobody.
    None,
}

/// Settings of the detectors of an image topic.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "camera")]
pub struct CameraEntry {
    /// Also covers areas that no detector has inspected yet, such as those that the camera has just turned to. Without it:
    /// `false`.
    pub strict: Option<bool>,
    /// A frame that was not inspected within this time is blanked: `20ms` to `1s`. Without it: `100ms`.
    pub deadline: Option<String>,
    /// Detectors inspect every n-th frame; in between, the covered areas move along with the picture. Beyond 1, frames wait for
    /// the face detector only: the others run asynchronously, as often as they can. Without it: 1.
    #[schemars(range(min = 1, max = 30))]
    pub every: Option<u64>,
    /// For depth images: the colour camera whose findings are used instead of own detection, `/camera/color/image_raw`. Without
    /// it: its own detection.
    pub follows: Option<String>,
    /// The columns and rows of its images, `640x480`, or several: an image of another size is blanked. Without it: the size in
    /// the camera's `camera_info`, where the guard has one.
    pub size: Option<OneOrMore>,
    /// The encoding of its raw images, `rgb8`, or several: an image of another encoding is blanked. Without it: any that is
    /// understood.
    pub encoding: Option<OneOrMore>,
    /// The clockwise turn, in degrees, that makes its images upright: 90, 180 or 270. `any`: detectors inspect each image in
    /// all four positions, which takes four times as long. Without it: the camera is mounted upright.
    pub rotated: Option<RotatedEntry>,
    /// The face detector also inspects parts of images longer than 960 pixels, for faces that are too small in the whole
    /// image. Images longer than 3840 pixels are shrunk to that first. At 1920x1080 it takes 4.5 times as long, at 3840x2160
    /// 17 times. Without it: `false`.
    pub small: Option<bool>,
}

/// A topic through which the robot takes commands.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "command")]
pub struct CommandEntry {
    /// Its ROS type: `geometry_msgs/msg/Twist`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The class it belongs to.
    pub class: String,
    /// The greatest number of commands a second. Without it: no limit.
    #[schemars(range(min = 1, max = 1000))]
    pub rate: Option<u64>,
    /// The least and the greatest value of a field: `linear.x: [-0.5, 0.5]`. Other values are denied, not clipped. Without
    /// it: any value.
    pub limits: Option<BTreeMap<String, [f64; 2]>>,
}

/// A service the robot offers.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "service")]
pub struct ServiceEntry {
    /// Its ROS type: `std_srvs/srv/Trigger`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The class it belongs to.
    pub class: String,
    /// The fields that are hidden in the answer to callers whose rule says `as: redacted`, as in a topic. Without it: no
    /// redacted form.
    pub redact: Option<BTreeMap<String, RedactionEntry>>,
    /// The greatest number of calls a second. Without it: no limit.
    #[schemars(range(min = 1, max = 1000))]
    pub rate: Option<u64>,
}

/// One rule: who may have what, clear, redacted, or not at all.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rule")]
pub struct RuleEntry {
    /// A stakeholder, or several, or `everyone`, which is each stakeholder too.
    pub who: OneOrMore,
    /// The topics that may be read: a class with its children, a topic, a glob, or several of these. A rule has one of `read`,
    /// `command`, `call`, `act`, `get` and `set`.
    pub read: Option<OneOrMore>,
    /// The commands that may be given.
    pub command: Option<OneOrMore>,
    /// The services that may be called.
    pub call: Option<OneOrMore>,
    /// The actions that may be used, `/navigate_to_pose`, or single parts of them: `/navigate_to_pose/_action/feedback`. The
    /// parts are `send_goal`, `cancel_goal`, `get_result`, `feedback` and `status`.
    pub act: Option<OneOrMore>,
    /// The parameters that may be read: `/controller_server:max_vel_x`, or all that are declared of a node:
    /// `/controller_server`.
    pub get: Option<OneOrMore>,
    /// The parameters that may be set, within their bounds.
    pub set: Option<OneOrMore>,
    /// The form in which it may be read, or in which a service answers, or feedback and results of an action, or text of
    /// parameters. An allowing `read` needs it. Without it: answers are clear.
    #[serde(rename = "as")]
    pub form: Option<FormWord>,
    /// Denies instead of allowing: `deny: true`. Without it: `false`.
    pub deny: Option<bool>,
    /// Only in these hours of the day: `"08:00-18:00"`, over midnight `"22:00-06:00"`. Without it: at any hour.
    pub hours: Option<String>,
    /// Through this day, or until this moment: `2027-01-31` or `2027-01-31T18:00:00Z`. Without it: no end.
    pub until: Option<String>,
}

impl RuleEntry {
    /// The names under the key of this verb.
    pub fn names(&self, verb: Verb) -> Option<&OneOrMore> {
        match verb {
            Verb::Read => self.read.as_ref(),
            Verb::Command => self.command.as_ref(),
            Verb::Call => self.call.as_ref(),
            Verb::Act => self.act.as_ref(),
            Verb::Get => self.get.as_ref(),
            Verb::Set => self.set.as_ref(),
        }
    }
}

/// The form in which a stakeholder may have a topic.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum FormWord {
    /// With the parts that the topic's `redact` names hidden.
    Redacted,
    /// As it is.
    Clear,
}

impl From<FormWord> for Form {
    fn from(word: FormWord) -> Form {
        match word {
            FormWord::Redacted => Form::Redacted,
            FormWord::Clear => Form::Clear,
        }
    }
}

/// One name, or a list of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum OneOrMore {
    /// One name.
    One(String),
    /// Several.
    More(#[schemars(length(min = 1, max = 1000))] Vec<String>),
}

impl OneOrMore {
    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (one, more) = match self {
            Self::One(name) => (Some(name), None),
            Self::More(names) => (None, Some(names)),
        };
        one.into_iter().chain(more.into_iter().flatten()).map(String::as_str)
    }
}
