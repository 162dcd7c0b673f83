//! Brazil.

use super::checksums::{digit, monotone, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Brazilian taxpayer number.
pub(super) const CPF: Definition = define("br_cpf", "BR_CPF", Group::NationalId)
    .forms(&[
        form(r"\d{3}\.\d{3}\.\d{3}-\d{2}", alone(90).near(95)).check(cpf),
        form(r"\d{11}", alone(30).near(90)).check(cpf),
    ])
    .words(&[national_ids::TAX_WORDS, "cpf cnpj cadastro"]);

/// A taxpayer number: two check digits modulo 11.
fn cpf(code: &[u8]) -> bool {
    let check = |sum: u32| (sum * 10 % 11) % 10;
    code.len() == 11
        && !monotone(code)
        && check(weighted(code, &[10, 9, 8, 7, 6, 5, 4, 3, 2])) == digit(code, 9)
        && check(weighted(code, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) == digit(code, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_check_the_others() {
        assert!(cpf(b"52998224725") && !cpf(b"52998224726"));
    }
}
