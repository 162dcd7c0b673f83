//! The thread that talks to the keeper.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;

use super::super::frame::{self, FrameError, Frames};
use super::super::lease::CommandLease;
use super::super::protocol::{Apply, FromGuard, GuardHello, Held, Hello, News, PolicyHash, ToGuard, VERSION};
use super::ring::{Pending, Ring};
use super::{Event, Guard};
use discreet_host::sync::lock;

/// Between two attempts to connect: at first, and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(2)];
/// The longest silence of a keeper, which sends a sign of life every second.
const SILENCE: Duration = Duration::from_secs(5);
/// Interval at which keys that have ended are dropped.
const TICK: Duration = Duration::from_millis(500);
/// Time limit for sending a frame.
const SENT_WITHIN: Duration = Duration::from_secs(1);
/// The most received keys that wait for an `Apply`: far more than any policy has groups.
const MOST_PENDING: usize = 20_000;

/// State that thread and callers share.
pub(super) struct Shared {
    guard: Guard,
    tell: Box<dyn Fn(&Event) + Send + Sync>,
    pub ring: ArcSwap<Ring>,
    state: Mutex<State>,
    pub changed: Condvar,
    pub lease: CommandLease,
    writer: Mutex<Option<UnixStream>>,
    stopped: AtomicBool,
}

/// State of the connection.
#[derive(Default)]
pub(super) struct State {
    pub wanted: Option<PolicyHash>,
    pub applied: Option<PolicyHash>,
    pub connected: bool,
    /// The keeper's memory, from its first message.
    pub held: Option<Held>,
    /// The last mark of its state.
    mark: Option<String>,
}

/// One connection, from its start.
pub struct Session {
    /// The keeper has answered.
    pub answered: bool,
    pending: Vec<Pending>,
    /// The time of its last message.
    heard: Instant,
}

/// A time by two clocks.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Monotonic.
    pub at: Instant,
    /// Seconds since 1970.
    pub second: i64,
}

/// Starts the thread.
pub(super) fn start(shared: &Arc<Shared>) {
    let thread = Arc::clone(shared);
    let started = std::thread::Builder::new().name("keeper".into()).spawn(move || thread.run());
    if let Err(error) = started {
        shared.tell(&Event::KeeperGone(format!("cannot start the thread that talks to it: {error}")));
    }
}

