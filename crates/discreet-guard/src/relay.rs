//! THE DATA PATH. What happens to every message, from the moment it was taken to the moment it is out.
//!
//! Each stage owns the type it makes, and the next stage asks for it: what was not classified cannot be permitted,
//! what was not permitted cannot be put into a form, and what has no receipt from the audit cannot be published.

use crate::classify::classify;
use crate::denied::Denied;
use crate::message::Received;
use crate::permit::permit;
use crate::protect::{Protection, Releasable, Releases, protect};
use discreet_audit::{self as audit, Receipt, RouteLog, Time};
use discreet_cdr::Plan;
use discreet_policy::{Moment, TopicPolicy};
use discreet_redact::Redaction;

/// Decides on one message. Pure: no clock, no disk, no ROS.
///
/// `topic` is what the policy says of the message's topic, compiled when the policy was loaded, so that this is a
/// look-up however many rules there are. `plan` walks messages of the topic's type, `protection` redacts and seals them.
pub fn guard<'a>(
    topic: &'a TopicPolicy,
    plan: &Plan,
    protection: &'a mut Protection,
    now: Moment,
    message: Received<'a>,
) -> Result<Releases<'a>, Denied> {
    let (watch, makers) = protection.parts();
    let classified = classify(topic, plan, watch, message)?; // is it what was declared, and how sensitive is that?
    let permitted = permit(topic, now, classified)?; // who may have it, in which form?
    Ok(protect(topic, makers, now, permitted)) // redact and seal it into these forms
}

/// Where released messages go.
pub trait Output {
    /// What can go wrong with publishing. The message is lost then; the node goes on.
    type Fault;

    /// Publishes a message. The receipt shows that the audit knows.
    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), Self::Fault>;
}

/// What became of a message, in one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is out, after this was done to it.
    Released(Option<Redaction>),
    /// It stayed inside.
    Denied(Denied),
}

/// Records what was decided on a message in one form, and only then publishes.
pub fn relay<O: Output>(
    decision: Result<Releasable<'_>, Denied>,
    now: Time,
    log: &RouteLog,
    output: &mut O,
) -> Result<Outcome, O::Fault> {
    let releasable = match decision {
        Ok(releasable) => releasable,
        Err(reason) => {
            log.record_denial(now, reason.label());
            return Ok(Outcome::Denied(reason));
        }
    };
    // Recorded before publishing: a crash may lose a message, never a record.
    match log.record_release(now, &audit::digest(releasable.cdr()), releasable.cdr().len()) {
        Ok(receipt) => {
            let redaction = releasable.redaction();
            redaction.iter().for_each(|done| log.record_redaction(now, done));
            output.publish(releasable, receipt).map(|()| Outcome::Released(redaction))
        }
        Err(_) => Ok(Outcome::Denied(Denied::NotRecorded)),
    }
}
