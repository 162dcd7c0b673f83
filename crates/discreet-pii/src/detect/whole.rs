//! What belongs to a finding and stands beside it: its first group behind a dash, its rest behind a limit, a second
//! surname. Each byte between two findings is read at most a few times.

mod card;
mod lists;
mod names;
mod numbers;
mod secrets;

pub(super) use card::expiry_end;
use discreet_host::steps;

use super::{Evidence, Hit, overlap};
use crate::{Group, Kind};

/// A finding with the text around it, up to the findings beside it.
struct Around<'t> {
    kind: Kind,
    evidence: Evidence,
    before: &'t str,
    value: &'t str,
    behind: &'t str,
}

/// Keeps the best of overlapping findings, extends them over what belongs to them, and adds the next values of lists.
/// `overlapping`: all are wanted as they are.
pub(super) fn complete(text: &str, overlapping: bool, hits: &mut Vec<Hit>) {
    if !overlapping {
        overlap::resolve(hits);
        names::join(text, hits);
        extend(text, hits);
        lists::go_on(text, hits);
        card::add(text, hits);
    }
}

/// Extends findings, in order and apart, over what belongs to them.
fn extend(text: &str, hits: &mut [Hit]) {
    let mut from = 0;
    for at in 0..hits.len() {
        let to = hits.get(at + 1).map_or(text.len(), |next| next.start);
        let Some(hit) = hits.get_mut(at) else { break };
        let of_policy = matches!(hit.evidence, Evidence::Pattern | Evidence::Roster);
        let parts = (text.get(from..hit.start), text.get(hit.start..hit.end), text.get(hit.end..to));
        if let (Some(before), Some(value), Some(behind)) = parts
            && !of_policy
        {
            let around = Around { kind: hit.kind, evidence: hit.evidence, before, value, behind };
            let (front, rest) = around.belongs();
            steps::count(front + rest);
            (hit.start, hit.end) = (hit.start - front, hit.end + rest);
        }
        from = hit.end;
    }
}

impl Around<'_> {
    /// The number of bytes in front of the finding, and behind it, that belong to it.
    fn belongs(&self) -> (usize, usize) {
        match self.kind.group() {
            Group::Secret => (0, secrets::rest(self)),
            _ if self.kind == Kind::Person => (names::front(self), names::rest(self)),
            _ if matches!(self.kind, Kind::Email | Kind::Ip) => (secrets::account(self), 0),
            _ if is_number(self.kind) => (numbers::front(self), numbers::rest(self)),
            _ => (0, 0),
        }
    }
}

/// Has the kind numbers and codes, which may have groups?
fn is_number(kind: Kind) -> bool {
    let groups =
        [Group::Money, Group::Stay, Group::Document, Group::NationalId, Group::Health, Group::Business];
    kind == Kind::Phone || groups.contains(&kind.group()) && kind != Kind::Mrz
}

/// Is this the end of a clause?
fn is_end(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['"', '\'', ')', ']']);
    rest.is_empty() || rest.starts_with([',', ';', '\n', '\r']) || rest == "." || rest.starts_with(". ")
}

/// Does a word end in front of `rest`?
fn is_apart(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '%'))
}

/// The bytes of the characters at the beginning that are `inside`.
fn run(text: &str, inside: impl Fn(char) -> bool) -> usize {
    text.find(|c: char| !inside(c)).unwrap_or(text.len())
}

/// The bytes of the characters at the end that are `inside`.
fn run_back(text: &str, inside: impl Fn(char) -> bool) -> usize {
    text.len() - text.trim_end_matches(inside).len()
}
