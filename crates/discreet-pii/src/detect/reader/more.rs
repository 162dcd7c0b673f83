//! Proposals of rarer forms: masked numbers, passengers, the code of a wireless network.

use std::ops::Range;

use super::Reader;
use crate::Kind;
use crate::detect::amounts::{TIMES, UNITS, is_amount};
use crate::detect::{Evidence, Hit, swar};
use crate::kinds::{Score, Scores, alone};
use crate::recognisers::{labelled, masked, passenger, telephone, web};

/// The scores of a masked number behind its label.
const MASKED: Scores = alone(93).always();
/// The scores of a passenger and of the fields of a patient.
const RECORD: Scores = alone(90).always();

/// The scores of a telephone number with the code of a country in a bracket.
const BRACKETED: Scores = alone(75).near(85);

/// The scores of an account and a password in a web address: more than those of an e-mail address.
const CREDENTIALS: Scores = alone(97).always();

/// The scores of a telephone number behind `cell:`.
const CELL: Score = Score::new(70);

/// The scores of a room with its storey, and of an extension.
const STOREY: Scores = alone(60).always();

/// Has the number that ends at `end` no unit behind it: `3.17 m`?
fn is_apart(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let word = rest.strip_prefix(' ').unwrap_or(rest);
    let letters = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
    (letters == 0 || letters > 2 || rest.starts_with(" is"))
        && !is_amount(text, end, &[UNITS, TIMES])
        && !rest.starts_with(['%', '°', '/', '-'])
}

