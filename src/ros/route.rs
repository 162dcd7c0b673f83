//! One topic's way from the inner to the outer domain.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::RosError;
use super::inbox::{Inbox, Listen, Next, Wanted};
use super::lanes::Lanes;
use super::workers::{Serve, Turn};
use crate::audit::{Audit, RouteInfo, RouteLog, Time};
use crate::clock::ClockFloor;
use crate::denied::Denied;
use crate::keys::Keys;
use crate::lanes::{Lane, Plan};
use crate::message::Received;
use crate::policy::{Form, LivePolicy, Moment, Policy, TopicPolicy};
use crate::protect::Protection;
use crate::qos::Qos;
use crate::redact::{CAMERA_INFO_TYPE, Cameras, ImageRedactor, Intrinsics};
use crate::relay::{Outcome, guard, relay};
use crate::sources::Standing;
use crate::stats::RouteStats;
use crate::terms::{Audience, Terms};
use crate::types::TypeDefinition;

/// Messages served in one go before other routes have their turn.
const BATCH: usize = 16;

/// A new source soon publishes: for so long the audit is kept ready for it.
const WARM_UP: Duration = Duration::from_secs(5);

/// What still waits when a route ends is served for at most so long.
const LAST_ROUND: Duration = Duration::from_millis(100);

/// A topic that is being guarded.
pub struct Route {
    /// Its counters.
    pub stats: RouteStats,
    opened: Instant,
    turn: Turn,
    path: Mutex<Path>,
    /// Who else than the worker wants the path.
    waiting: AtomicUsize,
}

/// What serving a message needs. Touched by one worker at a time, and by discovery when it changes.
struct Path {
    inbox: Inbox,
    exit: Exit,
}

/// The way out: the decision, the record, the topics outside.
struct Exit {
    topic: String,
    /// Nodes and quality of service, for the audit.
    source: String,
    definition: Arc<TypeDefinition>,
    decided_by: Option<DecidedBy>,
    live: Arc<LivePolicy>,
    clock: Arc<ClockFloor>,
    audit: Arc<Audit>,
    keys: Arc<dyn Keys>,
    protection: Protection,
    cameras: Arc<Cameras>,
    lanes: Lanes,
}

/// The policy that decides, and what it says of this topic: looked up once, not per message.
struct DecidedBy {
    policy: Arc<Policy>,
    since: Duration,
    topic: Result<Arc<TopicPolicy>, Denied>,
    moment: Moment,
    /// Of the keys that were there at that moment.
    generation: u64,
    terms: Terms,
    logs: Logs,
}

/// Where a topic's messages are recorded. Entries say which policy decided, in which form it leaves, to whom and with
/// which key, so each of these has a log of its own.
struct Logs {
    /// Of the first form that leaves, and of whatever leaves in none.
    first: RouteLog,
    /// Of the redacted form, if the clear one leaves too.
    redacted: Option<RouteLog>,
}

impl Logs {
    fn of(&self, form: Form) -> &RouteLog {
        match (form, &self.redacted) {
            (Form::Redacted, Some(log)) => log,
            (Form::Clear | Form::Redacted, _) => &self.first,
        }
    }

    fn each(&self) -> impl Iterator<Item = &RouteLog> {
        [&self.first].into_iter().chain(&self.redacted)
    }
}

/// What a route is made of.
pub struct RouteParts {
    /// The topic on the inner domain.
    pub topic: String,
    /// The type of its messages.
    pub definition: Arc<TypeDefinition>,
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    /// Whether the time can be relied on.
    pub clock: Arc<ClockFloor>,
    /// Where outcomes are recorded.
    pub audit: Arc<Audit>,
    /// What is sealed is sealed with these.
    pub keys: Arc<dyn Keys>,
    /// Redacts and seals what the policy ever lets out in such a form.
    pub protection: Protection,
    /// What the cameras saw.
    pub cameras: Arc<Cameras>,
    /// Where messages come from.
    pub listen: Listen,
    /// Where released messages go.
    pub lanes: Lanes,
}

impl Route {
    /// A route without an input yet.
    pub fn new(parts: RouteParts) -> Route {
        let RouteParts { topic, definition, live, clock, audit, keys, protection, cameras, .. } = parts;
        let exit = Exit {
            topic,
            source: String::new(),
            definition,
            decided_by: None,
            live,
            clock,
            audit,
            keys,
            protection,
            cameras,
            lanes: parts.lanes,
        };
        Route {
            stats: RouteStats::default(),
            opened: Instant::now(),
            turn: Turn::default(),
            waiting: AtomicUsize::new(0),
            path: Mutex::new(Path { inbox: Inbox::new(parts.listen), exit }),
        }
    }

