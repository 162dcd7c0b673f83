//! What one route knows of the publishers that its messages come from.

use std::collections::HashMap;
use std::time::Duration;

use crate::denied::Denied;
use crate::graph::Gid;
use crate::sources::{PATIENCE, Standing};
use crate::stats::LossCounter;

/// Publishers remembered for a route. Of more than this, messages count as of an unknown source.
pub const MAX_SOURCES: usize = 256;

/// The publishers of one topic. Times are monotonic.
#[derive(Debug, Default)]
pub struct Standings {
    sources: HashMap<Gid, Source>,
}

#[derive(Debug)]
struct Source {
    standing: Standing,
    losses: LossCounter,
    awaited_since: Duration,
    /// Discovery does not have it (any more). Some of its messages may still wait to be taken.
    gone_since: Option<Duration>,
}

impl Standings {
    /// Takes over what discovery knows: every publisher that is there, and no other.
    pub fn set(&mut self, present: impl IntoIterator<Item = (Gid, Standing)>, now: Duration) {
        for source in self.sources.values_mut() {
            source.gone_since.get_or_insert(now);
        }
        for (gid, standing) in present {
            if let Some(source) = self.source(gid, now) {
                source.standing = standing;
                source.gone_since = None;
            }
        }
        // An id that is free again may be anybody's.
        self.sources.retain(|_, source| source.gone_since.is_none_or(|since| now < since + PATIENCE));
    }

    /// What to make of a message of `gid`. `judged` tells whether [`set`](Self::set) was called for the policy in
    /// force, which is so since `policy_since`; if not, nobody is believed yet.
    pub fn of(&mut self, gid: Gid, judged: bool, policy_since: Duration, now: Duration) -> Standing {
        let Some(source) = self.source(gid, now) else { return Standing::Refused(Denied::UnknownSource) };
        match source.standing {
            known @ (Standing::Accepted | Standing::Refused(_)) if judged => known,
            _ if now.saturating_sub(source.awaited_since.max(policy_since)) < PATIENCE => Standing::Awaited,
            _ => Standing::Refused(Denied::UnknownSource),
        }
    }

    /// How many messages of `gid` were lost before the one that it counted as `sequence`.
    pub fn lost_before(&mut self, gid: &Gid, sequence: u64) -> u64 {
        self.sources.get_mut(gid).map_or(0, |source| source.losses.lost_before(sequence))
    }

    fn source(&mut self, gid: Gid, now: Duration) -> Option<&mut Source> {
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&gid) {
            let gone = |(_, source): &(&Gid, &Source)| source.gone_since.is_some();
            let oldest = self.sources.iter().filter(gone).min_by_key(|(_, source)| source.gone_since);
            let evicted = oldest.map(|(gid, _)| *gid)?;
            self.sources.remove(&evicted);
        }
        Some(self.sources.entry(gid).or_insert_with(|| Source {
            standing: Standing::Awaited,
            losses: LossCounter::default(),
            awaited_since: now,
            gone_since: Some(now),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: Duration = Duration::ZERO;
    const UNKNOWN: Standing = Standing::Refused(Denied::UnknownSource);

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn gid(number: usize) -> Gid {
        (number as u128).to_le_bytes()
    }

    #[test]
    fn who_is_not_discovered_is_awaited_and_then_refused() {
        let mut standings = Standings::default();
        assert_eq!(standings.of(gid(1), true, ZERO, ms(5)), Standing::Awaited);
        assert_eq!(standings.of(gid(1), true, ZERO, ms(900)), Standing::Awaited);
        assert_eq!(standings.of(gid(1), true, ZERO, ms(1010)), UNKNOWN);
        standings.set([(gid(1), Standing::Accepted)], ms(1020));
        assert_eq!(standings.of(gid(1), true, ZERO, ms(1030)), Standing::Accepted);
    }

    #[test]
    fn under_a_new_policy_nobody_is_believed_until_judged() {
        let mut standings = Standings::default();
        standings.set([(gid(1), Standing::Accepted)], ms(0));
        assert_eq!(standings.of(gid(1), false, ms(5000), ms(5001)), Standing::Awaited);
        assert_eq!(standings.of(gid(1), false, ms(5000), ms(6001)), UNKNOWN);
    }

    #[test]
    fn who_left_is_believed_for_what_still_waits_and_then_forgotten() {
        let mut standings = Standings::default();
        standings.set([(gid(1), Standing::Accepted)], ms(0));
        standings.set([], ms(100));
        assert_eq!(standings.of(gid(1), true, ZERO, ms(200)), Standing::Accepted);
        standings.set([], ms(1200));
        assert_eq!(standings.of(gid(1), true, ZERO, ms(1300)), Standing::Awaited);
    }

    #[test]
    fn the_departed_make_room_and_the_present_keep_theirs() {
        let mut standings = Standings::default();
        standings.set((0..MAX_SOURCES).map(|number| (gid(number), Standing::Accepted)), ms(0));
        assert_eq!(standings.of(gid(9999), true, ZERO, ms(1)), UNKNOWN);
        standings.set((1..MAX_SOURCES).map(|number| (gid(number), Standing::Accepted)), ms(2));
        assert_eq!(standings.of(gid(9999), true, ZERO, ms(3)), Standing::Awaited);
        assert_eq!(standings.of(gid(1), true, ZERO, ms(3)), Standing::Accepted);
    }
}
