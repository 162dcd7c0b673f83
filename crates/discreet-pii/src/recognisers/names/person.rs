//! Persons in runs of words with capitals.

use std::ops::Range;

use super::cue::{self, Cue};
use super::endings::{FAMILY, NOUNS};
use super::run::{self, Part, Run};
use super::scores;
use super::table::Class;
use super::word::{Shape, byte};
use super::{plain, titled};
use crate::detect::Firsts;
use crate::kinds::Score;
use crate::{Evidence, Kind};

/// A name in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameHit {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    pub score: Score,
    pub evidence: Evidence,
}

/// The role of a word in the name of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Given,
    /// A given name that is a plain word as well: `Grace`.
    GivenWord,
    Surname,
    SurnameWord,
    /// A word on no list.
    Unknown,
    Place,
    Initial,
    Particle,
    Suffix,
    /// Not part of a name.
    No,
}

/// The role that a word may have.
pub(super) fn role(text: &str, part: Part) -> Role {
    let class = part.class;
    let length = part.word.end - part.word.start;
    match part.word.shape {
        Shape::Initial => return Role::Initial,
        Shape::Code => return Role::No,
        // Short words in capitals are abbreviations.
        Shape::Upper if length < 3 && !class.any(Class::SUFFIX.or(Class::PARTICLE)) => return Role::No,
        _ => {}
    }
    if is_month(text, part) || is_contraction(part.word.text(text)) || is_mail(part.word.text(text)) {
        return Role::No;
    }
    if class.any(Class::SUFFIX) {
        return Role::Suffix;
    }
    if class.any(Class::PARTICLE) {
        return Role::Particle;
    }
    if class.any(Class::STREET.or(Class::FIRM).or(Class::BODY).or(Class::UNIT).or(Class::TITLE)) {
        return Role::No;
    }
    let well_known = class.any(Class::GIVEN_COMMON.or(Class::SURNAME_COMMON));
    if class.any(Class::NATION.or(Class::REGION)) && !well_known {
        return Role::No;
    }
    let plain = class.any(Class::COMMON) || (class.any(Class::WORD) && !class.any(Class::GIVEN_COMMON));
    if class.any(Class::GIVEN) {
        return if plain { Role::GivenWord } else { Role::Given };
    }
    if class.any(Class::SURNAME) {
        return if class.any(Class::WORD) { Role::SurnameWord } else { Role::Surname };
    }
    if class.any(Class::WORD) {
        return Role::No;
    }
    if class.any(Class::PLACE) {
        return Role::Place;
    }
    match length {
        0..3 => Role::No,
        5.. if FAMILY.end(part.word.text(text)) => Role::Surname,
        _ => Role::Unknown,
    }
}

/// Months that are names too.
const MONTHS: [&str; 14] = [
    "April", "May", "June", "August", "Juni", "Juli", "Mai", "Mars", "Julio", "Junio", "Marzo", "Abril",
    "Agosto", "Augusto",
];

static MONTH: Firsts = Firsts::of(&MONTHS);

/// Is this a month in a date: `30. Juni`, `4 May`, `June 2004`?
fn is_month(text: &str, part: Part) -> bool {
    let day = || {
        let before = text.get(..part.word.start).unwrap_or_default().trim_end_matches([' ', '.']);
        before.len() < part.word.start && before.ends_with(|c: char| c.is_ascii_digit())
    };
    let year = || {
        let behind = text.get(part.word.end..).and_then(|rest| rest.strip_prefix(' ')).unwrap_or_default();
        behind.bytes().take_while(u8::is_ascii_digit).count() == 4
    };
    let word = part.word.text(text);
    MONTH.may_have(word.as_bytes()) && MONTHS.contains(&word) && (day() || year())
}

/// `I've`, `I'm`, `I'll`.
fn is_contraction(word: &str) -> bool {
    word.strip_prefix('I').is_some_and(|rest| rest.starts_with(['\'', '’']))
}

/// `E-Mail`: the label of an address, also behind the comma of a list of names.
fn is_mail(word: &str) -> bool {
    word.len() == 6 && word.eq_ignore_ascii_case("e-mail")
}

