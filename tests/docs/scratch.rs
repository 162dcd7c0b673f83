//! A folder in which the commands of one page run, in their order, as a reader would type them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use discreet_audit::{Audit, Opening, Time};

use crate::pages::{Fence, Page, page, root};

/// The folder, and the working directory of its shell.
pub struct Scratch {
    home: PathBuf,
    at: PathBuf,
}

/// The files that a page assumes, made before its first command.
const BEFORE: [(&str, &[&str]); 1] =
    [("docs/signing.md", &["discreet identity new bob.key", "discreet identity new carol.key"])];

impl Scratch {
    /// The reader's files: the shipped policies, a text, an audit log, and the YAML files of [policy.md] and of the
    /// page.
    pub fn new(of: &Page) -> Self {
        // Files that decide are refused below a folder that others may write to. A clone may be in one; /tmp is
        // sticky.
        let folder = format!("discreet-docs-{}-{}", std::process::id(), of.name.replace('/', "-"));
        let home = std::env::temp_dir().join(folder);
        let _none = fs::remove_dir_all(&home);
        fs::create_dir_all(home.join("bin")).unwrap();
        only_mine(&home, 0o700);
        for entry in fs::read_dir(root().join("policies")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap();
            fs::create_dir_all(home.join("policies")).unwrap();
            fs::copy(&path, home.join("policies").join(name)).unwrap();
            fs::copy(&path, home.join(name)).unwrap();
        }
        fs::write(home.join("notes.txt"), "call Ada Lovelace on +44 7700 900123\n").unwrap();
        fs::write(home.join("passphrase"), "correct horse battery staple\n").unwrap();
        only_mine(&home.join("passphrase"), 0o600);
        wrapper(&home.join("bin/discreet"));
        audit_log(&home.join(".ros/discreet/audit.log"));
        let mut scratch = Self { at: home.clone(), home };
        scratch.write_files(&page("docs/policy.md"));
        scratch.write_files(of);
        let before = BEFORE.iter().filter(|(name, _)| *name == of.name).flat_map(|(_, lines)| *lines);
        before.for_each(|line| assert_eq!(scratch.run(line).0, 0, "{line}"));
        scratch
    }

    fn write_files(&self, page: &Page) {
        for fence in &page.fences {
            if let Some(name) = fence.file_name() {
                self.write(name, &fence.text());
            }
        }
    }

    /// Writes a file into the working directory, as a reader would at its block.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.at.join(name), text).unwrap();
        only_mine(&self.at.join(name), 0o600);
    }

    /// Changes sections of a policy in the working directory, as the first line of a block asks: a section of one
    /// line replaces the existing one, the lines of a longer one are added to the existing ones.
    pub fn edit(&self, name: &str, block: &Fence) {
        let path = self.at.join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (first, rest) in block.sections() {
            let key = first.split(':').next().unwrap_or_default().to_owned() + ":";
            let Some(start) = lines.iter().position(|line| line.starts_with(&key)) else {
                lines.push(first.to_owned());
                lines.extend(rest.iter().cloned());
                continue;
            };
            if rest.iter().all(|line| line.trim().is_empty()) {
                first.clone_into(&mut lines[start]);
                continue;
            }
            let is_key = |line: &String| line.starts_with(|c: char| c.is_ascii_lowercase());
            let length = lines[start + 1..].iter().position(is_key);
            let end = length.map_or(lines.len(), |length| start + 1 + length);
            lines.splice(end..end, rest.iter().cloned());
        }
        self.write(name, &(lines.join("\n") + "\n"));
    }

    /// Runs a line; returns its exit code and its output.
    pub fn run(&mut self, line: &str) -> (i32, String) {
        let script = format!("umask 077\n{line}\nstatus=$?\npwd >\"$HOME/.at\"\nexit $status\n");
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(&self.at)
            .env("HOME", &self.home)
            .env("PATH", format!("{}:/usr/bin:/bin", self.home.join("bin").display()))
            .env("AMENT_PREFIX_PATH", root().join("tests/data/types"))
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        self.at = fs::read_to_string(self.home.join(".at")).unwrap().trim().into();
        let printed = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&printed).into_owned())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.home);
    }
}

/// `discreet` with the passphrase in a file: there is no terminal to type it at.
fn wrapper(path: &Path) {
    let program = env!("CARGO_BIN_EXE_discreet");
    let script = format!(
        "#!/bin/sh\ncase \"$1 $2\" in\n\
         'identity new' | 'identity rotate') exec '{program}' \"$@\" --passphrase-file \"$HOME/passphrase\" --work 10 ;;\n\
         'policy sign') exec '{program}' \"$@\" --passphrase-file \"$HOME/passphrase\" ;;\n\
         esac\nexec '{program}' \"$@\"\n"
    );
    fs::write(path, script).unwrap();
    only_mine(path, 0o700);
}

fn audit_log(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    only_mine(path.parent().unwrap(), 0o700);
    only_mine(path.parent().unwrap().parent().unwrap(), 0o700);
    let opening = Opening { program: "guard 0.1.0".into(), robot: "porter-2".into(), policy: None };
    let audit = Audit::open(path, opening, Arc::new(Time::system)).unwrap_or_else(|error| panic!("{error}"));
    audit.kept_out(Time::system(), "/rosout", "undeclared_topic");
    audit.finish();
}

fn only_mine(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
