//! An action's way to the robot and back, for unchanged action clients on the own domain.

mod definition;
mod notices;

use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Instant;

use super::{CommandedStatus, Sending, Way, wake};
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{
    Client, Publisher, RequestId, RosError, SerializedMessage, Server, ServiceSupport, Subscription,
    TypeSupport,
};
use discreet_audit::{Time, cleaned};
use discreet_cdr::types::{ServiceDefinition, TypeDefinition};
use discreet_graph::qos::Qos;
use discreet_guard::actions::goals_in;
use discreet_host::sync::lock;
use discreet_policy::ActionPart;
use discreet_seal::commanding::{
    ActionCalls, ActionSealer, AnswerCaller, ForClient, NoticeOpener, RobotAction, goal_id,
};
use discreet_seal::unseal::Granted;
use discreet_seal::{GoalId, IngressKind, SEALED_TYPE, notice_topic};

use notices::Notices;

pub use definition::ActionDefinition;

/// Messages of each kind served in one go before others have their turn.
const BATCH: usize = 16;
/// Turns of feedback and status before results: more than the middleware's queue holds.
const ROUNDS: usize = 8;

/// Offers a plain action, and forwards it sealed.
pub struct ActionWay {
    turn: Turn,
    path: Mutex<Path>,
    /// Apart, so that diagnostics does not wait for a goal.
    status: Arc<Mutex<CommandedStatus>>,
}

struct Path {
    ends: Option<Ends>,
    taken: SerializedMessage,
    started: Instant,
    sealer: ActionSealer<RequestId>,
    status: Arc<Mutex<CommandedStatus>>,
}

struct Ends {
    /// The action on the own domain. Its clients wait for it, so it is offered only while the robot's is there.
    own: Option<OwnAction>,
    robot: Clients,
    feedback: Notices,
    status: Notices,
    offer: Offer,
}

/// Offers the action on the own domain.
type Offer = Box<dyn Fn() -> Result<OwnAction, RosError> + Send>;

struct OwnAction {
    send_goal: Server,
    cancel_goal: Server,
    get_result: Server,
    feedback: Publisher,
    status: Publisher,
}

/// The robot's action on the outer domain.
struct Clients {
    send_goal: Client,
    cancel_goal: Client,
    get_result: Client,
}

impl RobotAction for Clients {
    type Call = Client;

    fn send_goal(&mut self) -> &mut Client {
        &mut self.send_goal
    }

    fn cancel_goal(&mut self) -> &mut Client {
        &mut self.cancel_goal
    }

    fn get_result(&mut self) -> &mut Client {
        &mut self.get_result
    }
}

impl Clients {
    fn are_available(&self) -> bool {
        [&self.send_goal, &self.cancel_goal, &self.get_result].into_iter().all(Client::is_available)
    }
}

/// The supports of the types of an action on the own domain.
struct Supports {
    send_goal: ServiceSupport,
    cancel_goal: ServiceSupport,
    get_result: ServiceSupport,
    feedback: TypeSupport,
    status: TypeSupport,
}

