//! The state's contents, and the bytes that they are on the disk: all of it, with a MAC over all of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::mark::{Mark, Run};
use discreet_host::secret::Secret;
use discreet_policy::Floor;
use discreet_seal::identity::{Identity, PublicIdentity};

/// The most that it may have: ten thousand stakeholders have six megabytes.
pub const MOST_BYTES: usize = 16 << 20;
/// Runs of the keeper that are remembered.
const MOST_RUNS: usize = 256;
/// Guards that are remembered: a domain is a guard's own word.
const MOST_GUARDS: usize = 256;
/// Identities that are remembered of one name.
const MOST_KEYS: usize = 8;
const FIRST: &[u8] = b"discreet keeper state 1\n";
const CONTEXT: &str = "discreet 2026-11 keeper state v1";

/// The key of the MAC. Derived from the robot's identity, so that there is no other secret to keep.
pub struct RecordKey(Secret<32>);

/// Everything that is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Grows with each change that matters.
    pub number: u64,
    /// A person gave up all states with a smaller number: `--new-state`, `--accept-state`.
    pub origin: u64,
    /// The second at which a person did so.
    pub decided: i64,
    /// The first number of each run, and the run.
    runs: Vec<(u64, Run)>,
    /// The first key id that is not reserved.
    pub next_key: u32,
    /// The latest time.
    pub latest: Option<i64>,
    floor: Option<(u64, [u8; 32])>,
    /// Stakeholders, and since when.
    pub revoked: BTreeMap<String, i64>,
    /// User and domain of each guard that received a mark.
    guards: BTreeSet<(u32, u32)>,
    /// The keys that each name has had, the newest last.
    keys: BTreeMap<String, Vec<Keys>>,
}

/// X25519 and Ed25519 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Keys([u8; 32], [u8; 32]);

/// Comparison of a record with a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// The record is the mark's state, or a successor.
    Fits,
    /// There was a newer one.
    Older,
    /// There was another one.
    Another,
}

/// A name whose keys have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rekeyed {
    /// The stakeholder.
    pub who: String,
    /// The fingerprint of the keys that it had.
    pub was: String,
    /// The fingerprint of its present keys.
    pub is: String,
}

impl RecordKey {
    /// Of a robot.
    pub fn of(identity: &Identity) -> RecordKey {
        RecordKey(identity.derive(CONTEXT))
    }

    /// With the MAC behind it.
    pub fn seal(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let mac = blake3::keyed_hash(self.0.expose(), &bytes);
        bytes.extend_from_slice(mac.as_bytes());
        bytes
    }
}

impl Record {
    /// The first one.
    pub fn new(number: u64, now: i64, run: Run) -> Record {
        Record::default().decided_anew(number, now, run)
    }

    /// The same, and a person says that it is the newest. Key ids go on somewhere else: those that followed may have
    /// been given out, and readers that have a key of the same id would not take another.
    pub fn decided_anew(self, number: u64, now: i64, run: Run) -> Record {
        let [a, b, c, d, ..] = run;
        let next_key = 1 + (u32::from_le_bytes([a, b, c, d]) >> 1);
        let mut record = Record { number, origin: number, decided: now, next_key, ..self };
        record.begin_run(number, run);
        record
    }

    /// The bytes for the disk. None: there are too many.
    pub fn write(&self, key: &RecordKey) -> Option<Vec<u8>> {
        let mut bytes = FIRST.to_vec();
        bytes.extend(postcard::to_allocvec(self).ok()?);
        let bytes = key.seal(bytes);
        (bytes.len() <= MOST_BYTES).then_some(bytes)
    }

    /// The record in the bytes of the disk; `None` if any bit has changed.
    pub fn read(bytes: &[u8], key: &RecordKey) -> Option<Record> {
        let (said, mac) = bytes.split_last_chunk::<32>()?;
        // `Hash` compares in constant time.
        if blake3::keyed_hash(key.0.expose(), said) != blake3::Hash::from(*mac) {
            return None;
        }
        match postcard::take_from_bytes(said.strip_prefix(FIRST)?) {
            Ok((record, [])) => Some(record),
            _ => None,
        }
    }

    /// A run of the keeper writes for the first time.
    pub fn begin_run(&mut self, number: u64, run: Run) {
        if self.runs.len() >= MOST_RUNS {
            self.runs.remove(0);
        }
        self.runs.push((number, run));
    }

    /// Its mark.
    pub fn mark(&self) -> Mark {
        let run = self.runs.last().map(|(_, run)| *run).unwrap_or_default();
        Mark { number: self.number, run }
    }

