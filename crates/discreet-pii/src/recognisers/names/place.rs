//! Listed places, nationalities, and organizations.

use super::cue::{self, Cue};
use super::hash::{Hash, Letters};
use super::memo::Memo;
use super::person::{NameHit, Role, role};
use super::run::{Part, Run, spaces};
use super::scores;
use super::table::{self, Class};
use super::word::{Shape, Word, byte};
use crate::{Evidence, Kind};

/// Is the word behind `first` the next word of a listed name that begins with it? `letters` are those of `first`, if it is
/// short.
#[inline(always)]
pub(super) fn may_go_on(text: &str, first: Part, letters: Option<Letters>, memo: &mut Memo) -> bool {
    let begun = match letters {
        Some(letters) => Hash::new().plain(letters),
        None => Hash::new().word(first.word.text(text)),
    };
    let start = first.word.end + spaces(text, first.word.end);
    if start == first.word.end {
        return false;
    }
    let both = match Word::short(text, start) {
        Some((_, letters)) => begun.plain(letters),
        None if super::run::letter(text, start) => begun.word(Word::at(text, start).text(text)),
        None => return false,
    };
    memo.known(both).any(PREFIX)
}

/// The marks of the first words of a listed name, two or more.
const PREFIX: Class = Class::PHRASE.or(Class::PLACE).or(Class::REGION).or(Class::NATION);

/// The end and the marks of the longest listed name of several words that begins with `first`.
pub(super) fn phrase(text: &str, first: Part) -> Option<(usize, Class)> {
    if !first.is(Class::PHRASE) {
        return None;
    }
    let mut hash = Hash::new().word(first.word.text(text));
    let (mut end, mut longest) = (first.word.end, None);
    for _ in 0..4 {
        let start = end + spaces(text, end);
        if start == end || !super::run::letter(text, start) {
            break;
        }
        let word = Word::at(text, start);
        hash = hash.word(word.text(text));
        end = word.end;
        let class = table::known(hash);
        if class.any(Class::PLACE.or(Class::REGION).or(Class::NATION)) && word.shape != Shape::Code {
            longest = Some((end, class));
        }
        if !class.any(Class::PHRASE) {
            break;
        }
    }
    longest
}

/// The place or nationality of a single word.
pub(super) fn single(text: &str, part: Part) -> Option<NameHit> {
    let Word { start, end, shape } = part.word;
    let found = |kind, score| Some(NameHit { kind, start, end, score, evidence: Evidence::Listed });
    if shape == Shape::Code || part.is(Class::COMMON.or(Class::TITLE).or(Class::STREET).or(Class::UNIT)) {
        return None;
    }
    if part.is(Class::NATION) {
        return found(Kind::Nationality, scores::PLACE_SURE);
    }
    // `US`, `UK`, `USA`, `UAE`: in small letters they are words.
    if part.is(Class::REGION) && (end - start > 3 || shape == Shape::Upper) {
        return found(Kind::Place, scores::PLACE_SURE);
    }
    if !part.is(Class::PLACE) || end - start < 3 {
        return None;
    }
    let there = matches!(cue::before(text, start), Cue::Where | Cue::Lives);
    match part.is(Class::WORD) {
        true => there.then_some(()).and_then(|()| found(Kind::Place, scores::PLACE_DOUBTFUL)),
        false if part.is(Class::SURNAME.or(Class::GIVEN)) => {
            found(Kind::Place, if there { scores::PLACE_LIKELY } else { scores::PLACE_DOUBTFUL })
        }
        false => found(Kind::Place, if there { scores::PLACE_SURE } else { scores::PLACE }),
    }
}

/// An organization: a run with its legal form, or one behind `work for`.
pub(super) fn firm(text: &str, run: &Run, cue: Cue) -> Option<NameHit> {
    let named = |part: &Part| !part.is(Class::COMMON) && part.word.shape != Shape::Initial;
    let first = run.iter().find(|part| !part.is(Class::COMMON.or(Class::TITLE)))?;
    let found = |end, score, evidence| {
        Some(NameHit { kind: Kind::Organization, start: first.word.start, end, score, evidence })
    };
    let form = run.iter().skip(1).find(|part| part.is(Class::FIRM) && part.word.start > first.word.start);
    if let Some(form) = form {
        return found(point(text, form.word.end), scores::FIRM, Evidence::Form);
    }
    if let Some(end) = form_behind(text, run.end()) {
        return found(end, scores::FIRM, Evidence::Form);
    }
    if first.is(Class::NATION) && run.len() == 1 {
        return None;
    }
    if cue == Cue::Firm {
        return found(run.end(), scores::EMPLOYER, Evidence::Context);
    }
    let body = run.iter().rfind(|part| part.is(Class::BODY))?;
    let others = run.iter().filter(|part| !part.is(Class::BODY)).filter(named).count();
    (others > 0 && body.word.start > first.word.start).then_some(())?;
    found(body.word.end, scores::INSTITUTION, Evidence::Form)
}

