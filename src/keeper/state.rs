//! What the keeper must not forget: which key ids are taken, who is revoked, how new the policy and how late the time was.
//!
//! One redb file. Each change is on the disk before anything relies on it, so the keeper may be killed at any instant.

use std::fs::{self, DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};

use crate::policy::Floor;

/// Key ids reserved at a time. A keeper that is killed loses as many at most; there are four billion.
const RESERVED: u32 = 64;

const NUMBERS: TableDefinition<&str, i64> = TableDefinition::new("numbers");
const HASHES: TableDefinition<&str, &[u8]> = TableDefinition::new("hashes");
/// Stakeholders, and since when.
const REVOKED: TableDefinition<&str, i64> = TableDefinition::new("revoked");

/// In [`NUMBERS`]: the first id that is not reserved.
const NEXT_KEY: &str = "next key";
/// In [`NUMBERS`]: the latest time that was seen.
const LATEST: &str = "latest time";
/// In [`NUMBERS`] and [`HASHES`]: the newest policy that was in force.
const POLICY: &str = "policy";

/// The state cannot be kept: the keeper must not go on.
#[derive(Debug, thiserror::Error)]
pub enum StateFault {
    /// Others can get at it.
    #[error(
        "the folder {path} has mode {mode:04o} and user {owner}; it must be this user's alone: `chmod 700 {path}`"
    )]
    Open {
        /// The folder.
        path: String,
        /// Its mode.
        mode: u32,
        /// Whose it is.
        owner: u32,
    },
    /// Another keeper has it.
    #[error("another keeper keeps its state in {0}")]
    Taken(String),
    /// It cannot be read or written.
    #[error("the state in {path}: {error}")]
    Broken {
        /// The file.
        path: String,
        /// What the system or the database says.
        error: String,
    },
    /// All ids were used.
    #[error("all key ids are used up; the robot needs a new identity and a new state folder")]
    NoIds,
}

/// The state on the disk.
pub struct State {
    database: Database,
    path: PathBuf,
    next: u32,
    reserved: u32,
}

