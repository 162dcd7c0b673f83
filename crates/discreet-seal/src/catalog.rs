//! The signed list of released topics: `discreet_interfaces/msg/Catalog`, latched on `/discreet/catalog`.
//!
//! A catalogue is a lease: the guard signs and renews it, and it expires. Anybody outside can publish one; a
//! stakeholder accepts only one signed by a guard that the robot's keeper certified (docs/envelope.md).

use std::time::Duration;

use crate::{SenderKey, is_signed_catalog, sign_catalog};
use discreet_cdr::{Malformed, Reader, Writer};
use discreet_graph::Gid;
use discreet_graph::qos::{Liveliness, Qos};

/// The type of the catalogue.
pub const CATALOG_TYPE: &str = "discreet_interfaces/msg/Catalog";
/// Its topic on the outer domain.
pub const CATALOG_TOPIC: &str = "/discreet/catalog";

/// All topics that are released now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The robot's name in the policy.
    pub robot: String,
    /// The GID of the guard's publisher of catalogues. The guard's other publishers have the same
    /// participant.
    pub publisher: Gid,
    /// The policy's version.
    pub policy_version: u64,
    /// BLAKE3 of the policy's file, in hexadecimal.
    pub policy_hash: String,
    /// One entry for each released topic, by name.
    pub entries: Vec<CatalogEntry>,
}

/// A released topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogEntry {
    /// Its name on the outer domain.
    pub topic: String,
    /// Its name in the policy. Sealed messages are bound to it.
    pub policy_topic: String,
    /// True if it is sealed for its audience.
    pub sealed: bool,
    /// Its type, `package/msg/Name`. For a sealed topic, the type of the content.
    pub type_name: String,
    /// The type's hash (REP 2016).
    pub type_hash: String,
    /// Its data class.
    pub data_class: String,
    /// `clear` or `redacted`.
    pub form: String,
    /// The stakeholders that may read it in this form. For a sealed topic, those to whom its key was wrapped.
    pub audience: Vec<String>,
    /// The longest time for which the class may be kept.
    pub retention: Duration,
    /// The version of the policy that lets it leave.
    pub policy_version: u64,
    /// The nodes of the inner domain that publish it.
    pub source: Vec<String>,
    /// The topic of its tags.
    pub tag_topic: String,
    /// The quality of service that its publisher offers.
    pub qos: Qos,
}

/// The time at which a catalogue was made, and the time at which it expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogLease {
    /// Nanoseconds since 1970.
    pub stamp: i64,
    /// The first second since 1970 at which it is not valid.
    pub until: i64,
}

/// Validity of a catalogue.
pub const LEASE: Duration = Duration::from_secs(30);
/// Interval at which it is renewed.
pub const RENEWED_EVERY: Duration = Duration::from_secs(10);

impl CatalogLease {
    /// The lease of a catalogue that is made at `stamp`, in nanoseconds since 1970.
    pub fn from(stamp: i64) -> CatalogLease {
        let seconds = i64::try_from(LEASE.as_secs()).unwrap_or(i64::MAX);
        CatalogLease { stamp, until: stamp.div_euclid(1_000_000_000).saturating_add(seconds) }
    }

    /// Must it be renewed at `now`, in nanoseconds since 1970? True some time before it expires, and if it is
    /// of the future.
    pub fn is_due(self, now: i64) -> bool {
        let renewed_every = i64::try_from(RENEWED_EVERY.as_nanos()).unwrap_or(i64::MAX);
        !(self.stamp..self.stamp.saturating_add(renewed_every)).contains(&now)
    }
}

impl Catalog {
    /// Serialized, and signed by a guard for an outer domain.
    pub fn signed(&self, sender: &SenderKey, domain: u32, lease: CatalogLease) -> Vec<u8> {
        // The signature stands before the bytes that it signs, and has its room from the start.
        let mut cdr = self.write(lease, &[0; SIGNATURE]);
        let signature = cdr.get(SIGNED_FROM..).map(|signed| sign_catalog(sender, domain, signed));
        if let (Some(signature), Some(room)) = (signature, cdr.get_mut(SIGNED_FROM - SIGNATURE..SIGNED_FROM))
        {
            room.copy_from_slice(&signature);
        }
        cdr
    }

