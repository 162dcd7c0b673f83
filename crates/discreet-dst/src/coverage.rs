//! Coverage of a run: how often each kind of fault was injected, and for which of its reasons the guard kept a message in or
//! a command out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use discreet_guard::denied::Denied;
use discreet_guard::ingress::Refused;
use serde_json::{Map, Value, json};

/// Counts of faults and reasons.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Injected faults, by their kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Messages, publishers and topics that were kept in, by reason.
    pub denied: BTreeMap<Denied, u64>,
    /// Commands that were kept out, by reason.
    pub refused: BTreeMap<Refused, u64>,
}

impl Coverage {
    /// Counts a fault.
    pub fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }

    /// Counts messages that were kept in.
    pub fn deny(&mut self, reason: Denied, count: u64) {
        *self.denied.entry(reason).or_default() += count;
    }

    /// Counts a command that was kept out.
    pub fn refuse(&mut self, reason: Refused) {
        *self.refused.entry(reason).or_default() += 1;
    }

    /// Adds another run's.
    pub fn add(&mut self, other: &Coverage) {
        other.faults.iter().for_each(|(kind, count)| *self.faults.entry(kind).or_default() += count);
        other.denied.iter().for_each(|(reason, count)| self.deny(*reason, *count));
        for (reason, count) in &other.refused {
            *self.refused.entry(*reason).or_default() += count;
        }
    }

    /// As text: a table each of faults, egress and ingress.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let faults = self.faults.iter().map(|(kind, count)| (*kind, *count)).collect::<Vec<_>>();
        write_table(&mut text, "kinds of faults", &faults);
        write_table(&mut text, "reasons to keep a message in (egress)", &self.egress());
        write_table(&mut text, "reasons to keep a command out (ingress)", &self.ingress());
        text
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let map = |rows: Vec<(&'static str, u64)>| -> Map<String, Value> {
            rows.into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect()
        };
        json!({ "faults": self.faults, "egress": map(self.egress()), "ingress": map(self.ingress()) })
    }

    /// All reasons of the product, also those that never occurred.
    fn egress(&self) -> Vec<(&'static str, u64)> {
        let count = |reason| self.denied.get(&reason).copied().unwrap_or_default();
        Denied::ALL.iter().map(|reason| (reason.label(), count(*reason))).collect()
    }

    fn ingress(&self) -> Vec<(&'static str, u64)> {
        let count = |reason| self.refused.get(&reason).copied().unwrap_or_default();
        Refused::ALL.iter().map(|reason| (reason.label(), count(*reason))).collect()
    }
}

fn write_table(text: &mut String, title: &str, rows: &[(&str, u64)]) {
    let hit = rows.iter().filter(|(_, count)| *count > 0).count();
    let _written = writeln!(text, "{title}: {hit} of {}", rows.len());
    for (name, count) in rows {
        let _written = writeln!(text, "  {name:<32} {count:>12}");
    }
}
