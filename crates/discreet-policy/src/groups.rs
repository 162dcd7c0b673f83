//! Groups: stakeholders who may open the same sealed messages at the same times, and so share keys.
//!
//! Topics of one class that go to the same stakeholders by the same timetables in the same form make one group, so
//! that the number of keys grows with what the policy distinguishes and not with its topics. Guard and keeper both
//! derive the groups from the policy; a group's id names it between them.

use std::collections::HashMap;
use std::sync::Arc;

use super::Policy;
use super::class::Class;
use super::rule::Form;
use super::time::{DAY, Moment};
use super::timetable::{Access, Timetable, Verdict};

/// Hours begin and end with a minute of the day, and zones are whole minutes apart.
const MINUTE: i64 = 60;

/// The domain of the hash that makes a group's id.
const ID: &str = "discreet 2026-11 group id v1";

/// Stakeholders who may open the same messages at the same times.
#[derive(Debug)]
pub struct KeyGroup {
    id: [u8; 16],
    class: Arc<Class>,
    form: Form,
    everyone: Arc<Timetable>,
    /// Stakeholders who may have this form at some time, in file order.
    candidates: Vec<(Arc<str>, Arc<Timetable>)>,
    /// Their names, with a blank between two.
    names: String,
}

/// The groups of one topic: at most one for each form.
pub(super) type Groups = [Option<Arc<KeyGroup>>; 2];

impl KeyGroup {
    /// Its id between guard and keeper.
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    /// The class of the messages that it opens.
    pub fn class(&self) -> &Class {
        &self.class
    }

    /// The form of the messages that it opens.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The names of the possible members, in file order, with a blank between two.
    pub fn names(&self) -> &str {
        &self.names
    }

    /// True if a stakeholder of this name may be a member at some time.
    pub fn can_have_member(&self, name: &str) -> bool {
        self.candidates.iter().any(|(candidate, _)| candidate.as_ref() == name)
    }

    /// The stakeholders that may have it in this form now, and do not have as much in the open.
    pub fn members(&self, now: Moment) -> impl Iterator<Item = &Arc<str>> {
        let closed = allowed(&self.everyone, now) < Some(self.form);
        let members =
            self.candidates.iter().filter(move |(_, table)| closed && allowed(table, now) == Some(self.form));
        members.map(|(name, _)| name)
    }

    /// True if there is a member now. One look-up for each candidate.
    pub fn has_members(&self, now: Moment) -> bool {
        self.members(now).next().is_some()
    }

    /// The first second after `now`, at most `horizon`, at which the policy gives the group other members than now.
    pub fn next_change(&self, policy: &Policy, now: Moment, horizon: i64) -> Option<i64> {
        let differs = |second: &i64| {
            let then = policy.moment(*second, now.trusted);
            !self.members(now).eq(self.members(then))
        };
        self.possible_changes(now, horizon).into_iter().find(differs)
    }

    /// The first second after `now` at which `who` is not a member by the policy.
    pub fn member_until(&self, policy: &Policy, who: &str, now: Moment) -> Option<i64> {
        let is_gone = |second: &i64| {
            let then = policy.moment(*second, now.trusted);
            !self.members(then).any(|member| member.as_ref() == who)
        };
        self.possible_changes(now, i64::MAX).into_iter().find(is_gone)
    }

    /// Seconds after `now`, at most `horizon`, at which hours or contracts begin or end: those of a day, and all ends.
    fn possible_changes(&self, now: Moment, horizon: i64) -> Vec<i64> {
        let mut seconds: Vec<i64> = Vec::new();
        if self.tables().any(|table| table.changes().any(|minute| minute > 0)) {
            let minutes = (now.unix_seconds.div_euclid(MINUTE) + 1..).map(|minute| minute * MINUTE);
            // Hours repeat each day; an hour more for a change of the clocks.
            seconds.extend(minutes.take(usize::from(DAY) + 60).take_while(|second| *second <= horizon));
        }
        let within = |end: &i64| now.unix_seconds < *end && *end <= horizon;
        seconds.extend(self.tables().flat_map(Timetable::all_ends).filter(within));
        seconds.sort_unstable();
        seconds
    }

