//! Reads a text once and calls the recognisers where a finding may begin. `proposals.rs` keeps what they find.

mod behind_sign;
mod joined;
mod more;
mod telephones;

use std::ops::Range;

use super::context::ContextWords;
use super::matcher::{FormMatch, Matcher};
use super::{Budget, Evidence, Field, Hit, skip, swar};
use crate::Kind;
use crate::kinds::secrets::HEADER_BEGINS;
use crate::recognisers::{card, coordinates, labelled, masked, telephone, web};
pub(in crate::detect) use behind_sign::Limit;

/// The class of a byte: what may begin with it. Most of a text is passed over by it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing.
    Other,
    Letter,
    Digit,
    /// `@`, `:`, `+`, `(`, `-`, `<`.
    Mark,
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        // `byte` is below 256 by the condition of the loop.
        #[allow(clippy::indexing_slicing)]
        let class = &mut classes[byte];
        *class = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'@' | b':' | b'+' | b'(' | b'-' | b'<' => Class::Mark,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// The first three letters of the months in seven languages.
const MONTHS: [[u8; 3]; 32] = [
    *b"jan", *b"feb", *b"fev", *b"mar", *b"mae", *b"apr", *b"avr", *b"abr", *b"may", *b"mai", *b"mag",
    *b"jun", *b"jui", *b"giu", *b"jul", *b"lug", *b"aug", *b"aou", *b"ago", *b"sep", *b"set", *b"oct",
    *b"okt", *b"ott", *b"nov", *b"dec", *b"dez", *b"dic", *b"maa", *b"mrt", *b"mei", *b"out",
];

/// A word: letters, digits and `_`.
struct Word {
    length: usize,
    /// The number of digits.
    digits: usize,
    /// Are all of them digits?
    number: bool,
}

impl Word {
    /// The word that begins at `start`.
    fn at(bytes: &[u8], start: usize) -> Word {
        let (mut length, mut digits) = (0, 0);
        loop {
            let block = swar::block(bytes, start + length);
            let numerals = swar::digits(block);
            let word = swar::letters(block) | numerals;
            let more = swar::leading(word);
            digits += swar::count(numerals & swar::run(word));
            length += more;
            // Few words have a `_`.
            if more < 8 && bytes.get(start + length) != Some(&b'_') {
                break;
            }
            length += usize::from(more < 8);
        }
        Word { length, digits, number: digits == length }
    }
}

/// A pass over a text.
pub(super) struct Reader<'r> {
    pub(super) matcher: &'r Matcher,
    /// The least score of each kind that is reported, by the number of the kind; [`u8::MAX`] for kinds that are not
    /// wanted.
    pub(super) thresholds: &'r [u8; Kind::COUNT],
    pub(super) text: &'r str,
    pub(super) field: &'r Field,
    pub(super) context: &'r mut ContextWords,
    pub(super) matches: &'r mut Vec<FormMatch>,
    pub(super) hits: &'r mut Vec<Hit>,
    /// Are findings under better ones wanted too?
    pub(super) overlapping: bool,
    pub(super) budget: &'r mut Budget,
    /// The numbers that have nothing but a label, in the order of the text.
    pub(super) announced: &'r mut Vec<Range<usize>>,
    /// The text has the code of a `=` in quoted-printable.
    pub(super) quoted: bool,
    /// The text has tags, or keys beside values.
    pub(super) pairs: bool,
    /// The numbers behind signs that only some findings may be, in the order of the text.
    pub(super) limits: &'r mut Vec<(usize, Limit)>,
}

