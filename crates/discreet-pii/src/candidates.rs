//! Reads a text once and proposes what in it may be personal data.

use memchr::memmem;

use super::budget::Budget;
use super::check::mrz;
use super::codes::{self, CODES};
use super::context::Context;
use super::matcher::{Matcher, Seen};
use super::rules::{self, Check, Rule};
use super::{Field, Group, Hit, Kind, Kinds, Why, eight, labelled, network, quiet, telephone, web};

/// What a byte may begin, so that most of a text is passed over.
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

/// The first three letters of months in five languages.
const KNOWN_BEGINNINGS: [[u8; 3]; 28] = [
    *b"jan", *b"feb", *b"fev", *b"mar", *b"mae", *b"apr", *b"avr", *b"abr", *b"may", *b"mai", *b"mag",
    *b"jun", *b"jui", *b"giu", *b"jul", *b"lug", *b"aug", *b"aou", *b"ago", *b"sep", *b"set", *b"oct",
    *b"okt", *b"ott", *b"nov", *b"dec", *b"dez", *b"dic",
];

/// A row of letters, digits and `_`.
struct Word {
    length: usize,
    /// How many of them are digits.
    digits: usize,
    /// It has only digits.
    number: bool,
}

impl Word {
    fn at(bytes: &[u8], start: usize) -> Word {
        let (mut length, mut digits) = (0, 0);
        for byte in bytes.get(start..).unwrap_or_default() {
            match CLASSES.get(usize::from(*byte)) {
                Some(Class::Letter) => {}
                Some(Class::Digit) => digits += 1,
                _ if *byte == b'_' => {}
                _ => break,
            }
            length += 1;
        }
        Word { length, digits, number: digits == length }
    }
}

/// What reading a text needs besides it.
pub(super) struct Reading<'r> {
    pub(super) matcher: &'r Matcher,
    /// The least score of each kind that is reported, by the number of the kind.
    pub(super) thresholds: &'r [u8; 128],
    pub(super) text: &'r str,
    pub(super) field: &'r Field,
    pub(super) context: &'r mut Context,
    pub(super) seen: &'r mut Vec<Seen>,
    pub(super) hits: &'r mut Vec<Hit>,
    /// What lies over something better is wanted too.
    pub(super) overlapping: bool,
    pub(super) budget: &'r mut Budget,
}

