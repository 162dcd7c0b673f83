//! The layout of pixels in the bytes of an image: the encodings of sensor_msgs/image_encodings.hpp.

mod to_bgr;
mod tone;
mod yuv;

use super::{Area, BlankReason};
pub(super) use to_bgr::Converter;

/// The encodings whose pixels can be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The colours of a pixel next to each other, each a number. Also monochrome: one "colour".
    Colours {
        /// Their order.
        order: Order,
        /// 16 bits each instead of 8.
        deep: bool,
    },
    /// One colour per pixel, in blocks of two by two.
    Bayer {
        /// Position of the red pixel in each block: column, row.
        red: (u8, u8),
        /// 16 bits each instead of 8.
        deep: bool,
    },
    /// 4:2:2, two pixels in four bytes. `luma_first`: YUYV, otherwise UYVY.
    Packed422 {
        /// YUYV.
        luma_first: bool,
    },
    /// Luma, then the chroma of each two by two pixels as pairs: NV12, or `v_first` NV21.
    Pairs420 {
        /// NV21.
        v_first: bool,
    },
    /// Luma, then the chroma of each pixel as pairs: NV24.
    Pairs444,
    /// Luma, then U, then V of each two by two pixels: I420.
    Planes420,
    /// Distances in millimetres, 16 bits, 0 where there is none (REP 118).
    Millimetres,
    /// Distances in metres, 32-bit floats, NaN where there is none (REP 118).
    Metres,
}

/// The order of colours in a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Brightness alone.
    Mono,
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Red, green, blue, opacity.
    Rgba,
    /// Blue, green, red, opacity.
    Bgra,
}

const fn colours(order: Order) -> Encoding {
    Encoding::Colours { order, deep: false }
}

const fn deep_colours(order: Order) -> Encoding {
    Encoding::Colours { order, deep: true }
}

const fn bayer(column: u8, row: u8, deep: bool) -> Encoding {
    Encoding::Bayer { red: (column, row), deep }
}

/// Every name that is understood.
const NAMES: [(&str, Encoding); 33] = [
    ("rgb8", colours(Order::Rgb)),
    ("bgr8", colours(Order::Bgr)),
    ("8UC3", colours(Order::Bgr)), // OpenCV's own order
    ("rgba8", colours(Order::Rgba)),
    ("bgra8", colours(Order::Bgra)),
    ("8UC4", colours(Order::Bgra)),
    ("mono8", colours(Order::Mono)),
    ("8UC1", colours(Order::Mono)),
    ("rgb16", deep_colours(Order::Rgb)),
    ("bgr16", deep_colours(Order::Bgr)),
    ("16UC3", deep_colours(Order::Bgr)),
    ("rgba16", deep_colours(Order::Rgba)),
    ("bgra16", deep_colours(Order::Bgra)),
    ("16UC4", deep_colours(Order::Bgra)),
    ("mono16", deep_colours(Order::Mono)),
    ("bayer_rggb8", bayer(0, 0, false)),
    ("bayer_bggr8", bayer(1, 1, false)),
    ("bayer_gbrg8", bayer(0, 1, false)),
    ("bayer_grbg8", bayer(1, 0, false)),
    ("bayer_rggb16", bayer(0, 0, true)),
    ("bayer_bggr16", bayer(1, 1, true)),
    ("bayer_gbrg16", bayer(0, 1, true)),
    ("bayer_grbg16", bayer(1, 0, true)),
    ("yuv422", Encoding::Packed422 { luma_first: false }),
    ("uyvy", Encoding::Packed422 { luma_first: false }),
    ("yuv422_yuy2", Encoding::Packed422 { luma_first: true }),
    ("yuyv", Encoding::Packed422 { luma_first: true }),
    ("nv12", Encoding::Pairs420 { v_first: false }), // not in Jazzy's list, but published
    ("nv21", Encoding::Pairs420 { v_first: true }),
    ("nv24", Encoding::Pairs444),
    ("i420", Encoding::Planes420),
    ("16UC1", Encoding::Millimetres),
    ("32FC1", Encoding::Metres),
];

/// The encoding that a message names, with the name from the list.
pub(super) fn known(name: &[u8]) -> Option<(&'static str, Encoding)> {
    NAMES.into_iter().find(|(known, _)| known.as_bytes() == name)
}

/// The encoding of a policy's word, as it stands in messages.
pub fn encoding_name(word: &str) -> Option<&'static str> {
    known(word.as_bytes()).map(|(name, _)| name)
}

/// The names of all encodings that are understood.
pub fn encoding_names() -> impl Iterator<Item = &'static str> + Clone {
    NAMES.into_iter().map(|(name, _)| name)
}