    /// What discovery knows of the publishers, judged by the sources that `policy` wants; `source` tells the audit. From
    /// here on messages of these come in, and leave on lanes of theirs.
    pub fn judge(&self, policy: &Arc<Policy>, plan: &Plan, source: &str) -> Result<(), RosError> {
        let now = self.opened.elapsed();
        let mut path = self.path_first();
        let Path { inbox, exit } = &mut *path;
        // The way out before the way in, so that nothing comes that could not leave.
        let announced = exit.lanes.arrange(plan, now);
        let listening = inbox.judge(policy, plan, now);
        if exit.source != source {
            exit.source = source.into();
            exit.decided_by = None; // what comes from other nodes has entries of its own in the audit
        }
        exit.follow_policy(Time::system(), now);
        let soon = now < WARM_UP && exit.lanes.any();
        if let Some(decided_by) = exit.decided_by.as_ref().filter(|_| soon) {
            decided_by.logs.each().for_each(|log| log.expect(Time::system()));
        }
        announced.and(listening)
    }

    /// What each lane offers outside.
    pub fn offered(&self) -> Vec<Qos> {
        self.path_first().exit.lanes.offered()
    }

    /// Messages that wait until it is known whose they are, or how much their source keeps.
    pub fn waiting(&self) -> usize {
        self.path_first().inbox.parked()
    }

    /// Serves what still waits, and takes leave of the inner domain.
    pub fn disconnect(&self) {
        let started = Instant::now();
        while started.elapsed() < LAST_ROUND && self.serve() {}
        let mut path = self.path_first();
        path.inbox.disconnect();
        path.exit.decided_by = None; // ends the route in the audit
    }

    /// How the one is who looks at its images, in words for diagnostics.
    pub fn redactor_state(&self) -> Option<String> {
        self.path_first().exit.protection.images.as_ref().and_then(ImageRedactor::state)
    }

    /// Gives reliable readers time to get the last of it.
    pub fn flush(&self, patience: Duration) {
        self.path().exit.lanes.flush(patience);
    }

