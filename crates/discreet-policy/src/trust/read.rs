//! A trust file as it is written.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::kept::{NotKept, read_kept};
use super::{NoTrust, Owner, Trust};
use crate::finding::{Finding, has_errors, render};
use crate::{FileLimits, json_schema, tree};
use discreet_seal::identity::PublicIdentity;
use discreet_seal::identity::public::{MOST_BYTES as MOST_PUBLIC, NotPublic};

/// Limits of a trust file.
const LIMITS: FileLimits =
    FileLimits { bytes: 64 * 1024, depth: 8, nodes: 500, entries: 32, stakeholders: 0, globs: 0 };

/// The signatures that the policies of a robot must have. It stays on the robot, and is not part of any policy.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "trust")]
pub struct TrustFile {
    /// The version of this kind of file: 1.
    #[schemars(range(min = 1, max = 1))]
    pub discreet_trust: u64,
    /// The name of the robot that this file is on. Policies for another one are refused.
    #[schemars(length(min = 1, max = 64))]
    pub robot: String,
    /// The fleet that the robot belongs to. Policies for this fleet (`fleet:`) are for it too.
    #[schemars(length(min = 1, max = 64))]
    pub fleet: Option<String>,
    /// The number of owners that must have signed a policy.
    #[schemars(range(min = 1, max = 32))]
    pub threshold: u64,
    /// The owners' public identities: each a file relative to this one, or the text of such a file.
    #[schemars(length(min = 1, max = 32))]
    pub owners: Vec<String>,
}

/// Reason for which a trust file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read, or others may change it.
    #[error(transparent)]
    File(#[from] NotKept),
    /// It has errors; the rendered report.
    #[error("the trust file has errors\n{0}")]
    Rejected(String),
    /// An owner is not a public identity.
    #[error("{path}: owner {number}: {why}")]
    Owner {
        /// The trust file.
        path: String,
        /// Its number, from 1.
        number: usize,
        /// The reason.
        why: NotPublic,
    },
    /// Its trust is refused.
    #[error("{path}: {why}")]
    NoTrust {
        /// The file.
        path: String,
        /// The reason.
        why: NoTrust,
    },
}

impl Trust {
    /// Reads a trust file, and those of the owners that it names. No other user may be able to change any of them.
    pub fn open(path: &Path) -> Result<Trust, TrustError> {
        let text = read_kept(path, LIMITS.bytes)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Trust::read(&path.display().to_string(), &text, |owner| read_kept(&folder.join(owner), MOST_PUBLIC))
    }

    /// From a file's text. `open` gives the text of an owner's file.
    pub fn read(
        name: &str,
        text: &str,
        open: impl Fn(&str) -> Result<String, NotKept>,
    ) -> Result<Trust, TrustError> {
        let file =
            written(text).map_err(|findings| TrustError::Rejected(render(&findings, name, text, false)))?;
        let mut owners = Vec::new();
        for (at, owner) in file.owners.iter().enumerate() {
            let text = if owner.contains('\n') { owner.clone() } else { open(owner)? };
            let public = PublicIdentity::read(&text).map_err(|why| TrustError::Owner {
                path: name.to_owned(),
                number: at + 1,
                why,
            })?;
            owners.push(Owner { name: public.name, key: public.sign });
        }
        let threshold = usize::try_from(file.threshold).unwrap_or(usize::MAX);
        Trust::new(file.robot, file.fleet, threshold, owners)
            .map_err(|why| TrustError::NoTrust { path: name.to_owned(), why })
    }
}

fn written(text: &str) -> Result<TrustFile, Vec<Finding>> {
    let root = tree::read(text, &LIMITS).map_err(|finding| vec![finding])?;
    let findings = json_schema::validate(&root, text, &json_schema::schema::<TrustFile>());
    if has_errors(&findings) {
        return Err(findings);
    }
    // If the schema ever accepts what the type does not.
    serde_json::from_value(root.to_json()).map_err(|error| {
        vec![Finding::error("not-understood", root.span, format!("this could not be understood: {error}"))]
    })
}
