//! The work of `discreet scrub`.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use discreet_bags::scrub::{self, Report, TopicReport};
use discreet_bags::{self as bags, BagWriter};
use discreet_cdr::types::TypeLibrary;
use discreet_host::disk::{self, Readers, Untrusted};
use discreet_policy::finding::plain;
use discreet_redact::ImageRules;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Scrub, Types};
use crate::Answer;
use crate::input::{FileText, say, say_error, say_json};
use crate::inspector;
use crate::names;
use crate::new_file::{Fresh, are_same};

/// Updating the bar costs more than reading a message.
const BAR_STEP: u64 = 1 << 20;

pub fn run(command: &Scrub) -> anyhow::Result<Answer> {
    if command.who != "everyone" {
        bail!("--who {}: only `everyone` is supported: nothing is sealed in a bag", plain(&command.who));
    }
    if are_same(&command.input, &command.output) {
        bail!("IN and OUT are one file; a bag is never scrubbed in place");
    }
    // It decides what leaves, so no other user may be able to change it. Other faults are reported below.
    if let Err(refused @ (Untrusted::Writable { .. } | Untrusted::Owner { .. })) =
        disk::check(&command.policy)
    {
        return Err(refused.into());
    }
    let source = FileText::read(&command.policy)?;
    let policy = source.usable_policy()?;
    let personal = policy.personal_data();
    if command.name_model || personal.wants_name_model {
        personal.set_name_model(names::model()?);
    }
    let library = library(command.types)?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let shown = command.input.display().to_string();
    let mut bag = bags::open(&command.input).with_context(|| shown.clone())?;
    let mut fresh = Fresh::new(&command.output, command.force, readers(&command.input)?)?;

    let scrub = scrub::Scrub {
        policy: &policy,
        types: library.as_ref().map_or(scrub::Types::Bag, scrub::Types::Installed),
        trust_names: command.trust_names,
        at: command.at.as_deref().map(second).transpose()?,
        now,
        partial: command.partial,
    };
    let bar = bar();
    let mut drawn = 0;
    let mut watch = |read: u64, size: u64| {
        if read >= drawn + BAR_STEP {
            drawn = read;
            bar.set_length(size);
            bar.set_position(read);
        }
    };
    let mut blindness = None;
    let mut inspectors = |rules: &ImageRules| match inspector::look(rules) {
        Ok(eyes) => Some(eyes),
        Err(error) => {
            blindness.get_or_insert(format!("{error:#}"));
            None
        }
    };
    let mut writer = BagWriter::new(BufWriter::new(fresh.file()), bag.packing())?;
    let report = scrub.run(bag.as_mut(), &mut writer, &mut inspectors, &mut watch).with_context(|| shown)?;
    writer.finish()?.flush()?;
    fresh.finish()?;
    bar.finish_and_clear();

    if command.json {
        say_json(&serde_json::to_value(&report)?)?;
    } else {
        show(&report);
    }
    notes(&report, blindness.as_deref());
    let whole =
        report.damage.is_none() && report.blanked() == 0 && report.missing.is_empty() && !report.empty;
    Ok(if whole { Answer::Yes } else { Answer::No })
}

/// The users who can read all of a bag, which is a file or a folder of files.
fn readers(bag: &Path) -> anyhow::Result<Readers> {
    let mut readers = Readers::of(bag)?;
    if bag.is_dir() {
        for entry in fs::read_dir(bag)? {
            readers = readers.and(Readers::of(&entry?.path())?);
        }
    }
    Ok(readers)
}

fn library(types: Types) -> anyhow::Result<Option<TypeLibrary>> {
    match types {
        Types::Bag => Ok(None),
        Types::Installed => Ok(Some(TypeLibrary::from_env()?)),
        Types::Auto => Ok(TypeLibrary::from_env().ok()),
    }
}

