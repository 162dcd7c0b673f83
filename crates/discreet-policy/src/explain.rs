//! Explanation of a decision, taken rule by rule as a person would take it from the file.
//!
//! It does not use the timetable, and tests compare the two.

use super::action::{ActionPart, action_of};
use super::rule::{Effect, Form, Party, Rule, RuleId};
use super::time::{FOREVER, Moment};
use super::timetable::Verdict;
use super::verb::Verb;
use super::{Policy, declared::Declaration};

/// A decision and the reasons for it.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The decision.
    pub verdict: Verdict,
    /// Every rule about it, in file order, with its part in the decision.
    pub considered: Vec<(RuleId, RuleOutcome)>,
    /// The declared name or glob it fell under.
    pub declared: String,
    /// If it is allowed redacted, the redaction: `faces: solid`, `data: phone email`.
    pub hidden: Option<String>,
    /// True if it is allowed, and leaves sealed to a stakeholder. A command or call comes in signed and sealed.
    pub sealed: bool,
    /// The reason for which the guard denies it although the policy allows it; `None` without one.
    pub impossible: Option<&'static str>,
}

/// The part of a rule in a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOutcome {
    /// It decided.
    Decided,
    /// It has the same effect as the rule that decided.
    Agrees,
    /// A deny won over it.
    OverriddenByDeny,
    /// An allow in a more generous form won over it.
    OverriddenByClear,
    /// It is over, or its stakeholder's time is.
    Over,
    /// It holds at other hours.
    OtherHours,
    /// It depends on the time, and the clock cannot be relied on.
    ClockUntrusted,
}

impl RuleOutcome {
    /// The words for a reader.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Agrees => "says the same",
            Self::OverriddenByDeny => "overridden: a deny wins over every allow",
            Self::OverriddenByClear => "overridden: the most generous form wins",
            Self::Over => "not in force: its time is over",
            Self::OtherHours => "not in force: it holds at other hours",
            Self::ClockUntrusted => "not counted: it depends on the time and the clock is not trusted",
        }
    }
}

/// A question with a name that the policy does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// There is no stakeholder of that name.
    #[error("the policy has no stakeholder {0}")]
    Stakeholder(String),
    /// There is no topic, command, service or action of that name.
    #[error("the policy does not declare {0}, so it is denied to everyone")]
    Name(String),
}

impl Policy {
    /// A party that a question may be about.
    pub fn party(&self, name: &str) -> Result<Party, Unknown> {
        if name == "everyone" {
            return Ok(Party::Everyone);
        }
        let known = self.stakeholders().iter().find(|stakeholder| stakeholder.name.as_ref() == name);
        known
            .map(|stakeholder| Party::Stakeholder(stakeholder.name.clone()))
            .ok_or_else(|| Unknown::Stakeholder(super::finding::quoted(name)))
    }

    /// Decides rule by rule, and reports the part of each.
    pub fn explain(&self, who: &Party, verb: Verb, name: &str, now: Moment) -> Result<Explanation, Unknown> {
        let declaration =
            self.declaration(verb, name).ok_or_else(|| Unknown::Name(super::finding::quoted(name)))?;
        let speaking = self.speaking(who, verb, declaration);
        let decided = speaking
            .iter()
            .filter(|(rule, until)| rule.holds(now, *until))
            .max_by_key(|(rule, until)| {
                (
                    strength(declaration.effect_of(rule)),
                    lasting(rule, *until, now),
                    std::cmp::Reverse(rule.id),
                )
            })
            .map(|(rule, _)| *rule);
        let verdict = match decided {
            None => Verdict::NoRule,
            Some(rule) => match declaration.effect_of(rule) {
                Effect::Deny => Verdict::Deny { rule: rule.id },
                Effect::Allow(form) => Verdict::Allow { form, rule: rule.id },
            },
        };
        let outcome = |rule: &Rule, until| outcome(rule, until, decided, now, declaration);
        let considered = speaking.iter().map(|(rule, until)| (rule.id, outcome(rule, *until))).collect();
        let impossible = decided.and_then(|rule| impossible(rule, declaration));
        let sealed = decided.is_some_and(|rule| {
            // A topic for everyone in this form leaves in the open, even if stakeholders are named too.
            let says_the_same = |(other, until): &(&Rule, Option<i64>)| {
                declaration.effect_of(other) == declaration.effect_of(rule)
                    && other.who.contains(&Party::Everyone)
                    && other.holds(now, *until)
            };
            matches!(rule.effect, Effect::Allow(_)) && !speaking.iter().any(says_the_same)
        });
        let redacted = matches!(verdict, Verdict::Allow { form: Form::Redacted, .. });
        let hidden = declaration.hidden().filter(|_| redacted);
        let declared = declaration.pattern.text().to_owned();
        Ok(Explanation { verdict, considered, declared, hidden, sealed, impossible })
    }