impl Shared {
    pub fn new(guard: Guard, tell: Box<dyn Fn(&Event) + Send + Sync>) -> Shared {
        Shared {
            guard,
            tell,
            ring: ArcSwap::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
            lease: CommandLease::default(),
            writer: Mutex::default(),
            stopped: AtomicBool::new(false),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub fn tell(&self, event: &Event) {
        (self.tell)(event);
    }

    /// Asks for keys for another policy: now if there is a connection, and at the start of each later one.
    pub fn want(&self, policy: PolicyHash) {
        self.state().wanted = Some(policy);
        self.changed.notify_all();
        // If the send fails, the connection ends, and the next begins with it.
        let _ends = self.say(&FromGuard::Want(policy));
    }

    pub fn socket_is_there(&self) -> bool {
        self.guard.socket.exists()
    }

    pub fn stop(&self) {
        self.stopped.store(true, Relaxed);
        self.hang_up();
        self.changed.notify_all();
    }

    fn hang_up(&self) {
        if let Some(stream) = lock(&self.writer).take() {
            let _closed_already = stream.shutdown(std::net::Shutdown::Both);
        }
    }

    fn say(&self, message: &FromGuard) -> Result<(), FrameError> {
        match lock(&self.writer).as_mut() {
            Some(stream) => frame::send(stream, message),
            None => Err(FrameError::Closed),
        }
    }

    fn run(&self) {
        let mut pause = PAUSES[0];
        let mut told = None;
        while !self.stopped.load(Relaxed) {
            let mut answered = false;
            let end = self.session(&mut answered).err().unwrap_or(FrameError::Closed);
            self.hang_up();
            if self.stopped.load(Relaxed) {
                return;
            }
            let why = self.why(&end);
            if answered || told.as_ref() != Some(&why) {
                self.tell(&Event::KeeperGone(why.clone()));
                told = Some(why);
            }
            pause = if answered { PAUSES[0] } else { (pause * 2).min(PAUSES[1]) };
            self.rest(pause);
        }
    }

    fn why(&self, end: &FrameError) -> String {
        let socket = self.guard.socket.display();
        match end {
            FrameError::Broken(error) if error.kind() == io::ErrorKind::NotFound => {
                format!(
                    "no keeper listens at {socket}: start `keeper`, or name its socket (parameter `keeper`)"
                )
            }
            end => format!("{socket}: {end}"),
        }
    }

    /// Waits, and meanwhile drops keys that end.
    fn rest(&self, pause: Duration) {
        let until = Instant::now() + pause;
        self.tick(Now::system().second);
        let mut state = self.state();
        while !self.stopped.load(Relaxed) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// One connection, from hello to its end.
    fn session(&self, answered: &mut bool) -> Result<(), FrameError> {
        let mut stream = super::super::peer::connect(&self.guard.socket).map_err(FrameError::Broken)?;
        stream.set_read_timeout(Some(TICK)).map_err(FrameError::Broken)?;
        stream.set_write_timeout(Some(SENT_WITHIN)).map_err(FrameError::Broken)?;
        frame::send(&mut stream, &Hello::Guard(self.hello()))?;
        *lock(&self.writer) = Some(stream.try_clone().map_err(FrameError::Broken)?);
        // After the writer exists: a later request for another policy is sent by its caller.
        let wanted = self.state().wanted;
        if let Some(policy) = wanted {
            self.say(&FromGuard::Want(policy))?;
        }
        let outcome = self.listen(&mut stream, answered);
        self.disconnected();
        outcome
    }

    fn listen(&self, stream: &mut UnixStream, answered: &mut bool) -> Result<(), FrameError> {
        let (mut frames, mut session) = (Frames::default(), Session::new(Instant::now()));
        loop {
            let message = frames.read::<ToGuard>(stream);
            let now = Now::system();
            self.tick(now.second);
            if self.stopped.load(Relaxed) {
                return Ok(());
            }
            if let Err(FrameError::Idle) = message {
                if session.is_silent(now.at) {
                    return Err(FrameError::Late);
                }
                continue;
            }
            if session.is_silent(now.at - TICK) {
                // This process was suspended, and the bytes in the socket are old: the keeper may have ended since.
                return Err(FrameError::Late);
            }
            let answer = self.receive(&mut session, message?, now);
            *answered = session.answered;
            if let Some(answer) = answer? {
                self.say(&answer)?;
            }
        }
    }

    /// Takes a message of the keeper; gives the answer to it.
    pub fn receive(
        &self,
        session: &mut Session,
        message: ToGuard,
        now: Now,
    ) -> Result<Option<FromGuard>, FrameError> {
        session.heard = now.at;
        if let ToGuard::Refused(why) = message {
            return Err(FrameError::Broken(io::Error::new(io::ErrorKind::PermissionDenied, why)));
        }
        if !std::mem::replace(&mut session.answered, true) {
            // Before the wait for keys: this may have to wait for a switch of the policy.
            self.tell(&Event::Trust(match &message {
                ToGuard::Trust(told) => Some(told.clone().trust().map_err(|_| FrameError::Odd)?),
                _ => None,
            }));
            self.state().connected = true;
            self.tell(&Event::KeeperBack);
        }
        match message {
            ToGuard::Alive => self.renew_lease(now),
            ToGuard::Refused(_) | ToGuard::Trust(_) => {}
            ToGuard::Held(held) => self.hold(held),
            ToGuard::Key(key) if session.pending.len() < MOST_PENDING => {
                session.pending.push(Pending::new(key).ok_or(FrameError::Odd)?);
            }
            ToGuard::Key(_) => return Err(FrameError::TooLong),
            ToGuard::Apply(apply) => {
                return Ok(Some(self.apply(&apply, std::mem::take(&mut session.pending), now)));
            }
            ToGuard::Mismatch(mismatch) => {
                {
                    let mut state = self.state();
                    if state.wanted == Some(mismatch.wanted) {
                        // The keeper gave keys for the policy before, and gives none now: the lease is not
                        // renewed either.
                        state.applied = None;
                    }
                }
                self.tell(&Event::Mismatch(mismatch.reason));
            }
        }
        Ok(None)
    }

    /// The first message of a connection.
    pub fn hello(&self) -> GuardHello {
        let Guard { sender, receiver, domain, .. } = &self.guard;
        GuardHello {
            version: VERSION,
            sender: sender.public(),
            receiver: *receiver,
            receiver_id: self.ring.load().grants.receiver_id,
            domain: *domain,
            mark: self.state().mark.clone().or_else(|| self.guard.mark.clone()),
        }
    }

    /// The connection is over.
    pub fn disconnected(&self) {
        let mut state = self.state();
        // Keys that it still has are for that policy, but none will follow.
        (state.connected, state.applied) = (false, None);
    }

    fn hold(&self, held: Held) {
        let mark = held.mark.clone();
        let mut state = self.state();
        let known = state.mark.as_ref().or(self.guard.mark.as_ref()) == Some(&mark);
        state.mark = Some(mark.clone());
        state.held.get_or_insert(held);
        drop(state);
        self.changed.notify_all();
        if !known {
            self.tell(&Event::Marked(mark));
        }
    }

    fn apply(&self, apply: &Apply, pending: Vec<Pending>, now: Now) -> FromGuard {
        let ring = self.ring.load().after(apply, pending, &self.guard.sender, now.second);
        self.ring.store(Arc::new(ring));
        self.state().applied = Some(apply.policy);
        self.renew_lease(now);
        self.changed.notify_all();
        self.tell(&Event::Changed);
        for news in &apply.news {
            self.tell(&match news {
                News::Revoked(who) => Event::Revoked(who.clone()),
                News::Granted(who) => Event::Granted(who.clone()),
                News::Rekeyed(who, which) => Event::Rekeyed(who.clone(), which.clone()),
                News::AnotherGuard(which) => Event::AnotherGuard(which.clone()),
                News::NewState(what) => Event::NewState(what.clone()),
                News::LogGone(what) => Event::LogGone(what.clone()),
            });
        }
        FromGuard::Applied(apply.number)
    }

    /// A message of the keeper has come. A keeper that serves another policy does not renew this one's lease.
    fn renew_lease(&self, now: Now) {
        let state = self.state();
        if state.applied.is_some() && state.applied == state.wanted {
            self.lease.renew(now.at, now.second);
        }
    }

    /// Drops keys that have ended.
    pub fn tick(&self, second: i64) {
        if let Some(ring) = self.ring.load().without_ended(second) {
            self.ring.store(Arc::new(ring));
            self.tell(&Event::Changed);
        }
    }
}

impl Now {
    fn system() -> Now {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        Now { at: Instant::now(), second: i64::try_from(since).unwrap_or(i64::MAX) }
    }
}

impl Session {
    /// It begins now.
    pub fn new(at: Instant) -> Session {
        Session { answered: false, pending: Vec::new(), heard: at }
    }

    /// True if the keeper has said nothing for too long.
    pub fn is_silent(&self, at: Instant) -> bool {
        at.saturating_duration_since(self.heard) > SILENCE
    }
}
