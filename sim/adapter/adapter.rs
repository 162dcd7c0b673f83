//! The whole adapter: the threads that read each topic, and the publishers that they feed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use discreet_graph::qos::Qos;
use discreet_ros::{Context, Node, Publisher, RosError, Subscription, TypeSupport, own_domain};
use tokio::sync::mpsc::UnboundedSender;

use crate::camera::Camera;
use crate::drive::Drive;
use crate::feed::{Feed, LAST_WORDS};
use crate::lidar::Lidar;
use crate::master::Master;
use crate::odometry::{Odometry, Path};
use crate::ros_out::{CLOCK, Counts, Failed, Flow, SENSOR};
use crate::{Arguments, Gone};

/// The name of newer Gazebo's bridge, so that one policy fits both.
const NODE: &str = "ros_gz_bridge";

const CAMERA_FRAME: &str = "camera_optical";
const DEPTH_FRAME: &str = "depth_optical";
const LASER_FRAME: &str = "laser";

/// A robot in Gazebo that is connected to ROS.
pub struct Adapter {
    domain: usize,
    counts: Arc<Counts>,
    drive: Arc<Drive>,
    stop: Arc<AtomicBool>,
    master: Master,
    feeds: Vec<Feed>,
    obeying: JoinHandle<()>,
}

impl Adapter {
    /// Waits for Gazebo and for all topics, and starts. Sends a reason to `gone` when it cannot continue.
    pub fn start(
        arguments: &Arguments,
        patience: Duration,
        gone: UnboundedSender<Gone>,
    ) -> anyhow::Result<Adapter> {
        let deadline = Instant::now() + patience;
        let domain = match arguments.domain {
            Some(domain) => domain.into(),
            None => own_domain().map_err(anyhow::Error::msg)?,
        };
        let address = crate::master(arguments.master.as_deref())?;
        let node = Node::new(&Context::new(domain)?, NODE)?;
        let (counts, stop) = (Arc::new(Counts::default()), Arc::new(AtomicBool::new(false)));

        let telling = gone.clone();
        let master = Master::connect(&address, deadline, move |fault| {
            let _ending = telling.send(format!("Gazebo's master at its end: {fault}"));
        })
        .with_context(|| format!("Gazebo's master at {address}"))?;

        let drive = Drive::new(
            format!("/gazebo/{}/{}/vel_cmd", arguments.world, arguments.robot),
            Arc::clone(&counts),
        );
        let publish = drive.open(master.own_address()?, Arc::clone(&stop))?;
        master.advertise(&publish)?;
        let obeying = obey(&node, Arc::clone(&drive), Arc::clone(&stop), gone.clone())?;

        let mut adapter = Adapter { domain, counts, drive, stop, master, feeds: Vec::new(), obeying };
        if let Err(error) = adapter.feed_all(arguments, &node, deadline, &gone) {
            adapter.end(true); // what runs already uses what the end of the process takes down
            return Err(error);
        }
        Ok(adapter)
    }

