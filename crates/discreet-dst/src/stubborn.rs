//! A commander that does not keep to the rules: it seals for each key of a guard that it was ever told, with each identity
//! that its party ever had, after a revocation, the end of the lease, or new keys.

use discreet_seal::fixed::seal_command_drawing;
use discreet_seal::identity::Identity;
use discreet_seal::{CommandContext, IngressKind, Receiver, ReceiverTerms, announce};

use crate::link::Secrets;
use crate::rng::{Rng, secret};
use crate::setting::{COMMAND, COMMAND_TYPE, DOMAIN, PARTIES, command_definition, robot_name};

/// The most keys of guards that it keeps.
const MOST: usize = 8;

/// What it keeps.
#[derive(Default)]
pub struct Stubborn {
    /// Keys of guards: the robot, the id and the key.
    guards: Vec<(usize, u32, [u8; 32])>,
    /// The identities that its party had before.
    pub earlier: Vec<Secrets>,
}

impl Stubborn {
    /// Keeps the key in an announcement.
    pub fn remember(&mut self, robot: usize, announced: &Receiver) {
        let terms = announced.terms();
        let guard = (robot, terms.key, terms.receive);
        if !self.guards.contains(&guard) {
            self.guards.push(guard);
        }
        if self.guards.len() > MOST {
            self.guards.remove(0);
        }
    }

    /// A command at this time, in nanoseconds, with the number of the identity that signed it. None if it never heard of a
    /// guard of this robot.
    pub fn command(
        &self,
        (party, present): (usize, Secrets),
        robot: usize,
        message: &[u8],
        (stamp, rng): (u64, &mut Rng),
    ) -> Option<(Vec<u8>, usize)> {
        let known: Vec<_> = self.guards.iter().filter(|(of, ..)| *of == robot).collect();
        let (_, key, receive) = *known.get(rng.below(known.len().max(1)))?;
        let receiver = receiver(robot, *key, *receive, stamp)?;
        let which = if rng.percent(70) { self.earlier.len() } else { rng.below(self.earlier.len() + 1) };
        let me = self.earlier.get(which).copied().unwrap_or(present).identity(PARTIES[party]);
        let context = CommandContext {
            robot: &robot_name(robot),
            domain: DOMAIN,
            kind: IngressKind::Command,
            name: COMMAND,
            type_name: COMMAND_TYPE,
            type_hash: &command_definition().hash,
        };
        let sealed =
            seal_command_drawing(&me, &receiver, &context.digest(), stamp, message, &secret(rng)).ok()?;
        Some((sealed, which))
    }
}

/// An announcement of its own making, because the robot's has ended. It is never sent.
fn receiver(robot: usize, key: u32, receive: [u8; 32], stamp: u64) -> Option<Receiver> {
    let second = (stamp / 1_000_000_000) as i64;
    let signer = forger(robot);
    let terms = ReceiverTerms {
        robot: &robot_name(robot),
        key,
        from: second - 5,
        until: second + 250,
        domain: DOMAIN,
        receive,
        sender: signer.public().sign,
    };
    Receiver::read(&announce(&terms, &signer).ok()?, signer.public()).ok()
}

fn forger(robot: usize) -> Identity {
    Secrets::fixed(9).identity(&robot_name(robot))
}
