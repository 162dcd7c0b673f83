//! A class of data. All about an attribute of classes is here: its key in a policy, what a child inherits, and what a
//! change of it means (`discreet diff`).

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::Checker;
use crate::diff::{Affected, Direction, Facet};
use crate::escalation::{self, EscalateEntry, Escalation};
use crate::file::Located;
use crate::finding::quoted;
use crate::rule::is_within;
use crate::time::seconds_of;
use discreet_pii::PersonalData;
use discreet_seal::Suite;

/// A kind of data, and how it is kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "class")]
pub struct ClassEntry {
    /// How it is encrypted for a named stakeholder. Without it: the parent's, or `chacha20-poly1305`.
    pub suite: Option<SuiteWord>,
    /// How long one key is used: `60s`, `15m`, `1h`, `1d`. Without it: the parent's, or `1h`.
    pub epoch: Option<String>,
    /// How long a receiver may keep it: `24h`, `7d`, at least `epoch`. The catalogue states it; nothing enforces it.
    /// `operational` and `contextual` need it. Without it: the parent's.
    pub retention: Option<String>,
    /// The treatment of a message in which personal data is found that does not belong there. Without it: the
    /// parent's, or such data is not searched for.
    pub escalate: Option<EscalateEntry>,
    /// Pads sealed messages, which hides their length up to a few per cent. Without it: the parent's, or `false`.
    pub padding: Option<bool>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lasting {
    time: Duration,
    /// As the policy writes it: `24h`.
    written: Arc<str>,
}

impl Class {
    /// Its full name: `contextual/guest`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cipher suite of its data.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The time for which one key is used.
    pub fn epoch(&self) -> Duration {
        self.epoch.time
    }

    /// The time for which its data may be kept.
    pub fn retention(&self) -> Duration {
        self.retention.time
    }

    /// True if its sealed messages are padded, which hides their length.
    pub fn is_padded(&self) -> bool {
        self.padded
    }

    /// The treatment of its messages in which personal data is found; `None` if none is searched for.
    pub fn escalation(&self) -> Option<&Arc<Escalation>> {
        self.escalation.as_ref()
    }

    /// True for `contextual` and its children: data about people.
    pub fn is_contextual(&self) -> bool {
        is_within(&self.name, "contextual")
    }
}

/// The class that an entry declares. `None` after an error, which is reported.
pub(crate) fn inherited(
    entry: &Located<ClassEntry>,
    parent: Option<&Class>,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> Option<Class> {
    let ClassEntry { suite, epoch, retention, escalate, padding } = entry.value.as_ref()?;
    let epoch = lasting("epoch", epoch.as_deref(), entry, context);
    let retention = lasting("retention", retention.as_deref(), entry, context);
    let (epoch, retention) = (epoch?, retention?);
    let Some(retention) = retention.or_else(|| parent.map(|class| class.retention.clone())) else {
        context.error(
            "never-erased",
            entry.span,
            format!("the data of class {} has no retention, not even an inherited one", quoted(&entry.name)),
            "add `retention:` with how long it may be kept, such as `24h`",
        );
        return None;
    };
    let epoch = epoch.or_else(|| parent.map(|class| class.epoch.clone()));
    let epoch = epoch.unwrap_or_else(|| Lasting { time: Duration::from_secs(3600), written: "1h".into() });
    if epoch.time > retention.time {
        outlasts(entry, &epoch, &retention, context);
        return None;
    }
    Some(Class {
        name: entry.name.as_str().into(),
        suite: suite.map(Suite::from).or(parent.map(Class::suite)).unwrap_or(Suite::ChaCha20Poly1305),
        epoch,
        retention,
        padded: padding.or(parent.map(Class::is_padded)).unwrap_or_default(),
        escalation: match escalate {
            Some(written) => Some(Arc::new(escalation::read(written, &entry.node, personal, context)?)),
            None => parent.and_then(Class::escalation).cloned(),
        },
    })
}

/// The time under a key, if the key is there. `None` after an error, which is reported.
fn lasting(
    key: &str,
    text: Option<&str>,
    entry: &Located<ClassEntry>,
    context: &mut Checker,
) -> Option<Option<Lasting>> {
    let Some(text) = text else { return Some(None) };
    match seconds_of(text) {
        Ok(seconds) => Some(Some(Lasting { time: Duration::from_secs(seconds), written: text.into() })),
        Err(help) => {
            let message = format!("{} is not a duration", quoted(text));
            context.error("bad-duration", entry.place(key), message, help);
            None
        }
    }
}

fn outlasts(entry: &Located<ClassEntry>, epoch: &Lasting, retention: &Lasting, context: &mut Checker) {
    let key = if entry.node.entry("epoch").is_some() { "epoch" } else { "retention" };
    let message = format!(
        "class {} uses one key for {} seconds but keeps data for {} only",
        quoted(&entry.name),
        epoch.time.as_secs(),
        retention.time.as_secs()
    );
    let help = "data is erased with its key: make `epoch` no longer than `retention`";
    context.error("epoch-outlasts-retention", entry.place(key), message, help);
}

/// All that differs between two classes for the parties that read `data`.
pub(crate) fn differences(data: &str, old: &Class, new: &Class) -> Vec<(Affected, Facet)> {
    // Each attribute is compared: a new one is an error here.
    let Class { name, suite, epoch, retention, padded, escalation } = new;
    let mut facets = Vec::new();
    let mut differs = |to: Affected, key: &str, words: [String; 2], direction: Direction, says: &str| {
        facets.push((to, Facet::instead(key, words, direction, says)));
    };
    if old.name != *name {
        let names = [&old.name, name].map(|name| name.to_string());
        differs(Affected::All, "class", names, kind(old, new), &format!("reads {data} as"));
    }
    if old.retention.time != retention.time {
        let direction =
            Direction::of(retention.time > old.retention.time, retention.time < old.retention.time);
        let terms = [&old.retention, retention].map(|lasting| lasting.written.to_string());
        differs(Affected::All, "retention", terms, direction, &format!("may keep {data}"));
    }
    let escalations = [&old.escalation, escalation].map(|escalation| escalation.as_deref());
    if let Some((words, direction)) = escalation::compared(escalations) {
        differs(
            Affected::All,
            "escalate",
            words,
            direction,
            &format!("reads {data} with personal data in it"),
        );
    }
    if old.suite != *suite {
        let suites = [old.suite, *suite].map(|suite| suite.name().to_owned());
        differs(Affected::Named, "suite", suites, Direction::Changes, &format!("has {data} sealed with"));
    }
    if old.epoch.time != epoch.time {
        let epochs = [&old.epoch, epoch].map(|lasting| lasting.written.to_string());
        differs(Affected::Named, "epoch", epochs, Direction::Changes, &format!("has one key for {data} of"));
    }
    facets.extend(padding(data, old.padded, *padded).map(|facet| (Affected::Onlookers, facet)));
    facets
}

/// Contextual data leaves signed, and never without a record: operational data has weaker protection.
fn kind(old: &Class, new: &Class) -> Direction {
    match (old.is_contextual(), new.is_contextual()) {
        (true, false) => Direction::Gains,
        (false, true) => Direction::Loses,
        (true, true) | (false, false) => Direction::Changes,
    }
}

fn padding(data: &str, before: bool, after: bool) -> Option<Facet> {
    let says = if after { "no longer sees" } else { "sees" };
    (before != after).then(|| Facet {
        what: "padding".to_owned(),
        old: before.to_string(),
        new: after.to_string(),
        direction: Direction::of(before, after),
        says: format!("{says} how long sealed messages of {data} are"),
    })
}
