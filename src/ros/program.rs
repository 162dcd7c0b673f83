//! A program's face on its own domain, by r2r: a node with parameters, diagnostics and a log.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use r2r::diagnostic_msgs::msg::{DiagnosticArray, DiagnosticStatus, KeyValue};
use r2r::{ParameterValue, Publisher, QosProfile};

/// Each turn of r2r costs a tenth of a millisecond; a request ends it early, a signal waits for it.
const SPIN: Duration = Duration::from_millis(400);

/// A node of r2r.
pub struct Program {
    pub(super) node: r2r::Node,
    diagnostics: Publisher<DiagnosticArray>,
    parameters: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Program {
    /// Makes the node in the domain and with the arguments that ROS 2 gave this process.
    pub fn new(name: &str) -> Result<Program, r2r::Error> {
        let context = r2r::Context::create()?;
        let mut node = r2r::Node::create(context, name, "")?;
        let diagnostics = node.create_publisher("/diagnostics", QosProfile::default())?;
        let (parameters, _changes) = node.make_parameter_handler()?;
        Ok(Program { node, diagnostics, parameters: Box::pin(parameters) })
    }

    /// The node's full name, which is also its logger.
    pub fn name(&self) -> String {
        self.node.fully_qualified_name().unwrap_or_default()
    }

    /// The node's logger.
    pub fn logger(&self) -> Logger {
        Logger(self.node.logger().into())
    }

    /// The parameters that it was started with. Changing one later has no effect. Any that is not `known` is an error: a
    /// misspelt one would silently do nothing.
    pub fn parameters(&self, known: &[&str]) -> Result<Parameters<'_>, String> {
        let given = self.node.params.lock().map_err(|_| "parameters are not readable")?;
        let is_known = |name: &str| name == "use_sim_time" || known.contains(&name);
        match given.keys().find(|name| !is_known(name)) {
            Some(unknown) => Err(format!(
                "unknown parameter `{}`; there are {}",
                unknown.escape_default(),
                known.join(", ")
            )),
            None => Ok(Parameters(&self.node)),
        }
    }

    /// Splits the node into what publishes diagnostics and what spins until `stop` is set.
    pub fn run(self, stop: Arc<AtomicBool>) -> (Diagnostics, tokio::task::JoinHandle<()>) {
        let Program { mut node, diagnostics, parameters } = self;
        tokio::spawn(parameters);
        let spinning = tokio::task::spawn_blocking(move || {
            while !stop.load(Ordering::Relaxed) {
                node.spin_once(SPIN);
            }
        });
        (Diagnostics { publisher: diagnostics }, spinning)
    }
}

/// What a program was started with; an error names the parameter and what it should be.
pub struct Parameters<'a>(&'a r2r::Node);

impl Parameters<'_> {
    /// A text; an empty one is none.
    pub fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.value(name) {
            ParameterValue::NotSet => Ok(None),
            ParameterValue::String(text) if text.is_empty() => Ok(None),
            ParameterValue::String(text) => Ok(Some(text)),
            other => Err(format!("parameter `{name}` is {other:?}; it must be a string")),
        }
    }

    /// The path of a file; an empty one is none.
    pub fn path(&self, name: &str) -> Result<Option<PathBuf>, String> {
        Ok(self.text(name)?.map(PathBuf::from))
    }

    /// A file in the folder where Discreet keeps its own, if no other is named.
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
            other => Err(format!("parameter `{name}` is {other:?}; it must be a list of strings")),
        }
    }

    /// Yes or no.
    pub fn flag(&self, name: &str) -> Result<bool, String> {
        match self.value(name) {
            ParameterValue::NotSet => Ok(false),
            ParameterValue::Bool(flag) => Ok(flag),
            other => Err(format!("parameter `{name}` is {other:?}; it must be true or false")),
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

/// The domain that ROS 2 starts this process on.
pub fn own_domain() -> Result<usize, String> {
    match std::env::var("ROS_DOMAIN_ID") {
        Ok(text) if !text.is_empty() => text
            .parse()
            .map_err(|_| format!("ROS_DOMAIN_ID is `{}`, which is no number", text.escape_default())),
        _ => Ok(0),
    }
}

/// How bad it is, as `diagnostic_msgs/msg/DiagnosticStatus` numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok = 0,
    /// Somebody should look.
    Warn = 1,
    /// Somebody must act.
    Error = 2,
}

/// One line of diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it is about; `discreet: ` is put before it.
    pub name: String,
    /// How bad it is.
    pub level: Level,
    /// In words.
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
        message.header.stamp.sec = i32::try_from(stamp.div_euclid(1_000_000_000)).unwrap_or(i32::MAX);
        message.header.stamp.nanosec = stamp.rem_euclid(1_000_000_000) as u32;
        self.publisher.publish(&message)
    }
}

/// Writes to the console and to /rosout.
#[derive(Debug, Clone)]
pub struct Logger(String);

impl Logger {
    /// Something that happened as it should.
    pub fn info(&self, text: &str) {
        r2r::log_info!(&self.0, "{text}");
    }

    /// Something that somebody should look at.
    pub fn warn(&self, text: &str) {
        r2r::log_warn!(&self.0, "{text}");
    }

    /// Something that somebody must act on.
    pub fn error(&self, text: &str) {
        r2r::log_error!(&self.0, "{text}");
    }
}
