//! Stars in the place of letters and digits.

use crate::{Group, Kind};

/// The number of characters that are shown at the end of a long number.
const SHOWN: usize = 4;

/// Appends the value with stars for letters and digits. Separators stay. The last four characters stay too if the
/// number is long enough and people know numbers of its kind by them.
pub(super) fn mask(kind: Option<Kind>, value: &str, out: &mut String) {
    let letters = value.chars().filter(|c| c.is_alphanumeric()).count();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    // At least half of it is hidden. Words are not a number: `four one one` has no last four digits.
    let shown = if kind.is_some_and(shows) && letters >= 2 * SHOWN && digits >= SHOWN { SHOWN } else { 0 };
    let mut hidden = letters - shown;
    for c in value.chars() {
        if !c.is_alphanumeric() {
            out.push(c);
        } else if hidden > 0 {
            hidden -= 1;
            out.push('*');
        } else {
            out.push(c);
        }
    }
}

/// Do people know a number of this kind by its end?
fn shows(kind: Kind) -> bool {
    let number = match kind.group() {
        Group::Money | Group::Document | Group::NationalId | Group::Health | Group::Business => true,
        Group::Contact => kind == Kind::Phone,
        Group::Stay => kind == Kind::Booking,
        Group::Network => kind == Kind::Imei,
        Group::Secret | Group::Person | Group::Place | Group::Own => false,
    };
    // A machine-readable zone ends in check digits of all of its content.
    number && !matches!(kind, Kind::CardSecurityCode | Kind::Mrz | Kind::DePlz)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(kind: Kind, value: &str) -> String {
        let mut out = String::new();
        mask(Some(kind), value, &mut out);
        out
    }

    #[test]
    fn the_last_four_of_a_long_number_stay_with_its_separators() {
        assert_eq!(masked(Kind::PaymentCard, "4111-1111-1111-1234"), "****-****-****-1234");
        assert_eq!(masked(Kind::Phone, "+44 (7700) 900123"), "+** (****) **0123");
        assert_eq!(masked(Kind::Passport, "C01X00T47"), "*****0T47");
    }

    #[test]
    fn a_short_or_secret_value_is_hidden_whole() {
        assert_eq!(masked(Kind::UsSsn, "6789"), "****");
        assert_eq!(masked(Kind::CardSecurityCode, "1234"), "****");
        assert_eq!(masked(Kind::Password, "hunter2024!"), "**********!");
        assert_eq!(masked(Kind::Person, "Zoë O'Neil"), "*** *'****");
        assert_eq!(masked(Kind::PaymentCard, "four one one"), "**** *** ***");
        assert_eq!(masked(Kind::Email, "ada1815@example.org"), "*******@*******.***");
    }
}
