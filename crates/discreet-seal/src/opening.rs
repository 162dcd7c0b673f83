//! A reader's side of a group's key.

use super::cipher::{Cipher, associated};
use super::grant::GrantTerms;
use super::header::{Parts, Sealing, split};
use super::padding::unfilled;
use super::sender::{data_statement, is_signed};
use super::suite::Suite;
use super::{Context, ContextDigest, GRACE, SIGNATURE, must_be_signed};
use discreet_host::secret::Secret;

/// Why a sealed message was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not little-endian CDR of version 1.
    #[error("not a sealed message: another encapsulation")]
    Encapsulation,
    /// It ends too early.
    #[error("the sealed message ends too early")]
    Truncated,
    /// More behind its end than filling.
    #[error("there are bytes behind the sealed message")]
    Trailing,
    /// Of a version that is not known here.
    #[error("sealed in version {0}, which is not known here")]
    Version(u8),
    /// No such suite, or not that of the key.
    #[error("sealed with suite {0}, which is not that of the key")]
    Suite(u8),
    /// A flag that is not known here.
    #[error("flags {0:#04x} are not known here")]
    Flags(u8),
    /// A byte that must be zero is not.
    #[error("a reserved byte is not zero")]
    Reserved,
    /// Sealed with another key.
    #[error("sealed with key {0}, which is another one")]
    Key(u32),
    /// The key is not valid yet.
    #[error("the key is not valid yet")]
    NotYet,
    /// The key is not valid any more.
    #[error("the key is not valid any more")]
    Expired,
    /// Its class has to be signed, and it is not.
    #[error("not signed, which messages of its class have to be")]
    Unsigned,
    /// Not signed by the guard, or not for this context.
    #[error("not signed by the robot's guard for this topic")]
    Signature,
    /// Changed, or sealed for another context.
    #[error("changed, or sealed for another topic, domain, type, class, form or policy")]
    Changed,
    /// It says that it is padded, and is not.
    #[error("its padding is not padding")]
    Padding,
    /// The same message was there before.
    #[error("a message that was there before")]
    Replayed,
    /// So old that nobody remembers whether it was there before.
    #[error("a message too old to tell whether it was there before")]
    TooOld,
}

impl OpenError {
    /// Whether it took a signature check or a decryption to find it out. What did not is free, however much of it comes.
    pub fn has_cost(&self) -> bool {
        match self {
            OpenError::Signature
            | OpenError::Changed
            | OpenError::Padding
            | OpenError::Replayed
            | OpenError::TooOld => true,
            OpenError::Encapsulation
            | OpenError::Truncated
            | OpenError::Trailing
            | OpenError::Version(_)
            | OpenError::Suite(_)
            | OpenError::Flags(_)
            | OpenError::Reserved
            | OpenError::Key(_)
            | OpenError::NotYet
            | OpenError::Expired
            | OpenError::Unsigned => false,
        }
    }

    /// The reason in one word, for counters and diagnostics.
    pub fn label(&self) -> &'static str {
        match self {
            OpenError::Encapsulation => "encapsulation",
            OpenError::Truncated => "truncated",
            OpenError::Trailing => "trailing",
            OpenError::Version(_) => "version",
            OpenError::Suite(_) => "suite",
            OpenError::Flags(_) => "flags",
            OpenError::Reserved => "reserved",
            OpenError::Key(_) => "key",
            OpenError::NotYet => "not_yet",
            OpenError::Expired => "expired",
            OpenError::Unsigned => "unsigned",
            OpenError::Signature => "signature",
            OpenError::Changed => "changed",
            OpenError::Padding => "padding",
            OpenError::Replayed => "replayed",
            OpenError::TooOld => "too_old",
        }
    }
}

/// Which key a sealed message needs. Nothing is checked but that it looks like one.
pub fn key_id(message: &[u8]) -> Result<u32, OpenError> {
    let bytes = message.get(12..16).and_then(<[u8]>::first_chunk).ok_or(OpenError::Truncated)?;
    Ok(u32::from_le_bytes(*bytes))
}

