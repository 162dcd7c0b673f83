//! A stakeholder's node: takes plain commands and calls on a domain of its own, and sends them sealed to the robot.

mod action;
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
use discreet_policy::ParameterService;
use discreet_seal::commanding::CommandedStatus;
use discreet_seal::unseal::{Granted, Posts, ReadTime};
use discreet_seal::{CALL_TYPE, CommandContext, ContextDigest, GRANTS_TOPIC, GRANTS_TYPE, IngressKind};

use action::{ActionDefinition, ActionWay};
use call::CallWay;
use topic::CommandWay;

/// Messages of grants that wait to be read: several robots and strangers publish on the topic. One that is displaced
/// comes again within ten seconds.
const POSTS: usize = 64;
/// Interval of the checks that the two domains are still apart.
const CHECK_EVERY: Duration = Duration::from_millis(500);

/// Parts of a commander.
pub struct CommandingParts {
    /// The full name of the control node. The nodes of the two sides are named after it.
    pub node: String,
    /// The robot's outer domain.
    pub outer_domain: usize,
    /// The domain to take plain commands on.
    pub own_domain: usize,
    /// Prefix of the names on the own domain.
    pub namespace: String,
    /// The stakeholder's keys.
    pub granted: Arc<Granted>,
    /// Topics that the robot takes commands on, with their types.
    pub commands: Vec<(String, String)>,
    /// Services that the robot offers, with their types.
    pub services: Vec<(String, String)>,
    /// Actions that the robot offers, with their types.
    pub actions: Vec<(String, String)>,
    /// Nodes of the robot whose parameters are read or set.
    pub parameters: Vec<String>,
    /// The installed types.
    pub types: TypeLibrary,
}

/// Everything that a stakeholder sends to a robot.
pub struct Commanding {
    apart: Apart,
    checked: Instant,
    /// Grants and announcements.
    posts: Posts,
    grants: Subscription,
    taken: SerializedMessage,
    queue: Arc<ReadyQueue>,
    threads: Vec<JoinHandle<()>>,
    ways: Vec<Arc<dyn Way>>,
    started: Instant,
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
        let CommandingParts { node, outer_domain, own_domain, namespace, granted, types, .. } = parts;
        let CommandingParts { commands, services, actions, parameters, .. } = parts;
        let outer = Node::new(&Context::new(outer_domain)?, &format!("{node}_outer"))?;
        let own = Node::new(&Context::new(own_domain)?, &format!("{node}_own"))?;
        let latched = Qos { latched: true, depth: POSTS, ..Qos::default() };
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
            checked: Instant::now(),
            posts: Posts::new(granted),
            grants,
            taken: SerializedMessage::new(),
            queue,
            threads,
            ways: Vec::new(),
            started: Instant::now(),
        };
        let unknown = |type_name: &str, error: discreet_cdr::types::TypeError| RosError::TypeSupport {
            type_name: type_name.into(),
            message: error.to_string(),
        };
        for (name, type_name) in &commands {
            let definition = types.definition(type_name).map_err(|error| unknown(type_name, error))?;
            let digest = commanding.context(domain, IngressKind::Command, name, type_name, &definition.hash);
            let sending = Sending { own: &own, outer: &outer, namespace: &namespace, name };
            let way = CommandWay::open(
                &sending,
                digest,
                definition,
                commanding.posts.granted(),
                &commanding.queue,
            )?;
            commanding.ways.push(way);
        }
        let call = types.service(CALL_TYPE).map_err(|error| unknown(CALL_TYPE, error))?;
        let mut open_call = |own: &Arc<Node>, name: &str, type_name: &str| -> Result<(), RosError> {
            let definition = types.service(type_name).map_err(|error| unknown(type_name, error))?;
            let digest = commanding.context(domain, IngressKind::Call, name, type_name, &definition.hash);
            let sending = Sending { own, outer: &outer, namespace: &namespace, name };
            let granted = commanding.posts.granted();
            let way = CallWay::open(&sending, digest, (&definition, &call), granted, &commanding.queue)?;
            commanding.ways.push(way);
            Ok(())
        };
        services.iter().try_for_each(|(name, type_name)| open_call(&own, name, type_name))?;
        for node in &parameters {
            // Programs such as `ros2 param` look for the node first.
            let stand_in = Node::new(&own.context, &format!("{namespace}{node}"))?;
            for service in ParameterService::ALL {
                open_call(&stand_in, &service.full_name(node), service.type_name())?;
            }
        }
        for (name, type_name) in &actions {
            let definition =
                ActionDefinition::load(&types, type_name).map_err(|error| unknown(type_name, error))?;
            let digest = |name: &str, type_name: &str, hash: &str| {
                commanding.context(domain, IngressKind::Call, name, type_name, hash)
            };
            let sending = Sending { own: &own, outer: &outer, namespace: &namespace, name };
            let granted = commanding.posts.granted();
            let way = ActionWay::open(&sending, &definition, &call, digest, granted, &commanding.queue)?;
            commanding.ways.push(way);
        }
        Ok(commanding)
    }

    /// Reads the robot's announcements, and lets each way give up calls that have waited for too long. To be called
    /// when woken, and once a second.
    pub fn attend(&mut self) -> Result<(), RosError> {
        if self.checked.elapsed() >= CHECK_EVERY {
            self.checked = Instant::now();
            self.apart.check()?;
        }
        let second = Time::system().second();
        // Not all that wait: a flood of them must not keep the rest from being served.
        for _ in 0..POSTS {
            let Some(info) = self.grants.take(&mut self.taken)? else { break };
            let now = ReadTime { second, elapsed: self.started.elapsed() };
            self.posts.read_grants(&info.gid, self.taken.as_bytes(), now);
        }
        self.ways.iter().for_each(|way| self.queue.push(Arc::clone(way).into_serve()));
        Ok(())
    }

    /// The second since 1970 at which the robot's newest announcement ends, or has ended; none if there was none.
    pub fn ends(&self) -> Option<i64> {
        self.posts.granted().announced_until()
    }

    /// The stakeholder's keys.
    pub fn granted(&self) -> &Granted {
        self.posts.granted()
    }

    /// Each command and service.
    pub fn statuses(&self) -> Vec<CommandedStatus> {
        self.ways.iter().map(|way| way.status()).collect()
    }

    fn context(
        &self,
        domain: u32,
        kind: IngressKind,
        name: &str,
        type_name: &str,
        type_hash: &str,
    ) -> ContextDigest {
        let robot = self.posts.granted().robot().name.as_str();
        CommandContext { robot, domain, kind, name, type_name, type_hash }.digest()
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

/// The two ends of a way.
struct Sending<'a> {
    own: &'a Arc<Node>,
    outer: &'a Arc<Node>,
    namespace: &'a str,
    name: &'a str,
}

impl Sending<'_> {
    fn own_name(&self) -> String {
        format!("{}{}", self.namespace, self.name)
    }
}