impl Encoding {
    /// The encoding that a message names.
    pub fn named(name: &[u8]) -> Result<Encoding, BlankReason> {
        known(name).map(|(_, encoding)| encoding).ok_or(BlankReason::UnknownEncoding)
    }

    /// True for distances instead of light, which detectors cannot inspect.
    pub fn is_depth(self) -> bool {
        match self {
            Encoding::Millimetres | Encoding::Metres => true,
            Encoding::Colours { .. }
            | Encoding::Bayer { .. }
            | Encoding::Packed422 { .. }
            | Encoding::Pairs420 { .. }
            | Encoding::Pairs444
            | Encoding::Planes420 => false,
        }
    }

    /// True for light in numbers of eight bits.
    pub fn is_eight_bit_light(self) -> bool {
        self.sample() == Sample::One
    }

    /// The smallest block of pixels that can be covered alone: columns, rows.
    pub(super) fn block(self) -> (u32, u32) {
        match self {
            Encoding::Bayer { .. } | Encoding::Pairs420 { .. } | Encoding::Planes420 => (2, 2),
            Encoding::Packed422 { .. } => (2, 1),
            Encoding::Colours { .. } | Encoding::Pairs444 | Encoding::Millimetres | Encoding::Metres => {
                (1, 1)
            }
        }
    }

    /// The size of one number of a pixel.
    pub(super) fn sample(self) -> Sample {
        match self {
            Encoding::Colours { deep: true, .. } | Encoding::Bayer { deep: true, .. } => Sample::Two,
            Encoding::Millimetres => Sample::Two,
            Encoding::Metres => Sample::Float,
            Encoding::Colours { deep: false, .. } | Encoding::Bayer { deep: false, .. } => Sample::One,
            Encoding::Packed422 { .. }
            | Encoding::Pairs420 { .. }
            | Encoding::Pairs444
            | Encoding::Planes420 => Sample::One,
        }
    }

    /// The bytes of a row of luma, or of all colours, without padding. `None` if that is more than 32 bits.
    pub(super) fn row_bytes(self, width: u32) -> Option<u32> {
        let bytes = match self {
            Encoding::Colours { order, deep } => u32::try_from(black(order, deep).len()).ok()?,
            Encoding::Bayer { deep, .. } => 1 + u32::from(deep),
            Encoding::Packed422 { .. } | Encoding::Millimetres => 2,
            Encoding::Pairs420 { .. } | Encoding::Pairs444 | Encoding::Planes420 => 1,
            Encoding::Metres => 4,
        };
        width.checked_mul(bytes)
    }

    /// The number of data bytes of an image with `height` rows of `step` bytes each. `None` if it exceeds the
    /// address space.
    pub(super) fn bytes(self, height: u32, step: u32) -> Option<usize> {
        let luma = u64::from(step) * u64::from(height);
        usize::try_from(match self {
            Encoding::Pairs420 { .. } | Encoding::Planes420 => luma + luma / 2,
            Encoding::Pairs444 => luma.checked_mul(3)?,
            Encoding::Colours { .. }
            | Encoding::Bayer { .. }
            | Encoding::Packed422 { .. }
            | Encoding::Millimetres
            | Encoding::Metres => luma,
        })
        .ok()
    }

