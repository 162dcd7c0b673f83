//! The policy in force, and how another takes its place.
//!
//! A new policy is read and checked apart, then put in with one atomic store: every message decided before it was
//! decided by the old one, every message after it by the new one. What is wrong in any way changes nothing.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwapOption, Guard};

use super::finding::{Finding, places};
use super::{Limits, Policy};

/// The policy in force. Without one, nothing leaves.
pub struct LivePolicy {
    path: PathBuf,
    current: ArcSwapOption<Policy>,
    /// The newest version ever in force, and its hash. Held while a policy is switched.
    floor: Mutex<Option<Floor>>,
}

/// The newest policy that was ever in force. It outlives the process in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// Its version.
    pub version: u64,
    /// BLAKE3 of its file.
    pub hash: [u8; 32],
}

/// What became of a look at the file.
pub enum Reloaded {
    /// It is the one in force.
    Unchanged,
    /// It is in force from now on.
    Switched(Arc<Policy>),
}

/// Why the file did not come into force. The last good policy stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read.
    #[error("{path}: {message}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's words.
        message: String,
    },
    /// The key that it names for pseudonyms cannot be used.
    #[error("{0}")]
    Key(String),
    /// It has errors.
    #[error("the policy has errors; `discreet check` shows the lines\n{report}")]
    Rejected {
        /// All errors, with file, line and column, and nothing that stands in the lines: they may have people's names.
        report: String,
    },
    /// It is older than the newest that was in force.
    #[error(
        "version {offered} is older than version {floor}, which was in force; a policy's version only grows"
    )]
    Older {
        /// The version in the file.
        offered: u64,
        /// The newest version that was in force.
        floor: u64,
    },
    /// It was changed without a new version, so nobody could tell the two apart in the audit.
    #[error("the policy was changed but still says version {0}; raise `version`")]
    SameVersion(u64),
}

impl Refused {
    /// The reason in one line, without what stands in the file.
    pub fn summary(&self) -> String {
        self.to_string().lines().next().unwrap_or_default().to_owned()
    }
}

impl LivePolicy {
    /// No policy yet. `floor` is what the audit log remembers from before.
    pub fn new(path: impl Into<PathBuf>, floor: Option<Floor>) -> LivePolicy {
        LivePolicy { path: path.into(), current: ArcSwapOption::empty(), floor: Mutex::new(floor) }
    }

    /// The audit remembers that `floor` was in force. Takes an older policy out of force; true if it did.
    ///
    /// For a log that could only be read after the start.
    pub fn raise_floor(&self, newest: Floor) -> bool {
        let mut floor = self.floor.lock().unwrap_or_else(PoisonError::into_inner);
        if floor.is_some_and(|floor| floor.version >= newest.version) {
            return false;
        }
        *floor = Some(newest);
        let older = self.current().as_ref().is_some_and(|policy| policy.version() < newest.version);
        if older {
            self.current.store(None);
        }
        older
    }

