//! Puts a permitted message into the form in which it may leave.

use crate::denied::Denied;
use crate::message::{Origin, Received};
use crate::permit::Permitted;
use crate::policy::{Class, Form, TopicPolicy};
use crate::redact::{ImageRedactor, Redaction};

/// A message in the form in which it leaves. Nothing else can be published.
#[derive(Debug)]
pub struct Releasable<'a> {
    origin: Origin,
    cdr: &'a [u8],
    class: &'a Class,
    form: Form,
    redaction: Option<Redaction>,
}

/// Makes the permitted form. A form that cannot be made keeps the message inside; it is never passed on as it is.
pub fn protect<'a>(
    topic: &TopicPolicy,
    redactor: Option<&'a mut ImageRedactor>,
    permitted: Permitted<'a>,
) -> Result<Releasable<'a>, Denied> {
    let form = permitted.form();
    let (Received { origin, cdr }, class) = permitted.into_classified().into_parts();
    let (cdr, redaction) = match form {
        Form::Clear => (&*cdr, None),
        Form::Redacted => {
            let (Some(rules), Some(redactor)) = (topic.image_rules(), redactor) else {
                return Err(Denied::RedactionNotBuilt);
            };
            let (cdr, redaction) = redactor.redact(rules, cdr).map_err(|_| Denied::Malformed)?;
            (cdr, Some(redaction))
        }
    };
    Ok(Releasable { origin, cdr, class, form, redaction })
}

impl<'a> Releasable<'a> {
    /// The bytes to publish: encapsulation header and CDR.
    pub fn cdr(&self) -> &'a [u8] {
        self.cdr
    }

    /// Whose message it was made from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Its data class.
    pub fn class(&self) -> &'a Class {
        self.class
    }

    /// Its form.
    pub fn form(&self) -> Form {
        self.form
    }

    /// What was done to it, if it is redacted.
    pub fn redaction(&self) -> Option<Redaction> {
        self.redaction
    }
}
