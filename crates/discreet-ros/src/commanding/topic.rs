//! A command's way to the robot.

use std::sync::{Arc, Mutex, MutexGuard};

use super::{CommandedStatus, Sending, Stamps, Way, wake};
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{Publisher, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::Time;
use discreet_cdr::types::TypeDefinition;
use discreet_graph::qos::Qos;
use discreet_guard::stats::Losses;
use discreet_host::sync::lock;
use discreet_seal::unseal::Granted;
use discreet_seal::{ContextDigest, SEALED_TYPE, command_topic, seal_command};

/// Commands sealed in one go before others have their turn.
const BATCH: usize = 16;

/// Takes plain commands, and sends them sealed.
pub struct CommandWay {
    turn: Turn,
    path: Mutex<Path>,
    /// Apart, so that diagnostics does not wait for a command.
    status: Mutex<CommandedStatus>,
}

struct Path {
    input: Option<Subscription>,
    taken: SerializedMessage,
    definition: TypeDefinition,
    digest: ContextDigest,
    granted: Arc<Granted>,
    stamps: Stamps,
    output: Publisher,
    losses: Losses,
}

impl CommandWay {
    pub fn open(
        sending: &Sending<'_>,
        definition: TypeDefinition,
        granted: &Arc<Granted>,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<CommandWay>, RosError> {
        let types = TypeSupport::load(&definition.name)?;
        let sealed = TypeSupport::load(SEALED_TYPE)?;
        let output = Publisher::new(sending.outer, &command_topic(sending.name), &sealed, Qos::default())?;
        let name = sending.own_name();
        let status = CommandedStatus { name: name.clone(), sent: 0, refused: 0, lost: 0, why: String::new() };
        let way = Arc::new(CommandWay {
            turn: Turn::default(),
            path: Mutex::new(Path {
                input: None,
                taken: SerializedMessage::new(),
                definition,
                digest: sending.digest,
                granted: Arc::clone(granted),
                stamps: Stamps::default(),
                output,
                losses: Losses::default(),
            }),
            status: Mutex::new(status),
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

impl Path {
    fn send(&mut self) -> Result<(), String> {
        let cdr = self.taken.as_bytes();
        let end = self.definition.plan.check(cdr).map_err(|why| why.to_string())?.end();
        let cdr = cdr.get(..end).unwrap_or_default();
        let receiver = self.granted.receiver(Time::system().second());
        let receiver = receiver.ok_or("the robot has announced no key for commands")?;
        let stamp = self.stamps.next();
        let sealed = seal_command(self.granted.me(), &receiver, &self.digest, stamp, cdr);
        let sealed = sealed.map_err(|why| why.to_string())?;
        self.output.publish(&sealed).map(drop).map_err(|error| error.to_string())
    }
}

impl Serve for CommandWay {
    fn serve(&self) -> bool {
        let path = &mut *self.path();
        for _ in 0..BATCH {
            let Path { input: Some(input), taken, .. } = path else { return false };
            let Ok(Some(info)) = input.take(taken) else { return false };
            let lost = path.losses.lost_before(&info.gid, info.sequence);
            path.losses.remember(&info.gid, info.sequence);
            let sent = path.send();
            let mut status = self.status();
            status.lost += lost;
            match sent {
                Ok(()) => status.sent += 1,
                Err(why) => {
                    status.refused += 1;
                    status.why = why;
                }
            }
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
