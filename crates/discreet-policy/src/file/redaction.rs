//! Redaction as a policy writes it: the parts and kinds that are hidden, and the way in which each is hidden.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use discreet_pii::{Kinds, Operator};
use discreet_redact::{Cover, Subject, WholeFrame};

/// The way in which something is hidden.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum RedactionEntry {
    /// A part of an image, or all of a text field.
    How(Hide),
    /// In a text field: the kinds of personal data that are found and hidden.
    Kinds(Vec<KindWord>),
    /// In a text field: the kinds that are found, and how they are hidden.
    Field(FieldEntry),
}

/// The description of a topic's `redact` in an editor.
pub(super) fn of_topic() -> String {
    format!(
        "The parts that are hidden in the redacted form. Of an image: {}, as in `faces: solid`, or the whole of it: \
         `frame: lowres`. Of another type, by field: `data: [phone, email]`, `guest.passport_no: mask`, `\"*\": [all]`. \
         Without it: no redacted form.",
        Subject::names()
    )
}

/// What is found in a text field, and how it is hidden.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "field", inline)]
pub struct FieldEntry {
    /// The kinds of personal data to find: `[phone, email]`, `[all]`.
    #[schemars(length(min = 1))]
    pub find: Vec<KindWord>,
    /// The operator that hides them here. Without it: that of `personal_data`, or `replace`.
    pub with: Option<Hide>,
    /// The text was spoken: small letters, no punctuation, digits as words. Without it: decided by the text.
    pub spoken: Option<bool>,
}

/// The way in which a part of an image, the whole frame, or personal data in text is hidden: one word in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Hide {
    /// Covers a part of an image.
    Image(Cover),
    /// Covers the whole frame.
    Frame(WholeFrame),
    /// Hides text.
    Text(Operator),
}

impl Hide {
    /// All that a policy may name, in the order of the schema.
    pub fn all() -> impl Iterator<Item = Hide> {
        let images = Cover::ALL.into_iter().map(Hide::Image).chain(WholeFrame::ALL.map(Hide::Frame));
        images.chain(Operator::hiding().map(Hide::Text))
    }

    /// The word of a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image(cover) => cover.name(),
            Self::Frame(whole) => whole.name(),
            Self::Text(operator) => operator.name(),
        }
    }

    /// The result, in an editor.
    fn description(self) -> String {
        match self {
            Self::Image(cover) => format!("A part of an image, {}", cover.description()),
            Self::Frame(whole) => format!("The whole frame: {}", whole.description()),
            Self::Text(operator) => format!("Text: {}", operator.description()),
        }
    }
}

impl TryFrom<String> for Hide {
    type Error = String;

    fn try_from(word: String) -> Result<Hide, String> {
        Hide::all().find(|hide| hide.name() == word).ok_or_else(|| format!("`{word}` hides nothing"))
    }
}

impl JsonSchema for Hide {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "hide".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let word = |hide: Hide| json_schema!({ "const": hide.name(), "description": hide.description(), "type": "string" });
        json_schema!({
            "description":
                "The way in which a part of an image, the whole frame, or personal data in text is hidden.",
            "oneOf": Hide::all().map(word).collect::<Vec<_>>(),
        })
    }
}

/// The name of a kind of personal data, of a group of kinds, `all`, or a kind of the policy's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct KindWord(pub String);

impl JsonSchema for KindWord {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "kind".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Kinds::words().collect();
        // The first is the one that is checked; the second completes words in an editor.
        json_schema!({ "anyOf": [{ "type": "string", "pattern": "^[a-z][a-z0-9_]*$" }, { "enum": words }] })
    }
}

/// How personal data is found and hidden in messages that are not images.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "personal data section")]
pub struct PersonalDataEntry {
    /// The operator for each kind: `payment_card: mask`. Without it: `replace`, which leaves `<payment_card>`.
    pub operators: Option<BTreeMap<String, Hide>>,
    /// The confidence that a finding must have, in hundredths, by kind: `person: 60`. Without it: 40.
    pub thresholds: Option<BTreeMap<String, Threshold>>,
    /// Texts that are never hidden, such as the hotel's own number. Without it: none.
    #[schemars(length(max = 1000))]
    pub allow: Option<Vec<String>>,
    /// Texts that are always hidden, by kind: `person: ["Ada Lovelace"]`. Without it: none.
    pub hide: Option<BTreeMap<String, Vec<String>>>,
    /// Regular expressions for texts that are always hidden, by kind: `badge: ["HB-[0-9]{4}"]`. A kind that is not built in is one of the policy's own. Without it: none.
    pub patterns: Option<BTreeMap<String, Patterns>>,
    /// Words of which one must stand in front of a text of these patterns, by kind: `locker: [locker, spind]`. Without it: no condition.
    pub near: Option<BTreeMap<String, NearWords>>,
    /// Regular expressions for texts that are never hidden: `["\\+49 30 9018[0-9]*"]`. Each must match the whole text that was found. Without it: none.
    #[schemars(length(max = 100))]
    pub allow_patterns: Option<Vec<String>>,
    /// Also search names with a trained model in recordings (`discreet scrub`) and files (`discreet redact-text`). Messages never wait for it. Without it: false.
    pub name_model: Option<bool>,
    /// File with the key of pseudonyms and encryption, relative to this file. Without it: none; operators that need a key are errors.
    #[schemars(length(min = 1, max = 255))]
    pub key: Option<String>,
}

/// Regular expressions for a kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Patterns(#[schemars(length(min = 1, max = 100))] pub Vec<String>);

/// Words that announce a kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct NearWords(#[schemars(length(min = 1, max = 100))] pub Vec<String>);

/// The confidence that a finding must have, in hundredths.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Threshold(#[schemars(range(min = 1, max = 100))] pub u64);