impl Reading<'_> {
    /// Reads all of it.
    pub(super) fn run(&mut self) {
        let bytes = self.text.as_bytes();
        if !self.budget.take(bytes.len()) {
            return;
        }
        // How far it was looked for words of small letters.
        let (mut at, mut looked) = (0, 0);
        while let Some(byte) = bytes.get(at).copied() {
            at = match CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Other) {
                Class::Other => at + 1,
                // `seq=`, `[INFO]`: in telemetry few words have another behind them.
                Class::Letter if !quiet::begins(bytes, at) => self.word(bytes, at),
                Class::Letter if at >= looked => {
                    let quiet = quiet::stretch(bytes, at);
                    looked = quiet.end.max(at + 1);
                    if quiet.safe > at {
                        quiet.safe
                    } else {
                        quiet::word(bytes, at).unwrap_or_else(|| self.word(bytes, at))
                    }
                }
                Class::Letter => quiet::word(bytes, at).unwrap_or_else(|| self.word(bytes, at)),
                Class::Digit => self.word(bytes, at),
                Class::Mark => self.mark(bytes, at, byte),
            };
            if self.budget.is_over() {
                return;
            }
        }
    }

    /// A word or number begins at `start`. Returns where to go on.
    fn word(&mut self, bytes: &[u8], start: usize) -> usize {
        let word = Word::at(bytes, start);
        let end = start + word.length;
        let next = bytes.get(end).copied().unwrap_or(b' ');
        if word.number
            && next == b'.'
            && let Some(behind) = decimal(bytes, end)
        {
            self.position(bytes, start, end);
            return behind;
        }
        let plain = word.digits == 0 && matches!(next, b' ' | b',') && word.length < 26;
        if plain && !self.may_begin(bytes, start, word.length, next) && !labelled::announces(bytes, end) {
            return end;
        }
        if !begins(bytes, start) {
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
        if word.length >= 26
            && let Some((kind, score)) = self.text.get(start..end).and_then(codes::long)
        {
            self.propose(kind, start, end, score, 97, Why::Checked);
        }
        if next == b':' && word.length <= 4 && before != b':' {
            self.ipv6(start);
        }
        if word.number {
            self.telephone(bytes, start);
        } else {
            self.mixed(bytes, start, end, &word);
        }
        if matches!(next, b'.' | b'-') && !matches!(before, b'.' | b'-' | b'/' | b'@') {
            return self.name(bytes, start, end);
        }
        end
    }

    /// What only a word with letters begins.
    fn mixed(&mut self, bytes: &[u8], start: usize, end: usize, word: &Word) {
        if word.digits >= 2
            && let Some(last) = rules::iban(self.text, start)
        {
            self.propose(Kind::Iban, start, last, 95, 98, Why::Checked);
        }
        if word.length >= 3
            && labelled::announces(bytes, end)
            && let Some((kind, at, score)) = labelled::value(self.text, start..end)
        {
            self.propose(kind, at.start, at.end, score, score, Why::Context);
        }
        // `is199003052397`: the blank is missing.
        if word.digits >= 6 {
            let word = bytes.get(start..end).unwrap_or_default();
            let small = word.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
            if small >= 2 && word.iter().skip(small).take(6).filter(|byte| byte.is_ascii_digit()).count() == 6
            {
                self.forms(start + small, false);
            }
        }
    }

    /// May a word without digits begin a form? Few do: months, short letters before digits, prefixes of keys.
    fn may_begin(&self, bytes: &[u8], start: usize, length: usize, next: u8) -> bool {
        let Some(&[a, b, c]) = bytes.get(start..).and_then(<[u8]>::first_chunk) else { return false };
        let behind = bytes.get(start + length..).unwrap_or_default();
        match next {
            b'-' | b'.' | 0x80.. => true,
            b' ' | b':' if has_digit(behind) => {
                length <= 3 || KNOWN_BEGINNINGS.contains(&[a, b, c].map(|byte| byte.to_ascii_lowercase()))
            }
            b' ' if matches!([a, b, c], [b'B' | b'b', b'e' | b'a', b'a' | b's']) => true,
            // A bank's code.
            _ => length >= 6 && a.is_ascii_uppercase() && b.is_ascii_uppercase(),
        }
    }

    /// A mark at `at` may stand in the middle of something, or begin it.
    fn mark(&mut self, bytes: &[u8], at: usize, mark: u8) -> usize {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
        match mark {
            b'@' => {
                if let Some((found, score)) = web::email(self.text, at) {
                    self.propose(Kind::Email, found.start, found.end, score, 98, Why::Form);
                }
            }
            b':' if next == b'/' && bytes.get(at + 2) == Some(&b'/') => {
                if let Some((found, score)) = web::url(self.text, at)
                    && self.propose(Kind::Url, found.start, found.end, score, 95, Why::Form)
                {
                    return self.behind(found.end).max(at + 1);
                }
            }
            b':' if next == b':'
                && !before.is_ascii_alphanumeric()
                && !matches!(before, b':' | b'_' | b'>') =>
            {
                self.ipv6(at)
            }
            b'+' | b'(' if next.is_ascii_digit() && !before.is_ascii_alphanumeric() => {
                self.telephone(bytes, at)
            }
            b'(' if next == b'+' => {}
            b'<' if next == b'<' || before.is_ascii_uppercase() => return self.zone(bytes, at),
            b'-' if next == b'-' && bytes.get(at..).is_some_and(|rest| rest.starts_with(b"-----BEGIN ")) => {
                return self.private_key(at);
            }
            _ => {}
        }
        at + 1
    }

    /// All forms of rules that begin at `start`. Returns where a secret among them ends, else 0.
    fn forms(&mut self, start: usize, number: bool) -> usize {
        let mut seen = std::mem::take(self.seen);
        let read = self.matcher.read(self.text.as_bytes(), start, &mut seen);
        self.budget.take(read);
        let mut behind = 0;
        for form in &seen {
            if let Some(rule) = self.matcher.rule(form.rule)
                && self.form(rule, start, form.end, number)
                && rule.kind.group() == Group::Secret
            {
                behind = behind.max(self.behind(form.end));
            }
        }
        *self.seen = seen;
        behind
    }

    /// Where to go on behind something that ends at `end`: there, unless all that is in it is wanted too.
    fn behind(&self, end: usize) -> usize {
        if self.overlapping { 0 } else { end }
    }

    fn form(&mut self, rule: &Rule, start: usize, end: usize, number: bool) -> bool {
        let Some(raw) = self.text.get(start..end).filter(|raw| raw.len() >= usize::from(rule.least)) else {
            return false;
        };
        let small = !number && !rule.as_written && raw.bytes().any(|byte| byte.is_ascii_lowercase());
        let alone = if small { rule.alone.min(10) } else { rule.alone };
        if alone < self.threshold(rule.kind)
            && !(rule.near >= self.threshold(rule.kind) && self.supported().contains(rule.kind))
        {
            return false;
        }
        let passes = match rule.check {
            Check::None => true,
            Check::Raw(check) => check(raw),
            Check::Code(check) => {
                let mut code = [0; 96];
                check(compact(raw, &mut code))
            }
        };
        let why = if matches!(rule.check, Check::None) { Why::Form } else { Why::Checked };
        let start = start + usize::from(rule.lead);
        passes && self.propose_within(rule.kind, start, end, (alone, rule.near, rule.reach), why)
    }

    /// What only a word near it makes anything of.
    fn code(&mut self, bytes: &[u8], start: usize) {
        let supported = self.supported();
        if CODES.iter().any(|code| supported.contains(code.kind))
            && let Some((end, count)) = codes::end(bytes, start)
        {
            for code in CODES.iter().filter(|code| (code.length.0..=code.length.1).contains(&count)) {
                self.propose_within(code.kind, start, end, (0, code.near, code.reach), Why::Context);
            }
        }
    }

    fn telephone(&mut self, bytes: &[u8], start: usize) {
        // A short number without more is none, and telemetry is full of them.
        if let Some(found) = telephone::number(bytes, start) {
            self.propose_within(
                Kind::Phone,
                start,
                found.end,
                (found.alone, found.near, found.reach),
                Why::Form,
            );
        }
    }

    /// A domain name whose first label is `start..end`. Returns where to go on.
    fn name(&mut self, bytes: &[u8], start: usize, end: usize) -> usize {
        if !bytes.get(end + 1).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80) {
            return end;
        }
        match web::name(self.text, start) {
            Some((found, score)) if self.propose(Kind::Url, found.start, found.end, score, 75, Why::Form) => {
                self.behind(found.end).max(end)
            }
            _ => end,
        }
    }

    fn ipv6(&mut self, start: usize) {
        if let Some((end, score)) = network::ipv6(self.text, start) {
            self.propose(Kind::Ip, start, end, score, 85, Why::Checked);
        }
    }

    /// Two decimal numbers, the first with its point at `point`, may be a place on Earth.
    fn position(&mut self, bytes: &[u8], start: usize, point: usize) {
        if !self.supported().contains(Kind::Position) {
            return;
        }
        let signed = |at: usize| matches!(bytes.get(at), Some(b'-' | b'+'));
        let start = start - usize::from(start > 0 && signed(start - 1));
        let Some(first) = decimal(bytes, point) else { return };
        let gap = bytes
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take(3)
            .take_while(|byte| matches!(byte, b',' | b' ' | b';' | b'/'))
            .count();
        let second = first + gap + usize::from(signed(first + gap));
        let whole = bytes
            .get(second..)
            .unwrap_or_default()
            .iter()
            .take(4)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let end = if gap > 0 && whole > 0 { decimal(bytes, second + whole).unwrap_or(first) } else { first };
        let Some(raw) = self.text.get(start..end) else { return };
        // Three decimals are a hundred metres: less says little.
        if first - point <= 3 {
            return;
        }
        if end == first {
            self.propose_within(Kind::Position, start, end, (0, 60, 1), Why::Context);
        } else if super::check::dates::position(raw) {
            self.propose_within(Kind::Position, start, end, (0, 80, 4), Why::Context);
        }
    }

    fn zone(&mut self, bytes: &[u8], at: usize) -> usize {
        match mrz::zone(bytes, at) {
            Some(zone) => {
                let (score, why) = if zone.checked { (97, Why::Checked) } else { (70, Why::Form) };
                self.propose(Kind::Mrz, zone.at.start, zone.at.end, score, score, why);
                zone.at.end
            }
            None => {
                at + bytes
                    .get(at..)
                    .unwrap_or_default()
                    .iter()
                    .take_while(|byte| **byte == b'<')
                    .count()
                    .max(1)
            }
        }
    }

    /// A key in the armour of RFC 7468, to its end or the end of the text.
    fn private_key(&mut self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.get(11..).and_then(|label| label.split("-----").next()).unwrap_or_default();
        if line.len() > 60 || !(line.contains("PRIVATE KEY") || line.contains("SECRET KEY")) {
            return start + 10;
        }
        let end = memmem::find(rest.as_bytes(), b"-----END ").map_or(rest.len(), |end| {
            let tail = rest.get(end + 9..).unwrap_or_default();
            tail.find("-----").filter(|at| *at < 60).map_or(end + 9, |at| end + 9 + at + 5)
        });
        self.propose(Kind::PrivateKey, start, start + end, 99, 99, Why::Form);
        start + end
    }

    /// What words of this text, or the name of the field, may speak for.
    fn supported(&mut self) -> Kinds {
        self.context.anywhere(self.text).union(self.field.hints)
    }

    fn threshold(&self, kind: Kind) -> u8 {
        self.thresholds.get(kind as usize).copied().unwrap_or(u8::MAX)
    }

    fn propose(&mut self, kind: Kind, start: usize, end: usize, alone: u8, near: u8, why: Why) -> bool {
        self.propose_within(kind, start, end, (alone, near, 5), why)
    }

    /// Keeps it if it is sure enough, by itself or with a word that is near.
    fn propose_within(
        &mut self,
        kind: Kind,
        start: usize,
        end: usize,
        (alone, near, reach): (u8, u8, u8),
        why: Why,
    ) -> bool {
        let threshold = self.threshold(kind);
        if threshold == u8::MAX || alone < threshold && near < threshold {
            return false;
        }
        let mut hit = Hit { kind, start, end, score: alone, why };
        if near > alone && self.supported().contains(kind) {
            let distance =
                self.context.distance(self.text, start, end, kind).filter(|distance| *distance <= reach);
            let hinted = self.field.hints.contains(kind).then_some(0);
            if let Some(distance) = hinted.or(distance) {
                // The nearer, the surer: a word speaks for what is next to it.
                hit.score = near.saturating_sub(distance).max(alone);
                hit.why = if why == Why::Checked { Why::Checked } else { Why::Context };
            }
        }
        let sure = hit.score >= threshold;
        if sure {
            self.hits.push(hit);
        }
        sure
    }
}

