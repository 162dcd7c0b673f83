//! Reads recorded bags piece by piece. They are untrusted files: every length is bounded before it is used.
//!
//! MCAP and SQLite, one file or the folder of rosbag2; output is always MCAP. The format is detected by the
//! first bytes, not by the name.

pub mod scrub;

mod folder;
mod mcap_file;
mod mcap_records;
mod out;
mod qos;
mod sqlite;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use discreet_policy::finding::plain;

pub use folder::Folder;
pub use mcap_file::McapFile;
pub use out::{BagWriter, ChannelOut};
pub use sqlite::SqliteFile;

/// The largest record or message. A frame of 8K video has 100 MB.
pub const MAX_RECORD: usize = 256 << 20;

/// The most channels, and the most bytes of names, definitions and QoS in all of them. A robot has some
/// hundred channels.
const MAX_CHANNELS: usize = 65_536;
const MAX_DESCRIPTIONS: usize = 64 << 20;

/// A topic of one publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its number in this bag.
    pub id: u64,
    /// The topic.
    pub topic: String,
    /// `package/msg/Name`
    pub type_name: String,
    /// The serialization of its messages: `cdr`.
    pub serialization: String,
    /// The type's definition as `.msg` text, if the bag has one.
    pub definition: Option<String>,
    /// The format of the definition, if it is not `.msg` text and therefore not read: `ros2idl`.
    pub foreign: Option<String>,
    /// The type's hash, if the bag has it.
    pub type_hash: Option<String>,
    /// The publishers' quality of service, in the format of rosbag2, reduced to its known parts.
    pub qos: Option<String>,
}

/// The recorded facts about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The channel's number.
    pub channel: u64,
    /// The publisher's sequence number.
    pub sequence: u32,
    /// Time of recording: nanoseconds since 1970.
    pub log_time: u64,
    /// Time of publication.
    pub publish_time: u64,
}

/// A piece of a bag.
#[derive(Debug)]
pub enum Piece {
    /// Before its first message.
    Channel(Channel),
    /// A message of a known channel; [`Bag::cdr`] has its bytes.
    Message(Recorded),
    /// A record with arbitrary content.
    Aside(Aside),
}

/// Content of a bag other than messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// A file inside the bag.
    Attachment,
    /// Notes with name and value.
    Metadata,
    /// A record of a kind that the format leaves to applications.
    Private,
}

/// Compression of chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// None.
    Plain,
    /// zstd.
    Zstd,
    /// LZ4 frames.
    Lz4,
}

/// A bag that is read from its start to its end.
pub trait Bag {
    /// The next piece, or the bag's end.
    fn next(&mut self) -> Result<Option<Piece>, Damage>;

    /// The message that `next` returned last: encapsulation header and CDR.
    ///
    /// Mutable, so that images can be redacted in place, as in the guard.
    fn cdr(&mut self) -> &mut [u8];

    /// Bytes read, and bytes in total.
    fn progress(&self) -> (u64, u64);

    /// The compression of its chunks, so that the output can have the same.
    fn packing(&self) -> Packing;
}

/// Why a bag cannot be read, or not beyond some point.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Neither MCAP nor SQLite nor a folder with metadata.yaml.
    #[error("not a bag: neither MCAP nor SQLite, nor a folder with a metadata.yaml")]
    NotABag,
    /// It is incomplete.
    #[error("incomplete: it ends in the middle of a record, as after the recorder was killed")]
    CutOff,
    /// It contradicts itself or its format.
    #[error("damaged: {0}")]
    Corrupt(String),
    /// It exceeds a limit.
    #[error("too large: {0}")]
    TooLarge(String),
    /// One of its files is damaged.
    #[error("{0}: {1}")]
    In(String, Box<Damage>),
    /// It is sound, but not supported.
    #[error("{0}")]
    Unsupported(String),
}

/// Opens a bag: an MCAP file, a SQLite file, or a folder of rosbag2.
pub fn open(path: &Path) -> Result<Box<dyn Bag>, Damage> {
    if path.is_dir() { Ok(Box::new(Folder::open(path)?)) } else { open_file(path) }
}

fn open_file(path: &Path) -> Result<Box<dyn Bag>, Damage> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(Damage::NotABag);
    }
    let mut file = File::open(path)?;
    let mut magic = Vec::new();
    Read::by_ref(&mut file).take(16).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    if magic.starts_with(mcap::MAGIC) {
        Ok(Box::new(McapFile::new(file)?))
    } else if magic == b"SQLite format 3\0" {
        Ok(Box::new(SqliteFile::open(path)?))
    } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Err(Damage::Unsupported("compressed as a whole (zstd): unpack it first, with `unzstd`".to_owned()))
    } else {
        Err(Damage::NotABag)
    }
}

/// The name of a definition format, safe to show.
fn foreign(encoding: &str) -> Option<String> {
    let shown: String = plain(encoding).chars().take(40).collect();
    (!shown.is_empty()).then_some(shown)
}

/// Counts the memory for descriptions of channels, and refuses more than the limit.
#[derive(Debug, Default)]
struct Remembered {
    channels: usize,
    bytes: usize,
}

impl Remembered {
    fn add(&mut self, bytes: usize) -> Result<(), Damage> {
        self.channels += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        // Channels and definitions count alike.
        if self.channels > 2 * MAX_CHANNELS || self.bytes > MAX_DESCRIPTIONS {
            return Err(Damage::TooLarge("too many channels and definitions".to_owned()));
        }
        Ok(())
    }
}
