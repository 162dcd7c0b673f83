//! A command's way to the robot.

use std::sync::{Arc, Mutex, MutexGuard};

use super::{CommandedStatus, Sending, Way, wake};
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{Publisher, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::Time;
use discreet_cdr::types::TypeDefinition;
use discreet_graph::qos::Qos;
use discreet_guard::stats::Losses;
use discreet_host::sync::lock;
use discreet_seal::commanding::{CommandSealer, SealedOutput};
use discreet_seal::unseal::Granted;
use discreet_seal::{ContextDigest, IngressKind, SEALED_TYPE};

/// Commands sealed in one go before others have their turn.
const BATCH: usize = 16;

/// Takes the plain commands of one topic, and sends them sealed.
pub struct CommandWay {
    turn: Turn,
    path: Mutex<Path>,
    /// Apart, so that diagnostics does not wait for a command.
    status: Mutex<CommandedStatus>,
}

struct Path {
    input: Option<Subscription>,
    taken: SerializedMessage,
    sealer: CommandSealer,
    output: Publisher,
    losses: Losses,
}

impl CommandWay {
    pub fn open(
        sending: &Sending<'_>,
        digest: ContextDigest,
        definition: TypeDefinition,
        granted: &Arc<Granted>,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<CommandWay>, RosError> {
        let types = TypeSupport::load(&definition.name)?;
        let sealed = TypeSupport::load(SEALED_TYPE)?;
        let outside = IngressKind::Command.outside(sending.name);
        let output = Publisher::new(sending.outer, &outside, &sealed, Qos::default())?;
        let name = sending.own_name();
        let sealer = CommandSealer::new(Arc::clone(granted), digest, definition.plan);
        let way = Arc::new(CommandWay {
            turn: Turn::default(),
            path: Mutex::new(Path {
                input: None,
                taken: SerializedMessage::new(),
                sealer,
                output,
                losses: Losses::default(),
            }),
            status: Mutex::new(CommandedStatus::new(&name)),
        });
        let on_message = wake(Arc::downgrade(&way), Arc::clone(queue));
        let input = Subscription::new(sending.own, &name, &types, Qos::default(), on_message)?;
        way.path().input = Some(input);
        Ok(way)
    }

    fn path(&self) -> MutexGuard<'_, Path> {
        lock(&self.path)
    }

    fn status(&self) -> MutexGuard<'_, CommandedStatus> {
        lock(&self.status)
    }
}

impl SealedOutput for Publisher {
    type Fault = RosError;

    fn publish(&mut self, sealed: &[u8]) -> Result<(), RosError> {
        Publisher::publish(self, sealed).map(drop)
    }
}

impl Serve for CommandWay {
    fn serve(&self) -> bool {
        let Path { input: Some(input), taken, sealer, output, losses } = &mut *self.path() else {
            return false;
        };
        for _ in 0..BATCH {
            let Ok(Some(info)) = input.take(taken) else { return false };
            let lost = losses.lost_before(&info.gid, info.sequence);
            losses.remember(&info.gid, info.sequence);
            let sent = sealer.send(taken.as_bytes(), output, Time::system().nanoseconds);
            let mut status = self.status();
            status.lost += lost;
            status.count(sent);
        }
        true
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl Way for CommandWay {
    fn status(&self) -> CommandedStatus {
        CommandWay::status(self).clone()
    }

    fn close(&self) {
        self.path().input = None;
    }

    fn into_serve(self: Arc<Self>) -> Arc<dyn Serve> {
        self
    }
}
