//! A stakeholder's node: takes plain commands and calls on a domain of its own, and sends them sealed to the robot.

mod call;
mod topic;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::wake::wake;
use super::workers::{ReadyQueue, Serve};
use super::{Apart, Context, Node, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::Time;
use discreet_cdr::types::TypeLibrary;
use discreet_graph::qos::Qos;
use discreet_guard::ingress::FailureLimiter;
use discreet_seal::unseal::Granted;
use discreet_seal::{CALL_TYPE, CommandContext, ContextDigest, Entry, GRANTS_TOPIC, GRANTS_TYPE};

use call::CallWay;
use topic::CommandWay;

/// Messages of grants that wait to be read: several robots and strangers publish there. One that is displaced comes again
/// within ten seconds.
const BOARDS: usize = 64;
/// How often it is looked whether the two domains are still apart.
const LOOK: Duration = Duration::from_millis(500);

/// What a commander is made of.
pub struct CommandingParts {
    /// The robot's outer domain.
    pub outer_domain: usize,
    /// The domain to take plain commands on.
    pub own_domain: usize,
    /// Stands before the names on the own domain.
    pub namespace: String,
    /// The stakeholder's keys.
    pub granted: Arc<Granted>,
    /// Topics that the robot takes commands on, with their types.
    pub commands: Vec<(String, String)>,
    /// Services that the robot offers, with their types.
    pub services: Vec<(String, String)>,
    /// The installed types.
    pub types: TypeLibrary,
}

/// Everything that a stakeholder sends to a robot.
pub struct Commanding {
    apart: Apart,
    looked: Instant,
    granted: Arc<Granted>,
    grants: Subscription,
    taken: SerializedMessage,
    queue: Arc<ReadyQueue>,
    threads: Vec<JoinHandle<()>>,
    ways: Vec<Arc<dyn Way>>,
    /// With those who publish boards.
    failures: FailureLimiter,
    started: Instant,
}

/// How one command or service fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandedStatus {
    /// Its name on the own domain.
    pub name: String,
    /// Commands sent, or calls answered.
    pub sent: u64,
    /// What could not be sent, or was refused.
    pub refused: u64,
    /// Commands that were published and never came: the queue was full.
    pub lost: u64,
    /// The last reason.
    pub why: String,
}

/// One command's or service's way to the robot.
trait Way: Serve {
    fn status(&self) -> CommandedStatus;
    fn close(&self);
    fn into_serve(self: Arc<Self>) -> Arc<dyn Serve>;
}

impl Commanding {
    /// Joins both domains. `wake` is called when there is something for [`Commanding::attend`].
    pub fn new(
        parts: CommandingParts,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Commanding, RosError> {
        let CommandingParts { outer_domain, own_domain, namespace, granted, commands, services, types } =
            parts;
        let outer = Node::new(&Context::new(outer_domain)?, "commander_outer")?;
        let own = Node::new(&Context::new(own_domain)?, "commander_own")?;
        let latched = Qos { latched: true, depth: BOARDS, ..Qos::default() };
        let grants = Subscription::new(
            &outer,
            GRANTS_TOPIC,
            &TypeSupport::load(GRANTS_TYPE)?,
            latched,
            Box::new(wake),
        )?;
        let (queue, threads) =
            ReadyQueue::start("command", 2).map_err(|error| RosError::Thread(error.to_string()))?;
        let domain = u32::try_from(outer_domain).unwrap_or(u32::MAX);
        let mut commanding = Commanding {
            apart: Apart::of_reader(&outer, &own)?,
            looked: Instant::now(),
            granted,
            grants,
            taken: SerializedMessage::new(),
            queue,
            threads,
            ways: Vec::new(),
            failures: FailureLimiter::default(),
            started: Instant::now(),
        };
        let unknown = |type_name: &str, error: discreet_cdr::types::TypeError| RosError::TypeSupport {
            type_name: type_name.into(),
            message: error.to_string(),
        };
        for (name, type_name) in &commands {
            let definition = types.definition(type_name).map_err(|error| unknown(type_name, error))?;
            let digest = commanding.context(domain, Entry::Command, name, type_name, &definition.hash);
            let sending = Sending { own: &own, outer: &outer, namespace: &namespace, name, digest };
            let way = CommandWay::open(&sending, definition, &commanding.granted, &commanding.queue)?;
            commanding.ways.push(way);
        }
        let call = types.service(CALL_TYPE).map_err(|error| unknown(CALL_TYPE, error))?;
        for (name, type_name) in &services {
            let definition = types.service(type_name).map_err(|error| unknown(type_name, error))?;
            let digest = commanding.context(domain, Entry::Call, name, type_name, &definition.hash);
            let sending = Sending { own: &own, outer: &outer, namespace: &namespace, name, digest };
            let way = CallWay::open(&sending, &definition, &call, &commanding.granted, &commanding.queue)?;
            commanding.ways.push(way);
        }
        Ok(commanding)
    }

    /// Reads what the robot announced, and has each way look at what has waited for too long. To be called when woken, and
    /// once a second.
    pub fn attend(&mut self) -> Result<(), RosError> {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            self.apart.check()?;
        }
        let now = Time::system().second();
        // Not all that there is: a flood of them must not keep the rest from being served.
        for _ in 0..BOARDS {
            let Some(info) = self.grants.take(&mut self.taken)? else { break };
            let at = self.started.elapsed();
            if !self.failures.allows(&info.gid, at) {
                continue;
            }
            // Anybody outside can publish such a message; what the robot did not sign in it is left out.
            let updated = self.granted.update(self.taken.as_bytes(), now).unwrap_or_default();
            (0..updated.refused).for_each(|_| self.failures.charge(&info.gid, at));
            if updated.keys > 0 || updated.announced {
                self.failures.opened(&info.gid, at);
            }
        }
        self.ways.iter().for_each(|way| self.queue.push(Arc::clone(way).into_serve()));
        Ok(())
    }

    /// The second at which what the robot announced last ends, or has ended. None: it has announced nothing.
    pub fn ends(&self) -> Option<i64> {
        self.granted.announced_until()
    }

    /// The stakeholder's keys.
    pub fn granted(&self) -> &Granted {
        &self.granted
    }

    /// Each command and service.
    pub fn statuses(&self) -> Vec<CommandedStatus> {
        self.ways.iter().map(|way| way.status()).collect()
    }

    fn context(
        &self,
        domain: u32,
        entry: Entry,
        name: &str,
        type_name: &str,
        type_hash: &str,
    ) -> ContextDigest {
        let robot = self.granted.robot().name.as_str();
        CommandContext { robot, domain, entry, name, type_name, type_hash }.digest()
    }
}

impl Drop for Commanding {
    fn drop(&mut self) {
        self.ways.iter().for_each(|way| way.close());
        self.queue.close();
        for thread in self.threads.drain(..) {
            let _panicked = thread.join();
        }
    }
}

/// What a way is made between.
struct Sending<'a> {
    own: &'a Arc<Node>,
    outer: &'a Arc<Node>,
    namespace: &'a str,
    name: &'a str,
    digest: ContextDigest,
}

impl Sending<'_> {
    fn own_name(&self) -> String {
        format!("{}{}", self.namespace, self.name)
    }
}

/// Stamps of what is sent: the time, and always greater than the one before.
#[derive(Default)]
struct Stamps(u64);

impl Stamps {
    fn next(&mut self) -> u64 {
        let now = u64::try_from(Time::system().nanoseconds).unwrap_or_default();
        self.0 = now.max(self.0.saturating_add(1));
        self.0
    }
}
