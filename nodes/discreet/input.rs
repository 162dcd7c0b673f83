//! Reading policies from files, and writing answers.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::Context;
use discreet_policy::finding::{self, Finding, has_errors};
use discreet_policy::{FileLimits, Policy};
use serde_json::json;

/// A file as read.
pub struct FileText {
    /// Its name, as given.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl FileText {
    /// Reads a file, and no more of it than a policy may have.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        let mut bytes = Vec::new();
        let most = FileLimits::FILE.bytes as u64 + 1;
        file.take(most).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            // The byte beyond the limit may have cut a character; then the limit is reported.
            Err(error) if error.as_bytes().len() as u64 == most => {
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                anyhow::bail!("{name} is not UTF-8 text: byte {at} begins no character");
            }
        };
        Ok(Self { name, text })
    }

    /// The policy in it, with all findings.
    pub fn policy(&self) -> (Option<Policy>, Vec<Finding>) {
        match Policy::read(&self.name, &self.text) {
            Ok((policy, warnings)) => (Some(policy), warnings),
            Err(findings) => (None, findings),
        }
    }

    /// The policy in it; errors are shown.
    pub fn usable_policy(&self) -> anyhow::Result<Policy> {
        let (policy, findings) = self.policy();
        policy.ok_or_else(|| {
            say_error(&self.render(&findings, false));
            anyhow::anyhow!("{} is not a usable policy; `discreet check` explains more", self.name)
        })
    }

    /// Findings, for people.
    pub fn render(&self, findings: &[Finding], to_stdout: bool) -> String {
        let terminal =
            if to_stdout { std::io::stdout().is_terminal() } else { std::io::stderr().is_terminal() };
        let colour = terminal && std::env::var_os("NO_COLOR").is_none();
        finding::render(findings, &self.name, &self.text, colour)
    }

    /// The folder that paths in it are relative to.
    pub fn folder(&self) -> &Path {
        Path::new(&self.name).parent().unwrap_or(Path::new(""))
    }

    /// Findings, for programs.
    pub fn json(&self, findings: &[Finding]) -> serde_json::Value {
        json!({ "file": self.name, "ok": !has_errors(findings), "findings": findings })
    }

    /// One line of it, trimmed, as it may be shown on a terminal.
    pub fn line(&self, number: u32) -> String {
        let line = self.text.lines().nth(number.saturating_sub(1) as usize).unwrap_or_default();
        finding::plain(line.trim())
    }
}

/// Writes a line to standard output. A closed pipe (`| head`) is not an error. If it cannot be written, on a full disk for
/// example, the answer is lost, and the program ends with exit code 2.
pub fn say(text: &str) {
    or_end(writeln!(std::io::stdout(), "{text}"));
}

fn or_end(written: std::io::Result<()>) {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            say_error(&format!("discreet: cannot write the answer: {error}"));
            std::process::exit(2);
        }
        _ => {}
    }
}

/// Writes to standard error.
pub fn say_error(text: &str) {
    let _gone = writeln!(std::io::stderr(), "{text}");
}

/// Writes a value as JSON.
pub fn say_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let written = serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from);
    or_end(written.and_then(|()| writeln!(out)).and_then(|()| out.flush()));
    Ok(())
}
