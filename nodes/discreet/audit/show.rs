//! `discreet audit show`: the entries as a table, or as they are.

mod read;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use discreet_audit::Time;
use read::Lines;
use serde_json::Value;

/// The kinds of entries, as the log names them.
const KINDS: [&str; 11] =
    ["window", "closed", "denied", "policy", "keys", "route", "fault", "part", "start", "stop", "recovered"];

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The log, with all its parts; of a part such as audit.log.000003, that part alone
    pub file: PathBuf,
    /// Follow the log: show new entries as they are written
    #[arg(long, short)]
    follow: bool,
    /// The entries as they are, one JSON object a line
    #[arg(long)]
    json: bool,
    /// Only entries about this topic
    #[arg(long, value_name = "TOPIC")]
    route: Option<String>,
    /// Only entries of this kind
    #[arg(long, value_name = "KIND", value_parser = KINDS)]
    entry: Option<String>,
    /// Only entries from this time on: 2026-11-23T22:34:13Z, or a time ago: 10m, 2h
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Time>,
}

fn since(text: &str) -> Result<Time, String> {
    let ago = text.parse::<jiff::SignedDuration>().ok();
    let ago = ago.and_then(|ago| i64::try_from(ago.abs().as_nanos()).ok());
    let then = ago.map(|ago| Time { nanoseconds: Time::system().nanoseconds.saturating_sub(ago) });
    then.or_else(|| Time::parse(text)).ok_or_else(|| "write 2026-11-23T22:34:13Z or 10m".to_owned())
}

pub fn run(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let colours = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut lines = Lines::of(&args.file, args.since, args.follow)?;
    while let Some(line) = lines.next(&mut out)? {
        show(args, line, colours, &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(args: &ShowArgs, line: &[u8], colours: bool, out: &mut impl Write) -> io::Result<()> {
    let Ok(entry) = serde_json::from_slice::<Value>(line) else {
        return writeln!(out, "(this line is not an entry: run `discreet audit verify`)");
    };
    let kind = text(&entry, "entry");
    let wrong_kind = args.entry.as_ref().is_some_and(|desired| *desired != kind);
    let too_old =
        args.since.is_some_and(|since| Time::parse(&text(&entry, "time")).is_none_or(|time| time < since));
    if wrong_kind || too_old || !args.route.as_ref().is_none_or(|topic| concerns(&entry, topic)) {
        return Ok(());
    }
    if args.json {
        return out.write_all(line);
    }
    let colour = match kind.as_str() {
        "denied" => "\x1b[33m",
        "fault" | "recovered" => "\x1b[31m",
        "start" | "stop" | "policy" | "keys" | "part" => "\x1b[1m",
        _ => "",
    };
    let (colour, end) = if colours && !colour.is_empty() { (colour, "\x1b[0m") } else { ("", "") };
    for detail in details(&entry, &kind, args.route.as_deref()) {
        writeln!(
            out,
            "{:>7}  {:<27}  {colour}{kind:<9}  {detail}{end}",
            number(&entry, "seq"),
            text(&entry, "time")
        )?;
    }
    Ok(())
}

/// True if the entry is about this topic.
fn concerns(entry: &Value, topic: &str) -> bool {
    let of = |value: &Value| value.get("topic").is_some_and(|name| name == topic);
    of(entry) || entry.get("info").is_some_and(of) || routes(entry).iter().any(of)
}

/// The text of an entry, one line for each route.
fn details(entry: &Value, kind: &str, topic: Option<&str>) -> Vec<String> {
    let of_topic = |route: &&Value| topic.is_none_or(|topic| text(route, "topic") == topic);
    let each_route =
        |say: &dyn Fn(&Value) -> String| routes(entry).iter().filter(of_topic).map(say).collect();
    let get = |key| text(entry, key);
    match kind {
        "window" => each_route(&|route| format!("from {}: {}", get("from"), audience(route))),
        "closed" => each_route(&|route| format!("from {}: {}", get("from"), counts(route))),
        "denied" => vec![format!("{}: {}", get("topic"), get("reason"))],
        "route" => {
            let info = entry.get("info").unwrap_or(&Value::Null);
            vec![format!("{}: {}, from {}", get("change"), audience(info), get("source"))]
        }
        "policy" => vec![format!("{} {} {}", get("change"), policy(entry), get("why"))],
        "keys" => vec![format!("{} {} {}", get("change"), get("who"), get("why"))],
        "start" => {
            vec![format!("{} on {}, {}, head {}", get("program"), get("robot"), policy(entry), get("head"))]
        }
        "fault" => {
            vec![format!("since {}: {} ({} entries lost)", get("since"), get("what"), number(entry, "lost"))]
        }
        "part" => vec![part(entry)],
        "recovered" => vec![format!("{} bytes of an unfinished entry dropped", number(entry, "bytes"))],
        _ => vec![String::new()],
    }
}

fn part(entry: &Value) -> String {
    let (change, number_of) = (text(entry, "change"), |key| number(entry, key));
    let words = match change.as_str() {
        "closed" => format!("by {}, part {} follows", text(entry, "why"), number_of("next")),
        "opened" => {
            let before = entry.get("before").unwrap_or(&Value::Null);
            format!("after part {}, which ends with entry {}", number(before, "part"), number(before, "last"))
        }
        _ => format!(
            "entries {} to {}, {} to {}",
            number_of("first"),
            number_of("last"),
            text(entry, "from"),
            text(entry, "to")
        ),
    };
    format!("part {} {change}: {words}", number_of("part"))
}

fn audience(route: &Value) -> String {
    let get = |key| text(route, key);
    format!("{} [{}] {} to {}", get("topic"), get("class"), get("form"), get("audience"))
}

fn counts(route: &Value) -> String {
    let mut words = format!("{}: {} released", text(route, "topic"), number(route, "released"));
    if number(route, "unrecorded") > 0 {
        words.push_str(&format!(" ({} UNRECORDED)", number(route, "unrecorded")));
    }
    words.push_str(&format!(", {} bytes", number(route, "bytes")));
    for (reason, count) in route.get("denied").and_then(Value::as_object).into_iter().flatten() {
        words.push_str(&format!(", {count} denied: {}", printable(reason)));
    }
    words
}

fn policy(entry: &Value) -> String {
    let policy = entry.get("policy").filter(|policy| !policy.is_null());
    policy.map_or("no policy".to_owned(), |policy| format!("policy version {}", number(policy, "version")))
}

fn routes(entry: &Value) -> &[Value] {
    entry.get("routes").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    printable(value.get(key).and_then(Value::as_str).unwrap_or_default())
}

/// The log may not be ours: nothing in it reaches the terminal as a control sequence.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect()
}
