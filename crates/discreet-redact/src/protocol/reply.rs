//! Messages of the redactor.

use super::fields::Fields;
use super::{Garbled, MAX_COMPRESSED, MAX_FINDINGS, VERSION};
use crate::{Area, Cause, Found, Subject, Subjects};

const HELLO: u8 = 1;
const FOUND: u8 = 2;
const REMADE: u8 = 3;
const FAILED: u8 = 4;

/// The bytes of one finding.
const FINDING: usize = 22;

const MAX_ENGINE: usize = 64;

/// The first message of a redactor: it is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Its process.
    pub pid: u32,
    /// The name of its engine: printable ASCII, at most 64 characters.
    pub engine: String,
    /// The subjects that it can find.
    pub subjects: Subjects,
}

impl Hello {
    /// Reads it from a frame.
    pub fn read(frame: &[u8]) -> Result<Hello, Garbled> {
        let mut fields = Fields(frame);
        match (fields.u8()?, fields.u16()?) {
            (HELLO, VERSION) => {}
            (HELLO, other) => return Err(Garbled::Version(other)),
            (kind, _) => return Err(Garbled::Kind(kind)),
        }
        let pid = fields.u32()?;
        let subjects = Subjects::from_bits(fields.u8()?).ok_or(Garbled::Undefined("subjects"))?;
        // It is shown to people: no control characters.
        let printable = (1..=MAX_ENGINE).contains(&fields.0.len())
            && fields.0.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        match std::str::from_utf8(fields.0) {
            Ok(engine) if printable => Ok(Hello { pid, engine: engine.into(), subjects }),
            _ => Err(Garbled::Undefined("engine")),
        }
    }

    /// Writes it after its length. Characters of the engine's name that are not allowed are left out.
    pub fn write(&self, into: &mut Vec<u8>) {
        let shown = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        let mut engine: Vec<u8> = self.engine.bytes().filter(shown).take(MAX_ENGINE).collect();
        if engine.is_empty() {
            engine.push(b'?');
        }
        framed(into, HELLO, |into| {
            into.extend_from_slice(&VERSION.to_le_bytes());
            into.extend_from_slice(&self.pid.to_le_bytes());
            into.push(self.subjects.bits());
            into.extend_from_slice(&engine);
        });
    }
}

/// An answer.
#[derive(Debug, Clone, Copy)]
pub enum Reply<'a> {
    /// To Inspect: the areas to cover.
    Found {
        /// The question's number.
        id: u64,
        /// Not compared with the picture yet.
        findings: Findings<'a>,
    },
    /// To Remake: the image that may leave.
    Remade {
        /// The question's number.
        id: u64,
        /// The compressed image.
        image: &'a [u8],
    },
    /// To either: it failed.
    Failed {
        /// The question's number.
        id: u64,
    },
}

