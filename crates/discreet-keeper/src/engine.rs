//! The keeper's decisions, without sockets and threads: the time comes in as an argument, frames go out through
//! `Outbox`.

mod give;
mod memory;
mod orders;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::identities::Identities;
use super::peer::Peer;
use super::protocol::{FromGuard, GuardHello, Known, Mismatch, News, ToGuard, TrustTold};
use super::schedule::is_candidate;
use super::session::{Notice, Outbox, Session};
use super::state::{State, StateFault};
use discreet_host::clock::ClockFloor;
use discreet_policy::finding::plain;
use discreet_policy::watch::PolicyWatch;
use discreet_policy::{Floor, LivePolicy, Policy, Reloaded, Trust};
use discreet_seal::identity::Identity;

pub use orders::Ordered;

/// Interval at which the latest time is written to the state, in seconds.
const REMEMBERED_EVERY: i64 = 10;

/// State of the keeper.
pub struct Engine {
    pub(super) signer: Identity,
    pub(super) state: State,
    pub(super) live: LivePolicy,
    file: PolicyWatch,
    /// The reason for which the policy's file is not in force.
    pub(super) refused: Option<String>,
    pub(super) identities: Identities,
    looked: i64,
    pub(super) revoked: BTreeMap<String, i64>,
    pub(super) sessions: BTreeMap<u64, Session>,
    last_session: u64,
    clock: ClockFloor,
    pub(super) trusted: bool,
    remembered: i64,
    pub(super) ungranted: BTreeMap<[u8; 16], String>,
    /// The reason for which no keys are given: the state is older than a guard's mark.
    pub(super) outdated: Option<String>,
    /// News that no guard has received yet.
    unheard: Vec<News>,
    log: Box<dyn Fn(&str) + Send>,
}

impl Engine {
    /// Starts from `state`. `trust`: the signatures that a policy must have. `accept_time`: `now` is right, even if a
    /// later time was seen before. `now`: seconds since 1970.
    pub fn new(
        signer: Identity,
        mut state: State,
        policy: &Path,
        trust: Option<Trust>,
        accept_time: bool,
        now: i64,
        log: Box<dyn Fn(&str) + Send>,
    ) -> Result<Engine, StateFault> {
        if accept_time {
            state.set_latest(now)?;
        }
        let files = Arc::clone(&state.machine().files);
        let (floor, latest) = (state.floor(), state.latest());
        let revoked = state.revoked().map(|(who, since)| (who.to_owned(), since)).collect();
        let mut engine = Engine {
            signer,
            state,
            live: LivePolicy::new(policy, floor).on(Arc::clone(&files)).without_key().trusting(trust),
            file: PolicyWatch::on(files, policy),
            refused: None,
            identities: Identities::default(),
            looked: i64::MIN,
            revoked,
            sessions: BTreeMap::new(),
            last_session: 0,
            clock: ClockFloor::new(latest),
            trusted: true,
            remembered: latest.unwrap_or(i64::MIN),
            ungranted: BTreeMap::new(),
            outdated: None,
            unheard: Vec::new(),
            log,
        };
        engine.say_decided(now);
        engine.look(now)?;
        engine.reload(now)?;
        Ok(engine)
    }

    /// Periodic work. Call it several times a second.
    pub fn tick(&mut self, now: i64) -> Result<(), StateFault> {
        if self.outdated.is_some() {
            return Ok(());
        }
        self.look(now)?;
        if self.file.has_changed() {
            self.reload(now)?;
        }
        if self.looked != now {
            self.looked = now;
            self.refresh(now)?;
            self.tell_held();
            self.sessions.values_mut().for_each(|session| session.tell(&ToGuard::Alive));
        }
        for id in self.ids() {
            self.renew(id, now)?;
        }
        Ok(())
    }

