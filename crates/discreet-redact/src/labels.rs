//! The strings beside the pixels, written anew from what is understood: whatever else a publisher writes there
//! stays inside.

/// The frame id in place of one that does not name a frame.
pub(super) const CAMERA: &str = "camera";

/// The longest name of a frame.
const LONGEST: usize = 64;

/// The most digits of a frame's name: a card, a telephone or an account has more.
const MOST_DIGITS: usize = 6;

/// The models of sensor_msgs/distortion_models.hpp, and the one of lenses that OpenCV calls fisheye.
const DISTORTIONS: [&str; 6] =
    ["plumb_bob", "rational_polynomial", "equidistant", "thin_prism_fisheye", "fisheye", "none"];

/// The frame id that leaves: the given one if it can be the name of a TF frame, else `camera`.
pub(super) fn frame_id(given: &[u8]) -> &str {
    match std::str::from_utf8(given) {
        Ok(name) if is_frame(name) => name,
        _ => CAMERA,
    }
}

/// The model of distortion that leaves: a known one, or none.
fn distortion_model(given: &str) -> &'static str {
    DISTORTIONS.into_iter().find(|known| *known == given).unwrap_or_default()
}

/// A string of a message that has more to say than any text: only a known value of it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    FrameId,
    DistortionModel,
}

impl Label {
    /// The labels of a message, by the number of their fields, if its strings are those of
    /// sensor_msgs/msg/CameraInfo.
    pub fn of_camera_info<'a>(strings: impl Iterator<Item = &'a str>) -> &'static [Label] {
        if strings.eq(["header.frame_id", "distortion_model"]) {
            &[Label::FrameId, Label::DistortionModel]
        } else {
            &[]
        }
    }

    /// The value that leaves.
    pub fn known(self, given: &str) -> &str {
        match self {
            Label::FrameId => frame_id(given.as_bytes()),
            Label::DistortionModel => distortion_model(given),
        }
    }
}

/// True for what TF takes for a name, without more digits than a number of a frame needs, and without a full name.
fn is_frame(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'.' | b'-');
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    name.len() <= LONGEST && name.bytes().all(allowed) && digits <= MOST_DIGITS && !has_full_name(name)
}

/// True for two words in a row that are written as names of people are, `Ada_Lovelace`, `AdaLovelace` or
/// `ADA-LOVELACE`, or that a dot joins as in an address, `ada.lovelace`; unless one of them is a word of frames.
fn has_full_name(name: &str) -> bool {
    let words = words(name);
    let pairs = words.iter().zip(words.iter().skip(1));
    pairs.filter(|(one, other)| !one.is_of_frames() && !other.is_of_frames()).any(|(one, other)| {
        (one.is_like_name() && other.is_like_name())
            || (other.after == Some('.') && one.is_long() && other.is_long())
    })
}

struct Word<'n> {
    text: &'n str,
    /// The character before it that is neither letter nor digit.
    after: Option<char>,
}

impl Word<'_> {
    fn is_of_frames(&self) -> bool {
        WORDS_OF_FRAMES.iter().any(|known| self.letters().eq_ignore_ascii_case(known))
    }

    fn letters(&self) -> &str {
        self.text.trim_end_matches(|letter: char| letter.is_ascii_digit())
    }

    fn is_long(&self) -> bool {
        self.letters().len() > 1
    }

    /// `Ada` and `ADA`, but not `A`.
    fn is_like_name(&self) -> bool {
        let (mut letters, long) = (self.letters().bytes(), self.letters().len() > 2);
        long && letters.next().is_some_and(|first| first.is_ascii_uppercase())
    }
}

/// The words of a frame's name: `leftCamera`, `LeftCamera` and `left_camera` have two.
fn words(name: &str) -> Vec<Word<'_>> {
    let (mut words, mut after) = (Vec::new(), None);
    for part in name.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let joined = part.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let mut rest = joined;
        while !rest.is_empty() {
            let (word, further) = rest.split_at_checked(end_of_word(rest)).unwrap_or((rest, ""));
            words.push(Word { text: word, after: after.take() });
            rest = further;
        }
        after = part.chars().next_back();
    }
    words
}

/// Before a capital after a small letter or a digit, and before the last of several capitals that a small letter
/// follows, as in `IMULink`.
fn end_of_word(text: &str) -> usize {
    let letters = text.as_bytes();
    let next = letters.iter().skip(2).map(Some).chain([None]);
    let places = letters.iter().zip(letters.iter().skip(1)).zip(next).zip(1..);
    let ends = |((before, letter), next): ((&u8, &u8), Option<&u8>)| {
        letter.is_ascii_uppercase()
            && (!before.is_ascii_uppercase() || next.is_some_and(|next| next.is_ascii_lowercase()))
    };
    places.into_iter().find(|(place, _)| ends(*place)).map_or(text.len(), |(_, end)| end)
}

/// Words in names of frames, by which two words are not a person's name.
const WORDS_OF_FRAMES: &[&str] = &[
    "aligned",
    "arm",
    "back",
    "base",
    "body",
    "bottom",
    "cam",
    "camera",
    "center",
    "centre",
    "color",
    "colour",
    "depth",
    "down",
    "ear",
    "eye",
    "fisheye",
    "footprint",
    "frame",
    "front",
    "gripper",
    "ground",
    "gps",
    "hand",
    "head",
    "imu",
    "infra",
    "infrared",
    "ir",
    "joint",
    "laser",
    "left",
    "lens",
    "lidar",
    "link",
    "map",
    "mast",
    "mono",
    "mount",
    "neck",
    "odom",
    "optical",
    "plate",
    "rear",
    "rgb",
    "right",
    "robot",
    "scan",
    "sensor",
    "stereo",
    "thermal",
    "tof",
    "tool",
    "top",
    "wheel",
    "world",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_frames_leave_as_they_are() {
        for name in [
            "",
            "camera",
            "camera_color_optical_frame",
            "/robot1/head/camera.left-2",
            "Camera_link",
            "IMU_Frame",
            "cam0",
            "BASE_LINK",
            "CameraLink",
            "RearLeftCamera2",
            "IMULink",
            "panda_hand",
            "Camera.Depth",
            "robot.base",
        ] {
            assert_eq!(frame_id(name.as_bytes()), name);
        }
    }

    #[test]
    fn what_cannot_be_a_frame_is_replaced() {
        let long = "a".repeat(65);
        for text in [
            "Ada Lovelace card 4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "+49301234567",
            "room_0303_1234567",
            "Ada_Lovelace",
            "guests/Ada.Lovelace",
            "AdaLovelace",
            "ADA_LOVELACE",
            "ada/AdaLovelace2",
            "ADALovelace",
            "ada.lovelace/hotel.de",
            "camera_of_Ada-LOVELACE",
            "ada@example.com",
            "camera\0Ada",
            "camera\n",
            "caméra",
            &long,
        ] {
            assert_eq!(frame_id(text.as_bytes()), CAMERA, "{text}");
        }
        assert_eq!(frame_id(b"camera\xff"), CAMERA);
    }

    #[test]
    fn a_distortion_model_is_a_known_one_or_none() {
        assert_eq!(distortion_model("plumb_bob"), "plumb_bob");
        assert_eq!(distortion_model("Ada Lovelace"), "");
    }
}
