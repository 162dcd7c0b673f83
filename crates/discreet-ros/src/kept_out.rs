//! Audit entries about topics that are kept out.

use std::collections::HashMap;
use std::time::Duration;

use discreet_audit::{Audit, Time};
use discreet_guard::denied::Denied;

/// Topics and reasons entered into the audit within a minute. Diagnostics counts them all.
const MAX_ENTERED: usize = 200;

/// Recent entries: a publisher that comes and goes cannot fill the disk.
#[derive(Default)]
pub struct KeptOutLog(HashMap<(String, Denied), Duration>);

impl KeptOutLog {
    /// Enters each topic and reason that was not entered within the last minute.
    pub fn enter<'a>(
        &mut self,
        audit: &Audit,
        kept_out: impl Iterator<Item = (&'a String, Denied)>,
        now: Duration,
    ) {
        for (topic, reason) in kept_out {
            let room = self.0.len() < MAX_ENTERED;
            match self.0.get_mut(&(topic.clone(), reason)) {
                Some(last) => *last = now,
                None if room => {
                    audit.kept_out(Time::system(), topic, reason.label());
                    self.0.insert((topic.clone(), reason), now);
                }
                None => {}
            }
        }
        self.0.retain(|_, last| now.saturating_sub(*last) < Duration::from_secs(60));
    }
}
