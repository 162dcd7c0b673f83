//! Stakeholders: who they are. The rules that end with them are compared where they decide.

use std::collections::HashMap;

use super::super::Policy;
use super::super::finding::plain;
use super::super::things::Stakeholder;
use super::{Direction, Facet, Found, Subject};

pub(super) fn compare(old: &Policy, new: &Policy, found: &mut Found) {
    let (olds, news) = (by_name(old), by_name(new));
    let parties = found.parties;
    for (who, name) in parties.names.iter().enumerate() {
        if let Some(facet) = identity(olds.get(name).copied(), news.get(name).copied()) {
            found.push(who, Subject::Stakeholder, name, &facet);
        }
    }
}

fn by_name(policy: &Policy) -> HashMap<&str, &Stakeholder> {
    policy.stakeholders().iter().map(|one| (one.name.as_ref(), one)).collect()
}

/// Another key opens what the stakeholder may have: its holder gains what the holder of the old one loses.
fn identity(old: Option<&Stakeholder>, new: Option<&Stakeholder>) -> Option<Facet> {
    let file = |one: Option<&Stakeholder>| one.map(|one| plain(&one.identity));
    let (before, after) = (file(old), file(new));
    let (direction, says) = match (&before, &after) {
        (Some(before), Some(after)) if before != after => {
            (Direction::Both, format!("has the identity {after} instead of {before}"))
        }
        (None, Some(after)) => (Direction::Changes, format!("is a stakeholder, with the identity {after}")),
        (Some(before), None) => {
            (Direction::Changes, format!("is no longer a stakeholder, with the identity {before}"))
        }
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let [old, new] = [before, after].map(Option::unwrap_or_default);
    Some(Facet { what: "identity".to_owned(), old, new, direction, says })
}
