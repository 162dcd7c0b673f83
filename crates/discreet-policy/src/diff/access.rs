//! Access: the parties that read, command, call and act, in which form, at which times.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::super::rule::Form;
use super::super::time::FOREVER;
use super::super::timetable::{Builder, Stretch, Timetable};
use super::super::verb::Verb;
use super::pairs::{Pair, Side};
use super::times::{describe, without_clock};
use super::{Affected, Direction, EVERYONE, Facet, Parties, Who, redaction};

/// One party's access to one declaration, before and after.
pub(super) struct PartyAccess {
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
    /// A party that had nothing loses nothing. Of access that is lost altogether, no details are reported.
    pub fn concerns(self, direction: Direction) -> bool {
        self.after && (self.before || direction != Direction::Loses)
    }
}

impl PartyAccess {
    /// True if a difference for these is one for this party.
    pub fn is_told(&self, to: Affected, direction: Direction, audience: &[PartyAccess]) -> bool {
        let is_named = |seen: &PartyAccess| seen.who != EVERYONE && seen.any.concerns(direction);
        match to {
            Affected::All => self.any.concerns(direction),
            Affected::Redacted => self.redacted.concerns(direction),
            Affected::Named => is_named(self),
            Affected::Onlookers => self.who == EVERYONE && audience.iter().any(is_named),
        }
    }
}

/// All parties with access to a declaration in one of the policies, and the changes for them.
pub(super) struct Concerned<'a> {
    /// Everyone, and each stakeholder that a rule about this declaration names. All others have what everyone has.
    pub seen: Vec<PartyAccess>,
    sides: [Option<Side<'a>>; 2],
    /// By what the redacted form shows.
    compared: HashMap<Shown, Vec<(usize, Direction)>>,
}

impl Concerned<'_> {
    /// The parties that have more or less of a declaration than before, in these words.
    pub fn changes(&mut self, pair: &Pair, zones: [&TimeZone; 2], named: &Named) -> Vec<(Who, Facet)> {
        let (shown, can) = (shown(pair), self.sides.map(can_redact));
        let seen = &self.seen;
        let compared = self.compared.entry(shown).or_insert_with(|| {
            let compare = |(at, seen): (usize, &PartyAccess)| Some((at, compare(seen, shown, can)?));
            seen.iter().enumerate().filter_map(compare).collect()
        });
        let told = |(at, direction): &(usize, Direction)| {
            let seen = seen.get(*at)?;
            Some((seen.who, change(named, seen, *direction, zones)))
        };
        compared.iter().filter_map(told).collect()
    }

    /// True if another pair has the very tables of this one. Topics of one class without rules of their own share them.
    fn is_of(&self, pair: &Pair) -> bool {
        let [old, new] = self.sides;
        has_tables_of(old, pair.old) && has_tables_of(new, pair.new)
    }
}

fn has_tables_of(one: Option<Side>, other: Option<Side>) -> bool {
    let (Some(a), Some(b)) = (one, other) else { return one.is_none() && other.is_none() };
    let (a_named, b_named) = (&a.access.named, &b.access.named);
    can_redact(one) == can_redact(other)
        && Arc::ptr_eq(&a.access.everyone, &b.access.everyone)
        && a_named.len() == b_named.len()
        && a_named.iter().zip(b_named).all(|((_, a), (_, b))| Arc::ptr_eq(a, b))
}

/// Timetables of parties. Tables live as long as their policies, so their places tell them apart.
pub(super) struct Tables<'a> {
    nothing: Arc<Timetable>,
    /// By a party's own table and that of everyone.
    known: HashMap<(*const Timetable, *const Timetable), Arc<Timetable>>,
    /// The last audience of declarations of these classes.
    audiences: HashMap<[&'a str; 2], Concerned<'a>>,
}

impl<'a> Tables<'a> {
    pub fn new() -> Self {
        let nothing = Arc::new(Builder::default().finish());
        Self { nothing, known: HashMap::new(), audiences: HashMap::new() }
    }

