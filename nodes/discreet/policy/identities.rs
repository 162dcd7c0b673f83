//! The stakeholders' public identities next to a policy, which are signed with it.

use std::collections::BTreeMap;
use std::path::Path;

use discreet_policy::Policy;
use discreet_policy::finding::plain;
use discreet_policy::signatures::fingerprint;
use discreet_seal::identity::{IdentityError, PublicIdentity};

/// The identities that are present.
#[derive(Default)]
pub struct Identities {
    /// Name to fingerprint.
    pub here: BTreeMap<String, String>,
    /// Stakeholders without a file.
    pub absent: Vec<String>,
    /// Errors of files that are present.
    pub wrong: Vec<String>,
}

impl Identities {
    /// The identities in `folder`, the policy's.
    pub fn of(policy: &Policy, folder: &Path) -> Identities {
        let mut found = Identities::default();
        for stakeholder in policy.stakeholders() {
            let name = stakeholder.name.to_string();
            match PublicIdentity::open(&folder.join(&stakeholder.identity)) {
                Ok(identity) if identity.name == name => {
                    found.here.insert(name, fingerprint(&identity));
                }
                Ok(other) => found.wrong.push(format!(
                    "{} is the identity of `{}`, and the policy has it for `{}`",
                    plain(&stakeholder.identity),
                    other.name,
                    plain(&name)
                )),
                Err(IdentityError::Missing { .. }) => found.absent.push(name),
                Err(error) => found.wrong.push(plain(&error.to_string())),
            }
        }
        found
    }
}
