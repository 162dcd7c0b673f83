//! A party's calls to the service of one robot.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use discreet_seal::commanding::{AnswerCaller, CallRobot, CallSealer};
use discreet_seal::unseal::Granted;
use discreet_seal::{CommandContext, IngressKind};

use crate::setting::{DOMAIN, SERVICE, SERVICE_TYPE, definition, robot_name};

/// Seals requests, and opens their answers.
pub struct Calls(CallSealer<u64>);

/// A request that is sent, or an answer that was opened: its number, and the bytes.
#[derive(Default)]
struct Carried(u64, Option<Vec<u8>>);

impl Calls {
    /// Without a call under way.
    pub fn new(robot: usize, granted: Arc<Granted>) -> Calls {
        let context = CommandContext {
            robot: &robot_name(robot),
            domain: DOMAIN,
            kind: IngressKind::Call,
            name: SERVICE,
            type_name: SERVICE_TYPE,
            type_hash: &definition().hash,
        };
        Calls(CallSealer::new(granted, context.digest(), definition().plan.clone(), str::to_owned))
    }

    /// Seals request `id`. `ns`: the time of day; `at`: monotonic.
    pub fn send(&mut self, id: u64, request: &[u8], ns: i64, at: Duration) -> Result<Vec<u8>, String> {
        let mut robot = Carried(id, None);
        self.0.send(id, request, &mut robot, ns, at).map_err(|why| why.to_string())?;
        Ok(robot.1.unwrap_or_default())
    }

    /// Opens the answer to request `id`. None if it is not under way, is refused, or does not open.
    pub fn answer(&mut self, id: u64, answer: &[u8]) -> Option<Vec<u8>> {
        let mut caller = Carried::default();
        self.0.answer(i64::try_from(id).ok()?, answer, Some(&mut caller))?.ok()?;
        caller.1
    }

    /// Gives up calls that are not answered.
    pub fn give_up(&mut self, at: Duration) {
        self.0.give_up(at);
    }
}

impl CallRobot for Carried {
    type Fault = Infallible;

    fn send_request(&mut self, sealed: &[u8]) -> Result<i64, Infallible> {
        self.1 = Some(sealed.to_vec());
        Ok(self.0 as i64)
    }
}

impl AnswerCaller for Carried {
    type Id = u64;
    type Fault = Infallible;

    fn send_response(&mut self, to: u64, response: &[u8]) -> Result<(), Infallible> {
        (self.0, self.1) = (to, Some(response.to_vec()));
        Ok(())
    }
}
