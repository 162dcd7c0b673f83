//! Compares a policy with the installed types: limits and hidden fields that the types do not have.

use std::sync::Arc;

use crate::ingress::Limits;
use discreet_cdr::Plan;
use discreet_cdr::types::TypeLibrary;
use discreet_policy::finding::{Finding, quoted};
use discreet_policy::{Ingress, Policy, TopicPolicy};
use discreet_redact::TextRules;

/// Limits of a policy on fields that are not numbers of the type, where the type is installed here.
pub fn unlimitable(policy: &Policy, library: &TypeLibrary) -> Vec<Finding> {
    let finding = |command: &Arc<Ingress>| {
        if command.limits().is_empty() {
            return None;
        }
        let description = match command.part() {
            None => library.definition(command.type_name()).ok()?.description,
            Some(_) => library.service(command.type_name()).ok()?.request.description,
        };
        let why = Limits::of(command, &description).err()?;
        let name = command.action().unwrap_or(command.name());
        let message = format!("{} has a limit that does not fit its type: {why}", quoted(name));
        let help = "write the path of a number: `linear.x`; `ros2 interface show` tells the fields";
        Some(Finding::error("unknown-field", command.span(), message).help(help))
    };
    policy.ingress().iter().filter_map(finding).collect()
}

/// Fields that a policy hides and that are not text of the type of a topic, an answer, feedback or a result, where the
/// type is installed here. A guard denies such messages.
pub fn unhideable(policy: &Policy, library: &TypeLibrary) -> Vec<Finding> {
    let topic = |topic: &Arc<TopicPolicy>| {
        let definition = library.definition(topic.type_name()).ok()?;
        let help = format!("`discreet classify --fields {}` lists its texts", topic.type_name());
        Some((unlike(topic.name(), topic.text_rules()?, &definition.plan)?, topic.span(), help))
    };
    let ingress = |one: &Arc<Ingress>| {
        let rules = one.text_rules()?;
        let plan = match one.part() {
            Some(part) if !part.is_service() => library.definition(one.type_name()).ok()?.plan,
            Some(_) | None => library.service(one.type_name()).ok()?.response.plan,
        };
        let shown = one.action_type().unwrap_or(one.type_name());
        let help = format!("`ros2 interface show {shown}` tells the fields");
        Some((unlike(one.action().unwrap_or(one.name()), rules, &plan)?, one.span(), help))
    };
    let found = policy.topics().filter_map(topic).chain(policy.ingress().iter().filter_map(ingress));
    found.map(|(message, span, help)| Finding::error("unknown-field", span, message).help(help)).collect()
}

/// The message about fields that are hidden and are not text of the type; `None` without any.
fn unlike(name: &str, rules: &TextRules, plan: &Plan) -> Option<String> {
    let fields: Vec<String> = rules.idle(plan.strings()).into_iter().map(quoted).collect();
    let listed = fields.join(", ");
    (!fields.is_empty())
        .then(|| format!("{} hides fields that are not text of its type: {listed}", quoted(name)))
}