    /// Serialized, without a signature. Stakeholders accept no sealed topic from it.
    pub fn unsigned(&self, lease: CatalogLease) -> Vec<u8> {
        self.write(lease, &[])
    }

    /// The order of fields is that of interfaces/discreet_interfaces/msg/Catalog.msg.
    fn write(&self, lease: CatalogLease, signature: &[u8]) -> Vec<u8> {
        let mut cdr = Vec::new();
        let mut writer = Writer::new(&mut cdr);
        writer.octets(signature);
        writer.str(&self.robot);
        writer.bytes(&self.publisher);
        writer.u64(self.policy_version);
        writer.str(&self.policy_hash);
        writer.i32(i32::try_from(lease.stamp.div_euclid(1_000_000_000)).unwrap_or(i32::MAX));
        writer.u32(lease.stamp.rem_euclid(1_000_000_000) as u32);
        writer.i32(i32::try_from(lease.until).unwrap_or(i32::MAX));
        writer.u32(0);
        writer.sequence(self.entries.len());
        self.entries.iter().for_each(|entry| entry.write(&mut writer));
        cdr
    }
}

impl CatalogEntry {
    /// The order of fields is that of interfaces/discreet_interfaces/msg/CatalogEntry.msg.
    fn write(&self, writer: &mut Writer<'_>) {
        writer.str(&self.topic);
        writer.str(&self.type_name);
        writer.str(&self.type_hash);
        writer.str(&self.data_class);
        writer.str(&self.form);
        write_all(writer, &self.audience);
        write_duration(writer, Some(self.retention));
        writer.u64(self.policy_version);
        write_all(writer, &self.source);
        writer.str(&self.tag_topic);
        writer.bool(self.sealed);
        writer.str(&self.policy_topic);
        writer.u32(u32::try_from(self.qos.depth).unwrap_or(u32::MAX));
        writer.bool(self.qos.reliable);
        writer.bool(self.qos.latched);
        writer.bool(self.qos.liveliness == Liveliness::ManualByTopic);
        write_duration(writer, self.qos.deadline);
        write_duration(writer, self.qos.lifespan);
        write_duration(writer, self.qos.lease);
    }
}

/// A catalogue that one of the robot's guards signed, reduced to the entries for one stakeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its validity.
    pub lease: CatalogLease,
    /// The GID of the guard's publisher of catalogues.
    pub publisher: Gid,
    /// The sealed topics that the stakeholder is in the audience of.
    pub offers: Vec<Offer>,
}

/// A sealed topic as a catalogue offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name on the outer domain.
    pub topic: String,
    /// Its name in the policy.
    pub policy_topic: String,
    /// The type of the content.
    pub type_name: String,
    /// The hash of that type.
    pub type_hash: String,
    /// Its data class.
    pub data_class: String,
    /// `clear` or `redacted`.
    pub form: String,
    /// The quality of service that its publisher offers.
    pub qos: Qos,
}

/// Why a catalogue is ignored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// Of another robot on the same domain.
    #[error("of another robot")]
    OtherRobot,
    /// Not signed by a guard that the robot's keeper certified.
    #[error("not signed by the robot's guard")]
    Signature,
    /// Not a catalogue.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// The robot whose catalogue is read, and the stakeholder that reads it.
#[derive(Debug, Clone, Copy)]
pub struct ReadFor<'a> {
    /// The robot's name.
    pub robot: &'a str,
    /// Its outer domain.
    pub domain: u32,
    /// The Ed25519 public keys with which the robot's guards may sign now.
    pub senders: &'a [[u8; 32]],
    /// The stakeholder's name in the policy.
    pub audience: &'a str,
}