/// The roles of the words of a stretch, counted.
#[derive(Default)]
struct Tally {
    given: u8,
    given_words: u8,
    surnames: u8,
    unknown: u8,
    initials: u8,
    all: u8,
}

/// Finds the persons in a run. `cue`: the cue in front of it, or of the name of the field.
pub(super) fn find(text: &str, run: &Run, cue: Cue, mut give: impl FnMut(NameHit)) {
    let mut index = 0;
    while index < run.len() {
        let from = index;
        while run
            .get(index)
            .is_some_and(|part| role(text, part) != Role::No || is_named_there(text, run, index, part, cue))
        {
            index += 1;
        }
        if index > from {
            let title =
                from.checked_sub(1).and_then(|before| run.get(before)).filter(|part| part.is(Class::TITLE));
            if let Some(found) = stretch(text, run, from..index, title.is_some(), cue) {
                if let Some(Part { word, .. }) = title {
                    give(NameHit { kind: Kind::Title, start: word.start, end: word.end, ..found });
                }
                give(found);
            }
        }
        index += 1;
    }
}

/// Is the word a name where it stands in the run?
fn is_named_there(text: &str, run: &Run, index: usize, part: Part, cue: Cue) -> bool {
    let introduced = || cue == Cue::Strong && is_introduced(text, run, index, part);
    is_surname_there(text, run, index, part) || titled::is_name(text, run, index, part) || introduced()
}

/// Is this plain word a name behind a strong cue: `my name is May Best`, `my name is Hyacinth Bucket`?
fn is_introduced(text: &str, run: &Run, index: usize, part: Part) -> bool {
    let before = index.checked_sub(1).and_then(|before| run.get(before));
    let given = |before: Part| matches!(role(text, before), Role::Given | Role::GivenWord);
    part.word.shape == Shape::Capital
        && (plain::is_name(part.word.text(text))
            || plain::has_foreign_capital(part.word.text(text))
            || index == 0 && plain::is_born(text, part.word.start))
        || before.is_some_and(given) && plain::is_part(text, part)
}

/// Is this a word behind an initial, `Anna M. Winterfield`, or the last one behind a well-known given name, `Markus
/// Runde`? There even a plain word is a name.
fn is_surname_there(text: &str, run: &Run, index: usize, part: Part) -> bool {
    const NEVER: Class = Class::COMMON
        .or(Class::STREET)
        .or(Class::FIRM)
        .or(Class::BODY)
        .or(Class::UNIT)
        .or(Class::TITLE)
        .or(Class::NATION)
        .or(Class::REGION)
        .or(Class::PLACE);
    let Some(before) = index.checked_sub(1).and_then(|before| run.get(before)) else { return false };
    let initial = index > 1 && before.word.shape == Shape::Initial;
    let first = before.is(Class::GIVEN_COMMON) && role(text, before) == Role::Given;
    let last = run.get(index + 1).is_none_or(|next| role(text, next) == Role::Surname);
    // `Gabriel de Arriba`
    let particle = index > 1
        && role(text, before) == Role::Particle
        && run.get(index - 2).is_some_and(|first| role(text, first) == Role::Given);
    let never = if particle { Class::STREET.or(Class::FIRM).or(Class::BODY) } else { NEVER };
    part.word.shape == Shape::Capital && (initial || first && last || particle) && !part.is(never)
}

/// The words of a stretch that are the name: without particles and initials at its end, and suffixes at its beginning.
/// `part`: a word of the run and its role.
fn trim(
    text: &str,
    part: impl Fn(usize) -> Option<(Part, Role)>,
    range: Range<usize>,
    titled: bool,
) -> Range<usize> {
    let Range { start: mut from, end: mut to } = range;
    while to > from && part(to - 1).is_some_and(|(_, role)| role == Role::Particle) {
        to -= 1;
    }
    // `Can I`, `Anna I`: an initial at the end has a point behind it.
    while to > from
        && part(to - 1).is_some_and(|(last, role)| role == Role::Initial && byte(text, last.word.end) != b'.')
    {
        to -= 1;
    }
    while from < to && part(from).is_some_and(|(_, role)| role == Role::Suffix) {
        from += 1;
    }
    // `Will Anna come?`
    if to - from == 2
        && !titled
        && part(from).is_some_and(|(first, _)| first.is(Class::COMMON) && cue::begins(text, first.word.start))
        && part(from + 1).is_some_and(|(next, role)| role == Role::Given && !next.is(Class::SURNAME))
    {
        from += 1;
    }
    from..to
}

