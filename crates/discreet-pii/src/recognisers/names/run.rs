//! Runs: words with capitals that stand together, which may be a name, a street or an organization.

use super::table::Class;
use super::word::{Shape, Word, byte, is_letter};

/// The most words of a run.
pub(super) const MOST: usize = 10;

/// A word and its marks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub word: Word,
    pub class: Class,
}

impl Part {
    /// The word that begins at `start`.
    pub(super) fn at(text: &str, start: usize) -> Part {
        let (word, class) = Word::known(text, start);
        Part { word, class }
    }

    /// Has the word one of these marks?
    pub(super) fn is(self, class: Class) -> bool {
        self.class.any(class)
    }
}

/// Words with capitals and the particles between them, separated by spaces and the points of initials.
#[derive(Clone, Copy)]
pub(super) struct Run {
    parts: [Option<Part>; MOST],
    len: usize,
}

impl Run {
    /// The run that begins with `first`.
    pub(super) fn from(text: &str, first: Part) -> Run {
        let mut run = Run { parts: [None; MOST], len: 0 };
        run.push(first);
        let mut last = first;
        // Particles belong to a run only in front of a capital.
        let mut sure = 1;
        while let Some(next) = following(text, last) {
            let belongs = match next.word.shape {
                Shape::Code => false,
                Shape::Lower => next.is(Class::PARTICLE),
                _ => true,
            };
            if !belongs || !run.push(next) {
                break;
            }
            if next.word.shape != Shape::Lower {
                sure = run.len;
            }
            last = next;
        }
        run.len = sure;
        run
    }

    fn push(&mut self, part: Part) -> bool {
        let Some(place) = self.parts.get_mut(self.len) else { return false };
        *place = Some(part);
        self.len += 1;
        true
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, index: usize) -> Option<Part> {
        self.parts.get(..self.len)?.get(index).copied().flatten()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Part> + '_ {
        self.parts.iter().take(self.len).flatten().copied()
    }

    /// The words that end before `end`.
    pub(super) fn until(&self, end: usize) -> Run {
        Run { parts: self.parts, len: self.iter().take_while(|part| part.word.end < end).count() }
    }

    pub(super) fn start(&self) -> usize {
        self.get(0).map_or(0, |part| part.word.start)
    }

    pub(super) fn end(&self) -> usize {
        self.iter().next_back().map_or(0, |part| part.word.end)
    }
}

/// The word behind `last` on the same line, separated by spaces; behind initials and abbreviations by a point too.
pub(super) fn following(text: &str, last: Part) -> Option<Part> {
    let mut at = last.word.end;
    if byte(text, at) == b'.' {
        let short = last.word.shape == Shape::Initial
            || last.is(Class::TITLE.or(Class::STREET).or(Class::UNIT))
                && last.word.end - last.word.start <= 6;
        if !short {
            return None;
        }
        at += 1;
    }
    let spaces = spaces(text, at);
    // `J.Smith` has no space. More than two are a column of a table.
    if spaces > 2 || (spaces == 0 && byte(text, at.wrapping_sub(1)) != b'.') {
        return None;
    }
    let start = at + spaces;
    letter(text, start).then(|| Part::at(text, start))
}

/// The number of spaces and tabs at `at`.
pub(super) fn spaces(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Is there a letter at `at`?
pub(super) fn letter(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(is_letter)
}

/// The word in front of `start` on the same line, and the text between.
pub(super) fn preceding(text: &str, start: usize) -> Option<(Word, &str)> {
    let head = text.get(..start)?;
    let mut end = start;
    while let Some(last) = head.as_bytes().get(..end).and_then(<[u8]>::last) {
        match last {
            b' ' | b'\t' | b':' | b',' | b'.' | b'"' | b'\'' | b'(' | b'[' | b'*' | b'-' | b'=' | b'?'
            | b'_' => end -= 1,
            0x80.. => {
                end = head.get(..end)?.trim_end_matches(['“', '„', '«', '’', '…']).len();
                break;
            }
            _ => break,
        }
    }
    if start - end > 6 {
        return None;
    }
    let gap = head.get(end..)?;
    let last = head.get(..end)?.chars().next_back()?;
    is_letter(last).then(|| (Word::ending(text, end), gap))
}
