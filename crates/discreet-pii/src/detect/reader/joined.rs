//! Numbers that `_` joins to other text: `card_4111111111111111`, `_DE89370400440532013000_`.

use super::Reader;
use crate::Kind;
use crate::detect::Evidence;
use crate::detect::context;
use crate::kinds::iban;
use crate::recognisers::{card, code, passenger};

/// The fewest digits of such a number.
pub(super) const DIGITS: usize = 5;

impl Reader<'_> {
    /// Proposes the number behind a label in the word `start..end`: `card_4111_1111_1111_1111`.
    #[cold]
    pub(super) fn joined(&mut self, bytes: &[u8], start: usize, end: usize) {
        self.stripe(start, end);
        let word = bytes.get(start..end).unwrap_or_default();
        let is_number = |at: &usize| {
            let next = word.get(at + 1).copied().unwrap_or(b' ');
            word.get(*at) == Some(&b'_') && (next.is_ascii_digit() || next.is_ascii_alphabetic())
        };
        let Some(joint) = (0..word.len()).filter(is_number).find(|at| digits_follow(word, at + 1)) else {
            return;
        };
        let from = start + joint + 1;
        self.framed(bytes, from, end);
        let label = self.text.get(start..start + joint).unwrap_or_default();
        let kinds = context::of_word(label);
        let labelled = self.matcher.labelled();
        if let Some(kind) = labelled.iter().find(|kind| kinds.contains(*kind))
            && let Some(end) = code::announced(bytes, from)
        {
            self.propose(kind, from..end, code::IN_WORD, Evidence::Context);
        }
    }

    /// Proposes the card in the word `start..end` and what belongs to it, as a magnetic stripe and a record of travel have it:
    /// `B4242424242424242^DOE/JANE^2712101`, `CCVI4111111111111111/0528`.
    fn stripe(&mut self, start: usize, end: usize) {
        for (kind, at) in passenger::stripe(self.text, start, end).into_iter().flatten().flatten() {
            self.propose(kind, at, passenger::STRIPE, Evidence::Checked);
        }
    }

    /// Proposes the card or account between `_` and the end of the word `start..end`, which may have `_` behind it.
    #[cold]
    pub(super) fn framed(&mut self, bytes: &[u8], start: usize, end: usize) {
        let word = bytes.get(start..end).unwrap_or_default();
        let marks = word.iter().rev().take_while(|byte| **byte == b'_').count();
        let head = bytes.get(..end - marks).unwrap_or_default();
        // In front of `_` the number may go on behind the word: `_DE89 3704 ...`.
        let head = if marks > 0 { head } else { bytes };
        if head.get(start).is_some_and(u8::is_ascii_digit) {
            if let Some(at) = card::find(head, start, false) {
                self.propose(Kind::PaymentCard, at, card::SCORES, Evidence::Checked);
            }
        } else if let Some(end) = self.text.get(..head.len()).and_then(|text| iban::end(text, start)) {
            self.propose(Kind::Iban, start..end, iban::SCORES, Evidence::Checked);
        }
    }
}

/// Has the part of a word that begins at `from` enough digits, and one among its first three characters?
fn digits_follow(word: &[u8], from: usize) -> bool {
    let part = word.get(from..).unwrap_or_default();
    let digit = |byte: &&u8| byte.is_ascii_digit();
    part.iter().take(3).any(|byte| byte.is_ascii_digit()) && part.iter().filter(digit).count() >= DIGITS
}
