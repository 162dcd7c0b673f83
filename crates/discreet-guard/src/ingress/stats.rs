//! Counters of an ingress.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{Refused, Rejected};
use discreet_host::sync::lock;

/// Counters of one ingress since it was made.
#[derive(Debug, Default)]
pub struct IngressStats {
    /// Commands published inside, or calls answered.
    pub accepted: AtomicU64,
    /// Commands that were sent and never arrived: the queue was full, or the network lost them.
    pub lost: AtomicU64,
    refused: [AtomicU64; Refused::ALL.len()],
    last: Mutex<Option<Rejected>>,
}

impl IngressStats {
    /// Counts a refusal, and keeps it as the last one.
    pub fn refuse(&self, rejected: Rejected) {
        if let Some(count) = self.refused.get(rejected.reason as usize) {
            count.fetch_add(1, Relaxed);
        }
        *lock(&self.last) = Some(rejected);
    }

    /// The reasons that occurred, with their counts.
    pub fn refused(&self) -> impl Iterator<Item = (Refused, u64)> {
        let counts = Refused::ALL.iter().zip(&self.refused);
        counts.map(|(reason, count)| (*reason, count.load(Relaxed))).filter(|(_, count)| *count > 0)
    }

    /// The last refusal in words: reason, sender and details.
    pub fn last(&self) -> Option<String> {
        let last = lock(&self.last);
        let Rejected { reason, sender, detail } = last.as_ref()?;
        let sender = sender.as_deref().map(|name| format!(" of {name}")).unwrap_or_default();
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        Some(format!("{reason}{sender}{detail}"))
    }
}
