//! Fresh keys: their members and times. No key is given twice.

use std::sync::Arc;

use super::super::lease::LEASE;
use super::super::protocol::{GivenKey, Handed, ToGuard};
use super::super::schedule::{Stretch, next_start, stretch};
use super::super::session::Notice;
use super::super::state::StateFault;
use super::Engine;
use discreet_policy::{KeyGroup, Policy};
use discreet_seal::fixed::issue_drawing;
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{GrantTerms, ReceiverTerms, announce};

/// An announcement is a lease: commands end so many seconds after the last one, even if keeper or guard fails.
const ANNOUNCED_FOR: i64 = LEASE.as_secs() as i64;
/// It is renewed when it has so many seconds left.
const RENEWED_AT: i64 = ANNOUNCED_FOR * 2 / 3;
/// An announcement also holds for this long before, for readers whose clock is behind.
const EARLIER: i64 = 5;

impl Engine {
    /// Gives a guard the keys that it should have at `now`; true if there were any.
    pub(super) fn give(&mut self, id: u64, now: i64, notice: &mut Notice) -> Result<bool, StateFault> {
        let Ok(policy) = self.policy() else { return Ok(false) };
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(false) };
        let follows = session.policy.as_ref().is_some_and(|served| served.hash() == policy.hash());
        // A key is for a stretch of time, which needs a trusted clock.
        if !follows || !self.trusted {
            return Ok(false);
        }
        session.forget_ended(now);
        let mut anything = self.announce(id, now, notice)?;
        for group in policy.groups() {
            while let Some(from) = self.next_start(id, group, now) {
                self.give_one(id, &policy, group, from)?;
                anything = true;
            }
        }
        Ok(anything)
    }

    fn next_start(&self, id: u64, group: &KeyGroup, now: i64) -> Option<i64> {
        next_start(self.sessions.get(&id)?.last_stretch(group), now)
    }

    fn give_one(
        &mut self,
        id: u64,
        policy: &Policy,
        group: &Arc<KeyGroup>,
        from: i64,
    ) -> Result<(), StateFault> {
        let stretch = stretch(policy, group, from);
        let key = self.make(id, policy, group, stretch)?;
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(()) };
        session.note(group, stretch, key.as_ref().map(|key| key.id));
        if let Some(key) = key {
            session.tell(&ToGuard::Key(key));
        }
        Ok(())
    }

    /// A key of a group for a stretch, with its grant to the members then. `None` without members.
    fn make(
        &mut self,
        session: u64,
        policy: &Policy,
        group: &KeyGroup,
        stretch: Stretch,
    ) -> Result<Option<GivenKey>, StateFault> {
        let Some(sender) = self.sessions.get(&session).map(|session| session.hello.sender) else {
            return Ok(None);
        };
        let moment = policy.moment(stretch.from, true);
        let names = group.members(moment).map(AsRef::as_ref);
        let members: Vec<(&str, PublicIdentity)> =
            names.filter_map(|name| Some((name, self.served(name)?.clone()))).collect();
        if members.is_empty() {
            return Ok(None);
        }
        let identities: Vec<&PublicIdentity> = members.iter().map(|(_, identity)| identity).collect();
        let names = members.iter().map(|(name, _)| *name);
        let names = names.map(str::to_owned).collect();
        let key = self.state.next_key()?;
        let terms = GrantTerms {
            robot: policy.robot(),
            group: group.id(),
            class: group.class().name(),
            form: group.form().name(),
            suite: group.class().suite(),
            key,
            from: stretch.from,
            until: stretch.until,
            policy_version: policy.version(),
            sender,
        };
        let machine = self.state.machine();
        let granted = machine.secret().map_err(Into::into).and_then(|secret| {
            issue_drawing(&terms, &secret, &identities, &self.signer, &mut || machine.secret())
                .map(|grant| (secret, grant))
        });
        let (secret, grant) = match granted {
            Ok(granted) => granted,
            Err(why) => {
                self.cannot_grant(group, &why.to_string());
                return Ok(None);
            }
        };
        self.ungranted.remove(&group.id());
        Ok(Some(GivenKey {
            group: group.id(),
            id: key,
            suite: group.class().suite().name().to_owned(),
            from: stretch.from,
            until: stretch.until,
            secret: Handed(secret),
            grant,
            members: names,
        }))
    }

    fn cannot_grant(&mut self, group: &KeyGroup, why: &str) {
        let text = format!("{} of class {} has no key: {why}", group.form().name(), group.class().name());
        if self.ungranted.insert(group.id(), text.clone()).as_ref() != Some(&text) {
            self.say(&text);
        }
    }

    /// Announces a guard's receiving key, always under the same id.
    fn announce(&mut self, id: u64, now: i64, notice: &mut Notice) -> Result<bool, StateFault> {
        let Some(session) = self.sessions.get(&id) else { return Ok(false) };
        let key = match session.receiver {
            Some((_, until)) if until.saturating_sub(now) > RENEWED_AT => return Ok(false),
            Some((key, _)) => key,
            None => match session.hello.receiver_id.filter(|key| self.state.was_given(*key)) {
                Some(key) => key,
                None => self.state.next_key()?,
            },
        };
        let until = now.saturating_add(ANNOUNCED_FOR);
        let terms = ReceiverTerms {
            robot: &self.signer.public().name,
            key,
            from: now.saturating_sub(EARLIER),
            until,
            domain: session.hello.domain,
            receive: session.hello.receiver,
            sender: session.hello.sender,
        };
        let announced = announce(&terms, &self.signer);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.receiver = Some((key, until));
        }
        notice.receiver = announced.ok();
        Ok(true)
    }
}