impl Reader<'_> {
    /// Reads the text.
    pub(super) fn run(&mut self) {
        let bytes = self.text.as_bytes();
        if !self.budget.take(bytes.len()) {
            return;
        }
        // `looked`: the end of the last stretch of small letters.
        let (mut at, mut looked) = (0, 0);
        while let Some(byte) = bytes.get(at).copied() {
            let class = CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Other);
            if class == Class::Other {
                at += 1;
                continue;
            }
            if class == Class::Letter {
                // Inside the last stretch eight bytes are plain.
                let begins = at + 8 <= looked || skip::begins(bytes, at);
                if begins && at >= looked && skip::goes_on(bytes, at) {
                    let stretch = skip::stretch(bytes, at);
                    looked = stretch.end.max(at + 1);
                    if stretch.safe > at {
                        at = stretch.safe;
                        continue;
                    }
                }
                if (begins || byte.is_ascii_uppercase())
                    && let Some(behind) = skip::word(bytes, at, begins)
                {
                    at = behind;
                    continue;
                }
            }
            at = match class {
                Class::Mark => self.mark(bytes, at, byte),
                _ => self.word(bytes, at),
            };
            if self.budget.is_over() {
                return;
            }
        }
        self.apply_limits();
        self.widen();
    }

    /// Proposes what begins with the word or number at `start`. Returns where to go on.
    #[inline(always)]
    fn word(&mut self, bytes: &[u8], start: usize) -> usize {
        let word = Word::at(bytes, start);
        let end = start + word.length;
        let next = bytes.get(end).copied().unwrap_or(b' ');
        if word.digits > 0
            && (masked::is_beside(bytes, start, end) || !word.number && masked::is_in(bytes, start, end))
        {
            let behind = self.masked(bytes, start, end);
            if behind > end {
                return behind;
            }
        }
        let decimal = if word.number && next == b'.' { coordinates::decimal_end(bytes, end) } else { None };
        // The groups of a decimal number have too few digits for a card.
        let grouped = decimal.is_none() || word.length >= 13;
        if word.digits > 0 && grouped && card::may_begin(bytes, start, word.length, word.number) {
            let behind = self.card(bytes, start);
            if behind > end {
                return behind;
            }
        }
        if let Some(behind) = decimal {
            self.position(bytes, start, end);
            if word.length <= 2 && behind == end + 3 && start > 0 && bytes.get(start - 1) == Some(&b' ') {
                self.storey(start, behind);
            }
            // `Tel. 030.12345678`: no decimal number begins so.
            if word.length > 1 && bytes.get(start) == Some(&b'0') && begins(bytes, start) {
                self.telephone(bytes, start);
            }
            return behind;
        }
        let plain = word.digits == 0 && matches!(next, b' ' | b',') && word.length < 26;
        if plain && !self.may_begin(bytes, start, word.length, next) {
            let whole = start.checked_sub(1).and_then(|at| bytes.get(at)).is_none_or(u8::is_ascii);
            if whole && !labelled::may_be_any(bytes, start, end) || !self.announces(bytes, end) {
                return end;
            }
        }
        if !begins(bytes, start) && !self.inside(bytes, start..end, (word.digits, word.number)) {
            return end;
        }
        let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        if word.digits > 0 || self.may_begin(bytes, start, word.length, next) {
            let behind = self.forms(start, word.number);
            if behind > end {
                return behind;
            }
        }
        if word.digits > 0 || matches!(next, b'-' | b'/') {
            self.code(bytes, start);
        }
        match next {
            b'/' | b'\\' if word.digits == 0 => self.passenger(start, end),
            b'/' if word.number && word.length <= 2 => self.expiry(start),
            b' ' if word.number && bytes.get(end + 1) == Some(&b' ') => self.spread(bytes, start),
            b'|' if bytes.get(start..end) == Some(b"PID") => self.patient(start),
            b':' if bytes.get(start..end) == Some(b"WIFI") => self.network(end),
            b':' if bytes.get(start..end) == Some(b"N") => self.contact(start),
            _ => {}
        }
        if word.digits > 0 {
            self.announced(bytes, start);
        }
        if word.length >= 26
            && let Some(word) = self.text.get(start..end)
        {
            self.long_word(word, start..end);
        }
        if next == b':' && word.length <= 4 && before != b':' {
            self.ipv6(start);
        }
        if word.number {
            if !(telephone::is_weak(bytes, start, end) && self.has_no_telephones(start)) {
                self.telephone(bytes, start);
            }
            if word.length < 6 && next == b' ' && bytes.get(end + 1).is_some_and(u8::is_ascii_lowercase) {
                self.street(end);
            }
        } else {
            self.mixed(bytes, start, end, &word);
        }
        if matches!(next, b'.' | b'-') && !matches!(before, b'.' | b'-' | b'/' | b'@') {
            return self.name(bytes, start, end);
        }
        end
    }

    /// Proposes what only a word with letters begins.
    fn mixed(&mut self, bytes: &[u8], start: usize, end: usize, word: &Word) {
        if word.digits > 0 {
            // `guest=3DAda`
            self.quoted |= bytes.get(start.wrapping_sub(1)..start + 2) == Some(b"=3D");
            if word.digits > 1 {
                self.iban(start);
            }
        }
        let label = word.length >= 3 || labelled::is_short(bytes.get(start..end).unwrap_or_default());
        if label && labelled::announces(bytes, end) {
            self.pairs |= bytes.get(start..end).is_some_and(|word| word.eq_ignore_ascii_case(b"value"));
            let known = labelled::may_be_any(bytes, start, end);
            let value = if known { labelled::value(self.text, start..end) } else { None };
            if let Some(value) = value {
                self.propose(value.kind, value.at, value.scores, Evidence::Context);
            } else {
                let short = known && self.short_label(bytes, start, end);
                if !short && !begins_number(bytes, end) {
                    self.labelled(end);
                }
            }
        }
        if label && labelled::gap::may_follow(bytes, end) {
            self.apart(bytes, start, end);
        }
        // `<surname>Lane</surname>`
        if label && bytes.get(end) == Some(&b'>') {
            self.named(end);
        }
        if word.digits >= joined::DIGITS {
            self.joined(bytes, start, end);
        }
        // `is199003052397`: a blank is missing.
        if word.digits >= 6 {
            let word = bytes.get(start..end).unwrap_or_default();
            let small = word.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
            if small >= 2 && word.iter().skip(small).take(6).filter(|byte| byte.is_ascii_digit()).count() == 6
            {
                self.forms(start + small, false);
            }
        }
    }

    /// May a word without digits begin a form? Only months, short words in front of digits and prefixes of keys do.
    #[inline]
    fn may_begin(&self, bytes: &[u8], start: usize, length: usize, next: u8) -> bool {
        // Most words of telemetry: `seq=`.
        if length < 6 && !matches!(next, b'-' | b'.' | b' ' | b':' | 0x80..) {
            return false;
        }
        let Some(&[a, b, c]) = bytes.get(start..).and_then(<[u8]>::first_chunk) else { return false };
        let behind = bytes.get(start + length..).unwrap_or_default();
        match next {
            b'-' | b'.' | 0x80.. => true,
            b' ' if matches!([a, b, c], [b'B' | b'b', b'e' | b'a', b'a' | b's']) => true,
            b' ' | b':' if more::has_digit(behind) => {
                length <= 3 || MONTHS.contains(&[a, b, c].map(|byte| byte.to_ascii_lowercase()))
            }
            // The code of a bank.
            _ => length >= 6 && a.is_ascii_uppercase() && b.is_ascii_uppercase(),
        }
    }

    /// Proposes what has the mark at `at` in it or at its beginning. Returns where to go on.
    fn mark(&mut self, bytes: &[u8], at: usize, mark: u8) -> usize {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
        match mark {
            b'@' => self.address(at, (before, next)),
            b':' if next == b'/' && bytes.get(at + 2) == Some(&b'/') => {
                return self.location(at).max(at + 1);
            }
            b':' if next == b':'
                && !before.is_ascii_alphanumeric()
                && !matches!(before, b':' | b'_' | b'>') =>
            {
                self.ipv6(at)
            }
            b'(' if before == b' ' && bytes.get(..at).is_some_and(|head| head.ends_with(b") VALUES ")) => {
                self.pairs = true;
            }
            b'+' | b'(' if next.is_ascii_digit() && !before.is_ascii_alphanumeric() => {
                self.telephone(bytes, at);
                return self.behind_telephone(bytes, at).max(at + 1);
            }
            b'(' if next == b'+' => self.bracketed(bytes, at),
            b'<' if next == b'/' => self.pairs = true,
            b'<' if next == b'<' || before.is_ascii_uppercase() => return self.zone(bytes, at),
            b'-' if next == b'-'
                && bytes.get(at..).is_some_and(|rest| rest.starts_with(HEADER_BEGINS.as_bytes())) =>
            {
                return self.private_key(at);
            }
            b'-' if before == b' ' && matches!(next, b'-' | b'u' | b'U' | b'p' | b'P' | b'a' | b'w') => {
                return self.option(at).max(at + 1);
            }
            _ => {}
        }
        at + 1
    }

    /// Proposes the address or account whose `@` is at `at`. Not inlined: most texts have none.
    #[inline(never)]
    fn address(&mut self, at: usize, sides: (u8, u8)) {
        let address = web::email(self.text, at).or_else(|| web::spaced(self.text, at));
        if let Some((found, scores)) = address {
            self.propose(Kind::Email, found, scores, Evidence::Form);
        } else if matches!(sides, (b'\'', b'\'') | (b'`', b'`'))
            && let Some((found, scores)) = labelled::account(self.text, at)
        {
            self.propose(Kind::Username, found, scores, Evidence::Form);
        }
    }
}

