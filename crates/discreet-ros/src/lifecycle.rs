//! The guard as a managed node: the services by which `ros2 lifecycle` and a lifecycle manager ask for its state and
//! change it (design.ros2.org/articles/node_lifecycle.html).

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures::channel::{mpsc, oneshot};
use futures::{SinkExt, Stream, StreamExt};
use r2r::lifecycle_msgs::{msg, srv};
use r2r::{Publisher, QosProfile, ServiceRequest, WrappedServiceTypeSupport};

use super::program::Program;
use discreet_audit::Time;
use discreet_guard::lifecycle::{Outcome, Request, State, TRANSITIONS, Transition};
use discreet_host::sync::lock;

/// The state of the node, and the changes that others ask for.
pub struct Lifecycle {
    state: Arc<Mutex<State>>,
    events: Publisher<msg::TransitionEvent>,
    asked: mpsc::Receiver<Asked>,
    /// The one who waits for the end of the present step.
    waiting: Option<oneshot::Sender<bool>>,
    services: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

struct Asked {
    transition: Transition,
    answer: oneshot::Sender<bool>,
}

impl Lifecycle {
    /// Offers the services of a node that is unconfigured.
    pub(super) fn new(program: &mut Program) -> Result<Lifecycle, r2r::Error> {
        let state = Arc::new(Mutex::new(State::Unconfigured));
        let events = program.node.create_publisher("~/transition_event", QosProfile::default())?;
        let (ask, asked) = mpsc::channel(0);
        let (first, second) = (Arc::clone(&state), Arc::clone(&state));
        let services: Vec<Pin<Box<dyn Future<Output = ()> + Send>>> = vec![
            Box::pin(change(offer(program, "change_state")?, Arc::clone(&state), ask)),
            Box::pin(serve(offer::<srv::GetState::Service>(program, "get_state")?, move |_| {
                srv::GetState::Response { current_state: described(*lock(&first)) }
            })),
            Box::pin(serve(
                offer::<srv::GetAvailableStates::Service>(program, "get_available_states")?,
                |_| srv::GetAvailableStates::Response { available_states: states() },
            )),
            Box::pin(serve(
                offer::<srv::GetAvailableTransitions::Service>(program, "get_available_transitions")?,
                move |_| srv::GetAvailableTransitions::Response {
                    available_transitions: lock(&second).transitions().map(|one| description(&one)).collect(),
                },
            )),
            Box::pin(serve(
                offer::<srv::GetAvailableTransitions::Service>(program, "get_transition_graph")?,
                |_| srv::GetAvailableTransitions::Response {
                    available_transitions: TRANSITIONS.iter().map(description).collect(),
                },
            )),
        ];
        Ok(Lifecycle { state, events, asked, waiting: None, services })
    }

    /// Begins to answer. To be called in a runtime.
    pub fn begin(&mut self) {
        self.services.drain(..).for_each(|service| drop(tokio::spawn(service)));
    }

    /// The present state.
    pub fn state(&self) -> State {
        *lock(&self.state)
    }

    /// Waits until somebody asks for a change that is possible now, and begins it.
    pub async fn next(&mut self) -> Request {
        loop {
            let Some(Asked { transition, answer }) = self.asked.next().await else {
                return std::future::pending().await; // the services live as long as the node
            };
            // The state may have changed since: the dropped answer is a no.
            let Some(request) = transition.request().filter(|_| transition.start == self.state()) else {
                continue;
            };
            self.waiting = Some(answer);
            self.follow(transition);
            return request;
        }
    }

    /// Ends the step that was begun. A fault leads back to unconfigured.
    pub fn ended(&mut self, outcome: Outcome) {
        let end = self.state().ended(outcome);
        end.into_iter().for_each(|transition| self.follow(transition));
        if self.state() == State::ErrorProcessing {
            let end = self.state().ended(Outcome::Success);
            end.into_iter().for_each(|transition| self.follow(transition));
        }
        if let Some(waiting) = self.waiting.take() {
            let _gone = waiting.send(outcome == Outcome::Success);
        }
    }

    /// A fault while it was configured: as a step back that fails, since there is no other way into error processing.
    pub fn failed(&mut self) {
        let back = |one: &Transition| matches!(one.request(), Some(Request::Deactivate | Request::CleanUp));
        let back = self.state().transitions().find(back);
        back.into_iter().for_each(|transition| self.follow(transition));
        self.ended(Outcome::Error);
    }

    fn follow(&self, transition: Transition) {
        *lock(&self.state) = transition.goal;
        let event = msg::TransitionEvent {
            timestamp: u64::try_from(Time::system().nanoseconds).unwrap_or_default(),
            transition: named(&transition),
            start_state: described(transition.start),
            goal_state: described(transition.goal),
        };
        let _unheard = self.events.publish(&event); // the state can be asked for
    }
}

type Requests<S> = Pin<Box<dyn Stream<Item = ServiceRequest<S>> + Send>>;

fn offer<S: WrappedServiceTypeSupport + 'static>(
    program: &mut Program,
    name: &str,
) -> Result<Requests<S>, r2r::Error> {
    let service = program.node.create_service::<S>(&format!("~/{name}"), QosProfile::services_default())?;
    Ok(Box::pin(service))
}

async fn serve<S: WrappedServiceTypeSupport + 'static>(
    mut requests: Requests<S>,
    answer: impl Fn(&S::Request) -> S::Response,
) {
    while let Some(request) = requests.next().await {
        let answer = answer(&request.message);
        let _gone = request.respond(answer);
    }
}

/// Answers requests for a change, one after the other, when the change is done.
async fn change(
    mut requests: Requests<srv::ChangeState::Service>,
    state: Arc<Mutex<State>>,
    mut ask: mpsc::Sender<Asked>,
) {
    while let Some(request) = requests.next().await {
        let msg::Transition { id, label } = &request.message.transition;
        let transition = lock(&state).asked(*id, label);
        let mut success = false;
        if let Some(transition) = transition {
            let (answer, answered) = oneshot::channel();
            if ask.send(Asked { transition, answer }).await.is_ok() {
                success = answered.await.unwrap_or_default();
            }
        }
        let _gone = request.respond(srv::ChangeState::Response { success });
    }
}

fn described(state: State) -> msg::State {
    msg::State { id: state.id(), label: state.label().to_owned() }
}

/// All states, with the unknown one that rcl_lifecycle lists first.
fn states() -> Vec<msg::State> {
    let unknown = msg::State { id: msg::State::PRIMARY_STATE_UNKNOWN as u8, label: "unknown".to_owned() };
    [unknown].into_iter().chain(State::ALL.map(described)).collect()
}

fn named(transition: &Transition) -> msg::Transition {
    msg::Transition { id: transition.id, label: transition.label.to_owned() }
}

fn description(transition: &Transition) -> msg::TransitionDescription {
    msg::TransitionDescription {
        transition: named(transition),
        start_state: described(transition.start),
        goal_state: described(transition.goal),
    }
}
