//! Puts a permitted message into its permitted forms: each is made once, and sealed once for everyone who may open
//! it.

mod camera_info;
mod seal;

use crate::denied::Denied;
use crate::message::{Buffer, Origin, Received};
use crate::permit::{Forms, Permitted, Recipients};
use discreet_policy::{Class, Form, KeyGroup, Moment, TopicPolicy};
use discreet_redact::{ImageRedactor, MessageRedactor, Recipient, Redaction, Unredactable};

use discreet_seal::PerForm;

pub use camera_info::CameraInfo;
pub use seal::{Seal, SealedTopic};

/// Everything that protects the messages of one topic. A missing part is never skipped: the form that needs it stays
/// inside.
#[derive(Default)]
pub struct Protection {
    /// Looks for personal data where the class of the topic has none.
    pub watch: Option<MessageRedactor>,
    /// Learns a camera's projection from its `CameraInfo`.
    pub camera_info: Option<CameraInfo>,
    /// Makes the forms.
    pub makers: Makers,
}

/// The makers of a message's forms.
#[derive(Default)]
pub struct Makers {
    /// Covers areas of images as the policy says.
    pub images: Option<ImageRedactor>,
    /// Hides text as the policy says.
    pub texts: Option<MessageRedactor>,
    /// Seals each form.
    pub seals: PerForm<Option<Seal>>,
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

/// The permitted forms of one message. One that cannot be made stays inside and does not hold the other back.
pub type Releases<'a> = PerForm<Option<Result<Releasable<'a>, Denied>>>;

/// Makes the permitted forms, in the message's own buffer wherever no other form needs the original.
pub fn protect<'a>(
    topic: &TopicPolicy,
    makers: &'a mut Makers,
    now: Moment,
    permitted: Permitted<'a>,
) -> Releases<'a> {
    let (classified, forms) = permitted.into_parts();
    let (Received { origin, cdr: buffer }, class, raised) = classified.into_parts();
    let Makers { images, texts, seals: PerForm { clear, redacted } } = makers;
    let (images, texts, clear, redacted) =
        (images.as_mut(), texts.as_mut(), clear.as_mut(), redacted.as_mut());
    let of = Of { origin, class, raised };
    let (redactors, resealing) = ((images, texts), redacted);
    match forms {
        Forms::Clear(Recipients::Everyone) => {
            let open = of.releasable(Form::Clear, (buffer.into_message(), None), false);
            PerForm { clear: Some(Ok(open)), redacted: None }
        }
        Forms::Clear(Recipients::Group(group)) => {
            let sealed = seal(clear, group, now, buffer);
            let release = sealed.map(|cdr| of.releasable(Form::Clear, (cdr, None), true));
            PerForm { clear: Some(release), redacted: None }
        }
        Forms::Redacted(to) => {
            let made = redact(topic, redactors, resealing, now, buffer, to);
            PerForm { clear: None, redacted: Some(of.redacted(made, to)) }
        }
        Forms::Both { clear: group, redacted: to } => {
            // From a copy, because the redacted form is made in place.
            let seal = clear.ok_or(Denied::NoKey);
            let sealed = seal.and_then(|seal| seal.copy(group, now, buffer.message()));
            let made = redact(topic, redactors, resealing, now, buffer, to);
            PerForm {
                clear: Some(sealed.map(|cdr| of.releasable(Form::Clear, (cdr, None), true))),
                redacted: Some(of.redacted(made, to)),
            }
        }
    }
}

/// The common properties of all forms of a message.
#[derive(Clone, Copy)]
struct Of<'a> {
    origin: Origin,
    class: &'a Class,
    raised: Option<Redaction>,
}

impl<'a> Of<'a> {
    fn releasable(self, form: Form, (cdr, redaction): Made<'a>, sealed: bool) -> Releasable<'a> {
        let redaction = match (self.raised, redaction) {
            (Some(raised), Some(done)) => {
                Some(Redaction { covered: raised.covered.saturating_add(done.covered), ..raised })
            }
            (one, other) => one.or(other),
        };
        Releasable { origin: self.origin, cdr, class: self.class, form, sealed, redaction }
    }

    fn redacted(self, made: Result<Made<'a>, Denied>, to: Recipients<'_>) -> Result<Releasable<'a>, Denied> {
        made.map(|made| self.releasable(Form::Redacted, made, matches!(to, Recipients::Group(_))))
    }
}

/// A serialized message, and its redaction.
type Made<'a> = (&'a [u8], Option<Redaction>);

fn redact<'a>(
    topic: &TopicPolicy,
    (images, texts): (Option<&'a mut ImageRedactor>, Option<&'a mut MessageRedactor>),
    sealing: Option<&'a mut Seal>,
    now: Moment,
    mut buffer: Buffer<'a>,
    to: Recipients<'_>,
) -> Result<Made<'a>, Denied> {
    let (redaction, rewritten) = match (topic.image_rules(), images, topic.text_rules(), texts) {
        (Some(rules), Some(images), ..) => {
            let done = images.redact(rules, buffer.message_mut()).map_err(|_| Denied::Malformed)?;
            (done.redaction, done.anew)
        }
        (None, _, Some(rules), Some(texts)) => {
            let reader = match to {
                Recipients::Everyone => Recipient::Everyone,
                Recipients::Group(group) => Recipient::Named(group.names()),
            };
            let done = texts.redact(rules, reader, buffer.message()).map_err(|why| match why {
                Unredactable::Malformed(_) => Denied::Malformed,
                Unredactable::NoSuchField | Unredactable::NoFinder => Denied::NotRedactable,
                Unredactable::TooLong => Denied::TooLong,
            })?;
            (done.redaction, done.anew.map(|rewritten| &*rewritten))
        }
        _ => return Err(Denied::NotRedactable),
    };
    let cdr = match (to, rewritten) {
        (Recipients::Everyone, None) => buffer.into_message(),
        (Recipients::Everyone, Some(rewritten)) => rewritten,
        (Recipients::Group(group), None) => seal(sealing, group, now, buffer)?,
        (Recipients::Group(group), Some(rewritten)) => {
            sealing.ok_or(Denied::NoKey)?.copy(group, now, rewritten)?
        }
    };
    Ok((cdr, Some(redaction)))
}

fn seal<'a>(
    seal: Option<&'a mut Seal>,
    group: &KeyGroup,
    now: Moment,
    buffer: Buffer<'a>,
) -> Result<&'a [u8], Denied> {
    seal.ok_or(Denied::NoKey)?.in_place(group, now, buffer)
}

impl<'a> Releasable<'a> {
    /// The bytes to publish: encapsulation header and CDR, of the message itself or of
    /// `discreet_interfaces/msg/Sealed`.
    pub fn cdr(&self) -> &'a [u8] {
        self.cdr
    }

    /// The origin of the message that it was made from.
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

    /// True if it is sealed for its audience, false if it is open to everyone.
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// The redaction, of a redacted form.
    pub fn redaction(&self) -> Option<Redaction> {
        self.redaction
    }
}
