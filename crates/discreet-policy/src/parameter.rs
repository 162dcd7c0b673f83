//! Parameters of the robot's nodes: the services through which ROS reads and sets them, and what a policy declares of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::declared::{Declaration, Ingress};
use super::finding::Span;
use super::groups::{Groups, KeyGroup};
use super::names::Pattern;
use super::rule::Form;
use super::time::Moment;
use super::timetable::{Access, Verdict};
use super::verb::Verb;
use discreet_redact::TextRules;

discreet_host::words! {
    /// A service of a node by which its parameters are read or set.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum ParameterService {
        /// Gives values.
        Get = "get_parameters",
        /// Gives types.
        GetTypes = "get_parameter_types",
        /// Gives types and bounds.
        Describe = "describe_parameters",
        /// Gives names.
        List = "list_parameters",
        /// Sets values, each for itself.
        Set = "set_parameters",
        /// Sets all values or none.
        SetAtomically = "set_parameters_atomically",
    }

    /// The last segment of its name.
    name
}

impl ParameterService {
    /// Its full name: `/controller_server/get_parameters`.
    pub fn full_name(self, node: &str) -> String {
        format!("{node}/{}", self.name())
    }

    /// Its ROS type.
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Get => "rcl_interfaces/srv/GetParameters",
            Self::GetTypes => "rcl_interfaces/srv/GetParameterTypes",
            Self::Describe => "rcl_interfaces/srv/DescribeParameters",
            Self::List => "rcl_interfaces/srv/ListParameters",
            Self::Set => "rcl_interfaces/srv/SetParameters",
            Self::SetAtomically => "rcl_interfaces/srv/SetParametersAtomically",
        }
    }

    /// The right that it needs: to get a parameter, or to set it.
    pub const fn verb(self) -> Verb {
        match self {
            Self::Get | Self::GetTypes | Self::Describe | Self::List => Verb::Get,
            Self::Set | Self::SetAtomically => Verb::Set,
        }
    }

    /// The node and the service that a full name stands for.
    pub fn split(name: &str) -> Option<(&str, ParameterService)> {
        let (node, last) = name.rsplit_once('/')?;
        Some((node, Self::ALL.into_iter().find(|service| service.name() == last)?))
    }
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ParameterType {
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Double,
    /// A text.
    String,
    /// Bytes.
    ByteArray,
    /// A list of these.
    BoolArray,
    /// A list of these.
    IntegerArray,
    /// A list of these.
    DoubleArray,
    /// A list of these.
    StringArray,
}

impl ParameterType {
    /// The word of a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Integer => "integer",
            Self::Double => "double",
            Self::String => "string",
            Self::ByteArray => "byte_array",
            Self::BoolArray => "bool_array",
            Self::IntegerArray => "integer_array",
            Self::DoubleArray => "double_array",
            Self::StringArray => "string_array",
        }
    }

    /// True for numbers and lists of numbers, which have `limits`.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Double | Self::IntegerArray | Self::DoubleArray)
    }

    /// True for text and lists of text, which have `one_of` and a redacted form.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::String | Self::StringArray)
    }

    /// True for text and lists, which have `max_length`.
    pub const fn has_length(self) -> bool {
        !matches!(self, Self::Bool | Self::Integer | Self::Double)
    }
}

/// A declared parameter: its type, and the values that may be set.
#[derive(Debug)]
pub struct Parameter {
    /// The node that has it, by its full name.
    pub node: Arc<str>,
    /// The place of the node's declaration.
    pub node_span: Span,
    /// Its name in that node: `FollowPath.max_vel_x`.
    pub name: String,
    /// Its type.
    pub kind: ParameterType,
    /// The least and the greatest number; `None`: any.
    pub limits: Option<[f64; 2]>,
    /// The texts it may be set to; `None`: any.
    pub one_of: Option<BTreeSet<String>>,
    /// The greatest length: of a text in bytes, of a list in elements; `None`: any.
    pub max_length: Option<usize>,
}

/// The most bytes in the name of a parameter.
pub const LONGEST_NAME: usize = 255;

/// True for the name of a parameter: letters, digits, and `_ . / -`.
pub fn is_parameter_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-');
    !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(allowed)
}

/// A node's parameters as a policy names them: `/controller_server:FollowPath.max_vel_x`.
pub(super) fn qualified(node: &str, name: &str) -> String {
    format!("{node}:{name}")
}