    fn tables(&self) -> impl Iterator<Item = &Timetable> {
        self.candidates.iter().map(|(_, table)| table.as_ref()).chain([self.everyone.as_ref()])
    }
}

fn allowed(table: &Timetable, now: Moment) -> Option<Form> {
    match table.verdict(now) {
        Verdict::Allow { form, .. } => Some(form),
        Verdict::Deny { .. } | Verdict::NoRule => None,
    }
}

/// Makes each group once, independent of the number of topics.
#[derive(Default)]
pub(super) struct Builder {
    known: HashMap<[u8; 16], Arc<KeyGroup>>,
    /// In the order of their first topics.
    all: Vec<Arc<KeyGroup>>,
}

impl Builder {
    /// The groups of a topic of this class with this access.
    pub fn groups_of(&mut self, class: &Arc<Class>, access: &Access) -> Groups {
        [Form::Clear, Form::Redacted].map(|form| self.group(class, access, form))
    }

    /// Every group that was made.
    pub fn finish(self) -> Vec<Arc<KeyGroup>> {
        self.all
    }

    fn group(&mut self, class: &Arc<Class>, access: &Access, form: Form) -> Option<Arc<KeyGroup>> {
        let may = |(_, table): &&(Arc<str>, Arc<Timetable>)| table.allows_form(form);
        let candidates: Vec<_> = access.named.iter().filter(may).cloned().collect();
        if candidates.is_empty() {
            return None;
        }
        let names = candidates.iter().map(|(name, _)| name.as_ref()).collect::<Vec<&str>>().join(" ");
        let group = KeyGroup {
            id: [0; 16],
            class: Arc::clone(class),
            form,
            everyone: Arc::clone(&access.everyone),
            candidates,
            names,
        };
        let id = identify(&group);
        let group = self.known.entry(id).or_insert_with(|| {
            let group = Arc::new(KeyGroup { id, ..group });
            self.all.push(Arc::clone(&group));
            group
        });
        Some(Arc::clone(group))
    }
}

/// Everything that distinguishes groups. The ids of the rules do not: they may differ.
fn identify(group: &KeyGroup) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key(ID);
    let mut put = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    put(group.class.name().as_bytes());
    put(group.form.name().as_bytes());
    put(&written(&group.everyone));
    for (name, table) in &group.candidates {
        put(name.as_bytes());
        put(&written(table));
    }
    let mut id = [0; 16];
    hasher.finalize_xof().fill(&mut id);
    id
}

