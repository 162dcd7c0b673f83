//! Projection of findings from one camera's frame to another's: findings in colour are covered in depth.
//!
//! The two cameras are assumed to look in the same direction from nearly the same place, as in every
//! colour-and-depth camera. A margin covers rotation, lens distortion and the distance between them.

use super::area::Size;
use super::frame::stamp;
use super::{Area, Frame};
use discreet_cdr::{Malformed, Reader};

/// An area is enlarged on each side by this part of its own size. Two cameras five centimetres apart see a
/// thing shifted by five centimetres at any distance, and a face's area is at least sixteen wide: a third of
/// it, if they are in time. The D435's are 1.5 cm apart, the Kinect's 2.5.
const MARGIN: f64 = 1.0 / 3.0;

/// One of the two frames: its size, and the projection of its camera, if that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Columns and rows.
    pub size: Size,
    /// Without it, both cameras are assumed to have the same field of view.
    pub intrinsics: Option<Intrinsics>,
}

/// The projection of a camera: the matrix K of sensor_msgs/msg/CameraInfo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intrinsics {
    /// The size of the image that it applies to.
    pub size: Size,
    /// Focal lengths in pixels: across, down.
    pub focal: (f64, f64),
    /// The point where the optical axis meets the image, in pixels: across, down.
    pub centre: (f64, f64),
}

/// What a camera says of itself in sensor_msgs/msg/CameraInfo.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Its projection. `None` if the camera is not calibrated, or sends only a part of its image.
    pub intrinsics: Option<Intrinsics>,
    /// The sizes that its images may have: whole or a part, with and without binning. Empty if it does not say.
    pub sizes: Vec<Size>,
}

impl Intrinsics {
    /// The projection alone.
    pub fn read(cdr: &[u8]) -> Result<Option<Intrinsics>, Malformed> {
        Calibration::read(cdr).map(|calibration| calibration.intrinsics)
    }
}

impl Calibration {
    /// Reads it from a serialized message.
    pub fn read(cdr: &[u8]) -> Result<Calibration, Malformed> {
        let mut reader = Reader::new(cdr)?;
        stamp(&mut reader)?;
        reader.string(None)?; // frame_id
        let (height, width) = (reader.u32()?, reader.u32()?);
        reader.string(None)?; // distortion_model
        for _ in 0..reader.sequence(8, None)? {
            reader.f64()?; // d
        }
        let mut k = [0.0; 9];
        for number in &mut k {
            *number = reader.f64()?;
        }
        for _ in 0..9 + 12 {
            reader.f64()?; // r, p
        }
        let binning = (reader.u32()?.max(1), reader.u32()?.max(1));
        let corner = (reader.u32()?, reader.u32()?);
        let (roi_height, roi_width) = (reader.u32()?, reader.u32()?);
        reader.bool()?; // do_rectify
        reader.end()?;
        let [fx, _, cx, _, fy, cy, ..] = k;
        let usable = [fx, fy, cx, cy].iter().all(|number| number.is_finite()) && fx >= 1.0 && fy >= 1.0;
        // All zeros mean the whole image.
        let whole = corner == (0, 0) && (roi_height, roi_width) == (0, 0);
        let whole = whole || (corner, roi_height, roi_width) == ((0, 0), height, width);
        let intrinsics = Intrinsics { size: (width, height), focal: (fx, fy), centre: (cx, cy) };
        let binned = |(width, height): Size| (width / binning.0, height / binning.1);
        let (full, part) = ((width, height), (roi_width, roi_height));
        let sizes = [full, part, binned(full), binned(part)];
        let intrinsics = (usable && whole && width > 0 && height > 0).then_some(intrinsics);
        Ok(Calibration {
            intrinsics,
            sizes: sizes.into_iter().filter(|size| size.0 > 0 && size.1 > 0).collect(),
        })
    }
}

/// Maps positions in one camera's frame to positions in another's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Follow {
    across: Line,
    down: Line,
    from: Size,
    to: Size,
}

/// A position in one frame times `scale` plus `shift` is the position in the other.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    scale: f64,
    shift: f64,
}

