//! MCAP (mcap.dev/spec), read from start to end without its index, which may say something else.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};

use mcap::McapError;
use mcap::records::{MessageHeader, Record, op};
use mcap::sans_io::linear_reader::{LinearReadEvent, LinearReader, LinearReaderOptions};

use super::{Aside, Bag, Channel, Damage, MAX_RECORD, Packing, Piece, Recorded, Remembered, qos};
use crate::policy::finding::plain;
use crate::types::is_type_hash;

/// So much is read at a time: what is taken in grows with what is there, not with what a length claims.
const READ: usize = 256 << 10;
/// Two bytes of channel, four of sequence, twice eight of time.
const MESSAGE_HEADER: usize = 22;
/// Records that are looked at to find the first chunk.
const LOOKED_AT: usize = 100_000;

/// An MCAP file.
pub struct McapFile<R> {
    source: R,
    reader: LinearReader,
    record: Vec<u8>,
    schemas: HashMap<u16, Schema>,
    channels: HashMap<u16, Channel>,
    remembered: Remembered,
    /// After the data section come copies and the index, which nobody needs here.
    data_ended: bool,
    read: u64,
    size: u64,
    packing: Packing,
}

#[derive(PartialEq, Eq)]
struct Schema {
    name: String,
    definition: Option<String>,
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
            size,
            packing,
        })
    }

    /// Puts the next record into `record`; its kind.
    fn advance(&mut self) -> Result<Option<u8>, Damage> {
        loop {
            match self.reader.next_event() {
                None => return Ok(None),
                Some(Err(error)) => return Err(damage(error)),
                Some(Ok(LinearReadEvent::ReadRequest(wanted))) => {
                    let read = self.source.read(self.reader.insert(wanted.clamp(1, READ)))?;
                    self.reader.notify_read(read);
                    self.read += read as u64;
                }
                Some(Ok(LinearReadEvent::Record { data, opcode })) => {
                    self.record.clear();
                    self.record.extend_from_slice(data);
                    return Ok(Some(opcode));
                }
            }
        }
    }

    fn take_in(&mut self, record: Record<'_>) -> Result<Option<Piece>, Damage> {
        match record {
            Record::Schema { header, data } => {
                // Other encodings are nothing that this can read; then only the type's hash can speak for it.
                let definition = (header.encoding == "ros2msg")
                    .then(|| String::from_utf8(data.into_owned()).ok())
                    .flatten();
                let bytes = header.name.len() + definition.as_ref().map_or(0, String::len);
                let schema = Schema { name: header.name, definition };
                match self.schemas.get(&header.id) {
                    Some(known) if *known == schema => {}
                    Some(_) => return Err(Damage::Corrupt(format!("schema {} is there twice", header.id))),
                    None => {
                        self.remembered.add(bytes)?;
                        self.schemas.insert(header.id, schema);
                    }
                }
                Ok(None)
            }
            Record::Channel(channel) => {
                let number = channel.id;
                let channel = self.channel(channel);
                match self.channels.get(&number) {
                    Some(known) if *known == channel => return Ok(None),
                    Some(_) => return Err(Damage::Corrupt(format!("channel {number} is there twice"))),
                    None => {}
                }
                let definition = channel.definition.as_ref().map_or(0, String::len);
                let qos = channel.qos.as_ref().map_or(0, String::len);
                self.remembered.add(channel.topic.len() + channel.type_name.len() + definition + qos)?;
                self.channels.insert(number, channel.clone());
                Ok(Some(Piece::Channel(channel)))
            }
            Record::Message { header, .. } if self.channels.contains_key(&header.channel_id) => {
                let MessageHeader { channel_id, sequence, log_time, publish_time } = header;
                let channel = channel_id.into();
                Ok(Some(Piece::Message(Recorded { channel, sequence, log_time, publish_time })))
            }
            Record::Message { header, .. } => Err(Damage::Corrupt(format!(
                "a message of channel {}, which is not there",
                header.channel_id
            ))),
            _ => Ok(None),
        }
    }

    fn channel(&self, channel: mcap::records::Channel) -> Channel {
        let schema = self.schemas.get(&channel.schema_id);
        let told = |key: &str| channel.metadata.get(key);
        Channel {
            id: channel.id.into(),
            type_name: schema.map(|schema| schema.name.clone()).unwrap_or_default(),
            serialization: channel.message_encoding,
            definition: schema.and_then(|schema| schema.definition.clone()),
            type_hash: told("topic_type_hash").filter(|hash| is_type_hash(hash)).cloned(),
            qos: told("offered_qos_profiles").and_then(|qos| qos::known(qos)),
            topic: channel.topic,
        }
    }
}

impl<R: Read + Seek> Bag for McapFile<R> {
    fn next(&mut self) -> Result<Option<Piece>, Damage> {
        while let Some(opcode) = self.advance()? {
            match opcode {
                op::DATA_END => self.data_ended = true,
                _ if self.data_ended => {}
                op::SCHEMA | op::CHANNEL | op::MESSAGE => {
                    let record = std::mem::take(&mut self.record);
                    let piece = mcap::parse_record(opcode, &record).map_err(damage);
                    let piece = piece.and_then(|parsed| self.take_in(parsed));
                    self.record = record;
                    if let Some(piece) = piece? {
                        return Ok(Some(piece));
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

    fn cdr(&self) -> &[u8] {
        self.record.get(MESSAGE_HEADER..).unwrap_or_default()
    }

    fn progress(&self) -> (u64, u64) {
        (self.read, self.size)
    }

    fn packing(&self) -> Packing {
        self.packing
    }
}

/// How the first chunk is compressed.
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

fn damage(error: McapError) -> Damage {
    match error {
        McapError::UnexpectedEof => Damage::CutOff,
        McapError::RecordTooLarge { .. } | McapError::ChunkTooLarge(_) => Damage::TooLarge(error.to_string()),
        McapError::Io(error) => Damage::Corrupt(plain(&error.to_string())),
        other => Damage::Corrupt(plain(&other.to_string())),
    }
}
