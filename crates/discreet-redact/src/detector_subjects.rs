//! The subjects that detectors look for in images. Policies, `discreet redact` and the redactor's protocol have their
//! words from here; `discreet-vision` has a detector for each.

discreet_host::words! {
    /// Kind of thing that detectors look for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Subject {
        /// Faces of people.
        Faces = "faces",
        /// Licence plates of vehicles.
        Plates = "plates",
        /// Whole people: face, body, clothes.
        Persons = "persons",
        /// Writing: on screens, documents, name tags.
        Text = "text",
    }

    /// The name in policies.
    name
}

impl Subject {
    /// The number of subjects.
    pub const COUNT: usize = Subject::ALL.len();

    /// The subject that is covered unless its cover is switched off: `discreet redact`.
    pub const DEFAULT: Subject = Subject::Faces;

    /// The thing in a sentence: "covers licence plates".
    pub const fn in_words(self) -> &'static str {
        match self {
            Subject::Faces => "faces",
            Subject::Plates => "licence plates",
            Subject::Persons => "whole people",
            Subject::Text => "writing",
        }
    }

    /// True if there is more to hide than an identity: a frame made coarse (`frame: lowres`) still shows that it is there.
    pub const fn shows_in_coarse_frames(self) -> bool {
        match self {
            Subject::Persons => true,
            Subject::Faces | Subject::Plates | Subject::Text => false,
        }
    }

    /// All names, as a list in a text: "`faces`, `plates`".
    pub fn names() -> String {
        Subject::ALL.map(|subject| format!("`{}`", subject.name())).join(", ")
    }
}

/// Some of the subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subjects(u8);

impl Subjects {
    /// From one byte, whose lowest bit is the first subject; `None` if any other bit is set.
    pub const fn from_bits(bits: u8) -> Option<Subjects> {
        if bits >> Subject::COUNT == 0 { Some(Subjects(bits)) } else { None }
    }

    /// As one byte, whose lowest bit is the first subject.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Is it among them?
    pub const fn contains(self, subject: Subject) -> bool {
        self.0 >> subject as u8 & 1 == 1
    }
}

impl FromIterator<Subject> for Subjects {
    fn from_iter<I: IntoIterator<Item = Subject>>(subjects: I) -> Subjects {
        Subjects(subjects.into_iter().fold(0, |bits, subject| bits | 1 << subject as u8))
    }
}