    /// Compares it with the state of a mark.
    pub fn judge(&self, mark: &Mark) -> Compared {
        if mark.number < self.origin {
            return Compared::Fits;
        }
        if mark.number > self.number {
            return Compared::Older;
        }
        // The mark's run is so long ago that it is forgotten: there is nothing to compare.
        let of = self.runs.iter().rev().find(|(first, _)| *first <= mark.number);
        match of {
            Some((_, run)) if *run != mark.run => Compared::Another,
            _ => Compared::Fits,
        }
    }

    /// The newest policy that was ever in force.
    pub fn floor(&self) -> Option<Floor> {
        self.floor.map(|(version, hash)| Floor { version, hash })
    }

    /// Another is in force.
    pub fn set_floor(&mut self, floor: Floor) {
        self.floor = Some((floor.version, floor.hash));
    }

    /// Remembers the present keys of a name, and reports a change.
    pub fn learn(&mut self, identity: &PublicIdentity) -> Learnt {
        let now = Keys(identity.receive, identity.sign);
        let all = self.keys.entry(identity.name.clone()).or_default();
        let was = all.last().copied();
        if was == Some(now) {
            return Learnt { changed: false, rekeyed: None };
        }
        all.retain(|keys| *keys != now);
        all.push(now);
        if all.len() > MOST_KEYS {
            all.remove(0);
        }
        let rekeyed = was.map(|Keys(receive, sign)| Rekeyed {
            who: identity.name.clone(),
            was: PublicIdentity { name: identity.name.clone(), receive, sign }.fingerprint(),
            is: identity.fingerprint(),
        });
        Learnt { changed: true, rekeyed }
    }

    /// Notes that a guard receives a mark; true if one of this user and domain received one before.
    pub fn meet(&mut self, uid: u32, domain: u32) -> bool {
        let known = self.guards.contains(&(uid, domain));
        if self.guards.len() < MOST_GUARDS {
            self.guards.insert((uid, domain));
        }
        known
    }

    /// True if this name ever had one of these two keys.
    pub fn had(&self, who: &str, identity: &PublicIdentity) -> bool {
        let same = |keys: &Keys| keys.0 == identity.receive || keys.1 == identity.sign;
        self.keys.get(who).is_some_and(|all| all.iter().any(same))
    }
}

/// Result of [`Record::learn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learnt {
    /// It was not known.
    pub changed: bool,
    /// Others were.
    pub rekeyed: Option<Rekeyed>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let key = RecordKey::of(&Identity::generate("r").unwrap());
        let mut record = Record::new(9, 5, [1; 16]);
        record.revoked.insert("desk".into(), 3);
        record.learn(Identity::generate("desk").unwrap().public());
        let bytes = record.write(&key).unwrap();
        assert_eq!(Record::read(&bytes, &key), Some(record));
        for at in 0..bytes.len() {
            assert_eq!(Record::read(&bytes[..at], &key), None, "cut at {at}");
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                assert_eq!(Record::read(&changed, &key), None, "byte {at} bit {bit}");
            }
        }
        let other = RecordKey::of(&Identity::generate("r").unwrap());
        assert_eq!(Record::read(&bytes, &other), None);
    }

    #[test]
    fn a_mark_tells_what_came_of_it_from_what_is_older_or_another() {
        let mut record = Record::new(100, 5, [1; 16]);
        let first = record.mark();
        record.number = 120;
        let old = record.clone();
        record.number = 130;
        record.begin_run(131, [2; 16]);
        record.number = 140;
        assert_eq!((record.judge(&first), record.judge(&record.mark())), (Compared::Fits, Compared::Fits));
        assert_eq!(old.judge(&record.mark()), Compared::Older);
        // An old image that ran on has a history of its own.
        let mut forked = old;
        forked.begin_run(121, [3; 16]);
        forked.number = 200;
        assert_eq!(forked.judge(&record.mark()), Compared::Another);
        assert_eq!(forked.judge(&Mark { number: 130, run: [1; 16] }), Compared::Another);
        assert_eq!(forked.judge(&Mark { number: 120, run: [1; 16] }), Compared::Fits, "what both came of");
        // A person said that it is the one.
        let decided = forked.decided_anew(300, 6, [4; 16]);
        assert_eq!(decided.judge(&record.mark()), Compared::Fits);
        assert_eq!(decided.judge(&Mark { number: 300, run: [2; 16] }), Compared::Another);
    }
}
