//! A policy as it is written. The JSON Schema for editors is generated from these types, and their comments are
//! what an editor shows.

mod part;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::finding::Span;
use super::tree::Node;
use discreet_pii::Kinds;
use discreet_seal::{Form, Suite};
pub(super) use part::list;
pub use part::{Entry, Section};
use part::{section, single};

/// The greatest version: as large as a whole number may be in JSON, whoever reads it.
pub const LAST_VERSION: u64 = (1 << 53) - 1;

/// Who may have what of a robot's data, and who may command it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "policy")]
pub struct PolicyFile {
    /// The version of the policy language: 1.
    #[schemars(with = "u64", range(min = 1, max = 1))]
    pub discreet: Entry<u64>,
    /// The robot's name.
    #[schemars(with = "String", length(min = 1, max = 64))]
    #[serde(default)]
    pub robot: Option<Entry<String>>,
    /// In place of `robot`: the name of a fleet. The policy is for every robot whose trust file names it.
    #[schemars(with = "String", length(min = 1, max = 64))]
    #[serde(default)]
    pub fleet: Option<Entry<String>>,
    /// The version of this policy. It only ever grows: a guard refuses one older than what it has seen.
    #[schemars(with = "u64", range(min = 1, max = LAST_VERSION))]
    pub version: Entry<u64>,
    /// The time zone of `hours` and dates, as the IANA names it: `Europe/Berlin`. Without it: UTC.
    #[schemars(with = "String")]
    #[serde(default)]
    pub timezone: Option<Entry<String>>,
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
    /// How personal data is found and hidden in whatever is not an image.
    #[serde(default)]
    #[schemars(with = "PersonalDataEntry")]
    pub personal_data: Option<Entry<PersonalDataEntry>>,
    /// Who may have what. A deny wins over every allow; what no rule allows is denied.
    pub rules: Vec<Entry<RuleEntry>>,
}

impl PolicyFile {
    /// Takes a tree apart that the schema has been held against. What it found wrong is left out here.
    pub fn from_tree(root: &Node) -> Self {
        Self {
            discreet: single(root, "discreet"),
            robot: root.entry("robot").map(|_| single(root, "robot")),
            fleet: root.entry("fleet").map(|_| single(root, "fleet")),
            version: single(root, "version"),
            timezone: root.entry("timezone").map(|_| single(root, "timezone")),
            classes: section(root, "classes"),
            stakeholders: section(root, "stakeholders"),
            topics: section(root, "topics"),
            commands: section(root, "commands"),
            services: section(root, "services"),
            personal_data: root.entry("personal_data").map(|_| single(root, "personal_data")),
            rules: list(root, "rules"),
        }
    }

    /// Where the parts stand that the types could not take.
    pub fn not_understood(&self) -> impl Iterator<Item = Span> {
        let single = [self.discreet.unread(), self.version.unread()];
        let zone = [&self.robot, &self.fleet, &self.timezone].into_iter().flatten().filter_map(Entry::unread);
        let personal = self.personal_data.as_ref().and_then(Entry::unread);
        (single.into_iter().flatten().chain(zone).chain(personal))
            .chain(self.classes.0.iter().filter_map(Entry::unread))
            .chain(self.stakeholders.0.iter().filter_map(Entry::unread))
            .chain(self.topics.0.iter().filter_map(Entry::unread))
            .chain(self.commands.0.iter().filter_map(Entry::unread))
            .chain(self.services.0.iter().filter_map(Entry::unread))
            .chain(self.rules.iter().filter_map(Entry::unread))
    }
}

/// A kind of data, and how it is kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "class")]
pub struct ClassEntry {
    /// How it is encrypted for a named stakeholder. Without it: the parent's, or `chacha20-poly1305`.
    pub suite: Option<SuiteWord>,
    /// How long one key is used: `60s`, `1h`. Without it: the parent's, or `1h`.
    pub epoch: Option<String>,
    /// How long who receives it may keep it: `24h`, `7d`. It is told in the catalogue; nobody enforces it. Without it: the
    /// parent's.
    pub retention: Option<String>,
    /// What becomes of a message in which personal data is found that does not belong there. Without it: as the
    /// parent's, or nobody looks.
    pub escalate: Option<EscalateEntry>,
    /// Hides how long sealed messages are, up to a few per cent: they are padded. Without it: as the parent's, or not.
    pub padding: Option<bool>,
}

