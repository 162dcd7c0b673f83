//! Sealed messages.

use discreet_seal::Suite;
use discreet_seal::{
    HEADROOM, MessageContext, OpeningKey, Padding, Replay, SealError, SealingKey, TAILROOM, key_id,
    sealed_size,
};

use super::world::*;

const CLASSES: [&str; 2] = ["contextual", "operational"];

fn pairs() -> impl Iterator<Item = Pair> {
    SUITES.into_iter().flat_map(|suite| CLASSES.map(|class| Pair::new(suite, class)))
}

#[test]
fn what_is_sealed_opens_as_it_was_and_is_at_most_104_bytes_longer() {
    for pair in pairs() {
        for length in [0, 1, 15, 16, 17, 63, 64, 65, 1000, 100_000] {
            let message: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let sealed = pair.seal(&message);
            assert_eq!(sealed.len(), length + if pair.is_signed() { 104 } else { 40 });
            assert_eq!(key_id(&sealed), Ok(4711));
            assert_eq!(pair.open(&sealed), Ok(message));
        }
    }
    assert_eq!(HEADROOM + TAILROOM, 104);
}

#[test]
fn every_byte_that_is_changed_in_any_bit_keeps_it_from_opening() {
    for pair in pairs() {
        let sealed = pair.seal(&hello());
        for (at, changed) in flips(&sealed) {
            assert!(pair.open(&changed).is_err(), "byte {at} of {:?} {}", pair.key.suite(), pair.class);
        }
        for end in 0..sealed.len() {
            assert!(pair.open(&sealed[..end]).is_err(), "cut at {end}");
        }
    }
}

#[test]
fn header_bytes_are_refused_by_name() {
    let pair = Pair::new(Suite::Aes256Gcm, "contextual");
    let sealed = pair.seal(&hello());
    let with = |at: usize, byte: u8| {
        let mut changed = sealed.clone();
        changed[at] = byte;
        pair.open(&changed).unwrap_err()
    };
    assert_eq!(with(1, 0), "encapsulation", "big endian");
    assert_eq!(with(1, 7), "encapsulation", "another encoding");
    assert_eq!(with(4, 9), "signature", "another counter");
    assert_eq!(with(12, 1), "key", "another key id");
    assert_eq!(with(16, 2), "version");
    assert_eq!(with(17, 1), "suite", "the other suite, of which the key is not");
    assert_eq!(with(17, 3), "suite", "the suite of commands");
    assert_eq!(with(17, 9), "suite");
    assert_eq!(with(18, 0), "unsigned");
    assert_eq!(with(18, 3), "signature", "padded");
    assert_eq!(with(18, 4), "flags");
    assert_eq!(with(19, 1), "reserved");
    assert_eq!(with(20, 0xff), "truncated");
}

#[test]
fn what_middleware_fills_up_behind_it_does_not_matter() {
    let pair = Pair::new(Suite::Aes256Gcm, "contextual");
    let sealed = pair.seal(&hello());
    for filling in 1..=3 {
        let mut filled = sealed.clone();
        filled.resize(sealed.len() + filling, 0xaa);
        assert_eq!(pair.open(&filled), Ok(hello()));
        filled[3] = filling as u8;
        assert_eq!(pair.open(&filled), Ok(hello()));
        filled[3] = (filling % 3 + 1) as u8;
        assert_eq!(pair.open(&filled), Err("trailing"), "it counts others than there are");
    }
    assert_eq!(pair.open(&[sealed, vec![0; 4]].concat()), Err("trailing"));
}

#[test]
fn a_message_opens_only_where_it_belongs() {
    for pair in pairs() {
        let sealed = pair.seal(&hello());
        let here = context(pair.class);
        let elsewhere = [
            ("robot", MessageContext { robot: "concierge-2", ..here.clone() }),
            ("domain", MessageContext { domain: 43, ..here.clone() }),
            ("topic", MessageContext { topic: "/speech/transcript2", ..here.clone() }),
            ("type", MessageContext { type_name: "std_msgs/msg/Char", ..here.clone() }),
            ("type hash", MessageContext { type_hash: "", ..here.clone() }),
            ("class", MessageContext { class: "contextual/guest", ..here.clone() }),
            ("form", MessageContext { form: "redacted", ..here.clone() }),
            ("group", MessageContext { group: b"group of others!", ..here.clone() }),
            ("policy", MessageContext { policy_version: 8, ..here.clone() }),
        ];
        let open = |context: &MessageContext<'_>| {
            let mut sealed = sealed.clone();
            pair.reader.open(&context.digest(), NOW, false, &mut sealed).is_ok()
        };
        assert!(open(&here));
        for (what, context) in elsewhere {
            assert!(!open(&context), "another {what}");
        }
    }
}

#[test]
fn a_key_knows_the_context_of_its_topics() {
    let pair = Pair::new(Suite::Aes256Gcm, "contextual");
    let of_key = pair.reader.context(42, "/speech/transcript", "std_msgs/msg/String", HASH);
    assert_eq!(of_key, context("contextual").digest());
}

