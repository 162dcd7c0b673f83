//! One connection, from its hello to its end.

use std::io::Write;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::super::engine::{Engine, Ordered};
use super::super::frame::{Frame, FrameError, Frames, send};
use super::super::peer::Peer;
use super::super::protocol::{FromAdmin, FromGuard, GuardHello, Hello, ToAdmin, ToGuard, VERSION};
use super::super::state::StateFault;
use super::super::who::who;
use super::{Shared, now};
use discreet_seal::identity::is_name;

/// Interval of checks on a silent connection.
const TICK: Duration = Duration::from_millis(500);
/// Time limit for sending a frame.
const SENT_WITHIN: Duration = Duration::from_secs(1);
/// Time limit for a new connection's hello, and for its question.
const HELLO_WITHIN: Duration = Duration::from_secs(2);
/// Frames that wait for a guard: a whole policy's keys.
const MOST_WAITING: usize = 16_384;
/// Time after which a guard that has ended is disconnected.
const GONE_WITHIN: Duration = Duration::from_secs(1);
/// Time limit for the guards' confirmations of an order.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(1);

pub(super) fn serve(shared: &Shared, mut stream: UnixStream, peer: Peer) {
    let mut frames = Frames::default();
    let outcome = prepare(&stream).and_then(|()| soon(&mut frames, &mut stream));
    let ended = match outcome {
        Ok(Hello::Guard(hello)) if hello.version == VERSION => guard(shared, stream, frames, peer, hello),
        Ok(Hello::Admin { version }) if version == VERSION => admin(shared, stream, frames, peer),
        Ok(_) => {
            shared
                .say(&format!("process {} speaks another version; install both from one release", peer.pid));
            return;
        }
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) | Err(FrameError::Closed) => {}
        Err(error) => shared.say(&format!("the connection of process {} was ended: {error}", peer.pid)),
    }
}

fn prepare(stream: &UnixStream) -> Result<(), FrameError> {
    let set = || {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(SENT_WITHIN))
    };
    set().map_err(FrameError::Broken)
}

/// A frame that must come soon.
fn soon<T: serde::de::DeserializeOwned>(
    frames: &mut Frames,
    stream: &mut UnixStream,
) -> Result<T, FrameError> {
    let until = Instant::now() + HELLO_WITHIN;
    loop {
        match frames.read(stream) {
            Err(FrameError::Idle) if Instant::now() < until => {}
            Err(FrameError::Idle) => return Err(FrameError::Late),
            other => return other,
        }
    }
}

fn guard(
    shared: &Shared,
    mut stream: UnixStream,
    mut frames: Frames,
    peer: Peer,
    hello: GuardHello,
) -> Result<(), FrameError> {
    let refused = shared.door.refuses_guard(peer.uid);
    if let Some(why) = refused.or_else(|| shared.engine().outdated().map(str::to_owned)) {
        shared.say(&format!("guard {} was refused: {why}", peer.pid));
        return send(&mut stream, &ToGuard::Refused(why));
    }
    let writer = stream.try_clone().map_err(FrameError::Broken)?;
    let (outbox, waiting) = sync_channel::<Frame>(MOST_WAITING);
    let started = std::thread::Builder::new().name("writer".into()).spawn(move || write(writer, &waiting));
    started.map_err(FrameError::Broken)?;
    let outbox = Box::new(move |frame: Frame| outbox.try_send(frame).is_ok());
    if is_gone(&stream) {
        return Err(FrameError::Closed);
    }
    let connected = match alone(shared, peer, hello.domain) {
        Some(mut engine) => engine.connect(peer, hello, outbox),
        None => {
            drop(outbox); // ends the writer
            let why = "another process of this user is the guard of that domain already".to_owned();
            return send(&mut stream, &ToGuard::Refused(why));
        }
    };
    let id = shared.sound(connected).ok_or(FrameError::Closed)?;
    let ended = listen(shared, &mut stream, &mut frames, id);
    let why = ended.as_ref().err().map(ToString::to_string).unwrap_or_default();
    shared.engine().disconnect(id, &why);
    shared.confirmed.notify_all();
    let _closed_already = stream.shutdown(Shutdown::Both);
    Ok(())
}