impl<'a> Reply<'a> {
    /// Reads it from a frame.
    pub fn read(frame: &'a [u8]) -> Result<Reply<'a>, Garbled> {
        let mut fields = Fields(frame);
        let (kind, id) = (fields.u8()?, fields.u64()?);
        match kind {
            FOUND => {
                let count = usize::from(fields.u16()?);
                if count > MAX_FINDINGS {
                    return Err(Garbled::TooLong { claimed: count, limit: MAX_FINDINGS });
                }
                match fields.0.len().checked_sub(count.saturating_mul(FINDING)) {
                    Some(0) => Ok(Reply::Found { id, findings: Findings(fields.0) }),
                    Some(extra) => Err(Garbled::Trailing(extra)),
                    None => Err(Garbled::Truncated),
                }
            }
            REMADE if fields.0.is_empty() => Err(Garbled::Truncated),
            REMADE if fields.0.len() > MAX_COMPRESSED => {
                Err(Garbled::TooLong { claimed: fields.0.len(), limit: MAX_COMPRESSED })
            }
            REMADE => Ok(Reply::Remade { id, image: fields.0 }),
            FAILED => fields.end().map(|()| Reply::Failed { id }),
            other => Err(Garbled::Kind(other)),
        }
    }

    /// The number of the question that it answers.
    pub fn id(&self) -> u64 {
        match self {
            Reply::Found { id, .. } | Reply::Remade { id, .. } | Reply::Failed { id } => *id,
        }
    }

    /// Writes findings after their length; false, with nothing written, if there are too many.
    pub fn write_found(into: &mut Vec<u8>, id: u64, found: &[Found]) -> bool {
        let Some(count) = u16::try_from(found.len()).ok().filter(|_| found.len() <= MAX_FINDINGS) else {
            return false;
        };
        framed(into, FOUND, |into| {
            into.extend_from_slice(&id.to_le_bytes());
            into.extend_from_slice(&count.to_le_bytes());
            for Found { subject, area, score, why } in found {
                into.extend_from_slice(&[*subject as u8, *why as u8]);
                into.extend_from_slice(&score.to_le_bytes());
                for edge in [area.left, area.top, area.right, area.bottom] {
                    into.extend_from_slice(&edge.to_le_bytes());
                }
            }
        });
        true
    }

    /// Writes a remade image after its length; false, with nothing written, if it is empty or too large.
    pub fn write_remade(into: &mut Vec<u8>, id: u64, image: &[u8]) -> bool {
        if !(1..=MAX_COMPRESSED).contains(&image.len()) {
            return false;
        }
        framed(into, REMADE, |into| {
            into.extend_from_slice(&id.to_le_bytes());
            into.extend_from_slice(image);
        });
        true
    }

    /// Writes a failure after its length.
    pub fn write_failed(into: &mut Vec<u8>, id: u64) {
        framed(into, FAILED, |into| into.extend_from_slice(&id.to_le_bytes()));
    }
}

/// Findings as received.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a>(&'a [u8]);

impl Findings<'_> {
    /// Puts them into `found`, if each is inside a picture of this size. After an error `found` is empty.
    pub fn within(&self, width: u32, height: u32, found: &mut Vec<Found>) -> Result<(), Garbled> {
        found.clear();
        let mut fields = Fields(self.0);
        while !fields.0.is_empty() {
            match finding(&mut fields, width, height) {
                Ok(one) => found.push(one),
                Err(garbled) => {
                    found.clear();
                    return Err(garbled);
                }
            }
        }
        Ok(())
    }
}

fn finding(fields: &mut Fields<'_>, width: u32, height: u32) -> Result<Found, Garbled> {
    let subject = *Subject::ALL.get(usize::from(fields.u8()?)).ok_or(Garbled::Undefined("subject"))?;
    let why = match fields.u8()? {
        0 => Cause::Seen,
        1 => Cause::Held,
        2 => Cause::Unseen,
        _ => return Err(Garbled::Undefined("why")),
    };
    let score = fields.f32()?;
    if !(0.0..=1.0).contains(&score) {
        return Err(Garbled::Undefined("score"));
    }
    let area = Area { left: fields.u32()?, top: fields.u32()?, right: fields.u32()?, bottom: fields.u32()? };
    let inside =
        area.left < area.right && area.right <= width && area.top < area.bottom && area.bottom <= height;
    if inside { Ok(Found { subject, area, score, why }) } else { Err(Garbled::Outside) }
}