    /// A guard connects.
    pub fn connect(&mut self, peer: Peer, hello: GuardHello, outbox: Outbox) -> Result<u64, StateFault> {
        self.last_session = self.last_session.saturating_add(1);
        (self.log)(&format!(
            "guard {} of user {} has connected, domain {}",
            peer.pid, peer.uid, hello.domain
        ));
        let (brought, domain) = (hello.mark.clone(), hello.domain);
        self.announce_guard(peer, hello.domain);
        let mut session = Session::new(peer, hello, outbox);
        if let Some(trust) = self.live.trust() {
            session.tell(&ToGuard::Trust(TrustTold::of(trust)));
        }
        session.tell(&ToGuard::Alive);
        self.sessions.insert(self.last_session, session);
        self.compare(brought.as_deref(), peer.pid)?;
        self.meet(peer, domain, brought.is_some())?;
        self.tell_held();
        Ok(self.last_session)
    }

    /// A guard disconnects, for the reason `why`.
    pub fn disconnect(&mut self, id: u64, why: &str) {
        if let Some(session) = self.sessions.remove(&id) {
            (self.log)(&format!("guard {} is gone: {why}", session.peer.pid));
        }
    }

    /// Its memory.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The session of a guard.
    pub fn session(&self, id: u64) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// A guard sends a message.
    pub fn hear(&mut self, id: u64, message: &FromGuard, now: i64) -> Result<(), StateFault> {
        if self.outdated.is_some() {
            return Ok(());
        }
        self.look(now)?;
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(()) };
        match message {
            FromGuard::Applied(number) => session.applied = session.applied.max(*number),
            FromGuard::Want(policy) => {
                session.wanted = Some(*policy);
                // The guard has noticed the changed file before the keeper.
                if self.live.current().as_ref().is_none_or(|current| current.hash() != *policy) {
                    self.file.catch_up();
                    self.reload(now)?;
                }
                self.settle(id, now)?;
            }
        }
        Ok(())
    }

    /// The policy in force, if keys may be given for it.
    pub(super) fn policy(&self) -> Result<Arc<Policy>, String> {
        if let Some(why) = &self.outdated {
            return Err(why.clone());
        }
        let policy = self.live.current();
        let Some(policy) = policy.as_ref() else {
            let why = self.refused.as_deref().unwrap_or("it has not been read yet");
            return Err(format!("the keeper has no policy: {why}"));
        };
        let (robot, signer) = (policy.robot(), &self.signer.public().name);
        if robot != signer {
            return Err(format!(
                "the policy is for robot `{}`, and the keeper's identity is of `{signer}`",
                plain(robot)
            ));
        }
        Ok(Arc::clone(policy))
    }

    pub(super) fn say(&self, text: &str) {
        (self.log)(text);
    }

    fn ids(&self) -> Vec<u64> {
        self.sessions.keys().copied().collect()
    }

    /// Compares `now` with the latest time, and remembers it if it is later.
    fn look(&mut self, now: i64) -> Result<(), StateFault> {
        let trusted = self.clock.trusts(now);
        if trusted != self.trusted {
            self.trusted = trusted;
            (self.log)(match trusted {
                true => "the clock has caught up; keys are given again",
                false => {
                    "the clock was set back; no keys are given until it has caught up. If it is right now, start the \
                     keeper with --accept-time"
                }
            });
        }
        if trusted && now >= self.remembered.saturating_add(REMEMBERED_EVERY) {
            self.state.set_latest(now)?;
            self.remembered = now;
        }
        Ok(())
    }

    fn reload(&mut self, now: i64) -> Result<(), StateFault> {
        let mut written = Ok(());
        let state = &mut self.state;
        let outcome = self.live.reload(|policy| {
            written = state.set_floor(Floor { version: policy.version(), hash: policy.hash() });
        });
        written?;
        match outcome {
            Ok(Reloaded::Unchanged) => self.refused = None,
            Ok(Reloaded::Switched(policy)) => {
                self.refused = None;
                self.ungranted.clear();
                let by = policy.signed().map(|signed| format!(", signed by {}", signed.by.join(", ")));
                (self.log)(&format!(
                    "policy version {} is in force{}",
                    policy.version(),
                    by.unwrap_or_default()
                ));
                if let Err(why) = self.policy() {
                    (self.log)(&why);
                }
                self.refresh(now)?;
                for id in self.ids() {
                    self.settle(id, now)?;
                }
            }
            Err(refused) => {
                let summary = refused.summary();
                if self.refused.as_ref() != Some(&summary) {
                    for line in format!("the policy is not loaded: {refused}").lines() {
                        (self.log)(&plain(line));
                    }
                }
                self.refused = Some(summary);
            }
        }
        Ok(())
    }

    /// Gives a guard keys for the policy that it wants, if that is the one in force.
    fn settle(&mut self, id: u64, now: i64) -> Result<(), StateFault> {
        let policy = self.policy();
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(()) };
        let Some(wanted) = session.wanted else { return Ok(()) };
        let reason = match policy {
            Ok(policy) if policy.hash() == wanted => return self.serve(id, &policy, now),
            Ok(policy) => format!(
                "the keeper has version {} of the policy (hash {}), and the guard another (hash {}); both must read the \
                 same file{}",
                policy.version(),
                short(&policy.hash()),
                short(&wanted),
                self.refused
                    .as_ref()
                    .map(|why| format!("; the keeper's own policy: {why}"))
                    .unwrap_or_default(),
            ),
            Err(why) => why,
        };
        let pid = session.peer.pid;
        if session.tell_mismatch(Mismatch { wanted, reason: reason.clone() }) {
            (self.log)(&format!("no keys for guard {pid}: {reason}"));
        }
        Ok(())
    }

    fn serve(&mut self, id: u64, policy: &Arc<Policy>, now: i64) -> Result<(), StateFault> {
        let news = std::mem::take(&mut self.unheard);
        let mut notice = Notice { stakeholders: Some(self.known()), news, ..Notice::default() };
        if let Some(session) = self.sessions.get_mut(&id)
            && session.policy.as_ref().is_none_or(|served| served.hash() != policy.hash())
        {
            session.change_policy(policy, now, &mut notice);
        }
        self.give(id, now, &mut notice)?;
        if let Some(session) = self.sessions.get_mut(&id) {
            session.apply(notice);
        }
        Ok(())
    }

    /// Takes over changed identities.
    fn refresh(&mut self, now: i64) -> Result<(), StateFault> {
        let Some(policy) = self.live.current().as_ref().map(Arc::clone) else { return Ok(()) };
        let changes = self.identities.refresh(&policy, self.state.machine().files.as_ref());
        for change in &changes {
            let who = plain(&change.who);
            (self.log)(&match &change.trouble {
                Some(why) => format!("{who} is given nothing: {}", plain(why)),
                None => format!("the identity of {who} is valid"),
            });
        }
        let news = self.learn(&changes)?;
        if !changes.is_empty() {
            let whose = |group: &_| changes.iter().any(|change| is_candidate(group, &change.who));
            for id in self.ids() {
                self.rotate(id, now, whose, news.clone())?;
            }
        }
        self.keep_unheard(news);
        Ok(())
    }

    fn renew(&mut self, id: u64, now: i64) -> Result<(), StateFault> {
        let mut notice = Notice::default();
        if self.give(id, now, &mut notice)?
            && let Some(session) = self.sessions.get_mut(&id)
        {
            session.apply(notice);
        }
        Ok(())
    }

    /// The stakeholders with a valid identity that are not revoked: those whose commands may be accepted.
    fn known(&self) -> Vec<Known> {
        let served = self.identities.valid().filter(|(name, _)| self.served(name).is_some());
        served
            .map(|(name, public)| Known { name: name.to_owned(), receive: public.receive, sign: public.sign })
            .collect()
    }
}

fn short(hash: &[u8; 32]) -> String {
    blake3::Hash::from(*hash).to_hex().chars().take(12).collect()
}

#[cfg(test)]
mod tests;
