//! Reading, commanding and calling: by whom, in which form, at which times.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::super::Policy;
use super::super::rule::{Action, Form};
use super::super::things::Thing;
use super::super::time::FOREVER;
use super::super::timetable::{Builder, Stretch, Timetable};
use super::pairs::{Pair, Side};
use super::times::{describe, without_clock};
use super::{Direction, EVERYONE, Facet, Parties, To, Who, redaction};

/// One party's access to one thing, before and after.
pub(super) struct Seen {
    pub who: Who,
    /// In any form, each at some time.
    pub any: Had,
    /// Redacted, each at some time.
    pub redacted: Had,
    old: Arc<Timetable>,
    new: Arc<Timetable>,
}

/// Something that a party may have by the one policy and by the other.
#[derive(Clone, Copy)]
pub(super) struct Had {
    pub before: bool,
    pub after: bool,
}

impl Had {
    /// To one who had nothing, what is less than it was is no loss. Of what is lost altogether no more is told.
    pub fn concerns(self, direction: Direction) -> bool {
        self.after && (self.before || direction != Direction::Loses)
    }
}

impl Seen {
    /// True if a difference for these is one for this party.
    pub fn is_told(&self, to: To, direction: Direction, audience: &[Seen]) -> bool {
        let is_named = |seen: &Seen| seen.who != EVERYONE && seen.any.concerns(direction);
        match to {
            To::All => self.any.concerns(direction),
            To::Redacted => self.redacted.concerns(direction),
            To::Named => is_named(self),
            To::Onlookers => self.who == EVERYONE && audience.iter().any(is_named),
        }
    }
}

/// A party's own table and that of everyone. Both live as long as their policies.
type Place = (*const Timetable, *const Timetable);

/// A comparison: the same tables of another thing may differ in the redacted form.
type Compared = (*const Timetable, *const Timetable, Shown, [bool; 2]);

/// The redacted form of the new thing, compared with that of the old.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Shown {
    more: bool,
    less: bool,
}

/// Timetables of parties. Topics of one class share theirs, so each is made, and compared, once.
pub(super) struct Tables<'a> {
    zones: [&'a TimeZone; 2],
    nothing: Arc<Timetable>,
    known: HashMap<Place, Arc<Timetable>>,
    compared: HashMap<Compared, Option<Direction>>,
}

impl<'a> Tables<'a> {
    pub fn new(old: &'a Policy, new: &'a Policy) -> Self {
        let nothing = Arc::new(Builder::default().finish());
        let zones = [old.zone(), new.zone()];
        Self { zones, nothing, known: HashMap::new(), compared: HashMap::new() }
    }

    /// Everyone, and each stakeholder of whom a rule about this thing speaks by name. All others have what everyone has.
    pub fn audience(&mut self, pair: &Pair, parties: &Parties) -> Vec<Seen> {
        let own = [pair.old, pair.new].map(|side| own_tables(side, parties));
        let [old_own, new_own] = &own;
        let named: BTreeSet<Who> = old_own.keys().chain(new_own.keys()).copied().collect();
        let all = [EVERYONE].into_iter().chain(named);
        all.map(|who| {
            let old = self.table(pair.old, old_own.get(&who).copied());
            let new = self.table(pair.new, new_own.get(&who).copied());
            let may = |table: &Timetable, side: Option<Side>, form: Form| {
                table.allows_form(form) && side.is_some_and(|side| can(side.thing, form))
            };
            let had =
                |form: Form| Had { before: may(&old, pair.old, form), after: may(&new, pair.new, form) };
            let (clear, redacted) = (had(Form::Clear), had(Form::Redacted));
            let any = Had { before: clear.before || redacted.before, after: clear.after || redacted.after };
            Seen { who, any, redacted, old, new }
        })
        .collect()
    }

    /// Everything a party has of one thing: through its own rules and those for everyone.
    fn table(&mut self, side: Option<Side>, own: Option<&Arc<Timetable>>) -> Arc<Timetable> {
        let Some(side) = side else { return Arc::clone(&self.nothing) };
        let everyone = &side.access.everyone;
        let Some(own) = own else { return Arc::clone(everyone) };
        let made = self.known.entry((Arc::as_ptr(own), Arc::as_ptr(everyone))).or_insert_with(|| {
            let mut builder = Builder::default();
            builder.add_table(own);
            builder.add_table(everyone);
            Arc::new(builder.finish())
        });
        Arc::clone(made)
    }

