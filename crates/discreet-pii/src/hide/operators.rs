//! Operators: what is written in the place of personal data.
//!
//! If an operator cannot be applied, because there is no key or the value does not fit, the name of the kind is
//! written, never the value.

mod encrypt;
mod generalise;
mod keys;
mod mask;
mod pseudonym;

use std::fmt;

use crate::Kind;

pub use encrypt::decrypt;
pub use keys::{OperatorKeys, WeakSecret};
pub use pseudonym::{NotRevealed, reveal};

discreet_host::words! {
    /// An operator: what is written in the place of a value.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    pub enum Operator {
        /// Nothing.
        Remove = "remove",
        /// The name of its kind: `<phone>`.
        #[default]
        Replace = "replace",
        /// Stars, and the end of a long number: `************1111`.
        Mask = "mask",
        /// A keyed name that is the same for the same value, and differs for each stakeholder: `<person:7f3a9c21>`.
        Pseudonym = "pseudonym",
        /// A pseudonym from which the holder of the key recovers the value: `<person~...>`.
        Reversible = "reversible",
        /// Another number of the same form (FF1 of NIST SP 800-38G). A pseudonym where fewer than a million numbers have
        /// the form.
        Encrypt = "encrypt",
        /// A less exact value: a year, a decade, a district, a network.
        Generalise = "generalise",
        /// The value itself.
        Keep = "keep",
    }

    /// The word in a policy.
    name
}

impl Operator {
    /// The operator with this word in a policy; `None` for an unknown word.
    pub fn named(word: &str) -> Option<Operator> {
        Operator::ALL.into_iter().find(|operator| operator.name() == word)
    }

    /// Does it need keys? Without them it writes the name of the kind.
    pub const fn needs_keys(self) -> bool {
        matches!(self, Operator::Pseudonym | Operator::Reversible | Operator::Encrypt)
    }

    /// Those that a policy may name: all that hide something.
    pub fn hiding() -> impl Iterator<Item = Operator> {
        Operator::ALL.into_iter().filter(|operator| *operator != Operator::Keep)
    }

    /// The result, for the author of a policy.
    pub const fn description(self) -> &'static str {
        match self {
            Operator::Remove => "removed.",
            Operator::Replace => "its kind stands in its place, `<phone>`.",
            Operator::Mask => "stars, but for the last four characters.",
            Operator::Pseudonym => "the same token for the same text, another one for each audience.",
            Operator::Reversible => "a pseudonym from which a holder of the key recovers the text.",
            Operator::Encrypt => {
                "digits for digits, by a key (FF1); a pseudonym if it has letters or too few values."
            }
            Operator::Generalise => {
                "a date becomes its year, a position a hundred metres, an age its decade."
            }
            Operator::Keep => "left as it is.",
        }
    }

    /// True first, if `new` shows something that this operator hides; second, the reverse.
    pub fn compared(self, new: Operator) -> (bool, bool) {
        match (self, new) {
            (old, new) if old == new => (false, false),
            (Operator::Pseudonym, Operator::Reversible) => (true, false),
            (Operator::Reversible, Operator::Pseudonym) => (false, true),
            (old, new) if old.left() != new.left() => (old.left() < new.left(), old.left() > new.left()),
            // A mask shows the end of a number, a pseudonym shows which are the same: neither is less.
            _ => (true, true),
        }
    }

    /// A rank for the part of a value that it leaves.
    const fn left(self) -> u8 {
        match self {
            Operator::Remove => 0,
            Operator::Replace => 1,
            Operator::Mask
            | Operator::Pseudonym
            | Operator::Reversible
            | Operator::Encrypt
            | Operator::Generalise => 2,
            Operator::Keep => 3,
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Appends to `out` what `operator` makes of `value`. `kind` is `None` for a whole field of an unknown kind. `keys`
/// are those of the audience.
pub fn apply(
    operator: Operator,
    kind: Option<Kind>,
    value: &str,
    keys: Option<&OperatorKeys>,
    out: &mut String,
) {
    let from = out.len();
    let written = match operator {
        Operator::Remove => Some(()),
        Operator::Keep => return out.push_str(value),
        Operator::Replace => None,
        Operator::Mask => {
            mask::mask(kind, value, out);
            Some(())
        }
        Operator::Pseudonym => keys.and_then(|keys| pseudonym::pseudonym(kind, value, keys, out)),
        Operator::Reversible => keys.and_then(|keys| pseudonym::reversible(kind, value, keys, out)),
        Operator::Encrypt => keys.and_then(|keys| {
            encrypt::encrypt(kind, value, keys, out).or_else(|| pseudonym::pseudonym(kind, value, keys, out))
        }),
        Operator::Generalise => generalise::generalise(kind, value, out),
    };
    // The mask of a value without letters and digits is the value, and a round position generalises to itself.
    let shows = |written: &str| !value.is_empty() && written.contains(value);
    if written.is_none() || (!pseudonym::is_token(operator) && out.get(from..).is_none_or(shows)) {
        out.truncate(from);
        pseudonym::name(kind, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> OperatorKeys {
        OperatorKeys::derive(b"a secret of a robot, for tests", "front_desk").unwrap()
    }

    fn made(operator: Operator, kind: Kind, value: &str) -> String {
        let mut out = String::new();
        apply(operator, Some(kind), value, Some(&keys()), &mut out);
        out
    }

    #[test]
    fn each_operator_does_what_its_name_says() {
        let card = |operator| made(operator, Kind::PaymentCard, "4111 1111 1111 1111");
        assert_eq!(card(Operator::Remove), "");
        assert_eq!(card(Operator::Replace), "<payment_card>");
        assert_eq!(card(Operator::Mask), "**** **** **** 1111");
        assert_eq!(card(Operator::Keep), "4111 1111 1111 1111");
        assert!(card(Operator::Pseudonym).starts_with("<payment_card:"));
        assert_eq!(made(Operator::Generalise, Kind::DateOfBirth, "12 May 1985"), "1985");
    }

    #[test]
    fn without_a_key_the_kind_is_written() {
        for operator in Operator::ALL.into_iter().filter(|operator| operator.needs_keys()) {
            let mut out = String::from("call ");
            apply(operator, Some(Kind::Phone), "+44 7700 900123", None, &mut out);
            assert_eq!(out, "call <phone>", "{operator}");
        }
        let mut out = String::new();
        apply(Operator::Replace, None, "anything", None, &mut out);
        assert_eq!(out, "<redacted>");
    }

    #[test]
    fn the_value_is_never_written() {
        let values = [
            "4111 1111 1111 1111",
            "+44 7700 900123",
            "Ada Lovelace",
            "ada@example.org",
            "-- -- --",
            "48.137, 11.575",
            "203.0.113.7",
            "2001:db8::7",
            "1985-05-12",
            "80331",
            "SW1A 1AA",
            "37 years",
            "DE89370400440532013000",
            "123456",
            "über die Brücke",
            "0000000000000000",
        ];
        for (operator, kind) in
            Operator::hiding().flat_map(|operator| Kind::BUILT_IN.iter().map(move |kind| (operator, *kind)))
        {
            for value in values {
                let written = made(operator, kind, value);
                assert!(!written.contains(value), "{operator} of {kind} wrote {written} for {value}");
            }
        }
    }

    #[test]
    fn every_operator_has_a_word_in_policies() {
        for operator in Operator::ALL {
            assert_eq!(Operator::named(&operator.to_string()), Some(operator));
        }
        assert_eq!(Operator::named("shred"), None);
    }
}
