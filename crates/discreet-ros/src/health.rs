//! Diagnostics of the guard, made from its counters.

use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::bridge::Bridge;
use super::ingress::IngressStatus;
use super::program::{Level, Status};
use super::readers::Unmatched;
use super::topic_status::TopicStatus;
use discreet_audit::{Audit, State, Time};
use discreet_graph::qos::{MAX_DEPTH, Qos};
use discreet_guard::denied::Denied;
use discreet_guard::desired::Exclusion;
use discreet_guard::ingress::Refused;
use discreet_guard::logged::Logged;
use discreet_keeper::client::KeyRing;
use discreet_policy::LivePolicy;

/// Remembers the last counts, so that rates and fresh alarms can be reported.
#[derive(Default)]
pub struct Health {
    before: HashMap<String, Counts>,
    logged: Logged,
    /// Present conditions that deserve a console message.
    noteworthy: Vec<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    released: u64,
    lost: u64,
    displaced: u64,
    refused: u64,
    alarms: u64,
    blanked: u64,
    raised: u64,
}

/// Undeclared topics named in diagnostics; the rest is counted.
const MAX_NAMED: usize = 20;

impl Health {
    /// Statuses: one for the guard, one for the audit, one for the keys, and one for each topic that the policy
    /// declares and a node publishes. `refused` is the reason for which the newest policy file is not in force, and
    /// `since_last` the time since the last call.
    pub fn statuses(
        &mut self,
        bridge: &Bridge,
        live: &LivePolicy,
        audit: &Audit,
        keys: &KeyRing,
        refused: Option<&str>,
        since_last: Duration,
    ) -> Vec<Status> {
        let mut statuses = vec![guard(bridge, live, refused), audit_status(audit), keys_status(live, keys)];
        let mut counts = HashMap::new();
        self.noteworthy.clear();
        for topic in bridge.status() {
            let before = self.before.get(&topic.topic).copied().unwrap_or_default();
            let (status, now) = topic_status(&topic, before, since_last);
            self.noteworthy.extend(noteworthy(&topic, &status));
            statuses.push(status);
            counts.insert(topic.topic, now);
        }
        for ingress in bridge.ingress() {
            let before = self.before.get(&ingress.name).copied().unwrap_or_default();
            let (status, now) = ingress_status(&ingress, before);
            if status.level != Level::Ok {
                self.noteworthy.push(format!("{}: {}", status.name, status.message));
            }
            statuses.push(status);
            counts.insert(ingress.name, now);
        }
        self.before = counts;
        statuses
    }

    /// Console messages that an operator has not had yet, each once: topics that lose or withhold messages, readers
    /// that get nothing, nodes of one name. From the last statuses, at `now`, a monotonic time.
    pub fn news(&mut self, now: Duration) -> Vec<String> {
        self.logged.news(self.noteworthy.drain(..), now)
    }
}

/// Console messages about a topic.
fn noteworthy(topic: &TopicStatus, status: &Status) -> Vec<String> {
    let name = &topic.topic;
    let exclusions = topic.exclusions.iter().filter(|exclusion| exclusion.reason.is_alarm());
    let mut messages: Vec<String> = exclusions
        .map(|Exclusion { reason, node, .. }| {
            let node = node.as_ref().map(|node| format!(" from {node}")).unwrap_or_default();
            format!("{name}: nothing leaves{node}, {reason}: {}", reason.advice())
        })
        .collect();
    if status.level != Level::Ok && messages.is_empty() && topic.unmatched.is_empty() {
        messages.push(format!("{name}: {}", status.message));
    }
    messages.extend(topic.unmatched.iter().map(Unmatched::advice));
    messages.extend(topic.namesakes.iter().map(|node| {
        format!("{name}: several nodes are called {node}; give each a name of its own, and name it as `source:` in the policy")
    }));
    messages
}

/// A command or a service, by its name outside.
fn ingress_status(ingress: &IngressStatus, before: Counts) -> (Status, Counts) {
    let IngressStatus { name, accepted, lost, refused, last, closed } = ingress;
    let alarms = refused.iter().filter(|(reason, _)| reason.is_alarm());
    let now = Counts {
        released: *accepted,
        alarms: alarms.clone().map(|(_, count)| count).sum(),
        lost: *lost,
        refused: refused.iter().map(|(_, count)| count).sum(),
        ..Counts::default()
    };
    let mut values = vec![("accepted".to_owned(), accepted.to_string())];
    if *lost > 0 {
        values.push(("lost".to_owned(), lost.to_string()));
    }
    values.extend(refused.iter().map(|(reason, count)| (format!("refused {reason}"), count.to_string())));
    values.extend(last.iter().map(|last| ("last refusal".to_owned(), last.clone())));
    let of_now =
        |(reason, _): &&(Refused, u64)| last.as_ref().is_some_and(|last| last.starts_with(reason.label()));
    let what = if name.ends_with("/notice") { "messages" } else { "commands" };
    let (level, message) = match closed {
        Some((reason, detail)) => (Level::Error, format!("closed, {reason}: {} ({detail})", reason.advice())),
        None if now.alarms > before.alarms => {
            let reason = alarms.clone().find(of_now).or(alarms.clone().next()).map(|(reason, _)| *reason);
            let words = reason.map(|reason| format!("{reason}: {}", reason.advice()));
            (Level::Error, words.unwrap_or_default())
        }
        None if now.lost > before.lost => (
            Level::Warn,
            format!("{what} are lost: more come at once than the queue holds; send them more slowly"),
        ),
        None if now.refused > before.refused => (Level::Warn, last.clone().unwrap_or_default()),
        None => (Level::Ok, "open".into()),
    };
    (Status { name: name.clone(), level, message, values }, now)
}