impl ActionWay {
    /// `sending` names the action; `digest` gives the context of a part with its definition's hash.
    pub fn open(
        sending: &Sending<'_>,
        definition: &ActionDefinition,
        call: &ServiceDefinition,
        digest: impl Fn(&str, &str, &str) -> discreet_seal::ContextDigest,
        granted: &Arc<Granted>,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<ActionWay>, RosError> {
        let full = |part: ActionPart| part.full_name(sending.name);
        let context = |part: ActionPart, type_name: &str, hash: &str| digest(&full(part), type_name, hash);
        let of_service = |part, service: &ServiceDefinition| {
            (context(part, &service.name, &service.hash), service.request.plan.clone())
        };
        let calls = ActionCalls {
            send_goal: of_service(ActionPart::SendGoal, &definition.send_goal),
            cancel_goal: of_service(ActionPart::CancelGoal, &definition.cancel_goal),
            get_result: of_service(ActionPart::GetResult, &definition.get_result),
        };
        let name = sending.own_name();
        let status = Arc::new(Mutex::new(CommandedStatus::new(&name)));
        let way = Arc::new(ActionWay {
            turn: Turn::default(),
            path: Mutex::new(Path {
                ends: None,
                taken: SerializedMessage::new(),
                started: Instant::now(),
                sealer: ActionSealer::new(granted, calls, cleaned),
                status: Arc::clone(&status),
            }),
            status,
        });
        let wakes = || wake(Arc::downgrade(&way), Arc::clone(queue));
        let call = ServiceSupport::load(call)?;
        let client =
            |part| Client::new(sending.outer, &IngressKind::Call.outside(&full(part)), &call, wakes());
        let robot = Clients {
            send_goal: client(ActionPart::SendGoal)?,
            cancel_goal: client(ActionPart::CancelGoal)?,
            get_result: client(ActionPart::GetResult)?,
        };
        let sealed = TypeSupport::load(SEALED_TYPE)?;
        let notices = |part: ActionPart, types: &TypeDefinition| -> Result<Notices, RosError> {
            let qos = Qos { latched: true, depth: 100, ..Qos::default() };
            let input = Subscription::new(sending.outer, &notice_topic(&full(part)), &sealed, qos, wakes())?;
            let context = context(part, &types.name, &types.hash);
            let goals: fn(&[u8]) -> Vec<GoalId> = match part {
                ActionPart::Status => |message| goals_in(message).unwrap_or_default(),
                _ => |message| goal_id(message).into_iter().collect(),
            };
            let opener = NoticeOpener::new(granted, context, types.plan.clone());
            Ok(Notices::new(input, opener, goals))
        };
        let supports = Supports {
            send_goal: ServiceSupport::load(&definition.send_goal)?,
            cancel_goal: ServiceSupport::load(&definition.cancel_goal)?,
            get_result: ServiceSupport::load(&definition.get_result)?,
            feedback: TypeSupport::load(&definition.feedback.name)?,
            status: TypeSupport::load(&definition.status.name)?,
        };
        let (own, weak, queue) = (Arc::clone(sending.own), Arc::downgrade(&way), Arc::clone(queue));
        let offer = Box::new(move || {
            let wakes = || wake(Weak::clone(&weak), Arc::clone(&queue));
            let server =
                |part: ActionPart, support| Server::new(&own, &part.full_name(&name), support, wakes());
            let latched = Qos { latched: true, depth: 1, ..Qos::default() };
            let publisher =
                |part: ActionPart, types, qos| Publisher::new(&own, &part.full_name(&name), types, qos);
            Ok(OwnAction {
                send_goal: server(ActionPart::SendGoal, &supports.send_goal)?,
                cancel_goal: server(ActionPart::CancelGoal, &supports.cancel_goal)?,
                get_result: server(ActionPart::GetResult, &supports.get_result)?,
                feedback: publisher(ActionPart::Feedback, &supports.feedback, Qos::default())?,
                status: publisher(ActionPart::Status, &supports.status, latched)?,
            })
        });
        way.path().ends = Some(Ends {
            own: None,
            robot,
            feedback: notices(ActionPart::Feedback, &definition.feedback)?,
            status: notices(ActionPart::Status, &definition.status)?,
            offer,
        });
        Ok(way)
    }

    fn path(&self) -> MutexGuard<'_, Path> {
        lock(&self.path)
    }
}

impl Path {
    /// Offers the action when the robot's guard does and goals can be sealed for it. Withdraws it when the guard has, but not
    /// while a client waits for a result: the guard may have started again.
    fn follow(&mut self) {
        let Some(Ends { own, robot, feedback, status, offer }) = &mut self.ends else { return };
        let is_heard = [feedback, status].into_iter().all(|notices| notices.input.publisher_count() > 0);
        match (robot.are_available() && is_heard, own.is_some()) {
            (true, false) if self.sealer.has_key(Time::system().second()) => match offer() {
                Ok(offered) => *own = Some(offered),
                Err(error) => lock(&self.status).why = error.to_string(),
            },
            (false, true) if !self.sealer.awaits_results() => *own = None,
            _ => {}
        }
    }

    fn serve(&mut self) -> bool {
        self.follow();
        let (answers, results) = self.serve_answers();
        // Clients hear no feedback of a goal any more once they have its result.
        let notices = (0..ROUNDS).take_while(|_| self.serve_notices()).count() == ROUNDS;
        self.give_results(results);
        let requests = self.serve_requests();
        let (now, at) = (Time::system().nanoseconds, self.started.elapsed());
        let Some(Ends { robot, .. }) = &mut self.ends else { return false };
        for why in self.sealer.attend(robot, now, at) {
            lock(&self.status).count(Err(why));
        }
        answers || notices || requests
    }