impl State {
    /// Opens it, or begins it. Nobody but this user may get at the folder.
    pub fn open(folder: &Path) -> Result<State, StateFault> {
        let path = folder.join("keeper.redb");
        let broken = |error: String| StateFault::Broken { path: path.display().to_string(), error };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| broken(error.to_string()))?;
        let found = fs::metadata(folder).map_err(|error| broken(error.to_string()))?;
        let (mode, owner) = (found.mode() & 0o7777, found.uid());
        if mode & 0o077 != 0 || owner != super::peer::own_uid() {
            return Err(StateFault::Open { path: folder.display().to_string(), mode, owner });
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&path).map_err(|error| broken(error.to_string()))?;
        // Locks the file: no second keeper gives the same ids.
        let opened = FileBackend::new(file).and_then(|file| Database::builder().create_with_backend(file));
        let database = opened.map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StateFault::Taken(folder.display().to_string()),
            other => broken(other.to_string()),
        })?;
        let mut state = State { database, path: path.clone(), next: 0, reserved: 0 };
        state.next = match state.number(NEXT_KEY)? {
            Some(next) => u32::try_from(next).map_err(|_| StateFault::NoIds)?,
            None => 1,
        };
        state.reserved = state.next;
        Ok(state)
    }

    /// A key id that no other key ever had or will have.
    pub fn next_key(&mut self) -> Result<u32, StateFault> {
        if self.next == self.reserved {
            let reserved = self.reserved.checked_add(RESERVED).ok_or(StateFault::NoIds)?;
            self.set_number(NEXT_KEY, i64::from(reserved))?;
            self.reserved = reserved;
        }
        let id = self.next;
        self.next = id.saturating_add(1);
        Ok(id)
    }

    /// Was this id given to anything?
    pub fn was_given(&self, id: u32) -> bool {
        (1..self.next).contains(&id)
    }

    /// The latest time that was seen.
    pub fn latest(&self) -> Result<Option<i64>, StateFault> {
        self.number(LATEST)
    }

    /// Remembers a time.
    pub fn set_latest(&self, second: i64) -> Result<(), StateFault> {
        self.set_number(LATEST, second)
    }

    /// The newest policy that was ever in force.
    pub fn floor(&self) -> Result<Option<Floor>, StateFault> {
        let read = || -> Result<Option<Floor>, redb::Error> {
            let transaction = self.database.begin_read()?;
            let (numbers, hashes) = match (transaction.open_table(NUMBERS), transaction.open_table(HASHES)) {
                (Ok(numbers), Ok(hashes)) => (numbers, hashes),
                (Err(redb::TableError::TableDoesNotExist(_)), _)
                | (_, Err(redb::TableError::TableDoesNotExist(_))) => return Ok(None),
                (Err(error), _) | (_, Err(error)) => return Err(error.into()),
            };
            let (version, hash) = (numbers.get(POLICY)?, hashes.get(POLICY)?);
            Ok(version.zip(hash).and_then(|(version, hash)| {
                let version = u64::from_le_bytes(version.value().to_le_bytes());
                Some(Floor { version, hash: hash.value().try_into().ok()? })
            }))
        };
        read().map_err(|error| self.broken(error))
    }

    /// Remembers a policy.
    pub fn set_floor(&self, floor: Floor) -> Result<(), StateFault> {
        let write = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?;
            let version = i64::from_le_bytes(floor.version.to_le_bytes());
            transaction.open_table(NUMBERS)?.insert(POLICY, version)?;
            transaction.open_table(HASHES)?.insert(POLICY, floor.hash.as_slice())?;
            Ok(transaction.commit()?)
        };
        write().map_err(|error| self.broken(error))
    }

    /// Everybody who is revoked, and since when.
    pub fn revoked(&self) -> Result<Vec<(String, i64)>, StateFault> {
        let read = || -> Result<Vec<(String, i64)>, redb::Error> {
            let transaction = self.database.begin_read()?;
            let table = match transaction.open_table(REVOKED) {
                Ok(table) => table,
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            };
            let mut all = Vec::new();
            for entry in table.iter()? {
                let (who, since) = entry?;
                all.push((who.value().to_owned(), since.value()));
            }
            Ok(all)
        };
        read().map_err(|error| self.broken(error))
    }

    /// Revokes somebody from a second on, or ends that.
    pub fn set_revoked(&self, who: &str, since: Option<i64>) -> Result<(), StateFault> {
        let write = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?;
            {
                let mut table = transaction.open_table(REVOKED)?;
                match since {
                    Some(since) => table.insert(who, since)?,
                    None => table.remove(who)?,
                };
            }
            Ok(transaction.commit()?)
        };
        write().map_err(|error| self.broken(error))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, StateFault> {
        let read = || -> Result<Option<i64>, redb::Error> {
            let transaction = self.database.begin_read()?;
            match transaction.open_table(NUMBERS) {
                Ok(table) => Ok(table.get(name)?.map(|number| number.value())),
                Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        read().map_err(|error| self.broken(error))
    }

    fn set_number(&self, name: &str, number: i64) -> Result<(), StateFault> {
        let write = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?; // durable once committed: redb's default
            transaction.open_table(NUMBERS)?.insert(name, number)?;
            Ok(transaction.commit()?)
        };
        write().map_err(|error| self.broken(error))
    }

    fn broken(&self, error: redb::Error) -> StateFault {
        StateFault::Broken { path: self.path.display().to_string(), error: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("discreet-state-{name}-{}", std::process::id()));
        let _none = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn no_id_is_given_twice_however_often_it_is_opened() {
        let folder = folder("ids");
        let mut last = 0;
        for _ in 0..3 {
            let mut state = State::open(&folder).unwrap();
            for _ in 0..RESERVED + 3 {
                let id = state.next_key().unwrap();
                assert!(id > last && state.was_given(id) && !state.was_given(id + 1));
                last = id;
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_was_committed_is_remembered() {
        let folder = folder("remembered");
        let floor = Floor { version: u64::MAX, hash: [7; 32] };
        {
            let state = State::open(&folder).unwrap();
            assert_eq!((state.floor().unwrap(), state.latest().unwrap()), (None, None));
            assert_eq!(state.revoked().unwrap(), []);
            state.set_floor(floor).unwrap();
            state.set_latest(5).unwrap();
            state.set_revoked("desk", Some(3)).unwrap();
            state.set_revoked("vendor", Some(4)).unwrap();
            state.set_revoked("desk", None).unwrap();
            assert!(matches!(State::open(&folder), Err(StateFault::Taken(_))));
        }
        let state = State::open(&folder).unwrap();
        assert_eq!((state.floor().unwrap(), state.latest().unwrap()), (Some(floor), Some(5)));
        assert_eq!(state.revoked().unwrap(), [("vendor".to_owned(), 4)]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_others_can_get_at_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("open");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
        assert!(matches!(State::open(&folder), Err(StateFault::Open { .. })));
        fs::remove_dir_all(folder).unwrap();
    }
}
