//! Numbers of firms.

use super::{digit, letter, mod_11_10, number, weighted};

/// Australia: a business number, modulo 89 with its first digit less one.
pub(crate) fn au_abn(code: &[u8]) -> bool {
    let sum = weighted(code, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    code.len() == 11 && digit(code, 0) > 0 && sum.wrapping_sub(10).is_multiple_of(89)
}

/// Australia: a company number, weights 8 to 1.
pub(crate) fn au_acn(code: &[u8]) -> bool {
    let sum = weighted(code, &[8, 7, 6, 5, 4, 3, 2, 1]);
    code.len() == 9 && (10 - sum % 10) % 10 == digit(code, 8) && number(code, 0, 9) > 0
}

/// Germany: a VAT number, MOD 11,10.
pub(crate) fn de_vat(code: &[u8]) -> bool {
    code.strip_prefix(b"DE").is_some_and(|body| body.len() == 9 && digit(body, 0) > 0 && mod_11_10(body))
}

/// India: a goods and services tax number begins with a state.
pub(crate) fn in_gstin(code: &[u8]) -> bool {
    matches!(number(code, 0, 2), 1..=37) && code.len() == 15
}

/// Korea: a business number.
pub(crate) fn kr_brn(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + digit(code, 8) * 5 / 10;
    code.len() == 10 && number(code, 0, 3) > 100 && (10 - sum % 10) % 10 == digit(code, 9)
}

/// Singapore: an entity's number, in its three forms (ACRA), with the letter of each.
pub(crate) fn sg_uen(code: &[u8]) -> bool {
    match code.len() {
        9 => {
            let sum = weighted(code, &[10, 4, 9, 3, 8, 2, 7, 1]);
            b"XMKECAWLJDB".get((sum % 11) as usize) == Some(&letter(code, 8))
        }
        10 if code.first().is_some_and(u8::is_ascii_digit) => {
            let sum = weighted(code, &[10, 8, 6, 4, 9, 7, 5, 3, 1]);
            (1800..2100).contains(&number(code, 0, 4))
                && b"ZKCMDNERGWH".get((sum % 11) as usize) == Some(&letter(code, 9))
        }
        10 => {
            const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWX0123456789";
            let value = |at: usize| LETTERS.iter().position(|known| *known == letter(code, at)).unwrap_or(0);
            let weights = [4, 3, 5, 3, 10, 2, 2, 5, 7];
            let sum: usize = weights.iter().enumerate().map(|(at, weight)| value(at) * weight).sum();
            sg_entity(code) && LETTERS.get((sum + 6) % 11) == Some(&letter(code, 9))
        }
        _ => false,
    }
}

/// The two letters of the sort of entity.
fn sg_entity(code: &[u8]) -> bool {
    const SORTS: &str = "LP LL FC PF RF MQ MM NB CC CS MB FM GS DP CP NR CM CD MD HS VH CH MH CL XL CX HC RP TU TC FB FN PA PB SS MC SM GA GB CT";
    let sort = code.get(3..5);
    SORTS.split(' ').any(|known| sort == Some(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_its_check_digit() {
        assert!(au_abn(b"51824753556") && !au_abn(b"51824753557"));
        assert!(au_acn(b"004085616") && !au_acn(b"004085617"));
        assert!(de_vat(b"DE136695976") && !de_vat(b"DE136695977"));
        assert!(kr_brn(b"2208162517") && !kr_brn(b"2208162518"));
        assert!(sg_uen(b"53125226D") && !sg_uen(b"53125226E"));
        assert!(in_gstin(b"22AAAAA0000A1Z5") && !in_gstin(b"99AAAAA0000A1Z5"));
    }
}
