//! Puts a permitted message into the form in which it may leave.

use crate::denied::Denied;
use crate::message::Received;
use crate::permit::Permitted;
use crate::policy::{Class, Form};

/// A message in the form in which it leaves. Nothing else can be published.
#[derive(Debug)]
pub struct Releasable<'a> {
    message: Received<'a>,
    class: &'a Class,
    form: Form,
}

/// Makes the permitted form. A form that cannot be made keeps the message inside; it is never passed on as it is.
pub fn protect(permitted: Permitted<'_>) -> Result<Releasable<'_>, Denied> {
    match permitted.form() {
        Form::Clear => Ok(Releasable {
            message: permitted.classified().message(),
            class: permitted.classified().class(),
            form: Form::Clear,
        }),
        Form::Redacted => Err(Denied::RedactionNotBuilt),
    }
}

impl<'a> Releasable<'a> {
    /// The bytes to publish: encapsulation header and CDR.
    pub fn cdr(&self) -> &'a [u8] {
        self.message.cdr
    }

    /// The message it was made from.
    pub fn source(&self) -> Received<'a> {
        self.message
    }

    /// Its data class.
    pub fn class(&self) -> &'a Class {
        self.class
    }

    /// Its form.
    pub fn form(&self) -> Form {
        self.form
    }
}
