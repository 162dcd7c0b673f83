//! Cards, accounts, wallets.

use super::super::check::{iban, money};
use super::{Rule, code};
use crate::Kind;

pub(super) const RULES: &[Rule] = &[
    code(Kind::PaymentCard, r"\d{12,19}", 85, 95, money::card),
    code(Kind::PaymentCard, r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,4}(?:[ -]\d{1,3})?", 90, 95, money::card),
    code(Kind::PaymentCard, r"\d{4}[ -]\d{6}[ -]\d{4,5}", 90, 95, money::card),
    code(Kind::CardSecurityCode, r"\d{3,4}", 0, 75, money::security_code).within(2),
    code(Kind::BankAccount, r"\d{8,17}", 5, 55, super::super::check::documents::with_digits),
    code(Kind::BankAccount, r"\d{3}-\d{5,8}-\d{1,3}", 5, 60, super::super::check::documents::with_digits),
    code(Kind::BankRouting, r"\d{9}", 20, 80, money::aba),
    code(Kind::BankRouting, r"\d{4}-\d{4}-\d", 50, 85, money::aba),
    code(Kind::BankRouting, r"\d{2}-\d{2}-\d{2}", 5, 75, money::sort_code).within(2),
    code(Kind::Bic, r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", 0, 80, money::bic).within(3).as_written(),
];

/// How an account's number begins; what follows is as long as its country says.
pub(crate) fn iban(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let head: &[u8; 4] = bytes.get(start..)?.first_chunk()?;
    let [a, b, c, d] = *head;
    let small = a.is_ascii_lowercase();
    if !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return None;
    }
    let wanted = iban::length(&[a.to_ascii_uppercase(), b.to_ascii_uppercase()])?;
    let mut number = [0_u8; 34];
    let (mut count, mut end) = (0, start);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        let joiner = matches!(byte, b' ' | b'-') && count > 0;
        if byte.is_ascii_alphanumeric() && (byte.is_ascii_digit() || byte.is_ascii_lowercase() == small) {
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
    (whole && number.get(..count).is_some_and(iban::iban)).then_some(end)
}
