//! Seals the requests of one service, and opens their answers.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use super::{Stamps, Unanswered, Unsent};
use crate::identity::Identity;
use crate::unseal::Granted;
use crate::{CallAnswer, ContextDigest, Receiver, Ticket, open_response, read_call_answer, seal_call};
use discreet_cdr::Plan;

/// Calls under way.
const MAX_CALLS: usize = 64;
/// An answer is awaited for this time: longer than the guard waits for the robot.
const PATIENCE: Duration = Duration::from_secs(8);
/// After this many answers that do not open, no other is tried: each costs a signature check.
const MOST_REFUSED: usize = 8;

/// Port: sends sealed requests to the robot.
pub trait CallRobot {
    /// Error of the middleware. Its text is shown in diagnostics.
    type Fault: Display;

    /// Sends a serialized request of `discreet_interfaces/srv/Call`; returns the number that its answer will have.
    fn send_request(&mut self, sealed: &[u8]) -> Result<i64, Self::Fault>;
}

/// Port: answers callers on the own domain.
pub trait AnswerCaller {
    /// Identifies a request.
    type Id: Copy;
    /// Error of the middleware. Its text is shown in diagnostics.
    type Fault: Display;

    /// Sends a serialized plain response to the caller of request `to`.
    fn send_response(&mut self, to: Self::Id, response: &[u8]) -> Result<(), Self::Fault>;
}

/// Seals the requests of one service for the robot's guard, and opens their answers. `Id` identifies a request.
pub struct CallSealer<Id> {
    granted: Arc<Granted>,
    context: ContextDigest,
    /// The walk over plain requests.
    request: Plan,
    /// Makes the guard's reason for a refusal, which anybody could have written, fit for diagnostics.
    clean: fn(&str) -> String,
    stamps: Stamps,
    patience: Duration,
    max_calls: usize,
    /// By the number of the sealed request.
    calls: BTreeMap<i64, Call<Id>>,
}

struct Call<Id> {
    id: Id,
    ticket: Ticket,
    receiver: Receiver,
    /// The time at which it is given up.
    until: Duration,
    /// Answers that did not open, and the reason of the last one.
    refused: usize,
    why: Option<Unanswered>,
}

impl<Id: Copy> CallSealer<Id> {
    /// `request` is the walk over plain requests; `clean` makes text from outside fit for diagnostics.
    pub fn new(
        granted: Arc<Granted>,
        context: ContextDigest,
        request: Plan,
        clean: fn(&str) -> String,
    ) -> CallSealer<Id> {
        let (stamps, calls) = Default::default();
        CallSealer {
            granted,
            context,
            request,
            clean,
            stamps,
            patience: PATIENCE,
            max_calls: MAX_CALLS,
            calls,
        }
    }

    /// With another time for which answers are awaited, and another bound on calls under way.
    pub fn patient(self, patience: Duration, max_calls: usize) -> CallSealer<Id> {
        CallSealer { patience, max_calls, ..self }
    }

    /// Seals a serialized request at `now_ns` (nanoseconds since 1970), and sends it. `at` is monotonic.
    pub fn send(
        &mut self,
        id: Id,
        request: &[u8],
        robot: &mut impl CallRobot,
        now_ns: i64,
        at: Duration,
    ) -> Result<(), Unsent> {
        let end = self.request.check(request)?.end();
        let request = request.get(..end).unwrap_or_default();
        if self.calls.len() >= self.max_calls {
            return Err(Unsent::TooManyCalls);
        }
        let receiver = self.granted.receiver(now_ns.div_euclid(1_000_000_000));
        let receiver = receiver.ok_or(Unsent::NoCallKey)?;
        let stamp = self.stamps.next(now_ns);
        let (sealed, ticket) = seal_call(self.granted.me(), &receiver, &self.context, stamp, request)?;
        let number = robot.send_request(&sealed).map_err(|fault| Unsent::Fault(fault.to_string()))?;
        let until = at.saturating_add(self.patience);
        self.calls.insert(number, Call { id, ticket, receiver, until, refused: 0, why: None });
        Ok(())
    }

