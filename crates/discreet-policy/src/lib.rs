//! The policy: the rights of each party to a robot's data and commands.
//!
//! A file is read into a tree with places ([`tree`]), compared with the schema that its types generate (`schema`,
//! [`mod@file`]), checked for sense (`check`), and compiled into one timetable per topic and audience (`compile`,
//! `timetable`);
//! `load` runs these steps. One run finds all mistakes, each with its place and remedy ([`finding`]).

mod action;
pub mod cases;
mod check;
pub mod class;
mod closure;
mod compile;
pub mod declared;
pub mod diff;
pub mod escalation;
pub mod explain;
pub mod file;
pub mod finding;
mod groups;
pub mod json_schema;
mod live;
mod load;
pub mod names;
pub mod parameter;
pub mod rule;
mod scope;
pub mod signatures;
pub mod time;
mod timetable;
pub mod tree;
pub mod trust;
mod verb;
pub mod watch;
mod writing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;

pub use action::{ActionPart, OnEnd};
pub use class::Class;
pub use declared::{Ingress, Stakeholder, TopicPolicy};
pub use discreet_seal::Suite;
pub use escalation::{Escalation, Then};
pub use finding::{Finding, Severity, Span};
pub use groups::KeyGroup;
pub use live::{Adopted, Floor, LivePolicy, NotInForce, Reloaded, read_file, signed_policy};
pub use parameter::{NodeParameters, ParameterService, ParameterType};
pub use rule::{Effect, Form, Party, Rule, RuleId};
pub use scope::Scope;
pub use time::Moment;
pub use timetable::Verdict;
pub use tree::FileLimits;
pub use trust::Trust;
pub use verb::Verb;

use closure::Closure;
use compile::Compiled;
use declared::Declaration;
use names::Pattern;
use timetable::Access;

use discreet_pii::PersonalData;

/// A checked policy. [`Policy::read`] is the only way to make one.
pub struct Policy {
    file_name: String,
    scope: Scope,
    robot: String,
    signed: Option<Signed>,
    version: u64,
    hash: [u8; 32],
    zone: TimeZone,
    tags: bool,
    parts: Compiled,
    exact: HashMap<String, usize>,
    /// Globs, narrower ones before the wider ones they are within.
    globs: Vec<usize>,
    closure: Closure,
}

