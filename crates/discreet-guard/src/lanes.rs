//! The plan of a topic's publishers outside (lanes) and of its subscriptions inside (inputs). [`Lanes`] are the
//! publishers that there are.
//!
//! One lane for each quality of service that a source offers, so that a reader outside matches the sources that it
//! would match inside, and a weak source that comes and goes changes nothing for the others. Latched sources have a
//! lane each: DDS keeps KEEP_LAST(depth) for each publisher, so a source that publishes often displaces only its
//! own history. Sources with a liveliness lease have one each too, because each lives and expires by itself.
//!
//! Inside, a reader matches every publisher that offers at least what the reader requests. There is one input for
//! each pair of reliability and durability that is offered, and a source is read on the input of its own pair.

mod handover;
mod open;

use std::collections::BTreeSet;

use crate::audiences::{Audience, Audiences};
use crate::sources::PublisherTrust;
use discreet_graph::Gid;
use discreet_graph::qos::{DEFAULT_DEPTH, MAX_DEPTH, Qos};
use discreet_seal::PerForm;

pub use handover::Handover;
pub use open::{About, Exit, LINGER, Lanes, Outside};

/// Lanes of one topic. What comes from further sources stays inside, and is counted.
pub const MAX_LANES: usize = crate::publishers::MAX_SOURCES;

/// A publisher of a topic, as judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneSource {
    /// Its id.
    pub gid: Gid,
    /// Its trust as the topic's source.
    pub trust: PublisherTrust,
    /// Its offered quality of service.
    pub offered: Qos,
}

/// The common properties of the sources of one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lane {
    /// The quality of service offered outside, without the depth.
    pub promise: Qos,
    /// The only source, of a lane that is not shared.
    pub source: Option<Gid>,
}

/// The quality of service that a subscription inside requests. The weakest is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Input {
    /// TRANSIENT_LOCAL: begins with the sources' histories.
    pub latched: bool,
    /// RELIABLE.
    pub reliable: bool,
}

/// The forms in which messages may leave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leaves {
    /// Open to everyone.
    pub open: bool,
    /// Sealed, in each form.
    pub sealed: PerForm<bool>,
}

/// All lanes of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Every publisher.
    pub sources: Vec<LaneSource>,
    /// The depth that the policy sets.
    pub depth: Option<usize>,
    /// The forms that may leave at some time.
    pub ever: Leaves,
    /// The forms that leave now. Lanes of latched sources announce only these, because latched messages are read
    /// long after their release.
    pub now: Leaves,
    /// The policy and the audiences. Messages latched under others are not handed on.
    pub under: Under,
}

/// The state under which latched messages leave: the policy's hash, and the audiences.
pub type Under = ([u8; 32], Audiences);

impl Lane {
    /// The lane of a source.
    pub fn of(source: &LaneSource) -> Lane {
        let Qos { latched, lease, .. } = source.offered;
        let own = latched || lease.is_some();
        Lane { promise: source.offered.promise(), source: own.then_some(source.gid) }
    }

    /// The number of messages that it keeps: the policy's `depth`, the depth that the source has shown, or else the
    /// largest depth where late joiners get a history, and ROS 2's default otherwise.
    pub fn depth(&self, policy: Option<usize>, shown: Option<usize>) -> usize {
        let untold = if self.promise.latched { MAX_DEPTH } else { DEFAULT_DEPTH };
        policy.or(shown).unwrap_or(untold).clamp(1, MAX_DEPTH)
    }

    /// True if late joiners get less of a source that has sent so many messages than it may still have: its depth
    /// is unknown, or larger than any that is kept. A depth that the policy sets is intended.
    pub fn displaces(&self, policy: Option<usize>, shown: Option<usize>, sent: u64) -> bool {
        let beyond = shown.is_none_or(|shown| shown > MAX_DEPTH);
        self.promise.latched && policy.is_none() && beyond && sent > MAX_DEPTH as u64
    }
}

impl Leaves {
    /// True if something may leave.
    pub fn any(self) -> bool {
        self.open || self.sealed.each().any(|(_, sealed)| sealed)
    }
}

