//! Street addresses: a street with its number, and the door, city, state and postcode that follow.

use super::endings::Endings;
use super::person::NameHit;
use super::run::{Part, Run, following, preceding, spaces};
use super::table::Class;
use super::word::{Shape, Word, byte};
use super::{cue, scores, tail};
use crate::kinds::Score;
use crate::{Evidence, Kind};

/// The address in a run.
pub(super) fn find(text: &str, run: &Run) -> Option<NameHit> {
    if !run.iter().any(|part| is_street(text, part)) && !digits_near(text, run) {
        return None;
    }
    let (start, end, score) =
        box_number(text, run).or_else(|| fleet(text, run)).or_else(|| street(text, run))?;
    let end = tail::end(text, end, false);
    Some(NameHit { kind: Kind::Address, start, end, score, evidence: Evidence::Form })
}

/// The address around `street`, a word for a street in small letters: `58 lauzon parkway`, `12 rue verte`.
pub(super) fn lower(text: &str, street: Part) -> Option<NameHit> {
    if !is_street(text, street) {
        return None;
    }
    let found = |start, end| {
        Some(NameHit {
            kind: Kind::Address,
            start,
            end: tail::end(text, end, true),
            score: scores::LOWER_ADDRESS,
            evidence: Evidence::Form,
        })
    };
    // `12 rue de la paix`: up to three words behind it, with a number in front.
    if let Some(start) = before(text, street.word.start) {
        let (mut last, mut end) = (street, street.word.end);
        for _ in 0..3 {
            if let Some(after) = number_after(text, end) {
                return found(start, after);
            }
            match following(text, last)
                .filter(|next| !next.is(Class::COMMON.or(Class::UNIT)) || next.is(Class::PARTICLE))
            {
                Some(next) => (last, end) = (next, next.word.end),
                None => break,
            }
        }
        return found(start, end);
    }
    let mut at = street.word.start;
    let after = number_after(text, street.word.end);
    for _ in 0..3 {
        let (word, _) = preceding(text, at).filter(|(_, gap)| matches!(*gap, " " | ". "))?;
        if word.shape == Shape::Code
            || word.class(text).any(Class::COMMON) && !word.class(text).any(Class::SURNAME)
        {
            break;
        }
        at = word.start;
        if let Some(start) = before(text, at) {
            return found(start, after.unwrap_or(street.word.end));
        }
    }
    let compound = !street.is(Class::STREET) && street.word.end - street.word.start > 7;
    after.filter(|_| compound).and_then(|after| found(street.word.start, after))
}

/// The street in small letters behind the number that ends at `end`: `1076 carol Lane`, `1 addington street`.
pub(super) fn numbered(text: &str, end: usize) -> Option<NameHit> {
    before(text, end + 1)?;
    let mut part = Part::at(text, end + 1);
    for _ in 0..3 {
        if is_street(text, part) && part.word.end - part.word.start > 2 {
            return lower(text, part);
        }
        if part.is(Class::COMMON) && !part.is(Class::SURNAME) || part.word.shape == Shape::Code {
            return None;
        }
        part = following(text, part)?;
    }
    None
}

/// Is there a number near the run? An address without a word for a street has one.
fn digits_near(text: &str, run: &Run) -> bool {
    let bytes = text.as_bytes();
    let before = bytes.get(run.start().saturating_sub(24)..run.start()).unwrap_or_default();
    let after = bytes.get(run.end()..).unwrap_or_default();
    let fleet = || run.get(0).is_some_and(|part| part.word.shape == Shape::Upper);
    after.iter().take(12).any(u8::is_ascii_digit) || before.iter().any(u8::is_ascii_digit) || fleet()
}

