//! Who gains and who loses what between two policies, at whatever time.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Policy;
use super::closure::hides_less;
use super::rule::{Action, Form};
use super::things::Thing;
use super::time::{DAY, FOREVER};
use super::timetable::{Builder, Stretch, Timetable};

/// One party's access to one thing, before and after.
#[derive(Clone, Debug)]
pub struct Change {
    /// Who.
    pub who: String,
    /// Reading, commanding or calling.
    pub action: Action,
    /// What.
    pub name: String,
    /// Is there a time at which they have more than before?
    pub gains: bool,
    /// Is there a time at which they have less than before?
    pub loses: bool,
    /// What they had, in words.
    pub before: String,
    /// What they have, in words.
    pub after: String,
}

/// Everything that changes for anybody, in the order of audiences and names.
pub fn diff(old: &Policy, new: &Policy) -> Vec<Change> {
    let mut names: BTreeSet<(Action, String)> = BTreeSet::new();
    let mut parties: Vec<String> = vec!["everyone".to_owned()];
    for policy in [old, new] {
        names.extend(policy.topics().map(|topic| (Action::Read, topic.name().to_owned())));
        names.extend(policy.commands().iter().map(|one| (Action::Command, one.name().to_owned())));
        names.extend(policy.services().iter().map(|one| (Action::Call, one.name().to_owned())));
        for stakeholder in policy.stakeholders() {
            if !parties.iter().any(|party| *party == *stakeholder.name) {
                parties.push(stakeholder.name.to_string());
            }
        }
    }
    let mut changes = Vec::new();
    for who in &parties {
        for (action, name) in &names {
            let (before, after) = (old.timetable(who, *action, name), new.timetable(who, *action, name));
            changes.extend(change(who, *action, name, (old, &before), (new, &after)));
        }
    }
    changes
}

fn change(
    who: &str,
    action: Action,
    name: &str,
    (old, before): (&Policy, &Timetable),
    (new, after): (&Policy, &Timetable),
) -> Option<Change> {
    let (mut gains, mut loses) = (false, false);
    let things = [old, new].map(|policy| policy.thing(action, name));
    let [old_hidden, new_hidden] = things.map(|thing| thing.and_then(Thing::hidden));
    let [old_thing, new_thing] = things;
    let (shows_more, shows_less) = (shows_more(old_thing, new_thing), shows_more(new_thing, old_thing));
    let mut compare = |before: Option<Form>, after: Option<Form>| {
        // The same form of an image is not the same if more is hidden in it.
        let redacted = before == Some(Form::Redacted) && after == before;
        gains |= after > before || (redacted && shows_more);
        loses |= after < before || (redacted && shows_less);
    };
    let (old_day, new_day) = (before.stretches(), after.stretches());
    for (a, b) in old_day.iter().flat_map(|a| new_day.iter().map(move |b| (a, b))) {
        if a.from >= b.to || b.from >= a.to {
            continue;
        }
        for time in
            a.phases.iter().chain(&b.phases).map(|(_, end)| end.saturating_sub(1)).chain([FOREVER - 1])
        {
            compare(form_at(a, time), form_at(b, time));
        }
    }
    compare(before.without_clock(), after.without_clock());
    (gains || loses).then(|| Change {
        who: who.to_owned(),
        action,
        name: name.to_owned(),
        gains,
        loses,
        before: describe(before, action, old_hidden.as_deref(), old.zone()),
        after: describe(after, action, new_hidden.as_deref(), new.zone()),
    })
}

/// Whether the redacted form of the new one shows more than that of the old one.
fn shows_more(old: Option<&Thing>, new: Option<&Thing>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return false };
    let text = match (&new.text, &old.text) {
        (Some(new), Some(old)) => new.hides_less(old),
        (None, _) | (_, None) => false,
    };
    text || hides_less(new.image.as_ref(), old.image.as_ref())
}

fn form_at(stretch: &Stretch, time: i64) -> Option<Form> {
    stretch.phases.iter().find(|(_, end)| time < *end).and_then(|(form, _)| *form)
}

impl Policy {
    /// Everything one party has of one declared thing, through its own rules and those for everyone.
    pub(super) fn timetable(&self, who: &str, action: Action, name: &str) -> Timetable {
        let mut builder = Builder::default();
        if let (Ok(who), Some(thing)) = (self.audience(who), self.thing(action, name)) {
            for (rule, until) in self.speaking(&who, action, thing) {
                builder.add(rule, until);
            }
        }
        builder.finish()
    }
}

/// "nothing", "clear", "redacted (faces: solid) 22:00-06:00 until 2027-02-01 00:00".
fn describe(table: &Timetable, action: Action, hidden: Option<&str>, zone: &TimeZone) -> String {
    let mut parts = Vec::new();
    for stretch in table.stretches().iter().filter(|stretch| !stretch.phases.is_empty()) {
        let hours = match (stretch.from, stretch.to) {
            (0, DAY) => String::new(),
            (from, to) => format!(" {}-{}", clock(from), clock(to)),
        };
        let phases = stretch.phases.iter().map(|phase| describe_phase(phase, &hours, (action, hidden), zone));
        parts.push(phases.collect::<Vec<_>>().join(", then "));
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

fn describe_phase(
    (form, end): &(Option<Form>, i64),
    hours: &str,
    (action, hidden): (Action, Option<&str>),
    zone: &TimeZone,
) -> String {
    let form = match (form, action, hidden) {
        (None, ..) => "nothing".to_owned(),
        (Some(_), Action::Command, _) | (Some(Form::Clear), Action::Call, _) => "allowed".to_owned(),
        (Some(Form::Redacted), Action::Read | Action::Call, Some(hidden)) => format!("redacted ({hidden})"),
        (Some(form), Action::Read | Action::Call, _) => form.name().to_owned(),
    };
    if *end == FOREVER {
        return form + hours;
    }
    match Timestamp::from_second(*end) {
        Ok(end) => format!("{form}{hours} until {}", zone.to_datetime(end).strftime("%Y-%m-%d %H:%M")),
        Err(_) => format!("{form}{hours}"),
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
