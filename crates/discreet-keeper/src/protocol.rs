//! Messages between keeper, guards and the command line: postcard in frames, see [`super::frame`].

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use discreet_host::secret::Secret;
use discreet_policy::Trust;
use discreet_policy::trust::{NoTrust, Owner};

/// The version of all below. Both sides are installed together; another one is refused.
pub const VERSION: u16 = 2;

/// The hash of a policy's file.
pub type PolicyHash = [u8; 32];

/// The first frame of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hello {
    /// A guard, which stays.
    Guard(GuardHello),
    /// An administrator with one question.
    Admin {
        /// [`VERSION`].
        version: u16,
    },
}

/// Identification of a guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardHello {
    /// [`VERSION`].
    pub version: u16,
    /// Ed25519 public key for messages from it.
    pub sender: [u8; 32],
    /// X25519 public key for messages to it.
    pub receiver: [u8; 32],
    /// The id that this key was announced under before, so that it keeps it.
    pub receiver_id: Option<u32>,
    /// The domain on which it sends.
    pub domain: u32,
    /// The last mark of the keeper's state that it received, from its memory or its audit log.
    pub mark: Option<String>,
}

/// Message of a guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromGuard {
    /// It wants keys for this policy, and soon for no other.
    Want(PolicyHash),
    /// It has carried out the [`Apply`] of this number.
    Applied(u64),
}

/// Message to a guard.
#[derive(Serialize, Deserialize)]
pub enum ToGuard {
    /// A key, to be used once the next [`Apply`] comes.
    Key(GivenKey),
    /// Everything sent since the last one takes effect, at once.
    Apply(Apply),
    /// There are no keys for the policy it wants.
    Mismatch(Mismatch),
    /// The keeper is alive.
    Alive,
    /// The signatures that a policy must have. The first message of a connection, if the keeper has a trust.
    Trust(TrustTold),
    /// Memory that guard and keeper hold for each other. Sent at the start, and after each change.
    Held(Held),
    /// This process is refused; the reason, for a person.
    Refused(String),
}

/// A [`discreet_policy::Trust`] on its way to a guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustTold {
    /// The robot.
    pub robot: String,
    /// Its fleet.
    pub fleet: Option<String>,
    /// The number of owners that must have signed.
    pub threshold: u32,
    /// The owners: name and Ed25519 public key.
    pub owners: Vec<(String, [u8; 32])>,
}

impl TrustTold {
    /// The message for a trust.
    pub fn of(trust: &Trust) -> TrustTold {
        TrustTold {
            robot: trust.robot().to_owned(),
            fleet: trust.fleet().map(str::to_owned),
            threshold: u32::try_from(trust.threshold()).unwrap_or(u32::MAX),
            owners: trust.owners().iter().map(|owner| (owner.name.clone(), owner.key)).collect(),
        }
    }

    /// The trust in the message. Checked as in a file.
    pub fn trust(self) -> Result<Trust, NoTrust> {
        let owners = self.owners.into_iter().map(|(name, key)| Owner { name, key }).collect();
        Trust::new(self.robot, self.fleet, usize::try_from(self.threshold).unwrap_or(usize::MAX), owners)
    }
}

/// Memory that keeper and guard hold for each other, so that the loss of one copy does no harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The mark of the keeper's state: the guard keeps it, and sends it when it connects again.
    pub mark: String,
    /// The keeper's robot.
    pub robot: String,
    /// The newest policy that was ever in force: version and hash.
    pub floor: Option<(u64, PolicyHash)>,
    /// The latest time that was seen.
    pub latest: Option<i64>,
}

/// A key of a group.
#[derive(Serialize, Deserialize)]
pub struct GivenKey {
    /// The group.
    pub group: [u8; 16],
    /// The key's number.
    pub id: u32,
    /// Its suite, by the name the policy has for it.
    pub suite: String,
    /// The first second at which it is used.
    pub from: i64,
    /// The first second at which it is not used any more.
    pub until: i64,
    /// The secret from which it is derived.
    pub secret: Handed,
    /// The secret for the members, wrapped and signed.
    pub grant: Vec<u8>,
    /// The names of the members that it is wrapped to: those of the group that are not revoked.
    pub members: Vec<String>,
}

