//! `discreet who`: the present access of stakeholders, and its end.

use std::path::PathBuf;

use clap::Args;
use discreet_keeper::protocol::{Member, Standing, Summary, TopicAccess};
use discreet_keeper::{admin, default_socket};
use discreet_policy::finding::plain;
use serde_json::json;

use super::Answer;
use super::input::{say, say_error, say_json};

/// Shows the stakeholders that can open each sealed topic now, and until when.
///
/// Parameters that it can read are listed too, and feedback and status of actions, about its own goals. Topics that
/// everyone has in the open are not listed: see `discreet explain`. `until` is the end of hours or of a
/// contract by the policy; a revocation or another policy can come before.
#[derive(Args)]
#[command(after_long_help = "\
Exit codes:
  0  everything is in order
  1  something is wrong, and said below the table: no policy, a stakeholder without a valid identity, a guard that runs
     another policy, a clock that was set back
  2  the keeper cannot be reached")]
pub struct Who {
    /// Only topics that this stakeholder can open
    #[arg(long, value_name = "WHO")]
    only: Option<String>,
    /// The keeper's socket [default: ~/.ros/discreet/keeper.sock]
    #[arg(long, value_name = "FILE")]
    socket: Option<PathBuf>,
    /// Answers with JSON
    #[arg(long)]
    json: bool,
}

impl Who {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let socket = self.socket.clone().unwrap_or_else(default_socket);
        let (mut topics, summary) = admin::who(&socket)?;
        let known = |name: &String| summary.stakeholders.iter().any(|one| one.name == *name);
        if let Some(unknown) = self.only.as_ref().filter(|only| !known(only)) {
            say_error(&format!("the policy names no stakeholder `{}`", plain(unknown)));
            return Ok(Answer::No);
        }
        if let Some(only) = &self.only {
            topics.iter_mut().for_each(|topic| topic.who.retain(|reader| reader.name == *only));
            topics.retain(|topic| !topic.who.is_empty());
        }
        if self.json {
            say_json(&as_json(&topics, &summary))?;
        } else {
            say(&table(&topics));
            say(&standing(&summary));
        }
        let served = |one: &Standing| one.unserved.is_none() || one.revoked.is_some();
        let well = summary.trouble.is_empty() && summary.stakeholders.iter().all(served);
        Ok(if well { Answer::Yes } else { Answer::No })
    }
}

fn table(topics: &[TopicAccess]) -> String {
    let head = ["TOPIC", "CLASS", "FORM", "WHO", "UNTIL"].map(str::to_owned);
    let mut rows = vec![head];
    for TopicAccess { topic, class, form, who } in topics {
        for Member { name, until } in who {
            let until = until.map_or_else(|| "-".to_owned(), time);
            rows.push([topic.clone(), class.clone(), form.clone(), name.clone(), until]);
        }
        if who.is_empty() {
            rows.push([topic.clone(), class.clone(), form.clone(), "nobody".into(), "-".into()]);
        }
    }
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; 5]| {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn standing(summary: &Summary) -> String {
    let version = summary.policy_version.map_or("none".to_owned(), |version| version.to_string());
    let mut lines = vec![String::new(), format!("{}: policy version {version}", summary.robot)];
    for Standing { name, revoked, unserved, .. } in &summary.stakeholders {
        if let Some(since) = revoked {
            lines.push(format!("{name}: revoked since {}", time(*since)));
        } else if let Some(why) = unserved {
            lines.push(format!("{name}: is given nothing: {why}"));
        }
    }
    for guard in &summary.guards {
        lines.push(format!("guard {}: domain {}, {} keys", guard.pid, guard.domain, guard.keys));
    }
    if summary.guards.is_empty() {
        lines.push("no guard is connected".into());
    }
    lines.extend(summary.trouble.iter().map(|trouble| format!("! {trouble}")));
    lines.iter().map(|line| plain(line)).collect::<Vec<_>>().join("\n")
}

/// A time in the reader's time zone.
fn time(second: i64) -> String {
    let zone = jiff::tz::TimeZone::system();
    let shown = jiff::Timestamp::from_second(second).map(|time| {
        let (local, offset) = (zone.to_datetime(time), zone.to_offset(time));
        format!("{} {offset}", local.strftime("%Y-%m-%d %H:%M:%S"))
    });
    shown.unwrap_or_else(|_| second.to_string())
}

fn utc(second: i64) -> String {
    jiff::Timestamp::from_second(second).map_or_else(|_| second.to_string(), |time| time.to_string())
}

fn as_json(topics: &[TopicAccess], summary: &Summary) -> serde_json::Value {
    let reader = |reader: &Member| json!({ "name": reader.name, "until": reader.until.map(utc) });
    let topics: Vec<_> = topics
        .iter()
        .map(|topic| {
            let who: Vec<_> = topic.who.iter().map(reader).collect();
            json!({ "topic": topic.topic, "class": topic.class, "form": topic.form, "who": who })
        })
        .collect();
    let stakeholders: Vec<_> = summary
        .stakeholders
        .iter()
        .map(|one| {
            json!({
                "name": one.name, "fingerprint": one.fingerprint, "revoked": one.revoked.map(utc),
                "unserved": one.unserved,
            })
        })
        .collect();
    let guards: Vec<_> = summary
        .guards
        .iter()
        .map(|guard| {
            json!({
                "pid": guard.pid, "domain": guard.domain, "keys": guard.keys, "same_policy": guard.same_policy,
            })
        })
        .collect();
    json!({
        "robot": summary.robot, "policy_version": summary.policy_version,
        "clock_trusted": summary.clock_trusted, "topics": topics, "stakeholders": stakeholders, "guards": guards,
        "trouble": summary.trouble,
    })
}
