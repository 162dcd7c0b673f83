//! Names in scripts that the word lists do not have: Chinese, Japanese, Korean, Arabic, Hebrew, Cyrillic, Greek, Thai,
//! Devanagari. A label in front tells them, `姓名：王小明`, or a title: `господин Петров`, `田中さん`.

mod east_asian;
mod list;
mod words;

use super::cue::Cue;
use super::label;
use super::person::NameHit;
use super::scores;
use crate::detect::Budget;
use crate::{Evidence, Kind};

pub(crate) use words::is_label;

/// The most words of a name.
const MOST: usize = 4;
/// The most bytes of a word that are read as a name. Scripts without blanks have longer rows.
const LONGEST: usize = 60;
/// The most bytes of a label.
const LONGEST_LABEL: usize = 60;

/// A script, or several that one name may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Chinese characters and the kana of Japanese.
    Han,
    Hangul,
    Arabic,
    Hebrew,
    Cyrillic,
    Greek,
    Thai,
    Devanagari,
}

impl Script {
    fn of(c: char) -> Option<Script> {
        Some(match c {
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
            '\u{400}'..='\u{52f}' => Script::Cyrillic,
            '\u{5d0}'..='\u{5f4}' => Script::Hebrew,
            '\u{620}'..='\u{64a}' | '\u{66e}'..='\u{6d3}' | '\u{6fa}'..='\u{6fc}' => Script::Arabic,
            '\u{900}'..='\u{963}' => Script::Devanagari,
            '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' => Script::Thai,
            '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' => Script::Han,
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' => Script::Han,
            '\u{ac00}'..='\u{d7a3}' => Script::Hangul,
            _ => return None,
        })
    }

    fn has_capitals(self) -> bool {
        matches!(self, Script::Cyrillic | Script::Greek)
    }
}

/// A word of such a script.
#[derive(Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
    script: Script,
}

impl Word {
    fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    fn is_capital(self, text: &str) -> bool {
        self.text(text).chars().next().is_some_and(char::is_uppercase)
    }
}

/// May the text have letters of these scripts? Texts of Latin letters have none of these bytes, but for rare signs.
fn may_have(text: &str) -> bool {
    let found = |block: &[u8]| {
        block.iter().fold(false, |found, byte| found | ((*byte >= 0xcd) & (*byte < 0xee) & (*byte != 0xe2)))
    };
    text.as_bytes().chunks(64).any(found)
}

/// Finds names. `promised`: the cue of the name of the field.
pub(super) fn find(text: &str, promised: Cue, budget: &mut Budget, mut give: impl FnMut(NameHit)) {
    if !may_have(text) {
        return;
    }
    let mut give = |start: usize, end: usize| {
        let (score, evidence) = (scores::INTRODUCED_UNLISTED, Evidence::Context);
        give(NameHit { kind: Kind::Person, start, end, score, evidence });
    };
    let mut before: Option<Word> = None;
    // The place of the next name of a list behind a label.
    let mut listed = None;
    let mut from = 0;
    while let Some(word) = next(text, from) {
        // The words around are read too, and several lists of words.
        if !budget.take((word.end - from) * 4) {
            return;
        }
        let field = promised == Cue::Strong && text.len() <= LONGEST;
        let lead = before.filter(|before| {
            let gap = text.get(before.end..word.start);
            matches!(gap, Some(" " | ". ")) && (!word.script.has_capitals() || word.is_capital(text))
        });
        let title = lead.filter(|lead| words::is_title(lead.text(text))).map(|title| title.start);
        let lead = title.or_else(|| lead.filter(|lead| words::is_verb(lead.text(text))).map(|_| word.start));
        let people = list::is_of_people(text, word.start);
        let continues = listed.filter(|(at, _)| *at == word.start);
        let (start, end) =
            if field || people || continues.is_some() || label::is_in_front(text, word.start, is_label) {
                let end = name_end(text, word, MOST);
                let people = people || continues.is_some_and(|(_, people)| people);
                listed = list::next(text, end, people).map(|next| (next, people));
                (word.start, end)
            } else if let Some(start) = lead {
                (start, name_end(text, word, if word.script.has_capitals() { MOST } else { 2 }))
            } else {
                east_asian::find(text, before, word, &mut give);
                (before, from) = (Some(word), word.end);
                continue;
            };
        if !words::is_nobody(text.get(start..end).unwrap_or_default()) {
            give(start, end);
        }
        (before, from) = (None, end);
    }
}

/// The next word from `from` on.
fn next(text: &str, from: usize) -> Option<Word> {
    let rest = text.get(from..)?;
    let (start, script) = rest.char_indices().find_map(|(at, c)| Some((from + at, Script::of(c)?)))?;
    let mut end = start;
    for (at, c) in text.get(start..)?.char_indices() {
        let behind = || text.get(start + at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        // `г-н`, `ד"ר`, `約翰·史密斯`
        let joins = matches!(c, '-' | '\'' | '"' | '·' | '・' | '\u{200c}') && at > 0;
        let inside = Script::of(c) == Some(script)
            || joins && behind().is_some_and(|next| Script::of(next) == Some(script));
        if !inside {
            break;
        }
        end = start + at + c.len_utf8();
    }
    Some(Word { start, end, script })
}

/// The end of the name that begins with `first`: words of its script with one blank between, and capitals if it has one.
fn name_end(text: &str, first: Word, most: usize) -> usize {
    let capital = first.script.has_capitals() && first.is_capital(text);
    let mut end = first.end;
    for _ in 1..most {
        let initial = text.get(end..).is_some_and(|rest| rest.starts_with(". ")) && end - first.start <= 4;
        let blank = usize::from(initial) + 1;
        let fits = |word: &Word| {
            word.start == end + blank
                && word.script == first.script
                && (!capital || word.is_capital(text))
                && word.end - first.start <= LONGEST * 2
        };
        let rest = text.get(end + blank..).unwrap_or_default();
        let goes_on = rest.chars().next().and_then(Script::of) == Some(first.script);
        if !goes_on || !text.get(end..end + blank).is_some_and(|gap| matches!(gap, " " | ". ")) {
            break;
        }
        let Some(word) = next(text, end + blank).filter(fits) else { break };
        end = word.end;
    }
    end
}

#[cfg(test)]
mod tests;
