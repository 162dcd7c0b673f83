//! A route's knowledge of the publishers that its messages come from.

use std::collections::HashMap;
use std::time::Duration;

use crate::denied::Denied;
use crate::history::{Answer, History};
use crate::lanes::{Input, Lane, Plan};
use crate::sources::{PATIENCE, PublisherTrust};
use crate::stats::LossCounter;
use discreet_graph::Gid;

/// Publishers remembered for a route. Beyond this number, messages count as from an unknown source.
pub const MAX_SOURCES: usize = 256;

/// The publishers of one topic. Times are monotonic.
#[derive(Debug, Default)]
pub struct PublisherTable {
    sources: HashMap<Gid, KnownPublisher>,
}

#[derive(Debug)]
struct KnownPublisher {
    trust: PublisherTrust,
    /// The input on which it is read; none if discovery has not announced it.
    home: Option<Input>,
    /// The lane of its messages.
    lane: Option<Lane>,
    /// A message of it arrived there.
    settled: bool,
    /// The history, of a latched source whose depth is not declared.
    history: Option<History>,
    losses: LossCounter,
    awaited_since: Duration,
    /// Discovery does not have it (any more). Some of its messages may still wait to be taken.
    gone_since: Option<Duration>,
}

impl PublisherTable {
    /// Takes over the state of discovery: every publisher that is there, and no other.
    pub fn set(&mut self, plan: &Plan, now: Duration) {
        for source in self.sources.values_mut() {
            source.gone_since.get_or_insert(now);
        }
        for present in &plan.sources {
            if let Some(source) = self.source(present.gid, now) {
                source.trust = present.trust;
                source.home = Some(Input::of(present.offered));
                source.lane = Some(Lane::of(present));
                if plan.asks(present) {
                    source.history.get_or_insert_default();
                } else {
                    source.history = None;
                }
                source.gone_since = None;
            }
        }
        // An id that is free again may be anyone's.
        self.sources.retain(|_, source| source.gone_since.is_none_or(|since| now < since + PATIENCE));
    }

    /// The trust in a message of `gid`. `judged` says that [`set`](Self::set) was called for the policy in force,
    /// which holds since `policy_since`; if not, no publisher is trusted yet.
    pub fn of(&mut self, gid: Gid, judged: bool, policy_since: Duration, now: Duration) -> PublisherTrust {
        let Some(source) = self.source(gid, now) else {
            return PublisherTrust::Refused(Denied::UnknownSource);
        };
        match source.trust {
            known @ (PublisherTrust::Accepted | PublisherTrust::Refused(_)) if judged => known,
            _ if now.saturating_sub(source.awaited_since.max(policy_since)) < PATIENCE => {
                PublisherTrust::Awaited
            }
            _ => PublisherTrust::Refused(Denied::UnknownSource),
        }
    }

    /// True if a message that arrived on `input` is the one to serve, where it may arrive on several inputs:
    /// latched ones only on the input of their source, others on any until one has arrived there, and each once.
    pub fn takes(&mut self, gid: &Gid, input: Input, sequence: u64) -> bool {
        let Some(source) = self.sources.get_mut(gid) else { return true };
        let Some(home) = source.home else { return true };
        if home == input {
            source.settled = true;
        } else if source.settled || home.latched {
            return false;
        }
        source.losses.is_new(sequence)
    }

    /// Expects latched sources to send their histories again.
    pub fn begin_again(&mut self) {
        for source in self.sources.values_mut().filter(|source| source.home.is_some_and(|home| home.latched))
        {
            source.losses = LossCounter::default();
        }
    }

    /// Counts a message of `gid`. True if it has to wait until the source has shown its depth.
    pub fn waits(&mut self, gid: &Gid, sequence: u64, now: Duration) -> bool {
        let history = self.sources.get_mut(gid).and_then(|source| source.history.as_mut());
        history.is_some_and(|history| history.came(sequence, now))
    }

    /// Counts a message of `gid` that waits for another reason.
    pub fn saw(&mut self, gid: &Gid, sequence: u64, now: Duration) {
        if let Some(history) = self.sources.get_mut(gid).and_then(|source| source.history.as_mut()) {
            history.saw(sequence, now);
        }
    }