fn written(table: &Timetable) -> Vec<u8> {
    let form = |form: Option<Form>| form.map_or("none", Form::name);
    let mut text = format!("base {}", form(table.without_clock()));
    for stretch in table.stretches() {
        text.push_str(&format!("; {}-{}", stretch.from, stretch.to));
        for (allowed, until) in &stretch.phases {
            text.push_str(&format!(" {} until {until}", form(*allowed)));
        }
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "\
discreet: 1
robot: r
version: 1
timezone: Europe/Berlin
classes: { operational: { retention: 7d }, contextual: { retention: 1d }, contextual/guest: {} }
stakeholders:
  desk: { identity: desk.pub }
  night: { identity: night.pub }
  vendor: { identity: vendor.pub, until: 2026-06-01T10:00:30Z }
topics:
  /camera: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }
  /people: { type: std_msgs/msg/String, class: contextual }
  /names: { type: std_msgs/msg/String, class: contextual/guest }
  /rooms: { type: std_msgs/msg/String, class: contextual/guest }
  /scan: { type: std_msgs/msg/String, class: operational }
rules:
  - { who: everyone, read: [/camera], as: redacted }
  - { who: everyone, read: /scan, as: clear }
  - { who: desk, read: contextual, as: clear }
  - { who: night, read: contextual/guest, as: clear, hours: \"22:00-06:00\" }
  - { who: vendor, read: [/camera, /people], as: redacted }
  - { who: vendor, read: /scan, as: clear }
";

    fn policy() -> Policy {
        Policy::read("p.yaml", POLICY).map_err(|findings| format!("{findings:?}")).unwrap().0
    }

    fn at(policy: &Policy, time: &str) -> Moment {
        let second = time.parse::<jiff::Timestamp>().unwrap().as_second();
        policy.moment(second, true)
    }

    fn members(policy: &Policy, topic: &str, form: Form, time: &str) -> Vec<String> {
        let topic = policy.topic(topic).unwrap();
        let now = at(policy, time);
        topic
            .group(form)
            .map(|group| group.members(now).map(|name| name.to_string()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn topics_with_the_same_readers_share_a_group_and_others_do_not() {
        let policy = policy();
        let id = |topic: &str, form| policy.topic(topic).unwrap().group(form).map(|group| group.id());
        assert_eq!(id("/names", Form::Clear), id("/rooms", Form::Clear));
        assert_ne!(id("/camera", Form::Clear), id("/people", Form::Clear), "one of them is open redacted");
        assert_ne!(id("/people", Form::Clear), id("/people", Form::Redacted));
        assert_ne!(id("/people", Form::Clear), id("/names", Form::Clear));
        assert_eq!(id("/names", Form::Redacted), None);
        let again = super::tests::policy();
        let ids = |policy: &Policy| policy.groups().iter().map(|group| group.id()).collect::<Vec<_>>();
        assert_eq!(ids(&policy), ids(&again), "guard and keeper derive the same");
    }

    #[test]
    fn it_is_known_until_when_somebody_is_a_member_and_hours_of_others_do_not_count() {
        let policy = policy();
        let until = |topic: &str, who: &str, time: &str| {
            let group = policy.topic(topic).unwrap().group(Form::Clear).unwrap();
            group.member_until(&policy, who, at(&policy, time))
        };
        let midnight = "2026-05-01T23:59:00Z";
        assert_eq!(
            until("/names", "night", midnight),
            Some(at(&policy, "2026-05-02T06:00:00+02:00").unix_seconds)
        );
        assert_eq!(until("/names", "desk", midnight), None);
    }

    #[test]
    fn members_are_those_who_have_more_than_everyone_and_only_then() {
        let policy = policy();
        let noon = "2026-05-01T12:00:00+02:00";
        assert_eq!(members(&policy, "/camera", Form::Clear, noon), ["desk"]);
        let open: Vec<String> = Vec::new();
        assert_eq!(members(&policy, "/camera", Form::Redacted, noon), open, "everyone has it in the open");
        assert_eq!(members(&policy, "/scan", Form::Clear, noon), open);
        assert_eq!(members(&policy, "/people", Form::Redacted, noon), ["vendor"]);
        assert_eq!(members(&policy, "/people", Form::Redacted, "2026-06-01T10:00:29Z"), ["vendor"]);
        assert_eq!(members(&policy, "/people", Form::Redacted, "2026-06-01T10:00:30Z"), open);
        assert_eq!(members(&policy, "/names", Form::Clear, noon), ["desk"]);
        assert_eq!(members(&policy, "/names", Form::Clear, "2026-05-01T23:00:00+02:00"), ["desk", "night"]);
    }

    #[test]
    fn the_next_change_is_when_hours_or_a_contract_end() {
        let policy = policy();
        let group = |topic: &str, form| Arc::clone(policy.topic(topic).unwrap().group(form).unwrap());
        let second = |time: &str| time.parse::<jiff::Timestamp>().unwrap().as_second();
        let (evening, week) = (at(&policy, "2026-05-01T21:30:10+02:00"), 7 * 24 * 3600);
        let names = group("/names", Form::Clear);
        let horizon = evening.unix_seconds + week;
        assert_eq!(names.next_change(&policy, evening, horizon), Some(second("2026-05-01T22:00:00+02:00")));
        assert_eq!(
            names.next_change(&policy, evening, evening.unix_seconds + 60),
            None,
            "beyond the horizon"
        );
        let night = at(&policy, "2026-05-01T22:00:30+02:00");
        assert_eq!(names.next_change(&policy, night, horizon), Some(second("2026-05-02T06:00:00+02:00")));
        let people = group("/people", Form::Redacted);
        let before = at(&policy, "2026-06-01T09:00:00Z");
        let end = second("2026-06-01T10:00:30Z");
        assert_eq!(people.next_change(&policy, before, end), Some(end));
        assert_eq!(people.next_change(&policy, policy.moment(end, true), end + week), None);
        assert_eq!(group("/camera", Form::Clear).next_change(&policy, evening, horizon), None);
    }
}