impl Input {
    /// The input on which such a source is read.
    pub fn of(offered: Qos) -> Input {
        Input { latched: offered.latched, reliable: offered.reliable }
    }

    /// The quality of service to request. A queue of latched messages holds the histories of all sources.
    pub fn qos(self, policy: Option<usize>) -> Qos {
        let Input { latched, reliable } = self;
        let untold = if latched { MAX_DEPTH } else { DEFAULT_DEPTH };
        let told = policy.unwrap_or(untold);
        let depth = if latched { told.max(MAX_DEPTH) } else { told };
        Qos { reliable, latched, depth: depth.clamp(1, MAX_DEPTH), ..Qos::DEFAULT }
    }
}

impl Plan {
    /// The desired lanes, each once, in the order of the sources.
    pub fn lanes(&self) -> Vec<Lane> {
        let mut lanes = Vec::new();
        let mut known = std::collections::HashSet::new();
        for source in self.accepted() {
            let lane = Lane::of(source);
            if lanes.len() < MAX_LANES && known.insert(lane) {
                lanes.push(lane);
            }
        }
        lanes
    }

    /// The desired subscriptions, the weakest first: for sources that are accepted or may be soon; if there are
    /// none, for refused ones, so that each of their messages is counted.
    pub fn inputs(&self) -> BTreeSet<Input> {
        let refused = |source: &&LaneSource| matches!(source.trust, PublisherTrust::Refused(_));
        let others = self.sources.iter().filter(|source| !refused(source));
        let inputs: BTreeSet<Input> = others.map(|source| Input::of(source.offered)).collect();
        if !inputs.is_empty() {
            return inputs;
        }
        self.sources.iter().map(|source| Input::of(source.offered)).collect()
    }

    /// True if the depth of this source must be found out: late joiners are given its history, and the depth is not
    /// declared.
    pub fn asks(&self, source: &LaneSource) -> bool {
        let Qos { reliable, latched, lifespan, .. } = source.offered;
        // An expired message is gone from a history of any depth; a best-effort source does not show its history.
        let tells = reliable && latched && lifespan.is_none();
        tells && self.depth.is_none() && !matches!(source.trust, PublisherTrust::Refused(_))
    }

    /// The forms that may leave on a lane.
    pub fn leaves(&self, lane: &Lane) -> Leaves {
        if lane.promise.latched { self.now } else { self.ever }
    }

    /// True if something may leave, and there is the key for each of its audiences.
    pub fn is_ready(&self) -> bool {
        let without_key = |(_, audience)| matches!(audience, Audience::Group(_, None));
        self.under.1.each().next().is_some() && !self.under.1.each().any(without_key)
    }

    /// The accepted sources.
    pub fn accepted(&self) -> impl Iterator<Item = &LaneSource> {
        self.sources.iter().filter(|source| source.trust == PublisherTrust::Accepted)
    }
}

