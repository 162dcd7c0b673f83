//! Format-preserving encryption (FF1 of NIST SP 800-38G): a number becomes another number of the same form.
//!
//! Revision 1 of the standard demands a million numbers of the form. Rooms, security codes and PINs have fewer and
//! are not encrypted. The check digits of cards (Luhn) and IBANs stay right, so that programs that check them go on
//! working.

mod numerals;

use aes::Aes256;
use fpe::ff1::FF1;

use super::OperatorKeys;
use crate::{Group, Kind};
use numerals::{Numerals, TEN};

/// Appends the encrypted value. `None` if its form does not allow it.
pub(super) fn encrypt(kind: Option<Kind>, value: &str, keys: &OperatorKeys, out: &mut String) -> Option<()> {
    out.push_str(&turned(kind?, value, keys, Way::There)?);
    Some(())
}

/// The value from which [`Operator::Encrypt`](super::Operator::Encrypt) made `text`; `None` if the form of `text`
/// does not allow it. Wrong keys give a wrong value and no error: every number of the form decrypts to another.
pub fn decrypt(kind: Kind, text: &str, keys: &OperatorKeys) -> Option<String> {
    turned(kind, text, keys, Way::Back)
}

#[derive(Clone, Copy)]
enum Way {
    There,
    Back,
}

fn turned(kind: Kind, value: &str, keys: &OperatorKeys, way: Way) -> Option<String> {
    if !is_number(kind) {
        return None;
    }
    // The country of an IBAN stays, and its check digits are computed again.
    let kept = if kind == Kind::Iban { value.get(..4)? } else { "" };
    let rest = value.get(kept.len()..)?;
    if rest.chars().any(|c| c.is_alphanumeric() && !c.is_ascii_digit()) {
        return None;
    }
    let digits = Numerals::of(rest)?;
    let cipher = FF1::<Aes256>::new(keys.format(), TEN).ok()?;
    let turn = |digits: &Numerals| match way {
        Way::There => cipher.encrypt(kind.name().as_bytes(), digits).ok(),
        Way::Back => cipher.decrypt(kind.name().as_bytes(), digits).ok(),
    };
    let digits = if kind == Kind::PaymentCard { card(digits, turn)? } else { turn(&digits)? };
    let mut digits = digits.iter();
    let rest: String = rest.chars().map(|c| if c.is_ascii_digit() { next(&mut digits) } else { c }).collect();
    match kept {
        "" => Some(rest),
        kept => Some(format!("{}{:02}{rest}", kept.get(..2)?, check_digits(kept.get(..2)?, &rest)?)),
    }
}

fn next(digits: &mut impl Iterator<Item = u8>) -> char {
    (b'0' + digits.next().unwrap_or_default()).into()
}

/// A permutation of the numbers with a right check digit, and another of those with a wrong one.
fn card(digits: Numerals, turn: impl Fn(&Numerals) -> Option<Numerals>) -> Option<Numerals> {
    let valid =
        |digits: &Numerals| digits.without_last().is_some_and(|front| luhn(front.iter()) == digits.last());
    if valid(&digits) {
        let front = turn(&digits.without_last()?)?;
        let check = luhn(front.iter())?;
        return front.with(check);
    }
    // Nine numbers in ten have a wrong check digit: this ends soon.
    let mut turned = turn(&digits)?;
    while valid(&turned) {
        turned = turn(&turned)?;
    }
    Some(turned)
}