impl Policy {
    /// Reads and checks a policy file: the policy and its warnings, or every error and warning at once.
    pub fn read(file_name: &str, text: &str) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        Self::read_within(file_name, text, &FileLimits::FILE)
    }

    /// The same with other limits, for policies a program makes.
    pub fn read_within(
        file_name: &str,
        text: &str,
        limits: &FileLimits,
    ) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        load::load(file_name, text, limits)
    }

    fn assemble(
        file_name: &str,
        scope: Scope,
        version: u64,
        text: &str,
        zone: TimeZone,
        parts: Compiled,
    ) -> Self {
        let mut exact = HashMap::new();
        let mut globs = Vec::new();
        for (at, topic) in parts.topics.iter().enumerate() {
            if topic.is_glob() {
                let pattern = &topic.declaration.pattern;
                let within = parts
                    .topics
                    .iter()
                    .filter(|other| other.is_glob() && other.declaration.pattern.covers(pattern));
                globs.push((std::cmp::Reverse(within.count()), at));
            } else {
                exact.insert(topic.name().to_owned(), at);
            }
        }
        globs.sort_unstable();
        let globs = globs.into_iter().map(|(_, at)| at).collect();
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        let closure = Closure::new(&parts.topics);
        let robot = match &scope {
            Scope::Robot(name) => name.clone(),
            Scope::Fleet(_) => String::new(),
        };
        let file_name = file_name.to_owned();
        Self {
            file_name,
            scope,
            robot,
            signed: None,
            version,
            hash,
            zone,
            tags: false,
            parts,
            exact,
            globs,
            closure,
        }
    }

    /// The file it was read from, for messages that name a rule by file and line.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Its scope, as written: a robot or a fleet.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The robot it is for. For a policy of a fleet: the robot that it was loaded for; empty before.
    pub fn robot(&self) -> &str {
        &self.robot
    }

    /// The verified signatures; `None` without a trust.
    pub fn signed(&self) -> Option<&Signed> {
        self.signed.as_ref()
    }

    /// The same policy, after a robot's trust has verified its signatures and its scope.
    fn admitted(self, robot: &str, signed: Signed) -> Policy {
        Policy { robot: robot.to_owned(), signed: Some(signed), ..self }
    }

    /// Its version. It only ever grows.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// BLAKE3 of the file's bytes.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The moment of a second, with the minute of the day in the policy's time zone.
    pub fn moment(&self, unix_seconds: i64, trusted: bool) -> Moment {
        time::moment(unix_seconds, &self.zone, trusted)
    }

    /// The time zone of its hours and dates.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// True if each message that is open to everyone has a tag.
    pub fn tags(&self) -> bool {
        self.tags
    }

    /// The declaration of a topic: by its name, or else by the narrowest glob that the name fits. A glob does not
    /// stand for the topics of an action.
    pub fn topic(&self, name: &str) -> Option<&Arc<TopicPolicy>> {
        if let Some(at) = self.exact.get(name) {
            return self.parts.topics.get(*at);
        }
        // Topics of actions are declared with their action.
        let some = !self.globs.is_empty() && !action::is_within(name);
        let name = some.then(|| Pattern::read(name)).flatten().filter(|name| !name.is_glob())?;
        self.globs().find(|topic| topic.declaration.pattern.covers(&name))
    }

    /// All globs over topics, narrower ones before the wider ones they are within.
    pub(crate) fn globs(&self) -> impl Iterator<Item = &Arc<TopicPolicy>> + Clone {
        self.globs.iter().filter_map(|at| self.parts.topics.get(*at))
    }

    /// All declared topics and globs over topics, in file order.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<TopicPolicy>> {
        self.parts.topics.iter()
    }

    /// All declared commands in file order, then all declared services, then the parts of all declared actions, in
    /// the order of [`ActionPart::ALL`], then the services for the parameters of all declared nodes, in the order of
    /// [`ParameterService::ALL`].
    pub fn ingress(&self) -> &[Arc<Ingress>] {
        &self.parts.ingress
    }

    /// All declarations that a rule with this verb may name, in file order, each with the access to it.
    pub(crate) fn declarations(&self, verb: Verb) -> impl Iterator<Item = (&Declaration, &Access)> {
        let topics = self.topics().map(|topic| (&topic.declaration, &topic.access));
        let ingress = self.ingress().iter().filter(|one| one.parameters.is_none());
        let ingress = ingress.map(|one| (&one.declaration, &one.access));
        let parameters = self.nodes().iter().flat_map(|node| node.declarations());
        let parameters = parameters.map(|(declaration, access)| (declaration, access));
        topics.chain(ingress).chain(parameters).filter(move |(declaration, _)| declaration.verb == verb)
    }

    /// The nodes with declared parameters, in file order.
    pub fn nodes(&self) -> &[Arc<NodeParameters>] {
        &self.parts.nodes
    }

    /// All classes, by name.
    pub fn classes(&self) -> &[Arc<Class>] {
        &self.parts.classes
    }

    /// All named stakeholders, in file order.
    pub fn stakeholders(&self) -> &[Stakeholder] {
        &self.parts.stakeholders
    }

    /// The groups that share keys, each for one class and form.
    pub fn groups(&self) -> &[Arc<KeyGroup>] {
        &self.parts.groups
    }

    /// The `personal_data` section.
    pub fn personal_data(&self) -> &PersonalData {
        &self.parts.personal
    }

    /// Builds the text rules, which takes time, before it decides on messages.
    pub fn prepare(&self) {
        let topics = self.topics().filter_map(|topic| topic.text_rules());
        let answers = self.ingress().iter().filter_map(|service| service.text_rules());
        let parameters = self.nodes().iter().flat_map(|node| node.parameters());
        let parameters = parameters.filter_map(|parameter| parameter.text_rules());
        let escalations = self.classes().iter().filter_map(|class| class.escalation());
        let escalations = escalations.map(|escalation| &escalation.rules);
        topics.chain(answers).chain(parameters).chain(escalations).for_each(|rules| rules.prepare());
    }

    /// All rules, in file order.
    pub fn rules(&self) -> &[Rule] {
        &self.parts.rules
    }

    /// The rule a verdict names.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.parts.rules.get(id.index())
    }
}

/// Verified signatures of the owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The owners whose signatures fit.
    pub by: Vec<String>,
    /// The stakeholders' identities that they signed: name to fingerprint, without spaces.
    pub identities: BTreeMap<String, String>,
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Policy({} for {}, version {})", self.file_name, self.scope, self.version)
    }
}
