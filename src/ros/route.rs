//! One topic's way from the inner to the outer domain.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::outer::OuterTopic;
use super::workers::Serve;
use super::{MessageInfo, RosError, SerializedMessage, Subscription};
use crate::audit::{Audit, RouteInfo, RouteLog, Time};
use crate::clock::ClockFloor;
use crate::denied::Denied;
use crate::graph::Gid;
use crate::message::Received;
use crate::policy::{Form, LivePolicy, Moment, Policy, TopicPolicy};
use crate::relay::{Outcome, guard, relay};
use crate::sources::{PATIENCE, Standing};
use crate::stats::{LossCounter, RouteStats};
use crate::types::TypeDefinition;

/// Messages served in one go before other routes have their turn.
const BATCH: usize = 16;

/// Publishers remembered per route. More than this are not believed: their messages count as of an unknown source.
const MAX_SOURCES: usize = 256;

/// A new source soon publishes: for so long the audit is kept ready for it.
const WARM_UP: Duration = Duration::from_secs(5);

/// A topic that is being guarded.
pub struct Route {
    topic: String,
    /// Its counters.
    pub stats: RouteStats,
    opened: Instant,
    queued: AtomicBool,
    path: Mutex<Path>,
}

/// What serving a message needs. Touched by one worker at a time, and by discovery when it changes.
struct Path {
    input: Option<Subscription>,
    message: SerializedMessage,
    /// A message of a publisher that discovery has not told yet lies in `message` since then.
    parked: Option<(MessageInfo, Instant)>,
    sources: HashMap<Gid, Source>,
    definition: Arc<TypeDefinition>,
    decided_by: Option<DecidedBy>,
    live: Arc<LivePolicy>,
    clock: Arc<ClockFloor>,
    audit: Arc<Audit>,
    origin: Origin,
    output: Option<OuterTopic>,
}

/// What the audit is told of a route.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The topic on the inner domain.
    pub topic: String,
    /// Nodes and quality of service, as text.
    pub source: String,
}

struct Source {
    standing: Standing,
    losses: LossCounter,
}

/// The policy that the last message was decided by, and what it says of this topic: looked up once, not per message.
struct DecidedBy {
    policy: Arc<Policy>,
    topic: Result<Arc<TopicPolicy>, Denied>,
    moment: Moment,
    /// Its entries say which policy decided, so every policy has its own.
    log: RouteLog,
}

/// What a route is made of.
pub struct RouteParts {
    /// The topic, and where it comes from.
    pub origin: Origin,
    /// The type of its messages.
    pub definition: Arc<TypeDefinition>,
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    /// Whether the time can be relied on.
    pub clock: Arc<ClockFloor>,
    /// Where outcomes are recorded.
    pub audit: Arc<Audit>,
    /// Where released messages go; none if the policy never releases any.
    pub output: Option<OuterTopic>,
}

impl Route {
    /// A route without an input yet.
    pub fn new(parts: RouteParts) -> Route {
        let RouteParts { origin, definition, live, clock, audit, output } = parts;
        Route {
            topic: origin.topic.clone(),
            stats: RouteStats::default(),
            opened: Instant::now(),
            queued: AtomicBool::new(false),
            path: Mutex::new(Path {
                input: None,
                message: SerializedMessage::new(),
                parked: None,
                sources: HashMap::new(),
                definition,
                decided_by: None,
                live,
                clock,
                audit,
                origin,
                output,
            }),
        }
    }

    /// The topic on the inner domain.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// From here on messages come in.
    pub fn connect(&self, input: Subscription) {
        let mut path = self.path();
        path.follow_policy(Time::system());
        path.input = Some(input);
    }

    /// What discovery has found out about the publishers. Who left is remembered: some of its messages may still wait.
    pub fn set_standings(&self, standings: impl IntoIterator<Item = (Gid, Standing)>) {
        let mut path = self.path();
        for (gid, standing) in standings {
            let room = path.sources.len() < MAX_SOURCES;
            match path.sources.get_mut(&gid) {
                Some(source) => source.standing = standing,
                None if room => {
                    path.sources.insert(gid, Source { standing, losses: LossCounter::default() });
                }
                None => {}
            }
        }
        if let (true, Some(decided_by)) = (self.opened.elapsed() < WARM_UP, &path.decided_by) {
            decided_by.log.expect(Time::system());
        }
    }

    /// Serves what still waits, takes leave of the inner domain, and gives reliable readers time to get the last of it.
    pub fn close(&self, patience: Duration) {
        while self.serve() {}
        let mut path = self.path();
        path.input = None;
        path.decided_by = None; // ends the route in the audit
        if let Some(output) = &path.output {
            output.messages().flush(patience);
        }
    }

