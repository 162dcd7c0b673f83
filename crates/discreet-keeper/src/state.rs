//! The keeper's memory: used key ids, revoked stakeholders, the newest policy, the latest time, and the keys that
//! each name had.
//!
//! One small file with a MAC whose key is derived from the robot's identity. With each change it is written whole and
//! replaces the file before, before anything relies on it: a torn write cannot occur, so a file with any changed bit is
//! refused. Its [`Mark`] shows that it is also the *newest*; another folder and the guards keep copies of the mark.

mod fault;
mod mark;
mod record;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use discreet_host::disk;
use discreet_host::files::{Files, OpenFile, folder_of};
use discreet_host::machine::Machine;
use discreet_policy::Floor;
use discreet_seal::identity::{Identity, PublicIdentity};

pub use fault::StateFault;
pub use mark::{Mark, MarkKey, Run};
pub use record::{Compared, MOST_BYTES, Record, RecordKey, Rekeyed};

/// Key ids reserved at a time. A killed keeper loses at most this many of four billion.
const RESERVED: u32 = 64;
/// Interval of new marks for a new time alone, so that guards do not have to write one every ten seconds.
const MARKED_EVERY: i64 = 600;
const NAME: &str = "state";

/// Paths of a state.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its folder, which only this user may access.
    pub folder: PathBuf,
    /// The second copy of its mark, in another folder.
    pub mark: PathBuf,
}

/// A person's decision about a state, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decision {
    /// The state exists and is the newest.
    #[default]
    None,
    /// There was none before, or it is given up.
    New,
    /// It is the newest that exists, although its mark says otherwise.
    Accept,
}

/// The state on the disk.
pub struct State {
    machine: Machine,
    path: PathBuf,
    mark_path: PathBuf,
    /// Locked: no second keeper gives the same ids.
    _folder: Box<dyn OpenFile>,
    key: RecordKey,
    mark_key: MarkKey,
    /// That of the identity before, in the run that takes its state over: guards bring marks made with it.
    earlier_mark_key: Option<MarkKey>,
    record: Record,
    /// Of this run, and whether it has written already.
    run: Run,
    begun: bool,
    marked: i64,
    next: u32,
}

impl State {
    /// Opens it, or begins it if a person says so. Only this user may have access to the folder.
    ///
    /// `rotated_from` is the identity that the robot had before: a state that is of that one is taken over.
    pub fn open(
        machine: &Machine,
        place: &Place,
        identity: &Identity,
        rotated_from: Option<&Identity>,
        decision: Decision,
        now: i64,
    ) -> Result<State, StateFault> {
        let files = machine.files.as_ref();
        let folder = prepare(files, &place.folder, &place.mark)?;
        let path = place.folder.join(NAME);
        let shown = || path.display().to_string();
        let mut run = Run::default();
        machine.random.fill(&mut run)?;
        let mut state = State {
            machine: machine.clone(),
            path: path.clone(),
            mark_path: place.mark.clone(),
            _folder: folder,
            key: RecordKey::of(identity),
            mark_key: MarkKey::of(identity),
            earlier_mark_key: rotated_from.map(MarkKey::of),
            record: Record::default(),
            run,
            begun: false,
            marked: i64::MIN,
            next: 0,
        };
        let bytes = read(files, &path)?;
        let mark_text = read(files, &place.mark)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let mut keys = vec![(RecordKey::of(identity), MarkKey::of(identity))];
        keys.extend(rotated_from.map(|old| (RecordKey::of(old), MarkKey::of(old))));
        let text = mark_text.as_deref().unwrap_or_default();
        let mark = keys.iter().find_map(|(_, key)| key.read(text));
        let rekeyed = mark.is_some() && state.mark_key.read(text).is_none();
        let after = |record: &Record| {
            let least = mark.map_or(0, |mark| mark.number).max(record.number).saturating_add(1);
            // Above every earlier number: they grow far slower than by one in a millisecond.
            u64::try_from(now).unwrap_or(0).saturating_mul(1000).max(least)
        };
        if decision == Decision::New {
            if bytes.is_some() {
                return Err(StateFault::There { path: shown() });
            }
            let record = Record::new(after(&state.record), now, run);
            // The mark first: killed in between, there is none yet, and nothing to accept.
            state.begun = true;
            state.write_mark(&record)?;
            state.write(record)?;
            state.marked = now;
            state.next = state.record.next_key;
            return Ok(state);
        }
        let Some(bytes) = bytes else {
            let earlier = place.folder.join("keeper.redb");
            if files.id_at(&earlier).is_ok_and(|found| found.is_some()) {
                return Err(StateFault::Earlier { path: earlier.display().to_string() });
            }
            return Err(StateFault::Absent { path: shown(), known: mark_text.is_some() });
        };
        let found = keys.iter().enumerate();
        let mut found = found.filter_map(|(at, (key, _))| Some((at, Record::read(&bytes, key)?)));
        let (by, record) = found.next().ok_or_else(|| StateFault::Altered { path: shown() })?;
        state.record = record;
        let why = match (&mark_text, mark) {
            (None, _) => Some(format!("its mark, {}, is not there", place.mark.display())),
            (Some(_), None) => Some(format!("its mark, {}, is not what was written", place.mark.display())),
            (_, Some(mark)) => state.behind(&mark).map(|why| format!("{} is of {why}", place.mark.display())),
        };
        match (why, decision) {
            (None, Decision::Accept) => return Err(StateFault::NothingToAccept { path: shown() }),
            (Some(why), Decision::None) => return Err(StateFault::Behind { path: shown(), why }),
            (Some(_), _) => {
                let record = state.record.clone();
                let number = after(&record);
                state.begun = true;
                state.commit(record.decided_anew(number, now, run))?;
            }
            // Written with the key of the new identity.
            (None, _) if by != 0 || rekeyed => state.change(|_| ())?,
            (None, _) => {}
        }
        state.marked = now;
        state.next = state.record.next_key;
        Ok(state)
    }

