//! Answers to calls: sealed by a guard, opened by a party.

use super::{Checked, Ledger, broken};
use crate::setting::PARTIES;

impl Ledger {
    /// A guard sealed the answer to a call; without a number, to one that a stranger repeated.
    pub fn answers(&mut self, robot: usize, call: Option<usize>, caller: &str, durable: bool) -> Checked {
        let Some(party) = PARTIES.iter().position(|party| *party == caller) else {
            return broken("nothing elsewhere", format!("an answer is for {caller}"));
        };
        let asked = call.and_then(|call| self.commands.get(call));
        if asked.is_some_and(|asked| !asked.call || asked.party != party) {
            return broken("nothing elsewhere", format!("{caller} is answered to a call of another"));
        }
        if self.robots[robot].revoked.get(&party).is_some_and(|revoked| revoked.confirmed) {
            let what = format!("{caller} is answered after a confirmed revocation");
            return broken("revoked means nothing more", what);
        }
        if !durable {
            return broken(
                "nothing without a record",
                format!("an answer to {caller} left without an entry"),
            );
        }
        self.count("calls answered", 1);
        Ok(())
    }

    /// A party opened the answer to a call.
    pub fn answered(&mut self, party: usize, call: usize, answer: Option<usize>) -> Checked {
        let asked = self.commands.get(call).is_some_and(|asked| asked.call && asked.party == party);
        if !asked || answer != Some(call) {
            let what = format!("{} opened an answer to something else", PARTIES[party]);
            return broken("nothing elsewhere", what);
        }
        if !self.answered.insert(call) {
            return broken("nothing twice", format!("{} opened an answer twice", PARTIES[party]));
        }
        self.count("answers opened", 1);
        Ok(())
    }

    /// True if a party opened the answer to its call.
    pub fn is_answered(&self, call: usize) -> bool {
        self.answered.contains(&call)
    }
}
