//! A reader's side of a group's key.

use super::cipher::{Cipher, associated};
use super::error::OpenError;
use super::grant_terms::GrantTerms;
use super::header::{Parts, Sealing, split};
use super::padding::unfilled;
use super::sender::{data_statement, is_signed};
use super::suite::Suite;
use super::{ContextDigest, GRACE, MessageContext, SIGNATURE, must_be_signed};
use discreet_host::secret::Secret;

/// The id of the key that a sealed message needs. Only the length is checked.
pub fn key_id(message: &[u8]) -> Result<u32, OpenError> {
    let bytes = message.get(12..16).and_then(<[u8]>::first_chunk).ok_or(OpenError::Truncated)?;
    Ok(u32::from_le_bytes(*bytes))
}

/// A key from a grant, with its scope.
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

    /// The id of the key in messages.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The cipher suite.
    pub fn suite(&self) -> Suite {
        self.cipher.suite()
    }

    /// The class of the data that it opens.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The form of the data that it opens: `clear` or `redacted`.
    pub fn form(&self) -> &str {
        &self.form
    }

    /// The group that has it.
    pub fn group(&self) -> &[u8; 16] {
        &self.group
    }

    /// Its validity in seconds since 1970: the first second, and the first second after it.
    pub fn validity(&self) -> (i64, i64) {
        (self.from, self.until)
    }

    /// The guard's Ed25519 key, which the grant certifies.
    pub fn sender(&self) -> [u8; 32] {
        self.sender
    }

    /// Must the messages that it opens be signed?
    pub fn must_be_signed(&self) -> bool {
        must_be_signed(&self.class)
    }

    /// The context of a topic under this key. Compute it once for each topic.
    pub fn context(&self, domain: u32, topic: &str, type_name: &str, type_hash: &str) -> ContextDigest {
        let context = MessageContext {
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

    /// Opens a message in place, at second `now`. Returns the serialized message and its number, which the
    /// caller gives to [`super::Replay`].
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
        // The suite is that of the key. The message can only contradict it.
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
