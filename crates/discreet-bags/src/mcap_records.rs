//! The few records of MCAP that are read. The format's library allocates a claimed length before it checks
//! that the data is there; here nothing is copied before that.

/// The rest of a record: numbers in little endian, texts after their length.
pub(super) struct Fields<'a>(pub &'a [u8]);

/// A schema.
pub(super) struct SchemaRecord<'a> {
    pub id: u16,
    pub name: &'a str,
    pub encoding: &'a str,
    pub data: &'a [u8],
}

/// A channel, with the two entries of its metadata that rosbag2 writes.
pub(super) struct ChannelRecord<'a> {
    pub id: u16,
    pub schema: u16,
    pub topic: &'a str,
    pub encoding: &'a str,
    pub hash: Option<&'a str>,
    pub offered: Option<&'a str>,
}

impl<'a> SchemaRecord<'a> {
    pub fn read(record: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(record);
        let (id, name, encoding) = (fields.u16()?, fields.text()?, fields.text()?);
        Some(SchemaRecord { id, name, encoding, data: fields.bytes()? })
    }
}

impl<'a> ChannelRecord<'a> {
    pub fn read(record: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(record);
        let (id, schema, topic, encoding) = (fields.u16()?, fields.u16()?, fields.text()?, fields.text()?);
        let (mut hash, mut offered) = (None, None);
        let mut notes = Fields(fields.bytes()?);
        while !notes.0.is_empty() {
            let (key, value) = (notes.text()?, notes.text()?);
            match key {
                "topic_type_hash" => hash = Some(value),
                "offered_qos_profiles" => offered = Some(value),
                _ => {}
            }
        }
        Some(ChannelRecord { id, schema, topic, encoding, hash, offered })
    }
}

impl<'a> Fields<'a> {
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()? as usize;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_beyond_the_record_is_no_record() {
        let channel =
            [&[1, 0, 2, 0][..], &[2, 0, 0, 0], b"/a", &[3, 0, 0, 0], b"cdr", &[0, 0, 0, 0]].concat();
        let read = ChannelRecord::read(&channel).unwrap();
        assert_eq!((read.id, read.schema, read.topic, read.encoding), (1, 2, "/a", "cdr"));
        for cut in 0..channel.len() {
            assert!(ChannelRecord::read(&channel[..cut]).is_none(), "{cut}");
        }
        assert!(SchemaRecord::read(&[1, 0, 0xff, 0xff, 0xff, 0xff, b'x']).is_none());
    }
}
