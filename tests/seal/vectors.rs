//! The vectors in `tests/data/envelope`, which `python/discreet` opens: they are what this code makes of fixed secrets.
//! `WRITE_VECTORS=1 cargo test --test seal vectors` writes them anew.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use discreet_graph::qos::Qos;
use discreet_seal::Suite;
use discreet_seal::catalog::{Catalog, CatalogEntry, CatalogLease};
use discreet_seal::fixed::{issue_drawing, seal_call_drawing, seal_command_drawing, seal_response_drawing};
use discreet_seal::identity::Identity;
use discreet_seal::{
    self as seal, CallAnswer, CommandContext, GrantSet, GrantTerms, MessageContext, Padding, ReceiverTerms,
    SealingKey, announce, write_call_answer, write_grants,
};
use serde_json::{Value, json};

use super::world::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Compares with the file, or writes it.
fn check(name: &str, vectors: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/envelope").join(name);
    let text = serde_json::to_string_pretty(vectors).unwrap() + "\n";
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == text, "{name} is not what the code makes");
}

fn party(identity: &Identity, byte: u8) -> Value {
    let public = identity.public();
    json!({
        "name": public.name,
        "receive_secret": hex(secret(byte).expose()),
        "sign_secret": hex(secret(byte + 1).expose()),
        "receive": hex(&public.receive),
        "sign": hex(&public.sign),
    })
}

fn terms_value(terms: &GrantTerms<'_>) -> Value {
    json!({
        "robot": terms.robot, "group": hex(&terms.group), "class": terms.class, "form": terms.form,
        "suite": terms.suite.name(), "key": terms.key, "from": terms.from, "until": terms.until,
        "policy_version": terms.policy_version, "sender": hex(&terms.sender),
    })
}

