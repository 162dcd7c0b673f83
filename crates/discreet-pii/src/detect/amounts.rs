//! Numbers that are amounts, states or contacts of a circuit, and not rooms, ages or PINs.

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

/// Does one of the `units` follow, so that the number is an amount: `2 nights`, `40 €`, `50 percent`?
pub(super) fn is_amount(text: &str, end: usize, units: &[&[&str]]) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let word = rest.strip_prefix(' ').unwrap_or(rest);
    let length = word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len());
    word.starts_with(['%', '€', '£', '°'])
        || word.get(..length).is_some_and(|unit| {
            units.iter().any(|units| units.iter().any(|known| known.eq_ignore_ascii_case(unit)))
        })
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
