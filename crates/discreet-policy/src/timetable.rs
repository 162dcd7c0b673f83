//! Rules compiled into a table of the day: a decision is one look-up, independent of the number of rules.

use std::sync::Arc;

use super::rule::{Effect, Form, Rule, RuleId, earliest};
use super::time::{DAY, FOREVER, Moment};

/// Decision of a policy on one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A rule allows it, in this form.
    Allow {
        /// The form.
        form: Form,
        /// The rule: of those that allow it in this form, the one that lasts longest.
        rule: RuleId,
    },
    /// A rule denies it.
    Deny {
        /// The rule: of those that deny it, the one that lasts longest.
        rule: RuleId,
    },
    /// No rule applies to it, so it is denied.
    NoRule,
}

/// The end of a decision, and its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    until: i64,
    rule: RuleId,
}

/// The three kinds of decision. Deny wins over clear, clear over redacted.
const KINDS: [Effect; 3] = [Effect::Deny, Effect::Allow(Form::Clear), Effect::Allow(Form::Redacted)];

/// A stretch of the day in which the same rules hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Segment {
    /// First minute. It ends where the next begins.
    from: u16,
    deny: Option<Reach>,
    clear: Option<Reach>,
    redacted: Option<Reach>,
}

/// The decisions of a policy on one name for one audience, at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timetable {
    /// Over the whole day, in order; never empty.
    segments: Vec<Segment>,
    /// The decisions when the clock cannot be relied on.
    base: Segment,
}

/// The timetables of one declared name, by audience.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub everyone: Arc<Timetable>,
    /// Each stakeholder that a rule names, in file order, with the table of its own rules.
    pub named: Vec<(Arc<str>, Arc<Timetable>)>,
}

impl Access {
    /// No access for any party.
    pub fn nobody() -> Access {
        Access { everyone: Arc::new(Builder::default().finish()), named: Vec::new() }
    }

    /// The decision for a stakeholder by its own rules.
    pub fn stakeholder(&self, name: &str, now: Moment) -> Verdict {
        let own = self.named.iter().find(|(named, _)| named.as_ref() == name);
        own.map_or(Verdict::NoRule, |(_, table)| table.verdict(now))
    }
}

/// A rule's effect over a stretch of the day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    effect: Effect,
    from: u16,
    to: u16,
    reach: Reach,
}

/// Collects what goes into a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Builder {
    windows: Vec<Window>,
    base: Segment,
}

impl Segment {
    fn slot(&mut self, effect: Effect) -> &mut Option<Reach> {
        match effect {
            Effect::Deny => &mut self.deny,
            Effect::Allow(Form::Clear) => &mut self.clear,
            Effect::Allow(Form::Redacted) => &mut self.redacted,
        }
    }

    fn reach(&self, effect: Effect) -> Option<Reach> {
        match effect {
            Effect::Deny => self.deny,
            Effect::Allow(Form::Clear) => self.clear,
            Effect::Allow(Form::Redacted) => self.redacted,
        }
    }

    fn verdict(&self, unix_seconds: i64) -> Verdict {
        let holds = |reach: &Reach| unix_seconds < reach.until;
        if let Some(Reach { rule, .. }) = self.deny.filter(holds) {
            return Verdict::Deny { rule };
        }
        if let Some(Reach { rule, .. }) = self.clear.filter(holds) {
            return Verdict::Allow { form: Form::Clear, rule };
        }
        match self.redacted.filter(holds) {
            Some(Reach { rule, .. }) => Verdict::Allow { form: Form::Redacted, rule },
            None => Verdict::NoRule,
        }
    }

    fn form(&self, unix_seconds: i64) -> Option<Form> {
        match self.verdict(unix_seconds) {
            Verdict::Allow { form, .. } => Some(form),
            Verdict::Deny { .. } | Verdict::NoRule => None,
        }
    }

