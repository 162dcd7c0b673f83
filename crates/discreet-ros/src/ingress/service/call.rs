//! A call that goes in.

use std::time::Instant;

use super::super::action::About;
use crate::RequestId;
use discreet_seal::Ticket;
use discreet_seal::identity::PublicIdentity;

/// A call that the robot has not answered yet.
pub struct Call {
    pub id: RequestId,
    pub ticket: Ticket,
    pub caller: PublicIdentity,
    /// None of a request for a result: a goal may take hours.
    pub until: Option<Instant>,
    pub about: About,
}
