//! Sweden.

use super::calendar::day_of;
use super::checksums::{digit, luhn, number};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Swedish identity number.
pub(super) const PERSONNUMMER: Definition = define("se_personnummer", "SE_PERSONNUMMER", Group::NationalId)
    .forms(&[
        form(r"(?:\d{2})?\d{6}[-+]\d{4}", alone(75).near(92)).check(personnummer),
        form(r"\d{10}|\d{12}", alone(25).near(90)).check(personnummer),
    ])
    .words(&[national_ids::ID_WORDS, "personnummer pnr samordningsnummer swedishid"]);

/// A Swedish organisation number.
pub(super) const ORGANISATIONSNUMMER: Definition =
    define("se_organisationsnummer", "SE_ORGANISATIONSNUMMER", Group::Business)
        .forms(&[
            form(r"\d{6}-\d{4}", alone(50).near(90)).check(organisationsnummer),
            form(r"\d{10}", alone(10).near(86)).check(organisationsnummer),
        ])
        .words(&["organisationsnummer orgnr organisation company foretag companyidentity"]);

/// A day of birth (plus 60 in a coordination number), and Luhn over ten digits.
fn personnummer(code: &[u8]) -> bool {
    let Some(ten) = code.len().checked_sub(10).and_then(|from| code.get(from..)) else { return false };
    let century = if code.len() == 12 { number(code, 0, 2) } else { 20 };
    let day = number(ten, 4, 2);
    let day = if day > 60 { day - 60 } else { day };
    let born = |century: u64| day_of(century * 100 + number(ten, 0, 2), number(ten, 2, 2), day);
    matches!(code.len(), 10 | 12) && matches!(century, 18..=20) && (born(century) || born(19)) && luhn(ten)
}

/// An organisation: the third digit is at least 2, so that the number contains no month; Luhn.
fn organisationsnummer(code: &[u8]) -> bool {
    let ten = code.strip_prefix(b"16").filter(|rest| rest.len() == 10).unwrap_or(code);
    ten.len() == 10 && digit(ten, 2) >= 2 && digit(ten, 0) != 0 && luhn(ten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_check_digits_and_persons_a_day_of_birth() {
        assert!(personnummer(b"8112189876") && personnummer(b"198112189876"));
        assert!(!personnummer(b"8112189875") && !personnummer(b"8113189876"));
        assert!(organisationsnummer(b"5560360793") && !organisationsnummer(b"5560360794"));
    }
}