/// The check digit of these digits (Luhn).
fn luhn(digits: impl DoubleEndedIterator<Item = u8>) -> Option<u8> {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(digit) * 2) {
            (0, double) if double > 9 => double - 9,
            (0, double) => double,
            _ => u32::from(digit),
        })
        .sum();
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// The check digits of an IBAN (ISO 13616): 98 minus the remainder modulo 97.
fn check_digits(country: &str, account: &str) -> Option<u32> {
    let mut rest = 0;
    for c in account.chars().chain(country.chars()).chain("00".chars()).filter(|c| c.is_alphanumeric()) {
        let value = c.to_digit(36)?;
        rest = (rest * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    Some(98 - rest)
}

/// Is a value of this kind a long number? Programs that read it must not depend on ranges or on other check digits.
fn is_number(kind: Kind) -> bool {
    match kind.group() {
        Group::Money => !matches!(kind, Kind::CardSecurityCode | Kind::Bic | Kind::CryptoWallet),
        Group::Contact => kind == Kind::Phone,
        Group::Network => kind == Kind::Imei,
        Group::Stay => kind == Kind::Booking,
        Group::Document | Group::Health | Group::Business | Group::Own => kind != Kind::Mrz,
        Group::NationalId => kind != Kind::DePlz,
        Group::Secret | Group::Person | Group::Place => false,
    }
}

#[cfg(test)]
mod tests {
    use aes::{Aes128, Aes256};

    use super::*;

    fn keys() -> OperatorKeys {
        OperatorKeys::derive(b"a secret of a robot, for tests", "front_desk").unwrap()
    }

    fn encrypted(kind: Kind, value: &str) -> Option<String> {
        let mut out = String::new();
        encrypt(Some(kind), value, &keys(), &mut out).map(|()| out)
    }

    #[test]
    fn the_samples_of_nist_are_reproduced() {
        let digits = |text: &str| Numerals::of(text).unwrap();
        let text =
            |numerals: Numerals| numerals.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
        let key = [
            0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c,
            0xef, 0x43, 0x59, 0xd8, 0xd5, 0x80, 0xaa, 0x4f, 0x7f, 0x03, 0x6d, 0x6f, 0x04, 0xfc, 0x6a, 0x94,
        ];
        let (short, long) =
            (FF1::<Aes128>::new(&key[..16], TEN).unwrap(), FF1::<Aes256>::new(&key, TEN).unwrap());
        // Samples 1, 2, 7 and 8: those with digits, and keys of 128 and 256 bits.
        for (tweak, sample_128, sample_256) in
            [(&b""[..], "2433477484", "6657667009"), (&b"9876543210"[..], "6124200773", "1001623463")]
        {
            let plain = digits("0123456789");
            let (a, b) = (short.encrypt(tweak, &plain).unwrap(), long.encrypt(tweak, &plain).unwrap());
            assert_eq!(
                (text(long.decrypt(tweak, &b).unwrap()), text(short.decrypt(tweak, &a).unwrap())),
                (text(digits("0123456789")), text(plain))
            );
            assert_eq!((text(a).as_str(), text(b).as_str()), (sample_128, sample_256));
        }
    }

    #[test]
    fn a_number_becomes_another_of_its_form_and_comes_back() {
        let numbers = [
            (Kind::PaymentCard, "4111 1111 1111 1111"),
            (Kind::PaymentCard, "4111-1111-1111-1112"),
            (Kind::Phone, "+44 (7700) 900123"),
            (Kind::UsSsn, "219-09-9999"),
            (Kind::Iban, "DE89 3704 0044 0532 0130 00"),
            (Kind::Booking, "000000"),
            (Kind::BankAccount, "123456789012345678901234567890123456"),
        ];
        for (kind, number) in numbers {
            let other = encrypted(kind, number).unwrap();
            let form = |text: &str| {
                text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect::<String>()
            };
            assert_eq!((form(&other), other != number), (form(number), true), "{other}");
            assert_eq!(decrypt(kind, &other, &keys()).as_deref(), Some(number));
        }
    }

    #[test]
    fn cards_and_accounts_stay_valid() {
        for last in 0..100 {
            let front = Numerals::of(&format!("41111111111{last:04}")).unwrap();
            let check = luhn(front.iter()).unwrap();
            let valid = front.with(check).unwrap();
            let text: String = valid.iter().map(|digit| char::from(b'0' + digit)).collect();
            let other = encrypted(Kind::PaymentCard, &text).unwrap();
            assert_eq!(luhn(other[..15].bytes().map(|b| b - b'0')), Some(other.as_bytes()[15] - b'0'));
        }
        let iban = encrypted(Kind::Iban, "DE89370400440532013000").unwrap();
        assert_eq!(
            check_digits("DE", &iban[4..]).map(|check| format!("{check:02}")).as_deref(),
            Some(&iban[2..4])
        );
        assert_eq!(check_digits("DE", "370400440532013000"), Some(89));
    }

    #[test]
    fn a_form_of_too_few_numbers_is_not_encrypted() {
        for (kind, value) in [
            (Kind::Booking, "12345"),
            (Kind::Room, "1234567"),
            (Kind::CardSecurityCode, "123456"),
            (Kind::Password, "12345678"),
            (Kind::Passport, "C01X00T47"),
            (Kind::Iban, "GB82WEST12345698765432"),
            (Kind::Iban, "DÉ"),
            (Kind::BankAccount, "1234567890123456789012345678901234567"),
            (Kind::Phone, "four one one one two three four"),
        ] {
            assert_eq!(encrypted(kind, value), None, "{kind} {value}");
        }
    }
}