/// The depth that the catalogue announces to readers of lanes that offer `offered`: the number of messages kept of
/// each source. A latched source that has not shown its depth counts only where none has.
pub fn catalogued(offered: &[Qos], policy: Option<usize>) -> usize {
    let shown =
        offered.iter().filter(|qos| !(qos.latched && qos.depth == MAX_DEPTH)).map(|qos| qos.depth).max();
    let any = offered.iter().map(|qos| qos.depth).max();
    policy.or(shown).or(any).unwrap_or(DEFAULT_DEPTH).clamp(1, MAX_DEPTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denied::Denied;
    use std::time::Duration;

    const VOLATILE: Qos = Qos::DEFAULT;
    const LATCHED: Qos = Qos { latched: true, ..Qos::DEFAULT };
    const HASTY: Qos = Qos { reliable: false, ..Qos::DEFAULT };

    fn plan(offered: &[(PublisherTrust, Qos)]) -> Plan {
        let sources = offered.iter().enumerate();
        let sources = sources.map(|(at, (trust, offered))| LaneSource {
            gid: (at as u128).to_le_bytes(),
            trust: *trust,
            offered: *offered,
        });
        let leaves = Leaves { open: true, sealed: PerForm::default() };
        Plan {
            sources: sources.collect(),
            depth: None,
            ever: leaves,
            now: Leaves::default(),
            under: ([0; 32], Audiences::default()),
        }
    }

    fn accepted(offered: &[Qos]) -> Plan {
        plan(&offered.iter().map(|qos| (PublisherTrust::Accepted, *qos)).collect::<Vec<_>>())
    }

    #[test]
    fn sources_of_one_quality_share_a_lane_and_latched_ones_have_one_each() {
        assert_eq!(accepted(&[VOLATILE, Qos { depth: 3, ..VOLATILE }, HASTY]).lanes().len(), 2);
        assert_eq!(accepted(&[LATCHED; 14]).lanes().len(), 14);
        let lease = Qos { lease: Some(Duration::from_secs(1)), ..VOLATILE };
        assert_eq!(accepted(&[lease, lease]).lanes().len(), 2);
        assert_eq!(accepted(&[LATCHED; MAX_LANES + 5]).lanes().len(), MAX_LANES);
    }

    #[test]
    fn the_refused_have_no_lane_and_are_listened_to_only_if_there_is_nobody_else() {
        let refused = (PublisherTrust::Refused(Denied::WrongSource), HASTY);
        let alone = plan(&[refused]);
        assert_eq!((alone.lanes().len(), alone.inputs().len()), (0, 1));
        let with_accepted = plan(&[refused, (PublisherTrust::Accepted, LATCHED)]);
        assert_eq!(with_accepted.lanes().len(), 1);
        assert_eq!(with_accepted.inputs().into_iter().collect::<Vec<_>>(), [Input::of(LATCHED)]);
    }

    #[test]
    fn inputs_come_weakest_first() {
        let inputs = accepted(&[LATCHED, VOLATILE, HASTY]).inputs();
        let expected = [HASTY, VOLATILE, LATCHED].map(Input::of);
        assert_eq!(inputs.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn latched_lanes_announce_what_leaves_now_and_others_what_ever_leaves() {
        let plan = accepted(&[LATCHED, VOLATILE]);
        let open: Vec<bool> = plan.lanes().iter().map(|lane| plan.leaves(lane).open).collect();
        assert_eq!(open, [false, true]);
    }

    #[test]
    fn a_depth_is_the_policys_or_shown_or_a_default() {
        let lanes = accepted(&[LATCHED, VOLATILE]).lanes();
        let depths = |policy, shown| lanes.iter().map(|lane| lane.depth(policy, shown)).collect::<Vec<_>>();
        assert_eq!(depths(None, None), [MAX_DEPTH, DEFAULT_DEPTH]);
        assert_eq!(depths(None, Some(1)), [1, 1]);
        assert_eq!(depths(Some(5), Some(1)), [5, 5]);
        assert_eq!(depths(Some(usize::MAX), None), [MAX_DEPTH; 2]);
        let displaces = |policy, shown, sent| {
            lanes.iter().map(|lane| lane.displaces(policy, shown, sent)).collect::<Vec<_>>()
        };
        assert_eq!(displaces(None, None, 1000), [false; 2]);
        assert_eq!(displaces(None, None, 1001), [true, false], "only latched messages are kept");
        assert_eq!(displaces(None, Some(1001), 1001), [true, false]);
        assert_eq!(displaces(None, Some(1000), 5000), [false; 2], "inside as many are kept");
        assert_eq!(displaces(Some(5), None, 5000), [false; 2]);
        assert_eq!(Input::of(LATCHED).qos(Some(5)).depth, MAX_DEPTH, "of each source five");
        assert_eq!(Input::of(HASTY).qos(Some(5)).depth, 5);
    }

    #[test]
    fn only_what_late_joiners_are_given_and_nobody_limits_is_asked_for() {
        let asked = |plan: &Plan| plan.sources.iter().map(|source| plan.asks(source)).collect::<Vec<_>>();
        let fleeting = Qos { lifespan: Some(Duration::from_secs(10)), ..LATCHED };
        let plan = accepted(&[LATCHED, VOLATILE, fleeting]);
        assert_eq!(asked(&plan), [true, false, false]);
        assert_eq!(asked(&Plan { depth: Some(5), ..plan }), [false; 3]);
    }
}
