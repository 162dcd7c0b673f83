//! Commands: converts /cmd_vel to the messages of Gazebo's differential drive.

use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use discreet_cdr::{Malformed, Reader};
use discreet_ros::{SerializedMessage, Subscription};
use prost::Message;

use crate::frame::{Fault, read_packet, write};
use crate::msgs::{Pose, Publish, Quaternion, Subscribe, Vector3};
use crate::ros_out::Counts;

/// Type of the drive plugin's messages.
const COMMAND_TYPE: &str = "gazebo.msgs.Pose";

/// Simulated time for which a command is valid if no other follows. Real bases have such a limit too.
const HOLDS: i64 = 500_000_000;

/// The plugin reads a turning speed from a yaw angle, which is limited to half a turn.
const FASTEST_TURN: f64 = 3.1;

/// A request to subscribe is small.
const LIMIT: usize = 64 << 10;

/// Interval at which threads check whether they should end.
const LOOK: Duration = Duration::from_millis(50);

/// The robot's drive in Gazebo: the connected subscribers of commands.
pub struct Drive {
    topic: String,
    counts: Arc<Counts>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    listeners: Vec<TcpStream>,
    /// The present command, unless it is to stand still, and its time of arrival.
    moving: Option<i64>,
}

/// Forward in metres a second, and turning left in radians a second.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Command {
    forward: f64,
    turn: f64,
}

const STOP: Command = Command { forward: 0.0, turn: 0.0 };

impl Drive {
    pub fn new(topic: String, counts: Arc<Counts>) -> Arc<Drive> {
        Arc::new(Drive { topic, counts, state: Mutex::default() })
    }

