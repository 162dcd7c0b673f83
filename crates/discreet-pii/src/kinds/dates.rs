//! Dates, dates of birth, ages.

use super::Group;
use super::calendar::{day_of, yymmdd};
use super::checksums::number;
use super::form::{Definition, define, form};
use super::score::{alone, only_near};

/// The months in English, German, French, Spanish, Italian, Dutch and Portuguese, and their abbreviations.
macro_rules! month {
    () => {
        r"(?i:jan(?:uary|uari|uar|vier|eiro|\.)?|jän(?:ner)?|feb(?:ruary|ruari|ruar|rero|braio|\.)?|f(?:é|e)v(?:rier|ereiro|\.)?|mar(?:ch|s|zo|ço|\.)?|maart|mrt|m(?:ä|ae|a)rz|apr(?:il|ile|\.)?|avr(?:il|\.)?|abril|abr|may|mai|mayo|maio|mei|maggio|mag|june|jun(?:i|io|ho|\.)?|juin|giu(?:gno)?|july|jul(?:i|io|ho|\.)?|juil(?:let)?|lug(?:lio)?|aug(?:ust|ustus|\.)?|ao(?:û|u)t|ago(?:sto)?|sep(?:tember|tembre|tiembre|t|\.)?|set(?:tembre|embro)?|oct(?:ober|obre|ubre|\.)?|okt(?:ober|\.)?|ott(?:obre)?|outubro|nov(?:ember|embre|embro|iembre|\.)?|dec(?:ember|\.)?|dez(?:ember|embro|\.)?|d(?:é|e)c(?:embre|\.)?|dic(?:iembre|embre)?)"
    };
}

const ISO: &str =
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?)?";
/// Without the `T` of ISO 8601: programs write it in front of each line.
const ISO_BY_HAND: &str = r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?)?";
const YEAR_FIRST: &str = r"\d{4}[/.]\d{1,2}[/.]\d{1,2}";
const YEAR_LAST: &str = r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})";
const DAY_MONTH: &str = concat!(
    r"\d{1,2}(?:st|nd|rd|th|er|\.|º|°)?[ -]?(?:of |de )?",
    month!(),
    r"(?:,?[ -](?:de |del )?\d{4}|-\d{2})?"
);
const MONTH_DAY: &str = concat!(month!(), r"[ -]\d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?");
const MONTH_YEAR: &str = concat!(month!(), r",? \d{4}");

/// A date of birth.
pub(super) const DATE_OF_BIRTH: Definition = define("date_of_birth", "DATE_OF_BIRTH", Group::Person)
    .forms(&[
        form(ISO, only_near(90)).check_text(numeric).case_sensitive(),
        form(YEAR_FIRST, only_near(90)).check_text(numeric),
        form(YEAR_LAST, only_near(90)).check_text(numeric),
        form(DAY_MONTH, only_near(90)).check_text(named).case_sensitive(),
        form(MONTH_DAY, only_near(90)).check_text(named).case_sensitive(),
        form(r"(?:19|20)\d{6}", only_near(70)).check(|code| yymmdd(code, 2)).within(3),
        form(r"(?:19|20)\d{2}", only_near(65)).check(|code| code.len() == 4).within(2),
    ])
    .words(&["birth bday birthday birthdate dateofbirth dob born bornon geboren geburtsdatum geburtstag \
        geb gebdatum geburt naissance datedenaissance ne nee neele neeele anniversaire \
        nacimiento fechadenacimiento nacido nacida cumpleanos nascita datadinascita natoil \
        natail nato nata naci nacio nasci nasceu compleanno geboortedatum nascimento"]);

/// Any other date or time.
pub(super) const DATE: Definition = define("date", "DATE_TIME", Group::Person)
    .forms(&[
        form(ISO_BY_HAND, alone(65).near(70)).check_text(numeric),
        form(ISO, alone(30).near(70)).check_text(numeric).case_sensitive(),
        form(YEAR_FIRST, alone(60).near(70)).check_text(numeric),
        form(YEAR_LAST, alone(60).near(70)).check_text(numeric),
        form(DAY_MONTH, alone(65).near(75)).check_text(named).case_sensitive(),
        form(MONTH_DAY, alone(65).near(75)).check_text(named).case_sensitive(),
        form(MONTH_YEAR, alone(55).near(70)).check_text(named).case_sensitive(),
        form(r"\d{1,2}/\d{2}", alone(10).near(30)).check_text(month_first),
        form(r"\d{1,2}/\d{4}", alone(20).near(45)).check_text(month_first),
    ])
    .words(&[
        "date dates dated datum fecha filed visit admission admitted discharge discharged appointment \
        scheduled encounter consultation issued signed arrival departure checkin checkout termin \
        rendezvous cita appuntamento afspraak",
    ]);

