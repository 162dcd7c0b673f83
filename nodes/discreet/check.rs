//! `discreet check`: finds the mistakes in a policy.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use discreet_cdr::types::TypeLibrary;
use discreet_guard::installed::{unhideable, unlimitable};
use discreet_host::disk::{self, Untrusted};
use discreet_policy::finding::{Span, has_errors, plain};
use discreet_policy::signatures::{Signatures, signatures_path};
use discreet_policy::trust::NotKept;
use discreet_policy::{Finding, Ingress, Policy, Scope, Severity, Trust, cases};
use discreet_seal::IngressKind;
use discreet_seal::identity::PublicIdentity;
use serde::Serialize;

use super::Answer;
use super::input::{FileText, say, say_json};

/// Checks policies: all mistakes at once, each with its place and remedy.
///
/// Errors make a policy unusable. Warnings do not: a rule that never decides anything, a topic without a reader,
/// something that this version cannot do yet. Where ROS 2 is sourced, the limits of commands and the names of hidden
/// fields are compared with the installed types too. Types and identities that are not on this machine are listed,
/// without a warning: they may be on the robot.
///
/// Files of cases (`hotel.cases.yaml`) and trust files (`hotel.trust.yaml`) are checked for their structure;
/// `discreet test` runs the cases. For a policy it lists the signers; `discreet policy verify` checks if they are
/// enough.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  discreet check policies/hotel.yaml
  discreet check --strict --json policies/*.yaml

Exit codes:
  0  every policy can be used (with --strict: and has no warnings)
  1  a policy has errors (with --strict: or warnings)
  2  a file cannot be read")]
pub struct Check {
    /// The policies, and the files of their cases.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Answers with JSON: a list, one object a file, with its findings.
    #[arg(long)]
    json: bool,
    /// Treats warnings as errors.
    #[arg(long)]
    strict: bool,
}

/// Result for one file.
struct Judged {
    /// Its contents, if it can be used.
    summary: Option<String>,
    findings: Vec<Finding>,
    absent: Absent,
    signatures: Option<Beside>,
}

/// The signatures next to a policy. They may not be enough.
#[derive(Serialize)]
struct Beside {
    file: PathBuf,
    /// The owners that have signed these bytes, by the names in the file.
    by: Vec<String>,
    /// The reason for which there are none.
    trouble: Option<String>,
}

/// Types and identities of a policy that are not on this machine.
#[derive(Default, Serialize)]
struct Absent {
    /// Types that are not installed; empty if none is installed, as without ROS 2.
    types: BTreeSet<String>,
    /// Stakeholders whose `identity:` cannot be read.
    identities: Vec<String>,
}

impl Check {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let sources =
            self.files.iter().map(|file| FileText::read(file)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut answer = Answer::Yes;
        let mut all = Vec::new();
        for source in &sources {
            let Judged { summary, findings, absent, signatures } = judged(source);
            let refused = self.strict && !findings.is_empty();
            if summary.is_none() || refused {
                answer = Answer::No;
            }
            if self.json {
                let mut told = source.json(&findings);
                if let Some(fields) = told.as_object_mut() {
                    fields.insert("absent".to_owned(), serde_json::to_value(&absent)?);
                    fields.insert("signatures".to_owned(), serde_json::to_value(&signatures)?);
                }
                all.push(told);
                continue;
            }
            if !findings.is_empty() {
                say(source.render(&findings, true).trim_end());
                say("");
            }
            let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
            let warnings = several(findings.len() - errors, "warning");
            let summary = summary.unwrap_or_else(|| several(errors, "error"));
            say(&format!("{}: {summary}, {warnings}", source.name));
            absent.lines().iter().for_each(|line| say(line));
            signatures.iter().for_each(|beside| say(&beside.line()));
        }
        if self.json {
            say_json(&all)?;
        }
        Ok(answer)
    }
}

fn judged(source: &FileText) -> Judged {
    if source.name.ends_with(".cases.yaml") {
        let (summary, findings) = match cases::check(&source.text) {
            Ok(number) => (Some(several(number, "case")), Vec::new()),
            Err(findings) => (None, findings),
        };
        return Judged { summary, findings, absent: Absent::default(), signatures: None };
    }
    if source.name.ends_with("trust.yaml") {
        return trust(source);
    }
    let (policy, mut findings) = source.policy();
    let Some(policy) = policy else {
        return Judged { summary: None, findings, absent: Absent::default(), signatures: None };
    };
    let library = TypeLibrary::from_env().ok();
    if let Some(library) = &library {
        findings.extend(unlimitable(&policy, library));
        findings.extend(unhideable(&policy, library));
    }
    findings.extend(missing_key(source, &policy));
    findings.extend(changeable(source, &policy));
    let summary = (!has_errors(&findings)).then(|| {
        format!(
            "a policy for {}, version {}: {}{}, {}",
            plain(&scope(&policy)),
            policy.version(),
            several(policy.topics().count(), "topic"),
            if policy.tags() { " with tags" } else { "" },
            several(policy.rules().len(), "rule"),
        )
    });
    let absent = Absent::of(&policy, source.folder(), library.as_ref());
    Judged { summary, findings, absent, signatures: Some(Beside::of(source, &policy)) }
}

/// A trust file, next to the policies that its owners sign.
fn trust(source: &FileText) -> Judged {
    // The right to write to it matters on the robot, not where it is checked.
    let open = |owner: &str| {
        let path = source.folder().join(owner);
        FileText::read(&path).map(|read| read.text).map_err(|error| NotKept::Io {
            path: path.display().to_string(),
            error: error.root_cause().to_string(),
        })
    };
    let (summary, findings) = match Trust::read(&source.name, &source.text, open) {
        Ok(trust) => {
            (Some(format!("a trust for {}, signed by {}", trust.here(), trust.summary())), Vec::new())
        }
        Err(error) => {
            let at_start = Span { line: 1, column: 1, start: 0, end: 0 };
            let message = error.to_string().lines().map(plain).collect::<Vec<_>>().join(" ");
            (None, vec![Finding::error("bad-trust", at_start, message)])
        }
    };
    Judged { summary, findings, absent: Absent::default(), signatures: None }
}

fn scope(policy: &Policy) -> String {
    match policy.scope() {
        Scope::Robot(name) => name.clone(),
        fleet @ Scope::Fleet(_) => fleet.to_string(),
    }
}

impl Beside {
    fn of(source: &FileText, policy: &Policy) -> Beside {
        let file = signatures_path(Path::new(&source.name));
        let (by, trouble) = match Signatures::open(&file) {
            Err(_) if !file.exists() => (Vec::new(), Some("not signed".to_owned())),
            Err(why) => (Vec::new(), Some(why)),
            Ok(found) if found.head.policy != policy.hash() => (
                Vec::new(),
                Some(format!("its signatures are of other bytes, of version {}", found.head.version)),
            ),
            Ok(found) => {
                let fitting = found.by.iter().filter(|by| found.head.fits(by));
                (fitting.map(|by| by.name.clone()).collect(), None)
            }
        };
        Beside { file, by, trouble }
    }

    fn line(&self) -> String {
        match &self.trouble {
            Some(trouble) => {
                format!(
                    "  {}; a robot with a trust file would refuse it (`discreet policy sign`)",
                    plain(trouble)
                )
            }
            None => format!(
                "  signed by {}; `discreet policy verify` says whether that is enough",
                plain(&self.by.join(", "))
            ),
        }
    }
}

impl Absent {
    fn of(policy: &Policy, folder: &Path, library: Option<&TypeLibrary>) -> Absent {
        let mut types = BTreeSet::new();
        if let Some(library) = library {
            let messages = policy.topics().map(|topic| topic.type_name());
            types.extend(messages.filter(|name| library.definition(name).is_err()));
            let is_message = |one: &Ingress| match one.part() {
                Some(part) => !part.is_service(),
                None => one.kind() == IngressKind::Command,
            };
            let missing = |one: &&Arc<Ingress>| match is_message(one) {
                true => library.definition(one.type_name()).is_err(),
                false => library.service(one.type_name()).is_err(),
            };
            types.extend(policy.ingress().iter().filter(missing).map(|one| defined_as(one)));
        }
        let unknown = policy
            .stakeholders()
            .iter()
            .filter(|one| PublicIdentity::look_at(&folder.join(&*one.identity)).is_err());
        Absent {
            types: types.into_iter().map(str::to_owned).collect(),
            identities: unknown.map(|one| one.name.to_string()).collect(),
        }
    }

    fn lines(&self) -> Vec<String> {
        let list = |names: Vec<&str>| names.into_iter().map(plain).collect::<Vec<_>>().join(", ");
        let (types, identities) =
            (self.types.iter().map(String::as_str), self.identities.iter().map(String::as_str));
        let mut lines = Vec::new();
        if !self.types.is_empty() {
            lines.push(format!(
                "  not installed here; a guard without them lets nothing of theirs through: {}",
                list(types.collect())
            ));
        }
        if !self.identities.is_empty() {
            lines.push(format!(
                "  no identity here; a keeper without it gives them nothing: {}",
                list(identities.collect())
            ));
        }
        lines
    }
}

/// The type in whose file that of a command, a service or a part of an action is defined.
fn defined_as(ingress: &Ingress) -> &str {
    let action = ingress.action_type().filter(|action| ingress.type_name().starts_with(action));
    action.unwrap_or(ingress.type_name())
}

/// The key that pseudonyms need may be on the robot only; but a guard without it refuses the policy.
fn missing_key(source: &FileText, policy: &Policy) -> Option<Finding> {
    let error = policy.personal_data().read_key(source.folder()).err()?;
    let message = format!("a guard would refuse this policy here, because its key cannot be read: {error}");
    let help = "`discreet pseudonym-key` makes one, next to the policy";
    let at_start = Span { line: 1, column: 1, start: 0, end: 0 };
    Some(Finding::warning("no-key", at_start, message).help(help))
}

/// Files that a guard or keeper of this user would refuse, because others may change them.
fn changeable(source: &FileText, policy: &Policy) -> Vec<Finding> {
    let identities = policy.stakeholders().iter().map(|one| source.folder().join(&*one.identity));
    let files = [PathBuf::from(&source.name)].into_iter().chain(identities).filter(|file| file.is_file());
    let refused = files.filter_map(|file| match disk::check(&file).err()? {
        refused @ (Untrusted::Writable { .. } | Untrusted::Owner { .. }) => Some(refused.to_string()),
        _ => None,
    });
    // One folder above all of them is one finding.
    let refused: Vec<String> = refused.collect();
    let at_start = Span { line: 1, column: 1, start: 0, end: 0 };
    let first = refused.first().map(|why| {
        let more =
            if refused.len() > 1 { format!(" ({} files in all)", refused.len()) } else { String::new() };
        let message = format!("a guard or keeper would refuse this here, run as this user: {why}{more}");
        Finding::warning("changeable", at_start, message)
            .help("keep it as root's, or the guard's own: `chmod go-w`")
    });
    first.into_iter().collect()
}

fn several(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
