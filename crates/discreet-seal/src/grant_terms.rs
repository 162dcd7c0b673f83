//! The terms of a grant: its key, and the messages that the key opens.

use super::header::suite_number;
use super::statement::{GRANT, Head, Unreadable, put_name};
use super::suite::Suite;

/// The statements of a grant about its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantTerms<'a> {
    /// The robot's name in the policy.
    pub robot: &'a str,
    /// The group that has the key.
    pub group: [u8; 16],
    /// The class of the data that it opens.
    pub class: &'a str,
    /// The form of the data that it opens: `clear` or `redacted`.
    pub form: &'a str,
    /// The cipher suite.
    pub suite: Suite,
    /// The id of the key in messages.
    pub key: u32,
    /// The second from which it is used.
    pub from: i64,
    /// The first second at which it is no longer used.
    pub until: i64,
    /// The version of the policy that it was made under.
    pub policy_version: u64,
    /// The guard's signing key (Ed25519).
    pub sender: [u8; 32],
}

impl GrantTerms<'_> {
    /// Appends the terms, in the layout of docs/envelope.md.
    pub(super) fn write(&self, to: &mut Vec<u8>) -> Result<(), Unreadable> {
        let GrantTerms { robot, group, class, form, suite, key, from, until, policy_version, sender } = *self;
        if from >= until {
            return Err(Unreadable::Validity);
        }
        Head { kind: GRANT, suite: suite_number(suite), key, from, until, policy_version, sender }.write(to);
        to.extend_from_slice(&group);
        [robot, class, form].iter().try_for_each(|name| put_name(to, name))
    }
}
