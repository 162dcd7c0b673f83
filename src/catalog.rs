//! What the outer domain offers: `discreet_interfaces/msg/Catalog`, latched on `/discreet/catalog`.

use std::time::Duration;

use crate::cdr::{Malformed, Reader, Writer};

/// The type of the catalogue.
pub const CATALOG_TYPE: &str = "discreet_interfaces/msg/Catalog";
/// Its topic on the outer domain.
pub const CATALOG_TOPIC: &str = "/discreet/catalog";

/// Everything that is released now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The robot's name in the policy.
    pub robot: String,
    /// The policy's version.
    pub policy_version: u64,
    /// BLAKE3 of the policy's file, in hexadecimal.
    pub policy_hash: String,
    /// One entry for each released topic, by name.
    pub entries: Vec<Entry>,
}

/// One released topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name on the outer domain.
    pub topic: String,
    /// Its name in the policy, to which sealed messages are bound.
    pub policy_topic: String,
    /// Whether it is sealed for its audience.
    pub sealed: bool,
    /// Its type, `package/msg/Name`; of a sealed one, of what is inside.
    pub type_name: String,
    /// The type's hash (REP 2016).
    pub type_hash: String,
    /// Its data class.
    pub data_class: String,
    /// `clear` or `redacted`.
    pub form: String,
    /// Who may read it in this form.
    pub audience: Vec<String>,
    /// How long the class may be kept.
    pub retention: Duration,
    /// The version of the policy that lets it leave.
    pub policy_version: u64,
    /// The nodes of the inner domain that it comes from.
    pub source: Vec<String>,
    /// Where its tags are.
    pub tag_topic: String,
    /// Messages that its publisher keeps.
    pub depth: u32,
}

impl Catalog {
    /// Serialized, as of `stamp` (nanoseconds since 1970).
    pub fn to_cdr(&self, stamp: i64) -> Vec<u8> {
        let mut cdr = Vec::new();
        let mut writer = Writer::new(&mut cdr);
        writer.str(&self.robot);
        writer.u64(self.policy_version);
        writer.str(&self.policy_hash);
        writer.i32(stamp.div_euclid(1_000_000_000) as i32);
        writer.u32(stamp.rem_euclid(1_000_000_000) as u32);
        writer.sequence(self.entries.len());
        for entry in &self.entries {
            writer.str(&entry.topic);
            writer.str(&entry.type_name);
            writer.str(&entry.type_hash);
            writer.str(&entry.data_class);
            writer.str(&entry.form);
            write_all(&mut writer, &entry.audience);
            writer.i32(i32::try_from(entry.retention.as_secs()).unwrap_or(i32::MAX));
            writer.u32(entry.retention.subsec_nanos());
            writer.u64(entry.policy_version);
            write_all(&mut writer, &entry.source);
            writer.str(&entry.tag_topic);
            writer.bool(entry.sealed);
            writer.str(&entry.policy_topic);
            writer.u32(entry.depth);
        }
        cdr
    }
}

/// A sealed topic as a catalogue offers it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offer {
    /// Its name on the outer domain.
    pub topic: String,
    /// Its name in the policy.
    pub policy_topic: String,
    /// The type of what is inside.
    pub type_name: String,
    /// Its hash.
    pub type_hash: String,
    /// `clear` or `redacted`.
    pub form: String,
    /// Messages that its publisher keeps.
    pub depth: u32,
}

/// More topics than a robot has; a catalogue of more is refused.
const MAX_ENTRIES: u32 = 4096;

/// The sealed topics that a serialized catalogue offers to `audience`. Whoever is outside can publish a catalogue: it
/// says where to look, and only a grant opens.
pub fn offers_for(audience: &str, message: &[u8]) -> Result<Vec<Offer>, Malformed> {
    let mut reader = Reader::new(message)?;
    let text = |reader: &mut Reader<'_>| -> Result<String, Malformed> {
        Ok(String::from_utf8_lossy(reader.string(Some(1024))?).into_owned())
    };
    let texts = |reader: &mut Reader<'_>| -> Result<Vec<String>, Malformed> {
        let count = reader.sequence(5, Some(MAX_ENTRIES))?;
        (0..count).map(|_| text(reader)).collect()
    };
    let (_robot, _version, _hash) = (text(&mut reader)?, reader.u64()?, text(&mut reader)?);
    let _stamp = (reader.i32()?, reader.u32()?);
    let mut offers = Vec::new();
    for _ in 0..reader.sequence(40, Some(MAX_ENTRIES))? {
        let [topic, type_name, type_hash] = [text(&mut reader)?, text(&mut reader)?, text(&mut reader)?];
        let [_class, form] = [text(&mut reader)?, text(&mut reader)?];
        let members = texts(&mut reader)?;
        let (_retention, _version) = ((reader.i32()?, reader.u32()?), reader.u64()?);
        let (_source, _tags) = (texts(&mut reader)?, text(&mut reader)?);
        let (sealed, policy_topic, depth) = (reader.bool()?, text(&mut reader)?, reader.u32()?);
        if sealed && members.iter().any(|member| member == audience) {
            offers.push(Offer { topic, policy_topic, type_name, type_hash, form, depth });
        }
    }
    reader.end()?;
    Ok(offers)
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

    fn entry(sealed: bool, audience: &str) -> Entry {
        Entry {
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
            depth: 10,
        }
    }

    #[test]
    fn a_stakeholder_finds_what_is_sealed_for_it() {
        let entries = vec![entry(true, "desk"), entry(false, "desk"), entry(true, "vendor")];
        let catalog = Catalog { robot: "r".into(), policy_version: 3, policy_hash: "ab".into(), entries };
        let message = catalog.to_cdr(1_700_000_000_000_000_000);
        let offers = offers_for("desk", &message).unwrap();
        assert_eq!(offers.len(), 1);
        assert_eq!(offers[0].policy_topic, "/guests");
        assert_eq!(offers_for("night", &message).unwrap().len(), 2);
        for length in 0..message.len() {
            assert!(offers_for("desk", &message[..length]).is_err(), "{length}");
        }
    }
}
