//! Compares a policy with the installed types: limits and hidden fields that the types do not have.

use std::sync::Arc;

use crate::ingress::Limits;
use discreet_cdr::types::TypeLibrary;
use discreet_policy::finding::{Finding, quoted};
use discreet_policy::{Ingress, Policy, TopicPolicy};

/// Limits of a policy on fields that are not numbers of the type, where the type is installed here.
pub fn unlimitable(policy: &Policy, library: &TypeLibrary) -> Vec<Finding> {
    let finding = |command: &Arc<Ingress>| {
        if command.limits().is_empty() {
            return None;
        }
        let definition = library.definition(command.type_name()).ok()?;
        let why = Limits::compile(&definition.description, command.limits()).err()?;
        let message = format!("{} has a limit that does not fit its type: {why}", quoted(command.name()));
        let help = "write the path of a number: `linear.x`; `ros2 interface show` tells the fields";
        Some(Finding::error("unknown-field", command.span(), message).help(help))
    };
    policy.ingress().iter().filter_map(finding).collect()
}

/// Fields that a policy hides and that are not text of the topic's type, where the type is installed here. A guard
/// denies such a topic.
pub fn unhideable(policy: &Policy, library: &TypeLibrary) -> Vec<Finding> {
    let finding = |topic: &Arc<TopicPolicy>| {
        let rules = topic.text_rules()?;
        let definition = library.definition(topic.type_name()).ok()?;
        let fields = rules.idle(definition.plan.strings());
        let fields: Vec<String> = fields.into_iter().map(quoted).collect();
        if fields.is_empty() {
            return None;
        }
        let message = format!(
            "{} hides fields that are not text of its type: {}",
            quoted(topic.name()),
            fields.join(", ")
        );
        let help = format!("`discreet classify --fields {}` lists its texts", topic.type_name());
        Some(Finding::error("unknown-field", topic.span(), message).help(help))
    };
    policy.topics().filter_map(finding).collect()
}
