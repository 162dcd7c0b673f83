//! MCAP (mcap.dev/spec), read from start to end without its index, which may contradict the data.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};

use mcap::McapError;
use mcap::records::op;
use mcap::sans_io::linear_reader::{LinearReadEvent, LinearReader, LinearReaderOptions};

use super::mcap_records::{ChannelRecord, Fields, SchemaRecord};
use super::{Aside, Bag, Channel, Damage, MAX_RECORD, Packing, Piece, Recorded, Remembered, foreign, qos};
use discreet_cdr::types::is_type_hash;
use discreet_host::steps;
use discreet_policy::finding::plain;

/// The bytes of one read: memory grows with the data that is there, not with a claimed length.
const READ: usize = 256 << 10;
/// One byte of kind, eight of length.
const RECORD_HEADER: u64 = 9;
/// The reason for not reading a file any further.
const UNFOLDS: &str = "it decompresses to more than 1024 times its size";
/// Two bytes of channel, four of sequence, two times of eight.
const MESSAGE_HEADER: usize = 22;
/// The limits of decompression: bytes for each byte of the file that was read, and bytes in addition. A chunk
/// of zeros has a ratio of 30 000, recorded sensors have less than a hundred.
const UNFOLDED_A_BYTE: u64 = 1024;
const UNFOLDED: u64 = 256 << 20;
/// The most records that are read to find the first chunk.
const LOOKED_AT: usize = 100_000;

/// An MCAP file.
pub struct McapFile<R> {
    source: R,
    reader: LinearReader,
    record: Vec<u8>,
    schemas: HashMap<u16, Schema>,
    channels: HashMap<u16, Channel>,
    remembered: Remembered,
    /// After the data section come copies and the index, which are not read.
    data_ended: bool,
    read: u64,
    unfolded: u64,
    size: u64,
    packing: Packing,
}

#[derive(PartialEq, Eq)]
struct Schema {
    name: String,
    definition: Option<String>,
    /// The format of the definition, if it is not supported.
    foreign: Option<String>,
}

impl<R: Read + Seek> McapFile<R> {
    /// Reads from `source`.
    pub fn new(mut source: R) -> Result<Self, Damage> {
        let size = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let packing = packing_of(&mut source)?;
        source.seek(SeekFrom::Start(0))?;
        let options = LinearReaderOptions::default()
            .with_record_length_limit(MAX_RECORD)
            .with_validate_chunk_crcs(true)
            .with_validate_data_section_crc(true);
        Ok(McapFile {
            source,
            reader: LinearReader::new_with_options(options),
            record: Vec::new(),
            schemas: HashMap::new(),
            channels: HashMap::new(),
            remembered: Remembered::default(),
            data_ended: false,
            read: 0,
            unfolded: 0,
            size,
            packing,
        })
    }

    /// Reads the next record into `record`; returns its kind.
    fn advance(&mut self) -> Result<Option<u8>, Damage> {
        loop {
            match self.reader.next_event() {
                None => return Ok(None),
                Some(Err(error)) => return Err(damage(error)),
                Some(Ok(LinearReadEvent::ReadRequest(desired))) => {
                    let read = self.source.read(self.reader.insert(desired.clamp(1, READ)))?;
                    self.reader.notify_read(read);
                    self.read += read as u64;
                }
                Some(Ok(LinearReadEvent::Record { data, opcode })) => {
                    self.unfolded = self.unfolded.saturating_add(RECORD_HEADER + data.len() as u64);
                    steps::count(data.len() + 1);
                    if self.unfolded > UNFOLDED.saturating_add(self.read.saturating_mul(UNFOLDED_A_BYTE)) {
                        return Err(Damage::TooLarge(UNFOLDS.into()));
                    }
                    self.record.clear();
                    self.record.extend_from_slice(data);
                    return Ok(Some(opcode));
                }
            }
        }
    }

    /// A schema or channel may be repeated, but only unchanged.
    fn schema(&mut self, record: &[u8]) -> Result<(), Damage> {
        let SchemaRecord { id, name, encoding, data } = SchemaRecord::read(record).ok_or_else(no_record)?;
        // Other formats are not supported; then only the type's hash can identify it. Channels without a
        // definition have a schema with neither encoding nor text.
        let definition = (encoding == "ros2msg").then(|| std::str::from_utf8(data).ok()).flatten();
        let other = if definition.is_none() { foreign(encoding) } else { None };
        let schema =
            Schema { name: name.to_owned(), definition: definition.map(str::to_owned), foreign: other };
        match self.schemas.get(&id) {
            Some(known) if *known == schema => Ok(()),
            Some(_) => Err(Damage::Corrupt(format!("schema {id} is defined twice"))),
            None => {
                self.remembered.add(name.len() + definition.map_or(0, str::len))?;
                self.schemas.insert(id, schema);
                Ok(())
            }
        }
    }

