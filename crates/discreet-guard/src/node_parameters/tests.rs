use std::sync::Arc;

use super::*;
use discreet_policy::{Ingress, Policy};
use discreet_redact::TextRules;

const POLICY: &str = r#"
discreet: 1
robot: r
version: 1
classes: { operational: { retention: 7d } }
stakeholders: { desk: { identity: d.pub }, crew: { identity: c.pub } }
topics: {}
parameters:
  /nav:
    class: operational
    names:
      speed: { type: double, limits: [0.5, 2.5] }
      gear: { type: integer, limits: [1, 9007199254740991] }
      on: { type: bool }
      mode: { type: string, one_of: [slow, fast] }
      note: { type: string, max_length: 4, redact: [person] }
      raw: { type: byte_array, max_length: 2 }
      flags: { type: bool_array, max_length: 2 }
      gears: { type: integer_array, limits: [0, 5], max_length: 2 }
      plan.speeds: { type: double_array, limits: [0, 1] }
      plan.names: { type: string_array, one_of: [a, b], max_length: 2 }
      plan.deep.x: { type: double }
rules:
  - { who: desk, get: /nav, hours: "08:00-18:00" }
  - { who: desk, get: /nav:on, deny: true }
  - { who: desk, set: /nav }
  - { who: crew, get: [/nav:note, /nav:speed], as: redacted }
"#;

fn policy() -> Policy {
    Policy::read("p.yaml", POLICY).unwrap_or_else(|all| panic!("{all:?}")).0
}

/// Noon on a day of 2026.
const NOON: i64 = 1_767_268_800;

fn rights<'a>(policy: &'a Policy, who: &'a str, second: i64) -> Rights<'a> {
    Rights { node: &policy.nodes()[0], who, now: policy.moment(second, true) }
}

fn names(all: &[&str]) -> Vec<u8> {
    let mut message = Vec::new();
    write_texts(&mut Writer::new(&mut message), &all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
    message
}

fn values(all: &[Value]) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.sequence(all.len());
    all.iter().for_each(|value| value.write(&mut writer));
    message
}

fn set(all: &[(&str, Value)]) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.sequence(all.len());
    for (name, value) in all {
        writer.str(name);
        value.write(&mut writer);
    }
    message
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn texts(all: &[&str]) -> Value {
    Value::Strings(all.iter().map(|one| (*one).to_owned()).collect())
}

fn no_redaction(_: &Arc<TextRules>, _: &[u8]) -> Result<Vec<u8>, Refusal> {
    panic!("nothing is redacted");
}

/// The answer to desk at noon.
fn told(service: ParameterService, asked: &[u8], response: &[u8]) -> Result<Vec<u8>, Refusal> {
    let policy = policy();
    let rights = rights(&policy, "desk", NOON);
    let (asked, _) = request(rights, service, asked).unwrap();
    answer(rights, &asked, response, &mut no_redaction)
}

#[test]
fn a_value_is_set_only_within_its_bounds() {
    let policy = policy();
    let sets = |name: &str, value: Value| {
        let message = set(&[(name, value)]);
        let told = request(rights(&policy, "desk", NOON), ParameterService::Set, &message);
        if let Ok((_, inside)) = &told {
            assert_eq!(*inside, message, "it goes in as it is");
        }
        told.map(drop).map_err(|(why, detail)| {
            assert_eq!(detail, name);
            why
        })
    };
    let (no, wrong) = (Err(Refused::OverLimit), Err(Refused::WrongParameterType));
    for (name, value, expected) in [
        ("speed", Value::Double(0.5), Ok(())),
        ("speed", Value::Double(2.5), Ok(())),
        ("speed", Value::Double(2.500_000_1), no),
        ("speed", Value::Double(0.4), no),
        ("speed", Value::Double(f64::NAN), no),
        ("speed", Value::Double(f64::INFINITY), no),
        ("speed", Value::Integer(1), wrong),
        ("speed", Value::NotSet, wrong),
        ("plan.deep.x", Value::Double(f64::INFINITY), Ok(())),
        ("gear", Value::Integer((1 << 53) - 1), Ok(())),
        ("gear", Value::Integer(1 << 53), no),
        ("gear", Value::Integer(0), no),
        ("gear", Value::Bool(true), wrong),
        ("on", Value::Bool(true), Ok(())),
        ("mode", text("fast"), Ok(())),
        ("mode", text("faster"), no),
        ("note", text("four"), Ok(())),
        ("note", text("fünf"), no),
        ("raw", Value::Bytes(vec![0, 255]), Ok(())),
        ("raw", Value::Bytes(vec![0; 3]), no),
        ("flags", Value::Bools(vec![true, false]), Ok(())),
        ("flags", Value::Bools(vec![true; 3]), no),
        ("gears", Value::Integers(vec![5, 0]), Ok(())),
        ("gears", Value::Integers(vec![5, 6]), no),
        ("gears", Value::Integers(vec![1, 2, 3]), no),
        ("plan.speeds", Value::Doubles(vec![0.5, 1.0]), Ok(())),
        ("plan.speeds", Value::Doubles(vec![0.5, f64::NAN]), no),
        ("plan.names", texts(&["a", "b"]), Ok(())),
        ("plan.names", texts(&["a", "c"]), no),
        ("plan.names", texts(&["a", "b", "a"]), no),
        ("plan.names", text("a"), wrong),
    ] {
        assert_eq!(sets(name, value.clone()), expected, "{name}: {value:?}");
    }
}

