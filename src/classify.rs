//! What is sensitive in a message? The declared class, once it is certain that the message is what was declared.

use crate::cdr::Plan;
use crate::denied::Denied;
use crate::message::Received;
use crate::policy::{Class, TopicPolicy};
use crate::sources::Standing;

/// A message that is what the policy declares, and the class that this makes it.
#[derive(Debug)]
pub struct Classified<'a> {
    message: Received<'a>,
    class: &'a Class,
}

/// Checks that `message` comes from an accepted publisher and is, byte for byte, a message of the declared type.
///
/// `plan` is the compiled definition of the topic's type. A class is only worth something for bytes that mean what
/// the policy's author thought they mean.
pub fn classify<'a>(
    topic: &'a TopicPolicy,
    plan: &Plan,
    mut message: Received<'a>,
) -> Result<Classified<'a>, Denied> {
    match message.origin.standing {
        Standing::Accepted => {}
        Standing::Awaited => return Err(Denied::UnknownSource),
        Standing::Refused(reason) => return Err(reason),
    }
    let end = plan.check(message.cdr.message()).map_err(|_| Denied::Malformed)?.end();
    // Padding after the last field is whatever the sender had in memory: it stays inside.
    message.cdr.truncate(end);
    Ok(Classified { message, class: topic.class() })
}

impl<'a> Classified<'a> {
    /// The message, and its data class.
    pub fn into_parts(self) -> (Received<'a>, &'a Class) {
        (self.message, self.class)
    }
}
