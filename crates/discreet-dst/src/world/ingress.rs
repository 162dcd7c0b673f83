//! Commands and calls that arrive at a guard, and answers.

use std::time::Duration;

use discreet_guard::ingress::Refused;

use super::World;
use crate::guard::{Answered, Obeyed, Outcome, Service};
use crate::ledger::Broken;
use crate::network::{Node, Packet};
use crate::setting::{ANSWERS, call_topic, number_in};

impl World {
    pub(super) fn ingress_arrives(&mut self, robot: usize, packet: &Packet) -> Result<(), Broken> {
        let (now, time) = (self.now(robot), self.robots[robot].clock.time());
        let service = self.service();
        // An answer goes to the publisher of the request.
        let of_party = self.parties.iter().any(|party| party.gid == packet.from);
        let call = packet.call.filter(|_| of_party).unwrap_or(u64::MAX);
        let Some(guard) = &mut self.robots[robot].guard else { return Ok(()) };
        let mut bytes = packet.bytes.to_vec();
        let outcome = if *packet.topic == *call_topic() {
            guard.call((packet.from, call), &mut bytes, service, (time, now))
        } else {
            guard.command(packet.from, &mut bytes, time, now)
        };
        match outcome {
            Outcome::Obeyed(obeyed) => self.obeyed(robot, &obeyed),
            Outcome::Refused(reason) => {
                self.ledger.coverage.refuse(reason);
                self.ledger.count("own flood", u64::from(reason == Refused::Flood && of_party));
                Ok(())
            }
            Outcome::Unheard => Ok(()),
        }
    }

    fn obeyed(&mut self, robot: usize, obeyed: &Obeyed) -> Result<(), Broken> {
        let (now, time) = (self.now(robot), self.robots[robot].clock.time());
        let command = number_in(&obeyed.message, b'c').unwrap_or(usize::MAX);
        // The lease ends by either clock.
        let silent = self.robots[robot].link.heard.map_or(u64::MAX, |heard| {
            let monotonic = now.at.saturating_duration_since(heard.at).as_millis() as u64;
            monotonic.max(1000 * u64::try_from(now.second - heard.second).unwrap_or(0))
        });
        self.ledger.obeyed(self.acting(robot), &obeyed.sender, command, silent, time.nanoseconds)?;
        if !obeyed.durable {
            let what = format!("a command of {} went in, and no durable entry says so", obeyed.sender);
            return Err(Broken { promise: "nothing without a record", what });
        }
        Ok(())
    }

    /// The behaviour of the robot's service, which is faultless in the end. It stays as it is for some requests.
    fn service(&mut self) -> Service {
        if self.calm {
            return Service::Answers(Duration::ZERO);
        }
        if self.rng.percent(70) {
            return self.service;
        }
        self.service = match self.rng.below(10) {
            0..=4 => Service::Answers(Duration::ZERO),
            5 | 6 => Service::Answers(Duration::from_millis(self.rng.below(7000) as u64)),
            7 => Service::Silent,
            8 => Service::Malformed,
            _ => Service::Absent,
        };
        self.service
    }

    pub(super) fn answer_leaves(&mut self, robot: usize, answered: Answered) -> Result<(), Broken> {
        let Answered { id, bytes, sealed } = answered;
        let call = Some(id).filter(|id| *id != u64::MAX);
        if let Some((caller, durable)) = sealed {
            self.ledger.answers(robot, call.map(|call| call as usize), &caller, durable)?;
        }
        let gid = self.robots[robot].guard.as_ref().map(|guard| guard.gid).unwrap_or_default();
        let packet = Packet::new(ANSWERS, gid, bytes, Some(robot));
        self.publish(Packet { call, ..packet }, Some(Node::Guard(robot)));
        Ok(())
    }

    /// Everyone hears an answer; only the caller waits for it.
    pub(super) fn answer_arrives(&mut self, party: usize, packet: &Packet) -> Result<(), Broken> {
        let asked = packet.call.and_then(|call| self.ledger.commands.get(call as usize));
        if asked.is_none_or(|asked| asked.party != party) {
            return Ok(());
        }
        let Some(answer) = self.parties[party].answered(packet) else { return Ok(()) };
        let answered = number_in(&answer, b'c');
        self.ledger.answered(party, packet.call.unwrap_or_default() as usize, answered)
    }
}
