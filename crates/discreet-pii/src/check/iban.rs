//! International bank account numbers (ISO 13616).

/// Each country of SWIFT's registry, the length of its numbers, and the form of what follows the check digits:
/// `n` a digit, `a` a letter, `c` either.
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

/// Countries of ISO 3166-1 that the registry lacks: banks are there too.
const OTHER_COUNTRIES: &str = "\
    AF AG AI AM AO AR AS AU AW BB BD BF BJ BM BN BO BS BT BW BZ CA CD CF CG CI CK CL CM CN CO CU CV CW DM DZ EC ER ET FJ FM \
    GA GD GG GH GM GN GQ GU GW GY HK HT ID IM IN IR JE JM JP KE KG KH KI KM KN KP KR KY LA LK LR LS MA MG MH ML MM MO MP \
    MS MV MW MX MY MZ NA NC NE NG NP NR NZ PA PE PF PG PH PW PY RW SB SG SL SN SR SS SY SZ TC TD TG TH TJ TM TO TT TV TW TZ \
    UG US UY UZ VC VE VN VU WF WS ZA ZM ZW";

/// How long a number of the country is, and its form.
fn entry(country: &[u8]) -> Option<(usize, &'static [u8])> {
    let entry = REGISTRY.split(';').find(|entry| entry.as_bytes().get(..2) == Some(country))?;
    let mut words = entry.split(' ').skip(1);
    Some((words.next()?.parse().ok()?, words.next()?.as_bytes()))
}

/// How many characters a number of the country has.
pub(crate) fn length(country: &[u8]) -> Option<usize> {
    entry(country).map(|(length, _)| length)
}

/// Is it a country, or a territory with banks of its own?
pub(crate) fn country(letters: &[u8]) -> bool {
    entry(letters).is_some() || OTHER_COUNTRIES.split(' ').any(|country| country.as_bytes() == letters)
}

/// The length and the form of the country, and ISO/IEC 7064 MOD 97-10.
pub(crate) fn iban(code: &[u8]) -> bool {
    let Some((length, form)) = code.get(..2).and_then(entry) else { return false };
    code.len() == length && code.get(4..).is_some_and(|rest| has_form(rest, form)) && remainder(code) == 1
}

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

fn remainder(code: &[u8]) -> u32 {
    let (head, tail) = code.split_at_checked(4).unwrap_or((code, &[]));
    tail.iter().chain(head).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => rest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_digit_a_wrong_length_and_a_wrong_country_are_found() {
        assert!(iban(b"GB82WEST12345698765432"));
        assert!(!iban(b"GB82WEST12345698765433"), "the check digits are of another number");
        assert!(!iban(b"GB82WEST1234569876543"), "too short");
        assert!(!iban(b"ZZ82WEST12345698765432"), "no country");
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