#[test]
fn one_value_that_may_not_be_set_keeps_out_all() {
    let policy = policy();
    for service in [ParameterService::Set, ParameterService::SetAtomically] {
        let asks = |who, all: &[(&str, Value)]| {
            let policy_rights = rights(&policy, who, NOON);
            request(policy_rights, service, &set(all)).map(|(_, inside)| inside).map_err(|(why, _)| why)
        };
        let good = ("speed", Value::Double(1.0));
        assert!(asks("desk", &[good.clone(), ("on", Value::Bool(true))]).is_ok());
        assert_eq!(asks("desk", &[good.clone(), ("gear", Value::Integer(0))]), Err(Refused::OverLimit));
        let secret = ("wifi_password", text("x"));
        assert_eq!(asks("desk", &[good.clone(), secret]), Err(Refused::UndeclaredParameter));
        assert_eq!(asks("crew", &[good]), Err(Refused::NoRule));
    }
}

#[test]
fn members_of_another_type_do_not_go_in_and_do_not_leave() {
    let policy = policy();
    // A double with bytes and text beside it.
    let hidden = |writer: &mut Writer<'_>| {
        writer.u8(3);
        writer.bool(true);
        writer.i64(7);
        writer.f64(1.5);
        writer.str("beside");
        writer.octets(b"beside");
        writer.sequence(1);
        writer.bool(true);
        writer.sequence(1);
        writer.i64(7);
        writer.sequence(1);
        writer.f64(7.0);
        writer.sequence(1);
        writer.str("beside");
    };
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.sequence(1);
    writer.str("speed");
    hidden(&mut writer);
    let (_, inside) = request(rights(&policy, "desk", NOON), ParameterService::Set, &message).unwrap();
    assert_eq!(inside, set(&[("speed", Value::Double(1.5))]));
    let mut response = Vec::new();
    let mut writer = Writer::new(&mut response);
    writer.sequence(1);
    hidden(&mut writer);
    let leaves = told(ParameterService::Get, &names(&["speed"]), &response).unwrap();
    assert_eq!(leaves, values(&[Value::Double(1.5)]));
}

#[test]
fn one_name_that_may_not_be_read_refuses_the_whole_request() {
    let policy = policy();
    for service in [ParameterService::Get, ParameterService::GetTypes, ParameterService::Describe] {
        let asks = |who, second, all: &[&str]| {
            let asked = request(rights(&policy, who, second), service, &names(all));
            asked.map(|(_, inside)| inside).map_err(|(why, _)| why)
        };
        assert_eq!(asks("desk", NOON, &["speed", "gear"]), Ok(names(&["speed", "gear"])));
        assert_eq!(asks("desk", NOON, &["speed", "wifi_password"]), Err(Refused::UndeclaredParameter));
        assert_eq!(asks("desk", NOON, &["speed", "on"]), Err(Refused::RuleDenies));
        assert_eq!(asks("desk", NOON + 12 * 3600, &["speed"]), Err(Refused::NoRule), "out of hours");
        assert_eq!(asks("crew", NOON, &["speed", "gear"]), Err(Refused::NoRule));
    }
}

#[test]
fn an_undeclared_name_does_not_stand_in_the_reason() {
    let policy = policy();
    let (_, detail) =
        request(rights(&policy, "desk", NOON), ParameterService::Get, &names(&["Ada Lovelace"])).unwrap_err();
    assert_eq!(detail, "");
}

