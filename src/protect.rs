//! Puts a permitted message into the forms in which it may leave: each is made once, and sealed once for all who may
//! open it.

mod seal;

use crate::denied::Denied;
use crate::message::{Buffer, Origin, Received};
use crate::permit::{Forms, Permitted, To};
use crate::policy::{Class, Form, Group, Moment, TopicPolicy};
use crate::redact::{ImageRedactor, Redaction};

pub use seal::{Seal, SealedTopic};

/// What protecting the messages of one topic takes. What is missing is not done without: the form stays inside.
#[derive(Default)]
pub struct Protection {
    /// Covers in images what the policy names.
    pub redactor: Option<ImageRedactor>,
    /// Seals the clear form.
    pub clear: Option<Seal>,
    /// Seals the redacted form.
    pub redacted: Option<Seal>,
}

/// A message in a form in which it leaves. Nothing else can be published.
#[derive(Debug)]
pub struct Releasable<'a> {
    origin: Origin,
    cdr: &'a [u8],
    class: &'a Class,
    form: Form,
    sealed: bool,
    redaction: Option<Redaction>,
}

/// The forms of one message. One that cannot be made stays inside and does not keep the other back.
#[derive(Debug)]
pub struct Releases<'a> {
    clear: Option<Result<Releasable<'a>, Denied>>,
    redacted: Option<Result<Releasable<'a>, Denied>>,
}

impl<'a> Releases<'a> {
    /// Each form in which it was permitted, the clear one first.
    pub fn each(self) -> impl Iterator<Item = (Form, Result<Releasable<'a>, Denied>)> {
        let clear = self.clear.map(|release| (Form::Clear, release));
        let redacted = self.redacted.map(|release| (Form::Redacted, release));
        clear.into_iter().chain(redacted)
    }
}

/// Makes the permitted forms, in the message's own buffer wherever no other form needs it as it was.
pub fn protect<'a>(
    topic: &TopicPolicy,
    protection: &'a mut Protection,
    now: Moment,
    permitted: Permitted<'a>,
) -> Releases<'a> {
    let (classified, forms) = permitted.into_parts();
    let (Received { origin, cdr: buffer }, class) = classified.into_parts();
    let Protection { redactor, clear, redacted } = protection;
    let of = Of { origin, class };
    let (redactor, resealing) = (redactor.as_mut(), redacted.as_mut());
    match forms {
        Forms::Clear(To::Everyone) => {
            let open = of.releasable(Form::Clear, (buffer.into_message(), None), false);
            Releases { clear: Some(Ok(open)), redacted: None }
        }
        Forms::Clear(To::Group(group)) => {
            let sealed = seal(clear.as_mut(), group, now, buffer);
            let release = sealed.map(|cdr| of.releasable(Form::Clear, (cdr, None), true));
            Releases { clear: Some(release), redacted: None }
        }
        Forms::Redacted(to) => {
            let made = redact(topic, redactor, resealing, now, buffer, to);
            Releases { clear: None, redacted: Some(of.redacted(made, to)) }
        }
        Forms::Both { clear: group, redacted: to } => {
            // From a copy, because the redacted form is made where the message lies.
            let seal = clear.as_mut().ok_or(Denied::NoKey);
            let sealed = seal.and_then(|seal| seal.copy(group, now, buffer.message()));
            let made = redact(topic, redactor, resealing, now, buffer, to);
            Releases {
                clear: Some(sealed.map(|cdr| of.releasable(Form::Clear, (cdr, None), true))),
                redacted: Some(of.redacted(made, to)),
            }
        }
    }
}

/// What all forms of a message have in common.
#[derive(Clone, Copy)]
struct Of<'a> {
    origin: Origin,
    class: &'a Class,
}

impl<'a> Of<'a> {
    fn releasable(self, form: Form, (cdr, redaction): Made<'a>, sealed: bool) -> Releasable<'a> {
        Releasable { origin: self.origin, cdr, class: self.class, form, sealed, redaction }
    }

    fn redacted(self, made: Result<Made<'a>, Denied>, to: To<'_>) -> Result<Releasable<'a>, Denied> {
        made.map(|made| self.releasable(Form::Redacted, made, matches!(to, To::Group(_))))
    }
}

/// A serialized message, and what was done to it.
type Made<'a> = (&'a [u8], Option<Redaction>);

fn redact<'a>(
    topic: &TopicPolicy,
    redactor: Option<&'a mut ImageRedactor>,
    sealing: Option<&'a mut Seal>,
    now: Moment,
    mut buffer: Buffer<'a>,
    to: To<'_>,
) -> Result<Made<'a>, Denied> {
    let (Some(rules), Some(redactor)) = (topic.image_rules(), redactor) else {
        return Err(Denied::RedactionNotBuilt);
    };
    let redacted = redactor.redact(rules, buffer.message_mut()).map_err(|_| Denied::Malformed)?;
    let cdr = match (to, redacted.anew) {
        (To::Everyone, None) => buffer.into_message(),
        (To::Everyone, Some(anew)) => anew,
        (To::Group(group), None) => seal(sealing, group, now, buffer)?,
        (To::Group(group), Some(anew)) => sealing.ok_or(Denied::NoKey)?.copy(group, now, anew)?,
    };
    Ok((cdr, Some(redacted.redaction)))
}

fn seal<'a>(
    seal: Option<&'a mut Seal>,
    group: &Group,
    now: Moment,
    buffer: Buffer<'a>,
) -> Result<&'a [u8], Denied> {
    seal.ok_or(Denied::NoKey)?.in_place(group, now, buffer)
}

impl<'a> Releasable<'a> {
    /// The bytes to publish: encapsulation header and CDR, of the message itself or of `discreet_interfaces/msg/Sealed`.
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

    /// Whether it is sealed for those who may have it, or open to everyone.
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// What was done to it, if it is redacted.
    pub fn redaction(&self) -> Option<Redaction> {
        self.redaction
    }
}
