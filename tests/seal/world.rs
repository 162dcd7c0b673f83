//! A robot, its guard, and parties, all with fixed keys.

use discreet_host::secret::Secret;
use discreet_seal::Suite;
use discreet_seal::identity::{Identity, PublicIdentity};
use discreet_seal::{
    CommandContext, GrantTerms, IngressKind, MessageContext, OpeningKey, Padding, Receiver, ReceiverTerms,
    ReceivingKey, SealError, SealingKey, SenderKey, announce, sealed_size,
};

/// 2026-11-23 09:30 UTC.
pub const NOW: i64 = 1_795_426_200;
pub const STAMP: u64 = NOW as u64 * 1_000_000_000 + 123_456_789;
pub const SUITES: [Suite; 2] = [Suite::ChaCha20Poly1305, Suite::Aes256Gcm];
pub const HASH: &str = "RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18";

/// A secret of one byte, again and again.
pub fn secret(byte: u8) -> Secret<32> {
    Secret::take(&mut [byte; 32])
}

pub fn identity(name: &str, byte: u8) -> Identity {
    Identity::from_secrets(name, secret(byte), secret(byte + 1))
}

pub fn robot() -> Identity {
    identity("concierge-1", 0x10)
}

pub fn desk() -> Identity {
    identity("front_desk", 0x20)
}

pub fn night() -> Identity {
    identity("night", 0x30)
}

pub fn sender() -> SenderKey {
    SenderKey::from_secret(&secret(0x41))
}

pub fn group_secret() -> Secret<32> {
    secret(0x42)
}

pub fn terms(suite: Suite, class: &'static str, sender: &SenderKey) -> GrantTerms<'static> {
    GrantTerms {
        robot: "concierge-1",
        group: *b"group of readers",
        class,
        form: "clear",
        suite,
        key: 4711,
        from: NOW - 10,
        until: NOW + 50,
        policy_version: 7,
        sender: sender.public(),
    }
}

pub fn context(class: &'static str) -> MessageContext<'static> {
    MessageContext {
        robot: "concierge-1",
        domain: 42,
        topic: "/speech/transcript",
        type_name: "std_msgs/msg/String",
        type_hash: HASH,
        class,
        form: "clear",
        group: b"group of readers",
        policy_version: 7,
    }
}

/// A `std_msgs/msg/String`, serialized.
pub fn hello() -> Vec<u8> {
    let text = b"room 12, please\0";
    [&[0, 1, 0, 0], &(text.len() as u32).to_le_bytes()[..], text].concat()
}

/// A guard with one key, and a reader of it.
pub struct Pair {
    pub class: &'static str,
    pub sender: SenderKey,
    pub key: SealingKey,
    pub reader: OpeningKey,
}

impl Pair {
    pub fn new(suite: Suite, class: &'static str) -> Pair {
        let sender = sender();
        let reader = OpeningKey::new(&terms(suite, class, &sender), &group_secret());
        Pair { class, sender, key: SealingKey::new(suite, 4711, &group_secret()), reader }
    }

    pub fn is_signed(&self) -> bool {
        self.class == "contextual"
    }

    /// What the guard sends.
    pub fn seal(&self, message: &[u8]) -> Vec<u8> {
        let sender = self.is_signed().then_some(&self.sender);
        seal_with(&self.key, &context(self.class), sender, Padding::None, message).unwrap()
    }

    /// What the reader makes of it: the message, or the reason in one word.
    pub fn open(&self, message: &[u8]) -> Result<Vec<u8>, &'static str> {
        let context = context(self.class).digest();
        let mut message = message.to_vec();
        let opened = self.reader.open(&context, NOW, self.reader.must_be_signed(), &mut message);
        opened.map(|(text, _)| text.to_vec()).map_err(|why| why.label())
    }
}

pub fn seal_with(
    key: &SealingKey,
    context: &MessageContext<'_>,
    sender: Option<&SenderKey>,
    padding: Padding,
    message: &[u8],
) -> Result<Vec<u8>, SealError> {
    // Whatever was in the buffer before must not matter.
    let mut buffer = vec![0xee; sealed_size(message.len(), sender.is_some(), padding).unwrap()];
    buffer[discreet_seal::HEADROOM..][..message.len()].copy_from_slice(message);
    key.seal(&context.digest(), sender, padding, &mut buffer, message.len()).map(<[u8]>::to_vec)
}

pub const RECEIVER: u32 = 4712;

pub fn receiving() -> ReceivingKey {
    ReceivingKey::from_secret(secret(0x43))
}

pub fn receiver_terms() -> ReceiverTerms<'static> {
    ReceiverTerms {
        robot: "concierge-1",
        key: RECEIVER,
        from: NOW - 100,
        until: NOW + 30,
        domain: 42,
        receive: receiving().public(),
        sender: sender().public(),
    }
}

pub fn receiver() -> Receiver {
    Receiver::read(&announce(&receiver_terms(), &robot()).unwrap(), robot().public()).unwrap()
}

pub fn command_context() -> CommandContext<'static> {
    CommandContext {
        robot: "concierge-1",
        domain: 42,
        kind: IngressKind::Command,
        name: "/cmd_vel",
        type_name: "geometry_msgs/msg/Twist",
        type_hash: HASH,
    }
}

/// A `geometry_msgs/msg/Twist`, serialized.
pub fn twist() -> Vec<u8> {
    let values = [0.25_f64, 0.0, 0.0, 0.0, 0.0, -0.5];
    [&[0, 1, 0, 0][..], values.map(f64::to_le_bytes).as_flattened()].concat()
}

/// Finds these by their hints.
pub fn among<'s>(known: &'s [&'s PublicIdentity]) -> impl FnOnce(&[u8; 8]) -> Option<&'s PublicIdentity> {
    move |hint| known.iter().copied().find(|identity| discreet_seal::hint(identity) == *hint)
}

/// Every message that differs from this one in one bit.
pub fn flips(message: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..message.len() * 8).map(|bit| {
        let mut changed = message.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        (bit / 8, changed)
    })
}
