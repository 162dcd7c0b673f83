//! Names in small letters, in speech and in careless typing. Word lists and the words around decide.

use super::TELLING;
use super::cue::{self, Cue};
use super::memo::Memo;
use super::person::{NameHit, Role, role};
use super::place;
use super::run::{Part, following};
use super::scores;
use super::table::Class;
use super::word::{Shape, Word, byte};
use super::{label, list};
use crate::detect::Budget;
use crate::{Evidence, Kind};

/// Marks of words that give a cue for the next.
const CUES: Class = Class::SECOND
    .or(Class::LABEL)
    .or(Class::STRONG)
    .or(Class::GREETING)
    .or(Class::WEAK)
    .or(Class::WHERE)
    .or(Class::TITLE);

/// Marks of very common words that may be part of a name all the same.
const NOT_PLAIN: Class = Class::STREET.or(Class::GIVEN_COMMON).or(Class::PHRASE);

/// True for a word that is never part of a name, in any context.
fn is_plain(class: Class) -> bool {
    class.any(Class::COMMON) && !class.any(NOT_PLAIN) || class.any(Class::WORD) && !class.any(TELLING)
}

/// Finds names in small letters. `promised`: the cue of the name of the field. False if no word of the text may be the label
/// of an account or a password.
pub(super) fn find(
    text: &str,
    promised: Cue,
    (memo, budget): (&mut Memo, &mut Budget),
    mut give: impl FnMut(NameHit),
) -> bool {
    if !budget.take(text.len()) {
        return true;
    }
    let mut at = 0;
    // The marks of all words, and whether there are others than short ones.
    let (mut all, mut others) = (Class::NONE, false);
    // Most words give no cue for the next: the look-up is made only behind one that may.
    let mut cued = false;
    // The place of the next name behind a label of several persons.
    let mut labelled = None;
    while let Some(start) = next_word(text, at) {
        let short = memo.short(text, start);
        match short {
            Some((_, class, _)) => all = all.or(class),
            None => others = true,
        }
        if let Some((end, class, _)) = short.filter(|(_, class, _)| is_plain(*class)) {
            (at, cued) = (end, class.any(CUES));
            continue;
        }
        let part = match short {
            Some((end, class, _)) => Part { word: Word { start, end, shape: Shape::Lower }, class },
            None => memo.any_part(text, start),
        };
        let word = part.word;
        at = word.end.max(start + 1);
        let behind_cue = std::mem::replace(&mut cued, part.is(CUES));
        let plain = is_plain(part.class)
            || part.is(Class::COMMON)
                && !part.is(Class::STREET)
                && !(part.is(Class::GIVEN_COMMON) && (behind_cue || owns(text, word.end)))
                && !(part.is(Class::PHRASE)
                    && place::may_go_on(text, part, short.map(|(.., letters)| letters), memo));
        if plain || word.shape == Shape::Code || word.end - word.start < 3 {
            continue;
        }
        let found = super::address::lower(text, part)
            .or_else(|| {
                person(text, part, behind_cue, if labelled == Some(start) { Cue::Strong } else { promised })
            })
            .or_else(|| thing(text, part));
        if let Some(found) = found {
            at = found.end.max(at);
            others = true;
            let listed = found.kind == Kind::Person
                && (labelled == Some(found.start) || label::of_people(text, found.start));
            labelled = if listed { list::next_labelled(text, found.end) } else { None };
            give(found);
        }
    }
    others || all.any(Class::ACCOUNT)
}

/// The next place from `from` on at which a word begins.
#[inline]
fn next_word(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    if text.as_bytes().get(at) == Some(&b' ') {
        at += 1;
    }
    if text.as_bytes().get(at).is_some_and(u8::is_ascii_alphabetic) {
        return Some(at);
    }
    loop {
        at +=
            text.as_bytes().get(at..)?.iter().position(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)?;
        let letter = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        if super::word::is_letter(letter) {
            return Some(at);
        }
        at += letter.len_utf8();
    }
}

/// The end of the name in small letters that begins with `first`, behind the label of a person.
#[cold]
#[inline(never)]
pub(super) fn name(text: &str, first: Part) -> Option<usize> {
    person(text, first, true, Cue::Strong).map(|found| found.end)
}

