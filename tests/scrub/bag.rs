//! Bags as recorders write them, and as nobody should.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use discreet_cdr::Writer as CdrWriter;
use discreet_cdr::types::{rihs, ros2msg};
use mcap::records::MessageHeader;
use mcap::{Attachment, Compression, WriteOptions, Writer};
use rusqlite::Connection;

/// 2025-06-02, half past nine.
pub const MORNING: i64 = 1_748_856_600;
pub const EVENING: i64 = MORNING + 12 * 3600;
pub const DAY: i64 = 24 * 3600;

pub const STRING: &str = "string data\n";

/// sensor_msgs/msg/Image and what it uses, with what recorders leave in it.
pub const IMAGE: &str = "\
# This message contains an uncompressed image
std_msgs/Header header # Header timestamp
uint32 height
uint32 width
string encoding
uint8 is_bigendian
uint32 step
uint8[] data
================================================================================
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
================================================================================
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
";

pub const COMPRESSED: &str = "\
std_msgs/Header header
string format
uint8[] data
================================================================================
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
================================================================================
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
";

pub const POLICY: &str = "
discreet: 1
robot: test
version: 4
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
  contextual: { suite: aes-256-gcm, epoch: 60s, retention: 24h }
topics:
  /open: { type: std_msgs/msg/String, class: operational }
  /broken: { type: std_msgs/msg/String, class: operational }
  /schemaless: { type: std_msgs/msg/String, class: operational }
  /pinned:
    type: std_msgs/msg/String
    type_hash: RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18
    class: operational
  /hours: { type: std_msgs/msg/String, class: contextual }
  /shut: { type: std_msgs/msg/String, class: contextual }
  /unruled: { type: std_msgs/msg/String, class: contextual }
  /dark/image_raw: { type: sensor_msgs/msg/Image, class: contextual, redact: { frame: blank } }
  /coarse/image_raw: { type: sensor_msgs/msg/Image, class: contextual, redact: { frame: lowres } }
  /seen/image_raw: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }
  /seen/image_raw/compressed: { type: sensor_msgs/msg/CompressedImage, class: contextual, redact: { faces: solid } }
