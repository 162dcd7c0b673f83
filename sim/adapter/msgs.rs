//! The used part of Gazebo's messages (`gazebo.msgs`, protobuf): message types and fields that are read or written here.
//!
//! A `required` field is written even if it is zero: Gazebo does not accept a message without it.

use prost::Message;
use prost::bytes::Bytes;

use crate::frame::Fault;

/// Messages of the master, and requests to it and to publishers.
#[derive(Clone, PartialEq, Message)]
pub struct Packet {
    #[prost(message, required, tag = "1")]
    pub stamp: Time,
    #[prost(string, required, tag = "2")]
    pub kind: String,
    #[prost(bytes = "vec", required, tag = "3")]
    pub serialized_data: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Time {
    #[prost(int32, required, tag = "1")]
    pub sec: i32,
    #[prost(int32, required, tag = "2")]
    pub nsec: i32,
}

impl Time {
    /// Nanoseconds of simulation time.
    pub fn nanoseconds(self) -> i64 {
        i64::from(self.sec) * 1_000_000_000 + i64::from(self.nsec)
    }
}

/// A publisher of a topic.
#[derive(Clone, PartialEq, Message)]
pub struct Publish {
    #[prost(string, required, tag = "1")]
    pub topic: String,
    #[prost(string, required, tag = "2")]
    pub msg_type: String,
    #[prost(string, required, tag = "3")]
    pub host: String,
    #[prost(uint32, required, tag = "4")]
    pub port: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Publishers {
    #[prost(message, repeated, tag = "1")]
    pub publisher: Vec<Publish>,
}

/// A subscription to a topic.
#[derive(Clone, PartialEq, Message)]
pub struct Subscribe {
    #[prost(string, required, tag = "1")]
    pub topic: String,
    #[prost(string, required, tag = "2")]
    pub host: String,
    #[prost(uint32, required, tag = "3")]
    pub port: u32,
    #[prost(string, required, tag = "4")]
    pub msg_type: String,
    #[prost(bool, tag = "5")]
    pub latching: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct ImageStamped {
    #[prost(message, required, tag = "1")]
    pub time: Time,
    #[prost(message, required, tag = "2")]
    pub image: Image,
}

#[derive(Clone, PartialEq, Message)]
pub struct Image {
    #[prost(uint32, required, tag = "1")]
    pub width: u32,
    #[prost(uint32, required, tag = "2")]
    pub height: u32,
    /// Gazebo's numbers: see [`crate::camera`].
    #[prost(uint32, required, tag = "3")]
    pub pixel_format: u32,
    /// Decoded from [`Bytes`], it is a view into them, not a copy.
    #[prost(bytes = "bytes", required, tag = "5")]
    pub data: Bytes,
}

#[derive(Clone, PartialEq, Message)]
pub struct LaserScanStamped {
    #[prost(message, required, tag = "1")]
    pub time: Time,
    #[prost(message, required, tag = "2")]
    pub scan: LaserScan,
}

#[derive(Clone, PartialEq, Message)]
pub struct LaserScan {
    #[prost(double, required, tag = "3")]
    pub angle_min: f64,
    #[prost(double, required, tag = "4")]
    pub angle_max: f64,
    #[prost(double, required, tag = "5")]
    pub angle_step: f64,
    #[prost(double, required, tag = "6")]
    pub range_min: f64,
    #[prost(double, required, tag = "7")]
    pub range_max: f64,
    #[prost(uint32, required, tag = "8")]
    pub count: u32,
    #[prost(double, repeated, packed = "false", tag = "13")]
    pub ranges: Vec<f64>,
    #[prost(double, repeated, packed = "false", tag = "14")]
    pub intensities: Vec<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct PosesStamped {
    #[prost(message, required, tag = "1")]
    pub time: Time,
    #[prost(message, repeated, tag = "2")]
    pub pose: Vec<Pose>,
}

/// A pose; in a command, a velocity.
#[derive(Clone, PartialEq, Message)]
pub struct Pose {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(message, required, tag = "3")]
    pub position: Vector3,
    #[prost(message, required, tag = "4")]
    pub orientation: Quaternion,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Vector3 {
    #[prost(double, required, tag = "1")]
    pub x: f64,
    #[prost(double, required, tag = "2")]
    pub y: f64,
    #[prost(double, required, tag = "3")]
    pub z: f64,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Quaternion {
    #[prost(double, required, tag = "2")]
    pub x: f64,
    #[prost(double, required, tag = "3")]
    pub y: f64,
    #[prost(double, required, tag = "4")]
    pub z: f64,
    #[prost(double, required, tag = "5")]
    pub w: f64,
}

impl Quaternion {
    /// The turn by this angle about the vertical.
    pub fn of_yaw(yaw: f64) -> Quaternion {
        Quaternion { x: 0.0, y: 0.0, z: (yaw / 2.0).sin(), w: (yaw / 2.0).cos() }
    }

    /// The angle about the vertical.
    pub fn yaw(self) -> f64 {
        let Quaternion { x, y, z, w } = self;
        (2.0 * (w * z + x * y)).atan2(1.0 - 2.0 * (y * y + z * z))
    }
}

/// A time on the wire may be anything; simulation time has neither negative seconds nor more than 10^9 nanoseconds.
pub fn sound(time: Time) -> Result<i64, Fault> {
    match time {
        Time { sec: 0.., nsec: 0..1_000_000_000 } => Ok(time.nanoseconds()),
        Time { sec, nsec } => Err(Fault::Nonsense(format!("a stamp of {sec} s and {nsec} ns"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_fields_are_written_even_when_they_are_zero() {
        let zero = Pose { name: None, position: Vector3::default(), orientation: Quaternion::default() };
        assert_eq!(zero.encoded_len(), 2 + 3 * 9 + 2 + 4 * 9);
        assert_eq!(Subscribe::default().encode_to_vec(), [0x0a, 0, 0x12, 0, 0x18, 0, 0x22, 0]);
    }

    #[test]
    fn yaw_survives_the_quaternion_and_a_tilt() {
        for yaw in [-3.1, -1.0, 0.0, 0.3, 3.1] {
            assert!((Quaternion::of_yaw(yaw).yaw() - yaw).abs() < 1e-12, "{yaw}");
        }
        let tilted = Quaternion { x: 0.01_f64.sin(), y: 0.0, z: 0.0, w: 0.01_f64.cos() };
        assert_eq!(tilted.yaw(), 0.0);
    }

    #[test]
    fn a_stamp_out_of_range_is_refused() {
        assert_eq!(sound(Time { sec: 2, nsec: 5 }).unwrap(), 2_000_000_005);
        for (sec, nsec) in [(-1, 0), (0, -1), (0, 1_000_000_000)] {
            assert!(matches!(sound(Time { sec, nsec }), Err(Fault::Nonsense(_))));
        }
    }
}
