//! The stakeholders whose commands are opened.

use std::collections::HashMap;

use discreet_seal::hint;
use discreet_seal::identity::PublicIdentity;

/// Stakeholders by the hint that their commands carry.
#[derive(Debug, Default)]
pub struct Senders {
    /// None where two have the same keys: the sender would be ambiguous.
    by_hint: HashMap<[u8; 8], Option<PublicIdentity>>,
}

impl Senders {
    /// Those with a valid identity who are not revoked.
    pub fn new(stakeholders: &[PublicIdentity]) -> Senders {
        let mut by_hint = HashMap::new();
        for one in stakeholders {
            by_hint.entry(hint(one)).and_modify(|other| *other = None).or_insert_with(|| Some(one.clone()));
        }
        Senders { by_hint }
    }

    /// The stakeholder with this hint.
    pub fn find(&self, hint: &[u8; 8]) -> Option<&PublicIdentity> {
        self.by_hint.get(hint)?.as_ref()
    }

    /// True if a stakeholder of this name, with these keys, is still among them.
    pub fn has(&self, somebody: &PublicIdentity) -> bool {
        self.find(&hint(somebody)) == Some(somebody)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_shares_keys_with_another_is_nobody() {
        let one = |name: &str, key| PublicIdentity { name: name.into(), receive: [key; 32], sign: [key; 32] };
        let (a, b, c) = (one("a", 1), one("b", 1), one("c", 3));
        let senders = Senders::new(&[a.clone(), b, c.clone()]);
        assert_eq!(senders.find(&hint(&a)), None);
        assert!(senders.has(&c) && !senders.has(&a));
        assert!(!senders.has(&one("other name", 3)));
    }
}