impl Follow {
    /// From the frame with the findings to the frame in which they are covered.
    pub fn new(from: View, to: View) -> Follow {
        let line = |axis: fn((u32, u32)) -> u32, real: fn((f64, f64)) -> f64| {
            let (from_side, to_side) = (f64::from(axis(from.size)), f64::from(axis(to.size)));
            let (Some(one), Some(other)) = (from.intrinsics, to.intrinsics) else {
                return Line { scale: to_side / from_side.max(1.0), shift: 0.0 };
            };
            // K is for an image of the camera's own size; the frame may be a smaller copy.
            let one_scale = from_side / f64::from(axis(one.size)).max(1.0);
            let other_scale = to_side / f64::from(axis(other.size)).max(1.0);
            let scale = real(other.focal) * other_scale / (real(one.focal) * one_scale);
            Line { scale, shift: real(other.centre) * other_scale - real(one.centre) * one_scale * scale }
        };
        Follow {
            across: line(|size| size.0, |pair| pair.0),
            down: line(|size| size.1, |pair| pair.1),
            from: from.size,
            to: to.size,
        }
    }

    /// The area of the other frame that shows the same as `area` does in the first, with its margin. Empty if
    /// it is outside.
    pub fn area(&self, area: Area) -> Area {
        if area.is_empty() {
            return Area::all((0, 0));
        }
        let (x, y) = (f64::from(area.width()) * MARGIN, f64::from(area.height()) * MARGIN);
        let place = |line: Line, at: u32, more: f64| (f64::from(at) + more) * line.scale + line.shift;
        Area::holding(
            place(self.across, area.left, -x),
            place(self.down, area.top, -y),
            place(self.across, area.right, x),
            place(self.down, area.bottom, y),
        )
        .clipped(self.to)
    }

    /// The parts of the other frame that the first one does not show, so that no detector has inspected them:
    /// a depth camera often sees further to the sides. Left, right, above, below; some may be empty.
    pub fn unseen(&self) -> [Area; 4] {
        let place = |line: Line, at: u32| f64::from(at) * line.scale + line.shift;
        // Rounded inwards: a pixel that was seen only in part counts as not seen.
        let seen = Area {
            left: place(self.across, 0).ceil() as u32,
            top: place(self.down, 0).ceil() as u32,
            right: place(self.across, self.from.0).floor() as u32,
            bottom: place(self.down, self.from.1).floor() as u32,
        }
        .clipped(self.to);
        let all = Area::all(self.to);
        if seen.is_empty() {
            let none = Area::all((0, 0));
            return [all, none, none, none];
        }
        [
            Area { right: seen.left, ..all },
            Area { left: seen.right, ..all },
            Area { top: 0, bottom: seen.top, ..seen },
            Area { top: seen.bottom, bottom: all.bottom, ..seen },
        ]
    }
}

impl View {
    /// A frame, and the projection in its camera's last CameraInfo.
    pub fn of(frame: &Frame<'_>, intrinsics: Option<Intrinsics>) -> View {
        View { size: frame.size(), intrinsics }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info((width, height): Size, k: [f64; 9], roi: [u32; 4], big: bool) -> Vec<u8> {
        let mut cdr = vec![0, u8::from(!big), 0, 0];
        let word = |cdr: &mut Vec<u8>, value: u32| {
            cdr.resize(4 + (cdr.len() - 4).next_multiple_of(4), 0);
            cdr.extend(if big { value.to_be_bytes() } else { value.to_le_bytes() });
        };
        let double = |cdr: &mut Vec<u8>, value: f64| {
            cdr.resize(4 + (cdr.len() - 4).next_multiple_of(8), 0);
            cdr.extend(if big { value.to_be_bytes() } else { value.to_le_bytes() });
        };
        let text = |cdr: &mut Vec<u8>, text: &str| {
            word(cdr, text.len() as u32 + 1);
            cdr.extend(text.bytes().chain([0]));
        };
        [5, 7].into_iter().for_each(|number| word(&mut cdr, number));
        text(&mut cdr, "camera");
        [height, width].into_iter().for_each(|number| word(&mut cdr, number));
        text(&mut cdr, "plumb_bob");
        word(&mut cdr, 5);
        [0.1; 5].into_iter().chain(k).chain([0.0; 21]).for_each(|number| double(&mut cdr, number));
        [1, 1].into_iter().chain(roi).for_each(|number| word(&mut cdr, number));
        cdr.push(0);
        cdr
    }

    fn k(fx: f64, fy: f64, cx: f64, cy: f64) -> [f64; 9] {
        [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0]
    }

    #[test]
    fn k_is_read_in_either_byte_order() {
        for big in [false, true] {
            let cdr = info((640, 480), k(600.0, 610.0, 320.5, 240.5), [0, 0, 480, 640], big);
            let expected = Intrinsics { size: (640, 480), focal: (600.0, 610.0), centre: (320.5, 240.5) };
            assert_eq!(Intrinsics::read(&cdr), Ok(Some(expected)));
            assert!((0..cdr.len()).all(|end| Intrinsics::read(&cdr[..end]).is_err()));
        }
        let real = std::fs::read(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/data/cdr/sensor_msgs.CameraInfo.cdr"
        ))
        .unwrap();
        assert!(Intrinsics::read(&real).is_ok());
    }

