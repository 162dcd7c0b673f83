//! One topic's way from the inner to the outer domain.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::RosError;
use super::inbox::{Inbox, Listen, Next, Take};
use super::lanes::Lanes;
use super::slot::{Slot, Taken};
use super::workers::{Serve, Turn};
use discreet_audit::{Audit, RouteInfo, RouteLog, Time};
use discreet_cdr::types::TypeDefinition;
use discreet_graph::qos::Qos;
use discreet_guard::delivery::{Delivery, DeliveryAudience, members};
use discreet_guard::denied::Denied;
use discreet_guard::lanes::{Lane, Plan};
use discreet_guard::message::Received;
use discreet_guard::protect::Protection;
use discreet_guard::relay::{Outcome, guard, relay};
use discreet_guard::sources::PublisherTrust;
use discreet_guard::stats::RouteStats;
use discreet_host::clock::ClockFloor;
use discreet_policy::{Form, LivePolicy, Moment, Policy, TopicPolicy};
use discreet_redact::{CAMERA_INFO_TYPE, Cameras, ImageRedactor, Intrinsics};
use discreet_seal::epoch_keys::Keys;

/// Messages served in one go before other routes have their turn.
const BATCH: usize = 16;

/// A new source soon publishes: for so long the audit is kept ready for it.
const WARM_UP: Duration = Duration::from_secs(5);

/// A route that ends waits so long for the message that is being decided on. It does not leave after that.
const UNDER_WAY: Duration = Duration::from_millis(100);

/// A topic that is being guarded.
///
/// Discovery, diagnostics and the end of the guard leave word here, and read what was left for them: none of them waits
/// for a message to be decided on, however long that takes.
pub struct Route {
    /// Its counters.
    pub stats: RouteStats,
    opened: Instant,
    turn: Turn,
    path: Slot<Path>,
    /// What discovery said last, until the worker has heard it.
    verdict: Mutex<Option<Verdict>>,
    heard: AtomicBool,
    winding_up: AtomicBool,
    /// Since it winds up, everything that waited was served.
    served: Mutex<bool>,
    all_served: Condvar,
    /// Nothing leaves any more.
    ended: AtomicBool,
    snapshot: Mutex<Snapshot>,
    /// Messages that wait until it is known whose they are, or how much their source keeps.
    parked: AtomicUsize,
}

/// How the path was when the worker left it, for diagnostics and the catalogue.
#[derive(Default, Clone)]
struct Snapshot {
    redactor: Option<String>,
    /// What each lane offers outside.
    offered: Vec<Qos>,
    /// Why a publisher or subscription could not be made.
    trouble: Option<String>,
}

/// What discovery knows of the publishers, judged by a policy's sources.
struct Verdict {
    policy: Arc<Policy>,
    plan: Plan,
    source: String,
}

