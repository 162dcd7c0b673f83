//! Frames of a camera, published from the memory that they were read into, and its `CameraInfo`.

use std::ops::Range;

use discreet_cdr::Writer;
use discreet_ros::Publisher;
use prost::Message;
use prost::bytes::Bytes;

use crate::frame::{Fault, ROOM};
use crate::msgs::{ImageStamped, sound};
use crate::ros_out::{Failed, header, numbers};

/// Gazebo's number for three bytes a pixel, red first.
const RGB_INT8: u32 = 3;
/// Its number for a distance in metres, a float in this machine's byte order.
const R_FLOAT32: u32 = 13;

/// Publishes one camera.
pub struct Camera {
    pub image: Publisher,
    pub info: Publisher,
    pub frame_id: &'static str,
    /// Horizontal field of view, radians.
    pub fov: f64,
    /// Buffer in which ROS messages are written before they are published.
    pub scratch: Vec<u8>,
}

impl Camera {
    /// Publishes the frame in `buffer` after [`ROOM`] bytes, and returns its stamp.
    ///
    /// Its pixels are not moved: the header of the ROS image overwrites that of Gazebo's image.
    pub fn publish(&mut self, buffer: &mut Vec<u8>) -> Result<i64, Failed> {
        let picture = look(buffer)?;
        let message = in_place(&picture, self.frame_id, &mut self.scratch, buffer)?;
        self.image.publish(message)?;
        write_info(&picture, self.frame_id, self.fov, &mut self.scratch);
        self.info.publish(&self.scratch)?;
        Ok(picture.stamp)
    }
}

/// A frame whose sizes agree with each other.
#[derive(Debug, PartialEq)]
struct Picture {
    stamp: i64,
    width: u32,
    height: u32,
    step: u32,
    encoding: &'static str,
    /// Position of its pixels in the buffer.
    pixels: Range<usize>,
}

/// Decodes and checks the frame in `buffer`, which does not change.
fn look(buffer: &mut Vec<u8>) -> Result<Picture, Fault> {
    // `Bytes` counts references, so that the pixels are decoded to a view; afterwards the memory is owned again.
    let whole = Bytes::from(std::mem::take(buffer));
    let looked = look_at(&whole);
    *buffer = whole.into();
    looked
}

fn look_at(whole: &Bytes) -> Result<Picture, Fault> {
    let stamped = ImageStamped::decode(whole.slice(ROOM.min(whole.len())..))?;
    let (stamp, image) = (sound(stamped.time)?, stamped.image);
    let (encoding, pixel) = match image.pixel_format {
        RGB_INT8 => ("rgb8", 3),
        R_FLOAT32 => ("32FC1", 4),
        other => {
            return Err(Fault::Nonsense(format!(
                "an image of pixel format {other}; set <format>R8G8B8</format> for the camera"
            )));
        }
    };
    // Gazebo's own step is ignored: that of a depth camera is wrong, because it is computed for a colour image.
    let step = image.width.checked_mul(pixel);
    let size = step.and_then(|step| step.checked_mul(image.height));
    let (Some(step), true) = (step, size.is_some_and(|size| size as usize == image.data.len())) else {
        let (width, height, bytes) = (image.width, image.height, image.data.len());
        return Err(Fault::Nonsense(format!("{width}x{height} {encoding} with {bytes} bytes")));
    };
    let begin = image.data.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    let pixels = begin..begin.wrapping_add(image.data.len());
    if image.data.is_empty() || begin < ROOM || whole.get(pixels.clone()).is_none() {
        return Err(Fault::Nonsense("an image without pixels".into()));
    }
    let (width, height) = (image.width, image.height);
    Ok(Picture { stamp, width, height, step, encoding, pixels })
}

/// Completes a `sensor_msgs/msg/Image` around the pixels.
fn in_place<'a>(
    picture: &Picture,
    frame_id: &str,
    scratch: &mut Vec<u8>,
    buffer: &'a mut [u8],
) -> Result<&'a [u8], Fault> {
    let mut writer = Writer::new(scratch);
    header(&mut writer, picture.stamp, frame_id);
    writer.u32(picture.height);
    writer.u32(picture.width);
    writer.str(picture.encoding);
    writer.bool(false); // little-endian, as every machine that Gazebo runs on
    writer.u32(picture.step);
    writer.sequence(picture.pixels.len());
    let begin = picture.pixels.start.checked_sub(scratch.len());
    let message = begin.and_then(|begin| buffer.get_mut(begin..picture.pixels.end));
    let message = message.ok_or_else(|| Fault::Nonsense("no room before an image".into()))?;
    let (front, _) = message.split_at_mut(scratch.len());
    front.copy_from_slice(scratch);
    Ok(message)
}

