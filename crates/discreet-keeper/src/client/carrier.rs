//! The guard's side of a connection whose messages the caller carries: no thread, no socket, no clock.

use std::sync::Arc;

use super::super::frame::FrameError;
use super::super::protocol::{FromGuard, GuardHello, PolicyHash, ToGuard};
use super::Event;
use super::link::{Now, Session, Shared};

/// Carries messages between a keeper and a [`super::KeyRing`], with the same steps as its thread.
pub struct Carrier {
    shared: Arc<Shared>,
    session: Option<Session>,
    told: Option<PolicyHash>,
}

impl Carrier {
    pub(super) fn new(shared: Arc<Shared>) -> Carrier {
        Carrier { shared, session: None, told: None }
    }

    /// A connection begins: the first message.
    pub fn connect(&mut self, now: Now) -> GuardHello {
        (self.session, self.told) = (Some(Session::new(now.at)), None);
        self.shared.hello()
    }

    /// True during a connection.
    pub fn is_connected(&self) -> bool {
        self.session.is_some()
    }

    /// A message to the keeper that is due, if the policy in force has changed.
    pub fn due(&mut self) -> Option<FromGuard> {
        self.session.as_ref()?;
        let wanted = self.shared.state().wanted;
        if wanted == self.told {
            return None;
        }
        self.told = wanted;
        wanted.map(FromGuard::Want)
    }

    /// A message of the keeper arrives; the answer, if there is one. After an error the connection is over.
    pub fn receive(&mut self, message: ToGuard, now: Now) -> Result<Option<FromGuard>, FrameError> {
        let Some(session) = &mut self.session else { return Err(FrameError::Closed) };
        let answer = self.shared.receive(session, message, now);
        if let Err(why) = &answer {
            self.disconnect(&why.to_string());
        }
        answer
    }

    /// Time passes: keys end, and a keeper that is silent for too long counts as gone.
    pub fn tick(&mut self, now: Now) {
        self.shared.tick(now.second);
        if self.session.as_ref().is_some_and(|session| session.is_silent(now.at)) {
            self.disconnect(&FrameError::Late.to_string());
        }
    }

    /// The connection is over.
    pub fn disconnect(&mut self, why: &str) {
        if self.session.take().is_some_and(|session| session.answered) {
            self.shared.disconnected();
            self.shared.tell(&Event::KeeperGone(why.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use discreet_host::sync::lock;
    use discreet_seal::SenderKey;

    use super::super::{Guard, KeyRing};
    use super::*;

    #[test]
    fn a_keeper_that_is_silent_for_more_than_five_seconds_is_gone() {
        let sender = Arc::new(SenderKey::generate().unwrap());
        let guard = Guard { socket: "none".into(), sender, receiver: [0; 32], domain: 1, mark: None };
        let events = Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = Arc::clone(&events);
        let (keys, mut carrier) = KeyRing::carried(guard, move |event| lock(&heard).push(event.clone()));
        let start = Instant::now();
        let after = |milliseconds| Now { at: start + Duration::from_millis(milliseconds), second: 1 };
        carrier.connect(after(0));
        carrier.receive(ToGuard::Alive, after(1000)).unwrap();
        carrier.tick(after(6000));
        assert!(keys.is_connected() && carrier.is_connected());
        carrier.tick(after(6001));
        assert!(!keys.is_connected() && !carrier.is_connected());
        assert!(matches!(lock(&events).last(), Some(Event::KeeperGone(_))));
    }
}