impl Tally {
    /// Counts these roles.
    fn of(roles: impl Iterator<Item = Role>) -> Tally {
        let mut tally = Tally::default();
        for role in roles {
            match role {
                Role::Given => tally.given += 1,
                Role::GivenWord => tally.given_words += 1,
                Role::Surname => tally.surnames += 1,
                Role::SurnameWord => {}
                Role::Unknown | Role::Place | Role::No => tally.unknown += 1,
                Role::Initial => tally.initials += 1,
                Role::Particle | Role::Suffix => continue,
            }
            tally.all += u8::from(role != Role::Initial);
        }
        tally
    }
}

/// The roles of the words in `range` of a run.
fn roles(text: &str, run: &Run, range: Range<usize>) -> [Role; run::MOST] {
    let mut roles = [Role::No; run::MOST];
    for (place, part) in roles.iter_mut().zip(run.iter()).take(range.end).skip(range.start) {
        *place = role(text, part);
    }
    roles
}

/// The person in a stretch of words that may all be part of a name.
fn stretch(text: &str, run: &Run, range: Range<usize>, titled: bool, cue: Cue) -> Option<NameHit> {
    let roles = roles(text, run, range.clone());
    let part = |index: usize| run.get(index).zip(roles.get(index).copied());
    let Range { start: from, end: to } = trim(text, part, range, titled);
    let (first, leading) = part(from)?;
    let last = run.get(to.checked_sub(1)?)?;
    let (start, end) = (first.word.start, last.word.end);
    let tally = Tally::of((from..to).filter_map(part).map(|(_, role)| role));
    let found = |score, evidence| Some(NameHit { kind: Kind::Person, start, end, score, evidence });
    if tally.all == 0 {
        return None;
    }
    if titled {
        return found(scores::TITLED, Evidence::Context);
    }
    let cue = if start == run.start() || cue == Cue::Strong { cue } else { cue::before(text, start) };
    if cue == Cue::Strong {
        let listed = tally.given + tally.surnames > 0;
        let score = if listed { scores::INTRODUCED } else { scores::INTRODUCED_UNLISTED };
        return found(score, Evidence::Context);
    }
    // `Art des Belegmaterials`: nouns, unless one is a given name.
    let nouns = || (from..to).filter_map(|index| run.get(index)).any(|part| part.is(Class::ARTICLE));
    if tally.all > 1 && tally.given == 0 && (cue::behind_article(text, start) || nouns()) {
        return None;
    }
    if tally.all > 1 || tally.initials > 0 {
        let acts = cue::after(text, end) || heads(text, start, end);
        let labels = byte(text, end) == b':';
        return several(&tally, leading, cue, (acts, labels))
            .and_then(|score| found(score, Evidence::Listed));
    }
    let (only, role) =
        (from..to).filter_map(part).find(|(_, role)| !matches!(role, Role::Particle | Role::Suffix))?;
    // `Ceres Solver`: next to other words with capitals only a common given name counts.
    if run.len() > 1 && cue == Cue::None && run.len() > to - from && !only.is(Class::GIVEN_COMMON) {
        return None;
    }
    let evidence = if cue == Cue::Weak { Evidence::Context } else { Evidence::Listed };
    single(text, only, role, cue).and_then(|score| found(score, evidence))
}

/// Does the name fill the first line of an address or letter, or begin a line with a genitive `'s`?
fn heads(text: &str, start: usize, end: usize) -> bool {
    let line = start == 0 || byte(text, start - 1) == b'\n';
    line && (byte(text, end) == b'\n' || text.get(end..).is_some_and(|rest| rest.starts_with("'s ")))
}