#[test]
fn an_answer_has_the_values_asked_for_in_the_declared_types_or_none() {
    let asked = names(&["speed", "mode"]);
    let tell = |all: &[Value]| told(ParameterService::Get, &asked, &values(all)).map_err(|(why, _)| why);
    let both = [Value::Double(9.0), text("unknown")];
    assert_eq!(tell(&both), Ok(values(&both)), "bounds are for what is set");
    assert_eq!(tell(&[]), Ok(values(&[])), "the node does not have one of them");
    let unset = [Value::Double(9.0), Value::NotSet];
    assert_eq!(tell(&unset), Ok(values(&unset)));
    for other in [
        &[Value::Double(9.0)][..],
        &[Value::Double(9.0), text("a"), text("b")],
        &[Value::Double(9.0), Value::Integer(1)],
        &[text("hunter2"), text("a")],
    ] {
        assert_eq!(tell(other), Err(Refused::BadResponse), "{other:?}");
    }
}

#[test]
fn a_right_that_ends_before_the_answer_keeps_it_in() {
    let policy = policy();
    let (asked, _) =
        request(rights(&policy, "desk", NOON), ParameterService::Get, &names(&["speed"])).unwrap();
    let late = rights(&policy, "desk", NOON + 12 * 3600);
    let told = answer(late, &asked, &values(&[Value::Double(1.0)]), &mut no_redaction);
    assert_eq!(told, Err((Refused::NoRule, "speed".to_owned())));
}

#[test]
fn text_is_redacted_value_by_value_for_a_stakeholder_that_has_it_so() {
    let policy = policy();
    let rights = rights(&policy, "crew", NOON);
    let (asked, _) = request(rights, ParameterService::Get, &names(&["note", "speed"])).unwrap();
    let mut seen = Vec::new();
    let mut redact = |rules: &Arc<TextRules>, message: &[u8]| {
        seen.push((rules.to_string(), message.to_vec()));
        Ok(values(&[text("<person>")]))
    };
    let response = values(&[text("Ada Lovelace"), Value::Double(1.0)]);
    let told = answer(rights, &asked, &response, &mut redact).unwrap();
    assert_eq!(told, values(&[text("<person>"), Value::Double(1.0)]));
    assert_eq!(seen, [("*: person".to_owned(), values(&[text("Ada Lovelace")]))]);
    let fails = &mut |_: &Arc<TextRules>, _: &[u8]| Err((Refused::TooLong, String::new()));
    assert_eq!(answer(rights, &asked, &response, fails), Err((Refused::TooLong, String::new())));
}

#[test]
fn a_list_has_only_names_that_may_be_read() {
    let list = |prefixes: &[&str]| {
        let mut message = names(prefixes);
        Writer::append(&mut message).u64(0);
        message
    };
    let listed = |names: &[&str], prefixes: &[&str]| {
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message);
        for all in [names, prefixes] {
            write_texts(&mut writer, &all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        }
        message
    };
    let all = ["speed", "wifi_password", "on", "plan.speeds", "plan.deep.x", "plan.secret", "speed"];
    let response = listed(&all, &["plan", "plan.deep", "plan.hidden", "other"]);
    let tell = |prefixes: &[&str]| told(ParameterService::List, &list(prefixes), &response);
    let expected = listed(&["speed", "plan.speeds", "plan.deep.x", "speed"], &["plan", "plan.deep"]);
    assert_eq!(tell(&[]), Ok(expected));
    assert_eq!(tell(&["plan.deep"]), Ok(listed(&["plan.deep.x"], &["plan", "plan.deep"])));
    let policy = policy();
    for unknown in ["wifi", "plan.hidden", "", "pla", "on"] {
        let asked = request(rights(&policy, "desk", NOON), ParameterService::List, &list(&["plan", unknown]));
        assert_eq!(asked.unwrap_err().0, Refused::UndeclaredParameter, "{unknown}");
    }
}

#[test]
fn types_are_the_declared_ones() {
    let types = |all: &[u8]| {
        let mut message = Vec::new();
        Writer::new(&mut message).octets(all);
        message
    };
    let tell = |all: &[u8]| told(ParameterService::GetTypes, &names(&["speed", "gear"]), &types(all));
    assert_eq!(tell(&[3, 2]), Ok(types(&[3, 2])));
    assert_eq!(tell(&[3, 0]), Ok(types(&[3, 0])));
    for other in [&[3, 3][..], &[3], &[3, 2, 4]] {
        assert_eq!(tell(other).unwrap_err().0, Refused::BadResponse, "{other:?}");
    }
}