    /// The rules about a declaration for a party, each with the second at which it ends for that party.
    pub(super) fn speaking(
        &self,
        who: &Party,
        verb: Verb,
        declaration: &Declaration,
    ) -> Vec<(&Rule, Option<i64>)> {
        let until = match who {
            Party::Everyone => None,
            Party::Stakeholder(name) => {
                self.stakeholders().iter().find(|one| one.name == *name).and_then(|s| s.until)
            }
        };
        self.rules()
            .iter()
            .filter(|rule| {
                rule.verb == verb
                    && rule.concerns(who)
                    && rule.reaches(&declaration.pattern, declaration.class.name())
            })
            // A right that comes from a rule for everyone does not end with the stakeholder.
            .map(|rule| (rule, until.filter(|_| !rule.who.contains(&Party::Everyone))))
            .collect()
    }

    /// The declaration of a name: under this very name, or of a topic also by a glob. The name of an action stands for
    /// the part that takes goals.
    pub(super) fn declaration(&self, verb: Verb, name: &str) -> Option<&Declaration> {
        let mut declared = self.declarations(verb).map(|(declaration, _)| declaration);
        let by_glob = || self.topic(name).filter(|_| verb.is_read()).map(|topic| &topic.declaration);
        let goals = ActionPart::SendGoal.full_name(name);
        let name = if verb == Verb::Act && action_of(name).is_none() { &goals } else { name };
        declared.find(|declaration| declaration.pattern.text() == name).or_else(by_glob)
    }
}

/// Deny wins over every allow; among allows the most generous form wins.
fn strength(effect: Effect) -> u8 {
    match effect {
        Effect::Allow(Form::Redacted) => 0,
        Effect::Allow(Form::Clear) => 1,
        Effect::Deny => 2,
    }
}

/// Among rules that say the same, the one that lasts longest is named; without a clock, the first.
fn lasting(rule: &Rule, stakeholder_until: Option<i64>, now: Moment) -> i64 {
    let end = match rule.effect {
        Effect::Deny => rule.until,
        Effect::Allow(_) => super::rule::earliest(rule.until, stakeholder_until),
    };
    if now.trusted { end.unwrap_or(FOREVER) } else { FOREVER }
}

fn outcome(
    rule: &Rule,
    until: Option<i64>,
    decided: Option<&Rule>,
    now: Moment,
    declaration: &Declaration,
) -> RuleOutcome {
    if !rule.holds(now, until) {
        if !now.trusted {
            return RuleOutcome::ClockUntrusted;
        }
        let over = now.unix_seconds >= lasting(rule, until, now);
        return if over { RuleOutcome::Over } else { RuleOutcome::OtherHours };
    }
    match decided {
        Some(deciding) if deciding.id == rule.id => RuleOutcome::Decided,
        Some(deciding) if declaration.effect_of(deciding) == declaration.effect_of(rule) => {
            RuleOutcome::Agrees
        }
        Some(deciding) if deciding.effect == Effect::Deny => RuleOutcome::OverriddenByDeny,
        Some(_) | None => RuleOutcome::OverriddenByClear,
    }
}

fn impossible(rule: &Rule, declaration: &Declaration) -> Option<&'static str> {
    let redacted = rule.verb.is_read() && rule.effect == Effect::Allow(Form::Redacted);
    let text = "it has no `redact:`, so the guard denies it";
    (redacted && declaration.image.is_none() && declaration.text.is_none()).then_some(text)
}