/// True if the other end has closed it already. After the keeper was stopped for a while, such connections wait to be
/// accepted.
fn is_gone(stream: &UnixStream) -> bool {
    let mut polled = [PollFd::new(stream, PollFlags::RDHUP)];
    poll(&mut polled, Some(&Timespec::default())).is_ok() && !polled[0].revents().is_empty()
}

/// The engine, once no other guard serves this domain. A guard that has just ended may still be connected; one that
/// stays keeps the domain, because the second is more likely the wrong one.
fn alone(shared: &Shared, peer: Peer, domain: u32) -> Option<MutexGuard<'_, Engine>> {
    let until = Instant::now() + GONE_WITHIN;
    let mut engine = shared.engine();
    while engine.has_guard(peer, domain) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            engine.guard_refused(peer, domain);
            return None;
        }
        engine = shared.confirmed.wait_timeout(engine, left).unwrap_or_else(PoisonError::into_inner).0;
    }
    Some(engine)
}

/// Sends waiting frames until the other end disconnects. A guard that does not read is disconnected.
fn write(mut stream: UnixStream, waiting: &Receiver<Frame>) {
    while let Ok(frame) = waiting.recv() {
        if stream.write_all(&frame).is_err() {
            break;
        }
    }
    let _closed_already = stream.shutdown(Shutdown::Both);
}

fn listen(shared: &Shared, stream: &mut UnixStream, frames: &mut Frames, id: u64) -> Result<(), FrameError> {
    loop {
        let message = match frames.read::<FromGuard>(stream) {
            Err(FrameError::Idle) => None,
            message => Some(message?),
        };
        let mut engine = shared.engine();
        if let Some(message) = message {
            let heard = engine.hear(id, &message, now());
            shared.sound(heard).ok_or(FrameError::Closed)?;
            shared.confirmed.notify_all();
        }
        if engine.session(id).is_none_or(|session| session.is_broken()) {
            return Err(FrameError::Late);
        }
    }
}

fn admin(shared: &Shared, mut stream: UnixStream, mut frames: Frames, peer: Peer) -> Result<(), FrameError> {
    let question = soon(&mut frames, &mut stream)?;
    if let Some(why) = shared.door.refuses_admin(peer.uid) {
        shared.say(&format!("an order of process {} was refused: {why}", peer.pid));
        return send(&mut stream, &ToAdmin::Refused(why));
    }
    let refused = |who: &String| {
        let why = if is_name(who) {
            shared.engine().outdated().map(str::to_owned)
        } else {
            Some("that is not a name".into())
        };
        why.map(|why| vec![ToAdmin::Refused(why)])
    };
    let answer = match &question {
        FromAdmin::Who => Some(who(&shared.engine(), now())),
        FromAdmin::Revoke(who) => refused(who).or_else(|| order(shared, |engine| engine.revoke(who, now()))),
        FromAdmin::Grant(who) => refused(who).or_else(|| order(shared, |engine| engine.grant(who, now()))),
    };
    for part in answer.ok_or(FrameError::Closed)? {
        send(&mut stream, &part)?;
    }
    Ok(())
}

/// Carries out an order, and waits for the guards to confirm it.
fn order(
    shared: &Shared,
    what: impl FnOnce(&mut Engine) -> Result<Ordered, StateFault>,
) -> Option<Vec<ToAdmin>> {
    let until = Instant::now() + CONFIRMED_WITHIN;
    let mut engine = shared.engine();
    let ordered = what(&mut engine);
    let Ordered { mut done, mut awaited } = shared.sound(ordered)?;
    loop {
        awaited.retain(|(id, number)| match engine.session(*id) {
            Some(session) if session.applied() >= *number => {
                done.acknowledged = done.acknowledged.saturating_add(1);
                false
            }
            Some(session) => !session.is_broken(),
            None => false,
        });
        let left = until.saturating_duration_since(Instant::now());
        if awaited.is_empty() || left.is_zero() {
            return Some(vec![ToAdmin::Done(done)]);
        }
        engine = shared.confirmed.wait_timeout(engine, left).unwrap_or_else(PoisonError::into_inner).0;
    }
}
