//! Texts of a policy that are always, or never, reported. They are compared as a reader does: without case, accents and
//! forms of signs.

use std::collections::HashSet;

use aho_corasick::AhoCorasick;

use super::matcher::NotBuilt;
use super::patterns::Patterns;
use crate::Kind;
use crate::recognisers::names::fold;
use crate::view::View;

/// Texts that are always reported, each as a kind.
pub(super) struct Always {
    automaton: AhoCorasick,
    kinds: Vec<Kind>,
}

/// Memory of a search, kept for the next one.
#[derive(Default)]
pub(super) struct Folded {
    bytes: Vec<u8>,
    /// For each byte, the place of its character in the text.
    places: Vec<usize>,
}

/// A text as it is compared.
fn folded(text: &str) -> Vec<u8> {
    let mut view = View::default();
    let seen = if view.read(text) { view.text() } else { text };
    let mut bytes = Vec::new();
    fold(seen.trim(), |byte| bytes.push(byte));
    bytes
}

impl Always {
    /// `None` without texts.
    pub(super) fn new(texts: &[(Kind, String)]) -> Result<Option<Always>, NotBuilt> {
        let entries: Vec<_> = texts.iter().map(|(kind, text)| (*kind, folded(text))).collect();
        let entries: Vec<_> = entries.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        if entries.is_empty() {
            return Ok(None);
        }
        let automaton = AhoCorasick::new(entries.iter().map(|(_, text)| text));
        let automaton = automaton.map_err(|error| NotBuilt::Lists(Box::new(error)))?;
        Ok(Some(Always { automaton, kinds: entries.into_iter().map(|(kind, _)| kind).collect() }))
    }

    /// Calls `give` with the kind and the place of each entry in `text`. Entries that overlap are all given.
    pub(super) fn find(&self, text: &str, memory: &mut Folded, mut give: impl FnMut(Kind, usize, usize)) {
        let Folded { bytes, places } = memory;
        bytes.clear();
        places.clear();
        for (at, c) in text.char_indices() {
            fold(c.encode_utf8(&mut [0; 4]), |byte| bytes.push(byte));
            places.resize(bytes.len(), at);
        }
        for found in self.automaton.find_overlapping_iter(&bytes) {
            let last = found.end().checked_sub(1).and_then(|last| places.get(last));
            let (Some(start), Some(last)) = (places.get(found.start()).copied(), last.copied()) else {
                continue;
            };
            let length = text.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let end = last + length;
            if let Some(kind) =
                self.kinds.get(found.pattern().as_usize()).filter(|_| is_whole(text, start, end))
            {
                give(*kind, start, end);
            }
        }
    }
}

/// Texts that are never reported, and patterns of such texts.
pub(super) struct Never {
    texts: HashSet<Vec<u8>>,
    patterns: Option<Patterns>,
}

impl Never {
    pub(super) fn new(texts: &[String], patterns: &[String]) -> Result<Never, NotBuilt> {
        let texts = texts.iter().map(|text| folded(text)).filter(|text| !text.is_empty()).collect();
        Ok(Never { texts, patterns: Patterns::new(patterns.iter().map(String::as_str))? })
    }

    pub(super) fn has(&self, text: &str) -> bool {
        (!self.texts.is_empty() && self.texts.contains(&folded(text)))
            || self.patterns.as_ref().is_some_and(|patterns| patterns.fits(text))
    }
}

/// Is `start..end` not a part of a longer word?
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let first = text.get(start..).and_then(|found| found.chars().next());
    let last = text.get(..end).and_then(|found| found.chars().next_back());
    let behind = text.get(end..).and_then(|behind| behind.chars().next());
    is_border(before, first) && is_border(last, behind)
}

/// Does a word begin or end between these characters? In scripts without blanks, between any two.
pub(super) fn is_border(before: Option<char>, behind: Option<char>) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !has_no_blanks(c));
    !inside(before) || !inside(behind)
}

/// Is this a letter of a script that is written without blanks between words: Chinese, Japanese, Thai, Lao, Khmer,
/// Burmese?
pub(crate) fn has_no_blanks(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(entries: &[&str], text: &'t str) -> Vec<&'t str> {
        let entries: Vec<_> = entries.iter().map(|text| (Kind::Room, (*text).to_owned())).collect();
        let mut all = Vec::new();
        let always = Always::new(&entries).unwrap().unwrap();
        always.find(text, &mut Folded::default(), |_, start, end| all.push(&text[start..end]));
        all
    }

    #[test]
    fn an_entry_that_begins_like_another_is_found() {
        assert_eq!(found(&["12", "1207"], "door 1207, then 12"), ["1207", "12"]);
    }

    #[test]
    fn case_accents_and_forms_of_signs_make_no_difference() {
        for (entry, text) in [
            ("Ñqwandú", "al ñqwandú hoy"),
            ("O'Nyyl", "mr O’NYYL is here"),
            ("ÉCOLE", "cette école-ci"),
            ("Grand Duke", "the grand duke"),
            ("Straße 7", "STRASSE 7"),
        ] {
            assert_eq!(found(&[entry], text).len(), 1, "{text}");
        }
        assert_eq!(found(&["Ada"], "Adam, adage"), [""; 0]);
    }

    #[test]
    fn scripts_without_blanks_have_no_borders_of_words() {
        assert_eq!(found(&["田中"], "田中さんが来た"), ["田中"]);
        assert_eq!(found(&["สมชาย"], "คุณสมชายมา"), ["สมชาย"]);
    }
}
