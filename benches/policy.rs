//! `tools/bench policy`: nanoseconds per decision, for policies of 10 to 100,000 rules.
//!
//! Variants: `look-up` is the decision on a message of a known route; `topic+look-up` also finds the topic by its
//! name, as happens once for each route and policy. Prints one JSON line each.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, anyhow};
use discreet_policy::{FileLimits, Policy};

/// 2026-11-23 09:30 UTC, when some of the rules' hours hold and some do not.
const NOW: i64 = 1_795_426_200;
const ROUNDS: u32 = 200_000;

fn main() -> anyhow::Result<()> {
    for rules in [10_usize, 1_000, 10_000, 100_000] {
        let topics = (rules / 10).clamp(1, 10_000);
        let started = Instant::now();
        let policy = Policy::read_within("bench.yaml", &text(rules, topics)?, &FileLimits::LARGE)
            .map_err(|findings| anyhow!("{:?}", findings.first()))?
            .0;
        let load_ms = started.elapsed().as_secs_f64() * 1e3;
        let names: Vec<String> = (0..topics).map(name).collect();
        let found: Vec<_> = names.iter().filter_map(|name| policy.topic(name)).collect();
        let now = policy.moment(NOW, true);
        let look_up = nanoseconds(|round| {
            let topic = found.get(round as usize % found.len());
            topic.map(|topic| black_box(topic.everyone(black_box(now))));
        });
        let with_name = nanoseconds(|round| {
            let name = names.get(round as usize % names.len());
            let topic = name.and_then(|name| policy.topic(black_box(name)));
            topic.map(|topic| black_box(topic.everyone(black_box(now))));
        });
        for (variant, ns) in [("look-up", look_up), ("topic+look-up", with_name)] {
            println!(
                "{{\"bench\":\"policy\",\"case\":\"{rules} rules\",\"variant\":\"{variant}\",\"ns\":{ns:.1},\
                 \"topics\":{topics},\"load_ms\":{load_ms:.1}}}"
            );
        }
    }
    Ok(())
}

/// The median of seven runs, which load on a shared machine disturbs least.
fn nanoseconds(mut once: impl FnMut(u32)) -> f64 {
    let mut runs: Vec<f64> = (0..7)
        .map(|_| {
            let started = Instant::now();
            (0..ROUNDS).for_each(&mut once);
            started.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs.get(3).copied().unwrap_or(f64::NAN)
}

fn name(topic: usize) -> String {
    format!("/sensors/unit_{topic}/data")
}

/// A policy of `rules` rules over `topics` topics: by class and by name, with and without hours and ends, some
/// denying.
fn text(rules: usize, topics: usize) -> anyhow::Result<String> {
    let mut text = String::from(
        "discreet: 1\nrobot: bench\nversion: 1\nclasses:\n\
         \x20 operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }\n\
         \x20 contextual: { suite: aes-256-gcm, epoch: 60s, retention: 24h }\n\
         stakeholders:\n  desk: { identity: desk.pub }\ntopics:\n",
    );
    for topic in 0..topics {
        let class = if topic % 2 == 0 { "operational" } else { "contextual" };
        writeln!(text, "  {}: {{ type: std_msgs/msg/String, class: {class} }}", name(topic))?;
    }
    text.push_str("rules:\n");
    for rule in 0..rules {
        let topic = name(rule % topics);
        let from = rule % 23;
        let minute = rule % 60;
        match rule % 5 {
            0 => writeln!(text, "  - {{ who: everyone, read: {topic}, as: clear }}"),
            1 => writeln!(
                text,
                "  - {{ who: everyone, read: {topic}, as: clear, hours: \"{from:02}:00-{from:02}:{:02}\" }}",
                minute.max(1)
            ),
            2 => writeln!(text, "  - {{ who: desk, read: {topic}, as: clear, until: 2027-01-31 }}"),
            3 => writeln!(text, "  - {{ who: everyone, read: {topic}, as: redacted }}"),
            _ => writeln!(
                text,
                "  - {{ who: everyone, read: {topic}, deny: true, hours: \"{from:02}:{minute:02}-23:59\" }}"
            ),
        }
        .context("writing to a string")?;
    }
    Ok(text)
}