    fn path(&self) -> MutexGuard<'_, Path> {
        self.path.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Serve for Route {
    fn serve(&self) -> bool {
        let mut path = self.path();
        for _ in 0..BATCH {
            match path.serve_one(&self.stats) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(_) => {
                    // Nothing else to do for this message; diagnostics shows the count.
                    self.stats.failed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        true
    }

    fn set_queued(&self, queued: bool) -> bool {
        self.queued.swap(queued, Ordering::AcqRel)
    }
}

impl Path {
    /// Serves one message; false if none waits, or if the next one must wait for discovery.
    fn serve_one(&mut self, stats: &RouteStats) -> Result<bool, RosError> {
        let taken = Instant::now();
        let (info, since) = match self.parked.take() {
            Some(parked) => parked,
            None => match self.input.as_mut().map(|input| input.take(&mut self.message)) {
                Some(Ok(Some(info))) => (info, taken),
                Some(Err(error)) => return Err(error),
                None | Some(Ok(None)) => return Ok(false),
            },
        };
        let now = Time::system();
        self.follow_policy(now);
        let source = self.sources.get_mut(&info.gid);
        let standing = match source.as_ref().map_or(Standing::Awaited, |source| source.standing) {
            Standing::Awaited if since.elapsed() < PATIENCE => {
                self.parked = Some((info, since));
                return Ok(false);
            }
            Standing::Awaited => Standing::Refused(Denied::UnknownSource),
            known => known,
        };
        if let Some(source) = source {
            stats.lost.fetch_add(source.losses.lost_before(info.sequence), Ordering::Relaxed);
        }
        let message = Received {
            publisher: info.gid,
            standing,
            sequence: info.sequence,
            source_stamp: info.source_stamp,
            cdr: self.message.as_bytes(),
        };
        let size = message.cdr.len() as u64;
        let Some(DecidedBy { topic, moment, log, .. }) = &self.decided_by else {
            stats.deny(Denied::NoPolicy);
            return Ok(true);
        };
        let decision = match topic {
            Ok(topic) => guard(topic, &self.definition.plan, *moment, message),
            Err(reason) => Err(*reason),
        };
        match relay(decision, now, log, &mut self.output)? {
            Outcome::Released => {
                stats.released.fetch_add(1, Ordering::Relaxed);
                stats.bytes.fetch_add(size, Ordering::Relaxed);
                stats.latency.add(taken.elapsed());
            }
            Outcome::Denied(reason) => stats.deny(reason),
        }
        Ok(true)
    }

    /// Makes sure that the next message is decided by the policy in force now, at the time that it is now.
    fn follow_policy(&mut self, now: Time) {
        let seconds = now.second();
        let trusted = self.clock.trusts(seconds);
        let live = self.live.current();
        let Some(policy) = live.as_ref() else {
            self.decided_by = None;
            return;
        };
        match &mut self.decided_by {
            Some(decided_by) if Arc::ptr_eq(&decided_by.policy, policy) => {
                let Moment { unix_seconds, trusted: was_trusted, .. } = decided_by.moment;
                if (unix_seconds, was_trusted) != (seconds, trusted) {
                    decided_by.moment = policy.moment(seconds, trusted);
                }
            }
            _ => {
                // The new policy may name another source: nobody is accepted until discovery has asked it.
                self.sources.values_mut().for_each(|source| source.standing = Standing::Awaited);
                let topic = self.topic_in(policy);
                if let (Ok(topic), Some(output)) = (&topic, &mut self.output) {
                    output.describe(topic.class().name(), policy.version());
                }
                self.decided_by = Some(DecidedBy {
                    log: self.audit.route(self.info(topic.as_deref().ok(), policy.version())),
                    policy: Arc::clone(policy),
                    topic,
                    moment: policy.moment(seconds, trusted),
                });
            }
        }
    }

    /// The route as the audit enters it. A topic that is not declared any more counts as contextual.
    fn info(&self, topic: Option<&TopicPolicy>, policy: u64) -> RouteInfo {
        let class = topic.map(TopicPolicy::class);
        RouteInfo {
            topic: self.origin.topic.clone(),
            type_name: self.definition.name.clone(),
            class: class.map(|class| class.name().into()).unwrap_or_default(),
            contextual: class.is_none_or(|class| class.is_contextual()),
            form: Form::Clear.name().into(),
            audience: "everyone".into(),
            policy,
            epoch: 0,
            source: self.origin.source.clone(),
        }
    }

    /// What `policy` says of this topic, if it still declares it with the type that this route was made for.
    fn topic_in(&self, policy: &Policy) -> Result<Arc<TopicPolicy>, Denied> {
        let topic = policy.topic(&self.origin.topic).ok_or(Denied::UndeclaredTopic)?;
        if topic.type_name() != self.definition.name {
            return Err(Denied::WrongType);
        }
        match topic.type_hash() {
            Some(pinned) if pinned != self.definition.hash => Err(Denied::WrongTypeHash),
            _ => Ok(Arc::clone(topic)),
        }
    }
}