fn guard(bridge: &Bridge, live: &LivePolicy, refused: Option<&str>) -> Status {
    let policy = live.current();
    let undeclared = bridge.undeclared();
    let named: Vec<&str> = undeclared.iter().take(MAX_NAMED).map(String::as_str).collect();
    let mut values = vec![
        ("policy file".into(), live.path().display().to_string()),
        ("undeclared topics".into(), undeclared.len().to_string()),
        ("undeclared".into(), named.join(" ")),
        ("middleware".into(), bridge.middleware().name.clone()),
    ];
    if let Some(policy) = policy.as_ref() {
        values.push(("robot".into(), policy.robot().into()));
        values.push(("policy version".into(), policy.version().to_string()));
    }
    values.push(("signatures".into(), signatures(live)));
    let lost = super::rmw::unreachable();
    let (level, message) = match (policy.as_ref(), refused) {
        _ if bridge.met().is_some() => {
            let met = bridge.met().map(ToString::to_string).unwrap_or_default();
            (Level::Error, format!("nothing leaves any more: {met}"))
        }
        _ if !lost.is_empty() => {
            let ports = lost.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
            let why = "the middleware removed ports of shared memory that this process listens on";
            (Level::Error, format!("{why} ({ports}): not every publisher reaches it. Restart the guard"))
        }
        _ if !bridge.is_sound() => (Level::Error, "a worker has died; restart the guard".into()),
        _ if !bridge.active => (Level::Warn, "inactive: nothing leaves, and nothing comes in".into()),
        (None, why) => {
            (Level::Error, format!("no policy, nothing leaves: {}", why.unwrap_or("none was read")))
        }
        (Some(policy), Some(why)) => {
            (Level::Warn, format!("version {} stays in force; the file was refused: {why}", policy.version()))
        }
        (Some(_), None) if live.disagreement().is_some() => {
            (Level::Warn, live.disagreement().unwrap_or_default().to_owned())
        }
        (Some(policy), None) => (Level::Ok, format!("policy version {} in force", policy.version())),
    };
    Status { name: "guard".into(), level, message, values }
}

/// By whom the policy is signed, and by whom it must be.
fn signatures(live: &LivePolicy) -> String {
    let Some(trust) = live.trust() else {
        return "not required: policies are not signed, and anyone who can write the file decides".into();
    };
    let policy = live.current();
    let by = policy.as_ref().and_then(|policy| policy.signed());
    let by = by.map(|signed| signed.by.join(", ")).unwrap_or_else(|| "nobody".into());
    format!("{by}; needed: {}", trust.summary())
}

fn audit_status(audit: &Audit) -> Status {
    let (level, message) = match audit.state() {
        State::Writing => (Level::Ok, "recording".into()),
        State::Faulty { why, .. } => {
            (Level::Error, format!("not recording, contextual topics are held: {why}"))
        }
    };
    // A copy of this head, kept elsewhere, shows later whether the log was replaced.
    let head = audit
        .head()
        .map(|head| vec![("audit head".into(), blake3::Hash::from_bytes(head.hash).to_hex().to_string())]);
    Status { name: "audit".into(), level, message, values: head.unwrap_or_default() }
}

fn keys_status(live: &LivePolicy, keys: &KeyRing) -> Status {
    let policy = live.current();
    let needed =
        policy.as_ref().is_some_and(|policy| !policy.groups().is_empty() || !policy.ingress().is_empty());
    let grants = keys.grants().grants.len();
    let lease = keys.lease().left(Instant::now(), Time::system().second()).as_secs();
    let sealed =
        if grants > 0 { format!("{grants} keys are left to seal with") } else { "nothing is sealed".into() };
    let commands = match lease {
        0 => "no command comes in".into(),
        seconds => format!("commands come in for another {seconds} s"),
    };
    let (level, message) = match (keys.is_connected(), needed) {
        (true, true) if lease == 0 => (
            Level::Error,
            format!("the keeper serves another policy than this guard runs: {sealed}, and {commands}"),
        ),
        (true, _) => (Level::Ok, "the keeper gives keys".into()),
        (false, false) => (Level::Ok, "no keeper, and no rule of the policy needs one".into()),
        (false, true) => (Level::Error, format!("no keeper answers: {sealed}, and {commands}")),
    };
    let may_command = if lease > 0 { keys.stakeholders().len() } else { 0 };
    let values = vec![
        ("keys".into(), grants.to_string()),
        ("stakeholders".into(), may_command.to_string()),
        ("commands end in".into(), format!("{lease} s")),
    ];
    Status { name: "keys".into(), level, message, values }
}

