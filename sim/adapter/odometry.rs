//! The clock and the robot's pose, both from the poses that Gazebo publishes after each step.

use discreet_cdr::Writer;
use discreet_ros::Publisher;
use prost::Message;

use crate::frame::{Fault, ROOM};
use crate::msgs::{Pose, PosesStamped, Quaternion, sound};
use crate::ros_out::{Failed, header, numbers, time};

/// Nanoseconds between two messages on /odom.
const ODOMETRY_PERIOD: i64 = 20_000_000;
/// The least time between two on /clock.
const CLOCK_PERIOD: i64 = 10_000_000;

const ODOM: &str = "odom";
const BASE: &str = "base_link";

/// Publishes /clock, /odom and, where its type is installed, /tf.
pub struct Odometry {
    pub clock: Publisher,
    pub odometry: Publisher,
    pub transforms: Option<Publisher>,
    /// The robot's name in Gazebo.
    pub robot: String,
    pub path: Path,
    pub told: Option<i64>,
    pub scratch: Vec<u8>,
}

impl Odometry {
    /// Publishes the clock and odometry of the poses in `buffer`. Returns their stamp, and true if /odom was published.
    pub fn publish(&mut self, buffer: &[u8]) -> Result<(i64, bool), Failed> {
        let (stamp, pose) = decode(buffer.get(ROOM..).unwrap_or_default(), &self.robot)?;
        // Also when the time went back, after a reset of the world.
        if self.told.is_none_or(|told| !(told..told.saturating_add(CLOCK_PERIOD)).contains(&stamp)) {
            self.told = Some(stamp);
            time(&mut Writer::new(&mut self.scratch), stamp);
            self.clock.publish(&self.scratch)?;
        }
        let Some(reading) = pose.and_then(|pose| self.path.at(stamp, pose)) else {
            return Ok((stamp, false));
        };
        reading.write(&mut self.scratch);
        self.odometry.publish(&self.scratch)?;
        if let Some(transforms) = &self.transforms {
            reading.write_transform(&mut self.scratch);
            transforms.publish(&self.scratch)?;
        }
        Ok((stamp, true))
    }
}

/// A place on the floor and a direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    x: f64,
    y: f64,
    yaw: f64,
}

impl Place {
    /// The same pose in the frame of `origin`.
    fn seen_from(self, origin: Place) -> Place {
        let (x, y, (sin, cos)) = (self.x - origin.x, self.y - origin.y, origin.yaw.sin_cos());
        let yaw = self.yaw - origin.yaw;
        Place { x: cos * x + sin * y, y: cos * y - sin * x, yaw: yaw.sin().atan2(yaw.cos()) }
    }
}

/// The stamp of the poses, and the robot's if it is among them.
fn decode(bytes: &[u8], robot: &str) -> Result<(i64, Option<Place>), Fault> {
    let PosesStamped { time, pose } = PosesStamped::decode(bytes)?;
    let stamp = sound(time)?;
    let pose = pose.into_iter().find(|pose| pose.name.as_deref() == Some(robot));
    let place = pose.map(|Pose { position, orientation, .. }| Place {
        x: position.x,
        y: position.y,
        yaw: orientation.yaw(),
    });
    match place {
        Some(Place { x, y, yaw }) if !(x.is_finite() && y.is_finite() && yaw.is_finite()) => {
            Err(Fault::Nonsense("a robot without a finite pose".into()))
        }
        place => Ok((stamp, place)),
    }
}

/// The robot's motion since its start.
#[derive(Debug, Default)]
pub struct Path {
    origin: Option<Place>,
    last: Option<(i64, Place)>,
}

/// Odometry at one time.
#[derive(Debug, PartialEq)]
pub struct Reading {
    stamp: i64,
    place: Place,
    /// Forward, to the left, and turning to the left: metres and radians a second.
    velocity: [f64; 3],
}

impl Path {
    /// Odometry for a robot at `world`; None if it is too soon after the last one.
    fn at(&mut self, stamp: i64, world: Place) -> Option<Reading> {
        let place = world.seen_from(*self.origin.get_or_insert(world));
        let elapsed = self.last.map(|(last, _)| stamp.saturating_sub(last));
        if elapsed.is_some_and(|elapsed| (0..ODOMETRY_PERIOD).contains(&elapsed)) {
            return None;
        }
        let seconds = elapsed.unwrap_or(0) as f64 / 1e9;
        // None before the first, and after a reset of the world.
        let velocity = match self.last.filter(|_| seconds > 0.0) {
            Some((_, last)) => {
                let moved = place.seen_from(last);
                [moved.x / seconds, moved.y / seconds, moved.yaw / seconds]
            }
            None => [0.0; 3],
        };
        self.last = Some((stamp, place));
        Some(Reading { stamp, place, velocity })
    }
}

