//! Names of persons, places, organizations and nationalities, and street addresses. Word lists, capitals and the
//! words around them decide.
//!
//! `table` holds the word lists in one hash table. [`run`] collects words with capitals that stand together;
//! `person`, `place` and `address` look for names in a run, with the context of [`cue`]. `lower` reads text without
//! capitals, `roster` finds listed guests.

mod address;
mod behind;
mod capitals;
mod cue;
mod endings;
mod fold;
mod foreign;
mod hash;
mod house;
mod label;
mod list;
mod lower;
mod marks;
mod memo;
mod person;
mod place;
mod plain;
mod roster;
mod run;
mod scores;
mod table;
mod tail;
mod titled;
mod word;

pub(crate) use behind::{Label, is_turned, name as name_behind};
pub(crate) use fold::fold;
pub(crate) use foreign::is_label as is_foreign_label;
pub(crate) use label::{is_any_name, is_given, is_in_turn, is_label, is_name, is_plural, is_word};
pub(crate) use memo::Memo;
pub use roster::{Roster, RosterRefused};

use self::cue::Cue;
use self::person::{NameHit, Role};
use self::run::{Part, Run};
use self::table::Class;
use self::word::Shape;
use std::ops::Range;

use crate::detect::Budget;
use crate::kinds::Scores;
use crate::view::Outline;
use crate::{Field, Hit, Kind, Kinds};

/// May the plain word with a capital at `start` be the first of a name: `my name is Åsa`?
pub(crate) fn is_introduced(text: &str, start: usize) -> bool {
    cue::before(text, start) == Cue::Strong && plain::is_part(text, Part::at(text, start))
}

/// The kinds of names.
const OURS: [Kind; 6] =
    [Kind::Person, Kind::Title, Kind::Place, Kind::Address, Kind::Organization, Kind::Nationality];

/// Marks of words that may be part of a name.
const TELLING: Class = Class::GIVEN
    .or(Class::SURNAME)
    .or(Class::PLACE)
    .or(Class::REGION)
    .or(Class::NATION)
    .or(Class::PHRASE)
    .or(Class::STREET)
    .or(Class::TITLE)
    .or(Class::UNIT)
    .or(Class::PARTICLE)
    .or(Class::FIRM);

/// The same for very common words: `The` begins the names of a few places and no other name.
const STILL_TELLING: Class = Class::GIVEN
    .or(Class::SURNAME)
    .or(Class::NATION)
    .or(Class::REGION)
    .or(Class::STREET)
    .or(Class::TITLE)
    .or(Class::UNIT)
    .or(Class::FIRM);

/// Finds names of the chosen kinds.
pub(crate) struct Names {
    wanted: Kinds,
}

impl Names {
    /// Finds those of `kinds` that are names.
    pub(crate) fn new(kinds: Kinds) -> Names {
        Names { wanted: OURS.into_iter().filter(|kind| kinds.contains(*kind)).collect() }
    }

    /// Appends to `out` the names in `text`, and the entries of `roster` in it. False if no word of the text may be the label
    /// of an account or a password.
    pub(crate) fn find(
        &self,
        text: &str,
        outline: Outline,
        field: &Field,
        roster: Option<&Roster>,
        (memo, budget): (&mut Memo, &mut Budget),
        out: &mut Vec<Hit>,
    ) -> bool {
        let already = out.len();
        if let Some(roster) = roster {
            roster.find(text, budget, |hit| out.push(hit));
        }
        if self.wanted.is_empty() {
            return true;
        }
        // A title is part of the name behind it, unless names are not wanted.
        let (mut title, with_title) = (None, self.wanted.contains(Kind::Person));
        let mut give = |mut found: NameHit| {
            if found.kind == Kind::Person
                && plain::is_rather_word(text.get(found.start..found.end), found.score)
            {
                return;
            }
            match found.kind {
                Kind::Title if with_title => return title = Some(found.start),
                Kind::Person => found.start = title.take().unwrap_or(found.start),
                _ => {}
            }
            if self.wanted.contains(found.kind) {
                push(out, already, found);
            }
        };
        let capital =
            if outline.capitals || outline.foreign { capitals::next_capital(text, 0) } else { None };
        if let Some(first) = capital {
            cased(text, first, field, (memo, budget), &mut give);
        }
        let mut labels = true;
        if capital.is_none() || field.spoken {
            labels = lower::find(text, promised(field), (memo, budget), &mut give);
        }
        if outline.foreign {
            foreign::find(text, promised(field), budget, give);
        }
        labels || capital.is_some()
    }
}

/// The street in small letters behind the number of a house at `start..end`, in a text with capitals: its place and
/// score.
pub(crate) fn street(text: &str, end: usize) -> Option<(Range<usize>, Scores)> {
    let found = address::numbered(text, end)?;
    Some((found.start..found.end, found.score.always()))
}

/// The cue that the name of a field gives to all names in it.
fn promised(field: &Field) -> Cue {
    let hints = |kind| field.hints.contains(kind);
    match () {
        () if hints(Kind::Person) => Cue::Strong,
        () if hints(Kind::Place) => Cue::Lives,
        () if hints(Kind::Organization) => Cue::Firm,
        () => Cue::None,
    }
}

