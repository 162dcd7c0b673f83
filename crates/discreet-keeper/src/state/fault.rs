//! Faults of the state, with their remedies.

use super::record::MOST_BYTES;
use discreet_host::disk::Untrusted;
use discreet_host::secret::NoRandomness;

/// The state cannot be written, or is not the right one: the keeper must end.
#[derive(Debug, thiserror::Error)]
pub enum StateFault {
    /// Others have access to it.
    #[error(
        "the folder {path} has mode {mode:04o} and user {owner}; it must be this user's alone: `chmod 700 {path}`"
    )]
    Open {
        /// The folder.
        path: String,
        /// Its mode.
        mode: u32,
        /// Its owner.
        owner: u32,
    },
    /// Others can replace it.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// Another keeper has it.
    #[error("another keeper keeps its state in {0}")]
    Taken(String),
    /// It cannot be read or written.
    #[error("the state in {path}: {error}")]
    Broken {
        /// The file.
        path: String,
        /// The system's message.
        error: String,
    },
    /// There is none.
    #[error(
        "there is no state at {path}{}. If this robot's keeper runs for the first time, start it once with --new-state. If \
         there was one, its revocations are lost: put the newest copy of it back, or start once with \
         --new-state and repeat the revocations (`discreet audit show` on the guard's log has them)",
        if *known { ", although its mark says that there was one" } else { "" }
    )]
    Absent {
        /// The expected path.
        path: String,
        /// True if the second copy of its mark exists.
        known: bool,
    },
    /// There is one of an earlier version.
    #[error(
        "{path} is the state of an earlier version, which is not read any more. Note who is revoked (that version's \
         `discreet who`), move it away, start once with --new-state, and revoke them again"
    )]
    Earlier {
        /// The file.
        path: String,
    },
    /// A new one was asked for, and there is one.
    #[error(
        "--new-state, but there is a state at {path}: leave that option out. If the state is to be given up, move it away \
         first"
    )]
    There {
        /// The file.
        path: String,
    },
    /// Its MAC is wrong: this keeper did not write it.
    #[error(
        "{path} is not what this keeper wrote: it was changed, cut or emptied, or is another robot's. Nothing in it is \
         used. Put the newest copy of it back; after `discreet identity rotate`, name the old identity with \
         --rotated-from; or move it away, start once with --new-state, and repeat the revocations"
    )]
    Altered {
        /// The file.
        path: String,
    },
    /// It is not the newest, or its mark is missing.
    #[error(
        "{path} may not be the newest state: {why}. Revocations may be missing in it. Put the newest copy back; or, if a \
         person says that it is the newest that exists, start once with --accept-state, and repeat the revocations \
         (`discreet audit show` on the guard's log has them)"
    )]
    Behind {
        /// The file.
        path: String,
        /// The evidence.
        why: String,
    },
    /// There is no fault that could be accepted.
    #[error("--accept-state, but the state at {path} is the newest that is known of: leave that option out")]
    NothingToAccept {
        /// The file.
        path: String,
    },
    /// It is larger than the limit.
    #[error("the state would have more than {MOST_BYTES} bytes: there are too many revocations in it")]
    Full,
    /// All ids were used.
    #[error("all key ids are used up; the robot needs a new identity and a new state folder")]
    NoIds,
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}
