//! Germany.

use super::calendar::ddmmyy;
use super::checksums::{digit, icao, letter, mod_11_10, monotone, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids, postcodes, vehicles};

/// German words for a passport.
pub(super) const PASSPORT_WORDS: &str = "reisepass pass reisepassnummer passnummer ausweisnummer";

/// German words for a driving licence.
pub(super) const LICENCE_WORDS: &str = "fuhrerschein fuhrerscheinnummer fahrerlaubnis";

/// German words for a vehicle registration.
pub(super) const PLATE_WORDS: &str =
    "kennzeichen kfz kfzkennzeichen autokennzeichen nummernschild fahrzeug auto";

/// German words for an identity card.
pub(super) const ID_CARD_WORDS: &str = "personalausweis ausweis personalausweisnummer ausweisnummer";

/// A German passport.
pub(super) const PASSPORT: Definition = define("de_passport", "DE_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z][A-Z0-9]{7}\d", alone(30).near(85)).check(passport)])
    .words(&[documents::PASSPORT_WORDS, PASSPORT_WORDS]);

/// A German driving licence.
pub(super) const DRIVING_LICENCE: Definition =
    define("de_fuehrerschein", "DE_FUEHRERSCHEIN", Group::Document)
        .covered_by("driving_licence")
        .forms(&[form(r"[A-Z0-9]{2}\d{8}[A-Z0-9]", alone(15).near(80)).check(driving_licence)])
        .words(&[documents::LICENCE_WORDS, LICENCE_WORDS]);

/// A German vehicle registration.
pub(super) const VEHICLE_REGISTRATION: Definition = define("de_kfz", "DE_KFZ", Group::Document)
    .covered_by("vehicle_plate")
    .forms(&[
        form(r"[A-Z]{1,3}[ -][A-Z]{1,2}[ -]\d{1,4}[EH]?", alone(35).near(80)).case_sensitive(),
        form(r"[a-z]{1,3}-[a-z]{1,2}[ -]\d{1,4}[eh]?", alone(5).near(80)),
        form(r"(?:[A-Z]|Ä|Ö|Ü){1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?", alone(45).near(85)),
    ])
    .words(&[vehicles::PLATE_WORDS, PLATE_WORDS]);

/// A German identity card.
pub(super) const ID_CARD: Definition = define("de_id_card", "DE_ID_CARD", Group::NationalId)
    .forms(&[
        form(r"[A-Z][A-Z0-9]{7}\d", alone(30).near(85)).check(document),
        form(r"T\d{8}", alone(5).near(70)),
    ])
    .words(&[national_ids::ID_WORDS, ID_CARD_WORDS]);

/// A German tax identification number.
pub(super) const TAX_ID: Definition = define("de_tax_id", "DE_TAX_ID", Group::NationalId)
    .forms(&[
        form(r"\d{11}", alone(25).near(90)).check(tax_id),
        form(r"\d{2} \d{3} \d{3} \d{3}", alone(60).near(90)).check(tax_id),
    ])
    .words(&[
        national_ids::TAX_WORDS,
        "steuerid steueridentifikationsnummer idnr steuer identifikationsnummer steueridnr",
    ]);

/// A German tax number.
pub(super) const TAX_NUMBER: Definition = define("de_tax_number", "DE_TAX_NUMBER", Group::NationalId)
    .forms(&[
        form(r"\d{2,3}/\d{3,4}/\d{4,5}", alone(50).near(85)).check(tax_number),
        form(r"\d{13}", alone(5).near(75)).check(tax_number),
    ])
    .words(&[national_ids::TAX_WORDS, "steuernummer stnr steuer finanzamt"]);