/// Is there a digit among the next eight bytes?
fn has_digit(bytes: &[u8]) -> bool {
    eight::digits(eight::block(bytes, 0)) != 0
}

/// May something begin here, or is it the middle of a word, a number or a path?
fn begins(bytes: &[u8], start: usize) -> bool {
    let at = |back: usize| start.checked_sub(back).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let digit = bytes.get(start).is_some_and(u8::is_ascii_digit);
    match at(1) {
        b'.' | b'-' | b':' if digit => {
            !at(2).is_ascii_digit() && (at(1) == b':' || at(2).is_ascii_alphanumeric())
        }
        b'/' if digit => at(2) == b'/' || at(2) == b'.',
        b'.' | b'-' => true,
        b'_' => false,
        0x80.. => !bytes
            .get(..start)
            .and_then(|before| std::str::from_utf8(before.get(before.len().saturating_sub(2)..)?).ok())
            .is_some_and(|c| c.chars().all(char::is_alphabetic)),
        _ => true,
    }
}

/// The end of a decimal number with its point at `point`; none if another point or an `@` follows.
fn decimal(bytes: &[u8], point: usize) -> Option<usize> {
    let digits = bytes.get(point + 1..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = point + 1 + digits;
    let next = bytes.get(end).copied().unwrap_or(b' ');
    let after = bytes.get(end + 1).copied().unwrap_or(b' ');
    let goes_on = match next {
        b'.' => after.is_ascii_alphanumeric(),
        b'@' => true,
        b'a'..=b'z' | b'A'..=b'Z' => digits == 0 || (next == b'x' && after.is_ascii_digit()),
        _ => false,
    };
    (digits > 0 && !goes_on).then_some(end)
}

/// The letters, upper case, and digits of a form, without what stands between.
fn compact<'c>(raw: &str, into: &'c mut [u8; 96]) -> &'c [u8] {
    let mut length = 0;
    for (to, byte) in into.iter_mut().zip(raw.bytes().filter(u8::is_ascii_alphanumeric)) {
        *to = byte.to_ascii_uppercase();
        length += 1;
    }
    into.get(..length).unwrap_or_default()
}
