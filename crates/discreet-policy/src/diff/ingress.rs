//! Commands and services: rates and limits.

use std::collections::BTreeSet;

use super::super::declared::Declaration;
use super::pairs::Pair;
use super::redaction::spoken;
use super::topics::message_type;
use super::{Affected, Direction, Facet};

/// All differences between two commands or services, except the access to them.
pub(super) fn facets(pair: &Pair, old: &Declaration, new: &Declaration) -> Vec<(Affected, Facet)> {
    let name = pair.name.as_ref();
    let may = format!("may {} {name}", pair.verb.name());
    let all = [message_type(name, old, new), class(name, old, new), rate(&may, old, new)];
    let facets = all.into_iter().flatten().chain(limits(&may, old, new));
    facets.map(|facet| (Affected::All, facet)).chain(spoken(name, old, new)).collect()
}

/// A command of a contextual class is not let in without a record: an operational one has weaker protection.
pub(super) fn class(name: &str, old: &Declaration, new: &Declaration) -> Option<Facet> {
    let (before, after) = (old.class.is_contextual(), new.class.is_contextual());
    let names = [old, new].map(|declaration| declaration.class.name().to_owned());
    let direction = Direction::of(before && !after, after && !before);
    let says = format!("has {name} in the class");
    (old.class.name() != new.class.name()).then(|| Facet::instead("class", names, direction, &says))
}

/// `may` ends before the rate: `may command /cmd_vel`.
pub(super) fn rate(may: &str, old: &Declaration, new: &Declaration) -> Option<Facet> {
    let most = |declaration: &Declaration| declaration.bounds.rate.unwrap_or(u32::MAX);
    let [before, after] = [old, new].map(|declaration| match declaration.bounds.rate {
        Some(1) => "once a second".to_owned(),
        Some(rate) => format!("{rate} times a second"),
        None => "at any rate".to_owned(),
    });
    let direction = Direction::of(most(new) > most(old), most(new) < most(old));
    // The unit is written once.
    let both =
        before.strip_suffix(" times a second").filter(|_| new.bounds.rate.is_some_and(|rate| rate > 1));
    let short = both.unwrap_or(&before);
    let says = format!("{may} {after} instead of {short}");
    let what = "rate".to_owned();
    (old.bounds.rate != new.bounds.rate).then_some(Facet { what, old: before, new: after, direction, says })
}

/// `may` ends before the field: `may command /cmd_vel`.
pub(super) fn limits(may: &str, old: &Declaration, new: &Declaration) -> Vec<Facet> {
    let fields: BTreeSet<&String> = old.bounds.limits.keys().chain(new.bounds.limits.keys()).collect();
    let changed = fields.into_iter().filter_map(|field| {
        let (before, after) = (old.bounds.limits.get(field), new.bounds.limits.get(field));
        limit(may, field, before.copied(), after.copied())
    });
    changed.collect()
}

/// `may` ends before the field.
pub(super) fn limit(may: &str, field: &str, old: Option<[f64; 2]>, new: Option<[f64; 2]>) -> Option<Facet> {
    let free = [f64::NEG_INFINITY, f64::INFINITY];
    let ([old_least, old_most], [new_least, new_most]) = (old.unwrap_or(free), new.unwrap_or(free));
    let gains = new_least < old_least || new_most > old_most;
    let loses = new_least > old_least || new_most < old_most;
    if !gains && !loses {
        return None;
    }
    let range = |limit: Option<[f64; 2]>| match limit {
        Some([least, most]) => format!("from {least} to {most}"),
        None => "without limits".to_owned(),
    };
    let says = match (old, new) {
        (Some(_), Some(_)) if old_least == new_least => format!("up to {new_most} instead of {old_most}"),
        (Some(_), Some(_)) if old_most == new_most => format!("down to {new_least} instead of {old_least}"),
        _ => format!("{} instead of {}", range(new), range(old)),
    };
    Some(Facet {
        what: format!("limits.{field}"),
        old: range(old),
        new: range(new),
        direction: Direction::of(gains, loses),
        says: format!("{may} {field} {says}"),
    })
}
