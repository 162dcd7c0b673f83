//! Where something seen by one camera is in the picture of another.

use super::{Area, Size};

/// The type of the messages that describe a camera's lens.
pub const CAMERA_INFO_TYPE: &str = "sensor_msgs/msg/CameraInfo";

/// A camera's intrinsics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intrinsics {}

impl Intrinsics {
    /// Reads them.
    pub fn of_camera_info(_cdr: &[u8]) -> Option<Intrinsics> {
        None
    }
}

/// A camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// Its pictures' columns and rows.
    pub size: Size,
    /// Its lens, if known.
    pub lens: Option<Intrinsics>,
}

/// Maps.
pub fn mapped(area: Area, from: Camera, to: Camera) -> Area {
    area.scaled(from.size, to.size)
}
