//! From a file to a checked policy, with the signatures that a trust asks for.

use std::path::Path;

use super::super::finding::{Finding, places};
use super::super::signatures::Signatures;
use super::super::trust::Trust;
use super::super::{FileLimits, Policy, Signed};
use super::NotInForce;
use discreet_host::disk::Untrusted;
use discreet_host::files::{Files, SystemFiles};

/// The policy in a text, if enough owners have signed it and it is for this robot. `with_key`: with the key that it
/// names for pseudonyms.
pub fn signed_policy(
    path: &Path,
    text: &str,
    signatures: Result<Signatures, String>,
    trust: &Trust,
    with_key: bool,
) -> Result<Policy, NotInForce> {
    let signatures = signatures.map_err(|why| NotInForce::Unsigned(trust.nobody_signed(why)))?;
    let signed = trust.verify(text.as_bytes(), &signatures).map_err(NotInForce::Unsigned)?;
    let head = signatures.head;
    if !trust.is_for(&head.scope) {
        return Err(NotInForce::Elsewhere { scope: head.scope, here: trust.here() });
    }
    let policy = parsed(path, text, with_key)?.0;
    if (policy.scope(), policy.version()) != (&head.scope, head.version) {
        return Err(NotInForce::Unlike { version: head.version, scope: head.scope });
    }
    Ok(policy.admitted(trust.robot(), Signed { by: signed.owners, identities: head.identities }))
}

/// Reads and checks a policy file, without its signatures, and the key that it names for pseudonyms. It must be a
/// regular file that no other user can change ([`discreet_host::disk::open`]).
pub fn read_file(path: &Path) -> Result<(Policy, Vec<Finding>), NotInForce> {
    parsed(path, &read_text(&SystemFiles, path)?, true)
}

pub(super) fn read_text(files: &dyn Files, path: &Path) -> Result<String, NotInForce> {
    let name = path.display().to_string();
    let unreadable = |message: String| NotInForce::Unreadable { path: name.clone(), message };
    let limit = FileLimits::FILE.bytes as u64;
    let bytes = files.read_trusted(path, limit + 1).map_err(|refused| match refused {
        Untrusted::Io { error, .. } => unreadable(error),
        Untrusted::Missing { .. } => unreadable("there is no such file".into()),
        Untrusted::NotAFile { .. } => unreadable("not a regular file".into()),
        refused => NotInForce::Untrusted(refused),
    })?;
    if bytes.len() as u64 > limit {
        return Err(unreadable(format!("larger than {limit} bytes, the most that a policy may have")));
    }
    String::from_utf8(bytes).map_err(|_| unreadable("stream did not contain valid UTF-8".into()))
}

pub(super) fn parsed(path: &Path, text: &str, with_key: bool) -> Result<(Policy, Vec<Finding>), NotInForce> {
    let name = path.display().to_string();
    let (policy, findings) = Policy::read(&name, text)
        .map_err(|findings| NotInForce::Rejected { report: places(&findings, &name, text) })?;
    if with_key {
        // Without the key there are no pseudonyms: the policy from before is better.
        let folder = path.parent().unwrap_or(Path::new(""));
        policy.personal_data().read_key(folder).map_err(|error| NotInForce::Key(error.to_string()))?;
    }
    Ok((policy, findings))
}