rules:
  - { who: everyone, read: [/dark/image_raw, /coarse/image_raw, /seen/**], as: redacted }
  - { who: everyone, read: [/open, /broken, /schemaless, /pinned], as: clear }
  - { who: everyone, read: /hours, as: clear, hours: \"08:00-18:00\" }
  - { who: everyone, read: /shut, deny: true }
";

const QOS: &str = "- history: keep_last\n  depth: 1\n  reliability: reliable\n  durability: volatile\n  deadline:\n    \
    sec: 0\n    nsec: 0\n  lifespan:\n    sec: 0\n    nsec: 0\n  liveliness: automatic\n  liveliness_lease_duration:\n    \
    sec: 0\n    nsec: 0\n  avoid_ros_namespace_conventions: false\n";

pub fn nanoseconds(second: i64) -> u64 {
    second as u64 * 1_000_000_000
}

/// A serialized std_msgs/msg/String.
pub fn string(text: &str) -> Vec<u8> {
    let mut message = Vec::new();
    CdrWriter::new(&mut message).str(text);
    message
}

pub fn two_strings(one: &str, other: &str) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = CdrWriter::new(&mut message);
    writer.str(one);
    writer.str(other);
    message
}

fn header(writer: &mut CdrWriter<'_>, second: i64) {
    writer.i32(second as i32);
    writer.u32(0);
    writer.str("camera");
}

/// A serialized sensor_msgs/msg/Image, bgr8.
pub fn image(second: i64, width: u32, height: u32, bgr: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = CdrWriter::new(&mut message);
    header(&mut writer, second);
    writer.u32(height);
    writer.u32(width);
    writer.str("bgr8");
    writer.u8(0);
    writer.u32(width * 3);
    writer.sequence(bgr.len());
    message.extend_from_slice(bgr);
    message
}

/// A serialized sensor_msgs/msg/CompressedImage.
pub fn compressed(second: i64, format: &str, file: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = CdrWriter::new(&mut message);
    header(&mut writer, second);
    writer.str(format);
    writer.sequence(file.len());
    message.extend_from_slice(file);
    message
}

/// Records as rosbag2 does.
pub struct Recorder(Writer<BufWriter<File>>);

impl Recorder {
    pub fn new(path: &Path, compression: Option<Compression>) -> Recorder {
        Recorder::chunked(path, compression, 768 << 10)
    }

    pub fn chunked(path: &Path, compression: Option<Compression>, size: u64) -> Recorder {
        let options = WriteOptions::new().profile("ros2").compression(compression).chunk_size(Some(size));
        Recorder(options.create(BufWriter::new(File::create(path).unwrap())).unwrap())
    }

    pub fn channel(&mut self, topic: &str, type_name: &str, definition: &str) -> u16 {
        let hash =
            ros2msg::read(type_name, definition).map(|read| rihs::type_hash(&read)).unwrap_or_default();
        self.channel_with(topic, type_name, definition, &hash)
    }

    /// Tells the hash of another definition.
    pub fn lying_channel(&mut self, topic: &str, type_name: &str, definition: &str) -> u16 {
        self.channel_with(topic, type_name, definition, &format!("RIHS01_{}", "0".repeat(64)))
    }

    fn channel_with(&mut self, topic: &str, type_name: &str, definition: &str, hash: &str) -> u16 {
        let schema = self.0.add_schema(type_name, "ros2msg", definition.as_bytes()).unwrap();
        let told = [("topic_type_hash", hash), ("offered_qos_profiles", QOS)];
        let metadata = told.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        self.0.add_channel(schema, topic, "cdr", &metadata).unwrap()
    }

    /// With a definition in any language, and without a hash if that is empty.
    pub fn schema(&mut self, topic: &str, type_name: &str, encoding: &str, text: &str, hash: &str) -> u16 {
        let schema = self.0.add_schema(type_name, encoding, text.as_bytes()).unwrap();
        let told = [("topic_type_hash", hash)].into_iter().filter(|(_, hash)| !hash.is_empty());
        let metadata = told.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        self.0.add_channel(schema, topic, "cdr", &metadata).unwrap()
    }

    pub fn message(&mut self, channel_id: u16, time: u64, cdr: &[u8]) {
        let header = MessageHeader { channel_id, sequence: 1, log_time: time, publish_time: time };
        self.0.write_to_known_channel(&header, cdr).unwrap();
    }

    pub fn finish(mut self) {
        self.0.finish().unwrap();
    }
}

/// A bag with `canary` wherever a bag has room for it.
pub fn everything(path: &Path, compression: Option<Compression>, canary: &str) {
    let mut recorder = Recorder::chunked(path, compression, 1000);
    let start = nanoseconds(MORNING);
    let remark = format!("# {canary}\nstring data # {canary}\nstring KEPT={canary}\n");
    let open = recorder.channel("/open", "std_msgs/msg/String", &remark);
    let mut others = Vec::new();
    for topic in ["/secret", "/shut", "/unruled", "/discreet/catalog"] {
        others.push(recorder.channel(topic, "std_msgs/msg/String", STRING));
    }
    let told = BTreeMap::from([
        ("note".to_owned(), canary.to_owned()),
        ("offered_qos_profiles".to_owned(), format!("{QOS}# {canary}\n")),
    ]);
    let schema = recorder.0.add_schema("std_msgs/msg/String", "ros2msg", STRING.as_bytes()).unwrap();
    let talkative = recorder.0.add_channel(schema, "/open", "cdr", &told).unwrap();
    let schemaless = recorder.0.add_channel(0, "/schemaless", "cdr", &told).unwrap();
    let json = recorder.0.add_channel(schema, "/open", "json", &told).unwrap();
    let broken = recorder.channel("/broken", "std_msgs/msg/String", STRING);
    for number in 0..5 {
        let time = start + number;
        for part in 0..3 {
            let count = number * 3 + part;
            recorder.message(open, start + count, &string(&format!("open {count}")));
        }
        recorder.message(talkative, start + 15 + number, &string(&format!("open {}", 15 + number)));
        for other in &others {
            recorder.message(*other, time, &string(canary));
        }
        recorder.message(schemaless, time, &string(canary));
        recorder.message(json, time, canary.as_bytes());
        recorder.message(broken, time, &two_strings("x", canary));
    }
    let metadata = BTreeMap::from([("guest".to_owned(), canary.to_owned())]);
    recorder.0.write_metadata(&mcap::records::Metadata { name: canary.to_owned(), metadata }).unwrap();
    let data = Cow::Owned(canary.as_bytes().to_vec());
    let (name, media_type) = (canary.to_owned(), "text/plain".to_owned());
    recorder.0.attach(&Attachment { log_time: start, create_time: start, name, media_type, data }).unwrap();
    let nothing = mcap::write::PrivateRecordOptions::IncludeInChunks;
    recorder.0.write_private_record(0x90, canary.as_bytes(), nothing.into()).unwrap();
    recorder.finish();
}

/// A bag of rosbag2 in SQLite: of now, or of before ROS 2 Iron.
pub fn sqlite(path: &Path, new: bool, canary: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let database = Connection::open(path).unwrap();
    let (hash, value) = if new { (", type_description_hash TEXT NOT NULL", ", ?5") } else { ("", "") };
    database
        .execute_batch(&format!(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
             CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,
                serialization_format TEXT NOT NULL, offered_qos_profiles TEXT NOT NULL{hash});
             CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL, timestamp INTEGER NOT NULL,
                data BLOB NOT NULL);
             CREATE INDEX timestamp_idx ON messages (timestamp ASC);"
        ))
        .unwrap();
    let told = ros2msg::read("std_msgs/msg/String", STRING).map(|read| rihs::type_hash(&read)).unwrap();
    for (id, topic) in [(1, "/open"), (2, "/secret")] {
        let insert = format!("INSERT INTO topics VALUES (?1, ?2, ?3, 'cdr', ?4{value})");
        let type_name = "std_msgs/msg/String";
        let done = if new {
            database.execute(&insert, (id, topic, type_name, QOS, &told))
        } else {
            database.execute(&insert, (id, topic, type_name, QOS))
        };
        done.unwrap();
    }
    if new {
        database
            .execute_batch(&format!(
                "CREATE TABLE message_definitions(id INTEGER PRIMARY KEY, topic_type TEXT NOT NULL,
                    encoding TEXT NOT NULL, encoded_message_definition TEXT NOT NULL, type_description_hash TEXT NOT NULL);
                 INSERT INTO message_definitions VALUES (1, 'std_msgs/msg/String', 'ros2msg', '# {canary}\n{STRING}', '{told}');
                 CREATE TABLE metadata(id INTEGER PRIMARY KEY, metadata TEXT NOT NULL);
                 INSERT INTO metadata VALUES (1, '{canary}');"
            ))
            .unwrap();
    }
    for number in 0..10 {
        let time = nanoseconds(MORNING) as i64 + number;
        let insert = "INSERT INTO messages(topic_id, timestamp, data) VALUES (?1, ?2, ?3)";
        database.execute(insert, (1, time, string(&format!("open {number}")))).unwrap();
        database.execute(insert, (2, time, string(canary))).unwrap();
    }
    database.execute_batch("COMMIT;").unwrap();
}

/// Messages that are computed, for ever.
pub fn endless_sqlite(path: &Path) {
    let database = Connection::open(path).unwrap();
    database
        .execute_batch(
            "CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT, type TEXT, serialization_format TEXT);
             CREATE VIEW messages AS WITH RECURSIVE one(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM one)
                SELECT id AS rowid, 1 AS topic_id, 0 AS timestamp, zeroblob(1000000) AS data FROM one;",
        )
        .unwrap();
}

/// What rosbag2 writes beside its files.
pub fn metadata(storage: &str, names: &[&str]) -> String {
    let files: String = names.iter().map(|name| format!("    - {name}\n")).collect();
    format!(
        "rosbag2_bagfile_information:\n  version: 9\n  storage_identifier: {storage}\n  duration:\n    nanoseconds: 9\n  \
         starting_time:\n    nanoseconds_since_epoch: 1795426200000000000\n  message_count: 20\n  \
         topics_with_message_count:\n    - topic_metadata:\n        name: /open\n        type: std_msgs/msg/String\n        \
         serialization_format: cdr\n        offered_qos_profiles:\n          - history: keep_last\n            depth: 1\n      \
         message_count: 10\n  compression_format: \"\"\n  compression_mode: \"\"\n  relative_file_paths:\n{files}"
    )
}

fn record(opcode: u8, body: &[u8]) -> Vec<u8> {
    [&[opcode], (body.len() as u64).to_le_bytes().as_slice(), body].concat()
}

fn chunk(unpacked: u64, compression: &str, packed: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 16];
    body.extend(unpacked.to_le_bytes());
    body.extend(0_u32.to_le_bytes());
    body.extend((compression.len() as u32).to_le_bytes());
    body.extend(compression.as_bytes());
    body.extend((packed.len() as u64).to_le_bytes());
    body.extend(packed);
    record(6, &body)
}

/// Small files that claim, or unpack to, more than there is memory.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    const MAGIC: &[u8] = b"\x89MCAP0\r\n";
    let header = record(1, &[4, 0, 0, 0, b'r', b'o', b's', b'2', 0, 0, 0, 0]);
    let file =
        |rest: &[u8]| [MAGIC, &header, rest, &record(15, &[0; 4]), &record(2, &[0; 20]), MAGIC].concat();
    let huge = 1_u64 << 40;
    // A gigabyte of zeros, as one message, packed.
    let mut packer = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let length = 1_u64 << 30;
    std::io::Write::write_all(&mut packer, &[&[5], length.to_le_bytes().as_slice()].concat()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..1024 {
        std::io::Write::write_all(&mut packer, &zeros).unwrap();
    }
    let packed = packer.finish().unwrap();
    vec![
        ("a message that claims a terabyte", file(&[&[5], huge.to_le_bytes().as_slice(), &[0; 30]].concat())),
        ("a schema that claims 4 GB", file(&record(3, &[1, 0, 0xff, 0xff, 0xff, 0xff, b'x']))),
        ("a chunk that claims a terabyte", file(&chunk(huge, "zstd", &packed[..100]))),
        ("a chunk of a gigabyte in one message", file(&chunk(length + 9, "zstd", &packed))),
        ("an unknown compression", file(&chunk(10, "\u{1b}[31m", &[0; 10]))),
    ]
}
