//! The types of an action.

use discreet_cdr::types::{ServiceDefinition, TypeDefinition, TypeError, TypeLibrary};
use discreet_policy::ActionPart;

/// The definitions of an action's parts.
pub struct ActionDefinition {
    pub send_goal: ServiceDefinition,
    pub cancel_goal: ServiceDefinition,
    pub get_result: ServiceDefinition,
    pub feedback: TypeDefinition,
    pub status: TypeDefinition,
}

impl ActionDefinition {
    pub fn load(types: &TypeLibrary, type_name: &str) -> Result<ActionDefinition, TypeError> {
        let service = |part: ActionPart| types.service(&part.type_name(type_name));
        let message = |part: ActionPart| types.definition(&part.type_name(type_name));
        Ok(ActionDefinition {
            send_goal: service(ActionPart::SendGoal)?,
            cancel_goal: service(ActionPart::CancelGoal)?,
            get_result: service(ActionPart::GetResult)?,
            feedback: message(ActionPart::Feedback)?,
            status: message(ActionPart::Status)?,
        })
    }
}