    /// True if messages of `gid` wait for its depth.
    pub fn is_asked(&self, gid: &Gid) -> bool {
        self.sources.get(gid).and_then(|source| source.history.as_ref()).is_some_and(History::is_asked)
    }

    /// True if `gid` is asked, and no reader has been given its history since.
    pub fn is_unanswered(&self, gid: &Gid) -> bool {
        self.sources.get(gid).and_then(|source| source.history.as_ref()).is_some_and(History::is_unanswered)
    }

    /// The sources that are asked for their depths.
    pub fn asked(&self) -> impl Iterator<Item = Gid> {
        let asked = |source: &KnownPublisher| source.history.as_ref().is_some_and(History::is_asked);
        self.sources.iter().filter(move |(_, source)| asked(source)).map(|(gid, _)| *gid)
    }

    /// Notes that a late joiner was given this message first.
    pub fn begins_with(&mut self, gid: &Gid, first: u64, now: Duration) {
        if let Some(history) = self.sources.get_mut(gid).and_then(|source| source.history.as_mut()) {
            history.begins_with(first, now);
        }
    }

    /// Concludes from the answers that there are. Returns the answer of each source that was asked.
    pub fn conclude(&mut self, now: Duration) -> Vec<(Gid, Answer)> {
        let histories =
            self.sources.iter_mut().filter_map(|(gid, source)| Some((gid, source.history.as_mut()?)));
        let asked = histories.filter(|(_, history)| history.is_asked());
        asked.map(|(gid, history)| (*gid, history.conclude(now))).collect()
    }

    /// Lets all messages pass that wait for an answer.
    pub fn give_up(&mut self) {
        let histories = self.sources.values_mut().filter_map(|source| source.history.as_mut());
        histories.filter(|history| history.is_asked()).for_each(History::give_up);
    }

    /// The lane that messages of `gid` leave on, and the depth that it has shown.
    pub fn exit(&self, gid: &Gid) -> (Option<Lane>, Option<usize>) {
        let Some(source) = self.sources.get(gid) else { return (None, None) };
        (source.lane, source.history.as_ref().and_then(History::depth))
    }

    /// The number of messages of `gid` that were lost before its number `sequence`.
    pub fn lost_before(&mut self, gid: &Gid, sequence: u64) -> u64 {
        self.sources.get_mut(gid).map_or(0, |source| source.losses.lost_before(sequence))
    }