    fn phases(&self) -> Vec<(Option<Form>, i64)> {
        let mut ends: Vec<i64> =
            [self.deny, self.clear, self.redacted].into_iter().flatten().map(|r| r.until).collect();
        ends.sort_unstable();
        let mut phases: Vec<(Option<Form>, i64)> = Vec::new();
        let mut start = i64::MIN;
        for end in ends {
            let form = self.form(start);
            match phases.last_mut() {
                Some(last) if last.0 == form => last.1 = end,
                _ if end > start => phases.push((form, end)),
                _ => {}
            }
            start = end;
        }
        // A denial at the end is the same as nothing at the end.
        phases.pop_if(|(form, _)| form.is_none());
        phases
    }

    /// The rules that decide at some second: of each kind, if it lasts longer than the kinds that win over it.
    fn deciding(&self) -> impl Iterator<Item = RuleId> {
        let mut so_far = i64::MIN;
        KINDS.into_iter().filter_map(move |kind| {
            let reach = self.reach(kind).filter(|reach| reach.until > so_far)?;
            so_far = reach.until;
            Some(reach.rule)
        })
    }
}

impl Timetable {
    /// The decision at this moment.
    pub fn verdict(&self, now: Moment) -> Verdict {
        if !now.trusted {
            return self.base.verdict(i64::MIN);
        }
        match self.segment(now.minute_of_day) {
            Some(segment) => segment.verdict(now.unix_seconds),
            None => Verdict::NoRule,
        }
    }

    /// Every rule that decides at some time.
    pub fn deciding(&self) -> impl Iterator<Item = RuleId> {
        self.segments.iter().chain([&self.base]).flat_map(Segment::deciding)
    }

    /// True if it allows anything at some time.
    pub fn allows(&self) -> bool {
        self.allows_form(Form::Clear) || self.allows_form(Form::Redacted)
    }

    /// True if it allows this form at some time.
    pub fn allows_form(&self, form: Form) -> bool {
        self.segments.iter().any(|segment| {
            let denied_until = segment.deny.map_or(i64::MIN, |reach| reach.until);
            segment.reach(Effect::Allow(form)).is_some_and(|reach| reach.until > denied_until)
        })
    }

    /// The day in stretches, each with its forms one after the other, without the rules.
    pub fn stretches(&self) -> Vec<Stretch> {
        let ends = self.segments.iter().skip(1).map(|segment| segment.from).chain([DAY]);
        let mut stretches: Vec<Stretch> = Vec::new();
        for (segment, to) in self.segments.iter().zip(ends) {
            let phases = segment.phases();
            match stretches.last_mut() {
                Some(last) if last.phases == phases => last.to = to,
                _ => stretches.push(Stretch { from: segment.from, to, phases }),
            }
        }
        stretches
    }

    /// The form that it allows at a minute of the day, at a second.
    pub fn form(&self, minute: u16, second: i64) -> Option<Form> {
        self.segment(minute).and_then(|segment| segment.form(second))
    }

    /// The minutes of the day at which something may change.
    pub fn changes(&self) -> impl Iterator<Item = u16> {
        self.segments.iter().map(|segment| segment.from)
    }

    /// The seconds at which a rule that holds at this minute of the day ends.
    pub fn ends(&self, minute: u16) -> impl Iterator<Item = i64> {
        let kinds = self.segment(minute).map(|segment| [segment.deny, segment.clear, segment.redacted]);
        kinds.into_iter().flatten().flatten().map(|reach| reach.until)
    }

    /// The seconds at which any rule ends, at any minute of the day.
    pub fn all_ends(&self) -> impl Iterator<Item = i64> {
        let kinds = self.segments.iter().flat_map(|segment| [segment.deny, segment.clear, segment.redacted]);
        kinds.flatten().map(|reach| reach.until)
    }

    fn segment(&self, minute: u16) -> Option<&Segment> {
        let after = self.segments.partition_point(|segment| segment.from <= minute);
        after.checked_sub(1).and_then(|at| self.segments.get(at))
    }

    /// The decisions when the clock cannot be relied on.
    pub fn without_clock(&self) -> Option<Form> {
        self.base.form(i64::MIN)
    }
}

/// A part of the day with its forms, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub from: u16,
    pub to: u16,
    /// Each until its end; after the last, nothing.
    pub phases: Vec<(Option<Form>, i64)>,
}

