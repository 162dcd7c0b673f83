//! Actions: access to their parts, and their keys. Of parts that change alike for a party, one line tells all five.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::super::action::{Action, ActionPart, OnEnd};
use super::super::verb::Verb;
use super::access::{Concerned, Named, PartyAccess};
use super::ingress::{class, limits, rate};
use super::pairs::{Pair, Side};
use super::redaction::spoken;
use super::{Affected, ChangedPart, Differences, Direction, Facet, Who};

const SUBJECT: ChangedPart = ChangedPart::Declared(Verb::Act);

/// Everything that changes of actions, by their names.
#[derive(Default)]
pub(super) struct Actions(BTreeMap<String, Changed>);

/// Everything that changes of one action.
#[derive(Default)]
struct Changed {
    /// For each party, the changed parts.
    access: BTreeMap<Who, Vec<ChangedAccess>>,
    /// Keys of the action or of a part, with the parties that they concern.
    keys: Vec<(String, Facet, BTreeSet<Who>)>,
}

/// Access to one part.
struct ChangedAccess {
    part: Option<ActionPart>,
    name: String,
    /// In the words for the part.
    own: Facet,
    /// In the words for the whole action.
    whole: Facet,
    /// Without the form: parts without text have none.
    allowed: Facet,
}

impl Actions {
    /// Notes the changes of one part.
    pub fn note(&mut self, pair: &Pair, audience: &mut Concerned, zones: [&TimeZone; 2]) {
        let sides = [pair.old, pair.new];
        let Some(name) = sides.into_iter().flatten().find_map(action).map(|action| action.name.as_str())
        else {
            return;
        };
        let changed = self.0.entry(name.to_owned()).or_default();
        let hidden = sides.map(|side| side.and_then(action).and_then(|action| action.hidden.clone()));
        let part = sides.into_iter().flatten().find_map(|side| side.declaration.action_part());
        let own = audience.changes(pair, zones, &Named::of(pair));
        let whole = audience.changes(pair, zones, &Named { verb: Verb::Act, name, hidden });
        // A command has no form.
        let without_form = Named { verb: Verb::Command, name, hidden: [None, None] };
        let allowed = audience.changes(pair, zones, &without_form);
        for (((who, own), (_, whole)), (_, allowed)) in own.into_iter().zip(whole).zip(allowed) {
            let name = pair.name.to_string();
            let of_part = ChangedAccess { part, name, own, whole, allowed };
            changed.access.entry(who).or_default().push(of_part);
        }
        for (name, to, facet) in keys(pair, name) {
            let seen = &audience.seen;
            let is_told = |one: &&PartyAccess| one.is_told(to, facet.direction, seen);
            let told: BTreeSet<Who> = seen.iter().filter(is_told).map(|one| one.who).collect();
            changed.concerns(name, facet, told);
        }
    }

    /// Lists them.
    pub fn finish(self, differences: &mut Differences) {
        for (action, Changed { access, keys }) in self.0 {
            for (who, parts) in access {
                match alike(&parts) {
                    Some(facet) => differences.push(who, SUBJECT, &action, facet),
                    None => {
                        parts.iter().for_each(|one| differences.push(who, SUBJECT, &one.name, &one.own));
                    }
                }
            }
            for (name, facet, told) in keys {
                told.into_iter().for_each(|who| differences.push(who, SUBJECT, &name, &facet));
            }
        }
    }
}

impl Changed {
    /// A key of the action is noted with each part, and listed once.
    fn concerns(&mut self, name: String, facet: Facet, told: BTreeSet<Who>) {
        match self.keys.iter_mut().find(|(known, same, _)| *known == name && *same == facet) {
            Some((_, _, who)) => who.extend(told),
            None => self.keys.push((name, facet, told)),
        }
    }
}

/// The change of the action as a whole, if it is that of each part. Only parts with text have a form.
fn alike(parts: &[ChangedAccess]) -> Option<&Facet> {
    let mut texts = parts.iter().filter(|one| one.part.is_some_and(ActionPart::has_text));
    let (first, text) = (parts.first()?, texts.next()?);
    let alike = parts.len() == ActionPart::ALL.len()
        && parts.iter().all(|one| one.allowed == first.allowed)
        && texts.all(|one| one.whole == text.whole);
    alike.then_some(&text.whole)
}

fn action(side: Side<'_>) -> Option<&Action> {
    side.declaration.part.as_ref().map(|of| of.action.as_ref())
}

/// The keys that differ: those of the action, with its name, and those of this part.
fn keys(pair: &Pair, name: &str) -> Vec<(String, Affected, Facet)> {
    let (Some(before), Some(after)) = (pair.old, pair.new) else { return Vec::new() };
    let (Some(old_action), Some(new_action)) = (action(before), action(after)) else { return Vec::new() };
    let (old, new) = (before.declaration, after.declaration);
    let mut facets: Vec<Facet> =
        [action_type(name, old_action, new_action), class(name, old, new)].into_iter().flatten().collect();
    if new.action_part() == Some(ActionPart::SendGoal) {
        let may = format!("may send goals to {name}");
        facets.extend(rate(&may, old, new));
        facets.extend(limits(&format!("{may} with"), old, new));
        facets.extend(on_end(name, old_action.on_end, new_action.on_end));
    }
    let of_action = facets.into_iter().map(|facet| (name.to_owned(), Affected::All, facet));
    let of_part = spoken(&pair.name, old, new).into_iter();
    of_action.chain(of_part.map(|(to, facet)| (pair.name.to_string(), to, facet))).collect()
}

fn action_type(name: &str, old: &Action, new: &Action) -> Option<Facet> {
    let types = [old, new].map(|action| action.type_name.clone());
    let says = format!("has {name} as");
    (old.type_name != new.type_name).then(|| Facet::instead("type", types, Direction::Changes, &says))
}

/// A goal that goes on is more than one that is cancelled.
fn on_end(name: &str, old: OnEnd, new: OnEnd) -> Option<Facet> {
    let word = |on_end| match on_end {
        OnEnd::Cancel => "cancelled",
        OnEnd::Finish => "finished",
    };
    let says = format!("has goals of {name} {} instead of {} when its right ends", word(new), word(old));
    let direction = Direction::of(new == OnEnd::Finish, new == OnEnd::Cancel);
    let [before, after] = [old, new].map(|on_end| on_end.name().to_owned());
    (old != new).then(|| Facet { what: "on_end".to_owned(), old: before, new: after, direction, says })
}
