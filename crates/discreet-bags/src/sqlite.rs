//! SQLite bags of rosbag2. Their tables have grown over the years, so columns and tables may be missing.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};

use super::{
    Bag, Channel, Damage, MAX_CHANNELS, MAX_RECORD, Packing, Piece, Recorded, Remembered, foreign, qos,
};
use discreet_cdr::types::is_type_hash;
use discreet_policy::finding::plain;

/// A SQLite file.
pub struct SqliteFile {
    database: Connection,
    /// In reverse: the last is returned next, before any message.
    channels: Vec<Channel>,
    known: HashSet<u64>,
    /// The next row; `None` after the last.
    next_row: Option<i64>,
    message: Vec<u8>,
    /// Pages are missing at its end; the others can still be read.
    is_cut: bool,
    read: u64,
    size: u64,
}

impl SqliteFile {
    /// Opens the file without ever writing to it.
    pub fn open(path: &Path) -> Result<Self, Damage> {
        let size = std::fs::metadata(path)?.len();
        let database = connect(path)?;
        database.set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(MAX_RECORD).unwrap_or(i32::MAX))?;
        database.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        // The file is untrusted: nothing that it defines is executed, and its pages are checked when they are
        // read.
        database.execute_batch(
            "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON;",
        )?;
        for table in ["topics", "messages"] {
            if !has_table(&database, table)? {
                return Err(Damage::Unsupported(format!(
                    "a SQLite file, but not a bag: it does not have a table `{table}`"
                )));
            }
        }
        let mut channels = channels(&database)?;
        let known = channels.iter().map(|channel| channel.id).collect();
        channels.reverse();
        Ok(SqliteFile {
            database,
            channels,
            known,
            next_row: Some(i64::MIN),
            message: Vec::new(),
            is_cut: is_cut(path, size)?,
            read: 0,
            size,
        })
    }

    /// Reads the next row into `message`; returns its topic and time. In order of rows, so that nothing has
    /// to be sorted.
    fn advance(&mut self) -> Result<Option<(i64, i64)>, Damage> {
        let Some(from) = self.next_row else { return Ok(None) };
        let query =
            "SELECT rowid, topic_id, timestamp, data FROM messages WHERE rowid >= ?1 ORDER BY rowid LIMIT 1";
        let mut statement = self.database.prepare_cached(query)?;
        let message = &mut self.message;
        let row = statement.query_row([from], |row| {
            message.clear();
            message.extend_from_slice(row.get_ref(3)?.as_blob()?);
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
        });
        let Some((number, topic, time)) = row.optional()? else {
            self.next_row = None;
            return if self.is_cut { Err(Damage::CutOff) } else { Ok(None) };
        };
        self.next_row = number.checked_add(1);
        Ok(Some((topic, time)))
    }
}

impl Bag for SqliteFile {
    fn next(&mut self) -> Result<Option<Piece>, Damage> {
        if let Some(channel) = self.channels.pop() {
            return Ok(Some(Piece::Channel(channel)));
        }
        let Some((topic, time)) = self.advance()? else { return Ok(None) };
        let channel = u64::from_ne_bytes(topic.to_ne_bytes());
        if !self.known.contains(&channel) {
            return Err(Damage::Corrupt(format!("a message of topic {topic}, which is not defined")));
        }
        self.read = self.read.saturating_add(self.message.len() as u64);
        // A time before 1970 is not valid.
        let time = u64::try_from(time).unwrap_or(0);
        let (log_time, publish_time) = (time, time);
        Ok(Some(Piece::Message(Recorded { channel, sequence: 0, log_time, publish_time })))
    }

    fn cdr(&mut self) -> &mut [u8] {
        &mut self.message
    }

    fn progress(&self) -> (u64, u64) {
        (self.read.min(self.size), self.size)
    }

    fn packing(&self) -> Packing {
        Packing::Zstd
    }
}

/// Opens a database without writing to it or to its folder, if that is possible.
///
/// In WAL mode SQLite creates two files next to the database even to read it, so that a bag on a read-only
/// medium would not open. `immutable` avoids them. It is correct if nothing waits in such a file: the bag is
/// then complete.
fn connect(path: &Path) -> Result<Connection, Damage> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !is_in_wal_mode(path)? {
        return Ok(Connection::open_with_flags(path, flags)?);
    }
    // SQLite looks next to the file itself, not next to a link to it.
    let path = path.canonicalize()?;
    let wal = beside(&path, "-wal");
    match wal.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Ok(found) if found.is_file() && found.len() == 0 => {}
        Ok(found) if found.is_file() => {
            let opened = Connection::open_with_flags(&path, flags)?;
            return match has_table(&opened, "topics") {
                Err(_) => Err(Damage::Unsupported(format!(
                    "its last messages wait in {}, and SQLite cannot read them in a folder that is not writable: copy both \
                     files to one that is",
                    plain(&wal.display().to_string())
                ))),
                Ok(_) => Ok(opened),
            };
        }
        _ => return Err(Damage::Unsupported(format!("{} is not a file", plain(&wal.display().to_string())))),
    }
    Ok(Connection::open_with_flags(address(&path), flags | OpenFlags::SQLITE_OPEN_URI)?)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// The path as a URI of SQLite (sqlite.org/uri.html): every byte that could have a meaning is written in
