//! What a policy declares: classes, stakeholders, and the topics, commands and services rules speak of.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::finding::Span;
use super::groups::{Group, Groups};
use super::names::Pattern;
use super::rule::{Form, RuleId, Verb, is_within};
use super::time::Moment;
use super::timetable::{Access, Verdict};
use discreet_pii::PersonalData;
use discreet_redact::{ImageRules, TextRules};

pub use super::file::Then;
use discreet_seal::{Entry, call_service, command_topic};

pub use discreet_seal::Suite;

/// A kind of data, with what it inherits filled in.
#[derive(Debug)]
pub struct Class {
    name: Arc<str>,
    suite: Suite,
    epoch: Lasting,
    retention: Lasting,
    padded: bool,
    escalation: Option<Arc<Escalation>>,
}

/// A length of time, and the text it is read from.
#[derive(Clone, Debug)]
pub(super) struct Lasting {
    pub time: Duration,
    /// As the policy writes it: `24h`.
    pub written: Arc<str>,
}

/// What becomes of messages in which personal data is found that does not belong there.
#[derive(Debug)]
pub struct Escalation {
    /// What is looked for, in every text.
    pub rules: Arc<TextRules>,
    /// What then becomes of the message.
    pub then: Then,
}

impl Class {
    pub(super) fn new(
        name: &str,
        suite: Suite,
        epoch: Lasting,
        retention: Lasting,
        padded: bool,
        escalation: Option<Arc<Escalation>>,
    ) -> Self {
        Self { name: name.into(), suite, epoch, retention, padded, escalation }
    }

    /// Its full name: `contextual/guest`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its data is encrypted.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// How long one key is used.
    pub fn epoch(&self) -> Duration {
        self.epoch.time
    }

    pub(super) fn written_epoch(&self) -> &Lasting {
        &self.epoch
    }

    /// How long its data may be kept.
    pub fn retention(&self) -> Duration {
        self.retention.time
    }

    pub(super) fn written_retention(&self) -> &Lasting {
        &self.retention
    }

    /// Are its sealed messages padded, so that they do not tell how long they are?
    pub fn is_padded(&self) -> bool {
        self.padded
    }

    /// What becomes of its messages in which personal data is found, if anybody looks.
    pub fn escalation(&self) -> Option<&Arc<Escalation>> {
        self.escalation.as_ref()
    }

    /// Does it say something about people?
    pub fn is_contextual(&self) -> bool {
        is_within(&self.name, "contextual")
    }
}

/// A party with an identity.
#[derive(Clone, Debug)]
pub struct Stakeholder {
    /// Its name.
    pub name: Arc<str>,
    /// File with its public keys, relative to the policy.
    pub identity: String,
    /// The second from which it has nothing any more.
    pub until: Option<i64>,
    /// Where it is declared.
    pub span: Span,
}

/// What a policy declares, checked.
pub(super) struct Declared {
    /// By name; `None` if it is declared and wrong, which has been reported.
    pub classes: HashMap<String, Option<Arc<Class>>>,
    pub stakeholders: Vec<Stakeholder>,
    pub topics: Vec<Declaration>,
    pub commands: Vec<Declaration>,
    pub services: Vec<Declaration>,
    pub personal: Arc<PersonalData>,
}

/// A declared topic, command or service, before the rules are compiled into it.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    pub action: Verb,
    pub pattern: Pattern,
    pub type_name: String,
    pub class: Arc<Class>,
    pub span: Span,
    pub type_hash: Option<String>,
    pub source: Option<String>,
    pub depth: Option<usize>,
    pub image: Option<ImageRules>,
    pub text: Option<Arc<TextRules>>,
    /// The policy says that nobody is in it.
    pub without_people: bool,
    pub rate: Option<u32>,
    pub limits: BTreeMap<String, [f64; 2]>,
}

impl Declaration {
    /// What the redacted form hides, and how, as a policy says it.
    pub fn hidden(&self) -> Option<String> {
        let image = self.image.as_ref().map(ToString::to_string);
        image.or_else(|| self.text.as_ref().map(ToString::to_string))
    }
}

/// A topic, or a glob over topics, and what the rules say about it.
#[derive(Debug)]
pub struct TopicPolicy {
    pub(super) declaration: Declaration,
    pub(super) access: Access,
    pub(super) groups: Groups,
}

impl TopicPolicy {
    /// The name or glob it is declared under.
    pub fn name(&self) -> &str {
        self.declaration.pattern.text()
    }

    /// Where it is declared.
    pub fn span(&self) -> Span {
        self.declaration.span
    }

    /// Does it stand for several topics?
    pub fn is_glob(&self) -> bool {
        self.declaration.pattern.is_glob()
    }

    /// Its ROS type: `sensor_msgs/msg/Image`.
    pub fn type_name(&self) -> &str {
        &self.declaration.type_name
    }

    /// The hash of that type, if the policy pins it: `RIHS01_...`.
    pub fn type_hash(&self) -> Option<&str> {
        self.declaration.type_hash.as_deref()
    }

    /// The class of its data.
    pub fn class(&self) -> &Class {
        &self.declaration.class
    }

