//! Declarations of a policy: classes, stakeholders, and the topics, commands, services and actions that rules name.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::action::{ActionPart, OnEnd, PartOf};
use super::class::Class;
use super::finding::Span;
use super::groups::{Groups, KeyGroup};
use super::names::Pattern;
use super::parameter::{NodeParameters, Parameter, ParameterService};
use super::rule::{Effect, Form, Rule, RuleId};
use super::time::Moment;
use super::timetable::{Access, Verdict};
use super::verb::Verb;
use discreet_pii::PersonalData;
use discreet_redact::{ImageRules, TextRules};

use discreet_seal::IngressKind;

/// A party with an identity.
#[derive(Clone, Debug)]
pub struct Stakeholder {
    /// Its name.
    pub name: Arc<str>,
    /// File with its public keys, relative to the policy.
    pub identity: String,
    /// The second since 1970 from which it has no rights; `None`: no end.
    pub until: Option<i64>,
    /// The place of its declaration.
    pub span: Span,
}

/// All checked declarations of a policy.
pub(super) struct Declared {
    /// By name; `None` if its declaration has an error, which has been reported.
    pub classes: HashMap<String, Option<Arc<Class>>>,
    pub stakeholders: Vec<Stakeholder>,
    pub topics: Vec<Declaration>,
    /// Commands, then services, then the parts of actions, then the parameters of nodes.
    pub ingress: Vec<Declaration>,
    pub personal: Arc<PersonalData>,
}

/// A declared topic, command, service, part of an action, or parameter, before the rules are compiled into it.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    pub verb: Verb,
    pub pattern: Pattern,
    pub type_name: String,
    pub class: Arc<Class>,
    pub span: Span,
    pub image: Option<ImageRules>,
    pub text: Option<Arc<TextRules>>,
    pub published: Published,
    pub bounds: Bounds,
    /// The part of an action that it is.
    pub part: Option<PartOf>,
    /// The parameter that it is.
    pub parameter: Option<Arc<Parameter>>,
}

/// The keys of a topic that are about its publishers.
#[derive(Clone, Debug, Default)]
pub(super) struct Published {
    pub type_hash: Option<String>,
    pub source: Option<String>,
    pub depth: Option<usize>,
    /// The greatest number of messages a second.
    pub rate: Option<f64>,
    /// `people: none`: it shows nothing about people.
    pub without_people: bool,
}

/// The keys that bound a command, a call or a goal.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    pub rate: Option<u32>,
    pub limits: BTreeMap<String, [f64; 2]>,
}

impl Declaration {
    /// The redaction, in the words of a policy: `faces: solid`. `None` without a redacted form.
    pub fn hidden(&self) -> Option<String> {
        let image = self.image.as_ref().map(ToString::to_string);
        image.or_else(|| self.text.as_ref().map(ToString::to_string))
    }

    /// The effect of a rule on it. Of a part of an action or a parameter without text, redacted is the same as clear.
    pub fn effect_of(&self, rule: &Rule) -> Effect {
        let without_text = self.action_part().is_some_and(|part| !part.has_text())
            || self.parameter.as_ref().is_some_and(|parameter| !parameter.kind.is_text());
        match rule.effect {
            Effect::Allow(Form::Redacted) if without_text => Effect::Allow(Form::Clear),
            effect => effect,
        }
    }

    /// The part of an action that it is.
    pub fn action_part(&self) -> Option<ActionPart> {
        self.part.as_ref().map(|of| of.part)
    }
}

