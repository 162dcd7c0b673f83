//! Scans.

use discreet_cdr::Writer;
use discreet_ros::Publisher;
use prost::Message;

use crate::frame::{Fault, ROOM};
use crate::msgs::{LaserScan, LaserScanStamped, sound};
use crate::ros_out::{Failed, header};

/// Publishes a lidar as `sensor_msgs/msg/LaserScan`.
pub struct Lidar {
    pub scan: Publisher,
    pub frame_id: &'static str,
    /// Stamp of the last scan, for the time between two.
    pub before: Option<i64>,
    pub scratch: Vec<u8>,
}

impl Lidar {
    /// Publishes the scan in `buffer` after [`ROOM`] bytes, and returns its stamp.
    pub fn publish(&mut self, buffer: &[u8]) -> Result<i64, Failed> {
        let (stamp, scan) = decode(buffer.get(ROOM..).unwrap_or_default())?;
        let period = self.before.replace(stamp).map_or(0, |before| stamp.saturating_sub(before).max(0));
        write(&scan, stamp, period, self.frame_id, &mut self.scratch);
        self.scan.publish(&self.scratch)?;
        Ok(stamp)
    }
}

fn decode(bytes: &[u8]) -> Result<(i64, LaserScan), Fault> {
    let LaserScanStamped { time, scan } = LaserScanStamped::decode(bytes)?;
    if scan.ranges.is_empty() || scan.ranges.len() != scan.count as usize {
        let (claimed, ranges) = (scan.count, scan.ranges.len());
        return Err(Fault::Nonsense(format!("a scan of {claimed} beams with {ranges} ranges, in one layer")));
    }
    Ok((sound(time)?, scan))
}

fn write(scan: &LaserScan, stamp: i64, period: i64, frame_id: &str, message: &mut Vec<u8>) {
    let mut writer = Writer::new(message);
    header(&mut writer, stamp, frame_id);
    writer.f32(scan.angle_min as f32);
    writer.f32(scan.angle_max as f32);
    writer.f32(scan.angle_step as f32);
    writer.f32(0.0); // all beams of a simulated scan are of one instant
    writer.f32(period as f32 / 1e9);
    writer.f32(scan.range_min as f32);
    writer.f32(scan.range_max as f32);
    writer.sequence(scan.ranges.len());
    for range in &scan.ranges {
        // REP 117: infinity if there is no object within range.
        writer.f32(if *range >= scan.range_max { f32::INFINITY } else { *range as f32 });
    }
    writer.sequence(scan.intensities.len());
    scan.intensities.iter().for_each(|intensity| writer.f32(*intensity as f32));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msgs::Time;
    use discreet_cdr::Reader;

    fn three_beams() -> LaserScanStamped {
        let scan = LaserScan {
            angle_min: -1.0,
            angle_max: 1.0,
            angle_step: 1.0,
            range_min: 0.1,
            range_max: 8.0,
            count: 3,
            ranges: vec![2.5, f64::INFINITY, 8.0],
            intensities: vec![0.0, 1.0, 2.0],
        };
        LaserScanStamped { time: Time { sec: 1, nsec: 2 }, scan }
    }

    #[test]
    fn a_scan_keeps_its_ranges_and_what_is_beyond_reach_is_infinite() {
        let (stamp, scan) = decode(&three_beams().encode_to_vec()).unwrap();
        let mut message = Vec::new();
        write(&scan, stamp, 100_000_000, "laser", &mut message);
        let mut reader = Reader::new(&message).unwrap();
        assert_eq!((reader.i32(), reader.u32()), (Ok(1), Ok(2)));
        assert_eq!(reader.string(None), Ok(b"laser".as_slice()));
        let seven: Vec<f32> = (0..7).map(|_| reader.f32().unwrap()).collect();
        assert_eq!(seven, [-1.0, 1.0, 1.0, 0.0, 0.1, 0.1, 8.0]);
        let ranges: Vec<f32> = (0..reader.u32().unwrap()).map(|_| reader.f32().unwrap()).collect();
        assert_eq!(ranges, [2.5, f32::INFINITY, f32::INFINITY]);
        let intensities: Vec<f32> = (0..reader.u32().unwrap()).map(|_| reader.f32().unwrap()).collect();
        assert_eq!(intensities, [0.0, 1.0, 2.0]);
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn a_scan_that_lies_about_its_beams_is_refused() {
        let mut scan = three_beams();
        scan.scan.count = 2;
        assert!(matches!(decode(&scan.encode_to_vec()), Err(Fault::Nonsense(_))));
        assert!(matches!(decode(&LaserScanStamped::default().encode_to_vec()), Err(Fault::Nonsense(_))));
        assert!(matches!(decode(&[0xff; 3]), Err(Fault::Decode(_))));
    }
}
