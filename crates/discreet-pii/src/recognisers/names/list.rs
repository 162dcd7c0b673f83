//! Lists of names: `Rossi, Bowman and Hill`.

use super::person::{NameHit, Role, role};
use super::run::{Part, Run, following, letter};
use super::scores;
use super::table::Class;
use super::word::Shape;
use crate::{Evidence, Kind};

/// The name in a list of names: `Rossi, Bowman and Hill`. `expected`: the list began in front of it.
pub(super) fn find(text: &str, run: &Run, expected: bool) -> Option<NameHit> {
    let first = run.get(0).filter(|part| run.len() == 1 && fits_row(text, *part))?;
    let (start, end) = (first.word.start, first.word.end);
    let (mut all, mut listed, mut last) = (1, u8::from(in_lists(first)), end);
    while let Some(part) = next(text, last).filter(|_| all < 4).map(|next| Part::at(text, next)) {
        if !fits_row(text, part)
            || following(text, part).is_some_and(|next| next.word.shape == Shape::Capital)
        {
            break;
        }
        (all, listed, last) = (all + 1, listed + u8::from(in_lists(part)), part.word.end);
    }
    let places = first.is(Class::PLACE) && !in_lists(first);
    (expected && !places || all > 2 && listed > 1).then_some(NameHit {
        kind: Kind::Person,
        start,
        end,
        score: scores::IN_ROW,
        evidence: Evidence::Context,
    })
}

/// The beginning of the next name of a list, if the list continues at `end`.
pub(super) fn next(text: &str, end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let gaps = [", and ", ", ", " and ", " & ", " und ", " et ", " y ", " e "];
    gaps.iter()
        .find(|gap| rest.starts_with(**gap))
        .map(|gap| end + gap.len())
        .filter(|next| letter(text, *next))
}

/// The beginning of the next name behind a label of several persons, if the list continues at `end`. Each name may be in
/// quotation marks.
pub(super) fn next_labelled(text: &str, end: usize) -> Option<usize> {
    const GAPS: [&str; 10] = [", ", "; ", ";", ",", " / ", "/", " | ", "، ", "،", "、"];
    const MARKS: [char; 8] = ['"', '\'', '”', '’', '»', '“', '„', '«'];
    next(text, end).or_else(|| {
        let rest = text.get(end..)?;
        let closed = rest.strip_prefix(MARKS).unwrap_or(rest);
        let gap = GAPS.iter().find(|gap| closed.starts_with(**gap))?;
        let behind = closed.get(gap.len()..)?;
        let name = behind.strip_prefix(MARKS).unwrap_or(behind);
        Some(text.len() - name.len()).filter(|next| letter(text, *next))
    })
}

/// Is this a common given name or surname?
fn in_lists(part: Part) -> bool {
    part.is(Class::SURNAME_COMMON.or(Class::GIVEN_COMMON))
}

/// May the word be a name in a list of names?
fn fits_row(text: &str, part: Part) -> bool {
    let role = role(text, part);
    part.word.shape == Shape::Capital
        && !part.is(Class::REGION.or(Class::NATION))
        && !matches!(role, Role::Initial | Role::Particle | Role::Suffix | Role::No)
}