    /// The planes of an image of `width` by `height`, with rows `step` bytes apart, and the start of each.
    /// `None` if rows or blocks do not fit.
    pub(super) fn planes(self, width: u32, height: u32, step: u32, big_endian: bool) -> Option<Planes> {
        let (across, down) = self.block();
        if width == 0 || height == 0 || !width.is_multiple_of(across) || !height.is_multiple_of(down) {
            return None;
        }
        // With 32-bit numbers, none of these overflows in 64 bits.
        let (width, height, step) = (u64::from(width), u64::from(height), u64::from(step));
        let luma = step * height;
        let fitting = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let plane = |start: u64, stride: u64, black: &'static [u8], block: (u32, u32)| Plane {
            start: fitting(start),
            stride: fitting(stride),
            reach: fitting(stride),
            black,
            block,
        };
        let one = |black| [Some(plane(0, step, black, (1, 1))), None, None];
        let planes = match self {
            Encoding::Colours { order, deep } => one(black(order, deep)),
            Encoding::Millimetres => one(&[0; 2]),
            Encoding::Metres if big_endian => one(&[0x7f, 0xc0, 0, 0]),
            Encoding::Metres => one(&[0, 0, 0xc0, 0x7f]),
            Encoding::Packed422 { luma_first: true } => {
                [Some(plane(0, step, &[16, 128, 16, 128], (2, 1))), None, None]
            }
            Encoding::Packed422 { luma_first: false } => {
                [Some(plane(0, step, &[128, 16, 128, 16], (2, 1))), None, None]
            }
            // The upper rows of all blocks, then the lower ones: within each plane the colours have fixed
            // positions.
            Encoding::Bayer { deep, .. } => {
                let black: &[u8] = if deep { &[0; 4] } else { &[0; 2] };
                let rows = |start| Plane { reach: fitting(step), ..plane(start, 2 * step, black, (2, 2)) };
                [Some(rows(0)), Some(rows(step)), None]
            }
            Encoding::Pairs420 { .. } => {
                [Some(plane(0, step, &[16], (1, 1))), Some(plane(luma, step, &[128; 2], (2, 2))), None]
            }
            Encoding::Pairs444 => {
                [Some(plane(0, step, &[16], (1, 1))), Some(plane(luma, 2 * step, &[128; 2], (1, 1))), None]
            }
            Encoding::Planes420 if step % 2 != 0 => return None,
            Encoding::Planes420 => {
                let chroma = |start| Some(plane(start, step / 2, &[128], (2, 2)));
                [Some(plane(0, step, &[16], (1, 1))), chroma(luma), chroma(luma + luma / 4)]
            }
        };
        let fits = |plane: &Plane| {
            let units = width / u64::from(plane.block.0);
            units.saturating_mul(plane.black.len() as u64) <= plane.reach as u64
        };
        planes.iter().flatten().all(fits).then_some(planes)
    }
}

/// At most three.
pub(super) type Planes = [Option<Plane>; 3];

/// A part of the data in which rows of equal units lie `stride` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plane {
    /// Offset of its first row.
    pub(super) start: usize,
    /// Distance between the starts of two rows.
    pub(super) stride: usize,
    /// Number of bytes from the start of a row that belong to it. Those outside its units are padding.
    pub(super) reach: usize,
    /// A unit that shows black, or no distance.
    pub(super) black: &'static [u8],
    /// The pixels of a unit: columns, rows.
    pub(super) block: (u32, u32),
}

impl Plane {
    /// Bytes of a unit.
    pub(super) fn unit(&self) -> usize {
        self.black.len()
    }

    /// Columns and rows of units, for an area in pixels that consists of whole blocks.
    pub(super) fn units(&self, area: Area) -> Area {
        let (across, down) = self.block;
        Area {
            left: area.left / across,
            top: area.top / down,
            right: area.right / across,
            bottom: area.bottom / down,
        }
    }
}

/// The type of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// One byte.
    One,
    /// Two, in the frame's byte order.
    Two,
    /// A float of four, in the frame's byte order.
    Float,
}

/// Black; opaque if there is opacity. The same bytes in either byte order.
fn black(order: Order, deep: bool) -> &'static [u8] {
    match (order, deep) {
        (Order::Mono, false) => &[0],
        (Order::Mono, true) => &[0; 2],
        (Order::Rgb | Order::Bgr, false) => &[0; 3],
        (Order::Rgb | Order::Bgr, true) => &[0; 6],
        (Order::Rgba | Order::Bgra, false) => &[0, 0, 0, 255],
        (Order::Rgba | Order::Bgra, true) => &[0, 0, 0, 0, 0, 0, 255, 255],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_that_is_not_known_is_not_guessed() {
        for name in ["", "RGB8", "rgb8 ", "rgb8\0", "8UC2", "16SC1", "32FC3", "64FC1", "jpeg", "bayer_rggb12"]
        {
            assert_eq!(Encoding::named(name.as_bytes()), Err(BlankReason::UnknownEncoding), "{name}");
        }
    }

    #[test]
    fn rows_that_do_not_fit_their_step_and_halved_blocks_have_no_planes() {
        let unfit = |name: &str, width, height, step| {
            Encoding::named(name.as_bytes()).unwrap().planes(width, height, step, false).is_none()
        };
        assert!(unfit("rgb8", 10, 10, 29));
        assert!(unfit("rgb8", 0, 10, 29) && unfit("rgb8", 10, 0, 30));
        assert!(unfit("rgb16", u32::MAX, u32::MAX, u32::MAX));
        assert!(unfit("yuyv", 5, 2, 100) && unfit("nv12", 4, 3, 100) && unfit("bayer_rggb8", 5, 4, 100));
        assert!(unfit("i420", 4, 4, 5));
        assert!(!unfit("i420", 4, 4, 6) && !unfit("nv24", 3, 3, 3) && !unfit("rgb8", 10, 10, 30));
    }
}