    #[test]
    fn a_camera_that_is_not_calibrated_or_sends_a_part_has_no_k() {
        for unusable in
            [k(0.0, 0.0, 0.0, 0.0), k(f64::NAN, 600.0, 320.0, 240.0), k(600.0, f64::INFINITY, 1.0, 1.0)]
        {
            assert_eq!(Intrinsics::read(&info((640, 480), unusable, [0; 4], false)), Ok(None));
        }
        let part = info((640, 480), k(600.0, 600.0, 320.0, 240.0), [100, 0, 480, 320], false);
        assert_eq!(Intrinsics::read(&part), Ok(None));
    }

    fn view(size: Size, intrinsics: Option<[f64; 9]>) -> View {
        let intrinsics =
            intrinsics.map(|k| Intrinsics::read(&info(size, k, [0; 4], false)).unwrap().unwrap());
        View { size, intrinsics }
    }

    #[test]
    fn without_k_areas_are_scaled_with_a_margin() {
        let follow = Follow::new(view((1280, 720), None), view((640, 360), None));
        let area = Area { left: 600, top: 300, right: 660, bottom: 390 };
        assert_eq!(follow.area(area), Area { left: 290, top: 135, right: 340, bottom: 210 });
        assert!(follow.unseen().iter().all(|area| area.is_empty()));
    }

    #[test]
    fn with_k_a_wider_camera_shows_things_smaller_and_more_around_them() {
        let colour = view((1280, 720), Some(k(900.0, 900.0, 640.0, 360.0)));
        let depth = view((848, 480), Some(k(420.0, 420.0, 424.0, 240.0)));
        let follow = Follow::new(colour, depth);
        let middle = follow.area(Area { left: 610, top: 330, right: 670, bottom: 390 });
        assert_eq!(middle, Area { left: 400, top: 216, right: 448, bottom: 264 });
        let [left, right, above, below] = follow.unseen();
        assert_eq!(left, Area { left: 0, top: 0, right: 126, bottom: 480 });
        assert_eq!(right, Area { left: 722, top: 0, right: 848, bottom: 480 });
        assert_eq!(above, Area { left: 126, top: 0, right: 722, bottom: 72 });
        assert_eq!(below, Area { left: 126, top: 408, right: 722, bottom: 480 });
    }

    #[test]
    fn a_smaller_copy_of_the_frame_is_the_same_view() {
        let mut colour = view((1280, 720), Some(k(900.0, 900.0, 640.0, 360.0)));
        let depth = view((848, 480), Some(k(420.0, 420.0, 424.0, 240.0)));
        let whole = Follow::new(colour, depth).area(Area { left: 600, top: 300, right: 660, bottom: 360 });
        colour.size = (640, 360);
        let half = Follow::new(colour, depth).area(Area { left: 300, top: 150, right: 330, bottom: 180 });
        assert_eq!(whole, half);
    }

    #[test]
    fn what_the_other_camera_cannot_see_is_empty_there() {
        let colour = view((1280, 720), Some(k(300.0, 300.0, 640.0, 360.0)));
        let depth = view((640, 480), Some(k(600.0, 600.0, 320.0, 240.0)));
        let follow = Follow::new(colour, depth);
        assert!(follow.area(Area { left: 0, top: 0, right: 60, bottom: 60 }).is_empty());
        assert!(follow.area(Area { left: 9, top: 9, right: 3, bottom: 3 }).is_empty());
    }
}
