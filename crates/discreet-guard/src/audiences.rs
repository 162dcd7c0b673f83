//! The audiences of a topic at a moment: the forms in which its messages leave, who gets each, and under which
//! keys.
//!
//! It stays the same from message to message, so a route computes it once a second, after a change of policy, and
//! after a change of keys.

use crate::permit::{Recipients, forms};
use discreet_policy::{Form, Moment, TopicPolicy};
use discreet_seal::PerForm;
use discreet_seal::epoch_keys::Keys;

/// The audience of each form that leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audiences(pub PerForm<Option<Audience>>);

/// The audience of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Open to everyone.
    Everyone,
    /// Sealed for the group of this id, with the key of this number. Without a key the form stays inside.
    Group([u8; 16], Option<u32>),
}

impl Audiences {
    /// The audiences at `now`. A form that cannot be made is absent.
    pub fn of(topic: &TopicPolicy, now: Moment, keys: &dyn Keys) -> Audiences {
        let Some(forms) = forms(topic, now) else { return Audiences::default() };
        let audience = |form| {
            let to = forms.to(form).filter(|_| can_be_made(topic, form))?;
            Some(match to {
                Recipients::Everyone => Audience::Everyone,
                Recipients::Group(group) => {
                    let key = keys.key(&group.id(), now.unix_seconds).filter(|_| now.trusted);
                    Audience::Group(group.id(), key.map(|key| key.key.id()))
                }
            })
        };
        Audiences(PerForm::of(audience))
    }

    /// Each form that leaves, with its audience; the clear one first.
    pub fn each(self) -> impl Iterator<Item = (Form, Audience)> {
        self.0.present()
    }

    /// The form that is open to everyone.
    pub fn open(self) -> Option<Form> {
        self.each().find(|(_, audience)| *audience == Audience::Everyone).map(|(form, _)| form)
    }
}

/// The members to whom the key of this id was wrapped; empty if the group has another key by now, or none.
pub fn members(keys: &dyn Keys, group: &[u8; 16], second: i64, key: Option<u32>) -> Vec<String> {
    let current = keys.key(group, second).filter(|current| Some(current.key.id()) == key);
    current.map(|current| current.members.clone()).unwrap_or_default()
}

/// True if this version can make the form.
pub fn can_be_made(topic: &TopicPolicy, form: Form) -> bool {
    match form {
        Form::Clear => true,
        Form::Redacted => topic.says_what_to_hide(),
    }
}
