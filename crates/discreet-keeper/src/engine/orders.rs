//! Orders of the administrator: a stakeholder is revoked, or granted again.

use std::sync::Arc;

use super::super::protocol::{Done, News};
use super::super::schedule::is_candidate;
use super::super::session::Notice;
use super::super::state::StateFault;
use super::Engine;
use discreet_policy::KeyGroup;
use discreet_seal::identity::PublicIdentity;

/// Result of a revocation or grant, with the guards that must confirm it.
pub struct Ordered {
    /// The answer; the number of confirmations is not known yet.
    pub done: Done,
    /// Sessions, and the number that each must confirm.
    pub awaited: Vec<(u64, u64)>,
}

impl Engine {
    /// Revokes all rights of a stakeholder, on the disk first.
    pub fn revoke(&mut self, who: &str, now: i64) -> Result<Ordered, StateFault> {
        self.look(now)?;
        let changed = !self.revoked.contains_key(who);
        if changed {
            self.state.set_revoked(who, Some(now))?;
            self.revoked.insert(who.to_owned(), now);
            (self.log)(&format!("revoked {who}"));
        }
        self.order(who, changed, News::Revoked(who.to_owned()), now)
    }

    /// Grants a stakeholder again what the policy gives it.
    pub fn grant(&mut self, who: &str, now: i64) -> Result<Ordered, StateFault> {
        self.look(now)?;
        let changed = self.revoked.contains_key(who);
        if changed {
            self.state.set_revoked(who, None)?;
            self.revoked.remove(who);
            (self.log)(&format!("granted {who}"));
        }
        self.order(who, changed, News::Granted(who.to_owned()), now)
    }

    /// The reason for which a stakeholder gets nothing although it is not revoked itself; `None` if it does.
    pub(in super::super) fn unserved(&self, who: &str) -> Option<String> {
        match self.identities.identity(who) {
            Ok(identity) => self.revoked_as(identity).map(|other| {
                format!(
                    "its keys are those of `{other}`, which is revoked: give it an identity of its own, or \
                     `discreet grant {other}`"
                )
            }),
            Err(why) => Some(why.to_owned()),
        }
    }

    /// The identity of a stakeholder of whom neither the name nor the keys are revoked.
    pub(super) fn served(&self, who: &str) -> Option<&PublicIdentity> {
        let identity = self.identities.identity(who).ok()?;
        (!self.revoked.contains_key(who) && self.revoked_as(identity).is_none()).then_some(identity)
    }

    fn order(&mut self, who: &str, changed: bool, news: News, now: i64) -> Result<Ordered, StateFault> {
        let mut awaited = Vec::new();
        // Before the order, so that a guard that has carried it out also holds the mark of the state with the order.
        self.tell_held();
        let names = self.names_of(who);
        for id in self.ids() {
            // Even without a change: an earlier order may not have reached every guard.
            let news = if changed { vec![news.clone()] } else { Vec::new() };
            self.rotate(id, now, |group| names.iter().any(|who| is_candidate(group, who)), news)?;
            if let Some(session) = self.sessions.get(&id).filter(|session| session.policy.is_some()) {
                awaited.push((id, session.number()));
            }
        }
        let in_policy = self.identities.names(who);
        let guards = u32::try_from(awaited.len()).unwrap_or(u32::MAX);
        let done = Done { who: who.to_owned(), changed, in_policy, guards, acknowledged: 0 };
        Ok(Ordered { done, awaited })
    }

    /// Takes back the keys of some groups at once, and gives fresh ones if the guard runs the policy in force.
    pub(super) fn rotate(
        &mut self,
        id: u64,
        now: i64,
        of: impl Fn(&Arc<KeyGroup>) -> bool,
        news: Vec<News>,
    ) -> Result<(), StateFault> {
        let mut notice = Notice { stakeholders: Some(self.known()), news, ..Notice::default() };
        let Some(session) = self.sessions.get_mut(&id).filter(|session| session.policy.is_some()) else {
            return Ok(());
        };
        session.take_back(&mut notice, of);
        self.give(id, now, &mut notice)?;
        if let Some(session) = self.sessions.get_mut(&id) {
            session.apply(notice);
        }
        Ok(())
    }
}
