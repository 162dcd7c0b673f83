//! The way in of one command.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Instant;

use super::{OpenIngress, UNDER_WAY, wake};
use crate::slot::{Slot, Taken};
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{MessageInfo, Node, Publisher, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::{Receipt, Time};
use discreet_graph::qos::Qos;
use discreet_graph::{Gid, Participant, participant};
use discreet_guard::ingress::{Admitted, Authorizer, IngressStats, Refused, Rejected};
use discreet_guard::stats::Losses;
use discreet_seal::SEALED_TYPE;

/// Commands decided on in one go before other tasks have their turn.
const BATCH: usize = 16;
/// The queue inside. Commands are volatile: they are not repeated for late joiners, and none is worth a long wait.
const COMMANDS: Qos = Qos::DEFAULT;
/// Outside, other robots and strangers publish on the same topic: a burst of theirs must not displace a command.
const SEALED_COMMANDS: Qos = Qos { depth: 200, ..COMMANDS };

/// A topic inside through which commands come in.
pub struct CommandIngress {
    stats: IngressStats,
    turn: Turn,
    inside: Participant,
    path: Slot<CommandPath>,
    /// Set at the end: nothing goes in any more.
    ended: AtomicBool,
}

struct CommandPath {
    input: Option<Subscription>,
    taken: SerializedMessage,
    authorizer: Authorizer,
    output: Output,
    losses: Losses,
}

/// The topic inside. Takes only admitted and recorded commands.
struct Output(Publisher);

impl Output {
    // The receipt is the proof: without one this cannot be called.
    fn publish(&self, command: &Admitted<'_, '_>, _receipt: Receipt) -> Result<(), RosError> {
        self.0.publish(command.message()).map(drop)
    }
}

impl CommandIngress {
    /// Advertises `name` inside, and subscribes to `outside`.
    pub fn open(
        authorizer: Authorizer,
        inner: &Arc<Node>,
        outer: &Arc<Node>,
        name: &str,
        outside: &str,
        type_name: &str,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<CommandIngress>, RosError> {
        let output = Publisher::new(inner, name, &TypeSupport::load(type_name)?, COMMANDS)?;
        let ingress = Arc::new(CommandIngress {
            stats: IngressStats::default(),
            turn: Turn::default(),
            inside: participant(&output.gid()),
            path: Slot::new(CommandPath {
                input: None,
                taken: SerializedMessage::new(),
                authorizer,
                output: Output(output),
                losses: Losses::default(),
            }),
            ended: AtomicBool::new(false),
        });
        let on_message = wake(Arc::downgrade(&ingress), Arc::clone(queue));
        let sealed = TypeSupport::load(SEALED_TYPE)?;
        let input = Subscription::new(outer, outside, &sealed, SEALED_COMMANDS, on_message)?;
        ingress.path.with(|path| path.input = Some(input));
        Ok(ingress)
    }
}

impl Serve for CommandIngress {
    fn serve(&self) -> bool {
        // Only the closing of the ingress may have taken it.
        let mut taken = self.path.take();
        let Some(path) = taken.as_mut().and_then(Taken::get) else { return false };
        for _ in 0..BATCH {
            if self.ended.load(SeqCst) {
                path.end();
                return false;
            }
            let CommandPath { input: Some(input), taken, .. } = &mut *path else { return false };
            match input.take(taken) {
                Ok(Some(info)) => path.decide(&info, &self.stats),
                // Trying again at once would only spin; the next message or tick tries again.
                Ok(None) | Err(_) => return false,
            }
        }
        true
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl CommandPath {
    fn end(&mut self) {
        self.input = None;
        self.authorizer.close();
    }

    fn decide(&mut self, MessageInfo { gid, sequence, .. }: &MessageInfo, stats: &IngressStats) {
        let now = Time::system();
        // Any participant can fake sequence numbers. Only publishers that gave a valid command once are counted.
        stats.lost.fetch_add(self.losses.lost_before(gid, *sequence), Relaxed);
        match self.let_in(gid, now) {
            Ok(()) => {
                self.losses.remember(gid, *sequence);
                stats.accepted.fetch_add(1, Relaxed);
            }
            Err(rejected) => self.authorizer.refuse(stats, rejected, now),
        }
    }

    fn let_in(&mut self, publisher: &Gid, now: Time) -> Result<(), Rejected> {
        let CommandPath { taken, authorizer, output, .. } = self;
        let facts = authorizer.facts(now, Instant::now())?;
        let command = authorizer.admit(&facts, publisher, taken.as_mut_bytes())?;
        let who = &command.sender().name;
        // Recorded before publishing: a crash may lose a command, never a record.
        let receipt = authorizer.record(authorizer.form(), who, command.message(), now)?;
        output.publish(&command, receipt).map_err(|error| Rejected {
            reason: Refused::NotForwarded,
            sender: Some(who.clone()),
            detail: error.to_string(),
        })
    }
}

impl OpenIngress for CommandIngress {
    fn stats(&self) -> &IngressStats {
        &self.stats
    }

    fn close(&self) {
        self.ended.store(true, SeqCst);
        // If the decision takes longer: its worker disconnects when it is done.
        if let Some(path) = self.path.take_within(UNDER_WAY).as_mut().and_then(Taken::get) {
            path.end();
        }
    }

    fn participant(&self) -> Option<Participant> {
        Some(self.inside)
    }

    fn into_serve(self: Arc<Self>) -> Arc<dyn Serve> {
        self
    }
}
