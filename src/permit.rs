//! May a message leave, to whom, and in which form?

use crate::classify::Classified;
use crate::denied::Denied;
use crate::policy::{Form, Moment, RuleId, TopicPolicy, Verdict};

/// A message that may leave to everyone on the outer domain, in the form that the policy says.
#[derive(Debug)]
pub struct Permitted<'a> {
    classified: Classified<'a>,
    form: Form,
    rule: RuleId,
}

/// Asks the policy. What no rule allows is denied.
pub fn permit<'a>(
    topic: &TopicPolicy,
    now: Moment,
    classified: Classified<'a>,
) -> Result<Permitted<'a>, Denied> {
    match topic.everyone(now) {
        Verdict::Allow { form, rule } => Ok(Permitted { classified, form, rule }),
        Verdict::Deny { .. } | Verdict::NoRule if topic.named(now).is_some() => Err(Denied::SealingNotBuilt),
        Verdict::Deny { .. } => Err(Denied::RuleDenies),
        Verdict::NoRule if now.trusted => Err(Denied::NoRule),
        Verdict::NoRule => match topic.everyone(Moment { trusted: true, ..now }) {
            Verdict::Allow { .. } => Err(Denied::ClockUnsure),
            Verdict::Deny { .. } | Verdict::NoRule => Err(Denied::NoRule),
        },
    }
}

impl<'a> Permitted<'a> {
    /// The message and its class.
    pub fn into_classified(self) -> Classified<'a> {
        self.classified
    }

    /// The form in which it may leave.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The rule that lets it.
    pub fn rule(&self) -> RuleId {
        self.rule
    }
}
