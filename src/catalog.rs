//! What the outer domain offers: `discreet_interfaces/msg/Catalog`, latched on `/discreet/catalog`.

use std::time::Duration;

use crate::cdr::Writer;

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
        }
        cdr
    }
}

fn write_all(writer: &mut Writer<'_>, texts: &[String]) {
    writer.sequence(texts.len());
    for text in texts {
        writer.str(text);
    }
}
