//! Writes a bag: MCAP as rosbag2 writes it, in chunks and with an index.

use std::collections::BTreeMap;
use std::io::{Seek, Write};

use mcap::records::MessageHeader;
use mcap::{Compression, McapError, WriteOptions, Writer};

use super::{Packing, Recorded};

/// Writes an MCAP file. It contains nothing but the messages and channels that are passed here.
pub struct BagWriter<W: Write + Seek> {
    writer: Writer<W>,
}

/// A channel to be written.
#[derive(Debug)]
pub struct ChannelOut<'a> {
    /// The topic.
    pub topic: &'a str,
    /// `package/msg/Name`
    pub type_name: &'a str,
    /// The type's definition as `.msg` text.
    pub definition: &'a str,
    /// The type's hash.
    pub type_hash: &'a str,
    /// The publishers' quality of service, in the format of rosbag2.
    pub qos: Option<&'a str>,
}

impl<W: Write + Seek> BagWriter<W> {
    /// Starts a file.
    pub fn new(output: W, packing: Packing) -> Result<Self, McapError> {
        let compression = match packing {
            Packing::Plain => None,
            Packing::Zstd => Some(Compression::Zstd),
            Packing::Lz4 => Some(Compression::Lz4),
        };
        let options = WriteOptions::new()
            .profile("ros2")
            .library(concat!("discreet ", env!("CARGO_PKG_VERSION")))
            .compression(compression);
        Ok(BagWriter { writer: options.create(output)? })
    }

    /// Defines a channel; returns its number. The same channel gets the same number.
    pub fn channel(&mut self, channel: &ChannelOut<'_>) -> Result<u16, McapError> {
        let schema = self.writer.add_schema(channel.type_name, "ros2msg", channel.definition.as_bytes())?;
        // rosbag2 reads both, and works without them.
        let mut metadata = BTreeMap::from([("topic_type_hash".to_owned(), channel.type_hash.to_owned())]);
        if let Some(qos) = channel.qos {
            metadata.insert("offered_qos_profiles".to_owned(), qos.to_owned());
        }
        self.writer.add_channel(schema, channel.topic, "cdr", &metadata)
    }

    /// Writes a message of a defined channel.
    pub fn message(&mut self, channel: u16, recorded: &Recorded, cdr: &[u8]) -> Result<(), McapError> {
        let Recorded { sequence, log_time, publish_time, .. } = *recorded;
        let header = MessageHeader { channel_id: channel, sequence, log_time, publish_time };
        self.writer.write_to_known_channel(&header, cdr)
    }

    /// Writes the index, and returns the output.
    pub fn finish(mut self) -> Result<W, McapError> {
        self.writer.finish()?;
        Ok(self.writer.into_inner())
    }
}