#[test]
fn the_same_secret_under_another_id_or_suite_is_another_key() {
    for suite in SUITES {
        let pair = Pair::new(suite, "operational");
        let sealed = pair.seal(&hello());
        // Key id or suite in message and terms: both agree, and still it does not open.
        let mut renamed = sealed.clone();
        renamed[12..16].copy_from_slice(&4712_u32.to_le_bytes());
        let terms_of_other =
            discreet_seal::GrantTerms { key: 4712, ..terms(suite, "operational", &pair.sender) };
        let other = OpeningKey::new(&terms_of_other, &group_secret());
        let digest = context("operational").digest();
        assert_eq!(other.open(&digest, NOW, false, &mut renamed).unwrap_err().label(), "changed");

        let mut swapped = sealed.clone();
        swapped[17] = 3 - swapped[17];
        let other_suite = SUITES.into_iter().find(|other| *other != suite).unwrap();
        let other = OpeningKey::new(&terms(other_suite, "operational", &pair.sender), &group_secret());
        assert_eq!(other.open(&digest, NOW, false, &mut swapped).unwrap_err().label(), "changed");
    }
}

#[test]
fn a_key_opens_only_while_it_is_valid() {
    let pair = Pair::new(Suite::ChaCha20Poly1305, "contextual");
    let sealed = pair.seal(&hello());
    let at = |now| {
        let digest = context("contextual").digest();
        pair.reader.open(&digest, now, true, &mut sealed.clone()).map(drop).map_err(|why| why.label())
    };
    let (from, until) = pair.reader.validity();
    assert_eq!(
        [from - 3, from - 2, until + 1, until + 2].map(at),
        [Err("not_yet"), Ok(()), Ok(()), Err("expired")]
    );
}

#[test]
fn a_message_that_is_sent_again_is_noticed() {
    let pair = Pair::new(Suite::Aes256Gcm, "contextual");
    let messages: Vec<_> = (0..3).map(|_| pair.seal(&hello())).collect();
    let mut replay = Replay::default();
    let mut judge = |message: &[u8]| {
        let digest = context("contextual").digest();
        let mut message = message.to_vec();
        let (_, counter) = pair.reader.open(&digest, NOW, true, &mut message).unwrap();
        replay.accept(counter).map_err(|why| why.label())
    };
    let order = [0, 2, 1, 0, 1, 2].map(|at: usize| judge(&messages[at]));
    assert_eq!(order, [Ok(()), Ok(()), Ok(()), Err("replayed"), Err("replayed"), Err("replayed")]);
}

#[test]
fn no_two_messages_of_a_key_have_the_same_counter_whatever_topic_or_thread_they_are_of() {
    let key = SealingKey::new(Suite::Aes256Gcm, 1, &group_secret());
    let counters = |topic| {
        let context = MessageContext { topic, ..context("operational") };
        let message = |_| seal_with(&key, &context, None, Padding::None, b"x").unwrap();
        (0..1000).map(message).map(|sealed| sealed[4..12].to_vec()).collect::<Vec<_>>()
    };
    let mut all = std::thread::scope(|scope| {
        let threads = ["/a", "/b", "/a"].map(|topic| scope.spawn(move || counters(topic)));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 3000);
}

#[test]
fn padded_messages_of_similar_lengths_are_equally_long_and_open_as_they_were() {
    for suite in SUITES {
        let pair = Pair::new(suite, "contextual");
        let sealed = |message: &[u8]| {
            seal_with(&pair.key, &context("contextual"), Some(&pair.sender), Padding::Padme, message).unwrap()
        };
        let lengths: Vec<_> = (993..1024).map(|length| sealed(&vec![0x80; length]).len()).collect();
        assert!(lengths.iter().all(|length| *length == 1024 + 104), "{lengths:?}");
        for message in [&[][..], &[0], &[0x80], &[0x80, 0], &hello()] {
            assert_eq!(pair.open(&sealed(message)).as_deref(), Ok(message));
        }
    }
}

#[test]
fn a_buffer_that_is_too_small_is_not_touched_and_uses_no_counter() {
    let pair = Pair::new(Suite::Aes256Gcm, "contextual");
    let digest = context("contextual").digest();
    for (padding, size) in [(Padding::None, 204), (Padding::Padme, 208)] {
        assert_eq!(sealed_size(100, true, padding), Some(size));
        for length in 0..size {
            let mut buffer = vec![7; length];
            let sealed = pair.key.seal(&digest, Some(&pair.sender), padding, &mut buffer, 100);
            assert_eq!(sealed, Err(SealError::NoRoom { missing: size - length }));
            assert!(buffer.iter().all(|byte| *byte == 7));
        }
    }
    let mut small = [0; 200];
    let huge = pair.key.seal(&digest, None, Padding::None, &mut small, usize::MAX);
    assert_eq!(huge, Err(SealError::TooLong));
    assert_eq!(pair.seal(b"x")[4..12], [0; 8]);
}

#[test]
fn the_message_is_sealed_where_it_lies() {
    let pair = Pair::new(Suite::Aes256Gcm, "contextual");
    let message = hello();
    let mut buffer = [&[1; HEADROOM][..], &message, &[2; TAILROOM + 50]].concat();
    let start = buffer.as_ptr();
    let digest = context("contextual").digest();
    let sealed =
        pair.key.seal(&digest, Some(&pair.sender), Padding::None, &mut buffer, message.len()).unwrap();
    assert_eq!((sealed.as_ptr(), sealed.len()), (start, message.len() + 104));
    assert_eq!(pair.open(sealed), Ok(message.clone()));
    assert!(buffer.ends_with(&[2; 50]));
}
