//! A call's way to the robot and back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};

use super::{CommandedStatus, Sending, Stamps, Way, wake};
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{Client, RequestId, RosError, SerializedMessage, Server, ServiceSupport};
use discreet_audit::{Time, cleaned};
use discreet_cdr::Plan;
use discreet_cdr::types::ServiceDefinition;
use discreet_host::sync::lock;
use discreet_seal::unseal::Granted;
use discreet_seal::{
    CallAnswer, ContextDigest, Receiver, Ticket, open_response, read_call_answer, seal_call,
};

/// Requests and answers looked at in one go before others have their turn.
const BATCH: usize = 16;
/// Calls under way.
const MAX_CALLS: usize = 64;
/// Longer than the guard waits for the robot.
const PATIENCE: Duration = Duration::from_secs(8);

/// Offers a plain service, and forwards its calls sealed.
pub struct CallWay {
    turn: Turn,
    path: Mutex<Path>,
    /// Apart, so that diagnostics does not wait for a call.
    status: Arc<Mutex<CommandedStatus>>,
}

struct Path {
    ends: Option<Ends>,
    taken: SerializedMessage,
    request: Plan,
    digest: ContextDigest,
    granted: Arc<Granted>,
    stamps: Stamps,
    calls: BTreeMap<i64, Call>,
    status: Arc<Mutex<CommandedStatus>>,
}

/// What is offered on the own domain, and what is called on the robot's. As nodes of the own domain wait for a service,
/// the one is offered only while the other is there.
struct Ends {
    server: Option<Server>,
    client: Client,
    offer: Offer,
}

/// How to offer the service.
type Offer = Box<dyn Fn() -> Result<Server, RosError> + Send>;

struct Call {
    id: RequestId,
    ticket: Ticket,
    receiver: Receiver,
    until: Instant,
}

impl CallWay {
    pub fn open(
        sending: &Sending<'_>,
        service: &ServiceDefinition,
        call: &ServiceDefinition,
        granted: &Arc<Granted>,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<CallWay>, RosError> {
        let name = sending.own_name();
        let status = CommandedStatus { name: name.clone(), sent: 0, refused: 0, lost: 0, why: String::new() };
        let status = Arc::new(Mutex::new(status));
        let way = Arc::new(CallWay {
            status: Arc::clone(&status),
            turn: Turn::default(),
            path: Mutex::new(Path {
                ends: None,
                taken: SerializedMessage::new(),
                request: service.request.plan.clone(),
                digest: sending.digest,
                granted: Arc::clone(granted),
                stamps: Stamps::default(),
                calls: BTreeMap::new(),
                status,
            }),
        });
        let outside = format!("{}/call", sending.name);
        let on_response = wake(Arc::downgrade(&way), Arc::clone(queue));
        let client = Client::new(sending.outer, &outside, &ServiceSupport::load(call)?, on_response)?;
        let (own, support, queue) =
            (Arc::clone(sending.own), ServiceSupport::load(service)?, Arc::clone(queue));
        let weak = Arc::downgrade(&way);
        let offer = Box::new(move || {
            Server::new(&own, &name, &support, wake(Weak::clone(&weak), Arc::clone(&queue)))
        });
        way.path().ends = Some(Ends { server: None, client, offer });
        Ok(way)
    }

    fn path(&self) -> MutexGuard<'_, Path> {
        lock(&self.path)
    }
}

impl Path {
    fn count(&mut self, outcome: Result<bool, String>) {
        let mut status = lock(&self.status);
        match outcome {
            Ok(answered) => status.sent += u64::from(answered),
            // A service of ROS has no way to say no: its caller waits in vain, and diagnostics tells why.
            Err(why) => {
                status.refused += 1;
                status.why = why;
            }
        }
    }

    /// Seals the request in `taken`, and sends it.
    fn send(&mut self, id: RequestId) -> Result<bool, String> {
        let Path { ends: Some(Ends { client, .. }), taken, calls, .. } = self else { return Ok(false) };
        let end = self.request.check(taken.as_bytes()).map_err(|why| why.to_string())?.end();
        let cdr = taken.as_bytes().get(..end).unwrap_or_default();
        if calls.len() >= MAX_CALLS {
            return Err("too many calls are under way".into());
        }
        let receiver = self.granted.receiver(Time::system().second());
        let receiver = receiver.ok_or("the robot has announced no key for calls")?;
        let stamp = self.stamps.next();
        let sealed = seal_call(self.granted.me(), &receiver, &self.digest, stamp, cdr);
        let (sealed, ticket) = sealed.map_err(|why| why.to_string())?;
        let number = client.send_request(&sealed).map_err(|error| error.to_string())?;
        let until = Instant::now() + PATIENCE;
        calls.insert(number, Call { id, ticket, receiver, until });
        Ok(false)
    }

    /// Opens the answer in `taken`, and passes it on.
    fn answer(&mut self, call: &Call) -> Result<bool, String> {
        let Path { ends: Some(Ends { server: Some(server), .. }), taken, granted, .. } = self else {
            return Ok(false);
        };
        let mut sealed = match read_call_answer(taken.as_bytes()).map_err(|why| why.to_string())? {
            CallAnswer::Sealed(sealed) => sealed,
            CallAnswer::Refused(why) => return Err(format!("refused: {}", cleaned(why))),
        };
        let opened = open_response(granted.me(), &call.receiver, &call.ticket, &mut sealed);
        let cdr = opened.map_err(|why| why.to_string())?;
        server.send_response(call.id, cdr).map_err(|error| error.to_string())?;
        Ok(true)
    }

    /// Offers the service, or ceases to, as the robot's guard does.
    fn follow(&mut self) {
        let Some(Ends { server, client, offer }) = &mut self.ends else { return };
        match (client.is_available(), server.is_some()) {
            (true, false) => match offer() {
                Ok(offered) => *server = Some(offered),
                Err(error) => {
                    lock(&self.status).why = error.to_string();
                }
            },
            (false, true) => *server = None,
            (true, true) | (false, false) => {}
        }
    }

    fn serve(&mut self) -> bool {
        self.follow();
        let mut served = 0;
        loop {
            let Path { ends: Some(Ends { client, .. }), taken, calls, .. } = self else { return false };
            let Ok(Some(number)) = client.take_response(taken) else { break };
            if let Some(call) = calls.remove(&number) {
                let outcome = self.answer(&call);
                self.count(outcome);
            }
            served += 1;
            if served >= BATCH {
                return true;
            }
        }
        let (before, now) = (self.calls.len(), Instant::now());
        self.calls.retain(|_, call| call.until > now);
        for _ in self.calls.len()..before {
            self.count(Err("the robot's guard did not answer".into()));
        }
        loop {
            let Path { ends: Some(Ends { server: Some(server), .. }), taken, .. } = self else {
                return false;
            };
            let Ok(Some(id)) = server.take_request(taken) else { return false };
            let outcome = self.send(id);
            self.count(outcome);
            served += 1;
            if served >= BATCH {
                return true;
            }
        }
    }
}

impl Serve for CallWay {
    fn serve(&self) -> bool {
        self.path().serve()
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl Way for CallWay {
    fn status(&self) -> CommandedStatus {
        lock(&self.status).clone()
    }

    fn close(&self) {
        self.path().ends = None;
    }

    fn into_serve(self: Arc<Self>) -> Arc<dyn Serve> {
        self
    }
}
