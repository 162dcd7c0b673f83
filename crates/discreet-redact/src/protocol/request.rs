//! Questions of the guard.

use std::time::Duration;

use super::fields::Fields;
use super::{Garbled, MAX_COMPRESSED, MAX_PICTURE};
use crate::{CompressedFormat, Cover, ImageRules, Picture, Rotated, Subject, WholeFrame};

const INSPECT: u8 = 16;
const REMAKE: u8 = 17;

/// A question.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Its number, which the answer repeats.
    pub id: u64,
    /// Time of the image, nanoseconds since 1970.
    pub stamp: i64,
    /// The rules of its topic.
    pub rules: RuleBytes,
    /// The task.
    pub work: Work<'a>,
}

/// A task.
#[derive(Debug, Clone, Copy)]
pub enum Work<'a> {
    /// Find the areas to cover in this picture.
    Inspect(Picture<'a>),
    /// Cover them in this compressed image.
    Remake(CompressedFormat, &'a [u8]),
}

impl<'a> Request<'a> {
    /// Reads it from a frame.
    pub fn read(frame: &'a [u8]) -> Result<Request<'a>, Garbled> {
        let mut fields = Fields(frame);
        let kind = fields.u8()?;
        let (id, stamp, rules) = (fields.u64()?, fields.i64()?, RuleBytes(fields.array()?));
        let work = match kind {
            INSPECT => Work::Inspect(Picture { width: fields.u32()?, height: fields.u32()?, bgr: fields.0 }),
            REMAKE => {
                let format = match fields.u8()? {
                    0 => CompressedFormat::Jpeg,
                    1 => CompressedFormat::Png,
                    _ => return Err(Garbled::Undefined("format")),
                };
                Work::Remake(format, fields.0)
            }
            other => return Err(Garbled::Kind(other)),
        };
        payload(&work)?;
        Ok(Request { id, stamp, rules, work })
    }

    /// Writes all but the image, after the length of the whole, and returns the image, to be sent next.
    pub fn write_head(&self, into: &mut Vec<u8>) -> Result<&'a [u8], Garbled> {
        let payload = payload(&self.work)?;
        into.clear();
        into.extend_from_slice(&[0; 4]);
        into.push(match self.work {
            Work::Inspect(_) => INSPECT,
            Work::Remake(..) => REMAKE,
        });
        into.extend_from_slice(&self.id.to_le_bytes());
        into.extend_from_slice(&self.stamp.to_le_bytes());
        into.extend_from_slice(&self.rules.0);
        match self.work {
            Work::Inspect(picture) => {
                into.extend_from_slice(&picture.width.to_le_bytes());
                into.extend_from_slice(&picture.height.to_le_bytes());
            }
            Work::Remake(format, _) => into.push(format as u8),
        }
        // Bounded by MAX_REQUEST, far below the range of u32.
        let length = (into.len().saturating_sub(4).saturating_add(payload.len()) as u32).to_le_bytes();
        if let Some(prefix) = into.first_chunk_mut() {
            *prefix = length;
        }
        Ok(payload)
    }
}

/// The image, if it may be sent.
fn payload<'a>(work: &Work<'a>) -> Result<&'a [u8], Garbled> {
    match *work {
        Work::Inspect(Picture { width, height, bgr }) => {
            let size = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(3);
            let fits = size != 0 && size <= MAX_PICTURE as u64 && size == bgr.len() as u64;
            if fits { Ok(bgr) } else { Err(Garbled::Unfit) }
        }
        Work::Remake(_, []) => Err(Garbled::Truncated),
        Work::Remake(_, image) if image.len() > MAX_COMPRESSED => {
            Err(Garbled::TooLong { claimed: image.len(), limit: MAX_COMPRESSED })
        }
        Work::Remake(_, image) => Ok(image),
    }
}

/// The rules of a topic that the redactor needs: not the followed camera, which is the guard's task. Each
/// subject's cover in their order, the whole frame's, strict (a byte each); deadline (u64, nanoseconds), every (u24),
/// the turn of its frames, small faces (a byte each).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleBytes([u8; Subject::COUNT + OTHERS]);

/// The bytes after those of the subjects.
const OTHERS: usize = 15;

