//! Reasons for leaving out messages of a bag, with remedies. They say more than the guard can, because the
//! reader can record the bag in another way, or use other options.

use crate::Channel;
use discreet_guard::admit::NotAdmitted;
use discreet_guard::denied::Denied;
use discreet_policy::finding::quoted;
use discreet_policy::names::{action_part, is_ros_name, is_ros_type};
use discreet_policy::{ActionPart, Policy, TopicPolicy};
use discreet_redact::ImageKind;

/// Reason for leaving out a whole channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// The common name of the reason.
    pub reason: Denied,
    /// The reason in words, for this channel.
    pub because: String,
    /// The remedy, if it should be in the output.
    pub remedy: String,
}

impl LeftOut {
    fn new(reason: Denied, because: impl Into<String>, remedy: impl Into<String>) -> Self {
        LeftOut { reason, because: because.into(), remedy: remedy.into() }
    }

    /// The topic may not be guarded at all.
    pub fn not_admitted(reason: NotAdmitted<'_>, channel: &Channel, policy: &Policy) -> Self {
        match (reason, policy.topic(&channel.topic)) {
            (NotAdmitted::Reserved, _) => LeftOut::reserved(),
            (NotAdmitted::OpenSibling(protected), _) => LeftOut::open_sibling(protected),
            (NotAdmitted::WrongType, Some(topic)) => LeftOut::wrong_type(channel, topic),
            (NotAdmitted::WrongTypeHash, Some(topic)) => LeftOut::pinned(topic),
            (NotAdmitted::Undeclared | NotAdmitted::WrongType | NotAdmitted::WrongTypeHash, _) => {
                LeftOut::undeclared(channel, policy)
            }
        }
    }

    /// The policy does not declare the channel's topic.
    fn undeclared(channel: &Channel, policy: &Policy) -> Self {
        let because = "the policy does not declare it";
        if channel.topic.starts_with("/discreet/") {
            return LeftOut::reserved();
        }
        let part = ActionPart::split(&channel.topic).map(|_| "a topic of an action");
        if let Some(part) = action_part(&channel.type_name).or(part) {
            let remedy = format!("it is {part}, and recordings of actions are not redacted");
            return LeftOut::new(Denied::UndeclaredTopic, because, remedy);
        }
        if !is_ros_type(&channel.type_name, "msg") {
            let remedy = format!(
                "its type, {}, is not a ROS message that a policy could name",
                quoted(&channel.type_name)
            );
            return LeftOut::new(Denied::UndeclaredTopic, because, remedy);
        }
        if !is_ros_name(&channel.topic) {
            // The name is untrusted, so it goes into no line that is meant to be copied.
            let remedy = "its name is not a ROS name, so that no policy can declare it";
            return LeftOut::new(Denied::UndeclaredTopic, because, remedy);
        }
        // The strictest existing class: it releases nothing until somebody decides.
        let class =
            policy.classes().iter().find(|class| class.is_contextual()).or_else(|| policy.classes().first());
        let class = class.map_or("contextual", |class| class.name());
        // Not for an image without a rule for what to hide: it could not be released redacted.
        let (hiding, redacted) = match ImageKind::of(&channel.type_name) {
            Some(_) => (", redact: { faces: solid }", ", `as: redacted`"),
            None => ("", ""),
        };
        let remedy = format!(
            "if it should be in OUT, add under `topics:` the line `{}: {{ type: {}, class: {class}{hiding} }}`, and a rule \
             that lets everyone read it{redacted}",
            channel.topic, channel.type_name
        );
        LeftOut::new(Denied::UndeclaredTopic, because, remedy)
    }

    fn reserved() -> Self {
        LeftOut::new(
            Denied::ReservedName,
            "the guard itself publishes under this name",
            "it is created again where the robot's topics are released; record the topic that it belongs to",
        )
    }

    fn open_sibling(of: &TopicPolicy) -> Self {
        let because = format!("it shows the image of {} on line {}", quoted(of.name()), of.span().line);
        LeftOut::new(Denied::OpenSibling, because, Denied::OpenSibling.advice())
    }

    /// Another type than the declared one.
    fn wrong_type(channel: &Channel, topic: &TopicPolicy) -> Self {
        let line = topic.span().line;
        let declared = format!("line {line} of the policy declares {}", quoted(topic.type_name()));
        if channel.type_name.is_empty() {
            let remedy = "record it with a schema, as rosbag2 does";
            return LeftOut::new(Denied::WrongType, format!("the bag names no type, and {declared}"), remedy);
        }
        let because = format!("in the bag it is {}, and {declared}", quoted(&channel.type_name));
        LeftOut::new(Denied::WrongType, because, "correct the one that is wrong")
    }