    /// Listens for subscribers of commands. The caller announces the returned publisher to the master.
    pub fn open(self: &Arc<Self>, address: IpAddr, stop: Arc<AtomicBool>) -> Result<Publish, Fault> {
        let listener = TcpListener::bind((address, 0))?;
        listener.set_nonblocking(true)?;
        let publish = Publish {
            topic: self.topic.clone(),
            msg_type: COMMAND_TYPE.into(),
            host: address.to_string(),
            port: listener.local_addr()?.port().into(),
        };
        let drive = Arc::clone(self);
        std::thread::Builder::new().name("drive".into()).spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, _)) => {
                        // Requests for other topics are not served.
                        let _refused = drive.serve(stream);
                    }
                    Err(_) => std::thread::sleep(LOOK),
                }
            }
        })?;
        Ok(publish)
    }

    fn serve(&self, mut stream: TcpStream) -> Result<(), Fault> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.set_write_timeout(Some(Duration::from_secs(2)))?;
        let packet = read_packet(&mut stream, LIMIT, &mut Vec::new())?;
        let wanted = Subscribe::decode(packet.serialized_data.as_slice())?;
        if packet.kind != "sub" || wanted.topic != self.topic {
            return Err(Fault::Nonsense(format!(
                "`{}` is not published here",
                wanted.topic.escape_default()
            )));
        }
        self.lock().listeners.push(stream);
        Ok(())
    }

    /// True if there is a subscriber in Gazebo.
    pub fn is_heard(&self) -> bool {
        !self.lock().listeners.is_empty()
    }

    /// Takes commands from ROS until `stop` is set.
    pub fn obey(
        &self,
        mut commands: Subscription,
        woken: &mpsc::Receiver<()>,
        stop: &AtomicBool,
    ) -> Result<(), discreet_ros::RosError> {
        let mut message = SerializedMessage::new();
        while !stop.load(Ordering::Relaxed) {
            let _looked = woken.recv_timeout(LOOK);
            while commands.take(&mut message)?.is_some() {
                self.counts.commands.fetch_add(1, Ordering::Relaxed);
                let heard = match decode(message.as_bytes()) {
                    Ok(command) => self.send(command, &mut self.lock()),
                    Err(_) => false,
                };
                if !heard {
                    self.counts.commands_lost.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        self.send(STOP, &mut self.lock()); // nothing stops it later
        Ok(())
    }

    /// Stops the robot when the last command is too old.
    pub fn tick(&self, now: i64) {
        let mut state = self.lock();
        if state.moving.is_some_and(|since| now.saturating_sub(since) > HOLDS) {
            self.send(STOP, &mut state);
            self.counts.stops.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sends a command to all subscribers; false if there are none.
    fn send(&self, command: Command, state: &mut State) -> bool {
        let pose = Pose {
            name: None,
            position: Vector3 { x: command.forward, y: 0.0, z: 0.0 },
            orientation: Quaternion::of_yaw(-command.turn), // the plugin turns right where ROS turns left
        };
        state.listeners.retain_mut(|listener| write(listener, &pose).is_ok());
        state.moving = (command != STOP).then(|| self.counts.now.load(Ordering::Relaxed));
        !state.listeners.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a `geometry_msgs/msg/Twist`. A speed that is not a number stops the robot.
fn decode(message: &[u8]) -> Result<Command, Malformed> {
    let mut reader = Reader::new(message)?;
    let forward = reader.f64()?;
    for _ in 0..4 {
        reader.f64()?; // what wheels cannot do
    }
    let turn = reader.f64()?;
    reader.end()?;
    if !(forward.is_finite() && turn.is_finite()) {
        return Ok(STOP);
    }
    Ok(Command { forward, turn: turn.clamp(-FASTEST_TURN, FASTEST_TURN) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{ROOM, read, write_packet};
    use std::net::Ipv4Addr;

    const TOPIC: &str = "/gazebo/lobby/robot/vel_cmd";

    fn twist(forward: f64, turn: f64) -> Vec<u8> {
        let mut message = Vec::new();
        let mut writer = discreet_cdr::Writer::new(&mut message);
        crate::ros_out::numbers(&mut writer, [forward, 7.0, 7.0, 7.0, 7.0, turn]);
        message
    }

    #[test]
    fn a_twist_is_its_forward_and_turning_speed_within_what_the_plugin_can_be_told() {
        assert_eq!(decode(&twist(0.5, -0.2)), Ok(Command { forward: 0.5, turn: -0.2 }));
        assert_eq!(decode(&twist(0.0, 9.0)), Ok(Command { forward: 0.0, turn: FASTEST_TURN }));
        assert_eq!(decode(&twist(f64::NAN, 0.0)), Ok(STOP));
        assert_eq!(decode(&twist(1.0, f64::INFINITY)), Ok(STOP));
        assert!(decode(&twist(0.0, 0.0)[..51]).is_err());
    }

    #[test]
    fn who_subscribes_gets_commands_and_a_stop_when_the_last_is_too_old() {
        let counts = Arc::new(Counts::default());
        let drive = Drive::new(TOPIC.into(), Arc::clone(&counts));
        let stop = Arc::new(AtomicBool::new(false));
        let publish = drive.open(Ipv4Addr::LOCALHOST.into(), Arc::clone(&stop)).unwrap();
        let connect = || TcpStream::connect((publish.host.as_str(), publish.port as u16)).unwrap();

        let mut curious = connect();
        let other = Subscribe { topic: "/gazebo/lobby/robot/secrets".into(), ..Subscribe::default() };
        write_packet(&mut curious, "sub", &other).unwrap();
        assert!(matches!(read(&mut curious, LIMIT, &mut Vec::new()), Err(Fault::Gone)));

        let mut plugin = connect();
        write_packet(&mut plugin, "sub", &Subscribe { topic: TOPIC.into(), ..Subscribe::default() }).unwrap();
        while !drive.is_heard() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut next = || {
            let mut buffer = Vec::new();
            read(&mut plugin, LIMIT, &mut buffer).unwrap();
            let Pose { position, orientation, .. } = Pose::decode(&buffer[ROOM..]).unwrap();
            (position.x, (orientation.yaw() * 1e6).round() / 1e6 + 0.0)
        };
        counts.now.store(HOLDS, Ordering::Relaxed);
        assert!(drive.send(Command { forward: 0.5, turn: 0.25 }, &mut drive.lock()));
        assert_eq!(next(), (0.5, -0.25));
        drive.tick(2 * HOLDS);
        assert_eq!(counts.stops.load(Ordering::Relaxed), 0);
        drive.tick(2 * HOLDS + 1);
        assert_eq!(next(), (0.0, 0.0));
        drive.tick(9 * HOLDS);
        assert_eq!(counts.stops.load(Ordering::Relaxed), 1);
        stop.store(true, Ordering::Relaxed);
    }

    #[test]
    fn a_command_that_nobody_hears_is_told_apart() {
        let drive = Drive::new(TOPIC.into(), Arc::default());
        assert!(!drive.send(STOP, &mut drive.lock()));
    }
}
