//! Classifies a message: is it a message of the declared type from an accepted publisher, and which class has it? The
//! declared class holds once that is certain and no personal data is found that does not belong into it.

use crate::denied::Denied;
use crate::message::{Buffer, Received};
use crate::sources::PublisherTrust;
use discreet_cdr::Plan;
use discreet_policy::{Class, Then, TopicPolicy};
use discreet_redact::{MessageRedactor, Recipient, Redaction, Unredactable};

/// A message that is as the policy declares it, with its class.
#[derive(Debug)]
pub struct Classified<'a> {
    message: Received<'a>,
    class: &'a Class,
    raised: Option<Redaction>,
}

/// Checks that `message` comes from an accepted publisher and is, byte for byte, a message of the declared type.
///
/// `plan` is the compiled definition of the topic's type. A class holds only for bytes that mean what the policy's
/// author declared. `watch` looks for personal data where the class has none.
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
    // Padding after the last field is uninitialised memory of the sender: it stays inside.
    message.cdr.truncate(end);
    let (class, mut raised) = (topic.class(), None);
    if let Some(escalation) = class.escalation() {
        // Without the detector that the class needs, the contents are unknown.
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
                (Then::Redact, Some(rewritten)) => {
                    message.cdr = Buffer::new(rewritten);
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

    /// The message, its data class, and the personal data found in it that does not belong into the class.
    pub fn into_parts(self) -> (Received<'a>, &'a Class, Option<Redaction>) {
        (self.message, self.class, self.raised)
    }
}
