//! Tokens: the words of a text, each with its meaning.

use super::words::{self, EN, Languages, PT, Sense, WEAK};

/// A word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
    pub sense: Sense,
}

impl Token {
    /// Nothing that is rewritten begins with this word.
    pub fn is_plain(&self) -> bool {
        matches!(
            self.sense,
            Sense::Word | Sense::Month | Sense::Years | Sense::And | Sense::Filler | Sense::At
        )
    }

    /// Is this a spoken number of one of these languages?
    pub fn number(&self) -> Option<Languages> {
        match self.sense {
            Sense::Digit(_, of) | Sense::Number(_, of) | Sense::Hundred(of) | Sense::Thousand(of) => Some(of),
            _ => None,
        }
    }

    /// Is this a number to which ones may be added?
    fn is_tens(&self) -> bool {
        matches!(self.sense, Sense::Number(20.., _) | Sense::Hundred(_) | Sense::Thousand(_))
    }

    /// Is this a number or a letter, spoken or written, or a word such as `double`?
    pub fn is_sign_or_number(&self) -> bool {
        let spelled = matches!(
            self.sense,
            Sense::Letter(_) | Sense::Spelling(_) | Sense::Oh | Sense::Numeral | Sense::Times(_)
        );
        spelled || self.number().is_some()
    }

    /// The text of the word.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// An ellipsis.
const DOTS: &[u8] = "…".as_bytes();

/// Reads all words. False if none of them may be rewritten.
pub(super) fn read(text: &str, lower: &mut String, tokens: &mut Vec<Token>) -> bool {
    let (bytes, mut at, mut special) = (text.as_bytes(), 0, false);
    while let Some(rest) = bytes.get(at..) {
        let Some(skipped) = rest.iter().position(|byte| belongs(*byte)) else { break };
        let word = rest.get(skipped..).unwrap_or_default();
        // The dots of an ellipsis end a word: `twelve…`.
        if word.starts_with(DOTS) {
            at += skipped + DOTS.len();
            continue;
        }
        let length = word.iter().position(|byte| !belongs(*byte)).unwrap_or(word.len());
        let dots = word.get(..length).and_then(|word| word.windows(DOTS.len()).position(|dots| dots == DOTS));
        let length = dots.unwrap_or(length);
        let (start, end) = (at + skipped, at + skipped + length);
        let sense = words::sense(text.get(start..end).unwrap_or_default(), lower);
        // A letter, a month, `at` or `to` alone does not count.
        special |= !matches!(
            sense,
            Sense::Word
                | Sense::Letter(_)
                | Sense::Numeral
                | Sense::Month
                | Sense::And
                | Sense::At
                | Sense::Sound(_)
                | Sense::Years
                | Sense::Filler
        ) || spelled(tokens, sense);
        tokens.push(Token { start, end, sense });
        at = end;
    }
    portuguese(text, tokens);
    special
}

/// Reads `um` and `e` between Portuguese numbers as `one` and `and`: `quatro um dois`, `quatrocentos e doze`.
fn portuguese(text: &str, tokens: &mut [Token]) {
    let is_number = |token: &Token| token.number().is_some_and(|of| of & EN == 0 && of & PT != 0);
    for at in 0..tokens.len() {
        let beside = |at: Option<usize>| at.and_then(|at| tokens.get(at));
        let (before, behind) = (beside(at.checked_sub(1)), beside(at.checked_add(1)));
        let (numbers, behind_number) = (before.is_some_and(is_number), behind.is_some_and(is_number));
        let one = behind.is_some_and(|token| token.text(text) == "um");
        let joined = before.is_some_and(|token| token.sense == Sense::And && token.text(text) == "e");
        let sense = match tokens.get(at).map(|token| (token.sense, token.text(text))) {
            Some((Sense::Filler, "um")) if numbers || behind_number || joined => Sense::Digit(1, PT | WEAK),
            Some((Sense::Letter(b'e'), _))
                if numbers && (behind_number || one) && before.is_some_and(Token::is_tens) =>
            {
                Sense::And
            }
            _ => continue,
        };
        if let Some(token) = tokens.get_mut(at) {
            token.sense = sense;
        }
    }
}

/// Is this the second letter or single digit in a row?
fn spelled(before: &[Token], sense: Sense) -> bool {
    let single = |sense| matches!(sense, Sense::Letter(_) | Sense::Numeral);
    single(sense) && before.last().is_some_and(|token| single(token.sense))
}

/// May this byte be in a word? Letters, digits, apostrophes, underscores, and all bytes that are not ASCII.
fn belongs(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'\'' || byte == b'_'
}

/// May the text between two words stand inside one number? Spaces may, with a comma or a dash.
pub(super) fn joins(text: &str, before: &Token, after: &Token) -> bool {
    let between = text.get(before.end..after.start).unwrap_or("?");
    between.len() <= 8 && between.chars().all(|c| matches!(c, ' ' | '\t' | ',' | '-' | '…'))
}