    fn feed_all(
        &mut self,
        arguments: &Arguments,
        node: &Arc<Node>,
        deadline: Instant,
        gone: &UnboundedSender<Gone>,
    ) -> anyhow::Result<()> {
        let publisher = |topic: &str, type_name: &str, qos: Qos| {
            Publisher::new(node, topic, &TypeSupport::load(type_name)?, qos)
        };
        let camera = |image: &str, info: &str, frame_id, fov| -> Result<Camera, RosError> {
            let image = publisher(image, "sensor_msgs/msg/Image", SENSOR)?;
            let info = publisher(info, "sensor_msgs/msg/CameraInfo", SENSOR)?;
            Ok(Camera { image, info, frame_id, fov, scratch: Vec::new() })
        };
        let mut color =
            camera("/camera/image_raw", "/camera/camera_info", CAMERA_FRAME, arguments.camera_fov)?;
        let mut depth = camera(
            "/camera/depth/image_rect_raw",
            "/camera/depth/camera_info",
            DEPTH_FRAME,
            arguments.depth_fov,
        )?;
        let mut lidar = Lidar {
            scan: publisher("/scan", "sensor_msgs/msg/LaserScan", SENSOR)?,
            frame_id: LASER_FRAME,
            before: None,
            scratch: Vec::new(),
        };
        let mut odometry = Odometry {
            clock: publisher("/clock", "rosgraph_msgs/msg/Clock", CLOCK)?,
            odometry: publisher("/odom", "nav_msgs/msg/Odometry", SENSOR)?,
            transforms: match TypeSupport::load("tf2_msgs/msg/TFMessage") {
                Ok(types) => Some(Publisher::new(node, "/tf", &types, Qos { depth: 100, ..SENSOR })?),
                Err(_) => {
                    eprintln!("gazebo_adapter: no /tf, because tf2_msgs is not installed");
                    None
                }
            },
            robot: arguments.robot.clone(),
            path: Path::default(),
            told: None,
            scratch: Vec::new(),
        };

        let world = format!("/gazebo/{}", arguments.world);
        let link = format!("{world}/{}/base_link", arguments.robot);
        let counts = Arc::clone(&self.counts);
        let drive = Arc::clone(&self.drive);
        // Not ~/pose/info: it is limited by the wall clock, to less than 60 a second.
        self.feed(format!("{world}/pose/local/info"), deadline, gone, move |buffer| {
            let (stamp, told) = odometry.publish(buffer)?;
            counts.now.store(stamp, Ordering::Relaxed);
            if told {
                counts.odometry.fetch_add(1, Ordering::Relaxed);
            }
            drive.tick(stamp);
            Ok(())
        })?;
        let flow = |flow: fn(&Counts) -> &Flow| {
            let counts = Arc::clone(&self.counts);
            move |stamp: i64| flow(&counts).add(stamp)
        };
        let (frames, depth_frames, scans) = (
            flow(|counts| &counts.frames),
            flow(|counts| &counts.depth_frames),
            flow(|counts| &counts.scans),
        );
        self.feed(format!("{link}/camera/image"), deadline, gone, move |buffer| {
            color.publish(buffer).map(&frames)
        })?;
        self.feed(format!("{link}/depth/image"), deadline, gone, move |buffer| {
            depth.publish(buffer).map(&depth_frames)
        })?;
        self.feed(format!("{link}/lidar/scan"), deadline, gone, move |buffer| {
            lidar.publish(buffer).map(&scans)
        })?;
        Ok(())
    }

    fn feed(
        &mut self,
        topic: String,
        deadline: Instant,
        gone: &UnboundedSender<Gone>,
        work: impl FnMut(&mut Vec<u8>) -> Result<(), Failed> + Send + 'static,
    ) -> anyhow::Result<()> {
        let publish = self.master.find(&topic, deadline).with_context(|| {
            format!("nothing in Gazebo publishes {topic}: check the name of the world, the sensor of the robot, and the display of gzserver")
        })?;
        let (gone, name) = (gone.clone(), topic.clone());
        let gone = move |failed: Failed| drop(gone.send(format!("{name}: {failed}")));
        self.feeds.push(Feed::start(publish, Arc::clone(&self.counts), work, gone).context(topic)?);
        Ok(())
    }

    /// Topics without a message since the start.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = self.counts.silent();
        if !self.drive.is_heard() {
            missing.push("/cmd_vel (no libDiffDrivePlugin.so has subscribed)");
        }
        missing
    }

    pub fn domain(&self) -> usize {
        self.domain
    }

    /// Stops the robot and all threads. `politely`: Gazebo keeps running, and must be able to serve others.
    pub fn end(self, politely: bool) -> Arc<Counts> {
        self.stop.store(true, Ordering::Relaxed);
        let _panicked = self.obeying.join();
        if politely {
            self.feeds.iter().for_each(|feed| feed.unsubscribe(&self.master));
            std::thread::sleep(LAST_WORDS);
        }
        self.feeds.into_iter().for_each(Feed::end);
        self.counts
    }
}

/// Subscribes to /cmd_vel.
fn obey(
    node: &Arc<Node>,
    drive: Arc<Drive>,
    stop: Arc<AtomicBool>,
    gone: UnboundedSender<Gone>,
) -> anyhow::Result<JoinHandle<()>> {
    let (waker, woken) = mpsc::sync_channel(1);
    let on_message = Box::new(move || {
        let _already_woken = waker.try_send(());
    });
    let types = TypeSupport::load("geometry_msgs/msg/Twist")?;
    let commands = Subscription::new(node, "/cmd_vel", &types, SENSOR, on_message)?;
    let obeying = std::thread::Builder::new().name("cmd_vel".into()).spawn(move || {
        if let Err(error) = drive.obey(commands, &woken, &stop) {
            let _ending = gone.send(format!("/cmd_vel: {error}"));
        }
    })?;
    Ok(obeying)
}
