//! Actions: their parts and types, and the goals of a party that loses its right.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

discreet_host::words! {
    /// A part of an action: one of its three services, or one of its two topics.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum ActionPart {
        /// The service that takes goals.
        SendGoal = "send_goal",
        /// The service that cancels goals.
        CancelGoal = "cancel_goal",
        /// The service that gives the result of a goal.
        GetResult = "get_result",
        /// The topic with the progress of each goal.
        Feedback = "feedback",
        /// The topic with the state of each goal.
        Status = "status",
    }

    /// The last segment of its name.
    name
}

/// Between the name of an action and that of a part.
const MARK: &str = "/_action/";

impl ActionPart {
    /// True for a service, false for a topic.
    pub const fn is_service(self) -> bool {
        match self {
            Self::SendGoal | Self::CancelGoal | Self::GetResult => true,
            Self::Feedback | Self::Status => false,
        }
    }

    /// True if its messages may have text, so that they have a redacted form: feedback and results.
    pub const fn has_text(self) -> bool {
        self.text_field().is_some()
    }

    /// The field of its messages, or of its responses, that the action's author defined.
    pub const fn text_field(self) -> Option<&'static str> {
        match self {
            Self::Feedback => Some("feedback"),
            Self::GetResult => Some("result"),
            Self::SendGoal | Self::CancelGoal | Self::Status => None,
        }
    }

    /// The name of this part of an action: `/dock/_action/send_goal`.
    pub fn full_name(self, action: &str) -> String {
        format!("{action}{MARK}{}", self.name())
    }

    /// The type of this part, of an action of a type: `nav2_msgs/action/NavigateToPose_SendGoal`.
    pub fn type_name(self, action_type: &str) -> String {
        match self {
            Self::SendGoal => format!("{action_type}_SendGoal"),
            Self::CancelGoal => "action_msgs/srv/CancelGoal".to_owned(),
            Self::GetResult => format!("{action_type}_GetResult"),
            Self::Feedback => format!("{action_type}_FeedbackMessage"),
            Self::Status => "action_msgs/msg/GoalStatusArray".to_owned(),
        }
    }

    /// The action and the part that a full name stands for.
    pub fn split(name: &str) -> Option<(&str, ActionPart)> {
        let (action, last) = name.rsplit_once(MARK)?;
        Some((action, Self::ALL.into_iter().find(|part| part.name() == last)?))
    }
}

/// The action that a name, or a glob over names, is within: `/dock` of `/dock/_action/send_goal/_service_event`.
pub(super) fn action_of(name: &str) -> Option<&str> {
    name.split_once(MARK).map(|(action, _)| action)
}

/// True for names that belong to an action, except those of events.
pub(super) fn is_within(name: &str) -> bool {
    action_of(name).is_some() && !is_event_topic(name)
}

/// True for the name of the events of an action's service, which introspection publishes.
pub(super) fn is_event_topic(name: &str) -> bool {
    let service = name.strip_suffix("/_service_event").and_then(ActionPart::split);
    service.is_some_and(|(_, part)| part.is_service())
}

/// Treatment of the goals of a stakeholder whose right ends: revoked, expired, or out of its hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum OnEnd {
    /// The guard cancels them.
    #[default]
    Cancel,
    /// They go on to their end.
    Finish,
}

impl OnEnd {
    /// The word of a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Finish => "finish",
        }
    }
}

/// A declared action, common to its parts.
#[derive(Debug)]
pub(super) struct Action {
    pub name: String,
    pub type_name: String,
    pub on_end: OnEnd,
    /// The redaction of feedback and result, in the words of a policy.
    pub hidden: Option<String>,
}

/// A part of a declared action.
#[derive(Clone, Debug)]
pub(super) struct PartOf {
    pub part: ActionPart,
    pub action: Arc<Action>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_named_and_typed_as_ros_has_them() {
        let named = ActionPart::ALL.map(|part| (part.full_name("/nav"), part.type_name("n/action/Go")));
        let expected = [
            ("/nav/_action/send_goal", "n/action/Go_SendGoal"),
            ("/nav/_action/cancel_goal", "action_msgs/srv/CancelGoal"),
            ("/nav/_action/get_result", "n/action/Go_GetResult"),
            ("/nav/_action/feedback", "n/action/Go_FeedbackMessage"),
            ("/nav/_action/status", "action_msgs/msg/GoalStatusArray"),
        ];
        assert_eq!(named, expected.map(|(name, type_name)| (name.to_owned(), type_name.to_owned())));
        for part in ActionPart::ALL {
            assert_eq!(ActionPart::split(&part.full_name("/nav")), Some(("/nav", part)));
        }
    }

    #[test]
    fn other_names_are_not_parts() {
        for name in
            ["/nav", "/nav/_action", "/nav/_action/goal", "/nav/action/status", "/nav/_action/status/x"]
        {
            assert_eq!(ActionPart::split(name), None, "{name}");
        }
    }

    #[test]
    fn events_are_those_of_its_services() {
        for part in ActionPart::ALL {
            let name = format!("{}/_service_event", part.full_name("/nav"));
            assert_eq!(is_event_topic(&name), part.is_service(), "{name}");
        }
    }
}
