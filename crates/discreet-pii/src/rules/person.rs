//! Births, ages, days; rooms and bookings; positions and postal codes.

use super::super::check::documents::{ca_postcode, mixed, uk_postcode, with_digits};
use super::super::check::{dates, europe};
use super::{Rule, code, form, raw};
use crate::Kind;

macro_rules! month {
    () => {
        r"(?i:jan(?:uary|uar|vier|\.)?|jän(?:ner)?|feb(?:ruary|ruar|rero|braio|\.)?|f(?:é|e)v(?:rier|\.)?|mar(?:ch|s|zo|\.)?|m(?:ä|ae|a)rz|apr(?:il|ile|\.)?|avr(?:il|\.)?|abril|abr|may|mai|mayo|maggio|mag|june|jun(?:i|io|\.)?|juin|giu(?:gno)?|july|jul(?:i|io|\.)?|juil(?:let)?|lug(?:lio)?|aug(?:ust|\.)?|ao(?:û|u)t|ago(?:sto)?|sep(?:tember|tembre|tiembre|t|\.)?|set(?:tembre)?|oct(?:ober|obre|ubre|\.)?|okt(?:ober|\.)?|ott(?:obre)?|nov(?:ember|embre|iembre|\.)?|dec(?:ember|\.)?|dez(?:ember|\.)?|d(?:é|e)c(?:embre|\.)?|dic(?:iembre|embre)?)"
    };
}

const ISO: &str =
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?)?";
const YEAR_FIRST: &str = r"\d{4}[/.]\d{1,2}[/.]\d{1,2}";
const YEAR_LAST: &str = r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})";
const DAY_MONTH: &str = concat!(
    r"\d{1,2}(?:st|nd|rd|th|er|\.|º|°)?[ -]?(?:of |de )?",
    month!(),
    r"(?:,?[ -](?:de |del )?\d{4}|-\d{2})?"
);
const MONTH_DAY: &str = concat!(month!(), r"[ -]\d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?");
const MONTH_YEAR: &str = concat!(month!(), r",? \d{4}");

pub(super) const RULES: &[Rule] = &[
    raw(Kind::Date, ISO, 65, 70, dates::numeric).as_written(),
    raw(Kind::Date, YEAR_FIRST, 60, 70, dates::numeric),
    raw(Kind::Date, YEAR_LAST, 60, 70, dates::numeric),
    raw(Kind::Date, DAY_MONTH, 65, 75, dates::named).as_written(),
    raw(Kind::Date, MONTH_DAY, 65, 75, dates::named).as_written(),
    raw(Kind::Date, MONTH_YEAR, 55, 70, dates::named).as_written(),
    raw(Kind::Date, r"\d{1,2}/\d{2}", 10, 30, dates::month_first),
    raw(Kind::Date, r"\d{1,2}/\d{4}", 20, 45, dates::month_first),
    raw(Kind::DateOfBirth, ISO, 0, 90, dates::numeric).as_written(),
    raw(Kind::DateOfBirth, YEAR_FIRST, 0, 90, dates::numeric),
    raw(Kind::DateOfBirth, YEAR_LAST, 0, 90, dates::numeric),
    raw(Kind::DateOfBirth, DAY_MONTH, 0, 90, dates::named).as_written(),
    raw(Kind::DateOfBirth, MONTH_DAY, 0, 90, dates::named).as_written(),
    code(Kind::DateOfBirth, r"(?:19|20)\d{6}", 0, 70, |code| dates::yymmdd(code, 2)).within(3),
    code(Kind::DateOfBirth, r"(?:19|20)\d{2}", 0, 65, |code| code.len() == 4).within(2),
    // An age says itself what it is.
    code(
        Kind::Age,
        r"\d{1,3}[ -]?(?i:years?[ -]old|year[ -]olds?|y/o|yrs? old|jahre alt|ans|a(?:ñ|n)os|anni)",
        60,
        85,
        dates::age,
    )
    .as_written(),
    code(Kind::Age, r"\d{1,3}[ -]?(?i:j(?:ä|ae)hrige[rnms]?|months? old|weeks? old)", 65, 85, dates::age)
        .as_written(),
    code(Kind::Age, r"\d{1,3}", 0, 70, dates::age).within(1),
    form(Kind::Room, r"\d{1,4}[A-Za-z]?", 0, 75).within(2).as_written(),
    form(Kind::Room, r"[A-Za-z]-?\d{1,4}", 0, 75).within(1).as_written(),
    code(Kind::Booking, r"[A-Z]{6}", 0, 65, |code| code.len() == 6).within(1).as_written(),
    code(Kind::Postcode, r"\d{5}(?:-\d{4})?", 1, 65, with_digits).within(2),
    code(Kind::Postcode, r"\d{4}", 0, 60, with_digits).within(1),
    code(Kind::Postcode, r"\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}", 5, 65, with_digits).within(2),
    code(Kind::Postcode, r"[A-Z]{2} \d{5}(?:-\d{4})?", 45, 70, with_digits).behind(3),
    code(Kind::Postcode, r"[A-Z]\d[A-Z] ?\d[A-Z]\d", 45, 75, ca_postcode),
    code(Kind::Postcode, r"[1-9]\d{3} [A-Z]{2}", 15, 65, mixed),
    code(Kind::DePlz, r"\d{5}", 5, 66, europe::de_plz).within(2),
    code(
        Kind::UkPostcode,
        r"(?:GIR|[A-Z]\d[A-Z]?|[A-Z]\d\d|[A-Z]{2}\d[A-Z]?|[A-Z]{2}\d\d) ?\d[A-Z]{2}",
        45,
        80,
        uk_postcode,
    ),
    raw(Kind::Position, r"geo:-?\d{1,2}(?:\.\d+)?,-?\d{1,3}(?:\.\d+)?", 90, 90, dates::position).as_written(),
    form(
        Kind::Position,
        r#"\d{1,3}(?:°|º) ?\d{1,2}(?:'|′|’) ?(?:\d{1,2}(?:\.\d+)?(?:"|″|”|'') ?)?[NSEWO](?:,? ?\d{1,3}(?:°|º) ?\d{1,2}(?:'|′|’) ?(?:\d{1,2}(?:\.\d+)?(?:"|″|”|'') ?)?[NSEWO])?"#,
        80,
        90,
    ),
    form(
        Kind::Position,
        r"\d{1,3}\.\d{2,}(?:°|º)? ?[NSEWO](?:,? ?\d{1,3}\.\d{2,}(?:°|º)? ?[NSEWO])?",
        60,
        90,
    ),
];