    /// Opens the serialized answer to the request of this number, and passes it to `caller`; its call ends. Returns
    /// none if there is no such call under way, or the service is not offered any more.
    ///
    /// Only the answer that opens ends a call. Anybody can send others, and refusals: the guard of another robot with a
    /// service of this name hears each request too, and refuses it.
    pub fn answer(
        &mut self,
        number: i64,
        answer: &[u8],
        caller: Option<&mut impl AnswerCaller<Id = Id>>,
    ) -> Option<Result<(), Unanswered>> {
        let (call, me, clean) = (self.calls.get_mut(&number)?, self.granted.me(), self.clean);
        let Some(caller) = caller else {
            self.calls.remove(&number);
            return None;
        };
        if call.refused >= MOST_REFUSED {
            return None;
        }
        match call.open(answer, me, clean) {
            Ok(response) => {
                let passed = caller.send_response(call.id, &response);
                self.calls.remove(&number);
                Some(passed.map_err(|fault| Unanswered::Fault(fault.to_string())))
            }
            Err(why) => {
                // Others cost no signature check.
                let costly = matches!(why, Unanswered::Unopened(_));
                call.refused = call.refused.saturating_add(usize::from(costly));
                call.why = Some(why);
                None
            }
        }
    }

    /// True if a call under way has such an id.
    pub fn awaits(&self, id: impl Fn(&Id) -> bool) -> bool {
        self.calls.values().any(|call| id(&call.id))
    }

    /// Ends the calls that were not answered in time, and returns the reason of each: that of the last answer that did not
    /// open, or [`Unanswered::Silent`]. `at` is monotonic.
    pub fn give_up(&mut self, at: Duration) -> Vec<Unanswered> {
        let late: Vec<i64> =
            self.calls.iter().filter(|(_, call)| call.until <= at).map(|(number, _)| *number).collect();
        let ended = late.iter().filter_map(|number| self.calls.remove(number));
        ended.map(|call| call.why.unwrap_or(Unanswered::Silent)).collect()
    }
}

impl<Id> Call<Id> {
    fn open(&self, answer: &[u8], me: &Identity, clean: fn(&str) -> String) -> Result<Vec<u8>, Unanswered> {
        let mut sealed = match read_call_answer(answer)? {
            CallAnswer::Sealed(sealed) => sealed,
            CallAnswer::Refused(why) => return Err(Unanswered::Refused(clean(why))),
        };
        Ok(open_response(me, &self.receiver, &self.ticket, &mut sealed)?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Desk, NOW, NOW_NS, PUBLISHED_BYTE, byte_plan};
    use super::*;
    use crate::{CommandContext, IngressKind, OpenError, seal_response, write_call_answer};

    const START: Duration = Duration::from_secs(5);

    /// The client of the robot's service.
    #[derive(Default)]
    struct Sent(Vec<Vec<u8>>);

    impl CallRobot for Sent {
        type Fault = &'static str;

        fn send_request(&mut self, sealed: &[u8]) -> Result<i64, &'static str> {
            self.0.push(sealed.to_vec());
            Ok(self.0.len() as i64)
        }
    }