/// A key that came with a grant, and what it is for.
pub struct OpeningKey {
    id: u32,
    cipher: Cipher,
    robot: String,
    class: String,
    form: String,
    group: [u8; 16],
    policy_version: u64,
    sender: [u8; 32],
    from: i64,
    until: i64,
}

impl OpeningKey {
    /// From the terms of a grant and the secret in it.
    pub fn new(terms: &GrantTerms<'_>, secret: &Secret<32>) -> OpeningKey {
        OpeningKey {
            id: terms.key,
            cipher: Cipher::new(terms.suite, terms.key, secret),
            robot: terms.robot.into(),
            class: terms.class.into(),
            form: terms.form.into(),
            group: terms.group,
            policy_version: terms.policy_version,
            sender: terms.sender,
            from: terms.from,
            until: terms.until,
        }
    }

    /// What messages call it.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it decrypts.
    pub fn suite(&self) -> Suite {
        self.cipher.suite()
    }

    /// The class of what it opens.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The form of what it opens: `clear` or `redacted`.
    pub fn form(&self) -> &str {
        &self.form
    }

    /// The group that has it.
    pub fn group(&self) -> &[u8; 16] {
        &self.group
    }

    /// The seconds for which it is valid: from the first, up to and without the second.
    pub fn validity(&self) -> (i64, i64) {
        (self.from, self.until)
    }

    /// The guard's Ed25519 key, which the grant certifies.
    pub fn sender(&self) -> [u8; 32] {
        self.sender
    }

    /// Must what it opens be signed?
    pub fn must_be_signed(&self) -> bool {
        must_be_signed(&self.class)
    }

    /// The context of a topic under this key. To be made once for each.
    pub fn context(&self, domain: u32, topic: &str, type_name: &str, type_hash: &str) -> ContextDigest {
        let context = Context {
            robot: &self.robot,
            domain,
            topic,
            type_name,
            type_hash,
            class: &self.class,
            form: &self.form,
            group: &self.group,
            policy_version: self.policy_version,
        };
        context.digest()
    }

    /// Opens a message where it lies, at second `now`. What comes back is the message as it was serialized, and its
    /// number, which is for [`super::Replay`] to judge.
    pub fn open<'a>(
        &self,
        context: &ContextDigest,
        now: i64,
        must_be_signed: bool,
        message: &'a mut [u8],
    ) -> Result<(&'a mut [u8], u64), OpenError> {
        let Parts { header, bytes, body } = split(message)?;
        if header.key != self.id {
            return Err(OpenError::Key(header.key));
        }
        // The suite is the key's. What the message says of it can only be wrong.
        if header.sealing != Sealing::Group(self.cipher.suite()) {
            let [.., suite, _, _] = bytes;
            return Err(OpenError::Suite(suite));
        }
        if now < self.from.saturating_sub(GRACE) {
            return Err(OpenError::NotYet);
        }
        if now >= self.until.saturating_add(GRACE) {
            return Err(OpenError::Expired);
        }
        let body = match (header.signed, must_be_signed) {
            (false, true) => return Err(OpenError::Unsigned),
            (false, false) => body,
            (true, _) => {
                let (body, signature) =
                    body.split_last_chunk_mut::<SIGNATURE>().ok_or(OpenError::Truncated)?;
                if !is_signed(&self.sender, &data_statement(context, &bytes, body), signature) {
                    return Err(OpenError::Signature);
                }
                body
            }
        };
        let aad = associated(context, &bytes);
        let text = self.cipher.decrypt(header.counter, &aad, body).ok_or(OpenError::Changed)?;
        let length = if header.padded { unfilled(text).ok_or(OpenError::Padding)? } else { text.len() };
        let text = text.get_mut(..length).ok_or(OpenError::Padding)?;
        Ok((text, header.counter))
    }
}