#[inline(always)]
fn person(text: &str, first: Part, behind_cue: bool, promised: Cue) -> Option<NameHit> {
    let lead = role(text, first);
    // `meeting with bob`, `mark's email`: names that are also words.
    let met = behind_cue && first.is(Class::GIVEN_COMMON) && meets(text, first.word.start)
        || first.is(Class::GIVEN_COMMON) && owns(text, first.word.end);
    // `message age: 45 ms`, `author: ros-planning`
    let word = first.word.text(text);
    let behind = text.as_bytes().get(first.word.end..).unwrap_or_default();
    let labels = matches!(behind, [b':' | b'=', b'0'..=b'9', ..] | [b':', b' ', b'0'..=b'9', ..]);
    let joined = || lead == Role::Unknown && word.contains('-') && word.split('-').any(label::is_word);
    if met && labels || joined() {
        return None;
    }
    let blocked = first.is(Class::COMMON) && !met || matches!(lead, Role::No | Role::Particle | Role::Suffix);
    if blocked {
        return None;
    }
    let sure = matches!(lead, Role::Given) && first.is(Class::GIVEN_COMMON);
    // `"last_name": "mehta"`
    let quoted = first
        .word
        .start
        .checked_sub(1)
        .is_some_and(|at| matches!(byte(text, at), b'"' | b'\'' | b'=' | b':'))
        || first.word.start > 1
            && matches!(text.as_bytes().get(first.word.start - 2..), Some([b':', b' ', ..]));
    let cue = if behind_cue || quoted { promised.max(cue::before(text, first.word.start)) } else { promised };
    let strong = cue == Cue::Strong || behind_cue && titled(text, first.word.start);
    let mut end = first.word.end;
    let (mut more, mut listed) = (0, u8::from(matches!(lead, Role::Given | Role::Surname)));
    let mut last = first;
    while let Some(next) = following(text, last) {
        let fits = match role(text, next) {
            _ if initial(text, next) => sure || strong || lead == Role::Given,
            Role::Given | Role::Surname => true,
            Role::Unknown => sure || strong || lead == Role::Given,
            Role::SurnameWord | Role::GivenWord => {
                (!next.is(Class::COMMON) || next.is(Class::SURNAME_COMMON)) && (sure || strong)
            }
            Role::Particle => sure,
            Role::Suffix => true,
            Role::Initial | Role::Place | Role::No => false,
        };
        if !fits || more > 3 {
            break;
        }
        if role(text, next) != Role::Particle && !initial(text, next) {
            end = next.word.end;
            more += 1;
            listed += u8::from(matches!(role(text, next), Role::Surname | Role::Given));
        }
        last = next;
    }
    let place = first.is(Class::PLACE.or(Class::REGION));
    let score = match lead {
        _ if strong => scores::LOWER_INTRODUCED,
        Role::Given if more > 0 && (sure || listed > 1) => scores::LOWER_FULL_NAME,
        Role::Given if sure && !place => {
            if cue == Cue::Weak {
                scores::LOWER_GREETED
            } else {
                scores::LOWER_NAME
            }
        }
        Role::Surname | Role::Unknown if listed > 1 || (more > 0 && listed > 0 && cue == Cue::Weak) => {
            scores::LOWER_NAME
        }
        Role::Given | Role::Surname if cue == Cue::Weak && !place => scores::DOUBTFUL,
        Role::Given | Role::GivenWord if met => scores::DOUBTFUL,
        Role::Given | Role::Surname if owns(text, end) && !place => scores::DOUBTFUL,
        Role::Unknown | Role::GivenWord if cue::spoken_to(text, first.word.start, end) => scores::SPOKEN_TO,
        _ => return None,
    };
    let evidence = if strong { Evidence::Context } else { Evidence::Listed };
    Some(NameHit { kind: Kind::Person, start: first.word.start, end, score, evidence })
}

/// Verbs and prepositions in front of a person, and of hardly anything else.
const MEETS: &[&str] = &[
    "with", "email", "emails", "call", "text", "tell", "ask", "message", "meet", "invite", "remind", "reply",
    "contact", "did", "does", "has", "add", "include", "says", "said", "mit", "avec", "con", "met",
];

/// Does somebody meet, call or ask the one whose name begins at `start`?
fn meets(text: &str, start: usize) -> bool {
    super::run::preceding(text, start)
        .is_some_and(|(word, gap)| gap == " " && cue::any(word.text(text), MEETS))
        || cue::before(text, start) == Cue::Strong
}

/// Is it the owner of what follows: `mark's email`?
fn owns(text: &str, end: usize) -> bool {
    text.get(end..).is_some_and(|rest| rest.starts_with("'s "))
}

/// Is this a single letter that is not a word?
fn initial(text: &str, part: Part) -> bool {
    part.word.end - part.word.start == 1 && !matches!(part.word.text(text), "i" | "a" | "o" | "e" | "y")
}

/// Is there a title in front: `mr`, `frau`?
fn titled(text: &str, start: usize) -> bool {
    super::run::preceding(text, start).is_some_and(|(word, gap)| {
        matches!(gap, " " | ". ") && word.end - word.start > 1 && word.class(text).any(Class::TITLE)
    })
}

/// The place or nationality that begins with this word.
fn thing(text: &str, part: Part) -> Option<NameHit> {
    let Word { start, end, .. } = part.word;
    if let Some((end, class)) = place::phrase(text, part) {
        let kind = if class.any(Class::NATION) { Kind::Nationality } else { Kind::Place };
        return Some(NameHit { kind, start, end, score: scores::LOWER_REGION, evidence: Evidence::Listed });
    }
    if part.is(Class::COMMON) {
        return None;
    }
    let found = |kind, score| Some(NameHit { kind, start, end, score, evidence: Evidence::Listed });
    if part.is(Class::NATION) {
        return found(Kind::Nationality, scores::LOWER_NATION);
    }
    if part.is(Class::REGION) && end - start > 3 && !part.is(Class::WORD) {
        return found(Kind::Place, scores::LOWER_REGION);
    }
    let there = part.is(Class::PLACE)
        && !part.is(Class::WORD)
        && matches!(cue::before(text, start), Cue::Where | Cue::Lives);
    if there { found(Kind::Place, scores::LOWER_PLACE) } else { None }
}