/// An age.
pub(super) const AGE: Definition = define("age", "AGE", Group::Person)
    .forms(&[
        form(
            r"\d{1,3}[ -]?(?i:years?[ -]old|year[ -]olds?|y/o|yrs? old|jahre alt|ans|a(?:ñ|n)os|anni|jaar(?: oud)?|(?:å|a)r gammal|(?:å|a)r gammel)",
            alone(60).near(85),
        )
        .check(age)
        .case_sensitive(),
        form(r"\d{1,3}[ -]?(?i:j(?:ä|ae)hrige[rnms]?|months? old|weeks? old)", alone(65).near(85))
            .check(age)
            .case_sensitive(),
        form(r"\d{1,3}", only_near(70)).check(age).within(1),
    ])
    .words(&["age aged alter alters jahrgang edad agede eta ageof turned turns turn turning"]);

/// A date in digits: the year first or last, day and month in either order, one separator throughout.
fn numeric(raw: &str) -> bool {
    let separator = |c: char| matches!(c, '-' | '/' | '.');
    // A time of day may follow.
    let date = raw.split(['T', ' ', 't']).next().unwrap_or(raw);
    let mut kinds = date.chars().filter(|c| separator(*c));
    if !matches!((kinds.next(), kinds.next()), (Some(a), Some(b)) if a == b) {
        return false;
    }
    let mut parts = date.split(separator).map(|part| (part.len(), part.parse::<u64>().unwrap_or(0)));
    let (Some((width, a)), Some((_, b)), Some((last, c))) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let plausible = |year: u64| (1880..2100).contains(&year);
    match (width, last) {
        (4, _) => plausible(a) && day_of(a, b, c),
        (_, 4) => plausible(c) && (day_of(c, b, a) || day_of(c, a, b)),
        // With points the day stands first: `6.16.36` is a version.
        (_, 2) if date.contains('.') => day_of(2000 + c, b, a),
        (_, 2) => day_of(2000 + c, b, a) || day_of(2000 + c, a, b) || (width == 2 && day_of(2000 + a, b, c)),
        _ => false,
    }
}

/// A month and a year, or a month and a day, in digits.
fn month_first(raw: &str) -> bool {
    let Some((month, rest)) = raw.split_once('/') else { return false };
    let (month, value) = (month.parse::<u64>().unwrap_or(0), rest.parse::<u64>().unwrap_or(0));
    (1..=12).contains(&month)
        && if rest.len() == 4 { (1900..2100).contains(&value) } else { (1..=31).contains(&value) }
}

/// The number next to the name of a month is a day or a year.
fn named(raw: &str) -> bool {
    let first = raw.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty());
    first
        .and_then(|part| part.parse::<u64>().ok())
        .is_some_and(|day| (1..=31).contains(&day) || (1880..2100).contains(&day))
}

/// The age of a person: 1 to 120.
fn age(code: &[u8]) -> bool {
    let digits = code.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=120).contains(&number(code, 0, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_of_day_and_month_are_read_with_one_separator() {
        for date in ["31.12.1999", "12/31/1999", "1999-12-31T10:00", "3.4.99"] {
            assert!(numeric(date), "{date}");
        }
        assert!(!numeric("31.31.1999") && !numeric("31.12-1999") && !numeric("1.2.3"));
    }

    #[test]
    fn a_month_has_a_day_or_a_year_next_to_it() {
        assert!(named("12 May") && named("May 1985") && !named("May 32"));
        assert!(month_first("12/24") && month_first("12/2024") && !month_first("13/24"));
    }

    #[test]
    fn nobody_is_older_than_120() {
        assert!(age(b"34") && !age(b"0") && !age(b"121"));
    }
}
