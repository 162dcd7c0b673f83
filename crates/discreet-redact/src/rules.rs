//! What a policy says of one image topic.

use std::fmt;
use std::time::Duration;

use super::Subject;

/// How an image topic is redacted: the policy's `redact:` and `camera:` of that topic, compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRules {
    /// What is covered, and how, each subject once. Empty only if `frame` is set.
    pub covers: Vec<(Subject, Cover)>,
    /// The whole frame is covered, whatever is in it.
    pub frame: Option<WholeFrame>,
    /// What nobody has looked at yet is covered too.
    pub strict: bool,
    /// A frame that was not looked at within this time is blanked.
    pub deadline: Duration,
    /// ImageInspector with detectors at every n-th frame; between them, what was found is moved along with the picture. 1 to 30. If it
    /// is more than 1, slow detectors (all but the one for faces) look beside the frames that follow, which do not wait.
    pub every: u32,
    /// The colour camera topic whose findings are used instead of looking, for depth images.
    pub follows: Option<String>,
}

impl ImageRules {
    /// Whether somebody has to look at the pictures: not if all is blanked anyway, or another camera's findings are used.
    pub fn needs_looking(&self) -> bool {
        self.follows.is_none() && self.frame != Some(WholeFrame::Blank)
    }

    /// How a subject is covered, if it is.
    pub fn cover(&self, subject: Subject) -> Option<Cover> {
        self.covers.iter().find(|(named, _)| *named == subject).map(|(_, cover)| *cover)
    }
}

impl fmt::Display for ImageRules {
    /// As a policy says it: `faces: solid, plates: pixelate, strict`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frame = self.frame.map(|frame| format!("frame: {}", frame.name()));
        let covers =
            self.covers.iter().map(|(subject, cover)| format!("{}: {}", subject.name(), cover.name()));
        let strict = self.strict.then(|| "strict".to_owned());
        let follows = self.follows.as_ref().map(|camera| format!("follows {camera}"));
        let parts: Vec<String> = frame.into_iter().chain(covers).chain(strict).chain(follows).collect();
        f.write_str(&parts.join(", "))
    }
}

/// How the whole frame is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WholeFrame {
    /// Black, or zero.
    Blank,
    /// At a resolution at which no face can be recognised.
    Lowres,
}

impl WholeFrame {
    /// As a policy writes it.
    pub const fn name(self) -> &'static str {
        match self {
            WholeFrame::Blank => "blank",
            WholeFrame::Lowres => "lowres",
        }
    }
}

/// How a part of an image is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cover {
    /// With one colour: nothing of it is left.
    Solid,
    /// With a mosaic of at most 6 by 6 tiles, whatever its size.
    Pixelate,
    /// Blurred. It may be possible to undo that.
    Blur,
}

impl Cover {
    /// As a policy writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Cover::Solid => "solid",
            Cover::Pixelate => "pixelate",
            Cover::Blur => "blur",
        }
    }
}