    fn channel(&mut self, record: &[u8]) -> Result<Option<Piece>, Damage> {
        let ChannelRecord { id, schema, topic, encoding, hash, offered } =
            ChannelRecord::read(record).ok_or_else(no_record)?;
        let schema = self.schemas.get(&schema);
        let channel = Channel {
            id: id.into(),
            topic: topic.to_owned(),
            type_name: schema.map(|schema| schema.name.clone()).unwrap_or_default(),
            serialization: encoding.to_owned(),
            definition: schema.and_then(|schema| schema.definition.clone()),
            foreign: schema.and_then(|schema| schema.foreign.clone()),
            type_hash: hash.filter(|hash| is_type_hash(hash)).map(str::to_owned),
            qos: offered.and_then(qos::known),
        };
        match self.channels.get(&id) {
            Some(known) if *known == channel => Ok(None),
            Some(_) => Err(Damage::Corrupt(format!("channel {id} is defined twice"))),
            None => {
                let optional =
                    [&channel.definition, &channel.qos].map(|text| text.as_ref().map_or(0, String::len));
                let bytes: usize = optional.iter().sum();
                self.remembered.add(bytes + channel.topic.len() + channel.type_name.len())?;
                self.channels.insert(id, channel.clone());
                Ok(Some(Piece::Channel(channel)))
            }
        }
    }

    fn message(&self) -> Result<Piece, Damage> {
        let mut fields = Fields(&self.record);
        let (channel, sequence) = (fields.u16().ok_or_else(no_record)?, fields.u32().ok_or_else(no_record)?);
        let (log_time, publish_time) =
            (fields.u64().ok_or_else(no_record)?, fields.u64().ok_or_else(no_record)?);
        if !self.channels.contains_key(&channel) {
            return Err(Damage::Corrupt(format!("a message of channel {channel}, which is not defined")));
        }
        Ok(Piece::Message(Recorded { channel: channel.into(), sequence, log_time, publish_time }))
    }
}

impl<R: Read + Seek> Bag for McapFile<R> {
    fn next(&mut self) -> Result<Option<Piece>, Damage> {
        while let Some(opcode) = self.advance()? {
            match opcode {
                op::DATA_END => self.data_ended = true,
                _ if self.data_ended => {}
                op::MESSAGE => return self.message().map(Some),
                op::SCHEMA | op::CHANNEL => {
                    let record = std::mem::take(&mut self.record);
                    if opcode == op::SCHEMA {
                        self.schema(&record)?;
                    } else if let Some(channel) = self.channel(&record)? {
                        return Ok(Some(channel));
                    }
                }
                op::ATTACHMENT => return Ok(Some(Piece::Aside(Aside::Attachment))),
                op::METADATA => return Ok(Some(Piece::Aside(Aside::Metadata))),
                op::HEADER | op::FOOTER | op::MESSAGE_INDEX => {}
                _ => return Ok(Some(Piece::Aside(Aside::Private))),
            }
        }
        Ok(None)
    }

    fn cdr(&mut self) -> &mut [u8] {
        self.record.get_mut(MESSAGE_HEADER..).unwrap_or_default()
    }

    fn progress(&self) -> (u64, u64) {
        (self.read, self.size)
    }

    fn packing(&self) -> Packing {
        self.packing
    }
}

/// The compression of the first chunk.
fn packing_of(source: &mut (impl Read + Seek)) -> Result<Packing, Damage> {
    const UP_TO_NAME: u64 = 28; // two times, the size, its checksum
    source.seek(SeekFrom::Start(mcap::MAGIC.len() as u64))?;
    for _ in 0..LOOKED_AT {
        let mut start = [0; 9];
        if source.read_exact(&mut start).is_err() {
            break;
        }
        let [opcode, length @ ..] = start;
        let length = i64::try_from(u64::from_le_bytes(length)).unwrap_or(i64::MAX);
        match opcode {
            op::CHUNK => {
                let mut name = [0; 8];
                source.seek_relative(UP_TO_NAME as i64)?;
                source.read_exact(&mut name).map_err(|_| Damage::CutOff)?;
                return Ok(match &name {
                    [3, 0, 0, 0, b'l', b'z', b'4', _] => Packing::Lz4,
                    [0, 0, 0, 0, ..] => Packing::Plain,
                    _ => Packing::Zstd,
                });
            }
            op::MESSAGE | op::DATA_END | op::FOOTER => return Ok(Packing::Plain),
            _ if source.seek_relative(length).is_err() => break,
            _ => {}
        }
    }
    Ok(Packing::Zstd)
}

fn no_record() -> Damage {
    Damage::Corrupt("a record is shorter than the fields in it".to_owned())
}

fn damage(error: McapError) -> Damage {
    match error {
        McapError::UnexpectedEof => Damage::CutOff,
        McapError::RecordTooLarge { .. } | McapError::ChunkTooLarge(_) => Damage::TooLarge(error.to_string()),
        McapError::Io(error) => Damage::Corrupt(plain(&error.to_string())),
        other => Damage::Corrupt(plain(&other.to_string())),
    }
}
