//! Names in records of travel and of hospitals: `OKADA/HIROSHI MR`, and the segment `PID` of HL7.

use std::ops::Range;

use crate::Kind;
use crate::kinds::{Scores, alone, is_card};
use crate::recognisers::names;

/// Titles behind the name of a passenger.
const TITLES: [&str; 10] = ["MR", "MRS", "MS", "MISS", "MSTR", "DR", "CHD", "INF", "PROF", "MME"];

/// The passenger whose surname is `start..end`, with a `/` behind it.
pub(crate) fn passenger(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let capitals = |text: &str| text.bytes().take_while(u8::is_ascii_uppercase).count();
    let surname = text.get(start..end)?;
    let behind = text.get(end..)?.strip_prefix('/')?;
    let given = capitals(behind);
    let title = behind.get(given..)?.strip_prefix(' ').unwrap_or_default();
    let length = capitals(title);
    let titled = title.get(..length).is_some_and(|title| TITLES.contains(&title));
    let whole = !title.get(length..).unwrap_or_default().starts_with(char::is_alphanumeric);
    let plain = |word: &str| names::is_word(&word.to_lowercase());
    let name = behind.get(..given).unwrap_or_default();
    let named = names::is_any_name(surname) && names::is_given(name) && name != "MAX";
    let words = plain(surname) && plain(name) && !named;
    let fits =
        !words && capitals(surname) == surname.len() && surname.len() >= 2 && given >= 1 && titled && whole;
    fits.then_some(start..end + 1 + given + 1 + length)
}

/// The scores of a card on a magnetic stripe, and of what belongs to it.
pub(crate) const STRIPE: Scores = alone(95).always();

/// The card in the word `start..end`, its holder and its expiry: `B4242424242424242^DOE/JANE^2712101`,
/// `CCVI4111111111111111/0528`.
pub(crate) fn stripe(text: &str, start: usize, end: usize) -> Option<[Option<(Kind, Range<usize>)>; 3]> {
    const LONGEST_NAME: usize = 32;
    let word = text.get(start..end)?;
    let behind = text.get(end..)?;
    let lead = word.find(|c: char| c.is_ascii_digit())?;
    let number = word.get(lead..)?;
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if digits(number) != number.len() || !(12..=19).contains(&number.len()) {
        return None;
    }
    let card = Some((Kind::PaymentCard, start + lead..end));
    match word.get(..lead)? {
        "B" | "b" => {
            let holder = behind.strip_prefix('^')?;
            let length = holder.find('^').filter(|length| *length <= LONGEST_NAME)?;
            let name = Some((Kind::Person, end + 1..end + 1 + length)).filter(|_| length > 1);
            let data = digits(holder.get(length + 1..)?);
            let from = end + length + 2;
            Some([card, name, (data >= 4).then_some((Kind::PaymentCard, from..from + data))])
        }
        company if lead == 4 && company.starts_with("CC") && is_card(number.as_bytes()) => {
            let date = behind.strip_prefix('/').filter(|date| digits(date) == 4);
            Some([card, None, date.map(|_| (Kind::PaymentCard, end + 1..end + 5))])
        }
        _ => None,
    }
}

/// The personal fields of the segment `PID` that begins at `start`, by their numbers in HL7 v2.
pub(crate) fn patient(text: &str, start: usize) -> impl Iterator<Item = (Kind, Range<usize>)> + '_ {
    const MOST: usize = 32;
    const FIELDS: [(usize, Kind); 10] = [
        (2, Kind::MedicalRecord),
        (3, Kind::MedicalRecord),
        (5, Kind::Person),
        (6, Kind::Person),
        (7, Kind::DateOfBirth),
        (9, Kind::Person),
        (11, Kind::Address),
        (13, Kind::Phone),
        (14, Kind::Phone),
        (19, Kind::UsSsn),
    ];
    // A segment is a line.
    let before = text.as_bytes().get(..start).and_then(<[u8]>::last);
    let first = before.is_none_or(|before| matches!(before, b'\n' | b'\r'));
    let rest = text.get(start..).filter(|_| first).unwrap_or_default();
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    let begins = |number: usize, fits: fn(char) -> bool| {
        line.split('|').nth(number).is_some_and(|at| at.starts_with(fits))
    };
    // `PID|0.5|0.1|...` is a controller.
    let segment = begins(5, char::is_alphabetic) && begins(3, char::is_alphanumeric);
    let fields = line.split('|').take(MOST).scan(start, |at, field| {
        let from = *at;
        *at += field.len() + 1;
        Some(from..from + field.len())
    });
    fields.enumerate().filter(move |_| segment).filter_map(move |(number, at)| {
        let (_, kind) = FIELDS.iter().find(|(known, _)| *known == number)?;
        let value = text.get(at.clone())?;
        // The number of a patient has a check digit and an authority behind it.
        let length = if number == 3 { value.find('^').unwrap_or(value.len()) } else { value.len() };
        (length > 1).then_some((*kind, at.start..at.start + length))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passenger_has_a_title() {
        assert_eq!(passenger("OKADA/HIROSHI MR, x", 0, 5), Some(0..16));
        for text in ["SMITH/JOHN MR", "WHITE/MARK MR", "GREEN/BILL MSTR", "BROWN/ROSE MRS", "BAKER/TOM DR"] {
            assert_eq!(passenger(text, 0, text.find('/').unwrap()), Some(0..text.len()), "{text}");
        }
        for text in [
            "OKADA/HIROSHI",
            "INPUT/OUTPUT MS",
            "OKADA/HIROSHI MRX",
            "Okada/Hiroshi MR",
            "I/O MR",
            "MIN/MAX MS",
            "READ/WRITE MS",
        ] {
            assert_eq!(passenger(text, 0, text.find('/').unwrap()), None, "{text}");
        }
    }

    #[test]
    fn a_stripe_has_a_card_a_holder_and_an_expiry() {
        let found = |text: &str| {
            let end = text.find(['^', '/']).unwrap_or(text.len());
            let found = stripe(text, 0, end).into_iter().flatten().flatten();
            found.map(|(_, at)| text[at].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("B5555555555554444^ROE/ANN^3001201?"), ["5555555555554444", "ROE/ANN", "3001201"]);
        assert_eq!(found("CCCA5555555555554444/0130"), ["5555555555554444", "0130"]);
        for text in ["B5555555555554444", "CCCA5555555555554443/0130", "X5555555555554444^A^3001", "B55^A^3001"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_segment_has_the_fields_of_a_patient() {
        let text = "PID|1||3390021^^^HOSP^MR||KOWALSKI^JAN||19560412\nOBX|1";
        let found: Vec<_> = patient(text, 0).map(|(kind, at)| (kind, &text[at])).collect();
        let expected = [
            (Kind::MedicalRecord, "3390021"),
            (Kind::Person, "KOWALSKI^JAN"),
            (Kind::DateOfBirth, "19560412"),
        ];
        assert_eq!(found, expected);
        for text in ["PID| gain | offset", "PID|0.5|0.1|0.2|0.3|0.4|0.5|0.6", "PID| a | b | c | d | e | f"] {
            assert_eq!(patient(text, 0).count(), 0, "{text}");
        }
    }
}
