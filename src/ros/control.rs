//! The guard's face on the robot's own domain, by r2r: parameters, the reload service, diagnostics, the log.

use std::collections::HashSet;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use r2r::diagnostic_msgs::msg::{DiagnosticArray, DiagnosticStatus, KeyValue};
use r2r::std_srvs::srv::Trigger;
use r2r::{ParameterValue, Publisher, QosProfile};

/// What the guard is started with. Changing a parameter later has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The policy file.
    pub policy: PathBuf,
    /// The audit log.
    pub audit: PathBuf,
    /// The domain that the guard releases to.
    pub outer_domain: usize,
    /// Threads of the data plane.
    pub workers: usize,
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

/// The control node.
pub struct Control {
    node: r2r::Node,
    diagnostics: Publisher<DiagnosticArray>,
    reload: Pin<Box<dyn futures::Stream<Item = r2r::ServiceRequest<Trigger::Service>> + Send>>,
    parameters: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Each turn of r2r costs a tenth of a millisecond; a request ends it early, a signal waits for it.
const SPIN: Duration = Duration::from_millis(400);

/// What the reload service answers.
pub type ReloadAnswer = Result<String, String>;

impl Control {
    /// Makes the node `guard` in the domain and with the arguments that ROS 2 gave this process.
    pub fn new() -> Result<Control, r2r::Error> {
        let context = r2r::Context::create()?;
        let mut node = r2r::Node::create(context, "guard", "")?;
        let diagnostics = node.create_publisher("/diagnostics", QosProfile::default())?;
        let reload = node.create_service::<Trigger::Service>("~/reload", QosProfile::services_default())?;
        let (parameters, _changes) = node.make_parameter_handler()?;
        Ok(Control { node, diagnostics, reload: Box::pin(reload), parameters: Box::pin(parameters) })
    }

    /// The parameters, each with its default; an error names the parameter and what it should be.
    pub fn settings(&self) -> Result<Settings, String> {
        self.refuse_unknown()?;
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_else(|| ".".into());
        let policy =
            self.text("policy")?.ok_or("parameter `policy` is missing: the path of the policy file")?;
        let audit = self.text("audit")?.map_or_else(|| home.join(".ros/discreet/audit.log"), PathBuf::from);
        let outer = self.number("outer_domain", 1, 0..=232)?;
        let workers = self.number("workers", 2, 1..=64)?;
        Ok(Settings { policy: policy.into(), audit, outer_domain: outer, workers })
    }

    /// The node's full name, which is also its logger.
    pub fn name(&self) -> String {
        self.node.fully_qualified_name().unwrap_or_default()
    }

    /// The node's logger.
    pub fn logger(&self) -> Logger {
        Logger(self.node.logger().into())
    }

    /// Splits the node into what publishes diagnostics and what runs until `stop` is set: the spinning, and the service.
    pub fn run(
        self,
        stop: Arc<AtomicBool>,
        mut on_reload: impl FnMut() -> ReloadAnswer + Send + 'static,
    ) -> (Diagnostics, tokio::task::JoinHandle<()>) {
        let Control { mut node, diagnostics, mut reload, parameters } = self;
        tokio::spawn(parameters);
        tokio::spawn(async move {
            while let Some(request) = reload.next().await {
                let (success, message) = match on_reload() {
                    Ok(message) => (true, message),
                    Err(message) => (false, message),
                };
                // A client that is gone does not wait for the answer.
                let _gone = request.respond(Trigger::Response { success, message });
            }
        });
        let spinning = tokio::task::spawn_blocking(move || {
            while !stop.load(Ordering::Relaxed) {
                node.spin_once(SPIN);
            }
        });
        (Diagnostics { publisher: diagnostics }, spinning)
    }

    /// A misspelt parameter would silently do nothing.
    fn refuse_unknown(&self) -> Result<(), String> {
        let known = HashSet::from(["policy", "audit", "outer_domain", "workers", "use_sim_time"]);
        let parameters = self.node.params.lock().map_err(|_| "parameters are not readable")?;
        match parameters.keys().find(|name| !known.contains(name.as_str())) {
            Some(unknown) => Err(format!(
                "unknown parameter `{}`; the guard has policy, audit, outer_domain and workers",
                unknown.escape_default()
            )),
            None => Ok(()),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.value(name) {
            ParameterValue::NotSet => Ok(None),
            ParameterValue::String(text) if text.is_empty() => Ok(None),
            ParameterValue::String(text) => Ok(Some(text)),
            other => Err(format!("parameter `{name}` is {other:?}; it must be a string")),
        }
    }

    fn number(
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
        let parameters = self.node.params.lock();
        let value = parameters.ok().and_then(|parameters| Some(parameters.get(name)?.value.clone()));
        value.unwrap_or(ParameterValue::NotSet)
    }
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
