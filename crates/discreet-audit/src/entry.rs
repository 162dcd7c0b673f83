//! Entries of the log. They have no personal data: names of topics, types and nodes, counts and hashes.

use serde::Serialize;

use super::part_entry::{Note, hash};
use super::time::Time;

/// A policy as the log knows it: its version and the BLAKE3 of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct PolicyMark {
    /// The policy's `version:`.
    pub version: u64,
    /// BLAKE3 of the file's bytes.
    #[serde(with = "hash")]
    pub hash: [u8; 32],
}

/// Description of a route in its entries.
#[derive(Debug, Clone, Serialize)]
pub struct RouteInfo {
    /// The topic that may leave.
    pub topic: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its data class.
    pub class: String,
    /// True for classes about people. Then nothing leaves unrecorded.
    #[serde(skip)]
    pub contextual: bool,
    /// `clear` or `redacted`; `command` or `call` for what goes in, `answer` for what a call gives back.
    pub form: String,
    /// `everyone` or a stakeholder's name; of a command or call, its sender.
    pub audience: String,
    /// The policy version that decides.
    pub policy: u64,
    /// The epoch of the keys in use; 0 where nothing is sealed.
    pub epoch: u64,
    /// The publisher (node, QoS); in the `route` entry only.
    #[serde(skip)]
    pub source: String,
}

impl RouteInfo {
    /// The same with names that are fit for the log.
    pub fn cleaned(mut self) -> Self {
        for name in [
            &mut self.topic,
            &mut self.type_name,
            &mut self.class,
            &mut self.form,
            &mut self.audience,
            &mut self.source,
        ] {
            *name = cleaned(name);
        }
        self
    }
}

/// One entry; the variants are the kinds that an auditor can search for.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "entry", rename_all = "lowercase")]
pub(super) enum Entry {
    /// The program began to write.
    Start { program: String, robot: String, policy: Option<PolicyMark>, head: &'static str },
    /// A line was torn by a crash: this many bytes were dropped.
    Recovered {
        bytes: u64,
        #[serde(serialize_with = "hash::serialize")]
        blake3: [u8; 32],
    },
    /// These routes may release from `from` until `to`. Durable before the first message leaves.
    Window { from: Time, to: Time, policy: Option<PolicyMark>, routes: Vec<Opened> },
    /// The counts of these routes.
    Closed { from: Time, to: Time, routes: Vec<Closed> },
    /// The first denial for this reason on this route in a window.
    Denied { route: u32, topic: String, reason: &'static str, at: Time },
    /// A policy was switched to or refused.
    Policy { change: &'static str, policy: Option<PolicyMark>, why: String },
    /// A stakeholder's keys were taken or given, or there are none any more.
    Keys { change: &'static str, who: String, why: String },
    /// A route came or went.
    Route { change: &'static str, route: u32, info: RouteInfo, source: String },
    /// Something broke; with `lost`, so many entries could not be kept.
    Fault { since: Time, what: String, lost: u64 },
    /// A part of the log was closed, opened or removed.
    Part(Note),
    /// An orderly end.
    Stop,
}

impl Entry {
    /// The mark of the keeper's state, if the entry is one.
    pub fn mark(&self) -> Option<&str> {
        match self {
            Entry::Keys { change: "mark", why, .. } => Some(why),
            Entry::Start { .. }
            | Entry::Recovered { .. }
            | Entry::Window { .. }
            | Entry::Closed { .. }
            | Entry::Denied { .. }
            | Entry::Policy { .. }
            | Entry::Keys { .. }
            | Entry::Route { .. }
            | Entry::Fault { .. }
            | Entry::Part(_)
            | Entry::Stop => None,
        }
    }
}

/// A route in a `window` entry.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Opened {
    pub route: u32,
    #[serde(flatten)]
    pub info: RouteInfo,
}

/// A route in a `closed` entry.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Closed {
    pub route: u32,
    pub topic: String,
    pub released: u64,
    /// Of those, released without a durable window: only operational routes, while the log could not be written.
    #[serde(skip_serializing_if = "is_zero")]
    pub unrecorded: u64,
    pub bytes: u64,
    /// BLAKE3 over the digests of the released messages, in order.
    #[serde(serialize_with = "hash::serialize")]
    pub root: [u8; 32],
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub denied: std::collections::BTreeMap<&'static str, u64>,
    /// Areas covered, frames blanked and why, frames skipped.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub redaction: std::collections::BTreeMap<&'static str, u64>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Longer than any ROS name; keeps lines short.
const MAX_TEXT: usize = 256;

/// Text from outside, fit for a log that people read in a terminal: printable ASCII only, so that neither control
/// characters nor bidirectional tricks can make an entry look like another.
pub fn cleaned(text: &str) -> String {
    let plain = |c: char| c == ' ' || c.is_ascii_graphic();
    let mut clean = String::new();
    for c in text.chars() {
        match c {
            c if plain(c) => clean.push(c),
            c => clean.extend(c.escape_unicode()),
        }
        if clean.len() >= MAX_TEXT {
            clean.truncate(MAX_TEXT);
            break;
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_a_line_or_hide_in_it() {
        assert_eq!(cleaned("/scan"), "/scan");
        assert_eq!(cleaned("a\nb\u{202e}c\u{1b}[31m"), "a\\u{a}b\\u{202e}c\\u{1b}[31m");
        assert_eq!(cleaned(&"é".repeat(10_000)).len(), MAX_TEXT);
    }
}
