//! Redacts the images of one topic.

use std::sync::Arc;
use std::time::Duration;

use super::raw_fields::RawFields;
use super::{
    Area, BlankReason, Cameras, Cause, CompressedImage, Cover, Follow, Found, Frame, ImageInspector,
    ImageRules, RawImage, Shape, Thumbnail, View, WholeFrame, believed, black, shape,
};
use discreet_cdr::Malformed;

/// The type of the messages with a camera's projection.
pub const CAMERA_INFO_TYPE: &str = "sensor_msgs/msg/CameraInfo";

/// The byte of a message's header that may count the padding at its end.
const OPTIONS: std::ops::Range<usize> = 3..4;

/// Types whose messages are images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// `sensor_msgs/msg/Image`: uncompressed pixels.
    Raw,
    /// `sensor_msgs/msg/CompressedImage`: JPEG or PNG.
    Compressed,
}

impl ImageKind {
    /// The kind of image of a ROS type, if it is one of these.
    pub fn of(type_name: &str) -> Option<ImageKind> {
        match type_name {
            "sensor_msgs/msg/Image" => Some(ImageKind::Raw),
            "sensor_msgs/msg/CompressedImage" => Some(ImageKind::Compressed),
            _ => None,
        }
    }
}

/// Summary of the redaction of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Areas covered in an image, findings hidden in text.
    pub covered: u32,
    /// Findings of personal data where the policy does not expect any.
    pub raised: u32,
    /// The reason if the whole frame was blanked because it could not be inspected.
    pub blank: Option<BlankReason>,
}

/// A redacted image.
pub struct Redacted<'a> {
    /// Summary of its redaction.
    pub redaction: Redaction,
    /// The serialized image, if it was written again; otherwise it was redacted in place.
    pub anew: Option<&'a [u8]>,
}

/// Covers in the images of one topic what a policy names. It tracks findings from frame to frame, so each
/// topic has its own.
pub struct ImageRedactor {
    topic: String,
    kind: ImageKind,
    look: Option<Box<dyn ImageInspector + Send>>,
    cameras: Arc<Cameras>,
    /// Nobody waits for its images.
    unhurried: bool,
    /// Set after waiting in vain for the followed camera, with its last frame at that time. There is no
    /// further wait until it has another frame.
    given_up: Option<Option<i64>>,
    thumbnail: Thumbnail,
    areas: Vec<(Area, Cover)>,
    made: Vec<u8>,
    black: Vec<u8>,
}

impl ImageRedactor {
    /// A redactor for the images of `topic`. Without an inspector, frames are blanked unless their rules need
    /// none.
    pub fn new(
        topic: &str,
        kind: ImageKind,
        look: Option<Box<dyn ImageInspector + Send>>,
        cameras: Arc<Cameras>,
    ) -> ImageRedactor {
        let (topic, thumbnail, areas, made) = (topic.into(), Thumbnail::default(), Vec::new(), Vec::new());
        ImageRedactor {
            topic,
            kind,
            look,
            cameras,
            unhurried: false,
            given_up: None,
            thumbnail,
            areas,
            made,
            black: Vec::new(),
        }
    }

    /// Finds small faces too, whatever the rules say: nobody waits for its images.
    #[must_use]
    pub fn unhurried(self) -> ImageRedactor {
        ImageRedactor { unhurried: true, ..self }
    }

