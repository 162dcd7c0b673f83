//! Any bytes as a sealed message (the first byte chooses the key): refused by name, or exactly the sealed message.

use std::sync::OnceLock;

use discreet_host::secret::Secret;
use discreet_seal::Suite;
use discreet_seal::{
    ContextDigest, GrantTerms, OpeningKey, Padding, SealingKey, SenderKey, key_id, sealed_size,
};

const NOW: i64 = 1_795_426_200;
const MESSAGE: &[u8] = b"\0\x01\0\0\x05\0\0\0room\0";

/// One reader for each suite, of a class that is signed and of one that is not.
struct Reader {
    key: OpeningKey,
    context: ContextDigest,
    seal: SealingKey,
    sender: SenderKey,
}

pub fn run(data: &[u8]) {
    let Some((choice, message)) = data.split_first() else { return };
    let reader = &readers()[usize::from(*choice) % 4];
    let _ = key_id(message);
    let mut bytes = message.to_vec();
    let opened = reader.key.open(&reader.context, NOW, reader.key.must_be_signed(), &mut bytes);
    match opened {
        Ok((text, counter)) => assert_eq!((&*text, counter), (MESSAGE, 0)),
        Err(why) => assert!(!why.label().is_empty() && !why.to_string().is_empty()),
    }
}

/// Inputs that open.
#[allow(dead_code)] // the fuzzer finds its own
pub fn seeds() -> Vec<Vec<u8>> {
    let padding = [Padding::None, Padding::Padme];
    let seal = |(choice, reader): (usize, &Reader)| {
        let sender = reader.key.must_be_signed().then_some(&reader.sender);
        let padding = padding[choice / 2];
        let mut seed = vec![0; 1 + sealed_size(MESSAGE.len(), sender.is_some(), padding).unwrap()];
        seed[0] = choice as u8;
        seed[25..25 + MESSAGE.len()].copy_from_slice(MESSAGE);
        reader.seal.seal(&reader.context, sender, padding, &mut seed[1..], MESSAGE.len()).unwrap();
        seed
    };
    readers().iter().enumerate().map(seal).collect()
}

fn readers() -> &'static [Reader] {
    static READERS: OnceLock<Vec<Reader>> = OnceLock::new();
    READERS.get_or_init(|| {
        let suites = [Suite::ChaCha20Poly1305, Suite::Aes256Gcm];
        let kinds = suites.iter().flat_map(|suite| [(*suite, "contextual"), (*suite, "operational")]);
        kinds.map(|(suite, class)| reader(suite, class)).collect()
    })
}

fn reader(suite: Suite, class: &str) -> Reader {
    let (secret, sender) = (Secret::take(&mut [1; 32]), SenderKey::from_secret(&Secret::take(&mut [2; 32])));
    let terms = GrantTerms {
        robot: "r",
        group: [3; 16],
        class,
        form: "clear",
        suite,
        key: 4,
        from: NOW,
        until: NOW + 60,
        policy_version: 1,
        sender: sender.public(),
    };
    let key = OpeningKey::new(&terms, &secret);
    let context = key.context(1, "/speech", "std_msgs/msg/String", "");
    Reader { key, context, seal: SealingKey::new(suite, 4, &secret), sender }
}
