//! `discreet explain`: one decision of a policy, with its rule.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use discreet_policy::explain::{Explanation, RuleOutcome, Unknown};
use discreet_policy::finding::plain;
use discreet_policy::{ActionPart, Moment, ParameterService, Policy, Verb, Verdict};
use serde_json::json;

use super::Answer;
use super::input::{FileText, say, say_json};

/// Explains one decision: the rule that made it, and the part of every other rule about it.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  discreet explain hotel.yaml --who everyone --topic /scan
  discreet explain hotel.yaml --who maintenance --command /cmd_vel --at 2026-05-01T09:30:00+02:00
  discreet explain hotel.yaml --who front_desk --topic /speech/transcript --no-clock
  discreet explain robot.yaml --who everyone --action /navigate_to_pose/_action/feedback
  discreet explain robot.yaml --who maintenance --set /controller_server:FollowPath.max_vel_x

Exit codes:
  0  it is allowed
  1  it is denied: by the policy, because the policy does not declare the name, or because the guard cannot redact it
  2  the policy is unusable or cannot be read, or the stakeholder is unknown")]
pub struct Explain {
    /// The policy.
    file: PathBuf,
    /// The party: a stakeholder, or `everyone`.
    #[arg(long)]
    who: String,
    #[command(flatten)]
    what: What,
    /// The time, with its offset: 2026-05-01T09:30:00+02:00. Without it: now.
    #[arg(long, conflicts_with = "no_clock")]
    at: Option<String>,
    /// As when the robot's clock cannot be trusted.
    #[arg(long)]
    no_clock: bool,
    /// Answers with JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// A topic to read, by name or as the policy declares it.
    #[arg(long)]
    topic: Option<String>,
    /// A command to give.
    #[arg(long)]
    command: Option<String>,
    /// A service to call.
    #[arg(long)]
    service: Option<String>,
    /// An action to send a goal to, or a part of an action: NAME/_action/PART, where PART is send_goal, cancel_goal,
    /// get_result, feedback or status.
    #[arg(long)]
    action: Option<String>,
    /// A parameter to read: NODE:NAME.
    #[arg(long)]
    get: Option<String>,
    /// A parameter to set: NODE:NAME.
    #[arg(long)]
    set: Option<String>,
}

impl What {
    fn name(&self, verb: Verb) -> Option<&str> {
        match verb {
            Verb::Read => self.topic.as_deref(),
            Verb::Command => self.command.as_deref(),
            Verb::Call => self.service.as_deref(),
            Verb::Act => self.action.as_deref(),
            Verb::Get => self.get.as_deref(),
            Verb::Set => self.set.as_deref(),
        }
    }
}

impl Explain {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let source = FileText::read(&self.file)?;
        let policy = source.usable_policy()?;
        let now = self.moment(&policy)?;
        let named = Verb::ALL.into_iter().find_map(|verb| Some((verb, self.what.name(verb)?)));
        let (verb, name) = named.context(
            "name a --topic, a --command, a --service, an --action, or a parameter to --get or to --set",
        )?;
        let is_parameter = matches!(verb, Verb::Get | Verb::Set);
        anyhow::ensure!(
            !is_parameter || name.contains(':'),
            "name one parameter of the node: `{name}:PARAMETER`, such as `/controller_server:FollowPath.max_vel_x`"
        );
        let who = policy.party(&self.who)?;
        match policy.explain(&who, verb, name, now) {
            Ok(explanation) => {
                if self.json {
                    say_json(&as_json(&explanation, verb, &policy, &source, &self.who, name))?;
                } else {
                    show(&explanation, verb, &policy, &source, &self.who, name);
                }
                let allowed = matches!(explanation.verdict, Verdict::Allow { .. });
                Ok(if allowed && explanation.impossible.is_none() { Answer::Yes } else { Answer::No })
            }
            // A name that a policy does not declare is denied: that is an answer, not a failure.
            Err(unknown @ Unknown::Name(_)) => {
                if self.json {
                    say_json(
                        &json!({ "who": self.who, "name": name, "decision": "denied", "reason": unknown.to_string() }),
                    )?;
                } else {
                    say(&format!("denied: {unknown}"));
                }
                Ok(Answer::No)
            }
            Err(unknown @ Unknown::Stakeholder(_)) => Err(unknown.into()),
        }
    }

    fn moment(&self, policy: &Policy) -> anyhow::Result<Moment> {
        if self.no_clock {
            return Ok(policy.moment(0, false));
        }
        let seconds = match &self.at {
            Some(text) => {
                let time: jiff::Timestamp = text
                    .parse()
                    .context("--at takes a time with its offset, such as 2026-05-01T09:30:00+02:00")?;
                time.as_second()
            }
            None => i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?,
        };
        Ok(policy.moment(seconds, true))
    }
}

