//! Commands: who sent them, for what, and when.

use discreet_seal::identity::{Identity, PublicIdentity};
use discreet_seal::{
    CommandContext, CommandOpener, Freshness, IngressKind, ReceivingKey, Unsendable, hint, seal_command,
};

use super::world::*;

fn sealed_by(me: &Identity) -> Vec<u8> {
    seal_command(me, &receiver(), &command_context().digest(), STAMP, &twist()).unwrap()
}

/// What the guard makes of it: sender, stamp and message, or the reason in one word.
fn open(context: &CommandContext<'_>, message: &[u8]) -> Result<(String, u64, Vec<u8>), &'static str> {
    let opener = CommandOpener::new(receiving(), RECEIVER);
    let (desk, night) = (desk(), night());
    let mut message = message.to_vec();
    let known = [desk.public(), night.public()];
    let opened = opener.open(&context.digest(), among(&known), &mut message);
    opened
        .map(|command| (command.sender.name.clone(), command.stamp_ns, command.message.to_vec()))
        .map_err(|why| why.label())
}

#[test]
fn the_guard_learns_what_was_commanded_when_and_by_whom() {
    let sealed = sealed_by(&desk());
    assert_eq!(open(&command_context(), &sealed), Ok(("front_desk".into(), STAMP, twist())));
    assert_eq!(sealed.len(), twist().len() + 144);
    assert_eq!(sealed[4..12], STAMP.to_le_bytes());
}

#[test]
fn every_byte_that_is_changed_in_any_bit_is_noticed() {
    let sealed = sealed_by(&desk());
    for (at, changed) in flips(&sealed) {
        assert!(open(&command_context(), &changed).is_err(), "byte {at}");
    }
    for end in 0..sealed.len() {
        assert_eq!(open(&command_context(), &sealed[..end]), Err("malformed"), "cut at {end}");
    }
}

#[test]
fn a_command_is_for_one_topic_type_domain_and_robot() {
    let sealed = sealed_by(&desk());
    let here = command_context();
    for (what, context) in [
        ("robot", CommandContext { robot: "concierge-2", ..here.clone() }),
        ("domain", CommandContext { domain: 0, ..here.clone() }),
        ("topic", CommandContext { name: "/goal", ..here.clone() }),
        ("type", CommandContext { type_name: "geometry_msgs/msg/Wrench", ..here.clone() }),
        ("type hash", CommandContext { type_hash: "", ..here.clone() }),
        ("kind", CommandContext { kind: IngressKind::Call, ..here.clone() }),
    ] {
        assert_eq!(open(&context, &sealed), Err("signature"), "another {what}");
    }
}

#[test]
fn nobody_commands_whom_the_policy_does_not_know() {
    assert_eq!(open(&command_context(), &sealed_by(&identity("vendor", 0x50))), Err("sender"));
    // With the hint of somebody whom it knows.
    let mut forged = sealed_by(&identity("vendor", 0x50));
    forged[24..32].copy_from_slice(&hint(desk().public()));
    assert_eq!(open(&command_context(), &forged), Err("signature"));
}

#[test]
fn whoever_may_command_cannot_sign_what_another_sealed() {
    // The night desk takes the front desk's command, which it cannot read, and puts its own name to it.
    let mut stolen = sealed_by(&desk());
    stolen[24..32].copy_from_slice(&hint(night().public()));
    let end = stolen.len() - 64;
    let hash = blake3::derive_key("discreet 2026-11 sealed message body v1", &stolen[24..end]);
    let digest = context_digest_bytes();
    let statement =
        [b"discreet stakeholder command v1\0".as_slice(), &digest, &stolen[4..20], &hash].concat();
    let signature = night().sign(&statement);
    stolen[end..].copy_from_slice(&signature);
    assert_eq!(open(&command_context(), &stolen), Err("changed"));
}

/// As the specification says.
fn context_digest_bytes() -> [u8; 32] {
    let context = command_context();
    let mut hasher = blake3::Hasher::new_derive_key("discreet 2026-11 command context v1");
    for field in [
        b"command".as_slice(),
        context.robot.as_bytes(),
        &context.domain.to_le_bytes(),
        context.name.as_bytes(),
        context.type_name.as_bytes(),
        context.type_hash.as_bytes(),
    ] {
        hasher.update(&(field.len() as u64).to_le_bytes()).update(field);
    }
    *hasher.finalize().as_bytes()
}

#[test]
fn what_was_sealed_before_the_guard_started_again_does_not_open() {
    let sealed = sealed_by(&desk());
    let desk = desk();
    let after = CommandOpener::new(ReceivingKey::generate().unwrap(), RECEIVER + 1);
    let digest = command_context().digest();
    let refused = after.open(&digest, among(&[desk.public()]), &mut sealed.clone()).map(drop);
    assert_eq!(refused.unwrap_err().label(), "receiver");
    // Even if an id came twice.
    let after = CommandOpener::new(ReceivingKey::generate().unwrap(), RECEIVER);
    let refused = after.open(&digest, among(&[desk.public()]), &mut sealed.clone()).map(drop);
    assert_eq!(refused.unwrap_err().label(), "changed");
}

#[test]
fn a_command_that_comes_again_or_late_or_early_is_refused_by_that_name() {
    let mut fresh = Freshness::default();
    let mut judge = |by: &Identity, now: u64| {
        let (_, stamp, _) = open(&command_context(), &sealed_by(by)).unwrap();
        fresh.accept(by.public(), "/cmd_vel", stamp, now).map_err(|why| why.label())
    };
    const SECOND: u64 = 1_000_000_000;
    assert_eq!(judge(&desk(), STAMP + 3 * SECOND), Err("late"));
    assert_eq!(judge(&desk(), STAMP - SECOND), Err("early"));
    assert_eq!(judge(&desk(), STAMP + SECOND / 100), Ok(()));
    assert_eq!(judge(&desk(), STAMP + SECOND / 50), Err("replayed"));
    assert_eq!(judge(&night(), STAMP + SECOND / 50), Ok(()));
}

#[test]
fn what_the_guard_sends_is_no_command_and_a_command_is_no_message_of_its() {
    for suite in SUITES {
        let pair = Pair::new(suite, "contextual");
        assert_eq!(open(&command_context(), &pair.seal(&hello())), Err("malformed"));
        let mut sealed = sealed_by(&desk());
        sealed[12..16].copy_from_slice(&4711_u32.to_le_bytes());
        assert_eq!(pair.open(&sealed), Err("suite"));
    }
}

#[test]
fn nothing_is_sealed_for_a_key_that_is_not_valid() {
    let digest = command_context().digest();
    let at = |second: i64| {
        seal_command(&desk(), &receiver(), &digest, second as u64 * 1_000_000_000, b"x").map(drop)
    };
    assert_eq!(at(NOW + 30), Err(Unsendable::Receiver));
    assert_eq!(at(NOW + 29), Ok(()));
    assert_eq!(at(NOW - 103), Err(Unsendable::Receiver));
}

#[test]
fn a_hint_that_fits_nobody_it_is_given_is_refused() {
    let opener = CommandOpener::new(receiving(), RECEIVER);
    let night: PublicIdentity = night().public().clone();
    let mut sealed = sealed_by(&desk());
    let refused = opener.open(&command_context().digest(), |_| Some(&night), &mut sealed).map(drop);
    assert_eq!(refused.unwrap_err().label(), "sender");
}
