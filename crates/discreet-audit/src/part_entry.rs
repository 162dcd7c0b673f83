//! Entries about parts: the log is one chain over several files, and these entries join them.
//!
//! The last entry of a part says that it is closed and which part follows. The first entry of the next part names the
//! part before and the hash of its last entry. Both carry the state that a start needs, so that no start has to read
//! older parts. An entry names each part that is removed, before it is.

use serde::{Deserialize, Serialize};

use super::chain::{Line, Link};
use super::entry::PolicyMark;
use super::time::Time;

/// Contents of a `part` entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub(super) enum Note {
    /// The last entry of a part.
    Closed { part: u64, next: u64, why: String, state: Carried },
    /// The first entry of each part but the first.
    Opened { part: u64, before: Before, state: Carried },
    /// A part is about to be removed: it is older than it has to be kept.
    Removed(Removed),
}

/// The part before, as the next one names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Before {
    pub part: u64,
    /// The number and hash of its last entry.
    pub last: u64,
    #[serde(with = "hash")]
    pub head: [u8; 32],
}

/// A part that is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Removed {
    pub part: u64,
    /// The numbers and times of its first and last entry.
    pub first: u64,
    pub last: u64,
    pub from: Time,
    pub to: Time,
    /// The hash of its last entry.
    #[serde(with = "hash")]
    pub head: [u8; 32],
}

/// The state that a start needs of all earlier entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Carried {
    /// The latest time of any entry.
    pub latest: Option<Time>,
    /// The highest policy that was in force.
    pub policy: Option<PolicyMark>,
    /// The mark of the keeper's state that was entered last.
    pub mark: Option<String>,
}

impl Note {
    /// The note in a line; `None` for other entries.
    pub fn of(line: &Line) -> Option<Note> {
        #[derive(Deserialize)]
        struct Entry {
            entry: String,
            #[serde(flatten)]
            note: Note,
        }
        // Searched for in each line that is verified. In a text of an entry the quotes would be escaped.
        let is_one = line.text().contains(r#","entry":"part","#);
        let entry: Entry = is_one.then(|| serde_json::from_str(line.text()).ok())??;
        (entry.entry == "part").then_some(entry.note)
    }

    /// The first entry of the part after the one that ends with `closed`, the line at `end`.
    pub fn opened(closed: &Note, end: Link) -> Option<Note> {
        let Note::Closed { part, next, state, .. } = closed else { return None };
        let before = Before { part: *part, last: end.seq, head: end.hash };
        Some(Note::Opened { part: *next, before, state: state.clone() })
    }
}

impl Before {
    /// The end of that part.
    pub fn link(&self) -> Link {
        Link { seq: self.last, hash: self.head }
    }
}

/// A hash as 64 hexadecimal digits, for `#[serde(with)]`.
pub(super) mod hash {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::super::chain::unhex;

    pub fn serialize<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&blake3::Hash::from_bytes(*hash).to_hex())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        unhex(&text).ok_or_else(|| Error::custom("not 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain::write_line;
    use super::super::entry::Entry;
    use super::*;

    #[test]
    fn notes_are_read_back_from_the_lines_they_are_written_as() {
        let state = Carried {
            latest: Some(Time::from_second(7)),
            policy: Some(PolicyMark { version: 3, hash: [3; 32] }),
            mark: Some("aa".to_owned()),
        };
        let closed = Note::Closed { part: 1, next: 2, why: "size".to_owned(), state };
        let opened = Note::opened(&closed, Link { seq: 9, hash: [9; 32] }).unwrap();
        let removed = Note::Removed(Removed {
            part: 1,
            first: 1,
            last: 9,
            from: Time::from_second(1),
            to: Time::from_second(2),
            head: [9; 32],
        });
        for note in [closed, opened, removed] {
            let mut out = Vec::new();
            write_line(&mut out, Link::START, Time::from_second(1), &Entry::Part(note.clone())).unwrap();
            out.pop();
            let line = Line::parse(&out).unwrap();
            assert_eq!(Note::of(&line), Some(note), "{}", line.text());
        }
    }

    #[test]
    fn an_entry_of_another_kind_is_not_a_note_whatever_its_texts_say() {
        let what = r#"","entry":"part","change":"removed""#.to_owned();
        let entry = Entry::Fault { since: Time::from_second(1), what, lost: 0 };
        let mut out = Vec::new();
        write_line(&mut out, Link::START, Time::from_second(1), &entry).unwrap();
        out.pop();
        assert_eq!(Note::of(&Line::parse(&out).unwrap()), None);
    }
}