/// What serving a message needs. Touched by one worker at a time.
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
    delivery: Delivery,
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
    /// A route that nothing comes in on yet.
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
            snapshot: Mutex::new(Snapshot { redactor: exit.redactor_state(), ..Snapshot::default() }),
            parked: AtomicUsize::new(0),
            path: Slot::new(Path { inbox: Inbox::new(parts.listen), exit }),
            verdict: Mutex::default(),
            heard: AtomicBool::new(true),
            winding_up: AtomicBool::new(false),
            served: Mutex::default(),
            all_served: Condvar::new(),
            ended: AtomicBool::new(false),
        }
    }

    /// From here on messages come in, from the publishers in `plan`, and leave on lanes of theirs. To be called before anybody
    /// else knows of the route.
    pub fn begin(&self, policy: &Arc<Policy>, plan: Plan, source: &str) {
        self.judge(policy, plan, source);
        self.path.with(|path| self.hear(path));
    }

    /// What discovery knows of the publishers, judged by the sources that `policy` wants; `source` tells the audit. It holds
    /// from the next message on that is taken; whoever serves the route has to be told that there is something to do.
    pub fn judge(&self, policy: &Arc<Policy>, plan: Plan, source: &str) {
        let verdict = Verdict { policy: Arc::clone(policy), plan, source: source.into() };
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
        self.heard.store(false, SeqCst);
    }

    /// What each lane offers outside.
    pub fn offered(&self) -> Vec<Qos> {
        self.snapshot().offered.clone()
    }

    /// Why something of the route could not be made, if that is so.
    pub fn trouble(&self) -> Option<String> {
        self.snapshot().trouble.clone()
    }

    /// Messages that wait until it is known whose they are, or how much their source keeps.
    pub fn waiting(&self) -> usize {
        self.parked.load(Relaxed)
    }

    /// The route is about to end: its worker, which has to be told that there is something to do, says when nothing waits
    /// any more.
    pub fn wind_up(&self) {
        self.winding_up.store(true, SeqCst);
    }

    /// Takes leave of the inner domain, once nothing waits any more or `until` has come. A message that is being decided on
    /// for longer than a moment does not leave, and its worker takes the leave when it is done.
    pub fn disconnect(&self, until: Instant) {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        while !*served && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            served = self.all_served.wait_timeout(served, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(served);
        self.ended.store(true, SeqCst);
        if let Some(path) = self.path.take_within(UNDER_WAY).as_mut().and_then(Taken::get) {
            path.end();
        }
    }

    /// How the one is who looks at its images, in words for diagnostics.
    pub fn redactor_state(&self) -> Option<String> {
        self.snapshot().redactor.clone()
    }

    fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives reliable readers time to get the last of it.
    pub fn flush(&self, patience: Duration) {
        if let Some(path) = self.path.take_within(patience).as_mut().and_then(Taken::get) {
            path.exit.lanes.flush(patience);
        }
    }

    /// What discovery said meanwhile holds from the next message on.
    fn hear(&self, path: &mut Path) {
        if self.heard.load(SeqCst) {
            return;
        }
        self.heard.store(true, SeqCst);
        let verdict = self.verdict.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Verdict { policy, plan, source }) = verdict else { return };
        let now = self.opened.elapsed();
        let Path { inbox, exit } = path;
        // The way out before the way in, so that nothing comes that could not leave.
        let announced = exit.lanes.arrange(&plan, now);
        let listening = inbox.judge(&policy, &plan, now);
        {
            let mut snapshot = self.snapshot();
            snapshot.offered = exit.lanes.offered();
            snapshot.trouble = announced.and(listening).err().map(|error| error.to_string());
        }
        if exit.source != source {
            exit.source = source;
            exit.decided_by = None; // what comes from other nodes has entries of its own in the audit
        }
        exit.follow_policy(Time::system(), now);
        let soon = now < WARM_UP && exit.lanes.any();
        if let Some(decided_by) = exit.decided_by.as_ref().filter(|_| soon) {
            decided_by.logs.each().for_each(|log| log.expect(Time::system()));
        }
    }

    fn serve_with(&self, path: &mut Path) -> bool {
        let batch = if path.exit.protection.images.is_some() { 1 } else { BATCH };
        for _ in 0..batch {
            if self.ended.load(SeqCst) {
                path.end();
                return false;
            }
            self.hear(path);
            let Path { inbox, exit } = &mut *path;
            let (taken, elapsed) = (Instant::now(), self.opened.elapsed());
            let now = Time::system();
            exit.follow_policy(now, elapsed);
            // Without a policy nothing is even taken; it waits in the queue, which keeps the newest.
            let Some(DecidedBy { policy, since, delivery, logs, .. }) = &exit.decided_by else {
                return false;
            };
            let redacting = exit.protection.images.is_some() && delivery.redacted.is_some();
            let desired = if redacting { Take::Recent } else { Take::Every };
            let skipped = self.stats.skipped.load(Relaxed);
            let next = inbox.next(desired, policy, *since, elapsed, &self.stats);
            let skipped = self.stats.skipped.load(Relaxed) - skipped;
            if skipped > 0 {
                logs.of(Form::Redacted).record_skipped(now, skipped);
            }
            match next {
                Ok(Some(Next { message, lane, depth })) => {
                    exit.serve(message, (lane, depth), taken, now, &self.stats, &self.ended);
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
}

impl Serve for Route {
    fn serve(&self) -> bool {
        // Nobody else has it but who ends the route.
        let mut taken = self.path.take();
        let Some(path) = taken.as_mut().and_then(Taken::get) else { return false };
        let more = self.serve_with(path);
        // What discovery said last comes before the end: there may be messages that wait for it.
        if !more && self.winding_up.load(SeqCst) && self.heard.load(SeqCst) {
            *self.served.lock().unwrap_or_else(PoisonError::into_inner) = true;
            self.all_served.notify_all();
        }
        self.parked.store(path.inbox.parked(), Relaxed);
        if path.exit.protection.images.is_some() {
            self.snapshot().redactor = path.exit.redactor_state();
        }
        if path.exit.lanes.changed() {
            self.snapshot().offered = path.exit.lanes.offered();
        }
        if self.ended.load(SeqCst) {
            path.end();
            return false;
        }
        more
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl Path {
    /// Takes leave of the inner domain, and ends the route in the audit.
    fn end(&mut self) {
        self.inbox.disconnect();
        self.exit.decided_by = None;
    }
}

impl Exit {
    fn redactor_state(&self) -> Option<String> {
        self.protection.images.as_ref().and_then(ImageRedactor::state)
    }

    /// Decides on a message, records it, and publishes it in the forms in which it may leave, unless the route has `ended`
    /// meanwhile.
    fn serve(
        &mut self,
        message: Received<'_>,
        (lane, depth): (Option<Lane>, Option<usize>),
        taken: Instant,
        now: Time,
        stats: &RouteStats,
        ended: &AtomicBool,
    ) {
        let Some(DecidedBy { topic, moment, logs, .. }) = &self.decided_by else { return };
        let size = message.cdr.message().len() as u64;
        if self.definition.name == CAMERA_INFO_TYPE && message.origin.trust == PublisherTrust::Accepted {
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
        if ended.load(SeqCst) {
            return; // it took so long that nobody waited for it
        }
        match self.lanes.turn_to(lane, depth) {
            Ok(true) => drop(stats.displaced.fetch_add(self.lanes.displaced(), Relaxed)),
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
            if decided_by.delivery == delivery_at(&decided_by.topic, decided_by.moment, self.keys.as_ref()) {
                return;
            }
            since = decided_by.since;
        }
        let (topic, moment) = (self.topic_in(policy), policy.moment(seconds, trusted));
        let delivery = delivery_at(&topic, moment, self.keys.as_ref());
        if let (Ok(topic), Some(form)) = (&topic, delivery.open()) {
            self.lanes.describe(topic.class().name(), form, policy.version());
        }
        let logs = self.logs(topic.as_deref().ok(), delivery, moment, policy.version());
        self.decided_by =
            Some(DecidedBy { policy: Arc::clone(policy), since, topic, moment, generation, delivery, logs });
    }

    fn logs(&self, topic: Option<&TopicPolicy>, delivery: Delivery, moment: Moment, policy: u64) -> Logs {
        let nowhere = !self.lanes.any();
        let delivery = if nowhere { Delivery::default() } else { delivery };
        let log = |exit| self.audit.route(self.info(topic, exit, moment, policy));
        let mut exits = delivery.each();
        Logs { first: log(exits.next()), redacted: exits.next().map(|exit| log(Some(exit))) }
    }

    /// A form's way out as the audit enters it. A topic that is not declared any more counts as contextual.
    fn info(
        &self,
        topic: Option<&TopicPolicy>,
        exit: Option<(Form, DeliveryAudience)>,
        moment: Moment,
        policy: u64,
    ) -> RouteInfo {
        let class = topic.map(TopicPolicy::class);
        let (form, audience, epoch) = match exit {
            None => ("none", "nobody".into(), 0),
            Some((form, DeliveryAudience::Everyone)) => (form.name(), "everyone".into(), 0),
            Some((form, DeliveryAudience::Group(group, key))) => {
                // Not the policy's members: the key tells whom the keeper left out.
                let members = members(self.keys.as_ref(), &group, moment.unix_seconds, key);
                let audience = if members.is_empty() { "nobody".into() } else { members.join(" ") };
                (form.name(), audience, key.unwrap_or_default().into())
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

/// The delivery on which a topic leaves.
fn delivery_at(topic: &Result<Arc<TopicPolicy>, Denied>, moment: Moment, keys: &dyn Keys) -> Delivery {
    topic.as_ref().map(|topic| Delivery::of(topic, moment, keys)).unwrap_or_default()
}
