//! The view: a text as a reader sees it, with the place of each part in the original.
//!
//! People write the same number with no-break blanks, full-width digits or a soft hyphen, and programs escape it. All
//! recognisers read the view, so that none of them has to know. A text of plain ASCII is its own view.

mod escapes;
mod letters;
mod mapped;
mod outline;
mod signs;

use std::ops::Range;

use discreet_host::steps;

use escapes::Meaning;
use letters::{SIGN, Seen};
pub(crate) use mapped::Mapped;
pub(crate) use outline::Outline;
use outline::{BLOCK, is_special, is_special_pair};

/// From so many blanks on, what follows is another column of a table.
const COLUMN: usize = 4;
/// The letters on either side that are read to see whether a word is Latin.
const WORD: usize = 24;

/// The control character that begins a colour in the log of a console.
const ESCAPE: char = '\u{1b}';

/// A text as a reader sees it. Its memory is reused: after the first texts nothing is allocated.
#[derive(Default)]
pub(crate) struct View {
    mapped: Mapped,
    made: String,
    /// The tags that are not seen and have more than a name.
    tags: Vec<Range<usize>>,
}

impl View {
    /// Reads `text`. False if it is its own view; then this one has no meaning.
    pub(crate) fn read(&mut self, text: &str) -> bool {
        let Some(first) = next_special(text.as_bytes(), 0) else { return false };
        self.mapped.clear();
        self.tags.clear();
        let View { mapped, made, tags } = self;
        let mut reading = Reading { text, mapped, made, tags, copied: 0, changed: false, latin: (0, false) };
        let mut next = Some(first);
        while let Some(at) = next {
            let end = reading.special(at).max(at + 1);
            next = next_special(text.as_bytes(), end);
        }
        reading.copy(text.len());
        reading.changed
    }

    /// The text as a reader sees it.
    pub(crate) fn text(&self) -> &str {
        self.mapped.text()
    }

    /// The text between `<` and `>` in the tags that are not seen, unless it is a name alone. It must not be hidden from
    /// the search.
    pub(crate) fn tags(&self) -> &[Range<usize>] {
        &self.tags
    }

    /// The bytes of the original text that `start..end` of the view comes from.
    pub(crate) fn original(&self, start: usize, end: usize) -> Range<usize> {
        self.mapped.original(start, end)
    }
}

/// The next byte from `from` on that may not be what a reader sees: a special one, or the first of two blanks.
fn next_special(bytes: &[u8], from: usize) -> Option<usize> {
    let here = |at: &usize| {
        bytes.get(*at).is_some_and(|byte| {
            SPECIAL.get(usize::from(*byte)) == Some(&true)
                || bytes.get(at + 1).is_some_and(|next| is_special_pair(*byte, *next))
        })
    };
    let mut at = from;
    while let Some(window) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let end = at + BLOCK;
        if outline::has_special(window)
            && let Some(found) = (at..end).find(here)
        {
            return Some(found);
        }
        at = end;
    }
    (at..bytes.len()).find(here)
}

/// [`is_special`] of each byte.
static SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        // `byte` is below 256 by the condition of the loop.
        #[allow(clippy::indexing_slicing)]
        let one = &mut special[byte];
        *one = is_special(byte as u8);
        byte += 1;
    }
    special
};

/// A text while its view is made.
struct Reading<'r> {
    text: &'r str,
    mapped: &'r mut Mapped,
    made: &'r mut String,
    tags: &'r mut Vec<Range<usize>>,
    /// The end of the part that is in the view.
    copied: usize,
    changed: bool,
    /// The end of the last word with a letter that looks Latin, and whether the word is Latin.
    latin: (usize, bool),
}