    /// The server on the own domain.
    #[derive(Default)]
    struct Answered(Vec<(&'static str, Vec<u8>)>);

    impl AnswerCaller for Answered {
        type Id = &'static str;
        type Fault = &'static str;

        fn send_response(&mut self, to: &'static str, response: &[u8]) -> Result<(), &'static str> {
            self.0.push((to, response.to_vec()));
            Ok(())
        }
    }

    struct Scene {
        desk: Desk,
        context: ContextDigest,
        sealer: CallSealer<&'static str>,
        robot: Sent,
        callers: Answered,
    }

    impl Scene {
        fn new() -> Scene {
            let desk = Desk::new();
            desk.announce(NOW + 30);
            let context = CommandContext {
                robot: "r",
                domain: 4,
                kind: IngressKind::Call,
                name: "/mode",
                type_name: "a/srv/B",
                type_hash: "h",
            };
            let context = context.digest();
            let granted = Arc::clone(&desk.granted);
            let sealer = CallSealer::new(granted, context, byte_plan(), |why| why.to_uppercase());
            Scene { desk, context, sealer, robot: Sent::default(), callers: Answered::default() }
        }

        fn send(&mut self, id: &'static str) -> Result<(), Unsent> {
            self.sealer.send(id, &PUBLISHED_BYTE, &mut self.robot, NOW_NS, START)
        }

        /// The guard's answer to the last request.
        fn response(&self, text: &[u8]) -> Vec<u8> {
            let request = self.robot.0.last().unwrap();
            let ticket = Ticket::of(&self.context, request).unwrap();
            let me = self.desk.granted.me().public();
            let sealed = seal_response(&self.desk.robot.sender, me, &ticket, text).unwrap();
            write_call_answer(&CallAnswer::Sealed(sealed))
        }

        fn answer(&mut self, number: i64, answer: &[u8]) -> Option<Result<(), Unanswered>> {
            self.sealer.answer(number, answer, Some(&mut self.callers))
        }
    }

    #[test]
    fn the_guard_opens_a_request_and_the_caller_gets_its_answer_once() {
        let mut scene = Scene::new();
        scene.send("caller").unwrap();
        let me = scene.desk.granted.me().public().clone();
        let mut request = scene.robot.0[0].clone();
        let opened = scene.desk.guard.open(&scene.context, |_| Some(&me), &mut request).unwrap();
        assert_eq!(opened.message, PUBLISHED_BYTE);
        let response = scene.response(b"response");
        assert_eq!(scene.answer(1, &response), Some(Ok(())));
        assert_eq!(scene.answer(1, &response), None, "the call has ended");
        assert_eq!(scene.callers.0, [("caller", b"response".to_vec())]);
    }

    #[test]
    fn an_answer_to_another_request_or_by_another_robot_is_not_passed_on() {
        let mut scene = Scene::new();
        scene.send("first").unwrap();
        let to_first = scene.response(b"response");
        scene.send("second").unwrap();
        assert_eq!(scene.answer(2, &to_first), None);
        scene.send("third").unwrap();
        scene.desk.robot.sender = crate::SenderKey::generate().unwrap();
        let forged = scene.response(b"response");
        assert_eq!(scene.answer(3, &forged), None);
        assert!(scene.callers.0.is_empty());
        let (unopened, silent) = (Unanswered::Unopened(OpenError::Signature), Unanswered::Silent);
        assert_eq!(scene.sealer.give_up(START + PATIENCE), [silent, unopened.clone(), unopened]);
    }

    #[test]
    fn the_guards_reason_is_made_fit_for_diagnostics() {
        let mut scene = Scene::new();
        scene.send("caller").unwrap();
        let refused = write_call_answer(&CallAnswer::Refused("not now"));
        assert_eq!(scene.answer(1, &refused), None);
        assert_eq!(scene.sealer.give_up(START + PATIENCE)[0].to_string(), "refused: NOT NOW");
    }

    #[test]
    fn the_refusal_of_another_robots_guard_does_not_end_a_call() {
        let mut scene = Scene::new();
        scene.send("caller").unwrap();
        let (refused, response) =
            (write_call_answer(&CallAnswer::Refused("other_receiver")), scene.response(b"response"));
        assert_eq!(scene.answer(1, &refused), None);
        assert_eq!(scene.answer(1, &response), Some(Ok(())));
        assert_eq!(scene.callers.0, [("caller", b"response".to_vec())]);
        assert!(scene.sealer.give_up(START + PATIENCE).is_empty());
    }

    #[test]
    fn a_stranger_who_answers_again_and_again_costs_a_few_signature_checks() {
        let mut scene = Scene::new();
        scene.send("caller").unwrap();
        let genuine = scene.response(b"response");
        scene.desk.robot.sender = crate::SenderKey::generate().unwrap();
        let forged = scene.response(b"response");
        assert!((0..MOST_REFUSED).all(|_| scene.answer(1, &forged).is_none()));
        assert_eq!(scene.answer(1, &genuine), None, "no other is tried");
        assert_eq!(scene.sealer.give_up(START + PATIENCE).len(), 1);
    }

    #[test]
    fn calls_under_way_are_bounded_and_given_up_in_time() {
        let mut scene = Scene::new();
        (0..MAX_CALLS).for_each(|_| scene.send("caller").unwrap());
        assert_eq!(scene.send("caller"), Err(Unsent::TooManyCalls));
        assert!(scene.sealer.give_up(START + PATIENCE - Duration::from_millis(1)).is_empty());
        assert_eq!(scene.sealer.give_up(START + PATIENCE), vec![Unanswered::Silent; MAX_CALLS]);
        let late = scene.response(b"late");
        assert_eq!(scene.answer(MAX_CALLS as i64, &late), None);
        assert_eq!(scene.send("caller"), Ok(()));
    }

    #[test]
    fn without_an_announcement_or_a_request_of_the_type_nothing_is_sent() {
        let mut scene = Scene::new();
        let Scene { sealer, robot, .. } = &mut scene;
        let ended = NOW_NS + 30_000_000_000;
        assert_eq!(sealer.send("caller", &PUBLISHED_BYTE, robot, ended, START), Err(Unsent::NoCallKey));
        let malformed = sealer.send("caller", &[0, 1, 0, 0], robot, NOW_NS, START);
        assert!(matches!(malformed, Err(Unsent::Malformed(_))), "{malformed:?}");
        assert!(robot.0.is_empty());
    }

    #[test]
    fn an_answer_ends_its_call_also_when_the_service_is_not_offered_any_more() {
        let mut scene = Scene::new();
        scene.send("caller").unwrap();
        let response = scene.response(b"response");
        assert_eq!(scene.sealer.answer(1, &response, None::<&mut Answered>), None);
        assert_eq!(scene.answer(1, &response), None);
    }
}