/// A post box: `P.O. Box 17`, `Unit 2451 Box 9006`, `Postfach 12 34`.
fn box_number(text: &str, run: &Run) -> Option<(usize, usize, Score)> {
    let first = run.get(0)?;
    let last = run.iter().next_back()?;
    let end = number_after(text, last.word.end)?;
    let word = last.word.text(text);
    if cue::any(word, &["postfach", "apartado", "postbox", "postboks", "pobox"]) {
        return Some((before(text, last.word.start).unwrap_or(last.word.start), end, scores::POST_BOX));
    }
    if cue::any(word, &["box"]) && run.len() > 1 {
        let post = first.word.shape == Shape::Initial
            || cue::any(first.word.text(text), &["po", "post", "postal", "pob"]);
        return post.then_some((
            before(text, first.word.start).unwrap_or(first.word.start),
            end,
            scores::ADDRESS,
        ));
    }
    // Military and diplomatic mail of the United States.
    if !cue::any(word, &["psc", "unit", "cmr"]) {
        return None;
    }
    let rest = text.get(end..)?.trim_start_matches([',', ' ']);
    let skipped = text.len() - end - rest.len();
    let end = number_after(text, end + skipped + rest.strip_prefix("Box").map(|_| 3)?)?;
    Some((last.word.start, end, scores::ADDRESS))
}

/// A ship, `USS Enterprise`, if the next line is the post office of a fleet.
fn fleet(text: &str, run: &Run) -> Option<(usize, usize, Score)> {
    let rest = text.get(run.end()..)?.trim_start_matches([',', ' ', '\n']);
    let office = ["FPO A", "APO A", "DPO A"].iter().any(|office| rest.starts_with(office));
    (office && run.get(0)?.word.shape == Shape::Upper).then_some((run.start(), run.end(), scores::POST_BOX))
}

/// A street with a word for it.
fn street(text: &str, run: &Run) -> Option<(usize, usize, Score)> {
    let place = (0..run.len()).rev().find(|index| run.get(*index).is_some_and(|part| is_street(text, part)));
    let end = closing_word(text, run.end());
    let after = number_after(text, end);
    // `Am Alten Markt 5, 14467 Potsdam`: any name with a number, a postcode and a city behind it.
    if let Some(after) = after.filter(|after| postcode_after(text, *after)) {
        let start = run.get(beginning(run, run.len().checked_sub(1)?))?.word.start;
        return Some((start, after, scores::ADDRESS));
    }
    let Some(index) = place else {
        return without_word(text, run, end, after);
    };
    let part = run.get(index)?;
    let closes = cue::any(part.word.text(text), CLOSING);
    let leads = part.is(Class::STREET) && index + 1 < run.len() && !closes;
    let from = if leads { index } else { beginning(run, index) };
    let start = run.get(from)?.word.start;
    let before = ordinal(text, start).filter(|_| from == index).or_else(|| before(text, start));
    // `Drive 5`, `Close`, `Server Drive`: not streets.
    let names =
        run.iter().filter(|part| !part.is(Class::PARTICLE.or(Class::STREET).or(Class::COMMON))).count();
    let ordinal = ordinal(text, start).is_some();
    let led = before.is_some()
        || cue::any(part.word.text(text), &["calle", "avenida", "rue", "piazza", "rua", "viale"]);
    let named = names > 0 || led && (run.len() > 1 || ordinal);
    if part.is(Class::STREET) && (!named || part.word.shape == Shape::Initial) {
        return None;
    }
    // The words behind an English street are the city: `12 Main Street London`.
    let end = if leads || part.word.end == run.end() { end } else { part.word.end };
    let after = number_after(text, end);
    match (before, after) {
        (Some(start), after) => Some((start, after.unwrap_or(end), scores::ADDRESS)),
        (None, Some(after)) => Some((start, after, scores::NUMBER_BEHIND)),
        (None, None) => clear(text, part, run).then_some((start, end, scores::STREET)),
    }
}

/// The address in a run without a word for a street: `12 rue de la Paix`, `ul. Karpacka 69`, `24 Nerudy 894`.
fn without_word(text: &str, run: &Run, end: usize, after: Option<usize>) -> Option<(usize, usize, Score)> {
    let start = run.start();
    if let Some(street) = street_before(text, start) {
        let before = before(text, street);
        return match (before, after) {
            (None, None) => Some((street, end, scores::STREET)),
            _ => Some((before.unwrap_or(street), after.unwrap_or(end), scores::ADDRESS)),
        };
    }
    let before = before(text, start);
    let plain = run.iter().any(|part| part.is(Class::WORD) && !part.is(Class::SURNAME.or(Class::GIVEN)));
    let closed = end > run.end();
    let words = run.iter().any(|part| part.word.end - part.word.start > 2);
    match (before, after) {
        (before, Some(after)) if closed => Some((before.unwrap_or(start), after, scores::SMALL_WORD)),
        (Some(before), Some(after)) if !plain && words && start - before < 12 => {
            Some((before, after, scores::TWO_NUMBERS))
        }
        _ => None,
    }
}