    /// True if there may be more, here and below; and the results for clients.
    fn serve_answers(&mut self) -> (bool, Vec<ForClient<RequestId>>) {
        let (mut served, mut results) = (0, Vec::new());
        let Path { ends: Some(Ends { own, robot, .. }), taken, started, sealer, status } = self else {
            return (false, results);
        };
        let answer = |server: Option<&mut Server>, given: ForClient<RequestId>| {
            let Some(server) = server else { return };
            lock(status).count(AnswerCaller::send_response(server, given.to, &given.response));
        };
        while served < BATCH
            && let Ok(Some(number)) = robot.send_goal.take_response(taken)
        {
            served += 1;
            if let Some(given) = sealer.goal_answered(number, taken.as_bytes(), started.elapsed()) {
                answer(own.as_mut().map(|own| &mut own.send_goal), given);
            }
        }
        while served < BATCH
            && let Ok(Some(number)) = robot.cancel_goal.take_response(taken)
        {
            served += 1;
            if let Some(given) = sealer.cancel_answered(number, taken.as_bytes()) {
                answer(own.as_mut().map(|own| &mut own.cancel_goal), given);
            }
        }
        while served < BATCH
            && let Ok(Some(number)) = robot.get_result.take_response(taken)
        {
            served += 1;
            results.extend(sealer.result_answered(number, taken.as_bytes(), started.elapsed()));
        }
        (served >= BATCH, results)
    }

    fn give_results(&mut self, results: Vec<ForClient<RequestId>>) {
        let Some(Ends { own: Some(own), .. }) = &mut self.ends else { return };
        for given in results {
            let sent = AnswerCaller::send_response(&mut own.get_result, given.to, &given.response);
            lock(&self.status).count(sent);
        }
    }

    fn serve_notices(&mut self) -> bool {
        let Path { ends: Some(Ends { own, feedback, status: states, .. }), taken, sealer, started, status } =
            self
        else {
            return false;
        };
        let (own, at) = (own.as_ref(), started.elapsed());
        let mut more = false;
        for (notices, output) in
            [(feedback, own.map(|own| &own.feedback)), (states, own.map(|own| &own.status))]
        {
            more |= notices.take(taken, status, at);
            // Nothing of a goal is told before its client knows that it is accepted.
            notices.give(
                |goal| sealer.is_unanswered(goal),
                |message| {
                    if let Some(Err(error)) = output.map(|output| output.publish(message)) {
                        lock(status).why = error.to_string();
                    }
                },
            );
        }
        more
    }

    fn serve_requests(&mut self) -> bool {
        let Path { ends: Some(Ends { own: Some(own), robot, .. }), taken, started, sealer, status } = self
        else {
            return false;
        };
        let mut served = 0;
        // An action of ROS has no way to refuse: its client waits in vain, and diagnostics tells the reason.
        let count = |sent: Result<(), discreet_seal::commanding::Unsent>| {
            if let Err(why) = sent {
                lock(status).count(Err(why));
            }
        };
        let now = || (Time::system().nanoseconds, started.elapsed());
        // First, so that goals cannot keep it waiting.
        while served < BATCH
            && let Ok(Some(id)) = own.cancel_goal.take_request(taken)
        {
            served += 1;
            let (unix, at) = now();
            count(sealer.cancel_goal(id, taken.as_bytes(), robot, unix, at));
        }
        while served < 2 * BATCH
            && let Ok(Some(id)) = own.send_goal.take_request(taken)
        {
            served += 1;
            let (unix, at) = now();
            count(sealer.send_goal(id, taken.as_bytes(), robot, unix, at));
        }
        while served < BATCH
            && let Ok(Some(id)) = own.get_result.take_request(taken)
        {
            served += 1;
            let (unix, at) = now();
            match sealer.get_result(id, taken.as_bytes(), robot, unix, at) {
                Ok(None) => {}
                Ok(Some(given)) => count(
                    own.get_result
                        .send_response(given.to, &given.response)
                        .map_err(|error| discreet_seal::commanding::Unsent::Fault(error.to_string())),
                ),
                Err(why) => count(Err(why)),
            }
        }
        served >= BATCH
    }
}

impl Serve for ActionWay {
    fn serve(&self) -> bool {
        self.path().serve()
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl Way for ActionWay {
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