impl Builder {
    /// Adds a rule with its effect here. An allow ends with the stakeholder it is for.
    pub fn add(&mut self, rule: &Rule, effect: Effect, stakeholder_until: Option<i64>) {
        let end = match effect {
            Effect::Deny => rule.until,
            Effect::Allow(_) => earliest(rule.until, stakeholder_until),
        };
        let timed = rule.hours.is_some() || end.is_some();
        if effect == Effect::Deny || !timed {
            self.always(effect, rule.id);
        }
        let reach = Reach { until: end.unwrap_or(FOREVER), rule: rule.id };
        match rule.hours {
            None => self.windows.push(Window { effect, from: 0, to: DAY, reach }),
            Some(hours) => {
                for (from, to) in hours.within_one_day() {
                    self.windows.push(Window { effect, from, to, reach });
                }
            }
        }
    }

    /// Adds the rules of a finished table.
    pub fn add_table(&mut self, table: &Timetable) {
        self.add_kinds(table, &KINDS);
    }

    /// Adds only the denials of a finished table.
    pub fn add_denies(&mut self, table: &Timetable) {
        self.add_kinds(table, &[Effect::Deny]);
    }

    fn add_kinds(&mut self, table: &Timetable, kinds: &[Effect]) {
        let ends = table.segments.iter().skip(1).map(|segment| segment.from).chain([DAY]);
        for (segment, to) in table.segments.iter().zip(ends) {
            for effect in kinds.iter().copied() {
                if let Some(reach) = segment.reach(effect) {
                    self.windows.push(Window { effect, from: segment.from, to, reach });
                }
            }
        }
        for effect in kinds.iter().copied() {
            if let Some(reach) = table.base.reach(effect) {
                self.always(effect, reach.rule);
            }
        }
    }

    fn always(&mut self, effect: Effect, rule: RuleId) {
        let slot = self.base.slot(effect);
        let first = slot.map_or(rule, |reach| reach.rule.min(rule));
        *slot = Some(Reach { until: FOREVER, rule: first });
    }

    /// The table.
    pub fn finish(mut self) -> Timetable {
        let mut starts: Vec<u16> =
            self.windows.iter().flat_map(|window| [window.from, window.to]).chain([0]).collect();
        starts.sort_unstable();
        starts.dedup();
        starts.retain(|start| *start < DAY);
        let mut segments: Vec<Segment> =
            starts.iter().map(|from| Segment { from: *from, ..Segment::default() }).collect();
        // Longest first: a stretch that is taken stays taken, so each is written once.
        self.windows.sort_by_key(|window| (std::cmp::Reverse(window.reach.until), window.reach.rule));
        for kind in KINDS {
            let mut free = Free::new(segments.len());
            for window in self.windows.iter().filter(|window| window.effect == kind) {
                let first = starts.partition_point(|start| *start < window.from);
                let end = starts.partition_point(|start| *start < window.to);
                while let Some(at) = free.take(first, end) {
                    if let Some(segment) = segments.get_mut(at) {
                        *segment.slot(kind) = Some(window.reach);
                    }
                }
            }
        }
        segments.dedup_by(|later, earlier| Segment { from: earlier.from, ..*later } == *earlier);
        Timetable { segments, base: self.base }
    }
}

/// Places not yet taken, found in nearly constant time: each place points to the next that may be free.
struct Free(Vec<usize>);

impl Free {
    fn new(places: usize) -> Self {
        Self((0..=places).collect())
    }

    /// Takes the first free place from `first` to before `end`.
    fn take(&mut self, first: usize, end: usize) -> Option<usize> {
        let mut at = first;
        while let Some(next) = self.0.get(at).copied().filter(|next| *next != at) {
            let beyond = self.0.get(next).copied().unwrap_or(next);
            if let Some(slot) = self.0.get_mut(at) {
                *slot = beyond;
            }
            at = beyond;
        }
        if at >= end {
            return None;
        }
        *self.0.get_mut(at)? = at + 1;
        Some(at)
    }
}
