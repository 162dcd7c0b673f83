//! The keeper's socket: who may connect, and one thread for each who does.

mod bind;
mod connection;
mod door;

use std::collections::HashMap;
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::engine::Engine;
use super::peer::Peer;
use super::state::StateFault;
use discreet_host::sync::lock;

pub use bind::BindError;
pub use door::Door;

/// Connections of one user at a time.
const MOST_CONNECTIONS: usize = 16;
/// Interval of [`Engine::tick`].
const TICK: Duration = Duration::from_millis(200);

/// Reason for which the keeper ends.
#[derive(Debug, thiserror::Error)]
pub enum ServerFault {
    /// Its state cannot be written.
    #[error(transparent)]
    State(#[from] StateFault),
    /// Its socket is broken.
    #[error("the socket: {0}")]
    Socket(#[from] std::io::Error),
}

/// A keeper that listens.
pub struct Server {
    listener: UnixListener,
    shared: Arc<Shared>,
}

/// State that the threads share.
struct Shared {
    engine: Mutex<Engine>,
    /// Signals that a guard has confirmed something, or has disconnected.
    confirmed: Condvar,
    /// Connections by user: a user at its limit does not affect the others.
    connections: Mutex<HashMap<u32, usize>>,
    door: Door,
    fault: Mutex<Option<StateFault>>,
    /// The time of the last logged refusal, and the number of refusals since.
    refused: Mutex<(Option<Instant>, u64)>,
    log: Box<dyn Fn(&str) + Send + Sync>,
}

impl Server {
    /// Listens. The state is already open and locked, so a second keeper cannot do the same.
    pub fn new(
        door: Door,
        engine: Engine,
        log: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Server, BindError> {
        let listener = bind::bind(&door)?;
        let shared = Shared {
            engine: Mutex::new(engine),
            confirmed: Condvar::new(),
            connections: Mutex::default(),
            door,
            fault: Mutex::default(),
            refused: Mutex::default(),
            log: Box::new(log),
        };
        Ok(Server { listener, shared: Arc::new(shared) })
    }

    /// Serves until `stop` is set or a fault occurs. Then it removes the socket.
    pub fn run(&self, stop: &AtomicBool) -> Result<(), ServerFault> {
        let ended = self.serve(stop);
        let _gone_already = std::fs::remove_file(&self.shared.door.socket);
        ended
    }

    fn serve(&self, stop: &AtomicBool) -> Result<(), ServerFault> {
        let mut due = Instant::now();
        while !stop.load(Relaxed) {
            let wait = due.saturating_duration_since(Instant::now());
            let wait = Timespec::try_from(wait).unwrap_or_default();
            let mut polled = [PollFd::new(&self.listener, PollFlags::IN)];
            match poll(&mut polled, Some(&wait)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => self.accept()?,
                Err(error) => return Err(std::io::Error::from(error).into()),
            }
            if Instant::now() >= due {
                due = Instant::now() + TICK;
                self.shared.engine().tick(now())?;
            }
            if let Some(fault) = lock(&self.shared.fault).take() {
                return Err(fault.into());
            }
        }
        Ok(())
    }

    fn accept(&self) -> Result<(), ServerFault> {
        let stream = match self.listener.accept() {
            Ok((stream, _)) => stream,
            // The caller has disconnected, or too many files are open.
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => {
                self.shared.say(&format!("a connection was not taken: {error}"));
                std::thread::sleep(Duration::from_millis(10));
                return Ok(());
            }
        };
        let peer = match Peer::of(&stream) {
            Ok(peer) => peer,
            Err(error) => {
                self.shared
                    .refuse(&format!("a connection was refused: its user cannot be determined: {error}"));
                return Ok(());
            }
        };
        if !self.shared.door.lets_in(peer.uid) {
            self.shared.refuse(&format!("process {} of user {} was refused", peer.pid, peer.uid));
            return Ok(());
        }
        if !self.shared.comes(peer.uid) {
            self.shared.refuse(&format!(
                "process {} was refused: its user {} has {MOST_CONNECTIONS} connections",
                peer.pid, peer.uid
            ));
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let started = std::thread::Builder::new().name("connection".into()).spawn(move || {
            connection::serve(&shared, stream, peer);
            shared.goes(peer.uid);
        });
        if let Err(error) = started {
            self.shared.goes(peer.uid);
            self.shared.say(&format!("process {} was refused: {error}", peer.pid));
        }
        Ok(())
    }
}

impl Shared {
    /// Counts a connection of a user: `false` if it has as many as it may have.
    fn comes(&self, uid: u32) -> bool {
        let mut connections = lock(&self.connections);
        let of_user = connections.entry(uid).or_default();
        let room = *of_user < MOST_CONNECTIONS;
        *of_user += usize::from(room);
        room
    }

    fn goes(&self, uid: u32) {
        if let Some(of_user) = lock(&self.connections).get_mut(&uid) {
            *of_user = of_user.saturating_sub(1);
        }
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        lock(&self.engine)
    }

    /// Logs a refusal: at most once a second, with the number of others.
    fn refuse(&self, text: &str) {
        let mut refused = lock(&self.refused);
        let (since, count) = &mut *refused;
        if since.is_some_and(|since| since.elapsed() < Duration::from_secs(1)) {
            *count += 1;
            return;
        }
        let besides = if *count > 0 { format!(" ({count} others before)") } else { String::new() };
        (*since, *count) = (Some(Instant::now()), 0);
        drop(refused);
        self.say(&format!("{text}{besides}"));
    }

    fn say(&self, text: &str) {
        (self.log)(text);
    }

    /// The value, or the end of the keeper.
    fn sound<T>(&self, outcome: Result<T, StateFault>) -> Option<T> {
        outcome.map_err(|fault| *lock(&self.fault) = Some(fault)).ok()
    }
}

/// The system's time.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}
