//! Work on outside input grows no faster than the input, counted in steps.

// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use discreet_cdr::{Plan, Rewriter, Strings};
use discreet_host::steps;
use discreet_pii::{Finder, HidingRules, Kind, Operator, Options, Roster, TextRedactor};
use discreet_policy::Policy;

fn steps_of(work: impl FnOnce()) -> u64 {
    let before = steps::taken();
    work();
    steps::taken() - before
}

/// A list of pairs of a string and a number.
fn pairs() -> Plan {
    let json = r#"{"type_description":{"type_name":"a/msg/A","fields":[
            {"name":"pairs","type":{"type_id":145,"nested_type_name":"a/msg/P"}},{"name":"wide","type":{"type_id":22,"string_capacity":1000}}]},
        "referenced_type_descriptions":[{"type_name":"a/msg/P","fields":[
            {"name":"key","type":{"type_id":17}},{"name":"value","type":{"type_id":6}}]}]}"#;
    Plan::compile(&serde_json::from_str(json).unwrap()).unwrap()
}

fn message(count: u32) -> Vec<u8> {
    let mut bytes = vec![0, 1, 0, 0];
    bytes.extend_from_slice(&count.to_le_bytes());
    for _ in 0..count {
        bytes.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0]);
    }
    bytes.extend_from_slice(&0_u32.to_le_bytes());
    bytes
}

/// Replaces every string by another of the largest length.
struct Longer;

impl Strings for Longer {
    fn string(&mut self, _: usize, _: &str, into: &mut String) -> bool {
        into.push_str("<payment_card>");
        true
    }
}

#[test]
fn a_message_is_walked_and_rewritten_in_steps_as_it_has_fields() {
    let plan = pairs();
    let [one, two, four, eight] = [1, 2, 4, 8].map(|megabytes| {
        let message = message((megabytes << 20) / 12);
        steps_of(|| {
            plan.check(&message).unwrap();
            Rewriter::default().rewrite(&plan, &message, &mut Longer).unwrap().unwrap();
        })
    });
    assert!(two <= one * 9 / 4 && four <= two * 9 / 4 && eight <= four * 9 / 4, "{one} {two} {four} {eight}");
}

#[test]
fn thousands_of_mistyped_names_are_compared_with_a_few_each() {
    let policy = |count: usize| {
        let name = |n: usize| format!("a_rather_long_name_of_a_stakeholder_{n:05}");
        let known: String = (0..count).map(|n| format!("  {}: {{ identity: a.pub }}\n", name(n))).collect();
        let rules: String = (0..count)
            .map(|n| format!("  - {{ who: {}x, read: operational, as: clear }}\n", name(n)))
            .collect();
        format!(
            "discreet: 1\nrobot: r\nversion: 1\nclasses:\n  operational: {{ suite: chacha20-poly1305, epoch: 1h, retention: 7d }}\n\
             stakeholders:\n{known}rules:\n{rules}"
        )
    };
    let [few, many] = [200, 800].map(|count| {
        let text = policy(count);
        assert!(text.len() < 256 << 10);
        steps_of(|| assert!(Policy::read("p.yaml", &text).is_err()))
    });
    assert!(many <= few * 5, "{few} {many}");
}

#[test]
fn guests_who_share_a_name_do_not_make_texts_take_for_ever() {
    let finder = std::sync::Arc::new(Finder::new(&Options::default()).unwrap());
    let guests = (0..20_000).map(|n| (Kind::Person, format!("Ada of House Number {n}")));
    let roster = std::sync::Arc::new(Roster::new(guests).unwrap());
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), finder, None);
    redactor.set_roster(Some(roster));
    let field = redactor.rules().field("data");
    let mut out = String::new();
    let taken = steps_of(|| {
        let outcome = redactor.redact(&"Ada of House ".repeat(80_000), &field, &mut out);
        assert!(outcome.too_long && out.is_empty(), "more than fits the budget stays inside");
    });
    assert!(taken < 300_000_000, "{taken}");
    let [few, many] = [1000, 4000].map(|count| {
        let text = format!("[{}\"\"]", "\"Ada of House\",".repeat(count));
        steps_of(|| {
            let _outcome = redactor.redact(&text, &field, &mut String::new());
        })
    });
    assert!(many <= few * 5, "strings of one document share a budget: {few} {many}");
    let outcome = redactor.redact("Ada of House Number 7 is here", &field, &mut out);
    assert!(!outcome.too_long && out.contains("<person>"), "{out}");
}