#[test]
fn a_description_has_type_and_ranges_and_no_text() {
    let described = |name: &str, description: &str, code: u8, range: &[f64]| {
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message);
        writer.sequence(1);
        writer.str(name);
        writer.u8(code);
        writer.str(description);
        writer.str(description);
        writer.bool(true);
        writer.bool(false);
        writer.sequence(range.len() / 3);
        range.iter().for_each(|part| writer.f64(*part));
        writer.sequence(0);
        message
    };
    let tell = |response: &[u8]| told(ParameterService::Describe, &names(&["speed"]), response);
    let range = [0.0, 3.0, 0.5];
    let cut = described("speed", "", 3, &range);
    assert_eq!(tell(&described("speed", "of Ada", 3, &range)), Ok(cut.clone()));
    assert_eq!(tell(&described("wifi_password", "of Ada", 3, &range)), Ok(cut), "under the name asked for");
    assert_eq!(tell(&described("speed", "", 4, &[])).unwrap_err().0, Refused::BadResponse);
    let two = described("speed", "", 3, &[0.0; 6]);
    assert_eq!(tell(&two).unwrap_err().0, Refused::BadResponse);
}

#[test]
fn results_have_no_reason_of_the_nodes_own() {
    let results = |all: &[(bool, &str)]| {
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message);
        writer.sequence(all.len());
        all.iter().for_each(|(success, reason)| answer::write_result(*success, reason, &mut writer));
        message
    };
    let asked = set(&[("speed", Value::Double(1.0)), ("on", Value::Bool(true))]);
    let told = told(ParameterService::Set, &asked, &results(&[(true, "Ada"), (false, "Ada is here")]));
    assert_eq!(told, Ok(results(&[(true, ""), (false, "refused by the node")])));
    let refused = not_set(ParameterService::Set, &asked, Refused::OverLimit).unwrap();
    let why = "refused by the guard: over_limit";
    assert_eq!(refused, results(&[(false, why), (false, why)]));
    assert_eq!(not_set(ParameterService::Get, &names(&["speed"]), Refused::NoRule), None);
}

#[test]
fn text_that_readers_understand_differently_does_not_go_in() {
    let policy = policy();
    let mut message = names(&["speed"]);
    let at = message.len() - 3;
    for byte in [0, 0xff] {
        message[at] = byte;
        let asked = request(rights(&policy, "desk", NOON), ParameterService::Get, &message);
        assert_eq!(asked.unwrap_err().0, Refused::Malformed);
    }
}

#[test]
fn a_service_is_open_to_a_party_with_a_right_to_one_parameter() {
    let policy = policy();
    let allowed = |who: &str, service: ParameterService| {
        let is_it = |one: &&Arc<Ingress>| one.parameters().is_some_and(|(this, _)| this == service);
        let ingress = policy.ingress().iter().find(is_it).unwrap();
        crate::ingress::allowed(ingress, who, policy.moment(NOON, true)).is_ok()
    };
    for service in ParameterService::ALL {
        assert!(allowed("desk", service));
        assert_eq!(allowed("crew", service), service.verb() == Verb::Get, "{}", service.name());
        assert!(!allowed("nobody", service));
    }
}

#[test]
fn a_request_with_more_parameters_than_its_answer_should_have_does_not_go_in() {
    let policy = policy();
    let many = vec!["speed"; MOST as usize + 1];
    for (count, fits) in [(MOST as usize, true), (MOST as usize + 1, false)] {
        let asked = names(&many[..count]);
        let got = request(rights(&policy, "desk", NOON), ParameterService::Get, &asked);
        assert_eq!(got.is_ok(), fits, "{count}");
        let wanted: Vec<_> = many[..count].iter().map(|name| (*name, Value::Double(1.0))).collect();
        let message = set(&wanted);
        let got = request(rights(&policy, "desk", NOON), ParameterService::Set, &message);
        assert_eq!(got.is_ok(), fits, "{count}");
        assert_eq!(not_set(ParameterService::Set, &message, Refused::OverLimit).is_some(), fits, "{count}");
    }
}