    /// A key id that no other key had or will have.
    pub fn next_key(&mut self) -> Result<u32, StateFault> {
        if self.next == self.record.next_key {
            let reserved = self.next.checked_add(RESERVED).ok_or(StateFault::NoIds)?;
            self.change(|record| record.next_key = reserved)?;
        }
        let id = self.next;
        self.next = id.saturating_add(1);
        Ok(id)
    }

    /// True if this id was given out.
    pub fn was_given(&self, id: u32) -> bool {
        (1..self.next).contains(&id)
    }

    /// The latest time that was seen.
    pub fn latest(&self) -> Option<i64> {
        self.record.latest
    }

    /// Remembers a time.
    pub fn set_latest(&mut self, second: i64) -> Result<(), StateFault> {
        if second.saturating_sub(self.marked) >= MARKED_EVERY || second < self.marked {
            self.marked = second;
            return self.change(|record| record.latest = Some(second));
        }
        let mut record = self.record.clone();
        record.latest = Some(second);
        self.write(record)
    }

    /// The newest policy that was ever in force.
    pub fn floor(&self) -> Option<Floor> {
        self.record.floor()
    }

    /// Remembers a policy.
    pub fn set_floor(&mut self, floor: Floor) -> Result<(), StateFault> {
        self.change(|record| record.set_floor(floor))
    }

    /// All revoked stakeholders, with the second of the revocation.
    pub fn revoked(&self) -> impl Iterator<Item = (&str, i64)> {
        self.record.revoked.iter().map(|(who, since)| (who.as_str(), *since))
    }

    /// Revokes a stakeholder from a second on; `None` ends the revocation.
    pub fn set_revoked(&mut self, who: &str, since: Option<i64>) -> Result<(), StateFault> {
        self.change(|record| {
            match since {
                Some(since) => record.revoked.insert(who.to_owned(), since),
                None => record.revoked.remove(who),
            };
        })
    }

