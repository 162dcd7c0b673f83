//! A rule as it is meant: whom it speaks of, what it reaches, and when it holds.

use std::sync::Arc;

use super::finding::Span;
use super::names::Pattern;
use super::time::{FOREVER, Hours, Moment};

pub use discreet_seal::Form;

/// Which rule of the file, from 0. [`super::Policy::rule`] has its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) u32);

impl RuleId {
    /// Its place in the list of rules, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Who receives or asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// The open outer domain: anybody, without a key.
    Everyone,
    /// A named party with an identity.
    Stakeholder(Arc<str>),
}

impl Audience {
    /// As a policy writes it.
    pub fn name(&self) -> &str {
        match self {
            Self::Everyone => "everyone",
            Self::Stakeholder(name) => name,
        }
    }
}

/// What a rule speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Reading a topic.
    Read,
    /// Giving a command.
    Command,
    /// Calling a service.
    Call,
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Wins over every allow.
    Deny,
    /// Allows, in a form. Commands and calls are always clear.
    Allow(Form),
}

/// What it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A class and its children.
    Class(Arc<str>),
    /// Declared names: one, or all that a glob covers.
    Names(Pattern),
}

/// A checked rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which.
    pub id: RuleId,
    /// Where it stands in the file.
    pub span: Span,
    /// Whom it speaks of.
    pub who: Vec<Audience>,
    /// What it speaks of.
    pub action: Verb,
    /// What it reaches.
    pub targets: Vec<Target>,
    /// What it does.
    pub effect: Effect,
    /// The hours it is limited to.
    pub hours: Option<Hours>,
    /// The second at which it is over.
    pub until: Option<i64>,
}

impl Rule {
    /// The line it stands on, from 1.
    pub fn line(&self) -> u32 {
        self.span.line
    }

    /// Does it speak of them? A rule for everyone speaks of each stakeholder too.
    pub fn concerns(&self, who: &Audience) -> bool {
        self.who.iter().any(|named| *named == Audience::Everyone || named == who)
    }

    /// Does it reach a declared name of this class?
    pub fn reaches(&self, declared: &Pattern, class: &str) -> bool {
        self.targets.iter().any(|target| match target {
            Target::Class(name) => is_within(class, name),
            Target::Names(pattern) => pattern.covers(declared),
        })
    }

    /// Does it hold now? `stakeholder_until` is when the one asking stops being a stakeholder.
    pub fn holds(&self, now: Moment, stakeholder_until: Option<i64>) -> bool {
        let end = match self.effect {
            Effect::Deny => self.until,
            Effect::Allow(_) => earliest(self.until, stakeholder_until),
        };
        if !now.trusted {
            // Without a clock to rely on, time can take away but not give.
            return self.effect == Effect::Deny || (self.hours.is_none() && end.is_none());
        }
        now.unix_seconds < end.unwrap_or(FOREVER)
            && self.hours.is_none_or(|hours| hours.contain(now.minute_of_day))
    }
}

/// The earlier of two ends, of which none may be there.
pub(crate) fn earliest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}

/// Is a class another class, or a child of it?
pub fn is_within(class: &str, of: &str) -> bool {
    class.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_within_its_parent_and_a_namesake_is_not() {
        assert!(is_within("contextual/guest", "contextual"));
        assert!(is_within("contextual", "contextual"));
        assert!(!is_within("contextual_2", "contextual"));
        assert!(!is_within("contextual", "contextual/guest"));
    }
}