/// A topic, or a glob over topics, with the compiled rules about it.
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

    /// The place of its declaration.
    pub fn span(&self) -> Span {
        self.declaration.span
    }

    /// True if it stands for several topics.
    pub fn is_glob(&self) -> bool {
        self.declaration.pattern.is_glob()
    }

    /// Its ROS type: `sensor_msgs/msg/Image`.
    pub fn type_name(&self) -> &str {
        &self.declaration.type_name
    }

    /// The hash of that type, if the policy pins it: `RIHS01_...`.
    pub fn type_hash(&self) -> Option<&str> {
        self.declaration.published.type_hash.as_deref()
    }

    /// The class of its data.
    pub fn class(&self) -> &Class {
        &self.declaration.class
    }

    /// The only node that may publish it, if the policy says so.
    pub fn source(&self) -> Option<&str> {
        self.declaration.published.source.as_deref()
    }

    /// The least time between two messages of a publisher that leave, if the policy limits their rate.
    pub fn period(&self) -> Option<Duration> {
        self.declaration.published.rate.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok())
    }

    /// Queue depth, if the policy sets it: 1 to 1000.
    pub fn depth(&self) -> Option<usize> {
        self.declaration.published.depth
    }

    /// True if its messages are images that can be redacted.
    pub fn is_image(&self) -> bool {
        is_image(&self.declaration.type_name)
    }

    /// The redaction of its images; `Some` if and only if they are images and the policy has `redact:` for them.
    pub fn image_rules(&self) -> Option<&ImageRules> {
        self.declaration.image.as_ref()
    }

    /// The redaction of text in its messages; `Some` if and only if they are not images and the policy has `redact:`
    /// for them.
    pub fn text_rules(&self) -> Option<&Arc<TextRules>> {
        self.declaration.text.as_ref()
    }

    /// True if the policy says that it shows nothing about people (`people: none`).
    pub fn is_without_people(&self) -> bool {
        self.declaration.published.without_people
    }

    /// True if it has a redacted form.
    pub fn says_what_to_hide(&self) -> bool {
        self.declaration.image.is_some() || self.declaration.text.is_some()
    }

    /// The decision for everyone at `now`: one look-up, independent of the number of rules.
    pub fn everyone(&self, now: Moment) -> Verdict {
        self.access.everyone.verdict(now)
    }

    /// True if any party may have it at any time.
    pub fn has_readers(&self) -> bool {
        self.access.everyone.allows() || self.access.named.iter().any(|(_, table)| table.allows())
    }

    /// True if everyone may have it in this form at some time.
    pub fn may_release(&self, form: Form) -> bool {
        self.access.everyone.allows_form(form)
    }

    /// The group of those that may have it sealed in this form at some time.
    pub fn group(&self, form: Form) -> Option<&Arc<KeyGroup>> {
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

/// Types with a camera's picture in which nothing can be covered: video streams and point clouds.
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

/// A topic through which the robot takes commands, a service it offers, a part of an action, or a service for parameters.
#[derive(Debug)]
pub struct Ingress {
    pub(super) kind: IngressKind,
    pub(super) declaration: Declaration,
    pub(super) access: Access,
    /// Of feedback and status. Their notices are sealed to each stakeholder, so these groups share no keys.
    pub(super) readers: Groups,
    /// Of a service that reads or sets parameters: its node, which decides.
    pub(super) parameters: Option<(ParameterService, Arc<NodeParameters>)>,
}

impl Ingress {
    /// Its name.
    pub fn name(&self) -> &str {
        self.declaration.pattern.text()
    }

    /// The topic, or the service, on the outer domain through which it is reached. Of feedback and status: the topic
    /// on which stakeholders receive them.
    pub fn outside(&self) -> String {
        match self.part() {
            Some(part) if !part.is_service() => format!("{}/notice", self.name()),
            Some(_) | None => self.kind.outside(self.name()),
        }
    }

    /// The part of an action that it is; `None` for commands and services.
    pub fn part(&self) -> Option<ActionPart> {
        self.declaration.action_part()
    }

    /// The name of the action that it is a part of.
    pub fn action(&self) -> Option<&str> {
        self.declaration.part.as_ref().map(|of| of.action.name.as_str())
    }

    /// The type of the action that it is a part of: `nav2_msgs/action/NavigateToPose`.
    pub fn action_type(&self) -> Option<&str> {
        self.declaration.part.as_ref().map(|of| of.action.type_name.as_str())
    }

    /// Treatment of the goals of a stakeholder whose right ends: cancel, unless the action says otherwise.
    pub fn on_end(&self) -> OnEnd {
        self.declaration.part.as_ref().map_or(OnEnd::default(), |of| of.action.on_end)
    }

    /// The place of its declaration.
    pub fn span(&self) -> Span {
        self.declaration.span
    }

    /// Command or call. Each part of an action is a call; [`Self::part`] tells them apart.
    pub fn kind(&self) -> IngressKind {
        self.kind
    }

    /// Its ROS type. Of a part of an action, the type of the part: `nav2_msgs/action/NavigateToPose_SendGoal`.
    pub fn type_name(&self) -> &str {
        &self.declaration.type_name
    }

    /// Its class.
    pub fn class(&self) -> &Class {
        &self.declaration.class
    }

    /// The most commands, calls or goals a second; `None`: no limit.
    pub fn rate(&self) -> Option<u32> {
        self.declaration.bounds.rate
    }

    /// The least and greatest value, by field. Of an action, by field of the goal, on the part that takes goals.
    pub fn limits(&self) -> &BTreeMap<String, [f64; 2]> {
        &self.declaration.bounds.limits
    }

    /// The redaction of text in a service's answers, or in feedback; `None` without a redacted form. Of an action,
    /// paths begin with `feedback` or `result`; its other parts have no text.
    pub fn text_rules(&self) -> Option<&Arc<TextRules>> {
        self.declaration.text.as_ref()
    }

    /// The stakeholders that may have feedback or status in this form at some time. `None` for everything else.
    pub fn readers(&self, form: Form) -> Option<&Arc<KeyGroup>> {
        self.readers.iter().flatten().find(|group| group.form() == form)
    }

    /// The decision for everyone at `now`. Of a part of an action without text, redacted is the same as clear. Only feedback and status of an action can be allowed to everyone.
    pub fn everyone(&self, now: Moment) -> Verdict {
        self.access.everyone.verdict(now)
    }

    /// The decision for a stakeholder at `now`. Of a service for parameters: on its use for any of them; each parameter
    /// has a decision of its own.
    pub fn stakeholder(&self, name: &str, now: Moment) -> Verdict {
        match &self.parameters {
            Some((service, node)) => node.stakeholder(service.verb(), name, now),
            None => self.access.stakeholder(name, now),
        }
    }

    /// Of a service that reads or sets parameters: which one it is, and the declared parameters of its node.
    pub fn parameters(&self) -> Option<(ParameterService, &NodeParameters)> {
        self.parameters.as_ref().map(|(service, node)| (*service, node.as_ref()))
    }

    /// A service for the parameters of a node. `template`: the declaration of one of them.
    pub(super) fn of_parameters(
        node: &Arc<NodeParameters>,
        service: ParameterService,
        template: &Declaration,
    ) -> Option<Ingress> {
        let verb = service.verb();
        let declaration = Declaration {
            verb,
            pattern: Pattern::read(&service.full_name(node.name()))?,
            type_name: service.type_name().to_owned(),
            span: node.span,
            text: None,
            parameter: None,
            ..template.clone()
        };
        let (access, readers) = (Access::nobody(), [None, None]);
        let parameters = Some((service, Arc::clone(node)));
        Some(Ingress { kind: verb.ingress()?, declaration, access, readers, parameters })
    }
}
