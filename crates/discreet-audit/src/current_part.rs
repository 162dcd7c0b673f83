//! The part that is written, in the writer: when it is closed, and the entries about parts.

use super::Time;
use super::chain::Link;
use super::entry::{Entry, PolicyMark};
use super::file::Disk;
use super::part_entry::{Carried, Note};
use super::recovery::{Recovered, higher};
use super::rotation::Rotation;

/// Interval of searches for old parts, in seconds; there is also one after each new part.
const LOOK: i64 = 3600;

pub(super) struct CurrentPart {
    rotation: Rotation,
    number: u64,
    bytes: u64,
    since: Option<Time>,
    /// True if it has more than entries about parts.
    in_use: bool,
    /// The first entry, until it is written.
    opened: Option<Note>,
    state: Carried,
    looked: Option<i64>,
}

/// Entries about parts for one step of the writer.
pub(super) struct Entries {
    /// In front of all others.
    pub first: Option<(Time, Entry)>,
    /// After the others: the part that is removed once this is on the disk.
    pub removed: Option<(Time, Entry)>,
    /// Its number.
    pub part: Option<u64>,
    /// A fault, kept until it is written.
    pub trouble: Option<(Time, Entry)>,
}

impl CurrentPart {
    pub fn new(rotation: Rotation) -> CurrentPart {
        CurrentPart {
            rotation,
            number: 1,
            bytes: 0,
            since: None,
            in_use: false,
            opened: None,
            state: Carried::default(),
            looked: None,
        }
    }

    /// The log was opened.
    pub fn found(&mut self, recovered: &Recovered) {
        (self.number, self.bytes, self.since) = (recovered.part, recovered.end, recovered.since);
        self.opened = recovered.opened.clone();
        self.in_use = recovered.opened.is_none();
        self.state =
            Carried { latest: recovered.time, policy: recovered.policy, mark: recovered.mark.clone() };
    }

    pub fn is_in_use(&self) -> bool {
        self.in_use
    }

    /// The entries about parts for this step.
    pub fn entries(&mut self, disk: &mut dyn Disk, now: Time) -> Entries {
        self.look(disk, now);
        let (removed, trouble) = disk.news();
        let trouble = trouble.map(|what| Entry::Fault { since: now, what: super::cleaned(&what), lost: 0 });
        let part = removed.as_ref().map(|removed| removed.part);
        Entries {
            first: self.opened.clone().map(|note| (now, Entry::Part(note))),
            removed: removed.map(|removed| (now, Entry::Part(Note::Removed(removed)))),
            part,
            trouble: trouble.map(|entry| (now, entry)),
        }
    }

    fn look(&mut self, disk: &mut dyn Disk, now: Time) {
        let Some(before) = self.rotation.outdated(now) else { return };
        if self.looked.is_none_or(|looked| now.second().abs_diff(looked) >= LOOK.unsigned_abs()) {
            self.looked = Some(now.second());
            disk.look_for_old(before);
        }
    }

    /// The state after a step at `now`.
    pub fn state(&self, now: Time, policy: Option<PolicyMark>, mark: Option<&str>) -> Carried {
        Carried {
            latest: self.state.latest.max(Some(now)),
            policy: higher(self.state.policy, policy),
            mark: mark.map(str::to_owned).or_else(|| self.state.mark.clone()),
        }
    }

    /// The entry that closes the part after `more` bytes, if that is due and there is a file for the next part.
    pub fn closing(&self, disk: &mut dyn Disk, more: u64, now: Time, state: Carried) -> Option<Note> {
        let why = self.rotation.due(self.bytes.saturating_add(more), self.since, now)?;
        let (part, next) = (self.number, self.number.saturating_add(1));
        disk.is_ready(now).then(|| Note::Closed { part, next, why: why.to_owned(), state })
    }

    /// The lines of a step are on the disk.
    pub fn written(&mut self, bytes: u64, now: Time, in_use: bool, state: Carried) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.since = self.since.or(Some(now));
        self.in_use |= in_use;
        self.opened = None;
        self.state = state;
    }

    /// The removal of a part is on the disk.
    pub fn removed(&mut self, disk: &mut dyn Disk, part: u64, now: Time) {
        disk.remove(part);
        if let Some(before) = self.rotation.outdated(now) {
            disk.look_for_old(before); // there may be more of them
        }
    }

    /// The part is closed: `end` is the end of it.
    pub fn begin_next(&mut self, disk: &mut dyn Disk, closed: &Note, end: Link) {
        disk.begin_part();
        self.opened = Note::opened(closed, end);
        (self.number, self.bytes, self.since) = (self.number.saturating_add(1), 0, None);
        (self.in_use, self.looked) = (false, None);
    }
}