    /// The path before the worker's next message.
    fn path_first(&self) -> MutexGuard<'_, Path> {
        self.waiting.fetch_add(1, SeqCst);
        let path = self.path();
        self.waiting.fetch_sub(1, SeqCst);
        path
    }

    fn path(&self) -> MutexGuard<'_, Path> {
        self.path.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Serve for Route {
    fn serve(&self) -> bool {
        // A frame that is looked at holds the path for long; discovery and policy come before the next one.
        while self.waiting.load(SeqCst) > 0 {
            std::thread::yield_now();
        }
        let mut path = self.path();
        let Path { inbox, exit } = &mut *path;
        let batch = if exit.protection.images.is_some() { 1 } else { BATCH };
        for _ in 0..batch {
            let (taken, elapsed) = (Instant::now(), self.opened.elapsed());
            let now = Time::system();
            exit.follow_policy(now, elapsed);
            // Without a policy nothing is even taken; it waits in the queue, which keeps the newest.
            let Some(DecidedBy { policy, since, terms, logs, .. }) = &exit.decided_by else { return false };
            let redacting = exit.protection.images.is_some() && terms.redacted.is_some();
            let wanted = if redacting { Wanted::Recent } else { Wanted::Every };
            let skipped = self.stats.skipped.load(Relaxed);
            let next = inbox.next(wanted, policy, *since, elapsed, &self.stats);
            let skipped = self.stats.skipped.load(Relaxed) - skipped;
            if skipped > 0 {
                logs.of(Form::Redacted).record_skipped(now, skipped);
            }
            match next {
                Ok(Some(Next { message, lane, depth })) => {
                    exit.serve(message, (lane, depth), taken, now, &self.stats);
                }
                Ok(None) => {
                    // At least once a second: discovery looks at every route as often, and sees to it that it is served.
                    exit.protection.images.iter_mut().for_each(ImageRedactor::tend);
                    return false;
                }
                Err(_) => {
                    // Trying again at once would only spin; the next message or tick tries again.
                    self.stats.failed.fetch_add(1, Relaxed);
                    return false;
                }
            }
        }
        true
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl Exit {
    /// Decides on a message, records it, and publishes it in the forms in which it may leave.
    fn serve(
        &mut self,
        message: Received<'_>,
        (lane, depth): (Option<Lane>, Option<usize>),
        taken: Instant,
        now: Time,
        stats: &RouteStats,
    ) {
        let Some(DecidedBy { topic, moment, logs, .. }) = &self.decided_by else { return };
        let size = message.cdr.message().len() as u64;
        if self.definition.name == CAMERA_INFO_TYPE && message.origin.standing == Standing::Accepted {
            // One that cannot be read is denied below.
            let known = Intrinsics::read(message.cdr.message()).unwrap_or_default();
            self.cameras.set_intrinsics(&self.topic, known);
        }
        let plan = &self.definition.plan;
        let decision = match topic {
            Ok(topic) => guard(topic, plan, &mut self.protection, *moment, message),
            Err(reason) => Err(*reason),
        };
        let releases = match decision {
            Ok(releases) => releases,
            Err(reason) => {
                logs.first.record_denial(now, reason.label());
                return stats.deny(reason);
            }
        };
        match self.lanes.turn_to(lane, depth) {
            Ok(true) => {}
            // More sources than lanes.
            Ok(false) => {
                logs.first.record_denial(now, Denied::NotOpened.label());
                return stats.deny(Denied::NotOpened);
            }
            Err(_) => {
                stats.failed.fetch_add(1, Relaxed);
                return;
            }
        }
        for (form, release) in releases.each() {
            let outcome: Result<Outcome, RosError> = relay(release, now, logs.of(form), &mut self.lanes);
            match outcome {
                Ok(Outcome::Released(redaction)) => {
                    redaction.iter().for_each(|redaction| stats.redact(redaction));
                    stats.released.fetch_add(1, Relaxed);
                    stats.bytes.fetch_add(size, Relaxed);
                    stats.latency.add(taken.elapsed());
                }
                Ok(Outcome::Denied(reason)) => stats.deny(reason),
                // Recorded, and lost on the way out; diagnostics shows the count.
                Err(_) => drop(stats.failed.fetch_add(1, Relaxed)),
            }
        }
    }

    /// Makes sure that the next message is decided by the policy in force now, at the time that it is now, and sealed
    /// with the keys of now.
    fn follow_policy(&mut self, now: Time, elapsed: Duration) {
        let seconds = now.second();
        let trusted = self.clock.trusts(seconds);
        let live = self.live.current();
        let Some(policy) = live.as_ref() else {
            self.decided_by = None;
            return;
        };
        let generation = self.keys.generation();
        let mut since = elapsed;
        if let Some(decided_by) = &mut self.decided_by
            && Arc::ptr_eq(&decided_by.policy, policy)
        {
            let Moment { unix_seconds, trusted: was_trusted, .. } = decided_by.moment;
            if (unix_seconds, was_trusted, decided_by.generation) == (seconds, trusted, generation) {
                return;
            }
            decided_by.moment = policy.moment(seconds, trusted);
            decided_by.generation = generation;
            if decided_by.terms == terms_at(&decided_by.topic, decided_by.moment, self.keys.as_ref()) {
                return;
            }
            since = decided_by.since;
        }
        let (topic, moment) = (self.topic_in(policy), policy.moment(seconds, trusted));
        let terms = terms_at(&topic, moment, self.keys.as_ref());
        if let (Ok(topic), Some(form)) = (&topic, terms.open()) {
            self.lanes.describe(topic.class().name(), form, policy.version());
        }
        let logs = self.logs(topic.as_deref().ok(), terms, moment, policy.version());
        self.decided_by =
            Some(DecidedBy { policy: Arc::clone(policy), since, topic, moment, generation, terms, logs });
    }

    fn logs(&self, topic: Option<&TopicPolicy>, terms: Terms, moment: Moment, policy: u64) -> Logs {
        let nowhere = !self.lanes.any();
        let terms = if nowhere { Terms::default() } else { terms };
        let log = |exit| self.audit.route(self.info(topic, exit, moment, policy));
        let mut exits = terms.each();
        Logs { first: log(exits.next()), redacted: exits.next().map(|exit| log(Some(exit))) }
    }

    /// A form's way out as the audit enters it. A topic that is not declared any more counts as contextual.
    fn info(
        &self,
        topic: Option<&TopicPolicy>,
        exit: Option<(Form, Audience)>,
        moment: Moment,
        policy: u64,
    ) -> RouteInfo {
        let class = topic.map(TopicPolicy::class);
        let (form, audience, epoch) = match exit {
            None => ("none", "nobody".into(), 0),
            Some((form, Audience::Everyone)) => (form.name(), "everyone".into(), 0),
            Some((form, Audience::Group(_, key))) => {
                let group = topic.and_then(|topic| topic.group(form));
                let members: Vec<&str> =
                    group.map(|group| group.members(moment).map(AsRef::as_ref).collect()).unwrap_or_default();
                (form.name(), members.join(" "), key.unwrap_or_default().into())
            }
        };
        RouteInfo {
            topic: self.topic.clone(),
            type_name: self.definition.name.clone(),
            class: class.map(|class| class.name().into()).unwrap_or_default(),
            contextual: class.is_none_or(|class| class.is_contextual()),
            form: form.into(),
            audience,
            policy,
            epoch,
            source: self.source.clone(),
        }
    }

    /// What `policy` says of this topic, if it still declares it with the type that this route was made for.
    fn topic_in(&self, policy: &Policy) -> Result<Arc<TopicPolicy>, Denied> {
        let topic = policy.topic(&self.topic).ok_or(Denied::UndeclaredTopic)?;
        if policy.open_sibling(&self.topic).is_some() {
            return Err(Denied::OpenSibling);
        }
        if topic.type_name() != self.definition.name {
            return Err(Denied::WrongType);
        }
        match topic.type_hash() {
            Some(pinned) if pinned != self.definition.hash => Err(Denied::WrongTypeHash),
            _ => Ok(Arc::clone(topic)),
        }
    }
}

/// The terms on which a topic leaves.
fn terms_at(topic: &Result<Arc<TopicPolicy>, Denied>, moment: Moment, keys: &dyn Keys) -> Terms {
    topic.as_ref().map(|topic| Terms::of(topic, moment, keys)).unwrap_or_default()
}
