//! A commander's side: plain commands and calls are sealed for the robot's guard, and answers are opened.
//!
//! Without a clock and ROS: the ports are [`SealedOutput`], [`CallRobot`] and [`AnswerCaller`]. `discreet_ros` has
//! the node that implements them.

mod action;
mod call;
mod command;

use crate::{OpenError, Unsendable};
use discreet_cdr::Malformed;

pub use action::{
    ActionCalls, ActionSealer, Answers, Asked, ForClient, NoticeOpener, RobotAction, Unnoticed, goal_id,
};
pub use call::{AnswerCaller, CallRobot, CallSealer};
pub use command::{CommandSealer, SealedOutput};

/// State of one command topic or service, for diagnostics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandedStatus {
    /// Its name on the own domain.
    pub name: String,
    /// Commands sent, or calls answered.
    pub sent: u64,
    /// Commands and calls that could not be sent, or were refused.
    pub refused: u64,
    /// Commands that were published and did not arrive: the queue was full.
    pub lost: u64,
    /// The last reason for a refusal; empty if there was none.
    pub why: String,
}

/// Reason why a command or the request of a call is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// Not a message of the type.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// There is no valid announcement of the robot, with its key for commands.
    #[error("the robot has announced no key for commands")]
    NoCommandKey,
    /// The same, for a call.
    #[error("the robot has announced no key for calls")]
    NoCallKey,
    /// The bound on calls under way is reached.
    #[error("too many calls are under way")]
    TooManyCalls,
    /// It could not be sealed.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
    /// The middleware's error.
    #[error("{0}")]
    Fault(String),
}

/// Reason why a call that was sent is not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The answer is not a response of `discreet_interfaces/srv/Call`.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The guard's reason, fit for diagnostics. It is not signed.
    #[error("refused: {0}")]
    Refused(String),
    /// The answer does not open.
    #[error(transparent)]
    Unopened(#[from] OpenError),
    /// The middleware's error.
    #[error("{0}")]
    Fault(String),
    /// There was no answer in time.
    #[error("the robot's guard did not answer")]
    Silent,
}

impl CommandedStatus {
    /// Nothing sent yet. `name` is the name on the own domain.
    pub fn new(name: &str) -> CommandedStatus {
        CommandedStatus { name: name.into(), ..CommandedStatus::default() }
    }

    /// Counts a command that was sent or a call that was answered, or the reason why not.
    pub fn count<E: ToString>(&mut self, outcome: Result<(), E>) {
        match outcome {
            Ok(()) => self.sent += 1,
            Err(why) => {
                self.refused += 1;
                self.why = why.to_string();
            }
        }
    }
}

/// Stamps of commands and calls: nanoseconds since 1970, each greater than the one before.
#[derive(Debug, Default)]
struct Stamps(u64);

impl Stamps {
    fn next(&mut self, now_ns: i64) -> u64 {
        let now = u64::try_from(now_ns).unwrap_or_default();
        self.0 = now.max(self.0.saturating_add(1));
        self.0
    }
}

#[cfg(test)]
pub(crate) mod world;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_grow_while_the_clock_stands_still_or_is_set_back() {
        let mut stamps = Stamps::default();
        assert_eq!([100, 100, 50, 102, 200].map(|now| stamps.next(now)), [100, 101, 102, 103, 200]);
        assert_eq!(Stamps::default().next(-5), 1);
    }

    #[test]
    fn a_status_keeps_the_last_reason() {
        let mut status = CommandedStatus::new("/desk/cmd_vel");
        status.count(Err(Unsent::NoCommandKey));
        status.count(Ok::<(), Unsent>(()));
        let why = "the robot has announced no key for commands".into();
        let expected = CommandedStatus { name: "/desk/cmd_vel".into(), sent: 1, refused: 1, lost: 0, why };
        assert_eq!(status, expected);
    }
}
