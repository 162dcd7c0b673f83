//! Three owners, of whom two must sign, somebody who is none, and a policy.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use discreet_seal::identity::Identity;

const PASSPHRASE: &str = "correct horse battery";

pub struct Owners {
    folder: PathBuf,
}

pub fn policy(scope: &str, version: u32) -> String {
    format!(
        "discreet: 1\n{scope}\nversion: {version}\nclasses:\n  operational: {{ epoch: 1h, retention: 7d }}\ntopics:\n  /a: {{ \
         type: std_msgs/msg/String, class: operational }}\nrules:\n  - {{ who: everyone, read: operational, as: clear }}\n"
    )
}

pub fn with_stakeholder(version: u32) -> String {
    policy("robot: concierge-1", version)
        .replace("classes:", "stakeholders:\n  desk: { identity: desk.pub }\nclasses:")
        .replace("who: everyone", "who: desk")
}

impl Owners {
    pub fn new(test: &str) -> Owners {
        let folder = std::env::temp_dir().join(format!("discreet-signing-{test}-{}", std::process::id()));
        let _none = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        let owners = Owners { folder };
        owners.write("pass", PASSPHRASE);
        fs::set_permissions(owners.path("pass"), fs::Permissions::from_mode(0o600)).unwrap();
        ["alice", "bob", "carol", "mallory"].iter().for_each(|name| owners.identity(name));
        owners.write(
            "trust.yaml",
            "discreet_trust: 1\nrobot: concierge-1\nfleet: hotels\nthreshold: 2\nowners: [alice.pub, bob.pub, carol.pub]\n",
        );
        owners.write("p.yaml", &policy("robot: concierge-1", 7));
        owners
    }

    pub fn identity(&self, name: &str) {
        // The least work there is: what is tested is not the passphrase.
        let path = self.path(&format!("{name}.key"));
        Identity::generate(name).unwrap().create(&path, PASSPHRASE.as_bytes(), 1).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o644)).unwrap();
    }

    pub fn discreet(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_discreet"));
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).output().unwrap()
    }

    pub fn sign(&self, who: &str, policies: &[&str]) -> Output {
        let key = format!("{who}.key");
        let how = ["--key", key.as_str(), "--passphrase-file", "pass"];
        self.discreet(&[&["policy", "sign"][..], policies, &how[..]].concat())
    }

    pub fn signs(&self, who: &str, policy: &str, code: i32) {
        let output = self.sign(who, &[policy]);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }

    /// The exit code, and the first words after the policy's name.
    pub fn verify(&self, policy: &str) -> (i32, String) {
        let output = self.discreet(&["policy", "verify", policy, "--trust", "trust.yaml"]);
        let said = String::from_utf8(output.stdout).unwrap();
        let said = said.lines().next().unwrap_or_default();
        let said = said.strip_prefix(&format!("{policy}: ")).unwrap_or(said);
        let said = said.strip_prefix("no: ").unwrap_or(said);
        let said = said.strip_prefix("the policy is not signed as the trust asks: ").unwrap_or(said);
        let said = said.split(" (needed").next().unwrap_or_default();
        let said = said.split(" p.yaml.sig; ").next().unwrap_or_default();
        (output.status.code().unwrap(), said.to_owned())
    }
}

impl Drop for Owners {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}