/// Writes the `sensor_msgs/msg/CameraInfo` of a pinhole camera without distortion and with square pixels, as Gazebo has it.
fn write_info(picture: &Picture, frame_id: &str, fov: f64, info: &mut Vec<u8>) {
    let (width, height) = (f64::from(picture.width), f64::from(picture.height));
    let focal = width / 2.0 / (fov / 2.0).tan();
    // In ROS the origin is the centre of the first pixel.
    let (x, y) = ((width - 1.0) / 2.0, (height - 1.0) / 2.0);
    let mut writer = Writer::new(info);
    header(&mut writer, picture.stamp, frame_id);
    writer.u32(picture.height);
    writer.u32(picture.width);
    writer.str("plumb_bob");
    writer.sequence(5);
    numbers(&mut writer, [0.0; 5]);
    numbers(&mut writer, [focal, 0.0, x, 0.0, focal, y, 0.0, 0.0, 1.0]);
    numbers(&mut writer, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    numbers(&mut writer, [focal, 0.0, x, 0.0, 0.0, focal, y, 0.0, 0.0, 0.0, 1.0, 0.0]);
    (0..6).for_each(|_| writer.u32(0)); // binning and region of interest: the whole picture
    writer.bool(false);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msgs::{Image, Time};
    use discreet_cdr::Reader;

    fn framed(image: &Image) -> Vec<u8> {
        let stamped = ImageStamped { time: Time { sec: 3, nsec: 4 }, image: image.clone() };
        let mut buffer = vec![0; ROOM];
        stamped.encode_raw(&mut buffer);
        buffer
    }

    fn two_by_one() -> Image {
        Image { width: 2, height: 1, pixel_format: RGB_INT8, data: Bytes::from_static(b"abcdef") }
    }

    #[test]
    fn a_frame_becomes_a_ros_image_without_its_pixels_moving() {
        let mut buffer = framed(&two_by_one());
        let memory = buffer.as_ptr();
        let picture = look(&mut buffer).unwrap();
        assert_eq!(buffer.as_ptr(), memory);
        assert_eq!(&buffer[picture.pixels.clone()], b"abcdef");
        let message = in_place(&picture, "camera_optical", &mut Vec::new(), &mut buffer).unwrap();
        assert_eq!(message.as_ptr_range().end, memory.wrapping_add(picture.pixels.end));

        let mut reader = Reader::new(message).unwrap();
        assert_eq!((reader.i32(), reader.u32()), (Ok(3), Ok(4)));
        assert_eq!(reader.string(None), Ok(b"camera_optical".as_slice()));
        assert_eq!((reader.u32(), reader.u32()), (Ok(1), Ok(2)));
        assert_eq!(reader.string(None), Ok(b"rgb8".as_slice()));
        assert_eq!((reader.bool(), reader.u32()), (Ok(false), Ok(6)));
        assert_eq!(reader.octets(), Ok(b"abcdef".as_slice()));
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn an_image_that_lies_about_its_size_is_refused_and_the_buffer_is_kept() {
        let short = Bytes::from_static(b"abcde");
        let lies: [Image; 5] = [
            Image { data: short, ..two_by_one() },
            Image { height: 2, ..two_by_one() },
            Image { pixel_format: 1, ..two_by_one() },
            Image { width: u32::MAX, height: u32::MAX, ..two_by_one() },
            Image { width: 0, data: Bytes::new(), ..two_by_one() },
        ];
        for lie in lies {
            let mut buffer = framed(&lie);
            let before = buffer.clone();
            assert!(matches!(look(&mut buffer), Err(Fault::Nonsense(_))), "{lie:?}");
            assert_eq!(buffer, before);
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_an_error() {
        let whole = framed(&two_by_one());
        for length in 0..whole.len() {
            assert!(look(&mut whole[..length].to_vec()).is_err(), "{length}");
        }
    }

    #[test]
    fn a_right_angle_has_a_focal_length_of_half_the_width() {
        let mut buffer = framed(&two_by_one());
        let (picture, mut info) = (look(&mut buffer).unwrap(), Vec::new());
        write_info(&picture, "x", std::f64::consts::FRAC_PI_2, &mut info);
        let mut reader = Reader::new(&info).unwrap();
        let _ = (reader.u64(), reader.string(None), reader.u32(), reader.u32(), reader.string(None));
        let _ = (reader.u32(), (0..5).map(|_| reader.f64()).count());
        let k: Vec<f64> = (0..9).map(|_| reader.f64().unwrap()).collect();
        assert!((k[0] - 1.0).abs() < 1e-12 && k[0] == k[4], "{k:?}");
        assert_eq!((k[2], k[5], k[8]), (0.5, 0.0, 1.0));
    }
}
