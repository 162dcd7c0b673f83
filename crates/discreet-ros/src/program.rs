//! A program's node on its own domain, by r2r: parameters, diagnostics and a log.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use r2r::diagnostic_msgs::msg::{DiagnosticArray, DiagnosticStatus, KeyValue};
use r2r::{ParameterValue, Publisher, QosProfile};

use super::logger::Logger;
use super::rmw;
use discreet_guard::parameters::{Parameter, foreign};
use discreet_guard::remaps;

/// Each turn of r2r costs a tenth of a millisecond; a request ends it early, a signal waits for it.
const SPIN: Duration = Duration::from_millis(400);

/// A node of r2r.
pub struct Program {
    pub(super) node: r2r::Node,
    logger: Logger,
    diagnostics: Publisher<DiagnosticArray>,
    parameters: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Program {
    /// Makes the node in the domain and with the arguments that ROS 2 gave this process.
    pub fn new(name: &str) -> Result<Program, StartError> {
        let left_behind = rmw::left_behind(own_domain().map_err(StartError::Domain)?);
        let mut node = start(name)?;
        let logger = Logger::of(&mut node)?;
        let diagnostics = node.create_publisher("/diagnostics", QosProfile::default())?;
        let (parameters, _changes) = node.make_derived_parameter_handler(Arc::new(Mutex::new(Fixed)))?;
        let program = Program { node, logger, diagnostics, parameters: Box::pin(parameters) };
        if let Some(note) = left_behind {
            program.logger().info(&note);
        }
        for rule in remaps::without_effect(std::env::args()) {
            program.logger().warn(&format!(
                "the remapping {} has no effect on data: the policy names topics in full, as the robot's nodes publish \
                 them after their own remapping. Change the name there",
                rule.escape_default()
            ));
        }
        Ok(program)
    }

    /// The node's full name, which is also its logger.
    pub fn name(&self) -> String {
        self.node.fully_qualified_name().unwrap_or_default()
    }

    /// The node's logger.
    pub fn logger(&self) -> Logger {
        self.logger.clone()
    }

    /// The parameters given at the start; none can be changed later. One that is nearly `known` is an error,
    /// because a misspelt one would silently have no effect; others, which a launch file gives to every node, are
    /// logged.
    pub fn parameters(&self, known: &[Parameter]) -> Result<Parameters<'_>, String> {
        let given = self.node.params.lock().map_err(|_| "parameters are not readable")?;
        let known: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
        let foreign = foreign(given.keys().map(String::as_str), &known)?;
        if !foreign.is_empty() {
            let names: Vec<String> = foreign.iter().map(|name| name.escape_default().to_string()).collect();
            self.logger().warn(&format!(
                "parameters that this node does not have: {}; it has {}",
                names.join(", "),
                known.join(", ")
            ));
        }
        Ok(Parameters(&self.node))
    }

    /// Splits the node into the publisher of diagnostics and the task that spins until `stop` is set.
    pub fn run(self, stop: Arc<AtomicBool>) -> (Diagnostics, tokio::task::JoinHandle<()>) {
        let Program { mut node, diagnostics, parameters, logger: _ } = self;
        tokio::spawn(parameters);
        let spinning = tokio::task::spawn_blocking(move || {
            while !stop.load(Ordering::Relaxed) {
                node.spin_once(SPIN);
            }
        });
        (Diagnostics { publisher: diagnostics }, spinning)
    }
}

/// The reason for which a program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// ROS 2 rejects the arguments, such as a file of parameters that does not exist.
    #[error("ROS 2 rejects the arguments: {0}")]
    Arguments(String),
    /// ROS_DOMAIN_ID does not name a domain.
    #[error("{0}")]
    Domain(String),
    /// The middleware refused to make the node.
    #[error(transparent)]
    Middleware(#[from] r2r::Error),
}

impl StartError {
    /// True if it would happen again at every start, until somebody changes what the program was given.
    pub fn is_permanent(&self) -> bool {
        matches!(self, StartError::Arguments(_) | StartError::Domain(_))
    }
}

/// Makes the node. r2r panics for arguments that rcl rejects.
fn start(name: &str) -> Result<r2r::Node, StartError> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let started = std::panic::catch_unwind(|| r2r::Node::create(r2r::Context::create()?, name, ""));
    std::panic::set_hook(hook);
    match started {
        Ok(node) => Ok(node?),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().map_or("they are wrong", String::as_str);
            // The place in rcl's own source does not help the operator.
            let words = words.split(", at ").next().unwrap_or_default();
            Err(StartError::Arguments(words.chars().flat_map(char::escape_debug).collect()))
        }
    }
}

/// Refuses every change: the parameters of the start hold until the program ends.
struct Fixed;

impl r2r::RosParams for Fixed {
    fn register_parameters(
        &mut self,
        _: &str,
        _: Option<r2r::Parameter>,
        _: &mut r2r::indexmap::IndexMap<String, r2r::Parameter>,
    ) -> r2r::Result<()> {
        Ok(())
    }

    /// The given value is stored elsewhere.
    fn get_parameter(&mut self, name: &str) -> r2r::Result<ParameterValue> {
        Err(r2r::Error::InvalidParameterName { name: name.to_owned() })
    }

    fn set_parameter(&mut self, name: &str, _: &ParameterValue) -> r2r::Result<()> {
        let msg = "it is read when the node starts; start it again with the value".to_owned();
        Err(r2r::Error::ParameterValueConv { name: name.to_owned(), msg })
    }