/// Keeps a finding unless an earlier one of its kind overlaps it. Those of the roster come first.
fn push(out: &mut Vec<Hit>, already: usize, found: NameHit) {
    let NameHit { kind, start, end, score, evidence } = found;
    let hit = Hit { kind, start, end, score: score.points(), evidence };
    let known = out.get(already..).unwrap_or_default();
    if !known.iter().rev().take(8).any(|other| other.overlaps(&hit) && other.kind == hit.kind) {
        out.push(hit);
    }
}

/// Finds names in each run of words with capitals.
fn cased(
    text: &str,
    first: usize,
    field: &Field,
    (memo, budget): (&mut Memo, &mut Budget),
    give: &mut impl FnMut(NameHit),
) {
    let promised = promised(field);
    // `row`: the place of the next name of a list: `Rossi, Bowman and Hill`. `labelled`: the same of one behind a label.
    let (mut row, mut labelled) = (None, None);
    let mut next = Some(first);
    while let Some(start) = next {
        let part = memo.part(text, start);
        let mut end = part.word.end.max(start + 1);
        // The words around are read too, about a dozen.
        if !budget.take(end - start + 1) {
            return;
        }
        // Most capitals begin a sentence with a plain word, or belong to a program.
        let plain = part.is(Class::WORD) && !part.is(TELLING)
            || part.is(Class::COMMON)
                && !part.is(STILL_TELLING)
                && !(capital_follows(text, part) && place::phrase(text, part).is_some());
        // `8099 Dogwood Drive`: a plain word behind the number of a house.
        let inside = plain && plain::is_inside(text, start);
        let housed = plain && !inside && house::before(text, start).is_some();
        let introduced = plain && plain::is_introduced(text, part, inside, || capital_follows(text, part));
        if part.word.shape != Shape::Code
            && (!plain || housed || introduced)
            && (introduced || !alone(text, part))
        {
            let run = Run::from(text, part);
            let continues = labelled == Some(start);
            let cue = if continues { Cue::Strong } else { promised };
            let (behind, person) = one(text, &run, cue, row == Some(start), give);
            end = end.max(behind);
            row = person.and_then(|end| list::next(text, end));
            labelled = person
                .filter(|_| continues || label::of_people(text, start))
                .and_then(|end| list::next_labelled(text, end));
        }
        next = capitals::next_capital(text, end);
    }
}

/// Does the word need a capital behind it to be a name, and has none? Such words are abbreviations, letters and
/// halves of phrases.
fn alone(text: &str, part: Part) -> bool {
    const BY_ITSELF: Class = Class::STREET
        .or(Class::TITLE)
        .or(Class::UNIT)
        .or(Class::REGION)
        .or(Class::PLACE)
        .or(Class::NATION)
        .or(Class::FIRM);
    let in_name =
        matches!(person::role(text, part), Role::No | Role::Initial | Role::Particle | Role::Suffix);
    in_name && !part.is(BY_ITSELF) && !capital_follows(text, part)
}

/// Does a word with a capital follow?
fn capital_follows(text: &str, part: Part) -> bool {
    let rest = text.as_bytes().get(part.word.end..).unwrap_or_default();
    let next = rest.iter().take(4).find(|byte| !matches!(byte, b' ' | b'.' | b',' | b'\n'));
    next.is_some_and(|next| next.is_ascii_uppercase() || *next >= 0x80)
}

/// Finds the names in a run. `row`: the run continues a list of names. Returns the end of the part that was read, and
/// of the last person.
fn one(
    text: &str,
    run: &Run,
    promised: Cue,
    row: bool,
    give: &mut impl FnMut(NameHit),
) -> (usize, Option<usize>) {
    let cue = if promised == Cue::None { cue::before(text, run.start()) } else { promised };
    if let Some(found) = address::find(text, run) {
        if found.start > run.start() {
            person::find(text, &run.until(found.start), cue, &mut *give);
        }
        give(found);
        return (found.end, None);
    }
    if let Some(found) = titled::marked(text, run) {
        give(found);
        return (found.end, None);
    }
    // `Dra. Nuria García Hospital General`: a person, and where she works.
    let titled = run.get(0).is_some_and(|first| first.is(Class::TITLE))
        && !run.iter().any(|part| part.is(Class::FIRM));
    if let Some(found) = place::firm(text, run, cue).filter(|_| !titled) {
        give(found);
        return (found.end.max(run.end()), None);
    }
    if let Some(found) = place::saint(text, run).or_else(|| place::with_state(text, run)) {
        give(found);
        return (found.end, None);
    }
    // `New York` is a place, whatever its words are alone.
    if let Some(found) = run.get(0).and_then(|first| place::several(text, first, run)) {
        give(found);
        return (found.end, None);
    }
    if let Some(found) = place::lived_in(text, run).filter(|_| cue == Cue::Lives) {
        give(found);
        return (found.end, None);
    }
    if let Some(found) = list::find(text, run, row) {
        give(found);
        return (found.end, Some(found.end));
    }
    let mut persons = [(0, 0); 4];
    let mut count = 0;
    person::find(text, run, cue, |found| {
        if let Some(place) = persons.get_mut(count).filter(|_| found.kind == Kind::Person) {
            *place = (found.start, found.end);
            count += 1;
        }
        give(found);
    });
    place::rest(text, run, |found| {
        if !persons.iter().any(|(start, end)| found.start < *end && *start < found.end) {
            give(found);
        }
    });
    let last = persons.get(count.wrapping_sub(1)).map(|(_, end)| *end);
    (run.end(), last)
}

#[cfg(test)]
mod tests;
