//! Positions on Earth. A pair of decimal numbers needs context: the recogniser `coordinates.rs` reads it.

use super::Group;
use super::form::{Definition, define, form};
use super::score::alone;

/// A position on Earth.
pub(super) const POSITION: Definition = define("position", "GPS_POSITION", Group::Place)
    .forms(&[
        form(r"geo:-?\d{1,2}(?:\.\d+)?,-?\d{1,3}(?:\.\d+)?", alone(90).always()).check_text(position).case_sensitive(),
        form(r#"\d{1,3}(?:°|º) ?\d{1,2}(?:'|′|’) ?(?:\d{1,2}(?:\.\d+)?(?:"|″|”|'') ?)?[NSEWO](?:,? ?\d{1,3}(?:°|º) ?\d{1,2}(?:'|′|’) ?(?:\d{1,2}(?:\.\d+)?(?:"|″|”|'') ?)?[NSEWO])?"#, alone(80).near(90)),
        // `48 degrees 8 minutes north`, in seven languages; degrees alone may be a direction.
        form(r"\d{1,3} (?:degrees?|deg|grad|degr(?:e|é)s?|grados?|gradi|graden|graus?) (?:and |und |et |y |e |en )?\d{1,2}(?:\.\d+)? (?:minutes?|min|minuten|minutos?|minuti|minuut) (?:(?:and |und |et |y |e |en )?\d{1,2}(?:\.\d+)? (?:seconds?|sec|sekunden|secondes?|segundos?|secondi|seconden|seconde) )?(?:north|south|east|west|nord|s(?:u|ü)d|ost|est|ouest|norte|sur|sul|este|oeste|leste|ovest|noord|zuid|oost)", alone(80).near(90)),
        form(r"\d{1,3}\.\d{2,}(?:°|º)? ?[NSEWO](?:,? ?\d{1,3}\.\d{2,}(?:°|º)? ?[NSEWO])?", alone(60).near(90)),
    ])
    .words(&[
        "gps coordinates coordinate coords latitude longitude lat lon lng latlon latlng \
        geolocation koordinaten breitengrad langengrad coordonnees coordenadas latitud \
        longitud coordinate gnss wgs navsat homeaddress livesat",
    ]);

/// Two decimal numbers, a latitude and a longitude (WGS 84).
pub(crate) fn position(raw: &str) -> bool {
    let raw = raw.strip_prefix("geo:").unwrap_or(raw);
    let mut parts = raw
        .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .filter(|part| part.len() > 1);
    let mut within =
        |limit: f64| parts.next().and_then(|part| part.parse::<f64>().ok()).is_some_and(|v| v.abs() <= limit);
    within(90.0) && within(180.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_on_earth() {
        assert!(position("48.137154, 11.576124") && position("geo:-33.8688,151.2093"));
        assert!(!position("98.5, 11.5"));
    }
}