    fn check_parameter(&self, name: &str, _: &ParameterValue) -> r2r::Result<()> {
        let msg = "it is read when the node starts; start it again with the value".to_owned();
        Err(r2r::Error::ParameterValueConv { name: name.to_owned(), msg })
    }
}

/// The parameters of a program; an error names the parameter and its expected form.
pub struct Parameters<'a>(&'a r2r::Node);

impl Parameters<'_> {
    /// The node's full name.
    pub fn node(&self) -> String {
        self.0.fully_qualified_name().unwrap_or_default()
    }

    /// A text; none if it is empty.
    pub fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.value(name) {
            ParameterValue::NotSet => Ok(None),
            ParameterValue::String(text) if text.is_empty() => Ok(None),
            ParameterValue::String(text) => Ok(Some(text)),
            other => Err(format!(
                "parameter `{name}` is {}, and must be text: put it in quotes, `-p '{name}:=\"...\"'`",
                spoken(&other)
            )),
        }
    }

    /// The path of a file; none if it is empty.
    pub fn path(&self, name: &str) -> Result<Option<PathBuf>, String> {
        Ok(self.text(name)?.map(PathBuf::from))
    }

    /// A file in Discreet's own folder, if no other is named.
    pub fn path_or_own(&self, name: &str, own: &str) -> Result<PathBuf, String> {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_else(|| ".".into());
        Ok(self.path(name)?.unwrap_or_else(|| home.join(".ros/discreet").join(own)))
    }

    /// Several texts.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        match self.value(name) {
            ParameterValue::NotSet => Ok(Vec::new()),
            ParameterValue::StringArray(texts) => Ok(texts),
            ParameterValue::String(text) if text.is_empty() => Ok(Vec::new()),
            ParameterValue::String(text) => Ok(vec![text]),
            other => {
                let is = spoken(&other);
                Err(format!("parameter `{name}` is {is}, and must be a list of texts: put each in quotes"))
            }
        }
    }

    /// A truth value.
    pub fn flag(&self, name: &str) -> Result<bool, String> {
        match self.value(name) {
            ParameterValue::NotSet => Ok(false),
            ParameterValue::Bool(flag) => Ok(flag),
            other => Err(format!("parameter `{name}` is {}, and must be true or false", spoken(&other))),
        }
    }

    /// A number within a range.
    pub fn number(
        &self,
        name: &str,
        default: usize,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, String> {
        let number = match self.value(name) {
            ParameterValue::NotSet => Some(default),
            ParameterValue::Integer(number) => usize::try_from(number).ok(),
            _ => None,
        };
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            format!("parameter `{name}` must be a whole number from {} to {}", range.start(), range.end())
        })
    }

    fn value(&self, name: &str) -> ParameterValue {
        let parameters = self.0.params.lock();
        let value = parameters.ok().and_then(|parameters| Some(parameters.get(name)?.value.clone()));
        value.unwrap_or(ParameterValue::NotSet)
    }
}

/// A value as YAML reads it, which may differ from the intended one.
fn spoken(value: &ParameterValue) -> String {
    match value {
        ParameterValue::NotSet => "nothing".to_owned(),
        ParameterValue::Bool(flag) => format!("`{flag}`, true or false"),
        ParameterValue::Integer(number) => format!("the number {number}"),
        ParameterValue::Double(number) => format!("the number {number}"),
        ParameterValue::String(text) => format!("the text `{}`", text.escape_default()),
        _ => "a list".to_owned(),
    }
}

/// The greatest domain: its ports are the last ones.
pub const LAST_DOMAIN: usize = 232;

/// The domain on which ROS 2 starts this process.
pub fn own_domain() -> Result<usize, String> {
    let Some(text) = std::env::var_os("ROS_DOMAIN_ID").filter(|text| !text.is_empty()) else { return Ok(0) };
    let domain = text.to_str().and_then(|text| text.parse().ok());
    domain.filter(|domain| *domain <= LAST_DOMAIN).ok_or_else(|| {
        let text = text.display().to_string();
        format!(
            "ROS_DOMAIN_ID is `{}`, and must be a whole number from 0 to {LAST_DOMAIN}",
            text.escape_default()
        )
    })
}

/// Severity, as `diagnostic_msgs/msg/DiagnosticStatus` numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Normal operation.
    Ok = 0,
    /// An operator should look at it.
    Warn = 1,
    /// An operator must act.
    Error = 2,
}

/// One line of diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The subject; `discreet: ` is put before it.
    pub name: String,
    /// Its severity.
    pub level: Level,
    /// The state, in words.
    pub message: String,
    /// Figures.
    pub values: Vec<(String, String)>,
}

/// Publishes on /diagnostics.
pub struct Diagnostics {
    publisher: Publisher<DiagnosticArray>,
}

impl Diagnostics {
    /// Publishes the state of everything, as of `stamp` (nanoseconds since 1970).
    pub fn publish(&self, stamp: i64, statuses: Vec<Status>) -> Result<(), r2r::Error> {
        let status = statuses.into_iter().map(|status| DiagnosticStatus {
            level: status.level as u8,
            name: format!("discreet: {}", status.name),
            message: status.message,
            hardware_id: "discreet".into(),
            values: status.values.into_iter().map(|(key, value)| KeyValue { key, value }).collect(),
        });
        let mut message = DiagnosticArray { status: status.collect(), ..DiagnosticArray::default() };
        message.header.stamp = super::logger::stamp(stamp);
        self.publisher.publish(&message)
    }
}