/// Writes a frame: its length, its kind and what `body` writes.
pub(super) fn framed(into: &mut Vec<u8>, kind: u8, body: impl FnOnce(&mut Vec<u8>)) {
    into.clear();
    into.extend_from_slice(&[0, 0, 0, 0, kind]);
    body(into);
    // Bounded by MAX_REPLY, far below the range of u32.
    let length = (into.len().saturating_sub(4) as u32).to_le_bytes();
    if let Some(prefix) = into.first_chunk_mut() {
        *prefix = length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(area: [u32; 4], score: f32) -> Found {
        let [left, top, right, bottom] = area;
        Found { subject: Subject::Faces, area: Area { left, top, right, bottom }, score, why: Cause::Held }
    }

    fn read_back(found: &[Found], width: u32, height: u32) -> Result<Vec<Found>, Garbled> {
        let mut bytes = Vec::new();
        assert!(Reply::write_found(&mut bytes, 7, found));
        let Reply::Found { id: 7, findings } = Reply::read(&bytes[4..])? else { panic!("not found") };
        let mut read = Vec::new();
        findings.within(width, height, &mut read).map(|()| read)
    }

    #[test]
    fn what_was_found_arrives_as_it_was_sent() {
        let found = [face([0, 0, 640, 480], 1.0), face([1, 2, 3, 4], 0.25)];
        assert_eq!(read_back(&found, 640, 480), Ok(found.into()));
        assert_eq!(read_back(&[], 640, 480), Ok(vec![]));
    }

    #[test]
    fn areas_outside_of_the_picture_or_empty_are_refused() {
        let wrong = [
            [0, 0, 641, 480],
            [0, 0, 640, 481],
            [5, 5, 5, 6],
            [5, 6, 6, 6],
            [9, 0, 3, 4],
            [0, 0, u32::MAX, 1],
        ];
        for area in wrong {
            assert_eq!(
                read_back(&[face([0, 0, 1, 1], 0.5), face(area, 0.5)], 640, 480),
                Err(Garbled::Outside)
            );
        }
        for score in [f32::NAN, f32::INFINITY, -0.1, 1.1] {
            assert_eq!(read_back(&[face([0, 0, 1, 1], score)], 640, 480), Err(Garbled::Undefined("score")));
        }
    }

    #[test]
    fn more_findings_than_can_be_said_are_not_said_in_part() {
        let mut bytes = Vec::new();
        assert!(!Reply::write_found(&mut bytes, 7, &[face([0, 0, 1, 1], 0.5); MAX_FINDINGS + 1]));
        assert!(bytes.is_empty());
        assert_eq!(
            read_back(&[face([0, 0, 1, 1], 0.5); MAX_FINDINGS], 2, 2).map(|found| found.len()),
            Ok(MAX_FINDINGS)
        );
    }

    #[test]
    fn counts_and_lengths_have_to_agree() {
        let mut bytes = Vec::new();
        Reply::write_found(&mut bytes, 7, &[face([0, 0, 1, 1], 0.5)]);
        assert_eq!(Reply::read(&bytes[4..bytes.len() - 1]).map(|reply| reply.id()), Err(Garbled::Truncated));
        bytes.push(0);
        assert_eq!(Reply::read(&bytes[4..]).map(|reply| reply.id()), Err(Garbled::Trailing(1)));
        Reply::write_failed(&mut bytes, 8);
        bytes.push(0);
        assert_eq!(Reply::read(&bytes[4..]).map(|reply| reply.id()), Err(Garbled::Trailing(1)));
        assert_eq!(
            Reply::read(&[3, 1, 0, 0, 0, 0, 0, 0, 0]).map(|reply| reply.id()),
            Err(Garbled::Truncated)
        );
    }

    #[test]
    fn a_hello_of_another_version_or_with_control_characters_is_refused() {
        let hello = Hello {
            pid: 9,
            engine: "OpenCV 4.6\x1b[2J".into(),
            subjects: Subjects::from_iter([Subject::Text]),
        };
        let mut bytes = Vec::new();
        hello.write(&mut bytes);
        let read = Hello::read(&bytes[4..]).unwrap();
        assert_eq!((read.pid, read.engine.as_str(), read.subjects), (9, "OpenCV 4.6[2J", hello.subjects));
        assert!(read.subjects.contains(Subject::Text) && !read.subjects.contains(Subject::Faces));
        let end = bytes.len() - 1;
        bytes[end] = b'\n';
        assert_eq!(Hello::read(&bytes[4..]), Err(Garbled::Undefined("engine")));
        bytes[5] ^= 1;
        assert_eq!(Hello::read(&bytes[4..]), Err(Garbled::Version(VERSION ^ 1)));
    }
}
