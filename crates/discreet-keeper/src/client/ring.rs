//! The keys of a guard at one instant.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::protocol::{Apply, GivenKey, Known};
use discreet_seal::Suite;
use discreet_seal::epoch_keys::EpochKey;
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{GrantSet, SealingKey, SenderKey, write_grants};

/// Grants as they are published: all that readers need to open messages of the present and the next epoch.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CurrentGrants {
    /// Changes with the grants.
    pub generation: u64,
    /// The robot's name in the policy.
    pub robot: String,
    /// Each key, wrapped to each member and signed by the robot.
    pub grants: Vec<Arc<[u8]>>,
    /// The guard's receiving key, signed by the robot, once the keeper has announced it.
    pub receiver: Option<Arc<[u8]>>,
    /// The id in its announcement. Constant for as long as the guard runs.
    pub receiver_id: Option<u32>,
}

impl CurrentGrants {
    /// The serialized message for [`discreet_seal::GRANTS_TOPIC`].
    pub fn message(&self) -> Vec<u8> {
        write_grants(&GrantSet {
            robot: &self.robot,
            receiver: self.receiver.as_deref().unwrap_or_default(),
            grants: self.grants.iter().map(AsRef::as_ref).collect(),
        })
    }
}

/// All keys of an instant. Immutable: a change makes another.
#[derive(Default)]
pub(super) struct Ring {
    pub generation: u64,
    pub grants: Arc<CurrentGrants>,
    pub stakeholders: Arc<Vec<PublicIdentity>>,
    groups: HashMap<[u8; 16], Vec<Held>>,
}

/// A key and its time of use.
#[derive(Clone)]
pub(super) struct Held {
    from: i64,
    until: i64,
    key: Arc<EpochKey>,
    grant: Arc<[u8]>,
}

/// A received key that is not in use yet.
pub(super) struct Pending {
    group: [u8; 16],
    id: u32,
    suite: Suite,
    given: GivenKey,
}

impl Pending {
    /// A key from a message, if it is valid.
    pub fn new(given: GivenKey) -> Option<Pending> {
        let suites = [Suite::Aes256Gcm, Suite::ChaCha20Poly1305];
        let suite = suites.into_iter().find(|suite| suite.name() == given.suite)?;
        (given.from < given.until).then_some(Pending { group: given.group, id: given.id, suite, given })
    }

    fn hold(self, apply: &Apply, robot: &Arc<str>, sender: &Arc<SenderKey>) -> ([u8; 16], Held) {
        let GivenKey { from, until, secret, grant, members, .. } = self.given;
        let key = EpochKey {
            robot: Arc::clone(robot),
            key: SealingKey::new(self.suite, self.id, &secret.0),
            until,
            policy_version: apply.policy_version,
            sender: Arc::clone(sender),
            members,
        };
        (self.group, Held { from, until, key: Arc::new(key), grant: grant.into() })
    }
}

impl Ring {
    /// The key of a group at a second: the newest of those that are for it.
    pub fn key(&self, group: &[u8; 16], second: i64) -> Option<Arc<EpochKey>> {
        let held = self.groups.get(group)?.iter().rev();
        let mut now = held.filter(|held| held.from <= second && second < held.until);
        now.next().map(|held| Arc::clone(&held.key))
    }

    /// The keys after `apply`, with those received since the one before.
    pub fn after(&self, apply: &Apply, pending: Vec<Pending>, sender: &Arc<SenderKey>, now: i64) -> Ring {
        let mut groups = if apply.fresh { HashMap::new() } else { self.groups.clone() };
        for held in groups.values_mut() {
            held.retain(|held| !apply.drop.contains(&held.key.key.id()));
            for (id, until) in &apply.shorten {
                held.iter_mut()
                    .filter(|held| held.key.key.id() == *id)
                    .for_each(|held| held.until = held.until.min(*until));
            }
        }
        let robot: Arc<str> = apply.robot.as_str().into();
        for pending in pending {
            let (group, held) = pending.hold(apply, &robot, sender);
            groups.entry(group).or_default().push(held);
        }
        let receiver = match &apply.receiver {
            Some(receiver) => Some(receiver.as_slice().into()),
            None if apply.fresh => None,
            None => self.grants.receiver.clone(),
        };
        let grant_set = CurrentGrants {
            robot: apply.robot.clone(),
            receiver,
            receiver_id: apply.receiver_id.or(self.grants.receiver_id),
            ..CurrentGrants::default()
        };
        let stakeholders = match &apply.stakeholders {
            Some(known) => Arc::new(known.iter().map(identity).collect()),
            None if apply.fresh => Arc::default(),
            None => Arc::clone(&self.stakeholders),
        };
        self.next(groups, grant_set, stakeholders, now)
    }

    /// The keys at this second, if they have changed.
    pub fn without_ended(&self, now: i64) -> Option<Ring> {
        let ended = self.groups.values().flatten().any(|held| held.until <= now);
        ended.then(|| {
            let grant_set = CurrentGrants { grants: Vec::new(), ..CurrentGrants::clone(&self.grants) };
            self.next(self.groups.clone(), grant_set, Arc::clone(&self.stakeholders), now)
        })
    }

    fn next(
        &self,
        mut groups: HashMap<[u8; 16], Vec<Held>>,
        grant_set: CurrentGrants,
        stakeholders: Arc<Vec<PublicIdentity>>,
        now: i64,
    ) -> Ring {
        groups.retain(|_, held| {
            held.retain(|held| held.until > now);
            !held.is_empty()
        });
        let generation = self.generation.wrapping_add(1);
        let mut held: Vec<&Held> = groups.values().flatten().collect();
        held.sort_by_key(|held| held.key.key.id());
        let grants = held.into_iter().map(|held| Arc::clone(&held.grant)).collect();
        let grants = Arc::new(CurrentGrants { generation, grants, ..grant_set });
        Ring { generation, grants, stakeholders, groups }
    }
}

fn identity(known: &Known) -> PublicIdentity {
    PublicIdentity { name: known.name.clone(), receive: known.receive, sign: known.sign }
}
