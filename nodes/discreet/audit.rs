//! `discreet audit`: verifies an audit log, and shows its entries.

mod show;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use discreet_audit::{Integrity, Report, parse_hash, verify, verify_from};
use discreet_policy::finding::plain;

/// Reads audit logs, with all parts that are next to them. Exit codes: 0 intact or shown, 1 not intact, 2 cannot be
/// read, 3 the entries are intact, but without a head a cut at the end would not be seen.
#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check that no entry was changed, cut, moved or inserted
    Verify(VerifyArgs),
    /// Show the entries
    Show(show::ShowArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The log; it is read with all its parts, and its .head is compared with it. Of a part such as audit.log.000003:
    /// the log from that part on
    file: PathBuf,
    /// Begin with this part: the parts before it are elsewhere, and are not checked
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    from_part: Option<u64>,
    /// A head kept elsewhere, from /diagnostics (`audit head`): detects a log that was rewritten from its start
    #[arg(long, value_name = "HASH", value_parser = head)]
    head: Option<Head>,
    /// The report as JSON
    #[arg(long)]
    json: bool,
}

/// A type of its own, because clap would read an array as many values.
#[derive(Debug, Clone, Copy)]
struct Head([u8; 32]);

fn head(text: &str) -> Result<Head, String> {
    parse_hash(text).map(Head).ok_or_else(|| "a hash has 64 hexadecimal digits, in lower case".to_owned())
}

impl AuditArgs {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let (file, result) = match self.command {
            Command::Verify(args) => (args.file.clone(), run_verify(&args)),
            Command::Show(args) => (args.file.clone(), show::run(&args)),
        };
        match result.as_ref().map_err(|error| error.downcast_ref::<io::Error>()) {
            Err(Some(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(Some(error)) => {
                eprintln!("cannot read {}: {error}", plain(&file.display().to_string()));
                Ok(ExitCode::from(2))
            }
            _ => result,
        }
    }
}

fn run_verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let head = args.head.map(|head| head.0);
    let report = match args.from_part {
        Some(part) => verify_from(&args.file, Some(part), head),
        None => verify(&args.file, head),
    }?;
    if args.json {
        let mut json = serde_json::to_value(&report)?;
        if let Some(fields) = json.as_object_mut() {
            let verdict = report.verdict();
            fields.insert("verdict".to_owned(), serde_json::to_value(verdict)?);
            // Neither true nor false as long as it is unknown.
            let intact = (verdict != Integrity::EndUnknown).then(|| verdict == Integrity::Intact);
            fields.insert("intact".to_owned(), intact.into());
        }
        write(&format!("{json}\n"))?;
    } else {
        write(&in_words(&report))?;
    }
    Ok(match report.verdict() {
        Integrity::Intact => ExitCode::SUCCESS,
        Integrity::NotIntact => ExitCode::from(1),
        Integrity::EndUnknown => ExitCode::from(3),
    })
}

/// Prints to a pipe that may be closed, or a file on a disk that may be full.
fn write(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::anyhow!("cannot print the report: {error}"))
        }
        written => Ok(written?),
    }
}

fn in_words(report: &Report) -> String {
    let mut text = String::new();
    let last_part = report.first_part.saturating_add(report.parts).saturating_sub(1);
    let in_parts = last_part > 1;
    for finding in &report.findings {
        let (line, seq, offset) = (finding.line, finding.seq, finding.offset);
        let part = if in_parts { format!("part {}, ", finding.part) } else { String::new() };
        text.push_str(&format!("{part}line {line} (entry {seq}, byte {offset}): {}\n", finding.what));
    }
    if report.more_findings > 0 {
        text.push_str(&format!("and {} more\n", report.more_findings));
    }
    let verdict = match report.verdict() {
        Integrity::Intact => "intact",
        Integrity::NotIntact => "NOT INTACT",
        Integrity::EndUnknown => "END NOT KNOWN, nothing changed, moved or inserted before it",
    };
    text.push_str(&format!("{verdict}: {} entries, {} starts", report.entries, report.starts));
    if let (Some(first), Some(last)) = (report.first, report.last) {
        text.push_str(&format!(", {first} to {last}"));
    }
    if in_parts {
        text.push_str(&match report.parts {
            1 => format!(", part {last_part}"),
            parts => format!(", {parts} parts from part {}", report.first_part),
        });
    }
    text.push('\n');
    if let Some(head) = &report.head {
        text.push_str(&format!("head {head}\n"));
    }
    let notes = [
        (report.counts_lost, "windows have no counts: the program was killed in them"),
        (report.still_open, "windows are open: the program runs, or was killed"),
        (report.torn, "bytes of an unfinished entry at the end"),
        (
            report.after_head,
            "entries after the one in .head: the program writes just now, or was killed then",
        ),
    ];
    for (number, note) in notes.into_iter().filter(|(number, _)| *number > 0) {
        text.push_str(&format!("note: {number} {note}\n"));
    }
    match report.began_with {
        Some(part) => text.push_str(&format!(
            "note: it begins with part {part}, as requested: the parts before it were not checked\n"
        )),
        None if report.first_part > 1 && report.is_intact() => text.push_str(&format!(
            "note: it begins with part {}: the parts before it were removed, as entries in it say\n",
            report.first_part
        )),
        None => {}
    }
    if !report.end_is_known {
        text.push_str(
            "note: the .head next to it is missing or damaged, and there is no --head: a cut at the end would not \
             be seen. A head is in every recording of /diagnostics (`audit head`); the guard does not \
             write on such a log\n",
        );
    }
    text
}
