//! Kinds that a policy defines by patterns of its own, such as `badge`.
//!
//! A kind is a number, so that sets of kinds are small. The process keeps the name of each number, and never gives it
//! to another name: a policy that replaces another one, and is compared with it, means the same kind by the same name.

use std::sync::OnceLock;

use super::form::{Definition, define};
use super::{Group, Kind, Kinds};

/// The names of a kind.
pub(super) struct Names {
    /// The word in a policy.
    pub(super) name: Box<str>,
    /// The word in other tools.
    pub(super) label: Box<str>,
}

/// The names of the kinds of [`Kind::OWN`], in its order.
static NAMES: [OnceLock<Names>; Kind::OWN.len()] = [const { OnceLock::new() }; Kind::OWN.len()];

/// The most bytes of a name.
const LONGEST: usize = 40;

pub(super) const DEFINITION: Definition = define("own", "OWN", Group::Own);

/// Reason why a name cannot be a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAKind {
    /// It has other characters, or too many.
    #[error("a kind is named by a small letter, then up to 39 small letters, digits and `_`")]
    Name,
    /// A built-in kind or a group has this name.
    #[error("a built-in kind or group has this name")]
    Taken,
    /// The process knows too many.
    #[error("there are {} other kinds of own patterns already; a restart forgets those of earlier policies", Kind::OWN.len())]
    TooMany,
}

impl Kind {
    /// The kind of a policy's own with this name.
    pub fn own(name: &str) -> Result<Kind, NotAKind> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if name.len() > LONGEST || !begins || !name.bytes().all(is_plain) {
            return Err(NotAKind::Name);
        }
        if Kinds::named(name).is_some() {
            return Err(NotAKind::Taken);
        }
        let names = || Names { name: name.into(), label: name.to_ascii_uppercase().into() };
        let mut places = Kind::OWN.iter().zip(&NAMES);
        let found = places.find(|(_, place)| *place.get_or_init(names).name == *name);
        found.map(|(kind, _)| *kind).ok_or(NotAKind::TooMany)
    }

    /// Is this a kind of a policy's own?
    pub fn is_own(self) -> bool {
        self as usize >= Kind::BUILT_IN.len()
    }
}

/// The names of a kind of a policy's own; `None` for a built-in one, and for a number without a name.
pub(super) fn names(kind: Kind) -> Option<&'static Names> {
    NAMES.get((kind as usize).checked_sub(Kind::BUILT_IN.len())?)?.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_always_means_the_same_kind() {
        let badge = Kind::own("badge").unwrap();
        assert_eq!((badge.name(), badge.label(), badge.group()), ("badge", "BADGE", Group::Own));
        assert!(Kind::own("locker").unwrap() != badge && Kind::own("badge").unwrap() == badge);
        assert!(badge.is_own() && !Kind::SgUen.is_own() && Kinds::all().contains(badge));
        assert!(Kinds::all().iter().any(|kind| kind == badge));
    }

    #[test]
    fn a_name_is_a_plain_word_that_is_not_taken() {
        for name in ["", "7", "Badge", "staff badge", "ausweis-nr", "<b>", "é", &"a".repeat(41)] {
            assert_eq!(Kind::own(name), Err(NotAKind::Name), "{name}");
        }
        for name in ["phone", "all", "contact", "own"] {
            assert_eq!(Kind::own(name), Err(NotAKind::Taken), "{name}");
        }
    }
}