/// What to do about personal data where it does not belong.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "escalation")]
pub struct EscalateEntry {
    /// The kinds of personal data to look for, in every text of the messages of this class.
    #[schemars(length(min = 1))]
    pub find: Vec<KindWord>,
    /// What becomes of the message. Whatever it is, the alarm is raised.
    pub then: Then,
}

/// What becomes of a message in which personal data was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Then {
    /// It stays inside.
    Deny,
    /// It leaves with what was found hidden, for whomever it is.
    Redact,
    /// It leaves as it is.
    Alarm,
}

/// A cipher suite.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum SuiteWord {
    /// Fast without AES instructions.
    #[serde(rename = "chacha20-poly1305")]
    ChaCha20Poly1305,
    /// Fast with AES instructions.
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
}

impl From<SuiteWord> for Suite {
    fn from(word: SuiteWord) -> Suite {
        match word {
            SuiteWord::ChaCha20Poly1305 => Suite::ChaCha20Poly1305,
            SuiteWord::Aes256Gcm => Suite::Aes256Gcm,
        }
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
    /// The last day, or the moment, on which it may have anything: `2027-01-31` or `2027-01-31T18:00:00Z`.
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
    /// The hash of that type, `RIHS01_` and 64 hex digits, if only one version of it is to be believed.
    pub type_hash: Option<String>,
    /// The class its data belongs to.
    pub class: String,
    /// The only node that may publish it: `/camera_driver`.
    pub source: Option<String>,
    /// How many messages may wait for the guard, and for whoever opens what it seals; each takes its size of memory. Of a
    /// latched topic, how many of each source are kept for readers that come later. Without it: 10, and of a latched source
    /// as many as the source itself keeps, up to 1000.
    #[schemars(range(min = 1, max = 1000))]
    pub depth: Option<u64>,
    /// What is hidden in the redacted form. Of an image: `faces: solid`, or the whole of it: `frame: lowres`. Of another
    /// type, by field: `data: [phone, email]`, `guest.passport_no: mask`, `"*": [all]`.
    pub redact: Option<BTreeMap<String, Redaction>>,
    /// `none`: nothing about people is in it, though its type could carry it: a camera that sees only the floor, a cloud of
    /// points without a camera's colours. Without it, `check` doubts such a topic that is not of a contextual class.
    pub people: Option<People>,
    /// How an image topic is looked at to find what `redact` names.
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

/// How images are looked at.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "camera")]
pub struct CameraEntry {
    /// Covers also what nobody has looked at yet: what the camera has just turned to. Without it: no.
    pub strict: Option<bool>,
    /// A frame that was not looked at within this time is blanked: `20ms` to `1s`. Without it: `100ms`.
    pub deadline: Option<String>,
    /// Detectors look at every n-th frame; between them, what was found moves along with the picture. Beyond 1, frames wait for
    /// the detector of faces only: the others look beside the frames that follow, as often as they can. Without it: 1.
    #[schemars(range(min = 1, max = 30))]
    pub every: Option<u64>,
    /// The colour camera whose findings are used instead of looking, for depth images: `/camera/color/image_raw`.
    pub follows: Option<String>,
}

/// How something is hidden.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum Redaction {
    /// A part of an image, or all of a text field.
    How(Hide),
    /// In a text field: what is found and hidden.
    Kinds(Vec<KindWord>),
    /// In a text field: what is found, and how it is hidden.
    Field(FieldEntry),
}

/// What is found in a text field, and how it is hidden.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "field", inline)]
pub struct FieldEntry {
    /// The kinds of personal data to find: `[phone, email]`, `[all]`.
    #[schemars(length(min = 1))]
    pub find: Vec<KindWord>,
    /// How they are hidden here. Without it: as `personal_data` says, or `replace`.
    pub with: Option<Hide>,
    /// It was spoken: small letters, no punctuation, digits as words. Without it: whatever looks like it.
    pub spoken: Option<bool>,
}

/// How a part of an image, the whole frame, or personal data in text is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Hide {
    /// A part of an image, with one colour: nothing of it is left.
    Solid,
    /// A part of an image, with a mosaic of at most 6 by 6 tiles, whatever its size.
    Pixelate,
    /// A part of an image, blurred. It may be possible to undo that.
    Blur,
    /// The whole frame: black.
    Blank,
    /// The whole frame: at a resolution at which no face can be recognised.
    Lowres,
    /// Text: taken out.
    Remove,
    /// Text: its kind stands in its place, `<phone>`.
    Replace,
    /// Text: stars, but for the last four characters.
    Mask,
    /// Text: the same token for the same text, another one for each audience.
    Pseudonym,
    /// Text: a pseudonym from which whoever holds the key has the text back.
    Reversible,
    /// Text: digits for digits, letters for letters, by a key (FF1), where that is safe.
    Encrypt,
    /// Text: a date becomes its year, a position a hundred metres, an age its decade.
    Generalise,
}

