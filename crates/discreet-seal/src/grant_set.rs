//! The message on the topic of grants: all that a guard publishes about keys. Each part has its own
//! signature.

use discreet_cdr::{Malformed, Reader, Writer};

/// The most grants in one message.
const MAX_GRANTS: u32 = 4096;

/// `discreet_interfaces/msg/Grants`, borrowed from its serialized bytes. Nothing in it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GrantSet<'a> {
    /// The robot's name in the policy; empty if it is not text.
    pub robot: &'a str,
    /// The announcement of the guard's receiving key; empty if it accepts no commands.
    pub receiver: &'a [u8],
    /// The grants.
    pub grants: Vec<&'a [u8]>,
}

/// Writes the message. The order of fields is that of interfaces/discreet_interfaces/msg/Grants.msg.
pub fn write_grants(grant_set: &GrantSet<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    writer.str(grant_set.robot);
    writer.octets(grant_set.receiver);
    writer.sequence(grant_set.grants.len());
    grant_set.grants.iter().for_each(|grant| writer.octets(grant));
    bytes
}

/// Reads the message.
pub fn read_grants(bytes: &[u8]) -> Result<GrantSet<'_>, Malformed> {
    let mut reader = Reader::new(bytes)?;
    let robot = std::str::from_utf8(reader.string(Some(256))?).ok();
    let robot = robot.filter(|name| !name.chars().any(char::is_control)).unwrap_or_default();
    let receiver = reader.octets()?;
    let count = reader.sequence(4, Some(MAX_GRANTS))?;
    let grants = (0..count).map(|_| reader.octets()).collect::<Result<_, _>>()?;
    reader.end()?;
    Ok(GrantSet { robot, receiver, grants })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let grant_set = GrantSet { robot: "r", receiver: &[1; 5], grants: vec![&[2; 7], &[], &[3]] };
        assert_eq!(read_grants(&write_grants(&grant_set)), Ok(grant_set));
        assert_eq!(read_grants(&write_grants(&GrantSet::default())), Ok(GrantSet::default()));
    }

    #[test]
    fn a_count_of_a_million_grants_is_refused() {
        let mut bytes = write_grants(&GrantSet::default());
        let at = bytes.len() - 4;
        bytes[at..].copy_from_slice(&1_000_000_u32.to_le_bytes());
        bytes.resize(5_000_000, 0);
        assert!(matches!(read_grants(&bytes), Err(Malformed::Bound { .. })));
    }
}
