//! Reasons why a policy file does not come into force.

use super::super::Scope;
use super::super::trust::Unsigned;
use discreet_host::disk::Untrusted;

/// Reason for which a policy file did not come into force. The last good policy stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInForce {
    /// It cannot be read.
    #[error("{path}: {message}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's message.
        message: String,
    },
    /// Others may change it.
    #[error("the policy is not read: {0}")]
    Untrusted(Untrusted),
    /// The key that it names for pseudonyms cannot be used.
    #[error("{0}")]
    Key(String),
    /// It has errors.
    #[error("the policy has errors; `discreet check` shows the lines\n{report}")]
    Rejected {
        /// All errors, with file, line and column, without the lines themselves: they may have people's names.
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
    /// It was changed without a new version, so the audit could not tell the two apart.
    #[error("the policy was changed but still says version {0}; raise `version`")]
    SameVersion(u64),
    /// Too few of the owners have signed it.
    #[error("the policy is not signed as the trust asks: {0}")]
    Unsigned(Unsigned),
    /// It is signed, but for another robot.
    #[error("the policy is for {scope}, and the trust is for {here}")]
    Elsewhere {
        /// Its scope.
        scope: Scope,
        /// The robot that this is, and its fleet.
        here: String,
    },
    /// Its signatures name another version or scope than it does.
    #[error("its signatures say version {version} for {scope}, and the policy says otherwise; sign it again")]
    Unlike {
        /// The version that was signed.
        version: u64,
        /// The scope that was signed.
        scope: Scope,
    },
    /// It is for a fleet, and there is no trust file with this robot's name.
    #[error(
        "the policy is for the fleet {0}, and there is no trust file that names this robot and its fleet"
    )]
    Fleet(String),
}

impl NotInForce {
    /// The reason in one line, without the file's contents.
    pub fn summary(&self) -> String {
        self.to_string().lines().next().unwrap_or_default().to_owned()
    }
}
