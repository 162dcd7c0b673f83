//! Vehicle registrations of countries without a kind of their own, and vehicle identification numbers (ISO 3779).

use super::checksums::{letter, mixed};
use super::form::{Definition, define, form};
use super::score::{alone, only_near};
use super::{Group, germany};

/// Words for a registration of any country.
pub(super) const PLATE_WORDS: &str = "plate plates licenseplate licenceplate numberplate registration reg vehicle car carreg \
    vehicleregistration regno tag";

/// A vehicle's registration, of a country not listed.
pub(super) const PLATE: Definition = define("vehicle_plate", "VEHICLE_PLATE", Group::Document)
    .forms(&[
        form(r"[A-Z]{2}-\d{3}-[A-Z]{2}", alone(55).near(85)).check(mixed),
        // France and Italy, with blanks; Spain.
        form(r"[A-Z]{2} \d{3} ?[A-Z]{2}", only_near(85)).case_sensitive(),
        // The United Kingdom, with two blanks, and others with letters behind.
        form(r"[A-Z]{1,3} \d{1,4} [A-Z]{1,3}", only_near(84)).within(2).case_sensitive(),
        form(r"\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}", only_near(85)).case_sensitive(),
    ])
    .code_in_capitals((4, 9), only_near(60))
    .words(&[
        PLATE_WORDS,
        germany::PLATE_WORDS,
        "immatriculation plaque matricula targa targata kenteken voiture coche macchina",
    ]);

/// A vehicle's identification number.
pub(super) const VIN: Definition = define("vin", "VIN", Group::Document)
    .forms(&[
        form(r"[A-Z0-9]{17}", alone(75).near(90)).check(vin),
        form(r"[A-Z0-9]{17}", alone(15).near(85)).check(vin_form),
    ])
    .words(&["vin chassis vehicleidentification fahrgestellnummer fahrzeugidentifizierungsnummer \
        fin telaio bastidor"]);

/// The check character of 49 CFR 565.15, which North America and China require.
fn vin(code: &[u8]) -> bool {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'R' => u32::from(byte - b'J') + 1,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => 0,
    };
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = code.iter().zip(weights).map(|(byte, weight)| value(*byte) * weight).sum();
    let check = match sum % 11 {
        10 => b'X',
        rest => b'0' + u8::try_from(rest).unwrap_or(0),
    };
    letter(code, 8) == check && vin_form(code)
}

/// The characters of ISO 3779: no I, O or Q, and digits at the end. Letters alone or digits alone are something else.
fn vin_form(code: &[u8]) -> bool {
    let numbers = code.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = code.iter().all(|byte| !matches!(byte, b'I' | b'O' | b'Q'));
    code.len() == 17 && letters && (5..=15).contains(&numbers) && code.iter().skip(13).all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vehicle_has_its_check_character() {
        assert!(vin(b"1M8GDM9AXKP042788") && !vin(b"1M8GDM9A1KP042788"));
        assert!(vin_form(b"1M8GDM9A1KP042788") && !vin_form(b"1M8GDM9AIKP042788"));
    }
}
