//! Actions as a policy writes them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::RedactionEntry;
use crate::action::OnEnd;

/// An action the robot offers.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "action")]
pub struct ActionEntry {
    /// Its ROS type: `nav2_msgs/action/NavigateToPose`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The class it belongs to.
    pub class: String,
    /// The greatest number of goals a second of one stakeholder. Without it: no limit.
    #[schemars(range(min = 1, max = 1000))]
    pub rate: Option<u64>,
    /// The least and the greatest value of a field of the goal: `pose.pose.position.x: [-10, 10]`. Goals with other values
    /// are denied. Without it: any value.
    pub limits: Option<BTreeMap<String, [f64; 2]>>,
    /// The treatment of the goals of a stakeholder whose right ends: because it is revoked, or expires, or its hours are
    /// over. Without it: `cancel`.
    pub on_end: Option<OnEnd>,
    /// The fields that are hidden from stakeholders whose rule says `as: redacted`, as in a topic: `feedback.note`,
    /// `result.message`. `feedback` and `result` stand for all text of theirs. Without it: no redacted form.
    pub redact: Option<BTreeMap<String, RedactionEntry>>,
}
