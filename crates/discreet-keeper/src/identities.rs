//! The identities of the stakeholders that a policy names, as their files are at present.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use discreet_host::files::{Files, Stamp};
use discreet_policy::Policy;
use discreet_policy::signatures::fingerprint;
use discreet_seal::identity::PublicIdentity;

/// The stakeholders that a policy names.
#[derive(Default)]
pub struct Identities {
    entries: BTreeMap<String, Entry>,
}

struct Entry {
    path: PathBuf,
    stamp: Option<Stamp>,
    signed: Signed,
    /// No other user can change it. A folder's rights change without the file.
    ours: bool,
    identity: Result<PublicIdentity, String>,
}

/// The fingerprint of an identity in the owners' signatures: none without a trust, and `None` within if it was
/// missing then.
type Signed = Option<Option<String>>;

/// A stakeholder whose identity has changed, or became valid or invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The stakeholder.
    pub who: String,
    /// The reason for which it has no identity now; `None` if it has one.
    pub trouble: Option<String>,
}

impl Identities {
    /// Reads the files that `policy` names, if they are new or have changed.
    pub fn refresh(&mut self, policy: &Policy, files: &dyn Files) -> Vec<Change> {
        let folder = Path::new(policy.file_name()).parent().unwrap_or(Path::new("")).to_owned();
        let mut changes = Vec::new();
        let mut entries = BTreeMap::new();
        for stakeholder in policy.stakeholders() {
            let (name, path) = (stakeholder.name.to_string(), folder.join(&stakeholder.identity));
            let (known, stamp) = (self.entries.remove(&name), files.stamp(&path));
            let signed = policy.signed().map(|signed| signed.identities.get(&name).cloned());
            let ours = files.check(&path).is_ok();
            let entry = match known {
                Some(known)
                    if known.path == path
                        && known.stamp == stamp
                        && known.signed == signed
                        && known.ours == ours
                        && stamp.is_some() =>
                {
                    known
                }
                known => {
                    let identity = read(files, &path, &name, &signed);
                    if known.is_none_or(|known| known.identity != identity) {
                        changes.push(Change { who: name.clone(), trouble: identity.as_ref().err().cloned() });
                    }
                    Entry { path, stamp, signed, ours, identity }
                }
            };
            entries.insert(name, entry);
        }
        self.entries = entries;
        changes
    }

    /// The identity of a stakeholder, or the reason for which it has none.
    pub fn identity(&self, who: &str) -> Result<&PublicIdentity, &str> {
        match self.entries.get(who) {
            Some(entry) => entry.identity.as_ref().map_err(String::as_str),
            None => Err("the policy does not name it"),
        }
    }

    /// True if the policy names it.
    pub fn names(&self, who: &str) -> bool {
        self.entries.contains_key(who)
    }

    /// All stakeholders with a valid identity.
    pub fn valid(&self) -> impl Iterator<Item = (&str, &PublicIdentity)> {
        self.entries.iter().filter_map(|(name, entry)| Some((name.as_str(), entry.identity.as_ref().ok()?)))
    }
}

/// An identity file under another stakeholder's name would give that stakeholder's messages to the file's owner.
fn read(files: &dyn Files, path: &Path, name: &str, signed: &Signed) -> Result<PublicIdentity, String> {
    let identity = PublicIdentity::open_on(files, path).map_err(|error| error.to_string())?;
    if identity.name != name {
        return Err(format!(
            "{} is the identity of `{}`, and the policy has it for `{name}`: put the right file there, or call the \
             stakeholder by that name",
            path.display(),
            identity.name
        ));
    }
    // A user who may replace the file must not be able to bring other keys into a signed policy.
    match signed {
        None => Ok(identity),
        Some(Some(signed)) if *signed == fingerprint(&identity) => Ok(identity),
        Some(signed) => Err(format!(
            "{} {}; sign the next version of the policy with the right file next to it",
            path.display(),
            match signed {
                Some(_) => "has other keys than the owners signed with the policy",
                None => "was not there when the owners signed the policy",
            }
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_host::files::SystemFiles;
    use discreet_seal::identity::Identity;
    use std::fs;

    #[test]
    fn a_missing_or_broken_file_makes_only_its_stakeholder_unserved() {
        let folder = std::env::temp_dir().join(format!("discreet-identities-{}", std::process::id()));
        fs::create_dir_all(folder.join("ids")).unwrap();
        let text = "discreet: 1\nrobot: r\nversion: 1\nclasses: { operational: { retention: 7d } }\nstakeholders:\n  \
                    desk: { identity: ids/desk.pub }\n  vendor: { identity: ids/vendor.pub }\ntopics: { /a: { type: \
                    std_msgs/msg/String, class: operational } }\nrules: [ { who: [desk, vendor], read: operational, \
                    as: clear } ]\n";
        let file = folder.join("p.yaml");
        let policy = Policy::read(&file.display().to_string(), text)
            .map_err(|findings| format!("{findings:?}"))
            .unwrap()
            .0;
        let write = |name: &str, text: &str| fs::write(folder.join("ids").join(name), text).unwrap();
        let desk = Identity::generate("desk").unwrap();
        write("desk.pub", &desk.public_file());
        write("vendor.pub", "nonsense");
        let mut identities = Identities::default();
        let changes = identities.refresh(&policy, &SystemFiles);
        assert_eq!(changes.len(), 2);
        assert_eq!(identities.identity("desk"), Ok(desk.public()));
        assert!(identities.identity("vendor").unwrap_err().contains("vendor.pub"));
        assert_eq!(identities.refresh(&policy, &SystemFiles), []);
        write("vendor.pub", &Identity::generate("vendor").unwrap().public_file());
        assert_eq!(
            identities.refresh(&policy, &SystemFiles),
            [Change { who: "vendor".into(), trouble: None }]
        );
        assert_eq!(identities.valid().count(), 2);
        // A file under another stakeholder's name is refused.
        write("vendor.pub", &desk.public_file());
        let trouble = identities.refresh(&policy, &SystemFiles)[0].trouble.clone().unwrap();
        assert!(trouble.contains("the identity of `desk`") && trouble.contains("for `vendor`"), "{trouble}");
        fs::remove_file(folder.join("ids/desk.pub")).unwrap();
        assert!(identities.refresh(&policy, &SystemFiles)[0].trouble.as_ref().unwrap().contains("desk.pub"));
        fs::remove_dir_all(folder).unwrap();
    }
}
