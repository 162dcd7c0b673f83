//! The first steps of a program that holds secrets.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Result of [`harden`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hardened {
    /// True if no memory of this process is ever swapped out.
    pub all_locked: bool,
    /// Steps that were not possible, for a person. Report them once.
    pub notes: Vec<String>,
}

/// Memory that is kept from being swapped out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// All of the process's memory, where it may be locked without limit; otherwise the secrets.
    All,
    /// Each [`Secret`](super::Secret) alone, up to the limit: for programs that hold frames of cameras too.
    Secrets,
}

/// Disables core dumps, access of other processes of the same user to its memory, and privileges of programs that it
/// runs.
pub fn harden(lock: Lock) -> std::io::Result<Hardened> {
    unreadable()?;
    let mut notes = Vec::new();
    // With a limit, locking what comes later would make ordinary allocations fail.
    let unlimited = lock == Lock::All && getrlimit(Resource::Memlock).current.is_none();
    let all_locked = unlimited && mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE).is_ok();
    if !all_locked && super::lock(&[0; 1]).is_none() {
        notes.push(
            "secrets cannot be locked into memory and might be swapped out: raise the limit of locked memory \
             (`ulimit -l`, LimitMEMLOCK= of systemd), or encrypt or switch off swap"
                .into(),
        );
    }
    Ok(Hardened { all_locked, notes })
}

/// From here on no process of the same user may attach to this one or read its memory, no core file of it is written,
/// not even by a handler that the system pipes cores to, and it never gains rights. An error if a process is attached
/// already. One that opened its memory before keeps it open: [`in_private_process`](super::in_private_process) helps.
pub fn unreadable() -> std::io::Result<()> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    rustix::thread::set_no_new_privs(true)?;
    super::private_process::not_attached()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hardened_process_leaves_no_core_file_and_is_not_looked_into() {
        let hardened = harden(Lock::Secrets).unwrap();
        assert!(hardened.notes.len() <= 1);
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
        assert_eq!(rustix::process::dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