impl Reading {
    /// Writes a `nav_msgs/msg/Odometry`.
    fn write(&self, message: &mut Vec<u8>) {
        let mut writer = Writer::new(message);
        header(&mut writer, self.stamp, ODOM);
        writer.str(BASE);
        self.write_place(&mut writer);
        let none = [0.0; 36]; // the simulator does not err
        numbers(&mut writer, none);
        let [forward, left, turning] = self.velocity;
        numbers(&mut writer, [forward, left, 0.0, 0.0, 0.0, turning]);
        numbers(&mut writer, none);
    }

    /// Writes a `tf2_msgs/msg/TFMessage` with the one transform from odom to base_link.
    fn write_transform(&self, message: &mut Vec<u8>) {
        let mut writer = Writer::new(message);
        writer.sequence(1);
        header(&mut writer, self.stamp, ODOM);
        writer.str(BASE);
        self.write_place(&mut writer);
    }

    /// Position and orientation, in that order in a pose and in a transform.
    fn write_place(&self, writer: &mut Writer<'_>) {
        let Quaternion { x, y, z, w } = Quaternion::of_yaw(self.place.yaw);
        numbers(writer, [self.place.x, self.place.y, 0.0, x, y, z, w]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msgs::{Time, Vector3};
    use std::f64::consts::{FRAC_PI_2, PI};

    const STEP: i64 = ODOMETRY_PERIOD;

    #[test]
    fn the_way_begins_where_the_robot_started_and_velocity_is_the_robots_own() {
        let mut path = Path::default();
        let start = Place { x: 3.0, y: 1.0, yaw: FRAC_PI_2 };
        assert_eq!(path.at(0, start).unwrap().velocity, [0.0; 3]);
        assert_eq!(path.at(STEP / 2, start), None);
        // In the world it moves along y, which is forward for it.
        let reading = path.at(STEP, Place { y: 1.01, ..start }).unwrap();
        assert!((reading.place.x - 0.01).abs() < 1e-9 && reading.place.y.abs() < 1e-9);
        assert!((reading.velocity[0] - 0.5).abs() < 1e-6 && reading.velocity[1].abs() < 1e-6);
    }

    #[test]
    fn a_turn_through_the_back_is_a_small_turn() {
        let mut path = Path::default();
        let facing = |yaw| Place { x: 0.0, y: 0.0, yaw };
        path.at(0, facing(0.0));
        path.at(STEP, facing(PI - 0.01));
        let reading = path.at(2 * STEP, facing(-PI + 0.01)).unwrap();
        assert!((reading.velocity[2] - 0.02 / 0.02).abs() < 1e-6, "{reading:?}");
    }

    #[test]
    fn a_world_that_is_set_back_goes_on_without_a_leap() {
        let mut path = Path::default();
        let at = |x| Place { x, y: 0.0, yaw: 0.0 };
        path.at(5 * STEP, at(0.0));
        path.at(6 * STEP, at(2.0));
        assert_eq!(path.at(0, at(0.0)).unwrap().velocity, [0.0; 3]);
    }

    #[test]
    fn the_robot_is_found_by_its_name_among_the_poses() {
        let pose = |name: &str, x| Pose {
            name: Some(name.into()),
            position: Vector3 { x, ..Vector3::default() },
            orientation: Quaternion::of_yaw(0.0),
        };
        let time = Time { sec: 0, nsec: 7 };
        let poses = |pose| PosesStamped { time, pose }.encode_to_vec();
        let both = poses(vec![pose("robot::base_link", 9.0), pose("robot", 2.0)]);
        assert_eq!(decode(&both, "robot").unwrap(), (7, Some(Place { x: 2.0, y: 0.0, yaw: 0.0 })));
        assert_eq!(decode(&poses(vec![pose("guest", 1.0)]), "robot").unwrap(), (7, None));
        let nowhere = poses(vec![pose("robot", f64::NAN)]);
        assert!(matches!(decode(&nowhere, "robot"), Err(Fault::Nonsense(_))));
        assert!(matches!(decode(&[0x0a, 0x55], "robot"), Err(Fault::Decode(_))));
    }
}
