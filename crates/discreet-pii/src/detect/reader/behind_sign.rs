//! Numbers behind a sign in which mostly a longer number or a path goes on: `udp/203.0.113.9`, `GET /card/4111`,
//! `10.0.0.5-10.0.0.9`, `Phone -5551234`.

use super::Reader;
use crate::kinds::Kind;
use crate::{Group, Kinds};

/// The fewest digits of a telephone number behind `:`, where a time or a port may stand.
const TELEPHONE: usize = 10;

/// Does a national telephone number begin at `start`, behind a dash: no negative number has two digits and a zero in front.
pub(super) fn is_national(bytes: &[u8], start: usize) -> bool {
    start > 0
        && bytes.get(start - 1) == Some(&b'-')
        && matches!(bytes.get(start..), Some([b'0', next, ..]) if next.is_ascii_digit())
}

impl Reader<'_> {
    /// Proposes the number `start..end` behind a sign.
    #[inline(never)]
    pub(super) fn behind_sign(&mut self, bytes: &[u8], start: usize, end: usize) {
        // `202-555-0143/202-555-0144`
        if self.hits.last().is_some_and(|hit| hit.kind == Kind::Phone && hit.end + 1 == start) {
            self.telephone(bytes, start);
        }
        let at = |back: usize| start.checked_sub(back).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        let (sign, before) = (at(1), at(2));
        match sign {
            b'-' | b':' | b'/' if bytes.get(end) == Some(&b'.') => {
                if sign != b'/' || !is_product(bytes, start - 1) {
                    self.forms_of(start, true, |kind| kind.group() == Group::Network);
                }
            }
            b'/' if !before.is_ascii_digit() => self.labelled_only(bytes, start),
            b'-' if before == b' ' && self.is_behind_label(start - 2) => self.labelled_only(bytes, start),
            b':' if end - start >= TELEPHONE => self.telephone(bytes, start),
            _ => {}
        }
    }

    /// Proposes the number at `start` if a label tells it.
    fn labelled_only(&mut self, bytes: &[u8], start: usize) {
        self.unlikely = true;
        self.forms_of(start, true, |kind| kind.group() != Group::Person);
        self.code(bytes, start);
        self.announced(bytes, start);
        self.telephone(bytes, start);
        self.unlikely = false;
    }

    /// Does a label of a number end at `at`, or a sign behind it?
    fn is_behind_label(&mut self, at: usize) -> bool {
        let mut known = self.matcher.labelled();
        known = known.union([Kind::Phone, Kind::Room, Kind::Password].into_iter().collect::<Kinds>());
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
