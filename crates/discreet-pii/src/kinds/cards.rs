//! Payment cards (ISO/IEC 7812).

use super::Group;
use super::checksums::{digit, luhn, monotone, number};
use super::form::{Definition, define, form};
use super::score::{alone, only_near};

/// A payment card's number.
pub(super) const PAYMENT_CARD: Definition = define("payment_card", "CREDIT_CARD", Group::Money)
    .forms(&[
        form(r"\d{12,19}", alone(85).near(95)).check(card),
        form(r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,4}(?:[ -]\d{1,3})?", alone(90).near(95)).check(card),
        form(r"\d{4}[ -]\d{6}[ -]\d{4,5}", alone(90).near(95)).check(card),
    ])
    .words(&["card creditcard debitcard credit visa mastercard maestro amex americanexpress diners \
        discover jcb cc pan karte kreditkarte kartennummer bankkarte girokarte carte \
        cartebancaire cartecredit cartedecredit tarjeta tarjetadecredito carta \
        cartadicredito bancomat kartennr kreditkartennummer kreditkartennr debitkarte ec cb cartebleue \
        cartedebancaire cardnumber cardno cardonfile kaart kaartnummer creditcardnummer pasnummer \
        betaalpas cartao cartaodecredito cartaodedebito \
        karten kreditkarten bankkarten kaarten creditcards cartoes cartoesdecredito tarjetasdecredito"]);

/// A payment card's security code.
pub(super) const SECURITY_CODE: Definition = define("card_security_code", "CARD_CVV", Group::Money)
    .forms(&[form(r"\d{3,4}", only_near(75)).check(security_code).within(2)])
    .words(&["cvv cvc cvv2 cvc2 csc cid securitycode verificationcode cardcode prufziffer \
        prufnummer kartenprufnummer sicherheitscode cryptogramme codedesecurite \
        codigodeseguridad codicedisicurezza codigodeseguranca codigoseguranca beveiligingscode kaartcode codeonback \
        codigocvv codecvv codecvc kodcvv"]);

/// An issuer's range of ISO/IEC 7812-1 with its lengths, and Luhn's check digit.
pub(crate) fn card(code: &[u8]) -> bool {
    let (two, three, four) = (number(code, 0, 2), number(code, 0, 3), number(code, 0, 4));
    let lengths: &[usize] = match (two, three, four) {
        (_, _, 2014 | 2149) => &[15],              // enRoute
        (22..=27, _, 2221..=2720) => &[16],        // Mastercard
        (22, _, 2200..=2205) => &[16, 17, 18, 19], // Mir
        (34 | 37, ..) => &[15],                    // American Express
        (30, 300..=305, _) | (30, 309, _) | (36 | 38 | 39, ..) => &[14, 16, 19], // Diners Club
        (35, ..) => &[16, 17, 18, 19],             // JCB
        (_, _, 2131 | 1800) => &[15],              // JCB, old
        (30 | 31 | 33, _, 3088..=3094 | 3096..=3102 | 3112..=3120 | 3158..=3159 | 3337..=3349) => &[15, 16],
        (40..=49, ..) => &[13, 16, 19], // Visa
        (51..=55, ..) => &[16],         // Mastercard
        (50 | 56..=59 | 61 | 63 | 66..=69, ..) => &[12, 13, 14, 15, 16, 17, 18, 19], // Maestro
        (60 | 62 | 64 | 65, ..) => &[12, 13, 14, 15, 16, 17, 18, 19], // Discover, UnionPay, RuPay, Maestro
        (81, ..) => &[16, 17, 18, 19],  // UnionPay, RuPay
        (10..=19, ..) => &[15],         // airlines (UATP)
        _ => return false,
    };
    lengths.contains(&code.len()) && luhn(code) && !monotone(code)
}

/// Three or four digits.
fn security_code(code: &[u8]) -> bool {
    (3..=4).contains(&code.len()) && digit(code, 0) < 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_an_issuer_a_length_and_a_check_digit() {
        assert!(card(b"4111111111111111") && card(b"5105105105105100") && card(b"378282246310005"));
        assert!(!card(b"4111111111111112"), "a wrong digit");
        assert!(!card(b"9111111111111119"), "not an issuer");
        assert!(!card(b"41111111111113"), "not a length of Visa");
    }
}
