//! Characters that part a word and a number: controls, bytes that were not text, signs such as `№`.

use super::{ESCAPE, Reading, escapes, is_digit, letters};

impl Reading<'_> {
    /// Reads a character without a shape. A control, the colour that it begins, or a byte that was not text stands between a
    /// word and a number, and not in a word.
    pub(super) fn gone(&mut self, c: char, from: usize, to: usize) -> usize {
        let end = if c == ESCAPE { escapes::colour(self.text, to) } else { to };
        let parts = (c.is_ascii_control() || matches!(c, '\u{fffc}' | '\u{fffd}')) && self.is_edge(from, end);
        self.put(parts.then_some(' '), from, end)
    }

    /// Does a word end and a number begin at `from..to`, or the other way round?
    fn is_edge(&mut self, from: usize, to: usize) -> bool {
        self.copy(from);
        let before = self.mapped.text().chars().next_back().unwrap_or(' ');
        let behind = self.text.get(to..).and_then(|behind| behind.chars().next()).unwrap_or(' ');
        before.is_alphabetic() && (is_digit(behind) || behind == '+')
            || is_digit(before) && behind.is_alphabetic()
    }

    /// Adds the compatibility form of a character. That of a sign, such as `№`, is a word.
    pub(super) fn compatible(&mut self, c: char, from: usize, to: usize) -> usize {
        letters::compatible(c, self.made);
        self.copy(from);
        let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '+');
        if !c.is_alphanumeric() && self.made.ends_with(char::is_alphabetic) {
            if in_word(self.mapped.text().chars().next_back()) {
                self.made.insert(0, ' ');
            }
            if in_word(self.text.get(to..).and_then(|behind| behind.chars().next())) {
                self.made.push(' ');
            }
        }
        self.mapped.replaced(self.made, from, to);
        (self.copied, self.changed) = (to, true);
        to
    }

    /// Is there nothing but a `+`, up to ten digits and blanks in front: `+44    7700    900123`?
    pub(super) fn is_in_telephone(&self, from: usize) -> bool {
        const LONGEST: usize = 32;
        let head = self.text.as_bytes().get(..from).unwrap_or_default();
        let inside = |byte: &&u8| byte.is_ascii_digit() || **byte == b' ';
        let length = head.iter().rev().take(LONGEST).take_while(inside).count();
        let row = head.get(from - length..).unwrap_or_default();
        let digits = row.iter().filter(|byte| byte.is_ascii_digit()).count();
        head.get(..from - length).is_some_and(|head| head.ends_with(b"+")) && (1..=10).contains(&digits)
    }
}
