//! International bank account numbers (ISO 13616). They have too many lengths for a pattern: [`end`] reads them.

use super::Group;
use super::checksums::mod_97_10;
use super::form::{Definition, define};
use super::score::{Scores, alone, only_near};

/// An international bank account number.
pub(super) const IBAN: Definition = define("iban", "IBAN_CODE", Group::Money)
    .words(&["iban rib bankverbindung kontoverbindung coordinatebancarie coordonneesbancaires bankrekening"]);

/// The scores of a number with the length and form of its country and right check digits.
pub(crate) const SCORES: Scores = alone(95).near(98);
/// The scores of one that is wrong.
pub(crate) const MISREAD: Scores = only_near(83);

/// The end of the account number that begins at `start`. Its country gives the length; blanks and hyphens may
/// separate groups.
pub(crate) fn end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let head: &[u8; 4] = bytes.get(start..)?.first_chunk()?;
    let [a, b, c, d] = *head;
    // `De89`: some write it as a word.
    let small = b.is_ascii_lowercase();
    if !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return None;
    }
    let wanted = length(&[a.to_ascii_uppercase(), b.to_ascii_uppercase()])?;
    let mut number = [0_u8; 34];
    let (mut count, mut end) = (0, start);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        let joiner = matches!(byte, b' ' | b'-' | b'.' | b'/') && count > 0;
        let of_case = at == start || byte.is_ascii_digit() || byte.is_ascii_lowercase() == small;
        if byte.is_ascii_alphanumeric() && of_case {
            *number.get_mut(count)? = byte.to_ascii_uppercase();
            count += 1;
            end = at + 1;
            if count == wanted {
                break;
            }
        } else if !joiner || end != at {
            return None;
        }
    }
    let whole = bytes.get(end).is_none_or(|next| !next.is_ascii_alphanumeric());
    (whole && number.get(..count).is_some_and(valid)).then_some(end)
}

/// The end of a number that begins like an account number but has a wrong length or wrong check digits: two letters, two digits, and 8 to 30 letters and digits in groups.
pub(crate) fn misread_end(bytes: &[u8], start: usize) -> Option<usize> {
    let head: &[u8; 4] = bytes.get(start..)?.first_chunk()?;
    let [a, b, c, d] = *head;
    let small = b.is_ascii_lowercase();
    if !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return None;
    }
    let of_case = |byte: u8| {
        byte.is_ascii_digit() || (byte.is_ascii_alphabetic() && byte.is_ascii_lowercase() == small)
    };
    let (mut count, mut digits, mut end) = (0, 0, start);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        if (of_case(*byte) || at == start) && count < 34 {
            (count, digits, end) = (count + 1, digits + usize::from(byte.is_ascii_digit()), at + 1);
        } else if !matches!(byte, b' ' | b'-' | b'.' | b'/')
            || end != at
            || !group_follows(bytes, at + 1, of_case)
        {
            break;
        }
    }
    let whole = bytes.get(end).is_none_or(|next| !next.is_ascii_alphanumeric());
    (whole && (12..=34).contains(&count) && digits >= 8).then_some(end)
}

/// Does a group with a digit follow, so that a word behind the number is not taken for a part of it?
fn group_follows(bytes: &[u8], at: usize, of_case: impl Fn(u8) -> bool) -> bool {
    let group = bytes.get(at..).unwrap_or_default();
    let length = group.iter().take(5).take_while(|byte| of_case(**byte)).count();
    let digit = |at: usize| group.get(at).is_some_and(u8::is_ascii_digit);
    // `GB54 CURH 9347`: the letters of the bank, and digits behind them.
    (1..=4).contains(&length)
        && (group.iter().take(length).any(u8::is_ascii_digit) || length == 4 && digit(5))
}

/// The countries of SWIFT's registry, each with the length of its numbers and the form of the part behind the check
/// digits: `n` is a digit, `a` a letter, `c` either.
const REGISTRY: &str = "\
    AD 24 n8c12;AE 23 n19;AL 28 n8c16;AT 20 n16;AZ 28 a4c20;BA 20 n16;BE 16 n12;BG 22 a4n6c8;BH 22 a4c14;BI 27 n23;\
    BR 29 n23a1c1;BY 28 c4n4c16;CH 21 n5c12;CR 22 n18;CY 28 n8c16;CZ 24 n20;DE 22 n18;DJ 27 n23;DK 18 n14;\
    DO 28 c4n20;EE 20 n16;EG 29 n25;ES 24 n20;FI 18 n14;FK 18 a2n12;FO 18 n14;FR 27 n10c11n2;GB 22 a4n14;\
    GE 22 a2n16;GI 23 a4c15;GL 18 n14;GR 27 n7c16;GT 28 c20c4;HN 28 a4n20;HR 21 n17;HU 28 n24;IE 22 a4n14;IL 23 n19;\
    IQ 23 a4n15;IS 26 n22;IT 27 a1n10c12;JO 30 a4n4c18;KW 30 a4c22;KZ 20 n3c13;LB 28 n4c20;LC 32 a4c24;\
    LI 21 n5c12;LT 20 n16;LU 20 n3c13;LV 21 a4c13;LY 25 n21;MC 27 n10c11n2;MD 24 c2c18;ME 22 n18;MK 19 n3c10n2;\
    MN 20 n16;MR 27 n23;MT 31 a4n5c18;MU 30 a4n19a3;NI 28 a4n20;NL 18 a4n10;NO 15 n11;OM 23 n3c16;PK 24 a4c16;\
    PL 28 n24;PS 29 a4c21;PT 25 n21;QA 29 a4c21;RO 24 a4c16;RS 22 n18;RU 33 n14c15;SA 24 n2c18;SC 31 a4n20a3;\
    SD 18 n14;SE 24 n20;SI 19 n15;SK 24 n20;SM 27 a1n10c12;SO 23 n19;ST 25 n21;SV 28 a4n20;TL 23 n19;TN 24 n20;\
    TR 26 n5c17;UA 29 n6c19;VA 22 n18;VG 24 a4n16;XK 20 n16;YE 30 a4n4c18";

