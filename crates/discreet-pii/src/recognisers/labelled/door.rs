//! Codes that open a door or a room, which stand in front of their label: `Room 412, Code: 4471`.

use std::ops::Range;

use crate::kinds::{Scores, alone};

/// The scores of such a code.
pub(crate) const SCORES: Scores = alone(70).always();

/// The most bytes between a door and its code.
const REACH: usize = 48;
/// Labels.
pub(super) const LABELS: [&str; 6] = ["code", "codes", "código", "codigo", "codice", "kode"];
/// Words for what a code opens.
const DOORS: [&str; 40] = [
    "door",
    "room",
    "gate",
    "entrance",
    "apartment",
    "flat",
    "suite",
    "lock",
    "locker",
    "safe",
    "keypad",
    "tür",
    "zimmer",
    "tor",
    "eingang",
    "haustür",
    "wohnung",
    "schloss",
    "tresor",
    "porte",
    "chambre",
    "portail",
    "appartement",
    "entrée",
    "puerta",
    "habitación",
    "habitacion",
    "portal",
    "apartamento",
    "porta",
    "camera",
    "cancello",
    "appartamento",
    "deur",
    "kamer",
    "poort",
    "quarto",
    "portão",
    "voordeur",
    "haustuer",
];
/// Words that make the code that of a program or a place.
const OTHERS: [&str; 23] = [
    "error",
    "exit",
    "status",
    "return",
    "returned",
    "result",
    "reason",
    "response",
    "fault",
    "failed",
    "failure",
    "state",
    "zip",
    "post",
    "postal",
    "country",
    "area",
    "promo",
    "fehler",
    "erreur",
    "errore",
    "fout",
    "diagnostic",
];

/// The code behind the label `start..end` and a sign.
#[inline]
pub(crate) fn code(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let may_be = (4..=7).contains(&(end - start))
        && bytes.get(start).is_some_and(|first| matches!(first | 0x20, b'c' | b'k'))
        && matches!(bytes.get(end), Some(b':' | b'='));
    if may_be { behind(text, start, end) } else { None }
}

#[cold]
fn behind(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let label = text.get(start..end)?;
    LABELS.iter().find(|known| known.eq_ignore_ascii_case(label))?;
    let rest = text.get(end + 1..)?;
    let from = end + 1 + (rest.len() - rest.trim_start_matches([' ', '"', '\'']).len()).min(3);
    let rest = text.as_bytes().get(from..)?;
    let digits = rest.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    let sign = rest.get(digits..)?.iter().take(1).filter(|byte| matches!(byte, b'#' | b'*')).count();
    let behind = rest.get(digits + sign..)?;
    let whole = !matches!(behind, [b'.' | b'-' | b'/' | b':', next, ..] if next.is_ascii_alphanumeric())
        && !behind.first().is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'_');
    let from_head = (start.saturating_sub(REACH)..=start).find(|at| text.is_char_boundary(*at))?;
    let head = text.get(from_head..start)?.rsplit('\n').next()?.to_lowercase();
    let has = |list: &[&str]| head.split(|c: char| !c.is_alphabetic()).any(|word| list.contains(&word));
    ((4..=8).contains(&digits) && whole && has(&DOORS) && !has(&OTHERS)).then_some(from..from + digits + sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let start = text.to_lowercase().rfind("code").or_else(|| text.find("codice"))?;
        let end = start + text[start..].find([':', '=', ' '])?;
        code(text, start, end).map(|at| &text[at])
    }

    #[test]
    fn a_code_behind_a_door_or_a_room_opens_it() {
        assert_eq!(found("Room 412, Code: 4471"), Some("4471"));
        assert_eq!(found("door: A4, code: 4471#."), Some("4471#"));
        assert_eq!(found("Zimmer 12, Code: 771204 gilt heute"), Some("771204"));
        for text in [
            "Code: 4471",
            "door error, code: 4471",
            "Room 412, code: 44",
            "Room 412, code 4471",
            "Room 412, code: 4471.5",
            "room 412\ncode: 4471",
            "Room service, zip code: 4471",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
