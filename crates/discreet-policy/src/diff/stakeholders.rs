//! Stakeholders: their identities. Rules that end with them are compared as access.

use std::collections::HashMap;

use super::super::Policy;
use super::super::declared::Stakeholder;
use super::super::finding::plain;
use super::{ChangedPart, Differences, Direction, Facet, Fingerprints};

pub(super) fn compare(
    (old, old_keys): (&Policy, &Fingerprints),
    (new, new_keys): (&Policy, &Fingerprints),
    differences: &mut Differences,
) {
    let (olds, news) = (by_name(old), by_name(new));
    let parties = differences.parties;
    for (who, name) in parties.names.iter().enumerate() {
        let files = [&olds, &news].map(|all| all.get(name).map(|one| plain(&one.identity)));
        let keys = [old_keys, new_keys].map(|all| all.get(*name));
        if let Some(facet) = identity(files, keys) {
            differences.push(who, ChangedPart::Stakeholder, name, &facet);
        }
    }
}

fn by_name(policy: &Policy) -> HashMap<&str, &Stakeholder> {
    policy.stakeholders().iter().map(|one| (one.name.as_ref(), one)).collect()
}

/// A changed key: its holder gains what the holder of the old one loses. Another file counts as another key, unless
/// both are known and the same.
fn identity(files: [Option<String>; 2], keys: [Option<&String>; 2]) -> Option<Facet> {
    let same_keys = match keys {
        [Some(old), Some(new)] => Some(old == new),
        [None, _] | [_, None] => None,
    };
    let what = "identity".to_owned();
    match (files, same_keys) {
        ([Some(old), Some(new)], Some(true)) if old != new => {
            let says = "has the same keys in the file";
            Some(Facet::instead(&what, [old, new], Direction::Changes, says))
        }
        ([Some(old), Some(new)], Some(false)) => {
            let [old_key, new_key] = keys.map(|key| key.cloned().unwrap_or_default());
            let (old, new) = (format!("{old} ({old_key})"), format!("{new} ({new_key})"));
            Some(Facet::instead(&what, [old, new], Direction::Both, "has the identity"))
        }
        ([Some(old), Some(new)], None) if old != new => {
            Some(Facet::instead(&what, [old, new], Direction::Both, "has the identity"))
        }
        ([None, Some(new)], _) => {
            let says = format!("is a stakeholder, with the identity {new}");
            Some(Facet { what, old: String::new(), new, direction: Direction::Changes, says })
        }
        ([Some(old), None], _) => {
            let says = format!("is no longer a stakeholder, with the identity {old}");
            Some(Facet { what, old, new: String::new(), direction: Direction::Changes, says })
        }
        ([Some(_), Some(_)], Some(true) | None) | ([None, None], _) => None,
    }
}
