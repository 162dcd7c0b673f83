//! A checked rule: its parties, its targets, its effect and its times.

use std::sync::Arc;

use super::finding::Span;
use super::names::Pattern;
use super::time::{FOREVER, Hours, Moment};
use super::verb::Verb;

pub use discreet_seal::Form;

/// Number of a rule in the file, from 0. [`super::Policy::rule`] has its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) u32);

impl RuleId {
    /// Its index in the list of rules, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A party that receives, commands or calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The open outer domain: any node, without a key.
    Everyone,
    /// A named party with an identity.
    Stakeholder(Arc<str>),
}

impl Party {
    /// The word of a policy.
    pub fn name(&self) -> &str {
        match self {
            Self::Everyone => "everyone",
            Self::Stakeholder(name) => name,
        }
    }
}

/// Effect of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Wins over every allow.
    Deny,
    /// Allows, in a form. Commands and calls are always clear.
    Allow(Form),
}

/// Target of a rule.
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
    /// Its number.
    pub id: RuleId,
    /// Its place in the file.
    pub span: Span,
    /// Its parties.
    pub who: Vec<Party>,
    /// Reading, commanding or calling.
    pub verb: Verb,
    /// Target of a rule.
    pub targets: Vec<Target>,
    /// Effect of a rule.
    pub effect: Effect,
    /// The hours it is limited to; `None`: at any hour.
    pub hours: Option<Hours>,
    /// The second since 1970 at which it ends; `None`: no end.
    pub until: Option<i64>,
}

impl Rule {
    /// Its line in the file, from 1.
    pub fn line(&self) -> u32 {
        self.span.line
    }

    /// True if it applies to this party. A rule for everyone applies to each stakeholder too.
    pub fn concerns(&self, who: &Party) -> bool {
        self.who.iter().any(|named| *named == Party::Everyone || named == who)
    }

    /// True if it reaches a declared name of this class.
    pub fn reaches(&self, declared: &Pattern, class: &str) -> bool {
        self.targets.iter().any(|target| match target {
            Target::Class(name) => is_within(class, name),
            Target::Names(pattern) => pattern.covers(declared),
        })
    }

    /// True if it holds at this moment. `stakeholder_until`: the second at which the stakeholder's rights end.
    pub fn holds(&self, now: Moment, stakeholder_until: Option<i64>) -> bool {
        let end = match self.effect {
            Effect::Deny => self.until,
            Effect::Allow(_) => earliest(self.until, stakeholder_until),
        };
        if !now.trusted {
            // With an untrusted clock, a time limit denies and never allows.
            return self.effect == Effect::Deny || (self.hours.is_none() && end.is_none());
        }
        now.unix_seconds < end.unwrap_or(FOREVER)
            && self.hours.is_none_or(|hours| hours.contain(now.minute_of_day))
    }
}

/// The earlier of two ends; `None` stands for no end.
pub(crate) fn earliest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}

/// True if a class is the other class, or a child of it.
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
