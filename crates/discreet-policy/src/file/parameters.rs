//! Parameters of nodes as a policy writes them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::RedactionEntry;
use crate::parameter::ParameterType;

/// The parameters of one node.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "parameters")]
pub struct ParametersEntry {
    /// The class they belong to.
    pub class: String,
    /// The greatest number of calls a second of one stakeholder, of each of the node's parameter services. Without it: no
    /// limit.
    #[schemars(range(min = 1, max = 1000))]
    pub rate: Option<u64>,
    /// The parameters, by their names in the node: `FollowPath.max_vel_x`. Others are neither read nor set.
    pub names: BTreeMap<String, ParameterEntry>,
}

/// One parameter of a node.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "parameter")]
pub struct ParameterEntry {
    /// Its type. Values of another type are neither set nor given.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// The least and the greatest value that may be set, of a number or of each element: `[0.0, 0.5]`. Other values are
    /// denied, not clipped. Without it: any value.
    pub limits: Option<[f64; 2]>,
    /// The texts that may be set, of a string or of each element. Without it: any text.
    #[schemars(length(min = 1, max = 1000))]
    pub one_of: Option<Vec<String>>,
    /// The greatest length that may be set: of a string in bytes, of an array in elements. Without it: any length.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_length: Option<u64>,
    /// Personal data that is hidden in its text for stakeholders whose rule says `as: redacted`, as in a field of a topic. Without it: no
    /// redacted form.
    pub redact: Option<RedactionEntry>,
}
