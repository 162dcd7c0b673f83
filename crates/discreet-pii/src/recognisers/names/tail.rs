//! The rest of an address behind its street and number: door, city, state, postcode, country, on several lines.

use super::run::Part;
use super::table::Class;
use super::word::{Shape, byte};

/// The most parts behind a street.
const MOST: usize = 12;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Street,
    Door,
    Number,
    Name,
}

/// The end of the address whose street ends at `end`. `lower`: the text has no capitals.
pub(super) fn end(text: &str, end: usize, lower: bool) -> usize {
    let numbered = byte(text, end.wrapping_sub(1)).is_ascii_digit();
    let (mut sure, mut at, mut last) = (end, end, if numbered { Last::Number } else { Last::Street });
    for _ in 0..MOST {
        let Some(gap) = gap(text, at) else { break };
        let start = at + gap.length;
        if byte(text, start).is_ascii_digit() {
            let Some(number_end) = number(text, start) else { break };
            // `31, 2º B`, `57, 3.º Esq.`
            if let Some(floor) = floor(text, number_end).filter(|_| number_end - start < 3) {
                (at, sure, last) = (floor, floor, Last::Door);
                continue;
            }
            // The next line is a telephone number.
            if gap.line && byte(text, number_end) == b' ' && byte(text, number_end + 1).is_ascii_digit() {
                break;
            }
            let digits = number_end - start;
            // `34, 2B`: a door has a letter. `1600` may be a year.
            let door = gap.apart
                && last == Last::Number
                && text
                    .get(start..number_end)
                    .is_some_and(|of| of.bytes().any(|byte| byte.is_ascii_alphabetic()));
            if last == Last::Number && !gap.apart && !gap.unit
                || digits < 3 && last != Last::Door && !door && !gap.unit
            {
                break;
            }
            (at, sure, last) = (number_end, number_end, Last::Number);
            continue;
        }
        if !super::run::letter(text, start) {
            break;
        }
        let part = Part::at(text, start);
        let word = part.word;
        let labelled = byte(text, word.end) == b':';
        let door = part.is(Class::UNIT) && word.shape != Shape::Code;
        let ends_sentence = gap.point && !(last == Last::Number || door);
        if labelled || word.shape == Shape::Code || (ends_sentence && !gap.line) {
            break;
        }
        if door {
            at = word.end;
            last = Last::Door;
            continue;
        }
        let name =
            lower && (!part.is(Class::WORD.or(Class::COMMON)) || part.is(Class::REGION.or(Class::PHRASE)));
        if word.shape == Shape::Lower && !name {
            if !part.is(Class::PARTICLE) || last == Last::Street && !gap.apart {
                break;
            }
            at = word.end;
            continue;
        }
        if let Some((phrase, _)) = super::place::phrase(text, part) {
            (at, sure, last) = (phrase, phrase, Last::Name);
            continue;
        }
        let place = part.is(Class::PLACE.or(Class::REGION).or(Class::PHRASE))
            || (word.shape == Shape::Upper && word.end - start < 4);
        let person = part.is(Class::GIVEN_COMMON) && gap.line && !place;
        let plain = part.is(Class::COMMON.or(Class::TITLE)) && !place;
        let follows = gap.apart || place || last != Last::Street || gap.point;
        if plain || person || !follows {
            break;
        }
        (at, sure, last) = (word.end, word.end, Last::Name);
    }
    sure
}

struct Gap {
    length: usize,
    /// A comma or the end of a line.
    apart: bool,
    line: bool,
    point: bool,
    /// `# 702`
    unit: bool,
}

fn gap(text: &str, at: usize) -> Option<Gap> {
    let mut gap = Gap { length: 0, apart: false, line: false, point: false, unit: false };
    let mut lines = 0;
    for byte in text.as_bytes().get(at..)? {
        match byte {
            b' ' | b'\t' | b'\r' => {}
            b',' | b'-' => gap.apart = true,
            b'#' => gap.unit = true,
            b'\n' => {
                lines += 1;
                gap.apart = true;
                gap.line = true;
            }
            b'.' if !gap.point && gap.length == 0 => gap.point = true,
            _ => break,
        }
        gap.length += 1;
    }
    (gap.length > 0 && gap.length < 8 && lines < 3).then_some(gap)
}

/// The end of the sign of a floor behind the number that ends at `end`: `º`, `.ª`.
fn floor(text: &str, end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    ["º", "ª", "°", ".º", ".ª", ".°"]
        .iter()
        .find(|sign| rest.starts_with(**sign))
        .map(|sign| end + sign.len())
}

/// The end of the number of a door or of a postcode: `12`, `3b`, `04494`, `SW1A`, `1011 AB`, `00-950`.
fn number(text: &str, start: usize) -> Option<usize> {
    let rest = text.as_bytes().get(start..)?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    let digits = rest.iter().take(length).filter(|byte| byte.is_ascii_digit()).count();
    let after = byte(text, start + length);
    let decimal = after == b'.' && byte(text, start + length + 1).is_ascii_digit();
    (length <= 10 && (1..=9).contains(&digits) && !decimal && after != b':' && after != b'/')
        .then_some(start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_where_the_sentence_continues() {
        for (text, whole) in [
            ("12 Elm Street, Boston, and call me", "12 Elm Street, Boston"),
            ("12 Elm Street. Please wait", "12 Elm Street"),
            ("12 Elm Street Apt. 4 and then", "12 Elm Street Apt. 4"),
            ("12 Elm Street\nBoston\nMobile: 1", "12 Elm Street\nBoston"),
            ("12 Elm Street, 02118 at noon", "12 Elm Street, 02118"),
        ] {
            assert_eq!(&text[..end(text, "12 Elm Street".len(), false)], whole);
        }
    }
}
