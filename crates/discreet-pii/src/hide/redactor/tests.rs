use std::sync::LazyLock;

use super::*;
use crate::{Kind, Kinds, Options};

/// A finder for all tests: without optimisation it takes seconds to build.
static FINDER: LazyLock<Arc<Finder>> = LazyLock::new(|| {
    let kinds = [Kind::PaymentCard, Kind::Email, Kind::Phone, Kind::Ip, Kind::DePlz].into_iter().collect();
    Arc::new(Finder::new(&Options { kinds, ..Options::default() }).unwrap())
});

fn redactor(rules: HidingRules) -> TextRedactor {
    let keys = OperatorKeys::derive(b"a secret of a robot, for tests", "front_desk").unwrap();
    TextRedactor::new(rules, Arc::clone(&FINDER), Some(Arc::new(keys)))
}

fn redacted(redactor: &mut TextRedactor, path: &str, text: &str) -> String {
    let (field, mut out) = (redactor.rules().field(path), String::new());
    let outcome = redactor.redact(text, &field, &mut out);
    assert_eq!(outcome.changed, out != text, "{text} became {out}");
    out
}

fn by(operator: Operator) -> TextRedactor {
    redactor(HidingRules::new(operator))
}

#[test]
fn findings_in_plain_text_are_replaced_and_the_rest_stays() {
    let text = "card 4111 1111 1111 1111, mail ada@example.org.";
    assert_eq!(redacted(&mut by(Operator::Replace), "data", text), "card <payment_card>, mail <email>.");
    assert_eq!(
        redacted(&mut by(Operator::Mask), "data", text),
        "card **** **** **** 1111, mail ***@*******.***."
    );
    assert_eq!(redacted(&mut by(Operator::Keep), "data", text), text);
    assert_eq!(redacted(&mut by(Operator::Replace), "data", "nothing to see"), "nothing to see");
}

#[test]
fn findings_are_counted() {
    let mut redactor = by(Operator::Remove);
    let field = redactor.rules().field("data");
    let outcome = redactor.redact("ada@example.org and bob@example.org", &field, &mut String::new());
    assert_eq!((outcome.hits.of(Kind::Email), outcome.hits.total()), (2, 2));
}

#[test]
fn json_stays_json_and_numbers_become_strings() {
    let text = r#"{ "order": 7, "card": 4111111111111111, "to" : "mail a\u0064a@example.org \u2713 now" , "ok": [true,null] }"#;
    let out = redacted(&mut by(Operator::Replace), "data", text);
    let expected =
        r#"{ "order": 7, "card": "<payment_card>", "to" : "mail <email> \u2713 now" , "ok": [true,null] }"#;
    assert_eq!(out, expected);
    serde_json::from_str::<serde_json::Value>(&out).unwrap();
}

#[test]
fn json_in_a_string_of_json_is_read() {
    let inner = r#"{"note":"call","mail":"ada@example.org"}"#;
    let text = serde_json::json!({ "payload": inner, "id": 1 }).to_string();
    let out = redacted(&mut by(Operator::Replace), "data", &text);
    let outer: serde_json::Value = serde_json::from_str(&out).unwrap();
    let inner: serde_json::Value = serde_json::from_str(outer["payload"].as_str().unwrap()).unwrap();
    assert_eq!(inner["mail"], "<email>");
}

#[test]
fn keys_that_are_addresses_are_hidden_and_names_of_fields_are_not() {
    let out = redacted(&mut by(Operator::Replace), "data", r#"{"ada@example.org":{"phone":"","paris":1}}"#);
    assert_eq!(out, r#"{"<email>":{"phone":"","paris":1}}"#);
}

#[test]
fn a_german_postal_code_in_a_key_is_hidden() {
    let out = redacted(&mut by(Operator::Replace), "data", r#"{"plz 10115":1}"#);
    assert_eq!(out, r#"{"plz <de_plz>":1}"#);
}

#[test]
fn a_rule_for_a_field_hides_its_whole_value() {
    let mut rules = HidingRules::new(Operator::Replace);
    rules.set_whole("guest.passport_no", Operator::Mask);
    rules.set_whole("secret", Operator::Remove);
    rules.set_whole("public", Operator::Keep);
    let mut redactor = redactor(rules);
    assert_eq!(redacted(&mut redactor, "guest.passport_no", "not \"a\" number"), "*** \"*\" ******");
    let text = r#"{"guest":{"passport_no":"C01X00T47","n":2},"secret":[12,"x"],"public":"ada@example.org"}"#;
    let expected =
        r#"{"guest":{"passport_no":"*****0T47","n":2},"secret":["",""],"public":"ada@example.org"}"#;
    assert_eq!(redacted(&mut redactor, "data", text), expected);
}

#[test]
fn broken_json_is_hidden_whole_if_a_rule_names_a_key_in_it() {
    let mut rules = HidingRules::new(Operator::Replace);
    rules.set_whole("data.secret", Operator::Remove);
    let mut redactor = redactor(rules);
    assert_eq!(redacted(&mut redactor, "data", r#"{"secret":"tulip""#), "<redacted>");
    assert_eq!(redacted(&mut redactor, "data", "no brackets"), "no brackets");
    let broken = r#"{"mail":"ada@example.org""#;
    assert_eq!(redacted(&mut by(Operator::Replace), "data", broken), r#"{"mail":"<email>""#);
}

#[test]
fn each_kind_has_its_operator() {
    let mut rules = HidingRules::new(Operator::Replace);
    rules.set(Kinds::named("money").unwrap(), Some(Operator::Mask));
    rules.set(Kinds::named("email").unwrap(), None);
    let text = "card 4111 1111 1111 1111 for ada@example.org";
    assert_eq!(redacted(&mut redactor(rules), "data", text), "card **** **** **** 1111 for ada@example.org");
}

#[test]
fn a_spoken_number_has_the_pseudonym_of_the_typed_one() {
    let mut redactor = by(Operator::Pseudonym);
    let typed = redacted(&mut redactor, "data", "my card is 4111 1111 1111 1111");
    let said = "my card is four one one one one one one one one one one one one one one one";
    assert_eq!(redacted(&mut redactor, "speech.transcript", said), typed);
}

#[test]
fn a_document_stays_a_document_under_every_operator() {
    let text = r#"{"a\n":["ada@example.org","\"+44 7700 900123\\",4111111111111111,-3.5],"b":{"c":"{\"d\":\"203.0.113.7\"}"}}"#;
    for operator in Operator::ALL {
        let out = redacted(&mut by(operator), "data", text);
        assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{operator}: {out}");
    }
}

#[test]
fn findings_in_json_have_their_places_in_the_text() {
    let text = r#"got {"a\u0062": "mail \"ada@example.org\"", "n": 4111111111111111, "in": "{\"m\": \"bob@example.org\"}"} 10.1.2.3"#;
    let mut redactor = by(Operator::Replace);
    let field = redactor.rules().field("data");
    let hits = redactor.hits(text, &field).unwrap();
    let found: Vec<_> = hits.iter().map(|hit| &text[hit.start..hit.end]).collect();
    assert_eq!(found, ["ada@example.org", "4111111111111111", "bob@example.org", "10.1.2.3"]);
}