/// Changes for a guard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apply {
    /// Grows by one with each; the guard repeats it.
    pub number: u64,
    /// All that the guard had before is void.
    pub fresh: bool,
    /// The policy that the keys since the last one are for.
    pub policy: PolicyHash,
    /// Its version.
    pub policy_version: u64,
    /// The robot it is for.
    pub robot: String,
    /// Keys that are not to be used any more.
    pub drop: Vec<u32>,
    /// Keys that are not to be used from a second on.
    pub shorten: Vec<(u32, i64)>,
    /// The id of the guard's receiving key, once it has one.
    pub receiver_id: Option<u32>,
    /// The announcement of that key, if it is another than before.
    pub receiver: Option<Vec<u8>>,
    /// The stakeholders with a valid identity that are not revoked, if they have changed.
    pub stakeholders: Option<Vec<Known>>,
    /// Events for the audit.
    pub news: Vec<News>,
}

/// A stakeholder with a valid identity that is not revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its name in the policy.
    pub name: String,
    /// X25519 public key.
    pub receive: [u8; 32],
    /// Ed25519 public key.
    pub sign: [u8; 32],
}

/// Event for the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// A stakeholder was revoked.
    Revoked(String),
    /// A stakeholder was granted again what the policy gives it.
    Granted(String),
    /// The keys of a stakeholder have changed: its name, and the fingerprints.
    Rekeyed(String, String),
    /// Another process of this guard's user connected, or tried to; with its process id.
    AnotherGuard(String),
    /// A person gave up the keeper's memory, or accepted an older state; with the details.
    NewState(String),
    /// This guard's audit log is new, and there was one before.
    LogGone(String),
}

/// Reason for which there are no keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// The policy that the guard wants.
    pub wanted: PolicyHash,
    /// The keeper's reason, for a person.
    pub reason: String,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromAdmin {
    /// Revoke all rights of this stakeholder, until it is granted again.
    Revoke(String),
    /// Grant it again what the policy gives it.
    Grant(String),
    /// List the present access.
    Who,
}

/// An answer, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToAdmin {
    /// Revoked, or granted.
    Done(Done),
    /// Part of the answer to [`FromAdmin::Who`].
    Topic(TopicAccess),
    /// Its end.
    Summary(Summary),
    /// A refusal, with its reason.
    Refused(String),
}

/// Result of a revocation or a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The stakeholder.
    pub who: String,
    /// True if this was a change.
    pub changed: bool,
    /// True if the policy in force names it.
    pub in_policy: bool,
    /// Connected guards.
    pub guards: u32,
    /// The number of them that have confirmed it.
    pub acknowledged: u32,
}

/// The stakeholders that can open a topic in one form now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicAccess {
    /// The topic as the policy declares it.
    pub topic: String,
    /// Its class.
    pub class: String,
    /// The form.
    pub form: String,
    /// The stakeholders, each with its end by the policy.
    pub who: Vec<Member>,
}

/// A stakeholder with access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The stakeholder.
    pub name: String,
    /// The first second at which it cannot any more; none: as long as the policy stays.
    pub until: Option<i64>,
}

/// State of the keeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The robot.
    pub robot: String,
    /// The version of the policy in force, if there is one.
    pub policy_version: Option<u64>,
    /// True if the clock is not behind the latest time seen.
    pub clock_trusted: bool,
    /// The stakeholders that the policy names.
    pub stakeholders: Vec<Standing>,
    /// Connected guards.
    pub guards: Vec<GuardState>,
    /// Faults, for a person.
    pub trouble: Vec<String>,
}

/// State of a stakeholder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Of its identity, if there is a valid one.
    pub fingerprint: Option<String>,
    /// The second of its revocation; `None` if it is not revoked.
    pub revoked: Option<i64>,
    /// The reason for which it gets nothing although the policy names it.
    pub unserved: Option<String>,
}

/// A guard that is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardState {
    /// Its process.
    pub pid: u32,
    /// The domain on which it sends.
    pub domain: u32,
    /// The number of its keys.
    pub keys: u32,
    /// True if it runs the policy that the keeper has.
    pub same_policy: bool,
}

/// A secret on its way to a guard.
pub struct Handed(pub Secret<32>);

impl Serialize for Handed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for Handed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Handed;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("32 bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Handed, E> {
                let mut copy =
                    <[u8; 32]>::try_from(bytes).map_err(|_| E::invalid_length(bytes.len(), &self))?;
                Ok(Handed(Secret::take(&mut copy)))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}
