//! Recorded bags, read piece by piece: a file from outside, whose every length is bounded before it is believed.
//!
//! MCAP and SQLite, one file or the folder that rosbag2 makes; written is MCAP only. A bag is told by its first bytes,
//! not by its name.

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

/// The most channels, and the most bytes of names, definitions and QoS in all of them: a robot has some hundred.
const MAX_CHANNELS: usize = 65_536;
const MAX_DESCRIPTIONS: usize = 64 << 20;

/// One topic as somebody published it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its number in this bag.
    pub id: u64,
    /// The topic.
    pub topic: String,
    /// `package/msg/Name`
    pub type_name: String,
    /// How messages are serialized: `cdr`.
    pub serialization: String,
    /// The type's definition as `.msg` text, if the bag has one.
    pub definition: Option<String>,
    /// How the bag writes the definition, where that is not `.msg` text and so not read: `ros2idl`.
    pub foreign: Option<String>,
    /// The type's hash, if the bag tells one.
    pub type_hash: Option<String>,
    /// What the publishers offered, as rosbag2 writes it; made anew of what is known in it.
    pub qos: Option<String>,
}

/// What a bag notes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The channel's number.
    pub channel: u64,
    /// The publisher's count.
    pub sequence: u32,
    /// When it was recorded: nanoseconds since 1970.
    pub log_time: u64,
    /// When it was published.
    pub publish_time: u64,
}

/// What comes out of a bag, piece by piece.
#[derive(Debug)]
pub enum Piece {
    /// Before its first message.
    Channel(Channel),
    /// A message of a channel that came before; [`Bag::cdr`] has its bytes.
    Message(Recorded),
    /// Something that may hold anything.
    Aside(Aside),
}

/// What a bag holds besides messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// A file inside the bag.
    Attachment,
    /// Notes, by name and value.
    Metadata,
    /// A record of a kind that the format leaves to whoever writes it.
    Private,
}

/// How chunks are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
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

    /// The message that `next` gave last: encapsulation header and CDR.
    ///
    /// To be changed in place, as the guard does with images.
    fn cdr(&mut self) -> &mut [u8];

    /// How much has been read, of how much: bytes.
    fn progress(&self) -> (u64, u64);

    /// How its chunks are compressed, so that what is written can be alike.
    fn packing(&self) -> Packing;
}

/// Why a bag cannot be read, or not any further.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Neither MCAP nor SQLite nor a folder with metadata.yaml.
    #[error("not a bag: neither MCAP nor SQLite, nor a folder with a metadata.yaml")]
    NotABag,
    /// It ends in the middle.
    #[error("cut off: it ends in the middle of a record, as when a recorder was killed")]
    CutOff,
    /// Something in it cannot be so.
    #[error("damaged: {0}")]
    Corrupt(String),
    /// Something in it is larger than anything a robot records.
    #[error("too large: {0}")]
    TooLarge(String),
    /// Something is wrong with one of its files.
    #[error("{0}: {1}")]
    In(String, Box<Damage>),
    /// It is sound, but not for us.
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

/// The name of a way to write definitions, as it may be shown.
fn foreign(encoding: &str) -> Option<String> {
    let shown: String = plain(encoding).chars().take(40).collect();
    (!shown.is_empty()).then_some(shown)
}

/// Counts what the descriptions of channels take, and refuses when it is more than a robot has.
#[derive(Debug, Default)]
struct Remembered {
    channels: usize,
    bytes: usize,
}

impl Remembered {
    fn add(&mut self, bytes: usize) -> Result<(), Damage> {
        self.channels += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        // Channels and definitions count alike here.
        if self.channels > 2 * MAX_CHANNELS || self.bytes > MAX_DESCRIPTIONS {
            return Err(Damage::TooLarge("more channels and definitions than any robot has".to_owned()));
        }
        Ok(())
    }
}