    /// Remembers the keys of these; returns those whose keys have changed.
    pub fn learn<'a>(
        &mut self,
        identities: impl Iterator<Item = &'a PublicIdentity>,
    ) -> Result<Vec<Rekeyed>, StateFault> {
        let mut record = self.record.clone();
        let learnt: Vec<_> = identities.map(|identity| record.learn(identity)).collect();
        if learnt.iter().any(|learnt| learnt.changed) {
            self.change(|known| *known = record)?;
        }
        Ok(learnt.into_iter().filter_map(|learnt| learnt.rekeyed).collect())
    }

    /// Notes that a guard receives a mark; true if one of this user and domain received one before.
    pub fn meet(&mut self, uid: u32, domain: u32) -> Result<bool, StateFault> {
        let mut record = self.record.clone();
        let known = record.meet(uid, domain);
        if record != self.record {
            self.change(|state| *state = record)?;
        }
        Ok(known)
    }

    /// True if this name ever had one of these two keys.
    pub fn had(&self, who: &str, identity: &PublicIdentity) -> bool {
        self.record.had(who, identity)
    }

    /// The second at which a person last decided that this is the state.
    pub fn decided(&self) -> i64 {
        self.record.decided
    }

    /// Its mark, for others to keep.
    pub fn mark(&self) -> String {
        self.mark_key.write(&self.record.mark())
    }

    /// Compares the state with a mark from outside. `None`: this keeper did not make the mark. Otherwise the reason
    /// for which the state is not the newest, if it is not.
    pub fn compare(&self, mark: &str) -> Option<Option<String>> {
        let earlier = || self.earlier_mark_key.as_ref()?.read(mark);
        Some(self.behind(&self.mark_key.read(mark).or_else(earlier)?))
    }

    /// Keeps a mark that is newer than the state, so that the next start is refused too.
    pub fn keep_newer(&self, mark: &str) -> Result<(), StateFault> {
        self.put_mark(mark.trim_end())
    }

    /// The machine that it is on.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The path of its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn behind(&self, mark: &Mark) -> Option<String> {
        let (theirs, ours) = (mark.number, self.record.number);
        match self.record.judge(mark) {
            Compared::Fits => None,
            Compared::Older => Some(format!("number {theirs}, and the state is number {ours}")),
            Compared::Another => {
                Some(format!("number {theirs}, and the state, number {ours}, is not its successor"))
            }
        }
    }

    /// Writes a change that makes a new mark.
    fn change(&mut self, change: impl FnOnce(&mut Record)) -> Result<(), StateFault> {
        let mut record = self.record.clone();
        change(&mut record);
        record.number = record.number.saturating_add(1);
        if !self.begun {
            record.begin_run(record.number, self.run);
        }
        self.commit(record)?;
        self.begun = true;
        Ok(())
    }

    /// The state first: after a kill in between, the state is a successor of the mark's.
    fn commit(&mut self, record: Record) -> Result<(), StateFault> {
        self.write(record)?;
        self.write_mark(&self.record)
    }

    fn write(&mut self, record: Record) -> Result<(), StateFault> {
        let bytes = record.write(&self.key).ok_or(StateFault::Full)?;
        disk::replace_on(self.machine.files.as_ref(), &self.path, &bytes, 0o600)
            .map_err(|error| broken(&self.path, &error))?;
        self.record = record;
        Ok(())
    }

    fn write_mark(&self, record: &Record) -> Result<(), StateFault> {
        self.put_mark(&self.mark_key.write(&record.mark()))
    }

    /// Without a sync of the folder: after a power failure the mark before may be there, and the state is a successor
    /// of it.
    fn put_mark(&self, mark: &str) -> Result<(), StateFault> {
        let files = self.machine.files.as_ref();
        disk::put_on(files, &self.mark_path, format!("{mark}\n").as_bytes(), 0o600)
            .map_err(|error| broken(&self.mark_path, &error))
    }
}

/// Makes the folders, checks their owners, and locks the state's.
fn prepare(files: &dyn Files, folder: &Path, mark: &Path) -> Result<Box<dyn OpenFile>, StateFault> {
    for folder in [folder, folder_of(mark)] {
        files.create_folder(folder, 0o700).map_err(|error| broken(folder, &error))?;
        files.check_folder(folder)?;
    }
    let opened = files.open_folder(folder).map_err(|error| broken(folder, &error))?;
    let (mode, owner) = opened.rights().map_err(|error| broken(folder, &error))?;
    if mode & 0o077 != 0 || owner != super::peer::own_uid() {
        return Err(StateFault::Open { path: folder.display().to_string(), mode, owner });
    }
    match opened.lock() {
        Ok(()) => Ok(opened),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            Err(StateFault::Taken(folder.display().to_string()))
        }
        Err(error) => Err(broken(folder, &error)),
    }
}

/// All bytes of a file, if it exists: at most as many as a state has, and not through a link.
fn read(files: &dyn Files, path: &Path) -> Result<Option<Vec<u8>>, StateFault> {
    files.read(path, MOST_BYTES as u64 + 1).map_err(|error| broken(path, &error))
}

fn broken(path: &Path, error: &std::io::Error) -> StateFault {
    StateFault::Broken { path: path.display().to_string(), error: error.to_string() }
}

#[cfg(test)]
mod tests;
