//! Numbers that are amounts, states, versions or contacts of a circuit, and not rooms, ages, dates or PINs.

use std::ops::Range;

use super::{Firsts, parts};
use crate::recognisers::labelled;

/// Units of amounts.
pub(super) const UNITS: &[&str] = &[
    "percent", "per", "degrees", "euro", "euros", "eur", "usd", "gbp", "chf", "dollars", "pounds", "people",
    "persons", "adults", "children", "guests", "beds", "rooms", "times", "prozent", "grad", "grados",
    "gradi", "meters", "metres",
];

/// Units of time.
pub(super) const TIMES: &[&str] = &[
    "night", "nights", "day", "days", "week", "weeks", "hour", "hours", "minute", "minutes", "min", "am",
    "pm", "nächte", "tage", "uhr", "noches", "nuits",
];

/// Units of machines.
pub(super) const MACHINES: &[&str] = &[
    "ms", "us", "ns", "s", "sec", "secs", "seconds", "hz", "frames", "ticks", "cycles", "messages", "bytes", "kb", "mb",
    "gb", "kib", "mib", "entries", "files", "lines",
];

static FIRST_UNITS: Firsts = Firsts::of(UNITS);
static FIRST_MACHINES: Firsts = Firsts::of(MACHINES);
static FIRST_TIMES: Firsts = Firsts::of(TIMES);

/// The length of the unit at the beginning of a text, behind at most one blank: `2 nights`, `40 €`, `50 percent`.
fn unit(rest: &str, units: &[&[&str]]) -> Option<usize> {
    let word = rest.strip_prefix(' ').unwrap_or(rest);
    let blank = rest.len() - word.len();
    if let Some(sign) = word.chars().next().filter(|c| matches!(c, '%' | '€' | '£' | '°')) {
        return Some(blank + sign.len_utf8());
    }
    let length = word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len());
    let unit = word.get(..length)?;
    let firsts = [&FIRST_UNITS, &FIRST_TIMES, &FIRST_MACHINES];
    if !firsts.iter().any(|firsts| firsts.may_have(unit.as_bytes())) {
        return None;
    }
    let known = units.iter().any(|units| units.iter().any(|known| known.eq_ignore_ascii_case(unit)));
    known.then_some(blank + length)
}

/// Does one of the `units` follow, so that the number is an amount: `2 nights`, `40 €`, `50 percent`? In `512 nights=3` and
/// `512 nights 3` it is the label of the next number.
pub(super) fn is_amount(text: &str, end: usize, units: &[&[&str]]) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    unit(rest, units).is_some_and(|length| !is_label(rest.get(length..).unwrap_or_default(), units))
}

/// Does a value follow a word: `=3`, `: 3`, ` 3`, and not an amount, ` 3 guests`?
fn is_label(behind: &str, units: &[&[&str]]) -> bool {
    if behind.starts_with(['=', ':']) {
        return true;
    }
    let value = behind.strip_prefix(' ').unwrap_or_default();
    let length = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    length > 0 && unit(value.get(length..).unwrap_or_default(), units).is_none()
}

/// Is the number at `at` directly behind the word of a room that room although a word for time follows: `room 417 min bar`?
/// It has three digits at least.
fn is_numbered(text: &str, at: &Range<usize>) -> bool {
    // `room cleaning 412 minutes`
    const LONG: [&str; 4] = [" minutes", " seconds", " hours", " minuten"];
    let rest = text.get(at.end..).unwrap_or_default();
    let head = text.get(..at.start).unwrap_or_default();
    let word = head.strip_suffix([' ', '=', ':']).unwrap_or_default();
    at.len() >= 3 && word.ends_with(char::is_alphabetic) && !LONG.iter().any(|unit| rest.starts_with(unit))
}

/// Is the number `at` an amount, and not that of a room?
pub(super) fn is_no_room(text: &str, at: Range<usize>) -> bool {
    is_amount(text, at.end, &[UNITS, TIMES]) && (is_amount(text, at.end, &[UNITS]) || !is_numbered(text, &at))
        || is_time(text, &at)
        || is_dimension(text, at)
}

/// Is the number a time of the day: `room service at 7`?
fn is_time(text: &str, at: &Range<usize>) -> bool {
    at.len() <= 2 && text.get(..at.start).is_some_and(|head| head.ends_with(" service at "))
}