    /// The policy in force now. Wait-free; hold it for one message only.
    pub fn current(&self) -> Guard<Option<Arc<Policy>>> {
        self.current.load()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file and puts it in force if it is good and not older than what was in force before.
    ///
    /// `before_switch` runs when the new policy is certain to come and before it does: the audit hears of it first.
    pub fn reload(&self, before_switch: impl FnOnce(&Policy)) -> Result<Reloaded, Refused> {
        let mut floor = self.floor.lock().unwrap_or_else(PoisonError::into_inner);
        let (policy, _warnings) = read_file(&self.path)?;
        if let Some(newest) = *floor {
            if policy.version() < newest.version {
                return Err(Refused::Older { offered: policy.version(), floor: newest.version });
            }
            if policy.version() == newest.version && policy.hash() != newest.hash {
                return Err(Refused::SameVersion(newest.version));
            }
        }
        if self.current().as_ref().is_some_and(|current| current.hash() == policy.hash()) {
            return Ok(Reloaded::Unchanged);
        }
        before_switch(&policy);
        *floor = Some(Floor { version: policy.version(), hash: policy.hash() });
        let policy = Arc::new(policy);
        self.current.store(Some(Arc::clone(&policy)));
        Ok(Reloaded::Switched(policy))
    }
}

/// Reads and checks a policy file. It must be a regular file, which ends and does not keep anybody waiting.
pub fn read_file(path: &Path) -> Result<(Policy, Vec<Finding>), Refused> {
    let name = path.display().to_string();
    let unreadable = |message: String| Refused::Unreadable { path: name.clone(), message };
    let limit = Limits::FILE.bytes as u64;
    let mut text = String::new();
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if !metadata.is_file() {
        return Err(unreadable("not a regular file".into()));
    }
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let read =
        file.take(limit + 1).read_to_string(&mut text).map_err(|error| unreadable(error.to_string()))?;
    if read as u64 > limit {
        return Err(unreadable(format!("larger than {limit} bytes, the most that a policy may have")));
    }
    let (policy, findings) = Policy::read(&name, &text)
        .map_err(|findings| Refused::Rejected { report: places(&findings, &name, &text) })?;
    // Without its key, what should become a pseudonym could not: better the policy before it.
    let folder = path.parent().unwrap_or(Path::new(""));
    policy.personal_data().read_key(folder).map_err(|error| Refused::Key(error.to_string()))?;
    Ok((policy, findings))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct File(PathBuf);

    impl File {
        fn new(name: &str) -> File {
            File(std::env::temp_dir().join(format!("discreet-live-{name}-{}.yaml", std::process::id())))
        }
        fn write(&self, version: u64, robot: &str) {
            let text = format!(
                "discreet: 1\nrobot: {robot}\nversion: {version}\nclasses:\n  operational: {{ suite: chacha20-poly1305, \
                 epoch: 1h, retention: 7d }}\ntopics:\n  /a: {{ type: std_msgs/msg/String, class: operational }}\n\
                 rules:\n  - {{ who: everyone, read: operational, as: clear }}\n"
            );
            std::fs::write(&self.0, text).unwrap();
        }
    }

    impl Drop for File {
        fn drop(&mut self) {
            let _gone = std::fs::remove_file(&self.0);
        }
    }

    fn version(live: &LivePolicy) -> Option<u64> {
        live.current().as_ref().map(|policy| policy.version())
    }

    #[test]
    fn a_newer_policy_takes_over_and_whatever_is_wrong_leaves_the_last_good_one() {
        let file = File::new("takes-over");
        let live = LivePolicy::new(&file.0, None);
        assert!(matches!(live.reload(|_| ()), Err(Refused::Unreadable { .. })));
        assert_eq!(version(&live), None);
        file.write(3, "one");
        assert!(matches!(live.reload(|_| ()), Ok(Reloaded::Switched(_))));
        assert!(matches!(live.reload(|_| panic!("nothing to switch")), Ok(Reloaded::Unchanged)));
        std::fs::write(&file.0, "robot: [").unwrap();
        assert!(matches!(live.reload(|_| ()), Err(Refused::Rejected { .. })));
        file.write(2, "one");
        assert_eq!(live.reload(|_| ()).err(), Some(Refused::Older { offered: 2, floor: 3 }));
        file.write(3, "another");
        assert_eq!(live.reload(|_| ()).err(), Some(Refused::SameVersion(3)));
        assert_eq!(version(&live), Some(3));
        file.write(4, "another");
        assert!(matches!(live.reload(|_| ()), Ok(Reloaded::Switched(_))));
        assert_eq!(version(&live), Some(4));
    }

    #[test]
    fn a_floor_that_is_learnt_late_takes_an_older_policy_out_of_force() {
        let file = File::new("late");
        file.write(3, "one");
        let live = LivePolicy::new(&file.0, None);
        assert!(live.reload(|_| ()).is_ok());
        assert!(!live.raise_floor(Floor { version: 3, hash: [0; 32] }));
        assert_eq!(version(&live), Some(3));
        assert!(live.raise_floor(Floor { version: 4, hash: [0; 32] }));
        assert_eq!(version(&live), None);
    }

    #[test]
    fn a_pipe_is_no_policy() {
        let live = LivePolicy::new("/dev/zero", None);
        assert!(matches!(live.reload(|_| ()), Err(Refused::Unreadable { .. })));
    }

    #[test]
    fn what_the_audit_remembers_holds_after_a_restart() {
        let file = File::new("restart");
        file.write(3, "one");
        let live = LivePolicy::new(&file.0, Some(Floor { version: 4, hash: [0; 32] }));
        assert_eq!(live.reload(|_| ()).err(), Some(Refused::Older { offered: 3, floor: 4 }));
        assert_eq!(version(&live), None);
    }
}
