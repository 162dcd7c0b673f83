//! The report about a scrubbed bag.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::Types;
use super::left_out::LeftOut;
use discreet_guard::denied::Denied;
use discreet_guard::protect::Releasable;
use discreet_policy::{Form, Policy, TopicPolicy};

/// The most reasons that are listed for one topic.
const MAX_REASONS: usize = 32;

/// The report about a scrubbed bag.
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
    /// Messages whose time is not credible: only rules without times release them.
    pub untimed: u64,
    /// The source of type definitions: `installed` or `bag`.
    pub types: &'static str,
    /// Topics whose source the policy names. It is not checked, because a bag does not have it.
    pub unchecked_sources: BTreeSet<String>,
    /// Topics of the bag that the policy releases to everyone, but with messages missing in the output for
    /// another reason than its rules.
    pub missing: BTreeSet<String>,
    /// Topics that the policy declares by name and releases to everyone, but that are not in the bag.
    pub not_in_bag: BTreeSet<String>,
    /// True if no message was written.
    pub empty: bool,
    /// The reason for not reading the bag to its end.
    pub damage: Option<String>,
    #[serde(skip)]
    rows: HashMap<(String, String), usize>,
}

/// The part of the report about one topic.
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
    /// Messages that were copied unchanged.
    pub clear: u64,
    /// Messages that were redacted.
    pub redacted: u64,
    /// Images among the redacted ones that were blanked because they could not be inspected.
    pub blanked: u64,
    /// The blanked ones, by reason.
    pub blank: BTreeMap<&'static str, u64>,
    /// Bytes of the messages that were written.
    pub written_bytes: u64,
    /// Messages that were left out, by reason.
    pub denied: BTreeMap<&'static str, u64>,
    /// The same with reasons and remedies.
    pub left_out: Vec<Reason>,
}

/// Reason for leaving out messages of a topic, and its remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The guard's name of the reason.
    pub reason: &'static str,
    /// The number of messages.
    pub messages: u64,
    /// The reason in words, for this topic of this bag.
    pub because: String,
    /// The remedy, if the messages should be in the output.
    pub remedy: String,
    /// True if the reason is not a rule of the policy.
    #[serde(skip)]
    unmeant: bool,
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
            missing: BTreeSet::new(),
            not_in_bag: BTreeSet::new(),
            empty: true,
            damage: None,
            rows: HashMap::new(),
        }
    }

    /// Images that could not be inspected.
    pub fn blanked(&self) -> u64 {
        self.topics.iter().map(|topic| topic.blanked).sum()
    }

    /// The index of a topic's row.
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

    pub(super) fn count_left_out(&mut self, row: usize, left_out: &LeftOut) {
        let Some(topic) = self.topics.get_mut(row) else { return };
        let label = left_out.reason.label();
        *topic.denied.entry(label).or_default() += 1;
        let is_it = |known: &Reason| known.reason == label && known.because == left_out.because;
        // Several channels may have one topic, each with its own reason. Beyond the limit they are counted
        // under the last one.
        let full = topic.left_out.len() >= MAX_REASONS;
        let at = topic.left_out.iter().position(is_it).or_else(|| full.then_some(MAX_REASONS - 1));
        match at.and_then(|at| topic.left_out.get_mut(at)) {
            Some(known) => known.messages += 1,
            None => topic.left_out.push(Reason {
                reason: label,
                messages: 1,
                because: left_out.because.clone(),
                remedy: left_out.remedy.clone(),
                unmeant: !matches!(
                    left_out.reason,
                    Denied::UndeclaredTopic | Denied::NoRule | Denied::RuleDenies
                ),
            }),
        }
    }

    /// Completes the report, after the bag was read.
    pub(super) fn close(&mut self, policy: &Policy) {
        let for_everyone =
            |topic: &TopicPolicy| topic.may_release(Form::Clear) || topic.may_release(Form::Redacted);
        for row in &self.topics {
            let declared = policy.topic(&row.topic).is_some_and(|topic| for_everyone(topic));
            if declared && row.left_out.iter().any(|reason| reason.unmeant) {
                self.missing.insert(row.topic.clone());
            }
        }
        let there: BTreeSet<&str> = self.topics.iter().map(|row| row.topic.as_str()).collect();
        let exact = policy.topics().filter(|topic| !topic.is_glob() && for_everyone(topic));
        self.not_in_bag = exact
            .map(|topic| topic.name().to_owned())
            .filter(|name| !there.contains(name.as_str()))
            .collect();
        self.empty = self.topics.iter().all(|row| row.clear + row.redacted == 0);
    }
}