/// `3D model`: the word of a dimension.
fn is_dimension(text: &str, at: Range<usize>) -> bool {
    const WORDS: [&str; 26] = [
        "model",
        "models",
        "map",
        "maps",
        "scan",
        "scans",
        "scanner",
        "view",
        "views",
        "print",
        "printer",
        "point",
        "points",
        "cloud",
        "lidar",
        "laser",
        "camera",
        "mesh",
        "image",
        "images",
        "reconstruction",
        "mapping",
        "slam",
        "plan",
        "modell",
        "karte",
    ];
    if !matches!(text.get(at.clone()), Some("2D" | "3D" | "2d" | "3d")) {
        return false;
    }
    let rest = text.get(at.end..).unwrap_or_default().trim_start_matches([' ', '-']);
    let word = rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Does a number belong to another word `between` its label and it: to a number in front, which has the label, or to a
/// property of the thing: `room 512, floor 3`, `room capacity 12`?
pub(super) fn is_of_other(between: &str) -> bool {
    const PROPERTIES: [&str; 24] = [
        "capacity",
        "temperature",
        "temp",
        "humidity",
        "floor",
        "floors",
        "level",
        "storey",
        "size",
        "area",
        "height",
        "width",
        "length",
        "count",
        "price",
        "rate",
        "total",
        "volume",
        "brightness",
        "kapazität",
        "temperatur",
        "etage",
        "stock",
        "capacidad",
    ];
    // `CVV2 = 551`
    let between = between.trim_start_matches(|c: char| c.is_ascii_digit());
    // `Suite 697 Apt. 397`
    let last = between.trim_end_matches([' ', '.', ':', '#']).rsplit(' ').next().unwrap_or_default();
    if ["apt", "apartment", "unit", "flat"].iter().any(|unit| unit.eq_ignore_ascii_case(last)) {
        return false;
    }
    let mut words = between.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| {
        word.starts_with(|c: char| c.is_ascii_digit())
            || PROPERTIES.iter().any(|known| known.eq_ignore_ascii_case(word))
    })
}

/// Is `at` no date of a person: a number and an English verb that is also a month, `pin 13 set to HIGH`, the number of a
/// version, or the time of a line of a log?
pub(super) fn is_no_date(text: &str, at: Range<usize>) -> bool {
    const SECONDS: usize = "2026-11-30 08:12:44".len();
    let last = at.end.checked_sub(1).and_then(|last| text.as_bytes().get(last)).copied().unwrap_or(0);
    match last {
        b't' | b'T' | b'y' => is_verb(text, at),
        _ if at.len() == SECONDS => is_of_log(text, at),
        b'0'..=b'9' if at.len() <= "30.11.26".len() => parts::is_dotted_version(text, at),
        _ => false,
    }
}

/// Does an English verb end `at` that is also a month: `13 set to`, `4 may fail`?
fn is_verb(text: &str, at: Range<usize>) -> bool {
    const AUXILIARIES: [&str; 10] =
        ["be", "have", "not", "also", "still", "need", "fail", "cause", "only", "contain"];
    const SET: [&str; 14] =
        ["to", "as", "by", "in", "of", "for", "up", "on", "off", "high", "low", "from", "at", "with"];
    let raw = text.get(at.clone()).unwrap_or_default();
    let rest = text.get(at.end..).unwrap_or_default().strip_prefix(' ').unwrap_or_default();
    let next = rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let verb = raw.get(raw.len().saturating_sub(4)..).unwrap_or_default();
    let among = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(next));
    verb.eq_ignore_ascii_case(" set") && among(&SET) || verb == " may" && among(&AUXILIARIES)
}

/// Did a program write the date and time `at`: with fractions of seconds, or at the beginning of a line?
fn is_of_log(text: &str, at: Range<usize>) -> bool {
    let head = text.get(..at.start).unwrap_or_default();
    let mut behind = text.get(at.end..).unwrap_or_default().chars();
    let fraction =
        matches!(behind.next(), Some('.' | ',')) && behind.next().is_some_and(|c| c.is_ascii_digit());
    fraction || head.is_empty() || head.ends_with(['\n', '['])
}

/// Is the number at `start` that of a state: `status 200`?
pub(super) fn is_status(text: &str, start: usize) -> bool {
    let head = text.get(..start).unwrap_or_default().trim_end_matches([' ', ':', '=', '"']);
    ["status", "Status", "HTTP", "http", "error"].iter().any(|word| head.ends_with(word))
}

/// Is the number at `start` that of a contact of a circuit: `GPIO pin 4471`?
pub(super) fn is_contact(text: &str, start: usize) -> bool {
    let head = text.get(..start).unwrap_or_default().trim_end();
    ["pin", "Pin", "PIN"].iter().any(|pin| head.strip_suffix(pin).is_some_and(labelled::is_of_board))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_behind_a_number_makes_an_amount_of_it_unless_it_is_a_label() {
        let amount = |text: &str| is_amount(text, text.find(' ').unwrap_or(2), &[UNITS, TIMES]);
        for text in ["40€", "2 nights", "90 EUR", "2 nights 3 guests", "50 percent."] {
            assert!(amount(text), "{text}");
        }
        for text in ["512 nights=3", "512 nights: 3", "512 nights 3", "512 towels", "512"] {
            assert!(!amount(text), "{text}");
        }
    }

    #[test]
    fn a_program_writes_seconds() {
        for text in ["2026-11-30 08:12:44 start", "[2026-11-30 08:12:44]", "at 2026-11-30 08:12:44.221"] {
            let start = text.find('2').unwrap();
            assert!(is_no_date(text, start..start + 19), "{text}");
        }
        assert!(!is_no_date("2026-11-30 08:12", 0..16) && !is_no_date("on 2026-11-30 08:12:44", 3..22));
    }

    #[test]
    fn a_verb_may_look_like_a_month() {
        for (text, is) in
            [("13 set to", true), ("4 may fail", true), ("13 set 2024", false), ("12 May to", false)]
        {
            assert_eq!(
                is_no_date(text, 0..text.find(" may").or(text.find(" set")).map_or(6, |at| at + 4)),
                is,
                "{text}"
            );
        }
    }
}