/// The most entries. A catalogue of more is refused; robots have fewer topics.
const MAX_ENTRIES: u32 = 4096;
const SIGNATURE: usize = 64;
/// The first signed byte: after the encapsulation, the signature's length, and the signature.
const SIGNED_FROM: usize = 4 + 4 + SIGNATURE;

impl Verified {
    /// Reads a serialized catalogue. The name and the signature come first: nothing else is read of a
    /// catalogue that a stranger signed.
    pub fn read(message: &[u8], of: ReadFor<'_>) -> Result<Verified, Unverified> {
        let mut reader = Reader::new(message)?;
        let signature = <&[u8; SIGNATURE]>::try_from(reader.octets()?).ok();
        if reader.string(Some(1024))? != of.robot.as_bytes() {
            return Err(Unverified::OtherRobot);
        }
        let signed = message.get(SIGNED_FROM..).unwrap_or_default();
        let is_signed =
            signature.is_some_and(|signature| is_signed_catalog(of.senders, of.domain, signed, signature));
        if !is_signed {
            return Err(Unverified::Signature);
        }
        let (publisher, _version, _hash) = (reader.bytes()?, reader.u64()?, text(&mut reader)?);
        let [(stamp, nanoseconds), (until, _)] =
            [(reader.i32()?, reader.u32()?), (reader.i32()?, reader.u32()?)];
        let stamp = i64::from(stamp).saturating_mul(1_000_000_000).saturating_add(nanoseconds.into());
        let mut offers = Vec::new();
        for _ in 0..reader.sequence(40, Some(MAX_ENTRIES))? {
            offers.extend(read_offer(&mut reader, of.audience)?);
        }
        reader.end()?;
        Ok(Verified { lease: CatalogLease { stamp, until: until.into() }, publisher, offers })
    }
}

/// An entry, if it is sealed and for `audience`.
fn read_offer(reader: &mut Reader<'_>, audience: &str) -> Result<Option<Offer>, Malformed> {
    let [topic, type_name, type_hash] = [text(reader)?, text(reader)?, text(reader)?];
    let [data_class, form] = [text(reader)?, text(reader)?];
    let members = texts(reader)?;
    let (_retention, _version) = (duration(reader)?, reader.u64()?);
    let (_source, _tags) = (texts(reader)?, text(reader)?);
    let (sealed, policy_topic) = (reader.bool()?, text(reader)?);
    let qos = Qos {
        depth: usize::try_from(reader.u32()?).unwrap_or(usize::MAX).clamp(1, discreet_graph::qos::MAX_DEPTH),
        reliable: reader.bool()?,
        latched: reader.bool()?,
        liveliness: match reader.bool()? {
            true => Liveliness::ManualByTopic,
            false => Liveliness::Automatic,
        },
        deadline: duration(reader)?,
        lifespan: duration(reader)?,
        lease: duration(reader)?,
    };
    let is_for = sealed && members.iter().any(|member| member == audience);
    Ok(is_for.then_some(Offer { topic, policy_topic, type_name, type_hash, data_class, form, qos }))
}

fn text(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    Ok(String::from_utf8_lossy(reader.string(Some(1024))?).into_owned())
}

fn texts(reader: &mut Reader<'_>) -> Result<Vec<String>, Malformed> {
    let count = reader.sequence(5, Some(MAX_ENTRIES))?;
    (0..count).map(|_| text(reader)).collect()
}

/// Zero means that there is no limit.
fn duration(reader: &mut Reader<'_>) -> Result<Option<Duration>, Malformed> {
    let (seconds, nanoseconds) = (reader.i32()?, reader.u32()?);
    let whole = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    Ok(Some(whole + Duration::from_nanos(nanoseconds.into())).filter(|duration| !duration.is_zero()))
}

fn write_duration(writer: &mut Writer<'_>, duration: Option<Duration>) {
    let duration = duration.unwrap_or_default();
    writer.i32(i32::try_from(duration.as_secs()).unwrap_or(i32::MAX));
    writer.u32(duration.subsec_nanos());
}