    /// Redacts a serialized image, in place where that is possible. An image that cannot be inspected is
    /// blanked.
    pub fn redact(&mut self, rules: &ImageRules, cdr: &mut [u8]) -> Result<Redacted<'_>, Malformed> {
        let closely = (self.unhurried && !rules.small).then(|| ImageRules { small: true, ..rules.clone() });
        let rules = closely.as_ref().unwrap_or(rules);
        match self.kind {
            ImageKind::Raw => self.redact_raw(rules, cdr),
            ImageKind::Compressed => {
                let redaction = self.redact_compressed(rules, cdr)?;
                Ok(Redacted { redaction, anew: Some(&self.made) })
            }
        }
    }

    /// Maintains the inspector. Call it about once a second.
    pub fn tend(&mut self) {
        self.look.iter_mut().for_each(|look| look.tend());
    }

    /// State of the inspector, for diagnostics.
    pub fn state(&self) -> Option<String> {
        self.look.as_ref().map(|look| look.state())
    }

    /// Redacts it in place if its fields have nothing that would not be written anew; otherwise in `made`.
    fn redact_raw(&mut self, rules: &ImageRules, cdr: &mut [u8]) -> Result<Redacted<'_>, Malformed> {
        let fields = RawFields::read(cdr)?;
        let mut made = std::mem::take(&mut self.made);
        if rules.frame == Some(WholeFrame::Blank) {
            fields.write_blank(&mut made);
            let redaction = blank(cdr, &mut made)?;
            self.made = made;
            return Ok(Redacted { redaction, anew: Some(&self.made) });
        }
        let believed = believed::raw(rules, &self.cameras.sizes(&self.topic), &fields);
        let (mut anew, gaps) = (!fields.are_understood(), fields.gaps());
        let covered = if anew {
            fields.write(cdr, &mut made);
            self.cover_raw(rules, believed, &mut made)?
        } else {
            for gap in gaps.into_iter().chain([OPTIONS]) {
                cdr.get_mut(gap).unwrap_or_default().fill(0);
            }
            self.cover_raw(rules, believed, cdr)?
        };
        let redaction = match covered {
            Ok(covered) => Redaction { covered, ..Redaction::default() },
            Err(blind) => {
                RawFields::read(cdr)?.write_blank(&mut made);
                anew = true;
                Redaction { blank: Some(blind), ..Redaction::default() }
            }
        };
        self.made = made;
        Ok(Redacted { redaction, anew: anew.then_some(&self.made) })
    }

    fn cover_raw(
        &mut self,
        rules: &ImageRules,
        believed: Result<(), BlankReason>,
        cdr: &mut [u8],
    ) -> Result<Result<u32, BlankReason>, Malformed> {
        let mut image = RawImage::read(cdr)?;
        let stamp = image.stamp();
        Ok(image.frame().and_then(|mut frame| believed.and_then(|()| self.cover(rules, &mut frame, stamp))))
    }

    fn cover(&mut self, rules: &ImageRules, frame: &mut Frame<'_>, stamp: i64) -> Result<u32, BlankReason> {
        if let Some(how) = rules.frame {
            frame.cover_whole(how);
            return Ok(1);
        }
        self.areas.clear();
        match &rules.follows {
            Some(camera) => self.follow(rules, camera, frame, stamp)?,
            None => self.look(rules, frame, stamp)?,
        }
        frame.cover_all(&self.areas);
        Ok(u32::try_from(self.areas.len()).unwrap_or(u32::MAX))
    }

    fn look(&mut self, rules: &ImageRules, frame: &Frame<'_>, stamp: i64) -> Result<(), BlankReason> {
        let look = self.look.as_mut().ok_or(BlankReason::Absent)?;
        let picture = self.thumbnail.picture(frame, rules.longest_side())?;
        let (from, to) = ((picture.width, picture.height), frame.size());
        let found = look.look(rules, picture, stamp)?;
        let found = found.iter().map(|found| Found { area: found.area.scaled(from, to), ..*found });
        self.areas.extend(found.clone().filter_map(|found| Some((found.area, cover_of(rules, &found)?))));
        self.cameras.add(&self.topic, stamp, to, found);
        Ok(())
    }

    /// Uses the findings of the colour camera at the same time.
    fn follow(
        &mut self,
        rules: &ImageRules,
        camera: &str,
        frame: &Frame<'_>,
        stamp: i64,
    ) -> Result<(), BlankReason> {
        let hopeless = self.given_up == Some(self.cameras.last(camera));
        let seen = self.cameras.at(camera, stamp, if hopeless { Duration::ZERO } else { rules.deadline });
        self.given_up = seen.is_none().then(|| self.cameras.last(camera));
        let seen = seen.ok_or(BlankReason::NothingToFollow)?;
        let from = View { size: seen.size, intrinsics: self.cameras.intrinsics(camera) };
        let to = View { size: frame.size(), intrinsics: self.cameras.intrinsics(&self.topic) };
        let follow = Follow::new(from, to);
        let found =
            seen.found.iter().filter_map(|found| Some((follow.area(found.area), cover_of(rules, found)?)));
        let unseen = follow.unseen().into_iter().map(|area| (area, Cover::Solid));
        self.areas.extend(found.chain(unseen).filter(|(area, _)| !area.is_empty()));
        Ok(())
    }

    fn redact_compressed(&mut self, rules: &ImageRules, cdr: &[u8]) -> Result<Redaction, Malformed> {
        let image = CompressedImage::read(cdr)?;
        if rules.frame == Some(WholeFrame::Blank) {
            self.blacken(&image);
            return Ok(Redaction { covered: 1, ..Redaction::default() });
        }
        let believed = match shape(image.data()) {
            Some(Shape { width, height, .. }) => {
                believed::size(rules, &self.cameras.sizes(&self.topic), (width, height))
            }
            None => Ok(()), // it cannot be decoded
        };
        let remade = believed.and_then(|()| image.kind()).and_then(|format| {
            let look = self.look.as_mut().ok_or(BlankReason::Absent)?;
            look.remake(rules, image.data(), format, image.stamp())
        });
        Ok(match remade {
            Ok(bytes) => {
                image.rewrite(bytes, &mut self.made);
                Redaction::default()
            }
            Err(blind) => {
                self.blacken(&image);
                Redaction { blank: Some(blind), ..Redaction::default() }
            }
        })
    }

    /// Replaces it with a black image. If its size cannot be read, the data becomes empty.
    fn blacken(&mut self, image: &CompressedImage<'_>) {
        self.black.clear();
        if let (Ok(format), Some(shape)) = (image.kind(), shape(image.data())) {
            black(format, shape, &mut self.black);
        }
        image.rewrite(&self.black, &mut self.made);
    }
}

impl std::fmt::Debug for ImageRedactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageRedactor").field("topic", &self.topic).field("kind", &self.kind).finish()
    }
}

/// Gives a blank image the colour that means nothing in its encoding, if the message that it replaces was one.
fn blank(cdr: &mut [u8], made: &mut [u8]) -> Result<Redaction, Malformed> {
    let unfit = RawImage::read(cdr)?.frame().err();
    if let Ok(mut frame) = RawImage::read(made)?.frame() {
        frame.blank();
    }
    Ok(Redaction { covered: u32::from(unfit.is_none()), raised: 0, blank: unfit })
}

/// The cover of a finding. A part that no detector has inspected is always covered solid.
fn cover_of(rules: &ImageRules, found: &Found) -> Option<Cover> {
    match found.why {
        Cause::Unseen => Some(Cover::Solid),
        Cause::Seen | Cause::Held => rules.cover(found.subject),
    }
}

#[cfg(test)]
mod tests;