impl RuleBytes {
    /// Encodes these rules.
    pub fn of(rules: &ImageRules) -> RuleBytes {
        let covers = Subject::ALL.map(|subject| match rules.cover(subject) {
            None => 0,
            Some(Cover::Solid) => 1,
            Some(Cover::Pixelate) => 2,
            Some(Cover::Blur) => 3,
        });
        let frame = match rules.frame {
            None => 0,
            Some(WholeFrame::Blank) => 1,
            Some(WholeFrame::Lowres) => 2,
        };
        let deadline = u64::try_from(rules.deadline.as_nanos()).unwrap_or(u64::MAX);
        let [d0, d1, d2, d3, d4, d5, d6, d7] = deadline.to_le_bytes();
        let [e0, e1, e2, _] = rules.every.min(0xff_ffff).to_le_bytes();
        let [strict, small] = [rules.strict, rules.small].map(u8::from);
        let turn = rules.rotated as u8;
        let others: [u8; OTHERS] = [frame, strict, d0, d1, d2, d3, d4, d5, d6, d7, e0, e1, e2, turn, small];
        let mut bytes = [0; Subject::COUNT + OTHERS];
        bytes.iter_mut().zip(covers.into_iter().chain(others)).for_each(|(to, from)| *to = from);
        RuleBytes(bytes)
    }

    /// Decodes the rules.
    pub fn rules(&self) -> Result<ImageRules, Garbled> {
        let mut fields = Fields(&self.0);
        let mut covers = Vec::with_capacity(Subject::ALL.len());
        for subject in Subject::ALL {
            match fields.u8()? {
                0 => {}
                1 => covers.push((subject, Cover::Solid)),
                2 => covers.push((subject, Cover::Pixelate)),
                3 => covers.push((subject, Cover::Blur)),
                _ => return Err(Garbled::Undefined("cover")),
            }
        }
        let frame = match fields.u8()? {
            0 => None,
            1 => Some(WholeFrame::Blank),
            2 => Some(WholeFrame::Lowres),
            _ => return Err(Garbled::Undefined("frame")),
        };
        let strict = flag(fields.u8()?, "strict")?;
        let deadline = Duration::from_nanos(fields.u64()?);
        let [e0, e1, e2] = fields.array()?;
        let every = u32::from_le_bytes([e0, e1, e2, 0]);
        let turn = usize::from(fields.u8()?);
        let rotated = *Rotated::ALL.get(turn).ok_or(Garbled::Undefined("turn"))?;
        let small = flag(fields.u8()?, "small")?;
        Ok(ImageRules { covers, frame, strict, deadline, every, rotated, small, ..ImageRules::default() })
    }
}

fn flag(byte: u8, field: &'static str) -> Result<bool, Garbled> {
    match byte {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Garbled::Undefined(field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> ImageRules {
        ImageRules {
            covers: vec![(Subject::Faces, Cover::Solid), (Subject::Text, Cover::Pixelate)],
            frame: Some(WholeFrame::Lowres),
            strict: true,
            deadline: Duration::from_millis(100),
            every: 3,
            rotated: Rotated::Half,
            small: true,
            ..ImageRules::default()
        }
    }

    fn sent(work: Work<'_>) -> Result<Vec<u8>, Garbled> {
        let mut head = Vec::new();
        let request = Request { id: 5, stamp: -7, rules: RuleBytes::of(&rules()), work };
        let image = request.write_head(&mut head)?;
        Ok([&head, image].concat())
    }

    #[test]
    fn a_question_arrives_as_it_was_asked() {
        let pixels = [9; 2 * 3 * 3];
        let bytes = sent(Work::Inspect(Picture { width: 2, height: 3, bgr: &pixels })).unwrap();
        assert_eq!(bytes[..4], (bytes.len() as u32 - 4).to_le_bytes());
        let read = Request::read(&bytes[4..]).unwrap();
        assert_eq!((read.id, read.stamp, read.rules.rules()), (5, -7, Ok(rules())));
        assert!(matches!(read.work, Work::Inspect(Picture { width: 2, height: 3, bgr }) if bgr == pixels));

        let bytes = sent(Work::Remake(CompressedFormat::Png, b"image")).unwrap();
        assert!(matches!(
            Request::read(&bytes[4..]).unwrap().work,
            Work::Remake(CompressedFormat::Png, b"image")
        ));
    }

    #[test]
    fn a_picture_whose_size_does_not_fit_its_bytes_is_neither_sent_nor_read() {
        let pixels = vec![0; MAX_PICTURE + 3];
        for (width, height, bytes) in
            [(2, 2, 11), (2, 2, 13), (0, 0, 0), (u32::MAX, u32::MAX, 3), (14_745_601, 1, MAX_PICTURE + 3)]
        {
            let work = Work::Inspect(Picture { width, height, bgr: &pixels[..bytes] });
            assert_eq!(sent(work), Err(Garbled::Unfit), "{width}x{height}");
        }
        let mut bytes = sent(Work::Inspect(Picture { width: 2, height: 2, bgr: &[0; 12] })).unwrap();
        bytes.pop();
        assert_eq!(Request::read(&bytes[4..]).err(), Some(Garbled::Unfit));
    }
}