    pub fn not_cdr(channel: &Channel) -> Self {
        let because =
            format!("its messages are serialized as {}, not as `cdr`", quoted(&channel.serialization));
        LeftOut::new(Denied::WrongType, because, "convert the bag to CDR, with `ros2 bag convert`")
    }

    /// The policy pins a hash, and the bag's definition has another.
    fn pinned(topic: &TopicPolicy) -> Self {
        let because = format!("its definition does not have the `type_hash` of line {}", topic.span().line);
        LeftOut::new(Denied::WrongTypeHash, because, "correct the hash, or record the topic with that type")
    }

    /// Neither hash nor definition: bags had none before ROS 2 Iron.
    pub fn unproven(channel: &Channel) -> Self {
        let (because, also) = match &channel.foreign {
            Some(form) => (
                format!("the bag has no hash of its type, and defines it as {} ({form})", foreign(form)),
                ", which is not supported",
            ),
            None => ("the bag has neither a hash nor a definition of its type".to_owned(), ""),
        };
        let remedy = "--trust-names assumes that it is the installed type of that name";
        LeftOut::new(Denied::WrongTypeHash, because + also, remedy)
    }

    /// The bag's type differs from the installed one of that name.
    pub fn other_version(channel: &Channel) -> Self {
        let because = "the type at the time of recording differs from the installed one of the same name";
        let remedy = match channel.definition {
            Some(_) => {
                "--types bag reads it by the bag's own definition; or source the ROS 2 that it was recorded with"
            }
            None => "source the ROS 2 that it was recorded with",
        };
        LeftOut::new(Denied::WrongTypeHash, because, remedy)
    }

    /// The bag's definition is unreadable, so it cannot be compared with the installed one.
    pub fn unreadable(channel: &Channel, why: &str) -> Self {
        let because = format!("the bag's definition of {} cannot be read: {why}", quoted(&channel.type_name));
        LeftOut::new(Denied::WrongTypeHash, because, "record it again, or have `ros2 bag convert` rewrite it")
    }

    /// The bag is inconsistent.
    pub fn contradiction() -> Self {
        let because = "the bag's hash of its type is not that of the definition in the bag";
        LeftOut::new(
            Denied::WrongTypeHash,
            because,
            "--types installed reads it by the installed type, if that has the hash",
        )
    }

    pub fn not_installed(channel: &Channel, why: &str) -> Self {
        let remedy = match channel.definition {
            Some(_) => {
                "--types bag reads it by the bag's own definition; or install the package, or source its workspace"
            }
            None => "install the package, or source its workspace",
        };
        LeftOut::new(Denied::TypeNotInstalled, why, remedy)
    }

    /// The bag's own definitions must be used, and it has no usable one of this type.
    pub fn undefined(channel: &Channel) -> Self {
        let trust = match channel.type_hash {
            Some(_) => "",
            None => ", with --trust-names, because the bag has no hash either",
        };
        let because = match &channel.foreign {
            Some(form) => {
                format!("the bag defines its type as {} ({form}), which is not supported", foreign(form))
            }
            None => "the bag has no definition of its type".to_owned(),
        };
        let remedy = format!(
            "source a ROS 2 that has {} and use --types installed{trust}",
            quoted(&channel.type_name)
        );
        LeftOut::new(Denied::TypeNotInstalled, because, remedy)
    }

    pub fn unusable(channel: &Channel, why: &str) -> Self {
        let because = format!("the bag's definition of its type cannot be used: {why}");
        let remedy =
            format!("source a ROS 2 that has {} and use --types installed", quoted(&channel.type_name));
        LeftOut::new(Denied::TypeNotInstalled, because, remedy)
    }

    /// The reason for single messages of an open channel.
    pub fn message(reason: Denied) -> Self {
        let (because, remedy) = match reason {
            Denied::NoRule => (
                "no rule lets everyone have it at the time of recording",
                "nothing, if that is intended; a bag is for everyone, and data for named stakeholders is not in it",
            ),
            Denied::RuleDenies => {
                ("a rule denies it", "nothing, if that is intended; `discreet explain` names the rule")
            }
            Denied::ClockUnsure => (
                "it was recorded at a time that is not credible, and a rule allows it at certain times",
                "--at judges all messages as of a time that you name",
            ),
            Denied::Malformed => {
                ("its bytes are not a message of its type", "record it again; the publisher is broken")
            }
            Denied::NotRedactable => (
                "a rule allows it redacted, but the policy does not say what to hide, or a field to hide does not exist",
                Denied::NotRedactable.advice(),
            ),
            other => ("the guard would not release it", other.advice()),
        };
        LeftOut::new(reason, because, remedy)
    }
}

/// The language of a definition, by its name in bags.
fn foreign(form: &str) -> &'static str {
    if form.contains("idl") { "IDL" } else { "something else" }
}
