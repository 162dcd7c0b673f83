//! The policy in force, and the switch to another.
//!
//! A new policy is read and checked first, then put in force with one atomic store: every earlier message was decided
//! by the old one, every later message by the new one. A file with any error changes nothing.

mod not_in_force;
mod read;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use arc_swap::{ArcSwapOption, Guard};

use super::signatures::{Signatures, signatures_path};
use super::trust::Trust;
use super::{Policy, Scope};
use discreet_host::files::{Files, SystemFiles};
use discreet_host::sync::lock;
pub use not_in_force::NotInForce;
use read::{parsed, read_text};
pub use read::{read_file, signed_policy};

/// The policy in force. Without one, nothing leaves.
pub struct LivePolicy {
    files: Arc<dyn Files>,
    path: PathBuf,
    current: ArcSwapOption<Policy>,
    /// The newest version ever in force, and its hash. Held while a policy is switched.
    floor: Mutex<Option<Floor>>,
    /// The owners whose signatures a policy must have. Once set, it holds for as long as the process runs.
    trust: OnceLock<Trust>,
    /// The difference between the keeper's trust and this one.
    disagreement: Mutex<Option<&'static str>>,
    /// True if a policy needs its key for pseudonyms, as in a guard.
    with_key: bool,
}

/// Result of [`LivePolicy::adopt`].
#[derive(Debug, PartialEq, Eq)]
pub enum Adopted {
    /// Nothing changes: both have the same trust, or neither has one.
    Same,
    /// The trust holds from now on, and the policy in force has the signatures, or there is none.
    Now,
    /// The trust holds from now on, and the policy in force was not signed: it is taken out of force.
    TakenBack(NotInForce),
    /// The trust from before holds; the text is the difference.
    Differs(&'static str),
}

/// The newest policy that was ever in force. It outlives the process in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// Its version.
    pub version: u64,
    /// BLAKE3 of its file.
    pub hash: [u8; 32],
}

/// Result of [`LivePolicy::reload`].
pub enum Reloaded {
    /// It is the one in force.
    Unchanged,
    /// It has come into force.
    Switched(Arc<Policy>),
}

impl LivePolicy {
    /// No policy yet. `floor` comes from the audit log.
    pub fn new(path: impl Into<PathBuf>, floor: Option<Floor>) -> LivePolicy {
        LivePolicy {
            files: Arc::new(SystemFiles),
            path: path.into(),
            current: ArcSwapOption::empty(),
            floor: Mutex::new(floor),
            trust: OnceLock::new(),
            disagreement: Mutex::default(),
            with_key: true,
        }
    }

    /// On other files than the operating system's. Signatures and the key for pseudonyms are still read from there.
    #[must_use]
    pub fn on(self, files: Arc<dyn Files>) -> LivePolicy {
        LivePolicy { files, ..self }
    }

    /// For the keeper, which makes no pseudonyms and, as another user, cannot read their key.
    pub fn without_key(self) -> LivePolicy {
        LivePolicy { with_key: false, ..self }
    }

    /// Takes only policies that are signed as `trust` asks, if there is one.
    #[must_use]
    pub fn trusting(self, trust: Option<Trust>) -> LivePolicy {
        LivePolicy { trust: trust.map(OnceLock::from).unwrap_or_default(), ..self }
    }

    /// The owners whose signatures a policy must have; `None`: signatures are not needed.
    pub fn trust(&self) -> Option<&Trust> {
        self.trust.get()
    }