impl Reading<'_> {
    /// Reads what begins with the special byte at `at`. Returns its end.
    fn special(&mut self, at: usize) -> usize {
        steps::count(1);
        let Some(c) = self.text.get(at..).and_then(|rest| rest.chars().next()) else { return at + 1 };
        let end = at + c.len_utf8();
        match c {
            ' ' | '\t' => self.blanks(at),
            '%' | '&' | '\\' | '<' | '+' => match escapes::escape(self.text, at) {
                Some((meaning, end)) => {
                    self.tags.extend(escapes::content(self.text, at..end));
                    match meaning {
                        Meaning::Letter(c) => self.letter(c, at, end, true),
                        Meaning::Nothing => self.put(None, at, end),
                    }
                }
                None => end,
            },
            _ => self.letter(c, at, end, false),
        }
    }

    /// Adds the character in `from..to`. Returns the place to go on.
    fn letter(&mut self, c: char, from: usize, to: usize, escaped: bool) -> usize {
        match letters::seen(c) {
            Seen::Same | Seen::Dot | Seen::LooksLatin(_) if escaped => self.put(Some(c), from, to),
            Seen::Same => to,
            Seen::Gone => self.gone(c, from, to),
            Seen::Blank if escaped => self.blanks_from(from, to, 1),
            Seen::Blank => self.blanks(from),
            Seen::Line => self.put(Some('\n'), from, to),
            Seen::As(c) => self.put(Some(c), from, to),
            Seen::Dot | Seen::Dash if self.is_between(from, to, is_digit) => self.put(Some('-'), from, to),
            Seen::Dot if !self.is_between(from, to, char::is_alphabetic) => self.put(Some(SIGN), from, to),
            Seen::Sign if !self.belongs(c, from, to) => self.put(Some(SIGN), from, to),
            Seen::LooksLatin(letter) if self.is_in_latin_word(from, to) => self.put(Some(letter), from, to),
            Seen::Comma if escaped || !self.is_between(from, to, is_other_letter) => {
                self.put(Some(','), from, to)
            }
            Seen::Dot | Seen::Dash | Seen::Comma | Seen::Sign | Seen::LooksLatin(_) => to,
            Seen::Compatible => self.compatible(c, from, to),
            Seen::Mark => self.mark(c, from, to),
        }
    }

    /// Copies the text up to `to` as it stands.
    fn copy(&mut self, to: usize) {
        self.mapped.same(self.text, self.copied, to);
        self.copied = self.copied.max(to);
    }

    /// Adds a character, or nothing, in the place of `from..to`.
    fn put(&mut self, c: Option<char>, from: usize, to: usize) -> usize {
        self.copy(from);
        if let Some(c) = c {
            self.mapped.put(c, from, to);
        }
        (self.copied, self.changed) = (to, true);
        to
    }

    /// Adds a mark to the letter in front of it. A mark that makes no letter of it is not seen.
    fn mark(&mut self, mark: char, from: usize, to: usize) -> usize {
        self.copy(from);
        if let Some((letter, begin)) = self.mapped.pop() {
            match unicode_normalization::char::compose(letter, mark) {
                Some(both) => self.mapped.put(both, begin, to),
                None => self.mapped.put(letter, begin, from),
            }
        }
        (self.copied, self.changed) = (to, true);
        to
    }

    /// Reads a row of blanks, the first at `at`.
    fn blanks(&mut self, at: usize) -> usize {
        let before = self.text.get(self.copied..at).is_some_and(|before| before.ends_with(' '));
        let from = at - usize::from(before);
        self.blanks_from(from, from, 0)
    }

    /// Reads the blanks from `to` on, behind `count` that begin at `from`. A row of a few blanks is one; a longer one
    /// is seen as it is.
    fn blanks_from(&mut self, from: usize, to: usize, count: usize) -> usize {
        let (mut end, mut count, mut plain) = (to, count, count == 0);
        for c in self.text.get(to..).unwrap_or_default().chars() {
            match letters::seen(c) {
                _ if c == ' ' => count += 1,
                Seen::Blank => (count, plain) = (count + 1, false),
                Seen::Gone => plain = false,
                _ => break,
            }
            end += c.len_utf8();
        }
        let edge = |c: Option<char>| c.is_none_or(|c| c == '\n' || c == '\r');
        let behind = self.text.get(end..).and_then(|behind| behind.chars().next());
        let before = self.text.get(..from).and_then(|before| before.chars().next_back());
        if plain && count >= COLUMN && behind.is_some_and(|c| c.is_ascii_digit()) && self.is_in_telephone(from) {
            self.copy(from);
            self.mapped.replaced(" ", from, end);
            (self.copied, self.changed) = (end, true);
            return end;
        }
        if plain && (count == 1 || count >= COLUMN || edge(before) || edge(behind)) {
            return end;
        }
        self.copy(from);
        if count >= COLUMN {
            self.mapped.replaced("    ", from, end);
        } else if !self.mapped.text().ends_with(' ') {
            self.mapped.replaced(" ", from, end);
        }
        (self.copied, self.changed) = (end, true);
        end
    }

    /// Do characters on both sides of `from..to` fit?
    fn is_between(&self, from: usize, to: usize, fits: fn(char) -> bool) -> bool {
        let before = self.text.get(..from).and_then(|before| before.chars().next_back());
        let behind = self.text.get(to..).and_then(|behind| behind.chars().next());
        before.is_some_and(fits) && behind.is_some_and(fits)
    }

    /// Does the sign `c` belong to what stands beside it: `40 €`, `password… tulip7`, `password → tulip7`?
    fn belongs(&self, c: char, from: usize, to: usize) -> bool {
        let before = self.text.get(..from).unwrap_or_default();
        let behind = self.text.get(to..).unwrap_or_default();
        match c {
            '€' | '£' | '¥' | '°' => {
                before.trim_end().ends_with(is_digit) || behind.trim_start().starts_with(is_digit)
            }
            '…' => before.ends_with(char::is_alphabetic),
            '→' => self.is_between(from, to, char::is_whitespace),
            _ => false,
        }
    }

    /// Has the word around `from..to` a letter or digit of ASCII?
    fn is_in_latin_word(&mut self, from: usize, to: usize) -> bool {
        let (end, latin) = self.latin;
        if to <= end {
            return latin;
        }
        let before = self.text.get(..from).unwrap_or_default().chars().rev();
        let behind = self.text.get(to..).unwrap_or_default().chars();
        let in_word = |c: &char| c.is_alphanumeric();
        let length: usize = behind.clone().take(WORD).take_while(in_word).map(char::len_utf8).sum();
        let mut both = before.take(WORD).take_while(in_word).chain(behind.take(WORD).take_while(in_word));
        let latin = both.any(|c| c.is_ascii_alphanumeric());
        self.latin = (to + length, latin);
        latin
    }
}

