//! The data path: the whole way of a message, from taking it to publishing it.
//!
//! Each stage owns the type that it makes, and the next stage asks for it: an unclassified message cannot be
//! permitted, one without a permit cannot be put into a form, and one without a receipt from the audit cannot be
//! published.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use crate::classify::classify;
use crate::denied::Denied;
use crate::lanes::{Lane, Outside};
use crate::message::Received;
use crate::outbound::Outbound;
use crate::permit::permit;
use crate::protect::{Protection, Releasable, Releases, protect};
use crate::stats::RouteStats;
use discreet_audit::{self as audit, Receipt, RouteLog, Time};
use discreet_cdr::Plan;
use discreet_policy::{Moment, TopicPolicy};
use discreet_redact::Redaction;

/// Decides on one message. Pure: no clock, no disk, no ROS.
///
/// `topic` is the policy's declaration of the message's topic, compiled when the policy was loaded, so that this is
/// a look-up however many rules there are. `plan` walks messages of the topic's type, `protection` redacts and
/// seals them.
pub fn decide<'a>(
    topic: &'a TopicPolicy,
    plan: &Plan,
    protection: &'a mut Protection,
    now: Moment,
    message: Received<'a>,
) -> Result<Releases<'a>, Denied> {
    let Protection { watch, camera_info, makers } = protection;
    let classified = classify(topic, plan, watch.as_mut(), message); // is it what was declared, and how sensitive is that?
    if let Some(camera_info) = camera_info {
        camera_info.learn(&classified);
    }
    let classified = classified?;
    let permitted = permit(topic, now, classified)?; // who may have it, in which form?
    Ok(protect(topic, makers, now, permitted)) // redact and seal it into these forms
}

/// A destination of released messages.
pub trait Output {
    /// A failure to publish. The message is lost then; the node goes on.
    type Fault;

    /// Publishes a message. The receipt proves that it is recorded.
    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), Self::Fault>;
}

/// The outcome of a message in one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is published, with this redaction.
    Released(Option<Redaction>),
    /// It stayed inside.
    Denied(Denied),
}

/// A message at the time at which it was taken.
pub struct Arrived<'a> {
    /// The message.
    pub message: Received<'a>,
    /// The lane of its source, and the depth that the source has shown, if any.
    pub place: (Option<Lane>, Option<usize>),
    /// The time of taking it, for latency.
    pub at: Instant,
}

/// The whole pass of one message: decides, records, publishes in each permitted form, and counts.
///
/// `is_open` and `clock` are asked after the decision, which may take long: a route that ended meanwhile releases
/// nothing, and the record has the time at which the message leaves. An error: some form of it stayed inside, for a
/// reason that may pass.
pub fn pass<O: Outside>(
    route: &mut Outbound<O>,
    arrived: Arrived<'_>,
    clock: impl Fn() -> Time,
    stats: &RouteStats,
    is_open: impl FnOnce() -> bool,
) -> Result<(), Denied> {
    let Outbound { definition, resolved, protection, lanes, .. } = route;
    let Some(resolved) = resolved else { return Ok(()) };
    let Arrived { message, place: (lane, depth), at } = arrived;
    let size = message.cdr.message().len() as u64;
    let deny = |reason: Denied| {
        resolved.logs.first.record_denial(clock(), reason.label());
        stats.deny(reason);
        if reason.may_pass() { Err(reason) } else { Ok(()) }
    };
    let decided = resolved.topic.as_ref().map_err(|reason| *reason);
    let decided =
        decided.and_then(|topic| decide(topic, &definition.plan, protection, resolved.moment, message));
    let releases = match decided {
        Ok(releases) => releases,
        Err(reason) => return deny(reason),
    };
    if !is_open() {
        return Ok(());
    }
    let mut exit = match lanes.exit(lane, depth) {
        Ok(Some(exit)) => exit,
        // More sources than lanes.
        Ok(None) => return deny(Denied::NotOpened),
        Err(_) => {
            stats.failed.fetch_add(1, Relaxed);
            return Ok(());
        }
    };
    stats.displaced.fetch_add(exit.displaces().into(), Relaxed);
    let mut passed = Ok(());
    for (form, release) in releases.present() {
        match record_and_publish(release, clock(), resolved.logs.of(form), &mut exit) {
            Ok(Outcome::Released(redaction)) => stats.release(size, redaction.as_ref(), at.elapsed()),
            Ok(Outcome::Denied(reason)) => {
                stats.deny(reason);
                if reason.may_pass() {
                    passed = Err(reason);
                }
            }
            // Recorded, and lost on the way out; diagnostics shows the count.
            Err(_) => drop(stats.failed.fetch_add(1, Relaxed)),
        }
    }
    passed
}

/// Records the decision on a message in one form, and only then publishes.
pub fn record_and_publish<O: Output>(
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