/// The countries of ISO 3166-1 that the registry lacks. They have banks with codes of ISO 9362.
const OTHER_COUNTRIES: &str = "\
    AF AG AI AM AO AR AS AU AW BB BD BF BJ BM BN BO BS BT BW BZ CA CD CF CG CI CK CL CM CN CO CU CV CW DM DZ EC ER ET FJ FM \
    GA GD GG GH GM GN GQ GU GW GY HK HT ID IM IN IR JE JM JP KE KG KH KI KM KN KP KR KY LA LK LR LS MA MG MH ML MM MO MP \
    MS MV MW MX MY MZ NA NC NE NG NP NR NZ PA PE PF PG PH PW PY RW SB SG SL SN SR SS SY SZ TC TD TG TH TJ TM TO TT TV TW TZ \
    UG US UY UZ VC VE VN VU WF WS ZA ZM ZW";

/// The place of each country in [`REGISTRY`], by its two letters: one more than that of its first byte, or 0.
static PLACES: [u16; 26 * 26] = {
    let registry = REGISTRY.as_bytes();
    let (mut places, mut at) = ([0; 26 * 26], 0);
    while at < registry.len() {
        // Evaluated by the compiler, never at run time.
        #[allow(clippy::indexing_slicing)]
        {
            let (one, other) = ((registry[at] - b'A') as usize, (registry[at + 1] - b'A') as usize);
            places[one * 26 + other] = at as u16 + 1;
            while at < registry.len() && registry[at] != b';' {
                at += 1;
            }
        }
        at += 1;
    }
    places
};

/// The length of the numbers of a country, and their form.
fn entry(country: &[u8]) -> Option<(usize, &'static [u8])> {
    let &[one @ b'A'..=b'Z', other @ b'A'..=b'Z'] = country else { return None };
    let place = PLACES.get(usize::from(one - b'A') * 26 + usize::from(other - b'A'))?;
    let entry = REGISTRY.get(usize::from(place.checked_sub(1)?)..)?;
    let form = entry.as_bytes().get(6..)?.split(|byte| *byte == b';').next()?;
    Some((entry.get(3..5)?.parse().ok()?, form))
}

/// The number of characters of a number of the country.
fn length(country: &[u8]) -> Option<usize> {
    entry(country).map(|(length, _)| length)
}

/// Is this a country, or a territory with banks of its own?
pub(super) fn country(letters: &[u8]) -> bool {
    entry(letters).is_some() || OTHER_COUNTRIES.split(' ').any(|country| country.as_bytes() == letters)
}

/// The length and the form of the country, and the check digits.
fn valid(code: &[u8]) -> bool {
    let Some((length, form)) = code.get(..2).and_then(entry) else { return false };
    code.len() == length
        && code.get(4..).is_some_and(|rest| has_form(rest, form))
        && rotated_remainder(code) == 1
}

/// Does the part behind the check digits have the form of the registry?
fn has_form(mut rest: &[u8], form: &[u8]) -> bool {
    let mut form = form.iter().copied().peekable();
    while let Some(sort) = form.next() {
        let mut count = 0;
        while let Some(byte) = form.next_if(u8::is_ascii_digit) {
            count = count * 10 + usize::from(byte - b'0');
        }
        let Some((part, after)) = rest.split_at_checked(count) else { return false };
        let fits = part.iter().all(|byte| match sort {
            b'n' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_alphanumeric(),
        });
        if !fits {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

/// The remainder of the number with its first four characters moved to the end.
fn rotated_remainder(code: &[u8]) -> u32 {
    let (head, tail) = code.split_at_checked(4).unwrap_or((code, &[]));
    mod_97_10(tail.iter().chain(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_digit_a_wrong_length_and_a_wrong_country_are_found() {
        assert!(valid(b"GB82WEST12345698765432"));
        assert!(!valid(b"GB82WEST12345698765433"), "the check digits are of another number");
        assert!(!valid(b"GB82WEST1234569876543"), "too short");
        assert!(!valid(b"ZZ82WEST12345698765432"), "not a country");
    }

    #[test]
    fn letters_may_have_any_case_if_it_is_the_same_behind_the_first_one() {
        for text in ["DE89 3704 0044 0532 0130 00", "De89 3704 0044 0532 0130 00", "de89370400440532013000"] {
            assert_eq!(end(text, 0), Some(text.len()), "{text}");
        }
        assert_eq!(end("Gb29 nwbk 6016 1331 9268 19", 0), Some(27));
        assert_eq!(misread_end(b"De89 3704 0044 0532 0130 01", 0), Some(27));
        assert_eq!(end("DE89 3704 0044 0532 0130 01", 0), None);
    }

    #[test]
    fn every_form_of_the_registry_adds_up_to_its_length() {
        for entry in REGISTRY.split(';') {
            let (length, form) = super::entry(entry.get(..2).unwrap().as_bytes()).unwrap();
            let counts =
                std::str::from_utf8(form).unwrap().split(['n', 'a', 'c']).filter(|count| !count.is_empty());
            assert_eq!(
                counts.map(|count| count.parse::<usize>().unwrap()).sum::<usize>() + 4,
                length,
                "{entry}"
            );
        }
    }
}
