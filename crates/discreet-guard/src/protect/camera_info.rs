//! Projection and size of a camera, learned from its `sensor_msgs/msg/CameraInfo`: for topics that reuse its findings, and to
//! hold images against.

use std::sync::Arc;

use crate::classify::Classified;
use crate::denied::Denied;
use discreet_redact::{Calibration, Cameras};

/// Learns from the messages of one `camera_info` topic.
pub struct CameraInfo {
    topic: String,
    cameras: Arc<Cameras>,
}

impl CameraInfo {
    /// For this topic. Projections are kept in `cameras`.
    pub fn new(topic: &str, cameras: Arc<Cameras>) -> CameraInfo {
        CameraInfo { topic: topic.into(), cameras }
    }

    /// Learns from a message of an accepted publisher. One that cannot be read ends the known projection.
    pub fn learn(&self, classified: &Result<Classified<'_>, Denied>) {
        let known = match classified {
            Ok(classified) => Calibration::read(classified.cdr()).ok(),
            Err(Denied::Malformed) => None,
            Err(_) => return,
        };
        self.cameras.set_calibration(&self.topic, known);
    }
}