/// Is it a letter that is not one of ASCII?
fn is_other_letter(c: char) -> bool {
    !c.is_ascii() && c.is_alphabetic()
}

/// Is it a digit, of any script?
fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(letters::seen(c), Seen::As('0'..='9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        let mut view = View::default();
        if view.read(text) { view.text().to_owned() } else { text.to_owned() }
    }

    #[test]
    fn a_plain_text_is_its_own_view() {
        for text in [
            "",
            "card 4111 1111",
            "100 % of 3 & 4 < 5",
            "Jörg Müller, Łódź",
            "  indented\n    more",
            "a    column",
            "C:\\temp",
        ] {
            assert!(!View::default().read(text), "{text}");
        }
    }

    #[test]
    fn a_reader_sees_the_same_in_all_of_these() {
        for (text, view) in [
            ("4111\u{a0}1111", "4111 1111"),
            ("4111 \u{a0}1111", "4111 1111"),
            ("4111\u{202f}\u{2009}1111", "4111 1111"),
            ("4111  1111\t1111", "4111 1111 1111"),
            ("4111\u{2011}1111\u{b7}1111", "4111-1111-1111"),
            ("４１１１　１１１１", "4111 1111"),
            ("٤١١١ ९९", "4111 99"),
            ("𝟒𝟏① ²", "411 2"),
            ("4\u{fe0f}\u{20e3}1\u{fe0f}\u{20e3}", "41"),
            ("4\u{200b}1\u{ad}1\u{2060}1", "4111"),
            ("Zoe\u{308} Jo\u{308}rg", "Zoë Jörg"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("Аda Lоvelace", "Ada Lovelace"),
            ("Анна", "Анна"),
            ("ada＠example．com", "ada@example.com"),
            ("O’Brien “x”", "O'Brien \"x\""),
            ("4111%201111", "4111 1111"),
            ("4111&nbsp;1111", "4111 1111"),
            ("\\u0034111", "4111"),
            ("41<b>11</b>", "4111"),
            ("a\u{2028}b\u{0}", "a b"),
            ("09\u{30fc}12 ラ\u{30fc}メン", "09-12 ラ\u{30fc}メン"),
            ("4111\u{fffc}1111 A\u{fffc}da", "41111111 Ada"),
            ("+44    7700    900123    412", "+44 7700 900123    412"),
            ("l·l", "l·l"),
            ("•card 💳4111✅, ¿DNI?", "*card *4111*, *DNI?"),
            ("412×2 Müller÷", "412*2 Müller*"),
            ("40 € 5° key… 7, a → b", "40 € 5° key… 7, a → b"),
            ("\u{1b}[1;31mcard\u{1b}[0m \\u001b[33m41\\x1b[m11", "card 4111"),
            ("a\\ncard", "a\ncard"),
            ("12、13、王、李", "12,13,王、李"),
            ("Pass№4111 ℡+44", "Pass No 4111 TEL +44"),
            ("ok\u{1b}[0m\u{1b}[31m41\u{1b}[0mok", "ok 41 ok"),
            ("x\u{fffd}41\u{fffd}11 M\u{fffd}ller", "x 4111 Mller"),
        ] {
            assert_eq!(seen(text), view, "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_original() {
        let text = "card 4111\u{a0}1111\u{a0}1111\u{ad} x Zoe\u{308}!";
        let mut view = View::default();
        assert!(view.read(text));
        let place = |word: &str| {
            let start = view.text().find(word).unwrap();
            &text[view.original(start, start + word.len())]
        };
        assert_eq!(place("4111 1111 1111"), "4111\u{a0}1111\u{a0}1111");
        assert_eq!((place("Zoë"), place("x"), place("!")), ("Zoe\u{308}", "x", "!"));
    }

    #[test]
    fn a_view_of_any_text_has_places_on_boundaries_in_order() {
        const PIECES: [&str; 25] = [
            "a", "4", " ", "  ", "\t", "\u{a0}", "\u{200b}", "\u{308}", "é", "%34", "%", "&nbsp;", "&",
            "\\u0034", "\\", "<b>", "<", "+", "А", "한", "\u{11ab}", "ﬁ", "\n", "·", "、",
        ];
        let mut state = 7_u64;
        for _ in 0..4000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
            }
            let mut view = View::default();
            if !view.read(&text) {
                continue;
            }
            let mut last = 0;
            for (at, c) in view.text().char_indices() {
                let place = view.original(at, at + c.len_utf8());
                assert!(
                    text.get(place.clone()).is_some() && place.start >= last,
                    "{text:?} {:?} {place:?}",
                    view.text()
                );
                last = place.start;
            }
        }
    }
}