/// A German pension insurance number.
pub(super) const PENSION_INSURANCE: Definition =
    define("de_social_security", "DE_SOCIAL_SECURITY", Group::NationalId)
        .forms(&[form(r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", alone(80).near(95)).check(pension_insurance)])
        .words(&["rvnr rvnummer svnummer sozialversicherungsnr rentenversicherung rentenversicherungsnummer sozialversicherung \
        sozialversicherungsnummer svnr versicherungsnummer sozialversicherungsausweis"]);

/// A German postal code.
pub(super) const POSTCODE: Definition = define("de_plz", "DE_PLZ", Group::Place)
    .covered_by("postcode")
    .forms(&[form(r"\d{5}", alone(5).near(66)).check(postcode).within(2)])
    .words(&[postcodes::POSTCODE_WORDS]);

/// A German health insurance number.
pub(super) const HEALTH_INSURANCE: Definition =
    define("de_health_insurance", "DE_HEALTH_INSURANCE", Group::Health)
        .forms(&[form(r"[A-Z]\d{9}", alone(50).near(90)).check(health_insurance)])
        .words(&["kvnr krankenkasse krankenversicherung krankenversichertennummer versichertennummer \
        versichertenkarte gesundheitskarte krankenversicherungsnummer"]);

/// A German physician's number.
pub(super) const PHYSICIAN: Definition = define("de_lanr", "DE_LANR", Group::Health)
    .forms(&[form(r"\d{9}", alone(8).near(85)).check(physician)])
    .words(&["lanr arztnummer arzt arztnr lebenslangearztnummer"]);

/// A German practice's number.
pub(super) const PRACTICE: Definition = define("de_bsnr", "DE_BSNR", Group::Health)
    .forms(&[form(r"\d{9}", alone(4).near(80)).check(practice)])
    .words(&["bsnr betriebsstatte betriebsstattennummer betriebsstatten praxis"]);

/// A German VAT number.
pub(super) const VAT_ID: Definition = define("de_vat_id", "DE_VAT_ID", Group::Business)
    .forms(&[form(r"(?i)de ?\d{3}[ .-]?\d{3}[ .-]?\d{3}", alone(70).near(92)).check(vat_id).case_sensitive()])
    .words(&[
        national_ids::TAX_WORDS,
        "ustid ustidnr umsatzsteuer umsatzsteueridentifikationsnummer mwst vatid",
    ]);

/// A German commercial register number.
pub(super) const COMMERCIAL_REGISTER: Definition =
    define("de_handelsregister", "DE_HANDELSREGISTER", Group::Business)
        .forms(&[
            form(r"(?i)hr[ab] ?\d{1,6}(?: [a-z]{1,2})?", alone(65).near(85)),
            form(r"(?i)hr[ab] ?\d{1,6}", alone(66).near(86)).case_sensitive(),
        ])
        .words(&["handelsregister amtsgericht registergericht handelsregisternummer"]);

/// A passport or identity card: the ninth character checks the other eight (ICAO Doc 9303-3, 4.9).
fn document(code: &[u8]) -> bool {
    let letters = code.iter().all(|byte| byte.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(byte));
    code.len() == 9
        && letters
        && letter(code, 8).is_ascii_digit()
        && icao(code.get(..8).unwrap_or_default()) == digit(code, 8)
}

/// The serial number of a passport begins with one of these letters; that of an identity card may have others.
fn passport(code: &[u8]) -> bool {
    b"CFGHJKL".contains(&letter(code, 0)) && document(code)
}

/// A driving licence: two characters of the authority, eight digits, a check character.
fn driving_licence(code: &[u8]) -> bool {
    code.len() == 11 && code.iter().take(2).any(u8::is_ascii_uppercase)
}

/// A tax identification number (§ 139b AO): MOD 11,10; of the first ten digits at most one repeats.
fn tax_id(code: &[u8]) -> bool {
    let count = |value: u8| code.iter().take(10).filter(|byte| **byte == b'0' + value).count();
    let again = (0..10).filter(|value| count(*value) > 1).count();
    let most = (0..10).map(count).max().unwrap_or(0);
    code.len() == 11 && digit(code, 0) != 0 && again <= 1 && most <= 3 && mod_11_10(code)
}

/// A tax number in the 13 digits of all states (ELSTER): a tax office, then a 0.
fn tax_number(code: &[u8]) -> bool {
    let state = matches!(number(code, 0, 2), 10 | 11 | 21..=24 | 26..=28 | 30..=32 | 40 | 41 | 50..=57 | 91..=93 | 1..=9);
    !monotone(code)
        && (code.len() != 13
            || (digit(code, 4) == 0 && state)
            || digit(code, 0) == 0 && number(code, 0, 3) > 9)
}

/// The number of the pension insurance (§ 147 SGB VI, § 4 VKVV): an area, a day of birth, a check digit.
fn pension_insurance(code: &[u8]) -> bool {
    let area = matches!(number(code, 0, 2), 2..=4 | 8..=21 | 23..=26 | 28 | 29 | 38..=40 | 42..=44 | 48..=54 | 56..=82 | 89);
    let born = letter(code, 8).wrapping_sub(b'A');
    let value = u32::from(born) + 1;
    let weights = [2, 1, 2, 5, 7, 1, 2, 1];
    let cross = |value: u32| value / 10 + value % 10;
    let sum: u32 =
        weights.iter().enumerate().map(|(at, weight)| cross(digit(code, at) * weight)).sum::<u32>()
            + cross(value / 10 * 2)
            + cross(value % 10)
            + cross(digit(code, 9) * 2)
            + cross(digit(code, 10));
    area && born < 26 && ddmmyy(code, 2) && sum % 10 == digit(code, 11)
}

/// A postal code: 01001 to 99998.
fn postcode(code: &[u8]) -> bool {
    code.len() == 5 && (1001..=99998).contains(&number(code, 0, 5))
}

/// A health insurance number (§ 290 SGB V): the letter as two digits, weights 1 and 2.
fn health_insurance(code: &[u8]) -> bool {
    let first = u32::from(letter(code, 0).wrapping_sub(b'A')) + 1;
    let cross = |value: u32| value / 10 + value % 10;
    let sum: u32 = first / 10
        + cross(first % 10 * 2)
        + (1..9).map(|at| cross(digit(code, at) * if at % 2 == 1 { 1 } else { 2 })).sum::<u32>();
    code.len() == 10 && first <= 26 && sum % 10 == digit(code, 9)
}

/// The number of a physician (KBV): weights 4 and 9, then the group of specialists.
fn physician(code: &[u8]) -> bool {
    let sum = weighted(code, &[4, 9, 4, 9, 4, 9]);
    code.len() == 9 && (10 - sum % 10) % 10 == digit(code, 6) && number(code, 0, 6) > 0
}

/// The number of a practice begins with a region of the association of physicians (KBV).
fn practice(code: &[u8]) -> bool {
    let region = matches!(number(code, 0, 2), 1..=3 | 6..=21 | 24..=28 | 31 | 35..=41 | 43..=73 | 78..=81 | 83 | 85..=88 | 93..=96 | 98 | 99);
    code.len() == 9 && region && !monotone(code)
}

/// A VAT number: MOD 11,10.
fn vat_id(code: &[u8]) -> bool {
    code.strip_prefix(b"DE").is_some_and(|body| body.len() == 9 && digit(body, 0) > 0 && mod_11_10(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_a_check_digit() {
        assert!(document(b"L01X00T44") && !document(b"L01X00T45"));
        assert!(passport(b"L01X00T44"));
        let cards = (b'0'..=b'9').map(|last| [b"N1234567", &[last][..]].concat());
        assert_eq!(cards.filter(|card| document(card) && !passport(card)).count(), 1);
    }

    #[test]
    fn numbers_of_offices_have_their_check_digits() {
        // The examples of the Federal Central Tax Office and of the rules for insurance numbers.
        assert!(tax_id(b"86095742719") && !tax_id(b"86095742718"));
        assert!(pension_insurance(b"15070649C103") && !pension_insurance(b"15070649C104"));
        assert!(vat_id(b"DE136695976") && !vat_id(b"DE136695977"));
        assert!(physician(b"123456601") && !physician(b"123456701"));
    }

    #[test]
    fn a_health_insurance_number_has_its_check_digit() {
        let digits: Vec<u8> =
            (b'0'..=b'9').filter(|last| health_insurance(&[b"T00000000", &[*last][..]].concat())).collect();
        assert_eq!(digits.len(), 1);
    }

    #[test]
    fn a_practice_is_in_a_region_and_a_postal_code_in_its_range() {
        assert!(practice(b"021234500") && !practice(b"001234500"));
        assert!(postcode(b"10115") && !postcode(b"00115"));
    }
}
