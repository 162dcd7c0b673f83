//! Proposals: the findings of the recognisers, kept if their score reaches the threshold of their kind.

use std::ops::Range;

use super::amounts::{MACHINES, UNITS, is_amount, is_contact, is_no_date, is_no_room, is_of_other, is_status};
use super::parts;
use super::reader::Reader;
use super::{Evidence, Hit};
use crate::kinds::{Check, Code, Form, REACH, Score, Scores, alone, iban, mrz, secrets, wallets};
use crate::recognisers::{card, code, coordinates, ipv6, labelled, names, telephone, web};
use crate::{Group, Kind, Kinds};

/// The least number of letters and digits of a number that is hidden although it fails its check.
const SHORTEST_MISREAD: usize = 6;
/// The points that such a number loses.
const MISREAD: u8 = 15;
/// The scores of a number that nothing but its label tells.
const ANNOUNCED: Scores = alone(48).always();
/// The score of the next number of a list, whose first has a label.
const IN_LIST: Score = Score::new(55);
/// The most words between a PIN and its label.
const OWNED: u8 = 7;
/// The most words between a label and a number that follows it directly: `card number is`, `IBAN transfer to`.
const DIRECTLY: u8 = 2;

impl Reader<'_> {
    /// Proposes all forms that begin at `start`. Returns the end of a secret among them, else 0.
    pub(super) fn forms(&mut self, start: usize, number: bool) -> usize {
        let mut matches = std::mem::take(self.matches);
        let read = self.matcher.read(self.text.as_bytes(), start, &mut matches);
        self.budget.take(read);
        let mut behind = 0;
        for found in &matches {
            if let Some((kind, form)) = self.matcher.form(found.form)
                && self.form(kind, form, start..found.end, number)
                && kind.group() == Group::Secret
            {
                behind = behind.max(self.behind(found.end));
            }
        }
        *self.matches = matches;
        behind
    }

    /// The place to go on behind a finding that ends at `end`: there, unless findings inside it are wanted too.
    pub(super) fn behind(&self, end: usize) -> usize {
        if self.overlapping { 0 } else { end }
    }

    /// Proposes a match of a form, if it passes its check. The score decides first: checks cost more.
    fn form(&mut self, kind: Kind, form: &Form, at: Range<usize>, number: bool) -> bool {
        let Some(raw) = self.text.get(at.clone()).filter(|raw| raw.len() >= usize::from(form.least)) else {
            return false;
        };
        let mut scores = form.scores;
        if !number && !form.case_sensitive && raw.bytes().any(|byte| byte.is_ascii_lowercase()) {
            scores.alone = scores.alone.min(Score::WRONG_CASE);
        }
        let threshold = self.threshold(kind);
        let hopeless = |score: Score| score.points() < threshold;
        if hopeless(scores.alone) && (hopeless(scores.near) || !self.supported().contains(kind)) {
            return false;
        }
        let paid = || self.text.get(..at.start).is_some_and(|head| head.ends_with(['$', '€', '£', '¥']));
        let amount = match kind {
            Kind::Room => paid() || is_status(self.text, at.start) || is_no_room(self.text, at.clone()),
            // `turn 30 degrees`; `12 days` may be an age.
            Kind::Age => paid() || is_amount(self.text, at.end, &[UNITS, MACHINES]),
            Kind::Postcode => is_amount(self.text, at.end, &[MACHINES]),
            Kind::Password => is_contact(self.text, at.start),
            Kind::Ip => parts::is_of_version(self.text.as_bytes(), at.start),
            Kind::Date => is_no_date(self.text, at.clone()),
            _ => false,
        };
        if amount {
            return false;
        }
        let (passes, evidence) = match form.check {
            Check::None => (true, Evidence::Form),
            Check::Raw(check) => (check(raw), Evidence::Checked),
            Check::Code(check) => (check(compact(raw, &mut [0; 96])), Evidence::Checked),
        };
        let checked = matches!(form.check, Check::Code(_));
        let end = form.end.map_or(at.end, |end| at.start + end(raw));
        let at = at.start + usize::from(form.lead)..end;
        match passes {
            true => {
                let owned = kind == Kind::Password && self.is_owned(at.start);
                self.propose_within(kind, at, (scores, if owned { OWNED } else { form.reach }), evidence)
            }
            false => checked && self.misread(kind, at, form.scores),
        }
    }

    /// Do words for a place stand between a PIN and its label: `PIN for the safe: 4471`?
    fn is_owned(&self, start: usize) -> bool {
        let label = self.context.label(self.text, start, OWNED);
        label.is_some_and(|(end, kinds)| {
            kinds.contains(Kind::Password)
                && self.text.get(end..start).is_some_and(labelled::owned::is_between)
        })
    }

    /// Proposes a number that fails its check directly behind its label: somebody misread a digit, and it identifies a
    /// person all the same.
    fn misread(&mut self, kind: Kind, at: Range<usize>, scores: Scores) -> bool {
        let signs = self.text.get(at.clone()).unwrap_or_default().bytes().filter(u8::is_ascii_alphanumeric);
        let scores = Scores { alone: Score::NONE, near: scores.near.less(MISREAD) };
        signs.count() >= SHORTEST_MISREAD
            && self.propose_within(kind, at, (scores, DIRECTLY), Evidence::Context)
    }

    /// Proposes a code that only a context word makes anything of. Directly behind the word it may have blanks between
    /// groups of digits.
    pub(super) fn code(&mut self, bytes: &[u8], start: usize) {
        let (matcher, supported) = (self.matcher, self.supported());
        if !supported.meets(matcher.code_kinds()) {
            return;
        }
        let groups = code::groups(bytes, start).map(|(end, count)| (end, count, true));
        for (end, count, spaced) in
            code::end(bytes, start).map(|(end, count)| (end, count, false)).into_iter().chain(groups)
        {
            let letters = bytes.get(start..end).unwrap_or_default();
            let capitals =
                letters.iter().any(u8::is_ascii_uppercase) && !letters.iter().any(u8::is_ascii_lowercase);
            let fits = |code: &Code| {
                (code.length.0..=code.length.1).contains(&count) && (capitals || !code.capitals)
            };
            for (kind, code) in matcher.codes().filter(|(_, code)| fits(code)) {
                let reach = if spaced { 0 } else { code.reach };
                self.propose_within(kind, start..end, (code.scores, reach), Evidence::Context);
            }
        }
        self.led_code(bytes, start);
    }

    /// Proposes a code with a group of capitals and a blank in front of its digits, directly behind its label:
    /// `matricule B 4471`.
    fn led_code(&mut self, bytes: &[u8], start: usize) {
        let Some((from, _)) = self.context.label(self.text, start, DIRECTLY) else { return };
        let lead = code::lead(bytes, from, start);
        // `member ID WXJ 448 201 976` is a number of any form behind its label.
        if lead + 1 >= start || code::announced(bytes, start).is_some() {
            return;
        }
        let Some((end, count)) = code::end(bytes, start) else { return };
        let count = count + start - 1 - lead;
        let matcher = self.matcher;
        let fits = |code: &Code| (code.length.0..=code.length.1).contains(&count);
        for (kind, code) in matcher.codes().filter(|(_, code)| fits(code)) {
            self.propose_within(kind, lead..end, (code.scores, 1), Evidence::Context);
        }
    }

    /// Proposes a word of many letters and digits as a wallet or a key without a prefix of its own.
    pub(super) fn long_word(&mut self, word: &str, at: Range<usize>) {
        if let Some(scores) = wallets::address(word) {
            self.propose(Kind::CryptoWallet, at, scores, Evidence::Checked);
        } else if let Some(scores) = secrets::key(word) {
            self.propose(Kind::ApiKey, at, scores, Evidence::Checked);
        }
    }

    /// Proposes a number of any form directly behind the label of a number: of a card, an account, a person.
    pub(super) fn announced(&mut self, bytes: &[u8], start: usize) {
        let labelled = self.matcher.labelled();
        if !self.supported().meets(labelled) {
            return;
        }
        let (from, label) = self.context.label(self.text, start, DIRECTLY).unwrap_or_default();
        let label = label.union(self.field.hints);
        let Some(kind) = labelled.common(label).iter().next() else { return };
        if let Some(end) = code::announced(bytes, start) {
            let start = code::lead(bytes, from, start);
            let inside = self.announced.last().is_some_and(|last| start < last.end);
            if self.propose(kind, start..end, ANNOUNCED, Evidence::Context) && !inside {
                self.announced.push(start..end);
            }
        } else if code::is_last_four(bytes, from, start) {
            self.propose(kind, start..start + 4, ANNOUNCED, Evidence::Context);
        }
    }

    /// Widens the findings inside a number with a label to the whole number, so that none is hidden in part.
    pub(super) fn widen(&mut self) {
        if self.announced.is_empty() {
            return;
        }
        for hit in self.hits.iter_mut() {
            let next = self.announced.partition_point(|at| at.start <= hit.start);
            let Some(at) = next.checked_sub(1).and_then(|last| self.announced.get(last)) else { continue };
            if hit.end <= at.end {
                (hit.start, hit.end) = (at.start, at.end);
            }
        }
    }

    /// Proposes the telephone number that begins at `start`.
    pub(super) fn telephone(&mut self, bytes: &[u8], start: usize) {
        if let Some(found) =
            telephone::number(bytes, start).filter(|found| !parts::is_frame(bytes, found.at.clone()))
        {
            let mut scores = found.scores;
            if self.field.spoken && found.national_row {
                scores.alone = scores.alone.max(telephone::SPOKEN_ROW);
            }
            if start > 0 && bytes.get(start - 1) == Some(&b'-') && parts::is_of_serial(bytes, start) {
                scores.alone = Score::NONE;
            }
            if self.continues(Kind::Phone, found.at.start) {
                scores.alone = scores.alone.max(IN_LIST);
            }
            self.propose_within(Kind::Phone, found.at, (scores, found.reach), Evidence::Form);
        }
    }

    /// Has the text nothing that makes a telephone number of the weak one at `start`?
    pub(super) fn has_no_telephones(&mut self, start: usize) -> bool {
        self.threshold(Kind::Phone) > telephone::WEAK.points()
            && !self.field.spoken
            && !self.supported().contains(Kind::Phone)
            && !self.continues(Kind::Phone, start)
    }

    /// The end of the international telephone number that begins at `start`, if no other finding begins in it, else 0: no
    /// label announces a number, and no house or other number is at its end.
    pub(super) fn behind_telephone(&mut self, bytes: &[u8], start: usize) -> usize {
        const HOUSE: usize = 5;
        let last = self.hits.last().filter(|hit| hit.kind == Kind::Phone && hit.start == start);
        let Some(end) = last.map(|hit| self.behind(hit.end)) else { return 0 };
        let number = bytes.get(start..end).unwrap_or_default();
        let group = number.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let apart = match bytes.get(end..) {
            Some([b' ' | b',', next, ..]) => !next.is_ascii_digit(),
            Some([next, ..]) => matches!(next, b',' | b';' | b')' | b'"' | b'\n'),
            _ => true,
        };
        let alone = group > HOUSE && apart && !self.supported().meets(self.matcher.labelled());
        if alone && bytes.get(start) == Some(&b'+') { end } else { 0 }
    }

    /// Proposes the payment card in unusual groups that begins at `start`. Returns its end, else 0.
    pub(super) fn card(&mut self, bytes: &[u8], start: usize) -> usize {
        match card::find(bytes, start, self.behind_card(start)) {
            Some(at) if self.propose(Kind::PaymentCard, at.clone(), card::SCORES, Evidence::Checked) => {
                at.end
            }
            _ => 0,
        }
    }

    /// Does a finding of `kind` end in front of the list's next item at `start`: `612 345 678, 698 765 432`?
    fn continues(&self, kind: Kind, start: usize) -> bool {
        const GAPS: [&str; 12] =
            [", ", ",", "; ", ";", " / ", "/", " or ", " and ", " und ", " oder ", " y ", " e "];
        let last = self.hits.iter().rev().take(2).find(|hit| hit.kind == kind && hit.end < start);
        last.and_then(|hit| self.text.get(hit.end..start)).is_some_and(|gap| GAPS.contains(&gap))
    }

    /// Is the number at `start` the next one behind a card?
    fn behind_card(&self, start: usize) -> bool {
        let next = |hit: &Hit| hit.kind == Kind::PaymentCard && hit.end < start && start - hit.end < 4;
        self.hits.last().is_some_and(next)
    }

    /// Proposes the account number that begins at `start`.
    pub(super) fn iban(&mut self, start: usize) {
        if let Some(end) = iban::end(self.text, start) {
            self.propose(Kind::Iban, start..end, iban::SCORES, Evidence::Checked);
        } else if self.supported().contains(Kind::Iban)
            && let Some(end) = iban::misread_end(self.text.as_bytes(), start)
        {
            self.propose_within(Kind::Iban, start..end, (iban::MISREAD, DIRECTLY), Evidence::Context);
        }
    }

    /// Proposes the street in small letters behind the number that ends at `end`.
    pub(super) fn street(&mut self, end: usize) {
        if self.threshold(Kind::Address) < u8::MAX
            && let Some((at, scores)) = names::street(self.text, end)
        {
            self.propose(Kind::Address, at, scores, Evidence::Form);
        }
    }

    /// Proposes the domain name whose first label is `start..end`. Returns where to go on.
    pub(super) fn name(&mut self, bytes: &[u8], start: usize, end: usize) -> usize {
        if !bytes.get(end + 1).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80) {
            return end;
        }
        match web::name(self.text, start) {
            Some((found, scores)) if self.propose(Kind::Url, found.clone(), scores, Evidence::Form) => {
                self.behind(found.end).max(end)
            }
            _ => end,
        }
    }

    /// Proposes the IPv6 address that begins at `start`.
    pub(super) fn ipv6(&mut self, start: usize) {
        if let Some((end, scores)) = ipv6::address(self.text, start) {
            self.propose(Kind::Ip, start..end, scores, Evidence::Checked);
        }
    }

    /// Proposes the position whose first decimal point is at `point`.
    pub(super) fn position(&mut self, bytes: &[u8], start: usize, point: usize) {
        if self.supported().contains(Kind::Position)
            && let Some(found) = coordinates::position(self.text, bytes, start, point)
        {
            self.propose_within(Kind::Position, found.at, (found.scores, found.reach), Evidence::Context);
        }
    }

    /// Proposes the machine-readable zone whose first filler is at `at`. Returns where to go on.
    pub(super) fn zone(&mut self, bytes: &[u8], at: usize) -> usize {
        let Some(zone) = mrz::zone(bytes, at) else {
            let fillers = bytes.iter().skip(at).take_while(|byte| **byte == b'<').count();
            return at + fillers.max(1);
        };
        let (scores, evidence) =
            if zone.checked { (mrz::CHECKED, Evidence::Checked) } else { (mrz::MISREAD, Evidence::Form) };
        let end = zone.at.end;
        self.propose(Kind::Mrz, zone.at, scores, evidence);
        end
    }

    /// Proposes the private key whose header is at `start`. Returns where to go on.
    pub(super) fn private_key(&mut self, start: usize) -> usize {
        let Some(end) = secrets::private_key_end(self.text, start) else {
            return start + secrets::HEADER_BEGINS.len() - 1;
        };
        self.propose(Kind::PrivateKey, start..end, secrets::PEM, Evidence::Form);
        end
    }

    /// The kinds that have a context word in this text or in the name of the field.
    pub(super) fn supported(&mut self) -> Kinds {
        self.context.anywhere(self.text).union(self.field.hints)
    }

    fn threshold(&self, kind: Kind) -> u8 {
        self.thresholds.get(kind as usize).copied().unwrap_or(u8::MAX)
    }

    /// Keeps a finding with the usual reach of context words.
    pub(super) fn propose(
        &mut self,
        kind: Kind,
        at: Range<usize>,
        scores: Scores,
        evidence: Evidence,
    ) -> bool {
        self.propose_within(kind, at, (scores, REACH), evidence)
    }

    /// Keeps a finding if its score reaches the threshold. A context word at most `reach` words away raises the
    /// score. Returns whether it was kept.
    fn propose_within(
        &mut self,
        kind: Kind,
        at: Range<usize>,
        (scores, reach): (Scores, u8),
        evidence: Evidence,
    ) -> bool {
        let Scores { alone, near } = scores;
        let threshold = self.threshold(kind);
        if threshold == u8::MAX || alone.points() < threshold && near.points() < threshold {
            return false;
        }
        let Range { start, end } = at;
        let bytes = self.text.as_bytes();
        let digits = bytes.get(start).is_some_and(u8::is_ascii_digit);
        let spaced = || bytes.get(start..end).is_some_and(|raw| raw.contains(&b' '));
        let thing = digits
            && alone.points() >= threshold
            && (kind.group() != Group::Network && parts::is_of_thing(bytes, start)
                || spaced()
                    && parts::is_in_row(bytes, start, end, kind != Kind::Phone)
                    && !(kind == Kind::PaymentCard
                        && card::is_apart(bytes, start..end, self.behind_card(start))));
        let alone = if thing { Score::NONE } else { alone };
        let mut hit = Hit { kind, start, end, score: alone.points(), evidence };
        if near > alone && self.supported().contains(kind) {
            let distance =
                self.context.distance(self.text, start, end, kind).filter(|distance| *distance <= reach);
            let hinted = self.field.hints.contains(kind).then_some(0);
            let other = distance.is_some_and(|distance| distance > 0)
                && matches!(kind, Kind::Room | Kind::CardSecurityCode | Kind::Age)
                && self.context.between(self.text, start, kind).is_some_and(is_of_other);
            if let Some(distance) = hinted.or(distance.filter(|_| !other)) {
                // Each word between takes a point.
                hit.score = near.less(distance).max(alone).points();
                hit.evidence =
                    if evidence == Evidence::Checked { Evidence::Checked } else { Evidence::Context };
            }
        }
        let kept = hit.score >= threshold;
        if kept {
            self.hits.push(hit);
        }
        kept
    }
}

/// The letters, in upper case, and digits of a match, without separators.
fn compact<'c>(raw: &str, into: &'c mut [u8; 96]) -> &'c [u8] {
    let mut length = 0;
    for (to, byte) in into.iter_mut().zip(raw.bytes().filter(u8::is_ascii_alphanumeric)) {
        *to = byte.to_ascii_uppercase();
        length += 1;
    }
    into.get(..length).unwrap_or_default()
}
