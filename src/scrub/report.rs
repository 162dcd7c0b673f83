//! What was done with a bag.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::Types;
use crate::denied::Denied;
use crate::policy::Form;
use crate::protect::Releasable;

/// What was done with a bag.
#[derive(Debug, Serialize)]
pub struct Report {
    /// By topic and type, in the order of the bag.
    pub topics: Vec<TopicReport>,
    /// Attachments, which were left out.
    pub attachments: u64,
    /// Metadata records, which were left out.
    pub metadata: u64,
    /// Private records, which were left out.
    pub private: u64,
    /// Messages whose time is not credible: only rules without times let them pass.
    pub untimed: u64,
    /// Where definitions of types were from: `installed` or `bag`.
    pub types: &'static str,
    /// Topics of which the policy names the source, which a bag does not tell.
    pub unchecked_sources: BTreeSet<String>,
    /// Why the bag was not read to its end.
    pub damage: Option<String>,
    #[serde(skip)]
    rows: HashMap<(String, String), usize>,
}

/// What was done with one topic's messages.
#[derive(Debug, Default, Serialize)]
pub struct TopicReport {
    /// The topic.
    pub topic: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Messages in the bag.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages that were copied as they are.
    pub clear: u64,
    /// Messages that were redacted.
    pub redacted: u64,
    /// Images among the redacted ones that could not be looked at: blank.
    pub blanked: u64,
    /// The blanked ones, by reason.
    pub blank: BTreeMap<&'static str, u64>,
    /// Bytes of the messages that were written.
    pub written_bytes: u64,
    /// Messages that were left out, by reason.
    pub denied: BTreeMap<&'static str, u64>,
}

impl Report {
    pub(super) fn new(types: Types<'_>) -> Report {
        Report {
            topics: Vec::new(),
            attachments: 0,
            metadata: 0,
            private: 0,
            untimed: 0,
            types: match types {
                Types::Installed(_) => "installed",
                Types::Bag => "bag",
            },
            unchecked_sources: BTreeSet::new(),
            damage: None,
            rows: HashMap::new(),
        }
    }

    /// Images that could not be looked at.
    pub fn blanked(&self) -> u64 {
        self.topics.iter().map(|topic| topic.blanked).sum()
    }

    /// The number of a topic's row.
    pub(super) fn row(&mut self, topic: &str, type_name: &str) -> usize {
        let next = self.topics.len();
        let row = *self.rows.entry((topic.to_owned(), type_name.to_owned())).or_insert(next);
        if row == next {
            let (topic, type_name) = (topic.to_owned(), type_name.to_owned());
            self.topics.push(TopicReport { topic, type_name, ..TopicReport::default() });
        }
        row
    }

    pub(super) fn unchecked_source(&mut self, topic: &str) {
        self.unchecked_sources.insert(topic.to_owned());
    }

    pub(super) fn count_in(&mut self, row: usize, bytes: usize) {
        if let Some(topic) = self.topics.get_mut(row) {
            topic.messages += 1;
            topic.bytes += bytes as u64;
        }
    }

    pub(super) fn count_out(&mut self, row: usize, message: &Releasable<'_>) {
        if let Some(topic) = self.topics.get_mut(row) {
            match message.form() {
                Form::Clear => topic.clear += 1,
                Form::Redacted => topic.redacted += 1,
            }
            if let Some(blind) = message.redaction().and_then(|redaction| redaction.blank) {
                topic.blanked += 1;
                *topic.blank.entry(blind.label()).or_default() += 1;
            }
            topic.written_bytes += message.cdr().len() as u64;
        }
    }

    pub(super) fn count_denied(&mut self, row: usize, reason: Denied) {
        if let Some(topic) = self.topics.get_mut(row) {
            *topic.denied.entry(reason.label()).or_default() += 1;
        }
    }
}
