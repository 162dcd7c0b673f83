//! The policy's rules for one image topic.

use std::fmt;
use std::time::Duration;

use super::area::Size;
use super::{DETAIL_SIDE, Subject, THUMBNAIL_SIDE};

/// Redaction of an image topic: the policy's `redact:` and `camera:` of that topic, compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRules {
    /// The subjects to cover, each once, with their covers. Empty only if `frame` is set.
    pub covers: Vec<(Subject, Cover)>,
    /// The cover of the whole frame, whatever it shows.
    pub frame: Option<WholeFrame>,
    /// Parts that no detector has inspected are covered too.
    pub strict: bool,
    /// A frame that was not inspected within this time is blanked.
    pub deadline: Duration,
    /// Detectors inspect every n-th frame; between them, findings are moved along with the picture. 1 to
    /// 30. If it is more than 1, slow detectors (all but the one for faces) run asynchronously, and the
    /// following frames do not wait for them.
    pub every: u32,
    /// The colour camera topic whose findings are used instead of detectors, for depth images.
    pub follows: Option<String>,
    /// Sizes that frames may have; empty: any that fits the camera.
    pub sizes: Vec<Size>,
    /// Encodings that raw frames may have, by their names in messages; empty: any.
    pub encodings: Vec<&'static str>,
    /// The turn that makes frames upright.
    pub rotated: Rotated,
    /// The face detector inspects parts of large frames too, for small faces.
    pub small: bool,
}

/// No redaction, with the settings that a policy has if it does not name others.
impl Default for ImageRules {
    fn default() -> ImageRules {
        ImageRules {
            covers: Vec::new(),
            frame: None,
            strict: false,
            deadline: Duration::from_millis(100),
            every: 1,
            follows: None,
            sizes: Vec::new(),
            encodings: Vec::new(),
            rotated: Rotated::No,
            small: false,
        }
    }
}

impl ImageRules {
    /// Must pictures be inspected? Not if all are blanked, or another camera's findings are used.
    pub fn needs_looking(&self) -> bool {
        self.follows.is_none() && self.frame != Some(WholeFrame::Blank)
    }

    /// The longest side of a picture to inspect. Larger frames are shrunk to it.
    pub const fn longest_side(&self) -> u32 {
        if self.small { DETAIL_SIDE } else { THUMBNAIL_SIDE }
    }

    /// The cover of a subject, if it is covered.
    pub fn cover(&self, subject: Subject) -> Option<Cover> {
        self.covers.iter().find(|(named, _)| *named == subject).map(|(_, cover)| *cover)
    }
}

impl fmt::Display for ImageRules {
    /// As in a policy, with the options that differ from the defaults: `faces: solid, strict, every: 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = ImageRules::default();
        let frame = self.frame.map(|frame| format!("frame: {}", frame.name()));
        let covers =
            self.covers.iter().map(|(subject, cover)| format!("{}: {}", subject.name(), cover.name()));
        let options = [
            self.strict.then(|| "strict".to_owned()),
            self.follows.as_ref().map(|camera| format!("follows {camera}")),
            (self.every != usual.every).then(|| format!("every: {}", self.every)),
            (self.deadline != usual.deadline).then(|| format!("deadline: {}ms", self.deadline.as_millis())),
            (self.rotated != usual.rotated).then(|| format!("rotated: {}", self.rotated.name())),
            self.small.then(|| "small".to_owned()),
        ];
        let parts: Vec<String> =
            frame.into_iter().chain(covers).chain(options.into_iter().flatten()).collect();
        f.write_str(&parts.join(", "))
    }
}

discreet_host::words! {
    /// The clockwise turn that makes the frames of a camera upright.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub enum Rotated {
        /// None: the camera is mounted upright.
        #[default]
        No = "0",
        /// A quarter to the right.
        Right = "90",
        /// Upside down.
        Half = "180",
        /// A quarter to the left.
        Left = "270",
        /// Any of the four, from frame to frame.
        Any = "any",
    }

    /// In degrees, as in policies.
    name
}

discreet_host::words! {
    /// Cover of the whole frame.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum WholeFrame {
        /// Black, or zero.
        Blank = "blank",
        /// A mosaic of six tiles along the short side.
        Lowres = "lowres",
    }

    /// The name in policies.
    name
}

impl WholeFrame {
    /// The result, for the author of a policy.
    pub const fn description(self) -> &'static str {
        match self {
            WholeFrame::Blank => "black.",
            WholeFrame::Lowres => "a mosaic of six tiles along the short side.",
        }
    }
}

discreet_host::words! {
    /// Cover of a part of an image.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Cover {
        /// One colour: no content remains.
        Solid = "solid",
        /// A mosaic of at most 6 by 6 tiles, whatever its size.
        Pixelate = "pixelate",
        /// Blurred. It may be possible to undo that.
        Blur = "blur",
    }

    /// The name in policies.
    name
}

impl Cover {
    /// The result, for the author of a policy.
    pub const fn description(self) -> &'static str {
        match self {
            Cover::Solid => "with one colour: nothing of it is left.",
            Cover::Pixelate => "with a mosaic of at most 6 by 6 tiles, whatever its size.",
            Cover::Blur => "blurred. It may be possible to undo that.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_written_with_the_options_that_are_not_usual() {
        let covers = vec![(Subject::Faces, Cover::Solid), (Subject::Plates, Cover::Pixelate)];
        let usual = ImageRules { covers, ..ImageRules::default() };
        assert_eq!(usual.to_string(), "faces: solid, plates: pixelate");
        let unusual = ImageRules {
            strict: true,
            every: 3,
            deadline: Duration::from_millis(50),
            rotated: Rotated::Half,
            small: true,
            ..usual
        };
        let expected =
            "faces: solid, plates: pixelate, strict, every: 3, deadline: 50ms, rotated: 180, small";
        assert_eq!(unusual.to_string(), expected);
    }
}