/// The decision in one word.
fn decision(explanation: &Explanation, verb: Verb) -> &'static str {
    match (explanation.verdict, verb) {
        (Verdict::Allow { .. }, _) if explanation.impossible.is_some() => "denied",
        // Commands have no form.
        (Verdict::Allow { .. }, verb) if !verb.has_form() => "allowed",
        (Verdict::Allow { form, .. }, _) => form.name(),
        (Verdict::Deny { .. }, _) => "denied",
        (Verdict::NoRule, _) => "denied: no rule allows it",
    }
}

/// The way in which it leaves sealed, or comes in signed.
fn sealed(verb: Verb, declared: &str, policy: &Policy) -> String {
    let by_stakeholder = "it comes in only if it is signed by that stakeholder, on";
    match (verb, verb.ingress()) {
        (_, None) => "it leaves sealed to its stakeholders".to_owned(),
        (Verb::Act, Some(_)) => {
            let part = policy.ingress().iter().find(|one| one.name() == declared);
            let outside = part.map(|one| plain(&one.outside())).unwrap_or_default();
            match part.and_then(|one| one.part()).is_some_and(ActionPart::is_service) {
                true => format!("{by_stakeholder} {outside}"),
                false => format!("it leaves sealed to that stakeholder, on {outside}"),
            }
        }
        (Verb::Get | Verb::Set, Some(kind)) => {
            let node = declared.split_once(':').map_or(declared, |(node, _)| node);
            let service = if verb == Verb::Set { ParameterService::Set } else { ParameterService::Get };
            format!("{by_stakeholder} {}", kind.outside(&plain(&service.full_name(node))))
        }
        (Verb::Read | Verb::Command | Verb::Call, Some(kind)) => {
            format!("{by_stakeholder} {}", kind.outside(&format!("<{}>", verb.object())))
        }
    }
}

/// True if it leaves in the open, with tags.
fn is_tagged(explanation: &Explanation, verb: Verb, policy: &Policy) -> bool {
    let leaves = matches!(explanation.verdict, Verdict::Allow { .. }) && explanation.impossible.is_none();
    policy.tags() && verb.is_read() && leaves && !explanation.sealed
}

fn show(explanation: &Explanation, verb: Verb, policy: &Policy, source: &FileText, who: &str, name: &str) {
    let (who, shown) = (plain(who), plain(name));
    say(&format!("{who}, {shown}: {}", decision(explanation, verb)));
    if verb == Verb::Act && explanation.declared != name {
        say(&format!(
            "  this is about sending goals; other parts are asked by name: {shown}/_action/feedback"
        ));
    } else if explanation.declared != name {
        say(&format!("  declared as {}", explanation.declared));
    }
    if let Some(hidden) = &explanation.hidden {
        say(&format!("  hidden in it: {hidden}"));
    }
    match explanation.impossible {
        Some(note) => say(&format!("  {note}")),
        None if explanation.sealed => say(&format!("  {}", sealed(verb, &explanation.declared, policy))),
        None if is_tagged(explanation, verb, policy) => say("  each message has a tag on its /tag topic"),
        None => {}
    }
    let rank = |outcome: &RuleOutcome| usize::from(*outcome != RuleOutcome::Decided);
    let mut considered = explanation.considered.clone();
    considered.sort_by_key(|(rule, outcome)| (rank(outcome), *rule));
    for (id, outcome) in considered {
        let Some(rule) = policy.rule(id) else { continue };
        let line = rule.span.line;
        say(&format!("  {}:{line}: {}\n      {}", source.name, outcome.reason(), source.line(line)));
    }
}

fn as_json(
    explanation: &Explanation,
    verb: Verb,
    policy: &Policy,
    source: &FileText,
    who: &str,
    name: &str,
) -> serde_json::Value {
    let line = |id| policy.rule(id).map(|rule| rule.span.line);
    let rules: Vec<_> = explanation
        .considered
        .iter()
        .map(|(id, outcome)| {
            let text = line(*id).map(|line| source.line(line));
            json!({ "file": source.name, "line": line(*id), "rule": text, "outcome": outcome.reason() })
        })
        .collect();
    let decided_by = match explanation.verdict {
        Verdict::Allow { rule, .. } | Verdict::Deny { rule } => line(rule),
        Verdict::NoRule => None,
    };
    let decision = match explanation.verdict {
        Verdict::Allow { .. } => decision(explanation, verb),
        Verdict::Deny { .. } | Verdict::NoRule => "denied",
    };
    json!({
        "who": who, "name": name, "declared": explanation.declared, "decision": decision,
        "file": source.name, "line": decided_by, "hidden": explanation.hidden, "sealed": explanation.sealed,
        "tags": is_tagged(explanation, verb, policy), "impossible": explanation.impossible, "rules": rules,
    })
}