impl Hide {
    /// As a policy writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Pixelate => "pixelate",
            Self::Blur => "blur",
            Self::Blank => "blank",
            Self::Lowres => "lowres",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Mask => "mask",
            Self::Pseudonym => "pseudonym",
            Self::Reversible => "reversible",
            Self::Encrypt => "encrypt",
            Self::Generalise => "generalise",
        }
    }
}

/// The name of a kind of personal data, of a group of kinds, or `all`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct KindWord(pub String);

impl JsonSchema for KindWord {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "kind".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words: Vec<&str> = Kinds::words().collect();
        schemars::json_schema!({ "type": "string", "enum": words })
    }
}

/// How personal data is found and hidden in whatever is not an image.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "personal data section")]
pub struct PersonalDataEntry {
    /// How each kind is hidden: `payment_card: mask`. Without it: `replace`, which leaves `<payment_card>`.
    pub operators: Option<BTreeMap<String, Hide>>,
    /// How sure a finding must be, in hundredths, by kind: `person: 60`. Without it: 40.
    pub thresholds: Option<BTreeMap<String, Threshold>>,
    /// Texts that are never hidden, such as the hotel's own number.
    #[schemars(length(max = 1000))]
    pub allow: Option<Vec<String>>,
    /// Texts that are always hidden, by kind: `person: ["Ada Lovelace"]`.
    pub hide: Option<BTreeMap<String, Vec<String>>>,
    /// File with the key of pseudonyms and encryption, relative to this file.
    #[schemars(length(min = 1, max = 255))]
    pub key: Option<String>,
}

/// How sure a finding must be, in hundredths.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Threshold(#[schemars(range(min = 1, max = 100))] pub u64);

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
    /// The most commands a second.
    #[schemars(range(min = 1, max = 1000))]
    pub rate: Option<u64>,
    /// The least and the greatest value of a field: `linear.x: [-0.5, 0.5]`. Anything else is denied, not clipped.
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
    /// What is hidden in the answer, for whom a rule lets call it `as: redacted`: by field, as in a topic.
    pub redact: Option<BTreeMap<String, Redaction>>,
    /// The most calls a second.
    #[schemars(range(min = 1, max = 1000))]
    pub rate: Option<u64>,
}

/// One rule: who, what, and whether in the clear, redacted, or not at all.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rule")]
pub struct RuleEntry {
    /// A stakeholder, or several, or `everyone`, which is each stakeholder too.
    pub who: OneOrMore,
    /// What may be read: a class with its children, a topic, a glob, or several of these.
    pub read: Option<OneOrMore>,
    /// Which commands may be given.
    pub command: Option<OneOrMore>,
    /// Which services may be called.
    pub call: Option<OneOrMore>,
    /// In which form it may be read, or a service's answer is given. Without it, answers are clear.
    #[serde(rename = "as")]
    pub form: Option<FormWord>,
    /// Denies instead of allowing: `deny: true`.
    pub deny: Option<bool>,
    /// Only in these hours of the day: `"08:00-18:00"`, over midnight `"22:00-06:00"`.
    pub hours: Option<String>,
    /// Through this day, or until this moment: `2027-01-31` or `2027-01-31T18:00:00Z`.
    pub until: Option<String>,
}

/// What a stakeholder may have of a topic.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum FormWord {
    /// With what the topic's `redact` names taken out.
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