    /// The difference between the keeper's trust and the one that holds here; `None` if they agree.
    pub fn disagreement(&self) -> Option<&'static str> {
        *lock(&self.disagreement)
    }

    /// Takes over the keeper's trust. If there was none before, it holds for as long as this process runs, and a
    /// policy in force without its signatures is taken out of force before this returns.
    pub fn adopt(&self, trust: Option<Trust>) -> Adopted {
        // Held, so that no policy that was read without a trust is switched to meanwhile.
        let _floor = lock(&self.floor);
        let adopted = match (self.trust.get(), trust) {
            (None, None) => Adopted::Same,
            (Some(own), Some(told)) if *own == told => Adopted::Same,
            (Some(_), Some(_)) => Adopted::Differs("the keeper trusts other owners than this guard"),
            (Some(_), None) => Adopted::Differs("the keeper has no trust, and this guard has"),
            (None, Some(told)) => {
                let _first = self.trust.set(told);
                self.take_back_unsigned()
            }
        };
        let differs = if let Adopted::Differs(how) = adopted { Some(how) } else { None };
        *lock(&self.disagreement) = differs;
        adopted
    }

    fn take_back_unsigned(&self) -> Adopted {
        let Some(current) = self.current.load_full() else { return Adopted::Now };
        match self.read() {
            Ok(signed) if signed.hash() == current.hash() => {
                self.current.store(Some(Arc::new(signed)));
                Adopted::Now
            }
            read => {
                self.current.store(None);
                let why =
                    self.trust.get().map(|trust| trust.nobody_signed("its file has changed since".into()));
                match (read, why) {
                    (Ok(_), Some(why)) => Adopted::TakenBack(NotInForce::Unsigned(why)),
                    (Ok(_), None) => Adopted::Now,
                    (Err(refused), _) => Adopted::TakenBack(refused),
                }
            }
        }
    }

    /// Raises the floor to `newest`, and takes an older policy out of force; true if it did. For an audit log that
    /// could only be read after the start.
    pub fn raise_floor(&self, newest: Floor) -> bool {
        let mut floor = lock(&self.floor);
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
    /// `before_switch` runs before a switch that is certain, so that the audit records it first.
    pub fn reload(&self, before_switch: impl FnOnce(&Policy)) -> Result<Reloaded, NotInForce> {
        let mut floor = lock(&self.floor);
        let policy = self.read()?;
        if let Some(newest) = *floor {
            if policy.version() < newest.version {
                return Err(NotInForce::Older { offered: policy.version(), floor: newest.version });
            }
            if policy.version() == newest.version && policy.hash() != newest.hash {
                return Err(NotInForce::SameVersion(newest.version));
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

    /// The policy in the file. With a trust, its signatures are verified before anything in it is parsed.
    fn read(&self) -> Result<Policy, NotInForce> {
        let text = read_text(self.files.as_ref(), &self.path)?;
        let Some(trust) = self.trust.get() else {
            let policy = parsed(&self.path, &text, self.with_key)?.0;
            return match policy.scope() {
                Scope::Robot(_) => Ok(policy),
                Scope::Fleet(name) => Err(NotInForce::Fleet(name.clone())),
            };
        };
        let signatures = Signatures::open(&signatures_path(&self.path));
        signed_policy(&self.path, &text, signatures, trust, self.with_key)
    }
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
        assert!(matches!(live.reload(|_| ()), Err(NotInForce::Unreadable { .. })));
        assert_eq!(version(&live), None);
        file.write(3, "one");
        assert!(matches!(live.reload(|_| ()), Ok(Reloaded::Switched(_))));
        assert!(matches!(live.reload(|_| panic!("nothing to switch")), Ok(Reloaded::Unchanged)));
        std::fs::write(&file.0, "robot: [").unwrap();
        assert!(matches!(live.reload(|_| ()), Err(NotInForce::Rejected { .. })));
        file.write(2, "one");
        assert_eq!(live.reload(|_| ()).err(), Some(NotInForce::Older { offered: 2, floor: 3 }));
        file.write(3, "another");
        assert_eq!(live.reload(|_| ()).err(), Some(NotInForce::SameVersion(3)));
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
        assert!(matches!(live.reload(|_| ()), Err(NotInForce::Unreadable { .. })));
    }

    #[test]
    fn what_the_audit_remembers_holds_after_a_restart() {
        let file = File::new("restart");
        file.write(3, "one");
        let live = LivePolicy::new(&file.0, Some(Floor { version: 4, hash: [0; 32] }));
        assert_eq!(live.reload(|_| ()).err(), Some(NotInForce::Older { offered: 3, floor: 4 }));
        assert_eq!(version(&live), None);
    }
}
