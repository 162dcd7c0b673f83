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

/// True for what TF takes for a name, without more digits than a number of a frame needs, and without two
/// capitalised words in a row, as names of people are written.
fn is_frame(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'.' | b'-');
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    name.len() <= LONGEST && name.bytes().all(allowed) && digits <= MOST_DIGITS && !has_full_name(name)
}

fn has_full_name(name: &str) -> bool {
    let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut before = false;
    words.any(|word| {
        let capitalised = is_capitalised(word);
        let both = before && capitalised;
        before = capitalised;
        both
    })
}

/// `Ada`, but neither `IMU` nor `A`.
fn is_capitalised(word: &str) -> bool {
    let mut letters = word.bytes();
    letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && word.len() > 2
        && letters.all(|letter| letter.is_ascii_lowercase())
}

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
