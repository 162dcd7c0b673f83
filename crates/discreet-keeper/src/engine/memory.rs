//! The keeper's memory, compared with that of others: marks that guards bring, keys that names had.

use std::collections::BTreeSet;

use super::super::identities::Change;
use super::super::peer::Peer;
use super::super::protocol::{Held, News};
use super::super::session::Notice;
use super::super::state::StateFault;
use super::Engine;
use discreet_policy::finding::plain;
use discreet_seal::identity::PublicIdentity;

/// The most news that wait for a guard: as many as names change their keys while none is connected.
const MOST_UNHEARD: usize = 64;
/// Seconds after a person's decision about the state in which connecting guards are told of it.
const RECENT: i64 = 60;

impl Engine {
    /// The reason for which no keys are given: the state is older than a mark. `None` if it is not.
    pub fn outdated(&self) -> Option<&str> {
        self.outdated.as_deref()
    }

    /// True if a guard of this user serves this domain.
    pub fn has_guard(&self, peer: Peer, domain: u32) -> bool {
        self.sessions.values().any(|session| session.peer.uid == peer.uid && session.hello.domain == domain)
    }

    /// A second guard for a domain was refused; connected guards record it in their audit.
    pub fn guard_refused(&mut self, peer: Peer, domain: u32) {
        let what =
            format!("process {} wanted to be the guard of domain {domain} too, and was refused", peer.pid);
        (self.log)(&what);
        self.tell_of_guard(peer, &what);
    }

    /// Tells connected guards of another guard of their user.
    pub(super) fn announce_guard(&mut self, peer: Peer, domain: u32) {
        self.tell_of_guard(peer, &format!("process {} is the guard of domain {domain}", peer.pid));
    }

    fn tell_of_guard(&mut self, peer: Peer, what: &str) {
        for session in self.sessions.values_mut().filter(|session| session.peer.uid == peer.uid) {
            let news = vec![News::AnotherGuard(what.to_owned())];
            session.apply(Notice { news, ..Notice::default() });
        }
    }

    /// Sends the present mark to all guards that do not have it.
    pub(super) fn tell_held(&mut self) {
        if self.outdated.is_some() || self.sessions.is_empty() {
            return;
        }
        let held = Held {
            mark: self.state.mark(),
            robot: self.signer.public().name.clone(),
            floor: self.state.floor().map(|floor| (floor.version, floor.hash)),
            latest: self.state.latest(),
        };
        self.sessions.values_mut().for_each(|session| session.tell_held(&held));
    }

    /// Compares a guard's mark with the state. If the state is not a successor, all keys are taken back, and none are
    /// given.
    pub(super) fn compare(&mut self, mark: Option<&str>, pid: u32) -> Result<(), StateFault> {
        let Some(mark) = mark else { return Ok(()) };
        match self.state.compare(mark) {
            // Only this keeper's marks count as proof of a newer state.
            None => {
                self.say(&format!("guard {pid} brought a mark that this keeper never made; it is ignored"))
            }
            Some(None) => {}
            Some(Some(why)) if self.outdated.is_none() => {
                self.state.keep_newer(mark)?;
                let path = self.state.path().display().to_string();
                let why = format!("guard {pid} was told of {why}");
                let why = format!("no keys: {}", StateFault::Behind { path, why });
                self.say(&why);
                self.outdated = Some(why.clone());
                for session in self.sessions.values_mut() {
                    let mut notice = Notice { stakeholders: Some(Vec::new()), ..Notice::default() };
                    session.take_back(&mut notice, |_| true);
                    session.apply(notice);
                    // From here on the guard runs without a keeper, so its lease ends.
                    session.end(why.clone());
                }
            }
            Some(Some(_)) => {}
        }
        Ok(())
    }

    /// A guard that received a mark has it in its audit log. One that connects without a mark has lost that log.
    pub(super) fn meet(&mut self, peer: Peer, domain: u32, brings: bool) -> Result<(), StateFault> {
        if self.outdated.is_none() && self.state.meet(peer.uid, domain)? && !brings {
            let what = format!(
                "the guard of user {} and domain {domain} has no mark of the keeper's, and had one: its audit log was moved \
                 away or deleted, or cannot be read. If that was not on purpose, keep the files as evidence, and compare them \
                 with an `audit head` that was kept elsewhere",
                peer.uid
            );
            (self.log)(&what);
            if self.unheard.len() < MOST_UNHEARD {
                self.unheard.push(News::LogGone(what));
            }
        }
        Ok(())
    }

    /// Reports that a person has just begun a new state, or accepted an older one.
    pub(super) fn say_decided(&mut self, now: i64) {
        let decided = self.state.decided();
        if now.saturating_sub(decided) > RECENT {
            return;
        }
        let names: Vec<&str> = self.revoked.keys().map(String::as_str).collect();
        let revoked = if names.is_empty() { "nobody".to_owned() } else { names.join(" ") };
        let what = format!("a person began or accepted the keeper's state; revoked in it: {revoked}");
        (self.log)(&what);
        self.keep_unheard(vec![News::NewState(what)]);
    }

    /// Remembers changed keys; returns news for the audit.
    pub(super) fn learn(&mut self, changes: &[Change]) -> Result<Vec<News>, StateFault> {
        let identities = changes.iter().filter_map(|change| self.identities.identity(&change.who).ok());
        let mut news = Vec::new();
        for rekeyed in self.state.learn(identities)? {
            let which = format!("{} in place of {}", rekeyed.is, rekeyed.was);
            (self.log)(&format!("{} has other keys than before: {which}", plain(&rekeyed.who)));
            news.push(News::Rekeyed(rekeyed.who, which));
        }
        Ok(news)
    }

    /// Keeps news for the next guard if no guard has received it.
    pub(super) fn keep_unheard(&mut self, news: Vec<News>) {
        if self.sessions.values().any(|session| session.policy.is_some()) {
            return;
        }
        let room = MOST_UNHEARD.saturating_sub(self.unheard.len());
        self.unheard.extend(news.into_iter().take(room));
    }

    /// The revoked name that has these keys, or had them.
    pub(super) fn revoked_as(&self, identity: &PublicIdentity) -> Option<&str> {
        let revoked = self.revoked.keys().map(String::as_str).filter(|who| *who != identity.name);
        revoked.into_iter().find(|who| self.state.had(who, identity))
    }

    /// All names under which the policy has the keys of this one.
    pub(super) fn names_of(&self, who: &str) -> BTreeSet<String> {
        let same = self.identities.valid().filter(|(_, identity)| self.state.had(who, identity));
        same.map(|(name, _)| name.to_owned()).chain([who.to_owned()]).collect()
    }
}