/// hexadecimal.
fn address(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'_' | b'-' => address.push(char::from(*byte)),
            _ if byte.is_ascii_alphanumeric() => address.push(char::from(*byte)),
            _ => address.push_str(&format!("%{byte:02x}")),
        }
    }
    address + "?immutable=1"
}

/// Bytes 18 and 19 of its header are 2 (sqlite.org/fileformat2.html, 1.3).
fn is_in_wal_mode(path: &Path) -> Result<bool, Damage> {
    let mut header = [0; 20];
    File::open(path)?.read_exact(&mut header).map_err(|_| Damage::CutOff)?;
    Ok(matches!(header, [.., 2, _] | [.., 2]))
}

/// Is the file shorter than the pages that its header counts (sqlite.org/fileformat2.html, 1.3)?
fn is_cut(path: &Path, size: u64) -> Result<bool, Damage> {
    let mut header = [0; 32];
    File::open(path)?.read_exact(&mut header).map_err(|_| Damage::CutOff)?;
    let [.., p0, p1, _, _, _, _, _, _, _, _, _, _, n0, n1, n2, n3] = header;
    let page = match u16::from_be_bytes([p0, p1]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    Ok(page * u64::from(u32::from_be_bytes([n0, n1, n2, n3])) > size)
}

/// A table, not a view, which could execute anything.
fn has_table(database: &Connection, name: &str) -> Result<bool, Damage> {
    let query = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1 AND rootpage > 0";
    Ok(database.query_row(query, [name], |row| row.get::<_, i64>(0))? == 1)
}

fn has_column(database: &Connection, table: &str, column: &str) -> Result<bool, Damage> {
    let query = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2";
    Ok(database.query_row(query, [table, column], |row| row.get::<_, i64>(0))? > 0)
}

fn channels(database: &Connection) -> Result<Vec<Channel>, Damage> {
    let optional = |column: &'static str| -> Result<&'static str, Damage> {
        Ok(if has_column(database, "topics", column)? { column } else { "NULL" })
    };
    let (qos, hash) = (optional("offered_qos_profiles")?, optional("type_description_hash")?);
    let query = format!("SELECT id, name, type, serialization_format, {qos}, {hash} FROM topics ORDER BY id");
    let mut statement = database.prepare(&query)?;
    let mut rows = statement.query([])?;
    let (mut channels, mut remembered) = (Vec::new(), Remembered::default());
    while let Some(row) = rows.next()? {
        let mut channel = channel(row)?;
        (channel.definition, channel.foreign) = match definition(database, &channel.type_name)? {
            Some((encoding, text)) if encoding == "ros2msg" => (Some(text), None),
            Some((encoding, _)) => (None, foreign(&encoding)),
            None => (None, None),
        };
        let texts = [
            Some(&channel.topic),
            Some(&channel.type_name),
            channel.definition.as_ref(),
            channel.qos.as_ref(),
        ];
        remembered.add(texts.into_iter().flatten().map(String::len).sum())?;
        channels.push(channel);
        if channels.len() > MAX_CHANNELS {
            return Err(Damage::TooLarge("too many topics".to_owned()));
        }
    }
    Ok(channels)
}

fn channel(row: &Row<'_>) -> Result<Channel, rusqlite::Error> {
    let told = |at: usize| row.get::<_, Option<String>>(at);
    Ok(Channel {
        id: u64::from_ne_bytes(row.get::<_, i64>(0)?.to_ne_bytes()),
        topic: row.get(1)?,
        type_name: row.get(2)?,
        serialization: row.get(3)?,
        definition: None,
        foreign: None,
        qos: told(4)?.and_then(|qos| qos::known(&qos)),
        type_hash: told(5)?.filter(|hash| is_type_hash(hash)),
    })
}

/// The definition of a type, with its format; bags have it since ROS 2 Iron. `.msg` text comes first.
fn definition(database: &Connection, type_name: &str) -> Result<Option<(String, String)>, Damage> {
    if !has_column(database, "message_definitions", "topic_type")? {
        return Ok(None);
    }
    let query = "SELECT encoding, encoded_message_definition FROM message_definitions \
                 WHERE topic_type = ?1 AND encoding <> 'unknown' ORDER BY encoding <> 'ros2msg' LIMIT 1";
    Ok(database.query_row(query, [type_name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

impl From<rusqlite::Error> for Damage {
    fn from(error: rusqlite::Error) -> Damage {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::TooBig) => Damage::TooLarge("a message".to_owned()),
            _ => Damage::Corrupt(plain(&error.to_string())),
        }
    }
}