    /// All that have a declaration before or after.
    pub fn audience(&mut self, pair: &Pair<'a>, parties: &Parties) -> &mut Concerned<'a> {
        let classes = [pair.old, pair.new].map(|side| side.map_or("", |side| side.declaration.class.name()));
        let last = self.audiences.remove(&classes).filter(|last| last.is_of(pair));
        let audience = last.unwrap_or_else(|| self.make(pair, parties));
        self.audiences.entry(classes).insert_entry(audience).into_mut()
    }

    fn make(&mut self, pair: &Pair<'a>, parties: &Parties) -> Concerned<'a> {
        let sides = [pair.old, pair.new];
        let [old_own, new_own] = sides.map(|side| own_tables(side, parties));
        let named: BTreeSet<Who> = old_own.keys().chain(new_own.keys()).copied().collect();
        let all = [EVERYONE].into_iter().chain(named);
        let seen = all.map(|who| {
            let old = self.table(pair.old, old_own.get(&who).copied());
            let new = self.table(pair.new, new_own.get(&who).copied());
            let may = |table: &Timetable, side: Option<Side>, form: Form| {
                table.allows_form(form) && (form == Form::Clear || can_redact(side))
            };
            let had =
                |form: Form| Had { before: may(&old, pair.old, form), after: may(&new, pair.new, form) };
            let (clear, redacted) = (had(Form::Clear), had(Form::Redacted));
            let any = Had { before: clear.before || redacted.before, after: clear.after || redacted.after };
            PartyAccess { who, any, redacted, old, new }
        });
        Concerned { seen: seen.collect(), sides, compared: HashMap::new() }
    }

    /// Everything a party has of one declaration: through its own rules and those for everyone.
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
}

/// The words for a declaration.
pub(super) struct Named<'a> {
    pub verb: Verb,
    pub name: &'a str,
    /// The redaction in the old and the new policy.
    pub hidden: [Option<String>; 2],
}

impl<'a> Named<'a> {
    /// The words for what is declared under a name.
    pub fn of(pair: &'a Pair) -> Self {
        let hidden = [pair.old, pair.new].map(|side| side.and_then(|side| side.declaration.hidden()));
        Self { verb: pair.verb, name: &pair.name, hidden }
    }
}

fn change(
    named: &Named,
    seen: &PartyAccess,
    direction: Direction,
    [old_zone, new_zone]: [&TimeZone; 2],
) -> Facet {
    let zoned = old_zone.iana_name() != new_zone.iana_name();
    let Named { verb, name, hidden: [old_hidden, new_hidden] } = named;
    let mut old = describe(&seen.old, *verb, old_hidden.as_deref(), (old_zone, zoned));
    let mut new = describe(&seen.new, *verb, new_hidden.as_deref(), (new_zone, zoned));
    if old == new {
        // Hours that are all of the day, or an end that never comes.
        old += &without_clock(&seen.old, *verb);
        new += &without_clock(&seen.new, *verb);
    }
    let verb = verb.name();
    let says = format!("{verb} {name}: {old} -> {new}");
    Facet { what: verb.to_owned(), old, new, direction, says }
}

fn own_tables<'a>(side: Option<Side<'a>>, parties: &Parties) -> HashMap<Who, &'a Arc<Timetable>> {
    let named = side.into_iter().flat_map(|side| &side.access.named);
    named.filter_map(|(name, table)| Some((parties.place(name)?, table))).collect()
}

/// True if the declaration has a redacted form. A topic without `redact` is denied to parties that may have it
/// redacted only.
fn can_redact(side: Option<Side>) -> bool {
    side.is_some_and(|Side { declaration, .. }| {
        !declaration.verb.is_read() || declaration.image.is_some() || declaration.text.is_some()
    })
}

/// The redacted form of the new declaration, compared with that of the old.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Shown {
    more: bool,
    less: bool,
}

fn shown(pair: &Pair) -> Shown {
    let (Some(old), Some(new)) = (pair.old, pair.new) else { return Shown { more: false, less: false } };
    let (more, less) = redaction::shows(old.declaration, new.declaration);
    Shown { more, less }
}

fn compare(seen: &PartyAccess, shown: Shown, [old_can, new_can]: [bool; 2]) -> Option<Direction> {
    let PartyAccess { old, new, .. } = seen;
    if old == new && old_can == new_can && !shown.more && !shown.less {
        return None;
    }
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
