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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::classify;
    use crate::message::{Buffer, Origin, Received};
    use crate::sources::PublisherTrust;
    use discreet_cdr::{Plan, Writer};
    use discreet_policy::Policy;

    /// The fields of a CameraInfo, one after the other; `numbers` are its three matrices.
    const TYPE: &str = r#"{"type_description":{"type_name":"a/msg/Info","fields":[
        {"name":"sec","type":{"type_id":6}},{"name":"nanosec","type":{"type_id":7}},
        {"name":"frame","type":{"type_id":17}},
        {"name":"size","type":{"type_id":55,"capacity":2}},{"name":"model","type":{"type_id":17}},
        {"name":"d","type":{"type_id":155}},{"name":"numbers","type":{"type_id":59,"capacity":30}},
        {"name":"rest","type":{"type_id":55,"capacity":6}},{"name":"rectify","type":{"type_id":15}}]},
        "referenced_type_descriptions":[]}"#;

    const POLICY: &str = "{ discreet: 1, robot: r, version: 1, classes: { operational: { retention: 7d } },
        topics: { /head/camera_info: { type: a/msg/Info, class: operational } },
        rules: [ { who: everyone, read: operational, as: clear } ] }";

    fn info() -> Vec<u8> {
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message);
        writer.i32(0);
        writer.u32(0);
        writer.str("head");
        [480, 640].into_iter().for_each(|side| writer.u32(side));
        writer.str("plumb_bob");
        writer.sequence(0);
        (0..30).for_each(|at| writer.f64(f64::from(at) + 100.0));
        (0..6).for_each(|_| writer.u32(0));
        writer.bool(false);
        message
    }

    #[test]
    fn a_camera_is_known_by_its_last_message_and_not_by_one_of_a_stranger() {
        let (policy, _) = Policy::read("p.yaml", POLICY).unwrap();
        let topic = policy.topic("/head/camera_info").unwrap();
        let plan = Plan::compile(&serde_json::from_str(TYPE).unwrap()).unwrap();
        let cameras = Arc::new(Cameras::default());
        let camera_info = CameraInfo::new(topic.name(), Arc::clone(&cameras));
        let learn = |trust, cdr: &mut [u8]| {
            let origin = Origin { publisher: [1; 16], trust, sequence: 1, source_stamp: 0 };
            camera_info.learn(&classify(topic, &plan, None, Received { origin, cdr: Buffer::new(cdr) }));
            cameras.intrinsics("/head/image_raw").map(|known| known.size)
        };
        assert_eq!(learn(PublisherTrust::Awaited, &mut info()), None);
        assert_eq!(learn(PublisherTrust::Accepted, &mut info()), Some((640, 480)));
        assert_eq!(learn(PublisherTrust::Awaited, &mut info()[..9]), Some((640, 480)));
        assert_eq!(learn(PublisherTrust::Accepted, &mut info()[..9]), None);
    }
}