    /// The parties that have more or less of a thing than before.
    pub fn changes(&mut self, pair: &Pair, audience: &[Seen]) -> Vec<(Who, Facet)> {
        let shown = shown(pair);
        audience.iter().filter_map(|seen| Some((seen.who, self.change(pair, shown, seen)?))).collect()
    }

    fn change(&mut self, pair: &Pair, shown: Shown, seen: &Seen) -> Option<Facet> {
        let can_redact =
            [pair.old, pair.new].map(|side| side.is_some_and(|side| can(side.thing, Form::Redacted)));
        let key = (Arc::as_ptr(&seen.old), Arc::as_ptr(&seen.new), shown, can_redact);
        let compared = self.compared.entry(key);
        let direction = *compared.or_insert_with(|| compare([&seen.old, &seen.new], shown, can_redact));
        let direction = direction?;
        let [old_zone, new_zone] = self.zones;
        let named = old_zone.iana_name() != new_zone.iana_name();
        let mut old = describe(&seen.old, pair.action, pair.old, (old_zone, named));
        let mut new = describe(&seen.new, pair.action, pair.new, (new_zone, named));
        if old == new {
            // Hours that are all of the day, or an end that never comes.
            old += &without_clock(&seen.old, pair.action);
            new += &without_clock(&seen.new, pair.action);
        }
        let verb = verb(pair.action);
        let says = format!("{verb} {}: {old} -> {new}", pair.name);
        Some(Facet { what: verb.to_owned(), old, new, direction, says })
    }
}

fn own_tables<'a>(side: Option<Side<'a>>, parties: &Parties) -> HashMap<Who, &'a Arc<Timetable>> {
    let named = side.into_iter().flat_map(|side| &side.access.named);
    named.filter_map(|(name, table)| Some((parties.place(name)?, table))).collect()
}

/// True if a thing can be had in this form. A topic without `redact` is denied to those who may have it redacted only.
fn can(thing: &Thing, form: Form) -> bool {
    match form {
        Form::Clear => true,
        Form::Redacted => thing.action != Action::Read || thing.image.is_some() || thing.text.is_some(),
    }
}

fn shown(pair: &Pair) -> Shown {
    let (Some(old), Some(new)) = (pair.old, pair.new) else { return Shown { more: false, less: false } };
    let (more, less) = redaction::shows(old.thing, new.thing);
    Shown { more, less }
}

fn compare([old, new]: [&Timetable; 2], shown: Shown, [old_can, new_can]: [bool; 2]) -> Option<Direction> {
    let (mut gains, mut loses) = (false, false);
    let mut hold = |before: Option<Form>, after: Option<Form>| {
        let [before, after] = [(before, old_can), (after, new_can)]
            .map(|(form, can)| form.filter(|form| can || *form == Form::Clear));
        // The same form is not the same if more is hidden in it.
        let redacted = before == Some(Form::Redacted) && after == before;
        gains |= after > before || (redacted && shown.more);
        loses |= after < before || (redacted && shown.less);
    };
    let (old_day, new_day) = (old.stretches(), new.stretches());
    let (mut old_left, mut new_left) = (old_day.iter().peekable(), new_day.iter().peekable());
    while let (Some(a), Some(b)) = (old_left.peek(), new_left.peek()) {
        let ends = a.phases.iter().chain(&b.phases).map(|(_, end)| end.saturating_sub(1));
        for time in ends.chain([FOREVER - 1]) {
            hold(form_at(a, time), form_at(b, time));
        }
        let (a_ends, b_ends) = (a.to <= b.to, b.to <= a.to);
        if a_ends {
            old_left.next();
        }
        if b_ends {
            new_left.next();
        }
    }
    hold(old.without_clock(), new.without_clock());
    (gains || loses).then(|| Direction::of(gains, loses))
}

fn form_at(stretch: &Stretch, time: i64) -> Option<Form> {
    stretch.phases.iter().find(|(_, end)| time < *end).and_then(|(form, _)| *form)
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Read => "read",
        Action::Command => "command",
        Action::Call => "call",
    }
}
