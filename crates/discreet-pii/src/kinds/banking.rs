//! Bank accounts, routing numbers and bank codes. International account numbers are in `iban.rs`.

use super::checksums::{monotone, number, varied, weighted};
use super::form::{Definition, define, form};
use super::score::{alone, only_near};
use super::{Group, iban};

/// A national bank account number.
pub(super) const ACCOUNT: Definition = define("bank_account", "US_BANK_NUMBER", Group::Money)
    .forms(&[
        form(r"\d{8,17}", alone(5).near(55)).check(varied),
        form(r"\d{3}-\d{5,8}-\d{1,3}", alone(5).near(60)).check(varied),
    ])
    .words(&["bankaccount account acct accountno ac banking bank checking savings konto kontonummer \
        bankkonto bankverbindung compte comptebancaire cuenta cuentabancaria conto \
        contocorrente debit transfer wire deposit ktonr kto kontonr kontoinhaber acctno rib nib bankrekening \
        rekening rekeningnummer conta contabancaria numerodaconta numerodeconta contanumero \
        numerodecuenta numerodecompte numerodiconto contobancario"]);

/// A bank's routing number.
pub(super) const ROUTING: Definition = define("bank_routing", "ABA_ROUTING_NUMBER", Group::Money)
    .forms(&[
        form(r"\d{9}", alone(20).near(80)).check(aba),
        form(r"\d{4}-\d{4}-\d", alone(50).near(85)).check(aba),
        form(r"\d{2}-\d{2}-\d{2}", alone(5).near(75)).check(sort_code).within(2),
    ])
    .words(&["routing aba abarouting rtn transit sortcode bankleitzahl blz codebanque"]);

/// A bank's SWIFT code next to an account.
pub(super) const BIC: Definition = define("bic", "SWIFT_CODE", Group::Money)
    .forms(&[form(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", only_near(80))
        .check(bic)
        .within(3)
        .case_sensitive()])
    .words(&["bic swift swiftcode biccode swiftbic codebic codicebic codigobic iban"]);

/// A routing number of the American Bankers Association: a Federal Reserve district, weights 3, 7, 1.
fn aba(code: &[u8]) -> bool {
    let district = matches!(number(code, 0, 2), 1..=12 | 21..=32 | 61..=72 | 80);
    district && code.len() == 9 && weighted(code, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// A business identifier code (ISO 9362): the fifth and sixth letters are a country.
fn bic(code: &[u8]) -> bool {
    code.get(4..6).is_some_and(iban::country) && matches!(code.len(), 8 | 11)
}

/// A British sort code, alone or with an account number.
fn sort_code(code: &[u8]) -> bool {
    !monotone(code) && matches!(code.len(), 6 | 14)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routing_number_has_a_district_and_a_check_digit() {
        assert!(aba(b"111000025") && !aba(b"111000026") && !aba(b"991000025"));
    }

    #[test]
    fn a_bank_code_names_a_country() {
        assert!(bic(b"DEUTDEFF") && bic(b"BNPAFRPPXXX") && !bic(b"COMPLETE"));
    }
}