fn topic_status(topic: &TopicStatus, before: Counts, since_last: Duration) -> (Status, Counts) {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut put = |key: &str, value: String| values.push((key.into(), value));
    let (mut now, mut denied) = (Counts::default(), Vec::new());
    if let Some(route) = &topic.route {
        let stats = &route.stats;
        denied = stats.denied().collect();
        now = Counts {
            released: stats.released.load(Relaxed),
            lost: stats.lost.load(Relaxed) + stats.failed.load(Relaxed),
            displaced: stats.displaced.load(Relaxed),
            raised: stats.raised.load(Relaxed),
            blanked: stats.blanked().map(|(_, count)| count).sum(),
            alarms: denied.iter().filter(|(reason, _)| reason.is_alarm()).map(|(_, count)| count).sum(),
            ..Counts::default()
        };
        // A route that was made again counts from zero.
        let fresh = now.released.checked_sub(before.released).unwrap_or(now.released);
        put("rate", format!("{:.1} Hz", fresh as f64 / since_last.as_secs_f64().max(0.001)));
        put("released", now.released.to_string());
        put("bytes", stats.bytes.load(Relaxed).to_string());
        put("lost", now.lost.to_string());
        if now.displaced > 0 {
            put("displaced", now.displaced.to_string());
        }
        let waiting = route.waiting();
        if waiting > 0 {
            put("waiting", waiting.to_string());
        }
        let (covered, skipped) = (stats.covered.load(Relaxed), stats.skipped.load(Relaxed));
        if covered + skipped > 0 {
            put("covered", covered.to_string());
            put("frames skipped", skipped.to_string());
        }
        if now.raised > 0 {
            put("personal data", now.raised.to_string());
        }
        if let Some(state) = route.redactor_state() {
            put("redactor", state);
        }
        for (blind, count) in stats.blanked() {
            put(blind.label(), count.to_string());
        }
        for (name, share) in [("latency p50", 0.5), ("latency p99", 0.99)] {
            if let Some(latency) = stats.latency.quantile(share) {
                put(name, format!("{:.3} ms", latency.as_secs_f64() * 1e3));
            }
        }
    }
    for (reason, count) in &denied {
        put(&format!("denied {reason}"), count.to_string());
    }
    if topic.exclusions.len() > MAX_NAMED {
        put("refused publishers", topic.exclusions.len().to_string());
    }
    for Exclusion { reason, node, detail, .. } in topic.exclusions.iter().take(MAX_NAMED) {
        put(
            &format!("refused {reason}"),
            format!("{} {detail}", node.as_deref().unwrap_or("")).trim().into(),
        );
    }
    if !topic.qos.is_empty() {
        let offered: Vec<String> = topic.qos.iter().take(MAX_NAMED).map(Qos::to_string).collect();
        put("qos", offered.join("; "));
    }
    put("source", topic.nodes.join(" "));
    if !topic.namesakes.is_empty() {
        put("shared names", topic.namesakes.join(" "));
    }
    for unmatched in topic.unmatched.iter().take(MAX_NAMED) {
        put("not matched", unmatched.advice());
    }
    let (level, message) = verdict(topic, &denied, now, before);
    (Status { name: topic.topic.clone(), level, message, values }, now)
}

fn verdict(topic: &TopicStatus, denied: &[(Denied, u64)], now: Counts, before: Counts) -> (Level, String) {
    let alarm = denied.iter().map(|(reason, _)| *reason).find(|reason| reason.is_alarm());
    let refused = topic.exclusions.iter().map(|exclusion| exclusion.reason).find(|reason| reason.is_alarm());
    if let Some(reason) = alarm.filter(|_| now.alarms > before.alarms).or(refused) {
        return (Level::Error, format!("{reason}: {}", reason.advice()));
    }
    if now.blanked > before.blanked {
        let message = "frames are blanked: they could not be inspected in time; the counts below say why";
        return (Level::Error, message.into());
    }
    if now.raised > before.raised {
        let message = "personal data in a topic of a class that has none; declare it contextual";
        return (Level::Error, message.into());
    }
    if now.lost > before.lost {
        return (Level::Warn, "messages are lost: raise `depth:` in the policy, or slow the source".into());
    }
    if now.displaced > 0 {
        let message = format!(
            "late joiners get the newest {MAX_DEPTH} messages of each source, and a source has sent more; if it keeps no \
             more than that, say so with `depth:` in the policy"
        );
        return (Level::Warn, message);
    }
    if let Some(unmatched) = topic.unmatched.iter().find(|unmatched| unmatched.wholly) {
        return (Level::Warn, unmatched.advice());
    }
    let quiet =
        denied.iter().map(|(reason, _)| *reason).chain(topic.exclusions.iter().map(|r| r.reason)).next();
    match quiet {
        Some(reason) if now.released == before.released => {
            (Level::Ok, format!("stays inside, {reason}: {}", reason.advice()))
        }
        _ => (Level::Ok, "released".into()),
    }
}