fn second(text: &str) -> anyhow::Result<i64> {
    let time: jiff::Timestamp =
        text.parse().context("--at takes a time with its offset, such as 2026-05-01T09:30:00+02:00")?;
    Ok(time.as_second())
}

/// Hidden if standard error is not a terminal.
fn bar() -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(report: &Report) {
    let width = |of: fn(&TopicReport) -> &str| {
        report.topics.iter().map(|topic| plain(of(topic)).chars().count()).max().unwrap_or(0).max(5)
    };
    let (topic, kind) = (width(|topic| &topic.topic), width(|topic| &topic.type_name));
    say(&format!(
        "{:topic$}  {:kind$}  {:>8}  {:>8}  {:>8}  {:>8}  {:>9}  {:>9}  left out",
        "topic", "type", "messages", "clear", "redacted", "blanked", "bytes in", "bytes out"
    ));
    for row in &report.topics {
        let denied: Vec<String> =
            row.denied.iter().map(|(reason, number)| format!("{number} {reason}")).collect();
        say(&format!(
            "{:topic$}  {:kind$}  {:>8}  {:>8}  {:>8}  {:>8}  {:>9}  {:>9}  {}",
            plain(&row.topic),
            plain(&row.type_name),
            row.messages,
            row.clear,
            row.redacted,
            row.blanked,
            indicatif::HumanBytes(row.bytes).to_string(),
            indicatif::HumanBytes(row.written_bytes).to_string(),
            if denied.is_empty() { "-".to_owned() } else { denied.join(", ") }
        ));
    }
    let left_out: Vec<&TopicReport> = report.topics.iter().filter(|row| !row.left_out.is_empty()).collect();
    if !left_out.is_empty() {
        say("\nleft out:");
    }
    for row in left_out {
        for one in &row.left_out {
            let (topic, messages) = (plain(&row.topic), one.messages);
            say(&format!("  {topic}: {messages}, {}: {}", one.reason, plain(&one.because)));
            say(&format!("      {}", plain(&one.remedy)));
        }
    }
}

/// Notes about the result, on standard error.
fn notes(report: &Report, blindness: Option<&str>) {
    let asides = [
        (report.attachments, "attachments"),
        (report.metadata, "metadata records"),
        (report.private, "private records"),
    ];
    for (number, what) in asides.into_iter().filter(|(number, _)| *number > 0) {
        say_error(&format!("note: {number} {what} left out: they may contain anything"));
    }
    if report.types == "bag" {
        say_error("note: definitions of types are the bag's own, not those of an installed ROS 2 (--types)");
    }
    if !report.unchecked_sources.is_empty() {
        let topics: Vec<String> = report.unchecked_sources.iter().map(|topic| plain(topic)).collect();
        say_error(&format!(
            "note: a bag does not record the publisher; `source:` is not checked: {}",
            topics.join(", ")
        ));
    }
    if !report.not_in_bag.is_empty() {
        let topics: Vec<String> = report.not_in_bag.iter().map(|topic| plain(topic)).collect();
        say_error(&format!(
            "note: the policy releases these topics, but the bag does not have them: {}",
            topics.join(", ")
        ));
    }
    if report.untimed > 0 {
        let number = report.untimed;
        say_error(&format!(
            "note: the time of {number} messages is not credible; rules with times release none of them"
        ));
    }
    if !report.missing.is_empty() {
        let topics: Vec<String> = report.missing.iter().map(|topic| plain(topic)).collect();
        say_error(&format!("missing in OUT, though the policy releases it: {}", topics.join(", ")));
    }
    if report.empty {
        say_error("OUT is empty: no message of the bag may leave, or none could be read");
    }
    if report.blanked() > 0 {
        say_error(&format!("{} images could not be inspected and are blank", report.blanked()));
        blindness.iter().for_each(|reason| say_error(&format!("  {reason}")));
    }
    if let Some(damage) = &report.damage {
        say_error(&format!("the bag is incomplete ({damage}); OUT has the part before that"));
    }
}