/// Does a number or a list follow the label that ends at `end`, as behind most labels of telemetry: `x=-4.2`, `cov=[`?
#[inline]
fn begins_number(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    match rest {
        [b'=' | b':', b'0'..=b'9', ..] => true,
        [b'=' | b':', b'-' | b'[', next, ..] | [b':', b' ', next, ..] => next.is_ascii_digit(),
        _ => false,
    }
}

/// May something begin here, or is it the middle of a word, a number or a path?
#[inline]
fn begins(bytes: &[u8], start: usize) -> bool {
    let at = |back: usize| start.checked_sub(back).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let digit = bytes.get(start).is_some_and(u8::is_ascii_digit);
    match at(1) {
        b'.' | b'-' | b':' if digit => {
            !at(2).is_ascii_digit()
                && (at(1) == b':' || at(2).is_ascii_alphanumeric() || behind_sign::is_national(bytes, start))
        }
        b'/' if digit => at(2) == b'/' || at(2) == b'.',
        b'.' | b'-' => true,
        b'_' => more::is_mark(bytes.get(..start).unwrap_or_default()),
        0x80.. => !bytes
            .get(..start)
            .and_then(|before| std::str::from_utf8(before.get(before.len().saturating_sub(2)..)?).ok())
            .is_some_and(|c| c.chars().all(char::is_alphabetic)),
        _ => true,
    }
}