impl Reader<'_> {
    /// Proposes the masked number around the digits at `start..end`, directly behind its label. Returns its end, else 0.
    #[inline(never)]
    pub(super) fn masked(&mut self, bytes: &[u8], start: usize, end: usize) -> usize {
        let Some(Range { start, end }) = masked::number(bytes, start, end) else { return 0 };
        let hints = self.supported();
        let labelled = self.context.label(self.text, start, 1).map(|(_, kinds)| kinds).unwrap_or_default();
        let number = self.matcher.labelled().common(labelled.union(self.field.hints)).iter().next();
        let phone = labelled.contains(Kind::Phone) && hints.contains(Kind::Phone);
        match number.or(phone.then_some(Kind::Phone)) {
            Some(kind) if self.propose(kind, start..end, MASKED, Evidence::Context) => end,
            _ => 0,
        }
    }

    /// Proposes the telephone number with the code of a country in the bracket at `start`.
    #[inline(never)]
    pub(super) fn bracketed(&mut self, bytes: &[u8], start: usize) {
        if let Some(end) = telephone::bracketed_end(bytes, start) {
            self.propose(Kind::Phone, start..end, BRACKETED, Evidence::Form);
        }
    }

    /// Proposes the passenger `OKADA/HIROSHI MR`, the account whose home is a folder, `/home/petra.k`, or the person who has
    /// one, `/people/ada_lovelace`.
    #[inline(never)]
    pub(super) fn passenger(&mut self, start: usize, end: usize) {
        if let Some(at) = labelled::home(self.text, start, end) {
            self.propose(Kind::Username, at, RECORD, Evidence::Context);
        } else if let Some(at) = passenger::passenger(self.text, start, end) {
            self.propose(Kind::Person, at, RECORD, Evidence::Context);
        } else if let Some(at) = labelled::joined::in_folder(self.text, start, end) {
            self.propose(Kind::Person, at, labelled::joined::SCORES, Evidence::Context);
        }
    }

    /// Proposes the parts of the name in the line of a vCard that begins at `start`: `N:Doe;Jane;;;`.
    #[inline(never)]
    pub(super) fn contact(&mut self, start: usize) {
        for at in passenger::contact(self.text, start) {
            self.propose(Kind::Person, at, RECORD, Evidence::Context);
        }
    }

    /// Proposes the fields of the patient in the segment of HL7 that begins at `start`.
    #[inline(never)]
    pub(super) fn patient(&mut self, start: usize) {
        for (kind, at) in passenger::patient(self.text, start) {
            self.propose(kind, at, RECORD, Evidence::Context);
        }
    }

    /// Proposes the room with its storey at `start..end`, directly behind its word: `Zimmer 3.17`.
    #[inline(never)]
    pub(super) fn storey(&mut self, start: usize, end: usize) {
        const WORDS: [&str; 5] = ["Zimmer ", "Zi. ", "Raum ", "Room ", "room "];
        let head = self.text.get(..start).unwrap_or_default();
        if WORDS.iter().any(|word| head.ends_with(word)) && is_apart(self.text, end) {
            self.propose(Kind::Room, start..end, STOREY, Evidence::Context);
        }
    }

    /// Proposes the password in the code of a wireless network: `WIFI:S:x;P:tulip;;`.
    #[inline(never)]
    pub(super) fn network(&mut self, end: usize) {
        if let Some(at) = labelled::network(self.text, end) {
            self.propose(Kind::Password, at, RECORD, Evidence::Context);
        }
    }

    /// Proposes the web address whose `://` is at `at`, and the account and password in it. Returns where to go on, or 0.
    #[inline(never)]
    pub(super) fn location(&mut self, at: usize) -> usize {
        let credentials = web::credentials(self.text, at);
        if let Some((account, password)) = credentials.clone() {
            self.propose(Kind::Password, password, CREDENTIALS, Evidence::Form);
            if !account.is_empty() {
                self.propose(Kind::Username, account, CREDENTIALS, Evidence::Form);
            }
        }
        let Some((found, scores)) = web::url(self.text, at, credentials.is_some()) else { return 0 };
        let from = credentials.map_or(found.start, |(_, password)| password.end + 1);
        let kept = self.propose(Kind::Url, from..found.end, scores, Evidence::Form);
        if kept { self.behind(found.end) } else { 0 }
    }

    /// Proposes the password in the option of a command whose `-` is at `at`. Returns where to go on, or 0.
    #[inline(never)]
    pub(super) fn option(&mut self, at: usize) -> usize {
        let mut behind = 0;
        for (kind, at) in labelled::command::option(self.text, at).into_iter().flatten() {
            let end = at.end;
            if self.propose(kind, at, labelled::command::SCORES, Evidence::Context) {
                behind = self.behind(end);
            }
        }
        behind
    }

    /// Proposes the name behind the label of a person that ends at `end`. False if there is none.
    pub(super) fn named(&mut self, end: usize) -> bool {
        let name = labelled::named::name(self.text, end);
        name.is_some_and(|at| self.propose(Kind::Person, at, labelled::named::SCORES, Evidence::Context))
    }

    /// May a value follow the label that ends at `end`?
    pub(super) fn announces(&self, bytes: &[u8], end: usize) -> bool {
        labelled::announces(bytes, end) || labelled::gap::may_follow(bytes, end)
    }

    /// Proposes the number of a telephone behind a label that is a word of other things too, but for its point or colon.
    #[inline]
    pub(super) fn short_label(&mut self, bytes: &[u8], start: usize, end: usize) -> bool {
        if let Some(at) = labelled::extension(self.text, start, end) {
            self.extension(at);
            return true;
        }
        if let Some(at) = labelled::door::code(self.text, start, end) {
            self.propose(Kind::Password, at, labelled::door::SCORES, Evidence::Context);
            return true;
        }
        let word = bytes.get(start..end).unwrap_or_default();
        let cell = word.eq_ignore_ascii_case(b"cell") || word.eq_ignore_ascii_case(b"cel");
        let from = end
            + bytes
                .get(end..)
                .unwrap_or_default()
                .iter()
                .take(2)
                .take_while(|byte| b".: ".contains(byte))
                .count();
        if cell
            && from > end
            && bytes.get(end) != Some(&b' ')
            && let Some(found) = telephone::number(bytes, from)
            && bytes
                .get(found.at.clone())
                .is_some_and(|raw| raw.iter().filter(|byte| byte.is_ascii_digit()).count() >= 9)
        {
            let (score, evidence) = (CELL.points(), Evidence::Context);
            let wanted = self.thresholds.get(Kind::Phone as usize).is_some_and(|least| score >= *least);
            // A number behind `cell` may be that of a battery, which `propose` knows.
            self.hits.extend(wanted.then_some(Hit {
                kind: Kind::Phone,
                start: from,
                end: found.at.end,
                score,
                evidence,
            }));
            return wanted;
        }
        false
    }

    /// Proposes the value behind the label `start..end` and more than one sign: `Password (new): tulip`.
    #[inline(never)]
    pub(super) fn apart(&mut self, bytes: &[u8], start: usize, end: usize) {
        let known = labelled::may_be_any(bytes, start, end);
        // Most words are not labels, as in `[amcl]: `.
        if !known && !labelled::named::may_end(bytes, end) || labelled::announces(bytes, end) {
            return;
        }
        if labelled::gap::behind(self.text, end).is_none() {
            // `Ext. 4417`, `cell. 347 1234567`
            if known {
                self.short_label(bytes, start, end);
            }
            return;
        }
        match labelled::value(self.text, start..end) {
            Some(value) => {
                self.propose(value.kind, value.at, value.scores, Evidence::Context);
            }
            None => {
                self.named(end);
            }
        }
    }

    /// Proposes the names behind the label of a person that ends at `end`.
    pub(super) fn labelled(&mut self, end: usize) {
        if !self.named(end) {
            for name in labelled::joined::names(self.text, end).into_iter().flatten() {
                self.propose(Kind::Person, name, labelled::joined::SCORES, Evidence::Context);
            }
        }
    }

    /// Proposes the extension of a telephone.
    #[cold]
    pub(super) fn extension(&mut self, at: Range<usize>) {
        self.propose(Kind::Phone, at, STOREY, Evidence::Context);
    }
}

/// Do the `_` at the end of this begin a word, as those of Markdown do: `__card`?
pub(super) fn is_mark(head: &[u8]) -> bool {
    let marks = head.iter().rev().take(3).take_while(|byte| **byte == b'_').count();
    let before = head.iter().rev().nth(marks).copied().unwrap_or(b' ');
    !before.is_ascii_alphanumeric() && before != b'_' && before < 0x80
}

/// Is there a digit in the first eight bytes?
pub(super) fn has_digit(bytes: &[u8]) -> bool {
    swar::digits(swar::block(bytes, 0)) != 0
}
