//! What is sensitive in a message? The declared class, once it is certain that the message is what was declared, and
//! that nothing stands in it that does not belong into that class.

use crate::denied::Denied;
use crate::message::{Buffer, Received};
use crate::sources::PublisherTrust;
use discreet_cdr::Plan;
use discreet_policy::{Class, Then, TopicPolicy};
use discreet_redact::{MessageRedactor, Recipient, Redaction, Unredactable};

/// A message that is what the policy declares, and the class that this makes it.
#[derive(Debug)]
pub struct Classified<'a> {
    message: Received<'a>,
    class: &'a Class,
    raised: Option<Redaction>,
}

/// Checks that `message` comes from an accepted publisher and is, byte for byte, a message of the declared type.
///
/// `plan` is the compiled definition of the topic's type. A class is only worth something for bytes that mean what
/// the policy's author thought they mean. `watch` looks for personal data where the class has none.
pub fn classify<'a>(
    topic: &'a TopicPolicy,
    plan: &Plan,
    watch: Option<&'a mut MessageRedactor>,
    mut message: Received<'a>,
) -> Result<Classified<'a>, Denied> {
    match message.origin.trust {
        PublisherTrust::Accepted => {}
        PublisherTrust::Awaited => return Err(Denied::UnknownSource),
        PublisherTrust::Refused(reason) => return Err(reason),
    }
    let end = plan.check(message.cdr.message()).map_err(|_| Denied::Malformed)?.end();
    // Padding after the last field is whatever the sender had in memory: it stays inside.
    message.cdr.truncate(end);
    let (class, mut raised) = (topic.class(), None);
    if let Some(escalation) = class.escalation() {
        // Nobody to look where somebody must: nothing is known of what is in it.
        let watch = watch.ok_or(Denied::PersonalData)?;
        let found = watch.redact(&escalation.rules, Recipient::Everyone, message.cdr.message());
        let found = found.map_err(|why| match why {
            Unredactable::TooLong => Denied::TooLong,
            Unredactable::Malformed(_) | Unredactable::NoSuchField | Unredactable::NoFinder => {
                Denied::Malformed
            }
        })?;
        if found.redaction.covered > 0 {
            let (covered, count) = match (escalation.then, found.anew) {
                (Then::Deny, _) => return Err(Denied::PersonalData),
                (Then::Redact, Some(anew)) => {
                    message.cdr = Buffer::new(anew);
                    (found.redaction.covered, found.redaction.covered)
                }
                (Then::Redact | Then::Alarm, _) => (0, found.redaction.covered),
            };
            raised = Some(Redaction { covered, raised: count, blank: None });
        }
    }
    Ok(Classified { message, class, raised })
}

impl<'a> Classified<'a> {
    /// The serialized message.
    pub fn cdr(&self) -> &[u8] {
        self.message.cdr.message()
    }

    /// The message, its data class, and what was found in it that does not belong there.
    pub fn into_parts(self) -> (Received<'a>, &'a Class, Option<Redaction>) {
        (self.message, self.class, self.raised)
    }
}
