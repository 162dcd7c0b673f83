//! What was found in an image.

use super::Area;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Faces of people.
    Faces,
    /// Licence plates of vehicles.
    Plates,
    /// Whole people: face, body, clothes.
    Persons,
    /// Writing: on screens, documents, name tags.
    Text,
}

impl Subject {
    /// Every subject, in the order of the variants.
    pub const ALL: [Subject; 4] = [Subject::Faces, Subject::Plates, Subject::Persons, Subject::Text];

    /// As a policy writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Subject::Faces => "faces",
            Subject::Plates => "plates",
            Subject::Persons => "persons",
            Subject::Text => "text",
        }
    }
}

/// Some of the subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subjects(u8);

impl Subjects {
    /// As one byte, of which the first subject is the lowest bit; none if another bit is set too.
    pub const fn from_bits(bits: u8) -> Option<Subjects> {
        if bits >> Subject::ALL.len() == 0 { Some(Subjects(bits)) } else { None }
    }

    /// As one byte, of which the first subject is the lowest bit.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether it is among them.
    pub const fn contains(self, subject: Subject) -> bool {
        self.0 >> subject as u8 & 1 == 1
    }
}

impl FromIterator<Subject> for Subjects {
    fn from_iter<I: IntoIterator<Item = Subject>>(subjects: I) -> Subjects {
        Subjects(subjects.into_iter().fold(0, |bits, subject| bits | 1 << subject as u8))
    }
}

/// Why an area is to be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A detector saw it in this picture.
    Seen,
    /// It was seen a moment ago and is held, moved along with the picture.
    Held,
    /// Nobody has looked at this part yet (`strict`).
    Unseen,
}

/// An area to be covered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// What it is.
    pub subject: Subject,
    /// Where, in pixels of the picture that was looked at, enlarged already.
    pub area: Area,
    /// How sure the detector is: 0 to 1.
    pub score: f32,
    /// Why it is to be covered.
    pub why: Cause,
}

/// What a detector looks at: 8-bit blue, green, red; `width * height * 3` bytes without gaps.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The pixels, row by row.
    pub bgr: &'a [u8],
}

/// The long side of the largest picture that is worth looking at: what is sent to a [`ImageInspector`](super::ImageInspector) is made smaller
/// to this. Faces of 10 pixels in it are still found; a larger one takes longer and finds hardly more.
pub const THUMBNAIL_SIDE: u32 = 960;
