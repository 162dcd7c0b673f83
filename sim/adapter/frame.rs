//! Frames of Gazebo's transport: the length in eight hexadecimal digits, then that many bytes.

use std::io::{self, Read, Write};

use prost::Message;

use crate::msgs::{Packet, Time};

/// Digits of the length.
const DIGITS: usize = 8;

/// Free bytes before a frame, so that a ROS message can be completed in place.
pub const ROOM: usize = 128;

/// Failure of the connection to Gazebo.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The other side has closed the connection, at the end of a frame or within one.
    #[error("Gazebo has closed the connection")]
    Gone,
    /// The operating system refuses.
    #[error("{0}")]
    Io(io::Error),
    /// There are no digits in place of the length.
    #[error("`{}` instead of the length of a frame", .0.escape_ascii())]
    Header([u8; DIGITS]),
    /// A frame above the limit.
    #[error("a frame of {length} bytes; the limit is {limit}")]
    TooLong {
        /// Length in the frame's header, in bytes.
        length: usize,
        /// Limit, in bytes.
        limit: usize,
    },
    /// Not a protobuf message of the expected type.
    #[error("not the expected message: {0}")]
    Decode(#[from] prost::DecodeError),
    /// A message that contradicts itself.
    #[error("{0}")]
    Nonsense(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Fault::Gone,
            _ => Fault::Io(error),
        }
    }
}

/// Reads one frame into `buffer`, after [`ROOM`] bytes. The buffer keeps its memory from one frame to the next, and grows
/// to the largest.
pub fn read(from: &mut impl Read, limit: usize, buffer: &mut Vec<u8>) -> Result<(), Fault> {
    let mut header = [0; DIGITS];
    from.read_exact(&mut header)?;
    // `from_str_radix` alone would also accept a sign.
    let digits = Some(header.as_slice()).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    let length = digits.and_then(|digits| usize::from_str_radix(digits, 16).ok());
    let length = length.ok_or(Fault::Header(header))?;
    if length > limit {
        return Err(Fault::TooLong { length, limit });
    }
    buffer.resize(ROOM.saturating_add(length), 0);
    from.read_exact(buffer.get_mut(ROOM..).unwrap_or_default())?;
    Ok(())
}

/// Reads one frame and decodes it as a packet.
pub fn read_packet(from: &mut impl Read, limit: usize, buffer: &mut Vec<u8>) -> Result<Packet, Fault> {
    read(from, limit, buffer)?;
    Ok(Packet::decode(buffer.get(ROOM..).unwrap_or_default())?)
}

/// Writes one message as a frame, at once.
pub fn write(to: &mut impl Write, message: &impl Message) -> Result<(), Fault> {
    let mut frame = format!("{:08x}", message.encoded_len()).into_bytes();
    message.encode_raw(&mut frame);
    Ok(to.write_all(&frame)?)
}

/// Writes a message in a packet, as the master and publishers require it. The stamp is ignored.
pub fn write_packet(to: &mut impl Write, kind: &str, message: &impl Message) -> Result<(), Fault> {
    let packet =
        Packet { stamp: Time::default(), kind: kind.into(), serialized_data: message.encode_to_vec() };
    write(to, &packet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msgs::Publish;

    fn fault(bytes: &[u8]) -> String {
        read(&mut &*bytes, 1000, &mut Vec::new()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read_back_and_the_buffer_is_used_again() {
        let publish = Publish { topic: "/gazebo/lobby/x".into(), port: 40_000, ..Publish::default() };
        let mut wire = Vec::new();
        write_packet(&mut wire, "advertise", &publish).unwrap();
        write(&mut wire, &publish).unwrap();
        let (mut from, mut buffer) = (wire.as_slice(), Vec::new());
        let packet = read_packet(&mut from, 1000, &mut buffer).unwrap();
        assert_eq!(packet.kind, "advertise");
        assert_eq!(Publish::decode(packet.serialized_data.as_slice()).unwrap(), publish);
        let memory = buffer.as_ptr();
        read(&mut from, 1000, &mut buffer).unwrap();
        assert_eq!(Publish::decode(&buffer[ROOM..]).unwrap(), publish);
        assert_eq!(buffer.as_ptr(), memory);
        assert!(matches!(read(&mut from, 1000, &mut buffer), Err(Fault::Gone)));
    }

    #[test]
    fn a_length_is_eight_hexadecimal_digits_and_nothing_else() {
        for header in ["+000000a", "-0000001", "0x00000a", "      0a", "0000000g", "\0\0\0\0\0\0\0\0"] {
            assert!(fault(header.as_bytes()).contains("instead of the length of a frame"), "{header:?}");
        }
        read(&mut b"0000000aABCDEFGHIJ".as_slice(), 10, &mut Vec::new()).unwrap();
        read(&mut b"0000000AABCDEFGHIJ".as_slice(), 10, &mut Vec::new()).unwrap();
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_memory_is_taken() {
        let mut buffer = Vec::new();
        let error = read(&mut b"ffffffff".as_slice(), 1000, &mut buffer).unwrap_err();
        assert!(matches!(error, Fault::TooLong { length: 0xffff_ffff, limit: 1000 }));
        assert_eq!(buffer.capacity(), 0);
    }

    #[test]
    fn a_frame_that_ends_early_is_a_connection_that_ended() {
        for bytes in ["", "0000", "00000005", "00000005abcd"] {
            assert!(fault(bytes.as_bytes()).contains("closed"), "{bytes:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_packet_are_refused() {
        for bytes in [b"00000002\xff\xff".as_slice(), b"00000003\x12\x7fa", b"00000003\x12\x01\xff"] {
            let read = read_packet(&mut &*bytes, 1000, &mut Vec::new());
            assert!(matches!(read, Err(Fault::Decode(_))), "{bytes:?}");
        }
    }
}
