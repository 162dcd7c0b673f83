//! The guard's node on the robot's own domain: its parameters and the reload service.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use futures::StreamExt;
use r2r::QosProfile;
use r2r::std_srvs::srv::Trigger;

use super::lifecycle::Lifecycle;
use super::logger::Logger;
use super::program::{Diagnostics, LAST_DOMAIN, Parameters, Program, StartError};
use discreet_audit::Rotation;
use discreet_guard::parameters::Parameter;

/// The parameters of the guard. None can be changed later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The node's full name.
    pub node: String,
    /// The policy file.
    pub policy: PathBuf,
    /// The trust file, if policies must be signed.
    pub trust: Option<PathBuf>,
    /// The audit log.
    pub audit: PathBuf,
    /// The size and age at which it is rotated, and the time for which closed parts are kept.
    pub rotation: Rotation,
    /// The keeper's socket.
    pub keeper: PathBuf,
    /// The domain that the guard releases to.
    pub outer_domain: usize,
    /// Threads of the data plane.
    pub workers: usize,
    /// Others decide when it is configured and active.
    pub lifecycle: bool,
}

/// All of them, as `guard --help` shows them.
pub const GUARD_PARAMETERS: [Parameter; 10] = [
    Parameter {
        name: "policy",
        help: "the policy file; without a valid one nothing leaves. It is read again about a second after it\n\
               has changed; replace it by a rename, so that it is never incomplete",
    },
    Parameter {
        name: "trust",
        help: "a trust file: only policies signed by enough of the owners in it are accepted. Without one, the\n\
               keeper's trust holds; if the keeper has none either, every valid policy is accepted",
    },
    Parameter { name: "outer_domain", help: "the domain to release to, 0 to 232 (default 1)" },
    Parameter { name: "audit", help: "the audit log (default ~/.ros/discreet/audit.log)" },
    Parameter {
        name: "audit_max_bytes",
        help: "size at which the log is rotated; audit.log.000001 is the first closed part\n\
               (default 67108864; 0 for no limit)",
    },
    Parameter {
        name: "audit_max_age_hours",
        help: "age at which the log is rotated (default 24; 0 for no limit)",
    },
    Parameter {
        name: "audit_keep_days",
        help: "days after which a closed part is removed, after an entry in the log (default 0: never)",
    },
    Parameter {
        name: "keeper",
        help: "the socket of the keeper, which gives the sealing keys (default ~/.ros/discreet/keeper.sock)",
    },
    Parameter {
        name: "lifecycle",
        help: "true: a managed node, which does nothing until it is configured and activated (default false)",
    },
    Parameter {
        name: "workers",
        help: "threads for operational topics, and as many for contextual ones (default 2)",
    },
];

/// A smaller part would hold little more than the entries about parts.
const SMALLEST_PART: usize = 4096;

/// The control node.
pub struct Control {
    program: Program,
    reload: Pin<Box<dyn futures::Stream<Item = r2r::ServiceRequest<Trigger::Service>> + Send>>,
}

fn rotation(given: &Parameters) -> Result<Rotation, String> {
    let Rotation { max_bytes, max_age_hours, keep_days } = Rotation::default();
    let usual = |number: u32| usize::try_from(number).unwrap_or_default();
    let bytes =
        given.number("audit_max_bytes", usize::try_from(max_bytes).unwrap_or_default(), 0..=1 << 40)?;
    if (1..SMALLEST_PART).contains(&bytes) {
        return Err(format!(
            "parameter `audit_max_bytes` is {bytes}; give 0 for no limit, or at least {SMALLEST_PART}"
        ));
    }
    let hours = given.number("audit_max_age_hours", usual(max_age_hours), 0..=100_000)?;
    let days = given.number("audit_keep_days", usual(keep_days), 0..=100_000)?;
    Ok(Rotation {
        max_bytes: bytes as u64,
        max_age_hours: u32::try_from(hours).unwrap_or(max_age_hours),
        keep_days: u32::try_from(days).unwrap_or(keep_days),
    })
}

/// The answer of the reload service.
pub type ReloadAnswer = Result<String, String>;

impl Control {
    /// Makes the node `guard` in the domain and with the arguments that ROS 2 gave this process.
    pub fn new() -> Result<Control, StartError> {
        let mut program = Program::new("guard")?;
        let profile = QosProfile::services_default();
        let reload = program.node.create_service::<Trigger::Service>("~/reload", profile)?;
        Ok(Control { program, reload: Box::pin(reload) })
    }

    /// The parameters, each with its default; an error names the parameter and what it should be.
    pub fn settings(&self) -> Result<Settings, String> {
        let given = self.program.parameters(&GUARD_PARAMETERS)?;
        let missing = "parameter `policy` is missing: the path of the policy file";
        Ok(Settings {
            node: given.node(),
            policy: given.path("policy")?.ok_or(missing)?,
            trust: given.path("trust")?,
            audit: given.path_or_own("audit", "audit.log")?,
            rotation: rotation(&given)?,
            keeper: given.path_or_own("keeper", "keeper.sock")?,
            outer_domain: given.number("outer_domain", 1, 0..=LAST_DOMAIN)?,
            workers: given.number("workers", 2, 1..=64)?,
            lifecycle: given.flag("lifecycle")?,
        })
    }

    /// Offers the services of a managed node.
    pub fn managed(&mut self) -> Result<Lifecycle, StartError> {
        Ok(Lifecycle::new(&mut self.program)?)
    }

    /// The node's logger.
    pub fn logger(&self) -> Logger {
        self.program.logger()
    }

    /// Splits the node into the publisher of diagnostics and the task that spins and serves until `stop` is set.
    pub fn run(
        self,
        stop: Arc<AtomicBool>,
        mut on_reload: impl FnMut() -> ReloadAnswer + Send + 'static,
    ) -> (Diagnostics, tokio::task::JoinHandle<()>) {
        let Control { program, mut reload } = self;
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
        program.run(stop)
    }
}