/// The score of a name of two words or more.
fn several(tally: &Tally, first: Role, cue: Cue, (acts, labels): (bool, bool)) -> Option<Score> {
    let named = tally.surnames + tally.unknown > 0;
    // `Sex: F Age: 12`
    if tally.initials > 0 && tally.all == 1 && tally.given_words == 1 && labels {
        return None;
    }
    if tally.given > 0 && tally.all > 1 {
        return Some(if named || tally.given > 1 { scores::FULL_NAME } else { scores::LIKELY_FULL_NAME });
    }
    if first == Role::GivenWord && named {
        return Some(scores::LIKELY_FULL_NAME);
    }
    // `for Mark Hill`
    if first == Role::GivenWord
        && tally.given_words == 1
        && tally.all == 2
        && matches!(cue, Cue::Weak | Cue::Asked)
    {
        return Some(scores::UNLISTED_PAIR);
    }
    if tally.initials > 0 && (tally.given > 0 || tally.given_words > 0 || tally.surnames > 0) {
        return Some(scores::LIKELY_FULL_NAME);
    }
    if tally.surnames > 1 || (tally.surnames > 0 && tally.unknown > 0) {
        return Some(scores::SURNAMES);
    }
    // Both are on no list.
    (tally.all == 2 && tally.unknown == 2 && (acts || cue == Cue::Weak)).then_some(scores::UNLISTED_PAIR)
}

/// The score of a name of one word.
fn single(text: &str, part: Part, role: Role, cue: Cue) -> Option<Score> {
    let (start, end) = (part.word.start, part.word.end);
    let well_known = part.is(Class::GIVEN_COMMON);
    if part.word.shape == Shape::Upper
        && !(well_known && end - start > 3 && !is_abbreviation(text, start, end, cue))
    {
        return None;
    }
    let place = part.is(Class::PLACE.or(Class::REGION));
    let begins = cue::begins(text, start);
    let met = matches!(cue, Cue::Weak | Cue::Asked);
    let rare = !(role == Role::Given && well_known);
    if rare && !begins && cue::behind_article(text, start) {
        return None;
    }
    match role {
        Role::Given if part.is(Class::REGION) => (well_known && cue == Cue::Weak).then_some(scores::DOUBTFUL),
        Role::Given if place => (well_known && cue != Cue::Where).then_some(scores::GIVEN_OR_PLACE),
        Role::Given if well_known => Some(if met { scores::GIVEN_GREETED } else { scores::GIVEN_COMMON }),
        Role::Given => Some(scores::GIVEN_RARE),
        Role::Surname if place => {
            (part.is(Class::SURNAME_COMMON) && cue == Cue::Weak).then_some(scores::DOUBTFUL)
        }
        Role::Surname if part.word.text(text).contains('-') => met.then_some(scores::DOUBTFUL),
        Role::Surname if part.is(Class::SURNAME_COMMON) => {
            Some(if met { scores::SURNAME_GREETED } else { scores::SURNAME_COMMON })
        }
        Role::Surname => (met || !begins || cue::spoken_to(text, start, end)).then_some(scores::DOUBTFUL),
        Role::GivenWord | Role::SurnameWord => {
            let plain = part.is(Class::COMMON) || begins || !part.is(Class::SURNAME_COMMON);
            let acts = part.is(Class::SURNAME_COMMON) && cue::after(text, end);
            (met && well_known || !plain || acts || cue::spoken_to(text, start, end))
                .then_some(scores::DOUBTFUL)
        }
        Role::Unknown => {
            let acts = cue::after(text, end);
            let german =
                cue::german_verb_beside(text, start, end, begins) && !NOUNS.end(part.word.text(text));
            let greeted = cue::is_greeted(text, start, end) && !NOUNS.end(part.word.text(text));
            (cue::spoken_to(text, start, end)
                || cue == Cue::Asked
                || acts && (begins || met)
                || german
                || greeted)
                .then_some(scores::SPOKEN_TO)
        }
        _ => None,
    }
}

/// Do four capitals stand in a sentence in small letters, as in `BART was running late`? A cue makes a name of them.
#[cold]
fn is_abbreviation(text: &str, start: usize, end: usize, cue: Cue) -> bool {
    let small = || byte(text, end) == b' ' && byte(text, end + 1).is_ascii_lowercase();
    end - start == 4 && cue == Cue::None && small() && !cue::after(text, end)
}