/// All declared parameters of a node, as a rule names them.
pub(super) fn all_of(node: &str) -> Pattern {
    Pattern::exact(&qualified(node, "*"))
}

/// The node of which a rule's target names all parameters.
pub(super) fn whole_node(target: &Pattern) -> Option<&str> {
    target.text().strip_suffix(":*")
}

/// A parameter with the compiled rules about it.
#[derive(Debug)]
pub struct ParameterPolicy {
    pub(super) parameter: Arc<Parameter>,
    pub(super) get: (Declaration, Access),
    pub(super) set: (Declaration, Access),
    /// Values are sealed to each stakeholder, so these groups share no keys.
    pub(super) readers: Groups,
}

impl ParameterPolicy {
    /// Its declaration.
    pub fn parameter(&self) -> &Parameter {
        &self.parameter
    }

    /// The decision for a stakeholder at `now`, on getting it or setting it.
    pub fn stakeholder(&self, verb: Verb, name: &str, now: Moment) -> Verdict {
        let (_, access) = if verb == Verb::Set { &self.set } else { &self.get };
        access.stakeholder(name, now)
    }

    /// The stakeholders that may get it in this form at some time.
    pub fn readers(&self, form: Form) -> Option<&Arc<KeyGroup>> {
        self.readers.iter().flatten().find(|group| group.form() == form)
    }

    /// Its full name: `/controller_server:FollowPath.max_vel_x`.
    pub fn full_name(&self) -> &str {
        self.get.0.pattern.text()
    }

    /// The redaction of its text; `None` without a redacted form.
    pub fn text_rules(&self) -> Option<&Arc<TextRules>> {
        self.get.0.text.as_ref()
    }
}

/// The declared parameters of one node.
#[derive(Debug)]
pub struct NodeParameters {
    pub(super) name: Arc<str>,
    pub(super) span: Span,
    pub(super) parameters: BTreeMap<String, ParameterPolicy>,
}

impl NodeParameters {
    /// The full name of the node.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The place of its declaration.
    pub fn span(&self) -> Span {
        self.span
    }

    /// A declared parameter.
    pub fn parameter(&self, name: &str) -> Option<&ParameterPolicy> {
        self.parameters.get(name)
    }

    /// All declared parameters, by name.
    pub fn parameters(&self) -> impl Iterator<Item = &ParameterPolicy> {
        self.parameters.values()
    }

    /// The decision on the use of a service at all: allowed if it is for one of the parameters.
    pub fn stakeholder(&self, verb: Verb, name: &str, now: Moment) -> Verdict {
        let mut denied = Verdict::NoRule;
        for parameter in self.parameters() {
            match parameter.stakeholder(verb, name, now) {
                // The form is that of each parameter.
                Verdict::Allow { rule, .. } => return Verdict::Allow { form: Form::Clear, rule },
                Verdict::Deny { rule } => denied = Verdict::Deny { rule },
                Verdict::NoRule => {}
            }
        }
        denied
    }

    pub(super) fn declarations(&self) -> impl Iterator<Item = &(Declaration, Access)> {
        self.parameters().flat_map(|one| [&one.get, &one.set])
    }

    /// The services through which they are reached, in the order of [`ParameterService::ALL`].
    pub(super) fn services(self: &Arc<Self>, template: &Declaration) -> Vec<Arc<Ingress>> {
        let service = |service| Ingress::of_parameters(self, service, template);
        ParameterService::ALL.into_iter().filter_map(service).map(Arc::new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_named_as_ros_has_them() {
        for service in ParameterService::ALL {
            let name = service.full_name("/a/b");
            assert_eq!(ParameterService::split(&name), Some(("/a/b", service)), "{name}");
        }
        for other in ["/a/b", "/a/get_parameter", "get_parameters", "/a/get_parameters/x"] {
            assert_eq!(ParameterService::split(other), None, "{other}");
        }
    }

    #[test]
    fn names_of_parameters_have_no_blanks_stars_or_colons() {
        assert!(is_parameter_name("FollowPath.max_vel_x"));
        assert!(is_parameter_name("qos_overrides./tf.publisher.depth"));
        for name in ["", "a b", "a*", "a:b", "ä", "a\n", &"a".repeat(256)] {
            assert!(!is_parameter_name(name), "{name}");
        }
    }
}