fn write_all(writer: &mut Writer<'_>, texts: &[String]) {
    writer.sequence(texts.len());
    for text in texts {
        writer.str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: CatalogLease = CatalogLease { stamp: 1_700_000_000_000_000_001, until: 1_700_000_030 };

    fn entry(sealed: bool, audience: &str) -> CatalogEntry {
        CatalogEntry {
            topic: "/guests/sealed/clear".into(),
            policy_topic: "/guests".into(),
            sealed,
            type_name: "std_msgs/msg/String".into(),
            type_hash: "RIHS01_0".into(),
            data_class: "contextual/guest".into(),
            form: "clear".into(),
            audience: vec!["night".into(), audience.into()],
            retention: Duration::from_secs(3600),
            policy_version: 3,
            source: vec!["/reception".into()],
            tag_topic: String::new(),
            qos: Qos { latched: true, lifespan: Some(Duration::from_millis(1500)), ..Qos::default() },
        }
    }

    fn catalog() -> Catalog {
        let entries = vec![entry(true, "desk"), entry(false, "desk"), entry(true, "vendor")];
        Catalog {
            robot: "r".into(),
            publisher: [4; 16],
            policy_version: 3,
            policy_hash: "ab".into(),
            entries,
        }
    }

    #[test]
    fn a_stakeholder_finds_what_is_sealed_for_it() {
        let sender = SenderKey::generate().unwrap();
        let message = catalog().signed(&sender, 7, LEASE);
        let senders = [sender.public()];
        let read = |audience, message: &[u8]| {
            Verified::read(message, ReadFor { robot: "r", domain: 7, senders: &senders, audience })
        };
        let verified = read("desk", &message).unwrap();
        assert_eq!((verified.lease, verified.publisher, verified.offers.len()), (LEASE, [4; 16], 1));
        assert_eq!(verified.offers[0].policy_topic, "/guests");
        assert_eq!(verified.offers[0].qos, entry(true, "").qos);
        assert_eq!(read("night", &message).unwrap().offers.len(), 2);
        for length in 0..message.len() {
            assert!(read("desk", &message[..length]).is_err(), "{length}");
        }
        // Byte 3 belongs to the middleware, which may count its padding there.
        for at in (0..message.len()).filter(|at| *at != 3) {
            let mut changed = message.clone();
            changed[at] ^= 1;
            assert!(read("desk", &changed).is_err(), "{at}");
        }
    }

    #[test]
    fn a_lease_is_renewed_long_before_it_ends_and_when_the_clock_was_moved() {
        let lease = CatalogLease::from(1_700_000_000_000_000_000);
        let is_due = |seconds: i64| lease.is_due(lease.stamp + seconds * 1_000_000_000);
        assert!(!is_due(0) && !is_due(9) && is_due(10) && is_due(3600) && is_due(-1));
        assert_eq!(lease.until, 1_700_000_030);
    }

    #[test]
    fn what_the_guard_did_not_sign_for_this_robot_and_domain_is_left_out() {
        let (sender, other) = (SenderKey::generate().unwrap(), SenderKey::generate().unwrap());
        let senders = [sender.public()];
        let of = ReadFor { robot: "r", domain: 7, senders: &senders, audience: "desk" };
        let why = |message: &[u8]| Verified::read(message, of).unwrap_err();
        assert_eq!(why(&catalog().unsigned(LEASE)), Unverified::Signature);
        assert_eq!(why(&catalog().signed(&other, 7, LEASE)), Unverified::Signature);
        assert_eq!(why(&catalog().signed(&sender, 8, LEASE)), Unverified::Signature);
        let another = Catalog { robot: "s".into(), ..catalog() };
        assert_eq!(why(&another.signed(&sender, 7, LEASE)), Unverified::OtherRobot);
        assert!(matches!(why(b"\0\x01\0\0"), Unverified::Malformed(_)));
    }
}
