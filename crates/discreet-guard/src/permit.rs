//! May a message leave, to whom, and in which form?

use crate::classify::Classified;
use crate::denied::Denied;
use discreet_policy::{Form, KeyGroup, Moment, TopicPolicy, Verdict};

/// A message that may leave, with its permitted forms.
#[derive(Debug)]
pub struct Permitted<'a> {
    classified: Classified<'a>,
    forms: Forms<'a>,
}

/// The forms in which a message leaves, each with one audience. A stakeholder that may have it clear is not served
/// the redacted form as well. So if one form is open to everyone, the only other one is the clear one, for those
/// with more rights.
#[derive(Debug, Clone, Copy)]
pub enum Forms<'a> {
    /// Clear only.
    Clear(Recipients<'a>),
    /// Redacted only.
    Redacted(Recipients<'a>),
    /// Both.
    Both {
        /// The audience of the clear form.
        clear: &'a KeyGroup,
        /// The audience of the redacted form.
        redacted: Recipients<'a>,
    },
}

/// The audience of a form.
#[derive(Debug, Clone, Copy)]
pub enum Recipients<'a> {
    /// Everyone on the outer domain.
    Everyone,
    /// The members of the group, sealed.
    Group(&'a KeyGroup),
}

/// Asks the policy. A message that no rule allows is denied.
pub fn permit<'a>(
    topic: &'a TopicPolicy,
    now: Moment,
    classified: Classified<'a>,
) -> Result<Permitted<'a>, Denied> {
    match forms(topic, now) {
        Some(forms) => Ok(Permitted { classified, forms }),
        None => Err(refusal(topic, now)),
    }
}

/// The forms in which messages of a topic may leave now; none if it may not leave.
pub fn forms(topic: &TopicPolicy, now: Moment) -> Option<Forms<'_>> {
    let sealed = |form| topic.group(form).map(AsRef::as_ref).filter(|group| group.has_members(now));
    let open = match topic.everyone(now) {
        Verdict::Allow { form: Form::Clear, .. } => return Some(Forms::Clear(Recipients::Everyone)),
        Verdict::Allow { form: Form::Redacted, .. } => Some(Recipients::Everyone),
        Verdict::Deny { .. } | Verdict::NoRule => None,
    };
    match (sealed(Form::Clear), open.or_else(|| sealed(Form::Redacted).map(Recipients::Group))) {
        (Some(clear), Some(redacted)) => Some(Forms::Both { clear, redacted }),
        (Some(clear), None) => Some(Forms::Clear(Recipients::Group(clear))),
        (None, Some(redacted)) => Some(Forms::Redacted(redacted)),
        (None, None) => None,
    }
}

/// A time that is not trusted has no part in the reason, because it may be any time.
fn refusal(topic: &TopicPolicy, now: Moment) -> Denied {
    match topic.everyone(now) {
        Verdict::Deny { .. } => Denied::RuleDenies,
        Verdict::Allow { .. } | Verdict::NoRule if !now.trusted && topic.has_readers() => Denied::ClockUnsure,
        Verdict::Allow { .. } | Verdict::NoRule => Denied::NoRule,
    }
}

impl<'a> Forms<'a> {
    /// The audience of a form, if it leaves.
    pub fn to(self, form: Form) -> Option<Recipients<'a>> {
        match (form, self) {
            (Form::Clear, Forms::Clear(to)) | (Form::Redacted, Forms::Redacted(to)) => Some(to),
            (Form::Clear, Forms::Both { clear, .. }) => Some(Recipients::Group(clear)),
            (Form::Redacted, Forms::Both { redacted, .. }) => Some(redacted),
            (Form::Clear, Forms::Redacted(_)) | (Form::Redacted, Forms::Clear(_)) => None,
        }
    }
}

impl<'a> Permitted<'a> {
    /// The message and its class, and the permitted forms.
    pub fn into_parts(self) -> (Classified<'a>, Forms<'a>) {
        (self.classified, self.forms)
    }
}