/// An institution with the name of a saint: `St. Mary's General Hospital`.
pub(super) fn saint(text: &str, run: &Run) -> Option<NameHit> {
    let head = text.get(..run.start())?;
    // `St.` may be the first word of the run.
    let first = run.get(0)?.word.text(text);
    let named = matches!(first, "St" | "Saint") && run.len() > 1
        || ["St. ", "St ", "Saint "].iter().any(|saint| head.ends_with(saint));
    let behind = text.get(run.end()..).filter(|_| named)?;
    let length = ["'s ", "’s "].iter().find(|ending| behind.starts_with(**ending))?.len();
    let start = run.end() + length;
    let body = super::run::letter(text, start).then(|| Run::from(text, Part::at(text, start)))?;
    let last = body.iter().rfind(|part| part.is(Class::BODY.or(Class::FIRM)))?;
    Some(NameHit {
        kind: Kind::Organization,
        start: run.start(),
        end: last.word.end,
        score: scores::INSTITUTION,
        evidence: Evidence::Form,
    })
}

/// A town with its state and postcode: `Madison, MI 36479`.
pub(super) fn with_state(text: &str, run: &Run) -> Option<NameHit> {
    let behind = text.as_bytes().get(run.end()..)?;
    let &[b',', b' ', b'A'..=b'Z', b'A'..=b'Z', b' ', ref code @ ..] = behind else { return None };
    let digits = code.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let (start, end) = (run.start(), run.end());
    (digits == 5).then_some(NameHit {
        kind: Kind::Place,
        start,
        end,
        score: scores::PLACE_LIKELY,
        evidence: Evidence::Context,
    })
}

/// The end of a legal form that punctuation or small letters separate from the name.
fn form_behind(text: &str, end: usize) -> Option<usize> {
    const FORMS: &[&str] = &[
        " s.p.a.",
        " s.r.l.",
        " s.a.s.",
        " s.a.",
        " s.l.",
        " b.v.",
        " n.v.",
        " z o.o.",
        " sp. z o.o.",
        " d.o.o.",
        ", inc.",
        ", inc",
        ", llc",
        ", ltd.",
        ", ltd",
        ", llp",
        ", l.l.c.",
        " & co. kg",
        " & co. kgaa",
        " & co",
        " e.v.",
        " a/s",
        " inc.",
        " ltd.",
        " corp.",
        " inc",
        " gmbh",
        " llc",
        " ltd",
    ];
    let rest = text.as_bytes().get(end..)?;
    let [b' ' | b',', second, ..] = rest else { return None };
    let second = second.to_ascii_lowercase();
    let form = FORMS.iter().filter(|form| form.as_bytes().get(1) == Some(&second)).find(|form| {
        rest.get(..form.len()).is_some_and(|head| head.eq_ignore_ascii_case(form.as_bytes()))
            && !rest.get(form.len()).is_some_and(u8::is_ascii_alphanumeric)
    })?;
    Some(end + form.len())
}

/// The end of a legal form with its full stop.
fn point(text: &str, end: usize) -> usize {
    // The full stop of `Inc.` belongs to the name. At the end of a text it is taken for that of the sentence.
    if byte(text, end) == b'.' && byte(text, end + 1) == b' ' { end + 1 } else { end }
}

/// The place behind `I live in`, listed or not.
pub(super) fn lived_in(text: &str, run: &Run) -> Option<NameHit> {
    let first = run.get(0)?;
    let named = matches!(
        role(text, first),
        Role::Unknown | Role::Surname | Role::Place | Role::SurnameWord | Role::Particle
    ) || first.is(Class::GIVEN) && !first.is(Class::GIVEN_COMMON);
    let others = run.iter().skip(1).all(|part| role(text, part) != Role::No || part.is(Class::PLACE));
    (named && others && run.len() < 5).then_some(NameHit {
        kind: Kind::Place,
        start: run.start(),
        end: run.end(),
        score: scores::PLACE_LIKELY,
        evidence: Evidence::Context,
    })
}

/// The listed place or nation of several words that begins with `first`.
pub(super) fn several(text: &str, first: Part, run: &Run) -> Option<NameHit> {
    let (end, class) = phrase(text, first)?;
    // `Charlotte Amalie Bauer`
    if first.is(Class::GIVEN_COMMON) && end < run.end() {
        return None;
    }
    let kind = if class.any(Class::NATION) { Kind::Nationality } else { Kind::Place };
    Some(NameHit {
        kind,
        start: first.word.start,
        end,
        score: scores::PLACE_SURE,
        evidence: Evidence::Listed,
    })
}

/// Finds the places in the words of a run that are not part of another name.
pub(super) fn rest(text: &str, run: &Run, mut give: impl FnMut(NameHit)) {
    let mut behind = 0;
    for part in run.iter().filter(|part| !part.class.is_none()) {
        if part.word.start < behind {
            continue;
        }
        if let Some(found) = several(text, part, run).or_else(|| single(text, part)) {
            behind = found.end;
            give(found);
        }
    }
}
