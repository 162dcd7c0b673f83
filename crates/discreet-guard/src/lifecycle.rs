//! The states of a managed node, and the transitions between them, as rcl_lifecycle numbers and names them
//! (`lifecycle_msgs`), so that `ros2 lifecycle` and a lifecycle manager can drive the guard.

/// A state. The last six are passed through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing is joined or opened.
    Unconfigured = 1,
    /// Audit, keys and both domains are there; nothing leaves, and nothing comes in.
    Inactive = 2,
    /// The policy decides.
    Active = 3,
    /// Nothing more happens.
    Finalized = 4,
    /// On the way to inactive.
    Configuring = 10,
    /// On the way back to unconfigured.
    CleaningUp = 11,
    /// On the way to finalized.
    ShuttingDown = 12,
    /// On the way to active.
    Activating = 13,
    /// On the way back to inactive.
    Deactivating = 14,
    /// After a fault.
    ErrorProcessing = 15,
}

/// A change that a client may request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Opens and joins everything.
    Configure,
    /// Closes and leaves everything.
    CleanUp,
    /// Lets the policy decide.
    Activate,
    /// Releases and accepts nothing more.
    Deactivate,
    /// Ends it for good.
    ShutDown,
}

/// The result of a step, or a fault in a lasting state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did what was asked.
    Success,
    /// It did nothing.
    Failure,
    /// It is broken.
    Error,
}

/// A transition: number, name, and the states before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The number in `lifecycle_msgs/msg/Transition`.
    pub id: u8,
    /// The name.
    pub label: &'static str,
    /// The state before.
    pub start: State,
    /// The state after.
    pub goal: State,
}

use State::{
    Activating, Active, CleaningUp, Configuring, Deactivating, ErrorProcessing, Finalized, Inactive,
    ShuttingDown, Unconfigured,
};

const fn transition(id: u8, label: &'static str, start: State, goal: State) -> Transition {
    Transition { id, label, start, goal }
}

const SUCCESS: &str = "transition_success";
const FAILURE: &str = "transition_failure";
const ERROR: &str = "transition_error";

/// All transitions, as in rcl_lifecycle's `default_state_machine.c`.
pub const TRANSITIONS: [Transition; 25] = [
    transition(1, "configure", Unconfigured, Configuring),
    transition(10, SUCCESS, Configuring, Inactive),
    transition(11, FAILURE, Configuring, Unconfigured),
    transition(12, ERROR, Configuring, ErrorProcessing),
    transition(2, "cleanup", Inactive, CleaningUp),
    transition(20, SUCCESS, CleaningUp, Unconfigured),
    transition(21, FAILURE, CleaningUp, Inactive),
    transition(22, ERROR, CleaningUp, ErrorProcessing),
    transition(3, "activate", Inactive, Activating),
    transition(30, SUCCESS, Activating, Active),
    transition(31, FAILURE, Activating, Inactive),
    transition(32, ERROR, Activating, ErrorProcessing),
    transition(4, "deactivate", Active, Deactivating),
    transition(40, SUCCESS, Deactivating, Inactive),
    transition(41, FAILURE, Deactivating, Active),
    transition(42, ERROR, Deactivating, ErrorProcessing),
    transition(5, "shutdown", Unconfigured, ShuttingDown),
    transition(6, "shutdown", Inactive, ShuttingDown),
    transition(7, "shutdown", Active, ShuttingDown),
    transition(50, SUCCESS, ShuttingDown, Finalized),
    transition(51, FAILURE, ShuttingDown, Finalized),
    transition(52, ERROR, ShuttingDown, ErrorProcessing),
    transition(60, SUCCESS, ErrorProcessing, Unconfigured),
    transition(61, FAILURE, ErrorProcessing, Finalized),
    transition(62, ERROR, ErrorProcessing, Finalized),
];

impl State {
    /// All of them.
    pub const ALL: [State; 10] = [
        Unconfigured,
        Inactive,
        Active,
        Finalized,
        Configuring,
        CleaningUp,
        ShuttingDown,
        Activating,
        Deactivating,
        ErrorProcessing,
    ];

    /// The number in `lifecycle_msgs/msg/State`.
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The name.
    pub const fn label(self) -> &'static str {
        match self {
            Unconfigured => "unconfigured",
            Inactive => "inactive",
            Active => "active",
            Finalized => "finalized",
            Configuring => "configuring",
            CleaningUp => "cleaningup",
            ShuttingDown => "shuttingdown",
            Activating => "activating",
            Deactivating => "deactivating",
            ErrorProcessing => "errorprocessing",
        }
    }

    /// The transitions that begin here.
    pub fn transitions(self) -> impl Iterator<Item = Transition> {
        TRANSITIONS.into_iter().filter(move |transition| transition.start == self)
    }

    /// The transition that somebody asks for: by its name if there is one, otherwise by its number. The shutdowns of all
    /// states have one name.
    pub fn asked(self, id: u8, label: &str) -> Option<Transition> {
        let is_meant = |one: &Transition| if label.is_empty() { one.id == id } else { one.label == label };
        self.transitions().find(|one| is_meant(one) && one.request().is_some())
    }

    /// The transition by which a step ends.
    pub fn ended(self, outcome: Outcome) -> Option<Transition> {
        let label = match outcome {
            Outcome::Success => SUCCESS,
            Outcome::Failure => FAILURE,
            Outcome::Error => ERROR,
        };
        self.transitions().find(|one| one.label == label)
    }
}

impl Transition {
    /// The request that begins it; `None` for the end of a step.
    pub fn request(&self) -> Option<Request> {
        match self.goal {
            Configuring => Some(Request::Configure),
            CleaningUp => Some(Request::CleanUp),
            Activating => Some(Request::Activate),
            Deactivating => Some(Request::Deactivate),
            ShuttingDown => Some(Request::ShutDown),
            Unconfigured | Inactive | Active | Finalized | ErrorProcessing => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_can_be_asked_for_by_number_or_name_and_ends_somewhere_that_lasts() {
        for (state, id, label) in [
            (Unconfigured, 1, "configure"),
            (Inactive, 2, "cleanup"),
            (Inactive, 3, "activate"),
            (Active, 4, "deactivate"),
            (Unconfigured, 5, "shutdown"),
            (Inactive, 6, "shutdown"),
            (Active, 7, "shutdown"),
        ] {
            let by_number = state.asked(id, "").unwrap();
            assert_eq!(state.asked(0, label), Some(by_number));
            assert!(by_number.request().is_some());
            for outcome in [Outcome::Success, Outcome::Failure] {
                assert!(by_number.goal.ended(outcome).unwrap().goal.id() < 10);
            }
            assert_eq!(by_number.goal.ended(Outcome::Error).unwrap().goal, ErrorProcessing);
        }
    }

    #[test]
    fn what_does_not_begin_here_cannot_be_asked_for() {
        assert_eq!(Unconfigured.asked(3, ""), None);
        assert_eq!(Unconfigured.asked(0, "activate"), None);
        assert_eq!(Active.asked(5, ""), None, "the number is of another state's shutdown");
        assert_eq!(Configuring.asked(10, ""), None, "nobody can say how a step ended");
        assert!(Finalized.transitions().next().is_none());
    }
}
