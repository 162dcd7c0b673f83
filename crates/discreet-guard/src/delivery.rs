//! The delivery on which a topic's messages leave at a moment: in which forms, to whom, sealed with which keys.
//!
//! They stay the same from message to message, so that a route looks at them once a second, when the policy is another,
//! and when there are other keys.

use crate::permit::{To, forms};
use discreet_policy::{Form, Moment, TopicPolicy};
use discreet_seal::PerForm;
use discreet_seal::epoch_keys::Keys;

/// The audience of each form that leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivery(pub PerForm<Option<DeliveryAudience>>);

/// To whom a form leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryAudience {
    /// Open to everyone.
    Everyone,
    /// Sealed for a group, with the key of that number. Without a key it stays inside.
    Group([u8; 16], Option<u32>),
}

impl Delivery {
    /// The delivery of this moment. A form that cannot be made is none.
    pub fn of(topic: &TopicPolicy, now: Moment, keys: &dyn Keys) -> Delivery {
        let Some(forms) = forms(topic, now) else { return Delivery::default() };
        let audience = |form| {
            let to = forms.to(form).filter(|_| can_be_made(topic, form))?;
            Some(match to {
                To::Everyone => DeliveryAudience::Everyone,
                To::Group(group) => {
                    let key = keys.key(&group.id(), now.unix_seconds).filter(|_| now.trusted);
                    DeliveryAudience::Group(group.id(), key.map(|key| key.key.id()))
                }
            })
        };
        Delivery(PerForm::of(audience))
    }

    /// Each form that leaves, the clear one first.
    pub fn each(self) -> impl Iterator<Item = (Form, DeliveryAudience)> {
        self.0.present()
    }

    /// The form in which everyone has it.
    pub fn open(self) -> Option<Form> {
        self.each().find(|(_, audience)| *audience == DeliveryAudience::Everyone).map(|(form, _)| form)
    }
}

/// Whom the key of this id was wrapped to: nobody if the group has another key by now, or none.
pub fn members(keys: &dyn Keys, group: &[u8; 16], second: i64, key: Option<u32>) -> Vec<String> {
    let current = keys.key(group, second).filter(|current| Some(current.key.id()) == key);
    current.map(|current| current.members.clone()).unwrap_or_default()
}

/// Whether this version can make the form.
pub fn can_be_made(topic: &TopicPolicy, form: Form) -> bool {
    match form {
        Form::Clear => true,
        Form::Redacted => topic.says_what_to_hide(),
    }
}
