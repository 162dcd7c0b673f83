//! A call's way to the robot and back.

use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Instant;

use super::{CommandedStatus, Sending, Way, wake};
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{Client, RequestId, RosError, SerializedMessage, Server, ServiceSupport};
use discreet_audit::{Time, cleaned};
use discreet_cdr::types::ServiceDefinition;
use discreet_host::sync::lock;
use discreet_seal::commanding::{AnswerCaller, CallRobot, CallSealer};
use discreet_seal::unseal::Granted;
use discreet_seal::{ContextDigest, IngressKind};

/// Requests and answers served in one go before others have their turn.
const BATCH: usize = 16;

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
    started: Instant,
    calls: CallSealer<RequestId>,
    status: Arc<Mutex<CommandedStatus>>,
}

/// The service on the own domain, and the client of the robot's. Nodes of the own domain wait for a service, so that
/// it is offered only while the robot's is there.
struct Ends {
    server: Option<Server>,
    client: Client,
    offer: Offer,
}

/// Offers the service on the own domain.
type Offer = Box<dyn Fn() -> Result<Server, RosError> + Send>;

impl CallWay {
    pub fn open(
        sending: &Sending<'_>,
        digest: ContextDigest,
        (service, call): (&ServiceDefinition, &ServiceDefinition),
        granted: &Arc<Granted>,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<CallWay>, RosError> {
        let name = sending.own_name();
        let status = Arc::new(Mutex::new(CommandedStatus::new(&name)));
        let plan = service.request.plan.clone();
        let way = Arc::new(CallWay {
            status: Arc::clone(&status),
            turn: Turn::default(),
            path: Mutex::new(Path {
                ends: None,
                taken: SerializedMessage::new(),
                started: Instant::now(),
                calls: CallSealer::new(Arc::clone(granted), digest, plan, cleaned),
                status,
            }),
        });
        let outside = IngressKind::Call.outside(sending.name);
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
    /// Offers the service, or withdraws it, as the robot's guard does.
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
        let Path { ends: Some(Ends { server, client, .. }), taken, started, calls, status } = self else {
            return false;
        };
        let mut served = 0;
        while let Ok(Some(number)) = client.take_response(taken) {
            if let Some(outcome) = calls.answer(number, taken.as_bytes(), server.as_mut()) {
                lock(status).count(outcome);
            }
            served += 1;
            if served >= BATCH {
                return true;
            }
        }
        for why in calls.give_up(started.elapsed()) {
            lock(status).count(Err(why));
        }
        let Some(server) = server else { return false };
        while let Ok(Some(id)) = server.take_request(taken) {
            let (now, at) = (Time::system().nanoseconds, started.elapsed());
            // A service of ROS has no way to refuse: its caller waits in vain, and diagnostics tells the reason.
            if let Err(why) = calls.send(id, taken.as_bytes(), client, now, at) {
                lock(status).count(Err(why));
            }
            served += 1;
            if served >= BATCH {
                return true;
            }
        }
        false
    }
}

impl CallRobot for Client {
    type Fault = RosError;

    fn send_request(&mut self, sealed: &[u8]) -> Result<i64, RosError> {
        Client::send_request(self, sealed)
    }
}

impl AnswerCaller for Server {
    type Id = RequestId;
    type Fault = RosError;

    fn send_response(&mut self, to: RequestId, response: &[u8]) -> Result<(), RosError> {
        Server::send_response(self, to, response)
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