/// Do a postcode and a word with a capital follow behind `end`: `, 14467 Potsdam`, `, 1250-022 Lisboa`?
fn postcode_after(text: &str, end: usize) -> bool {
    let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix(", ")) else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let behind = rest.get(digits..).unwrap_or_default();
    let city = match behind.strip_prefix('-') {
        Some(behind) => behind.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => behind,
    };
    let mut city = city.strip_prefix(' ').unwrap_or_default().chars();
    let named = city.next().is_some_and(char::is_uppercase) && city.next().is_some_and(char::is_lowercase);
    (4..=5).contains(&digits) && named
}

/// The beginning of an ordinal in front of `Street`, such as `184th`, and of the number in front of that.
fn ordinal(text: &str, start: usize) -> Option<usize> {
    let head = text.get(..start)?.strip_suffix(' ')?;
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|ending| head.strip_suffix(ending))?;
    let digits = bare.bytes().rev().take_while(u8::is_ascii_digit).count();
    let first = bare.len() - digits;
    // `418 West 25th Street`
    let side = preceding(text, first).filter(|(word, gap)| *gap == " " && cue::any(word.text(text), SIDES));
    let first = side.map_or(first, |(word, _)| word.start);
    (1..4).contains(&digits).then(|| before(text, first).unwrap_or(first))
}

/// Directions in names of streets.
const SIDES: &[&str] =
    &["north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest"];

/// The index of the first word of the name of a street: behind very common words.
fn beginning(run: &Run, index: usize) -> usize {
    let mut from = index;
    while let Some(part) = from.checked_sub(1).and_then(|before| run.get(before)) {
        let plain =
            part.is(Class::COMMON) && !part.is(Class::SURNAME.or(Class::GIVEN)) || part.is(Class::TITLE);
        if plain && from < index || part.is(Class::FIRM) {
            break;
        }
        from -= 1;
    }
    from
}

/// Is this a word for a street, or does it end in one?
fn is_street(text: &str, part: Part) -> bool {
    part.is(Class::STREET)
        || part.word.shape == Shape::Capital && cue::any(part.word.text(text), CAPITALS)
        || !part.is(Class::WORD) && part.word.end - part.word.start > 5 && ENDINGS.end(part.word.text(text))
}

/// Is this a street even without a number?
fn clear(text: &str, part: Part, run: &Run) -> bool {
    let word = part.word.text(text);
    if !part.is(Class::STREET) {
        return part.word.end - part.word.start > 8
            && !part.is(Class::SURNAME.or(Class::GIVEN).or(Class::PLACE));
    }
    let last = run.iter().next_back().is_some_and(|last| last.word.start == part.word.start);
    let closing =
        &["street", "avenue", "road", "boulevard", "lane", "parkway", "highway", "crescent", "terrace"];
    let leading = &[
        "rue",
        "calle",
        "avenida",
        "avenue",
        "boulevard",
        "via",
        "viale",
        "piazza",
        "rua",
        "plaza",
        "paseo",
    ];
    if last { cue::any(word, closing) } else { cue::any(word, leading) }
}

/// The end of a small word for a street behind its name: `Király u. 23`.
fn closing_word(text: &str, end: usize) -> usize {
    let start = end + spaces(text, end);
    if start == end || !super::run::letter(text, start) {
        return end;
    }
    let word = Word::at(text, start);
    if word.shape == Shape::Lower && word.class(text).any(Class::STREET) {
        return word.end + usize::from(byte(text, word.end) == b'.');
    }
    end
}

/// The beginning of a small word for a street in front of its name: `rue de la`.
fn street_before(text: &str, start: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..4 {
        let (word, gap) = preceding(text, at)?;
        if word.shape != Shape::Lower || !gap.bytes().all(|byte| matches!(byte, b' ' | b'.' | b'\'')) {
            return None;
        }
        let class = word.class(text);
        if class.any(Class::STREET) {
            return Some(word.start);
        }
        if !class.any(Class::PARTICLE) {
            return None;
        }
        at = word.start;
    }
    None
}