    fn source(&mut self, gid: Gid, now: Duration) -> Option<&mut KnownPublisher> {
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&gid) {
            let gone = |(_, source): &(&Gid, &KnownPublisher)| source.gone_since.is_some();
            let oldest = self.sources.iter().filter(gone).min_by_key(|(_, source)| source.gone_since);
            let evicted = oldest.map(|(gid, _)| *gid)?;
            self.sources.remove(&evicted);
        }
        Some(self.sources.entry(gid).or_insert_with(|| KnownPublisher {
            trust: PublisherTrust::Awaited,
            home: None,
            lane: None,
            settled: false,
            history: None,
            losses: LossCounter::default(),
            awaited_since: now,
            gone_since: Some(now),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audiences::Audiences;
    use crate::lanes::{self, Leaves};
    use discreet_graph::qos::Qos;

    const ZERO: Duration = Duration::ZERO;
    const UNKNOWN: PublisherTrust = PublisherTrust::Refused(Denied::UnknownSource);

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn gid(number: usize) -> Gid {
        (number as u128).to_le_bytes()
    }

    fn plan_of(offered: impl IntoIterator<Item = (usize, Qos)>) -> Plan {
        let source = |(number, offered)| lanes::LaneSource {
            gid: gid(number),
            trust: PublisherTrust::Accepted,
            offered,
        };
        Plan {
            sources: offered.into_iter().map(source).collect(),
            depth: None,
            ever: Leaves::default(),
            now: Leaves::default(),
            under: ([0; 32], Audiences::default()),
        }
    }

    fn plan(numbers: impl IntoIterator<Item = usize>) -> Plan {
        plan_of(numbers.into_iter().map(|number| (number, Qos::DEFAULT)))
    }

    #[test]
    fn who_is_not_discovered_is_awaited_and_then_refused() {
        let mut publishers = PublisherTable::default();
        assert_eq!(publishers.of(gid(1), true, ZERO, ms(5)), PublisherTrust::Awaited);
        assert_eq!(publishers.of(gid(1), true, ZERO, ms(900)), PublisherTrust::Awaited);
        assert_eq!(publishers.of(gid(1), true, ZERO, ms(1010)), UNKNOWN);
        publishers.set(&plan([1]), ms(1020));
        assert_eq!(publishers.of(gid(1), true, ZERO, ms(1030)), PublisherTrust::Accepted);
    }

    #[test]
    fn under_a_new_policy_nobody_is_believed_until_judged() {
        let mut publishers = PublisherTable::default();
        publishers.set(&plan([1]), ms(0));
        assert_eq!(publishers.of(gid(1), false, ms(5000), ms(5001)), PublisherTrust::Awaited);
        assert_eq!(publishers.of(gid(1), false, ms(5000), ms(6001)), UNKNOWN);
    }

    #[test]
    fn who_left_is_believed_for_what_still_waits_and_then_forgotten() {
        let mut publishers = PublisherTable::default();
        publishers.set(&plan([1]), ms(0));
        publishers.set(&plan([]), ms(100));
        assert_eq!(publishers.of(gid(1), true, ZERO, ms(200)), PublisherTrust::Accepted);
        publishers.set(&plan([]), ms(1200));
        assert_eq!(publishers.of(gid(1), true, ZERO, ms(1300)), PublisherTrust::Awaited);
    }

    #[test]
    fn the_departed_make_room_and_the_present_keep_theirs() {
        let mut publishers = PublisherTable::default();
        publishers.set(&plan(0..MAX_SOURCES), ms(0));
        assert_eq!(publishers.of(gid(9999), true, ZERO, ms(1)), UNKNOWN);
        publishers.set(&plan(1..MAX_SOURCES), ms(2));
        assert_eq!(publishers.of(gid(9999), true, ZERO, ms(3)), PublisherTrust::Awaited);
        assert_eq!(publishers.of(gid(1), true, ZERO, ms(3)), PublisherTrust::Accepted);
    }

    #[test]
    fn with_several_inputs_each_message_is_served_once_and_none_falls_between_them() {
        let hasty = Qos { reliable: false, ..Qos::DEFAULT };
        let latched = Qos { latched: true, ..Qos::DEFAULT };
        let [weak, strong, keeping] = [hasty, Qos::DEFAULT, latched].map(Input::of);
        let mut publishers = PublisherTable::default();
        publishers.set(&plan_of([(1, hasty), (2, Qos::DEFAULT), (3, latched)]), ms(0));
        let mut taken = |number, input, sequence| {
            let takes = publishers.takes(&gid(number), input, sequence);
            if takes {
                publishers.lost_before(&gid(number), sequence);
            }
            takes
        };
        assert!(taken(1, weak, 1) && taken(1, weak, 2));
        assert!(taken(2, weak, 1) && taken(2, weak, 2), "before its own input was there");
        assert!(!taken(2, strong, 2) && taken(2, strong, 3) && !taken(2, weak, 4) && taken(2, strong, 4));
        assert!(!taken(3, strong, 9) && taken(3, keeping, 8) && taken(3, keeping, 9));
        publishers.begin_again();
        assert!(publishers.takes(&gid(3), keeping, 8) && !publishers.takes(&gid(2), strong, 3));
    }

    #[test]
    fn latched_sources_whose_depth_nobody_told_are_asked_for_it() {
        let latched = Qos { latched: true, ..Qos::DEFAULT };
        let mut publishers = PublisherTable::default();
        publishers.set(&plan_of([(1, latched), (2, Qos::DEFAULT)]), ms(0));
        assert!(!publishers.waits(&gid(1), 1, ms(1)) && publishers.waits(&gid(1), 2, ms(1)));
        assert!(!publishers.waits(&gid(2), 1, ms(1)) && !publishers.waits(&gid(2), 2, ms(1)));
        assert_eq!(publishers.asked().collect::<Vec<_>>(), [gid(1)]);
        publishers.begins_with(&gid(1), 2, ms(1));
        assert_eq!(publishers.conclude(ms(200)), [(gid(1), Answer::Settled)]);
        assert_eq!((publishers.exit(&gid(1)).1, publishers.exit(&gid(2)).1), (Some(1), None));
        assert!(!publishers.is_asked(&gid(1)));
    }
}
