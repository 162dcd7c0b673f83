//! What the keeper remembers, held against what others remember: marks that guards bring, keys that names had.

use std::collections::BTreeSet;

use super::super::peer::Peer;
use super::super::protocol::{Held, News};
use super::super::roster::Change;
use super::super::session::Notice;
use super::super::state::StateFault;
use super::Engine;
use discreet_policy::finding::plain;
use discreet_seal::identity::PublicIdentity;

/// News that wait for a guard. There are as many as names change their keys while none is there.
const MOST_UNHEARD: usize = 64;
/// For so long after a person decided about the state, guards that come are told.
const RECENT: i64 = 60;

impl Engine {
    /// Why nobody gets keys, if the state is older than one that somebody still knows of.
    pub fn outdated(&self) -> Option<&str> {
        self.outdated.as_deref()
    }

    /// Is there a guard of this user for this domain?
    pub fn has_guard(&self, peer: Peer, domain: u32) -> bool {
        self.sessions.values().any(|session| session.peer.uid == peer.uid && session.hello.domain == domain)
    }

    /// A second guard for a domain was not let in; those that are there enter it in their audit.
    pub fn guard_refused(&mut self, peer: Peer, domain: u32) {
        let what =
            format!("process {} wanted to be the guard of domain {domain} too, and was refused", peer.pid);
        (self.log)(&what);
        self.tell_of_guard(peer, &what);
    }

    /// Those that are there are told who else comes as their user.
    pub(super) fn announce_guard(&mut self, peer: Peer, domain: u32) {
        self.tell_of_guard(peer, &format!("process {} is the guard of domain {domain}", peer.pid));
    }

    fn tell_of_guard(&mut self, peer: Peer, what: &str) {
        for session in self.sessions.values_mut().filter(|session| session.peer.uid == peer.uid) {
            let news = vec![News::AnotherGuard(what.to_owned())];
            session.apply(Notice { news, ..Notice::default() });
        }
    }

    /// Says how far the state has come to all who do not know.
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

    /// A guard brings a mark. If the state did not come of it, everybody's keys are taken back, and nothing is given.
    pub(super) fn compare(&mut self, mark: Option<&str>, pid: u32) -> Result<(), StateFault> {
        let Some(mark) = mark else { return Ok(()) };
        match self.state.compare(mark) {
            // Nobody else can say that there was a newer state.
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
                    // From now on it is as if there were no keeper: what holds only for as long as one is heard ends.
                    session.end(why.clone());
                }
            }
            Some(Some(_)) => {}
        }
        Ok(())
    }

    /// A guard that was told a mark has it in its audit log. One that comes without has lost that log.
    pub(super) fn meet(&mut self, peer: Peer, domain: u32, brings: bool) -> Result<(), StateFault> {
        if self.outdated.is_none() && self.state.meet(peer.uid, domain)? && !brings {
            let what = format!(
                "the guard of user {} and domain {domain} has no mark of the keeper's, and had one: its audit log was moved \
                 away or deleted, or cannot be read. If nobody did that on purpose, keep what is there as evidence, and compare it \
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

    /// A person has just begun a new state, or accepted an older one.
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

    /// Remembers the keys of those who have others; news for the audit.
    pub(super) fn learn(&mut self, changes: &[Change]) -> Result<Vec<News>, StateFault> {
        let identities = changes.iter().filter_map(|change| self.roster.identity(&change.who).ok());
        let mut news = Vec::new();
        for rekeyed in self.state.learn(identities)? {
            let which = format!("{} in place of {}", rekeyed.is, rekeyed.was);
            (self.log)(&format!("{} has other keys than before: {which}", plain(&rekeyed.who)));
            news.push(News::Rekeyed(rekeyed.who, which));
        }
        Ok(news)
    }

    /// If no guard is there that has heard it, the next one will.
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
        let same = self.roster.valid().filter(|(_, identity)| self.state.had(who, identity));
        same.map(|(name, _)| name.to_owned()).chain([who.to_owned()]).collect()
    }
}
