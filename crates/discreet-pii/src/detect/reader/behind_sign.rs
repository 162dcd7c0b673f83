//! Numbers behind a sign in which mostly a longer number or a path goes on: `udp/203.0.113.9`, `GET /card/4111`,
//! `10.0.0.5-10.0.0.9`, `Phone -5551234`.

use std::ops::Range;

use super::{Reader, joined};
use crate::recognisers::labelled;
use crate::{Evidence, Group, Hit, Kind, Kinds};

/// The fewest digits of a telephone number behind `:`, where a time or a port may stand.
const TELEPHONE: usize = 10;

/// The findings that a number behind a sign may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) enum Limit {
    /// An address of a network.
    Network,
    /// A number known by its label or check digits, except dates and ages.
    Labelled,
    /// A telephone number.
    Telephone,
}

impl Limit {
    fn allows(self, hit: &Hit) -> bool {
        match self {
            _ if hit.kind == Kind::PaymentCard => true,
            Limit::Network => hit.kind.group() == Group::Network,
            Limit::Labelled => hit.evidence != Evidence::Form && hit.kind.group() != Group::Person,
            Limit::Telephone => hit.kind == Kind::Phone,
        }
    }
}

/// Does a national telephone number begin at `start`, behind a dash? No negative number has a zero and another digit in
/// front.
pub(super) fn is_national(bytes: &[u8], start: usize) -> bool {
    start > 0
        && bytes.get(start - 1) == Some(&b'-')
        && matches!(bytes.get(start..), Some([b'0', next, ..]) if next.is_ascii_digit())
}

impl Reader<'_> {
    /// Proposes what begins with a word in the middle of a longer one. True if more may begin with it.
    #[inline(never)]
    pub(super) fn inside(&mut self, bytes: &[u8], at: Range<usize>, (digits, number): (usize, bool)) -> bool {
        let Range { start, end } = at;
        self.foreign_label(bytes, start, end);
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        if before == Some(&b'_') && digits >= joined::DIGITS {
            self.framed(bytes, start, end);
        }
        number && self.behind_sign(bytes, start, end)
    }

    /// Proposes the value behind a label with letters that are not ASCII: the end of `contraseña`.
    pub(super) fn foreign_label(&mut self, bytes: &[u8], start: usize, end: usize) {
        let foreign = start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|byte| *byte >= 0x80);
        if !foreign || !labelled::announces(bytes, end) {
            return;
        }
        let head = self.text.get(..start).unwrap_or_default();
        let letters = head.chars().rev().take(24).take_while(|c| c.is_alphanumeric() || *c == '_');
        let length: usize = letters.map(char::len_utf8).sum();
        if let Some(value) = labelled::value(self.text, start - length..end) {
            self.propose(value.kind, value.at, value.scores, Evidence::Context);
        } else {
            self.named(end);
        }
    }

    /// May the number `start..end` behind a sign be a finding? Then it limits what it may be.
    fn behind_sign(&mut self, bytes: &[u8], start: usize, end: usize) -> bool {
        let limit = self.limit(bytes, start, end);
        self.limits.extend(limit.map(|limit| (start, limit)));
        limit.is_some()
    }

    fn limit(&mut self, bytes: &[u8], start: usize, end: usize) -> Option<Limit> {
        let at = |back: usize| start.checked_sub(back).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        let (sign, before) = (at(1), at(2));
        let fits = match sign {
            b'-' | b':' | b'/' if bytes.get(end) == Some(&b'.') => {
                return (sign != b'/' || !is_product(bytes, start - 1)).then_some(Limit::Network);
            }
            b'/' if !before.is_ascii_digit() => true,
            b'-' if before == b' ' => self.is_behind_label(start - 2),
            _ => false,
        };
        // `202-555-0143/202-555-0144`
        let listed = || self.hits.last().is_some_and(|hit| hit.kind == Kind::Phone && hit.end + 1 == start);
        let telephone = || sign == b':' && end - start >= TELEPHONE || listed();
        if fits { Some(Limit::Labelled) } else { telephone().then_some(Limit::Telephone) }
    }

    /// Removes the findings that a number behind a sign may not be.
    #[inline]
    pub(super) fn apply_limits(&mut self) {
        if !self.limits.is_empty() {
            let limits = &self.limits;
            self.hits.retain(|hit| {
                let at = limits.binary_search_by_key(&hit.start, |(start, _)| *start);
                at.ok().and_then(|at| limits.get(at)).is_none_or(|(_, limit)| limit.allows(hit))
            });
        }
    }

    /// Does a label of a number end at `at`, or a sign behind it?
    fn is_behind_label(&mut self, at: usize) -> bool {
        let others: Kinds = [Kind::Phone, Kind::Password].into_iter().collect();
        let known = self.matcher.labelled().union(others);
        self.supported().meets(known)
            && self.context.label(self.text, at, 0).is_some_and(|(end, kinds)| {
                let between = self.text.get(end..at).unwrap_or_default();
                kinds.meets(known) && matches!(between, "" | ":" | " :" | "=" | ".")
            })
    }
}

/// Is the word in front of the `/` at `slash` that of a product, and not of a path: `Chrome/120.0.60.109`?
fn is_product(bytes: &[u8], slash: usize) -> bool {
    let head = bytes.get(..slash).unwrap_or_default();
    let length = head.iter().rev().take(24).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let (before, word) = head.split_at(slash - length);
    word.first().is_some_and(u8::is_ascii_uppercase) && before.last() != Some(&b'/')
}