/// The beginning of the number, or of two numbers, in front of `start`.
pub(super) fn before(text: &str, start: usize) -> Option<usize> {
    let first = one_before(text, start)?;
    Some(one_before(text, first).unwrap_or(first))
}

fn one_before(text: &str, start: usize) -> Option<usize> {
    let head = text.get(..start)?.as_bytes();
    let gap = head.iter().rev().take_while(|byte| matches!(byte, b' ' | b',')).count();
    let rest = head.get(..head.len().checked_sub(gap)?)?;
    // `12b`, `12-14`, `3/4`.
    let letter = usize::from(matches!(rest, [.., b'0'..=b'9', b'a'..=b'e' | b'A'..=b'E']));
    let digits = rest.get(..rest.len() - letter)?;
    let length = digits.iter().rev().take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'/')).count();
    let begin = digits.len() - length;
    let border = begin.checked_sub(1).and_then(|at| digits.get(at)).copied().unwrap_or(b' ');
    let whole = digits.get(begin)?.is_ascii_digit()
        && (matches!(border, b' ' | b'\n' | b'\t' | b',' | b'(' | b':' | b'"' | b'#' | b'\'' | b'`' | b'*')
            || matches!(border, b'=' | b';' | b'|' | b'[' | b'{' | b'>' | b'<' | b'~') && gap == 1);
    (whole && gap > 0 && gap < 3 && (1..=9).contains(&length)).then_some(begin)
}

/// The end of the number behind `end`: ` 12`, `, 12b`, ` No. 3`.
pub(super) fn number_after(text: &str, end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let trimmed = rest.trim_start_matches([' ', ',', '.']);
    let gap = rest.len() - trimmed.len();
    if gap == 0 || gap > 2 {
        return None;
    }
    let short = ["No. ", "no. ", "Nr. ", "nr. ", "n. ", "nº ", "n° ", "#", "N° "];
    let bare = short.iter().find_map(|short| trimmed.strip_prefix(short)).unwrap_or(trimmed);
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=5).contains(&digits) {
        return None;
    }
    let mut length = digits;
    let at = |index: usize| bare.as_bytes().get(index).copied().unwrap_or(b' ');
    if matches!(at(length), b'-' | b'/') && at(length + 1).is_ascii_digit() {
        length += 1 + bare.bytes().skip(length + 1).take_while(u8::is_ascii_digit).count();
    }
    if at(length).is_ascii_alphabetic() && !at(length + 1).is_ascii_alphanumeric() {
        length += 1;
    }
    let next = at(length);
    let number = !next.is_ascii_alphanumeric() && next != b'_' && next != b':' && next != b'%';
    let fraction = next == b'.' && at(length + 1).is_ascii_digit();
    (number && !fraction).then_some(text.len() - bare.len() + length)
}

/// Words for a street that are plain words without a capital.
const CAPITALS: &[&str] = &["way", "place", "pl", "loop", "pike", "row", "walk", "path", "hill", "heights"];

/// Words for a street that stand behind its name.
const CLOSING: &[&str] = &[
    "street", "st", "road", "rd", "ave", "lane", "ln", "drive", "parkway", "court", "close", "sq",
    "crescent", "grove", "mews", "trail", "terrace", "highway", "pkwy", "hwy", "blvd", "ct", "utca", "tér",
    "straat", "laan", "way", "place", "pl", "loop", "pike", "row", "walk",
];

/// Endings of names of streets, by their last byte.
static ENDINGS: Endings = Endings::of(&[
    (b'e', &["straße", "strasse", "gasse", "allee", "gade", "tie", "kade", "rinne", "stræde", "lände"]),
    (b'r', &["str", "ufer", "vegur", "hólar"]),
    (b'g', &["weg", "steig"]),
    (b'z', &["platz"]),
    (b'm', &["damm"]),
    (
        b'n',
        &[
            "gatan", "vägen", "vagen", "veien", "vegen", "gaten", "katan", "laan", "plein", "bakken",
            "haugen", "parken", "graben",
        ],
    ),
    (b'j', &["vej"]),
    (b'u', &["katu", "polku"]),
    (b't', &["straat", "gracht", "vænget", "torget", "braut"]),
    (b'f', &["dreef"]),
    (b'a', &["utca", "gata", "ulica", "kuja"]),
    (0xa9, &["allé"]),
    (0xb0, &["gerði"]),
]);
