//! Adapter between Gazebo classic and ROS 2, for machines without packages for that: `gazebo_adapter --help`.
//!
//! Gazebo's transport is read from the wire (TCP, protobuf); the ROS side is that of the guard, raw CDR. Each topic of
//! Gazebo has a thread (`feed.rs`), and `camera.rs`, `lidar.rs` and `odometry.rs` process its messages. `drive.rs` is the
//! opposite direction, from /cmd_vel to the wheels.

mod adapter;
mod camera;
mod drive;
mod feed;
mod frame;
mod lidar;
mod master;
mod msgs;
mod odometry;
mod ros_out;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use adapter::Adapter;
use anyhow::{Context as _, bail};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Connects a robot in Gazebo classic 11 to ROS 2.
///
/// Its sensors become topics of the node /ros_gz_bridge, and /cmd_vel moves it.
#[derive(Parser)]
#[command(
    name = "gazebo_adapter",
    version,
    after_long_help = "\
Example, with a gzserver whose world `lobby` has a model `robot`:
  GAZEBO_MASTER_URI=http://127.0.0.1:11345 gazebo_adapter --domain 81

Out, stamped with simulation time, reliable, depth 10:
  /camera/image_raw, /camera/camera_info                     rgb8              ~/robot/base_link/camera/image
  /camera/depth/image_rect_raw, /camera/depth/camera_info    32FC1, metres     ~/robot/base_link/depth/image
  /scan                                                      LaserScan         ~/robot/base_link/lidar/scan
  /odom, 50 Hz, and /tf if tf2_msgs is installed             from the start    ~/pose/local/info
  /clock, at most 100 Hz, best effort, depth 1                                 ~/pose/local/info
In:
  /cmd_vel   geometry_msgs/Twist: linear.x and angular.z     ~/robot/vel_cmd, for libDiffDrivePlugin.so
             The robot stops when no command came for half a second of simulation time.
Frames: odom, base_link, laser, camera_optical, depth_optical.

Gazebo has no locks: it listens on all interfaces, and any process that reaches it can control it. Run it, this and the robot's
ROS nodes in a network namespace of their own.

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 Gazebo went away or something broke, 2 wrong options"
)]
struct Arguments {
    /// Gazebo's master [default: GAZEBO_MASTER_URI, or 127.0.0.1:11345]
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
    master: Option<String>,

    /// The ROS domain [default: ROS_DOMAIN_ID, or 0]
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=232))]
    domain: Option<u16>,

    /// The name of the world
    #[arg(long, default_value = "lobby")]
    world: String,

    /// The name of the robot's model
    #[arg(long, default_value = "robot")]
    robot: String,

    /// The camera's horizontal field of view in the world, in degrees
    #[arg(long, value_name = "DEGREES", default_value = "80", value_parser = angle)]
    camera_fov: f64,

    /// The same of the depth camera
    #[arg(long, value_name = "DEGREES", default_value = "80", value_parser = angle)]
    depth_fov: f64,

    /// Time limit for Gazebo, and for each topic, to appear
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    patience: u32,

    /// Print the counts of messages as one line of JSON at the end
    #[arg(long)]
    json: bool,
}

/// An event that ends the adapter.
type Gone = String;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gazebo_adapter: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Before the start, so that a signal during it is not lost.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let (json, patience) = (arguments.json, Duration::from_secs(arguments.patience.into()));
    let (gone, mut going) = mpsc::unbounded_channel();
    let (ready, mut started) = mpsc::channel(1);
    // Connecting waits for Gazebo; signals must not wait.
    std::thread::Builder::new().name("start".into()).spawn(move || {
        let _ended_meanwhile = ready.blocking_send(Adapter::start(&arguments, patience, gone));
    })?;
    let adapter = tokio::select! {
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
        adapter = started.recv() => adapter.context("the start was interrupted")??,
    };
    let (begun, mut flows) = (Instant::now(), false);
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let outcome = loop {
        tokio::select! {
            _ = interrupt.recv() => break Ok(()),
            _ = terminate.recv() => break Ok(()),
            Some(why) = going.recv() => break Err(anyhow::anyhow!("{why}")),
            _ = tick.tick() => {}
        }
        let missing = adapter.missing();
        if !flows && missing.is_empty() {
            flows = true;
            eprintln!("gazebo_adapter: all topics flow on domain {}", adapter.domain());
        }
        if !flows && begun.elapsed() > patience {
            let missing = missing.join(", ");
            break Err(anyhow::anyhow!("no message on {missing} for {} s", patience.as_secs()));
        }
    };
    let counts = adapter.end(outcome.is_ok());
    if json {
        println!("{}", counts.json());
    }
    outcome
}

/// Address of the master, from the arguments or, as in Gazebo's own programs, from the environment.
fn master(option: Option<&str>) -> anyhow::Result<String> {
    match (option, std::env::var("GAZEBO_MASTER_URI")) {
        (Some(option), _) => Ok(option.into()),
        (None, Ok(uri)) if !uri.is_empty() => address(&uri).context("GAZEBO_MASTER_URI"),
        _ => Ok("127.0.0.1:11345".into()),
    }
}

/// `HOST:PORT`, also as a URI, as in GAZEBO_MASTER_URI.
fn address(text: &str) -> anyhow::Result<String> {
    let address = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
    match address.rsplit_once(':').map(|(host, port)| (host, port.parse::<u16>())) {
        Some((host, Ok(_))) if !host.is_empty() => Ok(address.into()),
        _ => bail!("write HOST:PORT, such as 127.0.0.1:11345"),
    }
}

/// Degrees to radians.
fn angle(text: &str) -> anyhow::Result<f64> {
    let degrees: f64 = text.parse()?;
    if !(1.0..180.0).contains(&degrees) {
        bail!("the field of view of a pinhole camera is from 1 to less than 180 degrees");
    }
    Ok(degrees.to_radians())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_master_is_named_as_gazebo_names_it_or_shorter() {
        for text in ["http://127.0.0.1:11345", "http://127.0.0.1:11345/", "127.0.0.1:11345"] {
            assert_eq!(address(text).unwrap(), "127.0.0.1:11345");
        }
        for text in ["", "127.0.0.1", ":11345", "host:port", "host:70000"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_field_of_view_is_an_angle() {
        assert!((angle("90").unwrap() - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
        for text in ["0", "180", "nan", "wide"] {
            assert!(angle(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_options_are_consistent() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