fn grant_terms(suite: Suite, class: &'static str, key: u32) -> GrantTerms<'static> {
    GrantTerms { key, ..terms(suite, class, &sender()) }
}

fn drawing() -> impl FnMut() -> Result<discreet_host::secret::Secret<32>, discreet_host::secret::NoRandomness>
{
    let mut next = 0x70;
    move || {
        next += 1;
        Ok(secret(next))
    }
}

#[test]
fn sealed_messages() {
    let mut vectors = Vec::new();
    for (suite, key) in SUITES.into_iter().zip([4711, 0xfedc_ba98]) {
        for class in ["operational", "contextual"] {
            let terms = grant_terms(suite, class, key);
            let sealing = SealingKey::new(suite, key, &group_secret());
            let context = context(class);
            // Counters 0 to 3 under each key.
            for (padding, message) in [
                (Padding::None, Vec::new()),
                (Padding::None, hello()),
                (Padding::Padme, hello()),
                (Padding::Padme, (0..300).map(|at| (at % 251) as u8).collect()),
            ] {
                let by = (class == "contextual").then(sender);
                let sealed = seal_with(&sealing, &context, by.as_ref(), padding, &message).unwrap();
                let MessageContext { domain, topic, type_name, type_hash, .. } = context;
                vectors.push(json!({
                    "terms": terms_value(&terms), "secret": hex(group_secret().expose()),
                    "domain": domain, "topic": topic, "type_name": type_name, "type_hash": type_hash,
                    "context_digest": hex(&discreet_digest(&context)), "now": NOW,
                    "counter": vectors.len() % 4, "signed": by.is_some(), "padded": padding == Padding::Padme,
                    "message": hex(&message), "sealed": hex(&sealed),
                }));
            }
        }
    }
    check("sealed.json", &json!(vectors));
}

/// As the specification says, by itself.
fn discreet_digest(context: &MessageContext<'_>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("discreet 2026-11 sealed message context v1");
    for field in [
        context.robot.as_bytes(),
        &context.domain.to_le_bytes(),
        context.topic.as_bytes(),
        context.type_name.as_bytes(),
        context.type_hash.as_bytes(),
        context.class.as_bytes(),
        context.form.as_bytes(),
        context.group,
        &context.policy_version.to_le_bytes(),
    ] {
        hasher.update(&(field.len() as u64).to_le_bytes()).update(field);
    }
    *hasher.finalize().as_bytes()
}

#[test]
fn grants_and_announcements() {
    let (robot, desk, night, vendor) = (robot(), desk(), night(), identity("vendor", 0x50));
    let announcement = announce(&receiver_terms(), &robot).unwrap();
    let mut draw = drawing();
    let mut grants = Vec::new();
    for (terms, members) in [
        (grant_terms(Suite::ChaCha20Poly1305, "operational", 4711), vec![]),
        (grant_terms(Suite::ChaCha20Poly1305, "contextual", 4711), vec![&desk]),
        (grant_terms(Suite::Aes256Gcm, "contextual", 0xfedc_ba98), vec![&night, &desk]),
    ] {
        let public: Vec<_> = members.iter().map(|member| member.public()).collect();
        let grant = issue_drawing(&terms, &group_secret(), &public, &robot, &mut draw).unwrap();
        grants.push((terms, public.iter().map(|member| member.name.clone()).collect::<Vec<_>>(), grant));
    }
    let grant_set = GrantSet {
        robot: "concierge-1",
        receiver: &announcement,
        grants: grants.iter().map(|(_, _, grant)| grant.as_slice()).collect(),
    };
    let terms = receiver_terms();
    // A renewal under the same id, and one for another domain.
    let renewed = ReceiverTerms { from: terms.from + 10, until: terms.until + 10, ..terms.clone() };
    let elsewhere = ReceiverTerms { domain: terms.domain + 1, key: terms.key + 1, ..terms.clone() };
    let [renewal, elsewhere] = [&renewed, &elsewhere].map(|terms| announce(terms, &robot).unwrap());
    check(
        "grants.json",
        &json!({
            "robot": party(&robot, 0x10),
            "parties": [party(&desk, 0x20), party(&night, 0x30), party(&vendor, 0x50)],
            "grants": grants.iter().map(|(terms, members, grant)| json!({
                "terms": terms_value(terms), "members": members, "secret": hex(group_secret().expose()),
                "grant": hex(grant),
            })).collect::<Vec<_>>(),
            "receiver": {
                "robot": terms.robot, "key": terms.key, "from": terms.from, "until": terms.until,
                "domain": terms.domain, "receive": hex(&terms.receive), "sender": hex(&terms.sender),
                "announcement": hex(&announcement), "renewal": hex(&renewal), "renewed_until": renewed.until,
                "elsewhere": hex(&elsewhere),
            },
            "grants_message": hex(&write_grants(&grant_set)),
        }),
    );
}

#[test]
fn catalogs() {
    let (sender, robot) = (sender(), robot());
    let entry = CatalogEntry {
        topic: "/speech/transcript/sealed/clear".into(),
        policy_topic: "/speech/transcript".into(),
        sealed: true,
        type_name: "std_msgs/msg/String".into(),
        type_hash: HASH.into(),
        data_class: "contextual".into(),
        form: "clear".into(),
        audience: vec!["front_desk".into()],
        retention: Duration::from_secs(3600),
        policy_version: 7,
        source: vec!["/speech".into()],
        tag_topic: String::new(),
        qos: Qos { deadline: Some(Duration::from_millis(250)), ..Qos::default() },
    };
    let lease = CatalogLease::from(NOW * 1_000_000_000);
    let catalogs = [vec![], vec![entry]].map(|entries| {
        let catalog = Catalog {
            robot: robot.public().name.clone(),
            publisher: [3; 16],
            policy_version: 7,
            policy_hash: "ab".repeat(32),
            entries,
        };
        json!({
            "domain": 42, "stamp": lease.stamp, "until": lease.until, "topics": catalog.entries.len(),
            "signed": hex(&catalog.signed(&sender, 42, lease)), "unsigned": hex(&catalog.unsigned(lease)),
        })
    });
    check("catalogs.json", &json!({ "sender": hex(&sender.public()), "catalogs": catalogs }));
}

#[test]
fn commands_and_calls() {
    let (robot, desk, night) = (robot(), desk(), night());
    let announcement = announce(&receiver_terms(), &robot).unwrap();
    let command = command_context();
    let call = CommandContext {
        kind: seal::IngressKind::Call,
        name: "/set_mode",
        type_name: "std_srvs/srv/SetBool",
        ..command.clone()
    };
    let context = |context: &CommandContext<'_>| {
        json!({
            "domain": context.domain, "name": context.name, "type_name": context.type_name,
            "type_hash": context.type_hash,
        })
    };
    let mut commands = Vec::new();
    for (me, stamp, random) in [(&desk, STAMP, 0x81), (&night, STAMP + 1, 0x82)] {
        let sealed =
            seal_command_drawing(me, &receiver(), &command.digest(), stamp, &twist(), &secret(random))
                .unwrap();
        commands.push(json!({
            "context": context(&command), "sender": me.public().name, "stamp": stamp, "message": hex(&twist()),
            "sealed": hex(&sealed),
        }));
    }
    let request = [0, 1, 0, 0, 1];
    let response = [0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0];
    let (sealed, ticket) =
        seal_call_drawing(&desk, &receiver(), &call.digest(), STAMP, &request, &secret(0x83)).unwrap();
    let answer = seal_response_drawing(&sender(), desk.public(), &ticket, &response, &secret(0x84)).unwrap();
    check(
        "commands.json",
        &json!({
            "robot": party(&robot, 0x10), "parties": [party(&desk, 0x20), party(&night, 0x30)],
            "announcement": hex(&announcement), "receiver_secret": hex(secret(0x43).expose()),
            "commands": commands,
            "calls": [{
                "context": context(&call), "caller": "front_desk", "stamp": STAMP,
                "request": hex(&request), "sealed_request": hex(&sealed),
                "response": hex(&response), "sealed_response": hex(&answer),
                "answer_message": hex(&write_call_answer(&CallAnswer::Sealed(answer))),
            }],
            "refusal_message": hex(&write_call_answer(&CallAnswer::Refused("not now"))),
        }),
    );
}