    /// The only node that may publish it, if the policy says so.
    pub fn source(&self) -> Option<&str> {
        self.declaration.source.as_deref()
    }

    /// Queue depth, if the policy sets it: 1 to 1000.
    pub fn depth(&self) -> Option<usize> {
        self.declaration.depth
    }

    /// Are its messages images that can be redacted?
    pub fn is_image(&self) -> bool {
        is_image(&self.declaration.type_name)
    }

    /// How its images are redacted: there exactly if they are images and the policy says what to hide in them.
    pub fn image_rules(&self) -> Option<&ImageRules> {
        self.declaration.image.as_ref()
    }

    /// How the text in its messages is redacted: there exactly if they are no images and the policy says what to hide.
    pub fn text_rules(&self) -> Option<&Arc<TextRules>> {
        self.declaration.text.as_ref()
    }

    /// Does the policy say that nothing about people is in it (`people: none`)?
    pub fn is_without_people(&self) -> bool {
        self.declaration.without_people
    }

    /// Does the policy say what to hide in it?
    pub fn says_what_to_hide(&self) -> bool {
        self.declaration.image.is_some() || self.declaration.text.is_some()
    }

    /// May everyone have it now? A look-up, however many rules there are.
    pub fn everyone(&self, now: Moment) -> Verdict {
        self.access.everyone.verdict(now)
    }

    /// May anybody have it, ever?
    pub fn has_readers(&self) -> bool {
        self.access.everyone.allows() || self.access.named.iter().any(|(_, table)| table.allows())
    }

    /// May everyone have it in this form, ever?
    pub fn may_release(&self, form: Form) -> bool {
        self.access.everyone.allows_form(form)
    }

    /// Those who may have it sealed in this form at some time.
    pub fn group(&self, form: Form) -> Option<&Arc<Group>> {
        self.groups.iter().flatten().find(|group| group.form() == form)
    }

    /// The first stakeholder, in file order, whose own rules allow it now.
    pub fn named(&self, now: Moment) -> Option<(&str, Form, RuleId)> {
        self.access.named.iter().find_map(|(name, table)| match table.verdict(now) {
            Verdict::Allow { form, rule } => Some((name.as_ref(), form, rule)),
            Verdict::Deny { .. } | Verdict::NoRule => None,
        })
    }
}

/// The types of message whose images can be redacted.
pub(super) fn is_image(type_name: &str) -> bool {
    matches!(type_name, "sensor_msgs/msg/Image" | "sensor_msgs/msg/CompressedImage")
}

/// Types that show what a camera sees in a way in which nothing can be covered: video streams and point clouds.
pub(super) fn is_opaque(type_name: &str) -> bool {
    matches!(
        type_name,
        "theora_image_transport/msg/Packet"
            | "ffmpeg_image_transport_msgs/msg/FFMPEGPacket"
            | "foxglove_msgs/msg/CompressedVideo"
            | "stereo_msgs/msg/DisparityImage"
            | "sensor_msgs/msg/PointCloud"
            | "sensor_msgs/msg/PointCloud2"
    )
}

/// Clouds of points, which may have the colours of a camera.
pub(super) fn is_cloud(type_name: &str) -> bool {
    matches!(type_name, "sensor_msgs/msg/PointCloud" | "sensor_msgs/msg/PointCloud2")
}

/// A topic through which the robot takes commands, or a service it offers.
#[derive(Debug)]
pub struct Ingress {
    pub(super) declaration: Declaration,
    pub(super) access: Access,
}

impl Ingress {
    /// Its name.
    pub fn name(&self) -> &str {
        self.declaration.pattern.text()
    }

    /// The topic, or the service, on the outer domain through which it is reached.
    pub fn outside(&self) -> String {
        match self.entry() {
            Entry::Command => command_topic(self.name()),
            Entry::Call => call_service(self.name()),
        }
    }

    /// Where it is declared.
    pub fn span(&self) -> Span {
        self.declaration.span
    }

    /// Command or call.
    pub fn entry(&self) -> Entry {
        if self.declaration.action == Verb::Call { Entry::Call } else { Entry::Command }
    }

    /// Its ROS type.
    pub fn type_name(&self) -> &str {
        &self.declaration.type_name
    }

    /// Its class.
    pub fn class(&self) -> &Class {
        &self.declaration.class
    }

    /// The most a second.
    pub fn rate(&self) -> Option<u32> {
        self.declaration.rate
    }

    /// The least and greatest value, by field.
    pub fn limits(&self) -> &BTreeMap<String, [f64; 2]> {
        &self.declaration.limits
    }

    /// How the text in a service's answers is redacted, if the policy says so.
    pub fn text_rules(&self) -> Option<&Arc<TextRules>> {
        self.declaration.text.as_ref()
    }

    /// May this stakeholder use it now?
    pub fn stakeholder(&self, name: &str, now: Moment) -> Verdict {
        self.access
            .named
            .iter()
            .find(|(named, _)| named.as_ref() == name)
            .map_or(Verdict::NoRule, |(_, t)| t.verdict(now))
    }
}
