//! Values in JSON whose label is a key above them, a key or a value beside them; and values in parts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::{Arc, LazyLock};

use discreet_pii::{Finder, HidingRules, Kinds, Operator, Options, TextRedactor};

/// Building it takes seconds without optimisation.
static FINDER: LazyLock<Arc<Finder>> = LazyLock::new(|| Arc::new(Finder::new(&Options::default()).unwrap()));

fn redacted(text: &str) -> String {
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), Arc::clone(&FINDER), None);
    let (field, mut out) = (redactor.rules().field("data"), String::new());
    redactor.redact(text, &field, &mut out);
    out
}

/// Each text without `⟦` and `⟧` leaves without what stands between them.
fn hides(texts: &[&str]) {
    let mut wrong = Vec::new();
    for text in texts {
        let plain = text.replace(['⟦', '⟧'], "");
        let out = redacted(&plain);
        let mut parts = text.split(['⟦', '⟧']).step_by(2);
        let mut rest = Some(out.as_str());
        let kept = parts.all(|part| {
            rest = rest.and_then(|rest| Some(rest.split_once(part)?.1));
            rest.is_some()
        });
        let secret = |part: &str| out.contains(&format!("\"{part}\"")) || out.contains(&format!(":{part}"));
        let left = text.split(['⟦', '⟧']).skip(1).step_by(2).any(secret);
        if !kept || left || serde_json::from_str::<serde_json::Value>(&out).is_err() {
            wrong.push(format!("{text} became {out}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn keys_above_a_value_label_it() {
    hides(&[
        r#"{"resourceType":"Patient","name":[{"family":"⟦Chalmers⟧","given":["⟦Peter⟧","⟦James⟧"]}]}"#,
        r#"{"guest":{"name":{"given":"⟦Xiadani⟧","family":"⟦Tlapanco⟧"}}}"#,
        r#"{"guest":{"first":"⟦Xiadani⟧","last":"⟦Tlapanco⟧"},"guest_first":"⟦Xiadani⟧"}"#,
        r#"{"guests":["⟦Ana Ruiz⟧","⟦Bo Li⟧"],"patients":[{"n":"⟦Folasade Oyelaran⟧"}]}"#,
        r#"{"passport":{"value":{"text":"⟦X1234567⟧"}}}"#,
        r#"{"login":{"user":"⟦ngeze⟧","secret":"⟦abc⟧"},"pwd":"⟦x y⟧","passwords":["⟦hunter2⟧","⟦swordf1sh⟧"]}"#,
    ]);
}

#[test]
fn keys_and_values_beside_a_value_label_it() {
    hides(&[
        r#"{"question":"What is your surname?","answer":"⟦Okonkwo⟧"}"#,
        r#"{"question":"What is your name?","answer":"⟦Xiadani Tlapanco⟧"}"#,
        r#"{"question":"Your card number?","answer":"⟦4111 1111 1111 1112⟧"}"#,
        r#"{"label":"Passport number","value":"⟦X1234567⟧"}"#,
        r#"{"value":"⟦X1234567⟧","type":"passport"}"#,
        r#"{"Key":"Passport","Value":"⟦X1234567⟧"}"#,
        r#"{"telecom":[{"system":"phone","value":"⟦0825550199⟧"},{"system":"email","value":"⟦a@b.com⟧"}]}"#,
        r#"{"slot":"guest_name","value":"⟦Xiadani Tlapanco⟧"}"#,
        r#"{"id":"passport","answer":"⟦X1234567⟧"}"#,
        r#"{"k":"card_number","v":⟦4111111111111112⟧}"#,
        r#"{"name":"⟦Xiadani Tlapanco⟧","email":"⟦x@y.com⟧"}"#,
        r#"{"nom":"⟦Kervella⟧","prénom":"⟦Maëlys⟧"}"#,
    ]);
}

#[test]
fn parts_of_one_value_are_hidden_together() {
    hides(&[
        r#"{"dob":{"year":⟦1984⟧,"month":⟦2⟧,"day":⟦3⟧}}"#,
        r#"{"birth_day":⟦5⟧,"birth_month":"⟦March⟧","birth_year":⟦1971⟧}"#,
        r#"{"day":⟦5⟧,"month":⟦3⟧,"birth_year":⟦1971⟧}"#,
        r#"{"ssn":["⟦123⟧","⟦45⟧","⟦6789⟧"]}"#,
        r#"{"ssn1":"⟦123⟧","ssn2":"⟦45⟧","ssn3":"⟦6789⟧"}"#,
        r#"{"phone":["⟦020⟧","⟦7946⟧","⟦0123⟧"],"mrn":["⟦88⟧","⟦44⟧","⟦12⟧"],"passport":["⟦X12⟧","⟦34567⟧"]}"#,
        r#"{"phone":{"cc":"⟦44⟧","area":"⟦7700⟧","num":"⟦900123⟧"}}"#,
        r#"{"phone_prefix":"⟦040⟧","phone_number":"⟦5550144⟧"}"#,
        r#"["⟦+44⟧","⟦7700⟧","⟦900123⟧"]"#,
        r#"{"card":["⟦4111⟧","⟦1111⟧","⟦1111⟧","⟦1112⟧"]}"#,
        r#"{"card":["⟦４１１１⟧","⟦１１１１⟧","⟦１１１１⟧","⟦１１１１⟧"]}"#,
        r#"{"c1":"⟦4111⟧","c2":"⟦1111⟧","c3":"⟦1111⟧","c4":"⟦1111⟧"}"#,
        r#"{"words":[{"w":"⟦4012⟧","t":0.1},{"w":"⟦8888⟧","t":0.4},{"w":"⟦8888⟧","t":0.9},{"w":"⟦1881⟧","t":1.2}]}"#,
        r#"{"card_last4":"⟦4417⟧","exp":"⟦09/27⟧"}"#,
        r#"{"address":{"street":"⟦Papenreye⟧","no":"⟦17b⟧","zip":"⟦22453⟧","city":"⟦Quickborn⟧"}}"#,
        r#"{"street":"⟦Papenreye⟧","house_number":⟦17⟧,"plz":"⟦22453⟧","ort":"⟦Quickborn⟧"}"#,
        r#"{"address":[{"line":["⟦49 Meadow⟧"],"city":"⟦Erewhon⟧","postalCode":"⟦3999⟧"}]}"#,
    ]);
}

#[test]
fn json_in_a_line_of_a_log_is_read_too() {
    let text = r#"[INFO] [desk]: payload {"ssn":["123","45","6789"],"ok":true} of room 412"#;
    let expected =
        r#"[INFO] [desk]: payload {"ssn":["<us_ssn>","<us_ssn>","<us_ssn>"],"ok":true} of room <room>"#;
    assert_eq!(redacted(text), expected);
}

/// A document with more keys than are remembered, and one after documents with as many.
#[test]
fn many_other_keys_uncover_nothing() {
    let guest = r#""guest":{"address":{"street":"Papenreye","city":"Kiel"},"dob":{"month":2,"day":3}}"#;
    let hidden = r#""guest":{"address":{"street":"<address>","city":"<place>"},"dob":{"month":"<date_of_birth>","day":"<date_of_birth>"}}"#;
    let others = |from: usize| -> String {
        let keys = (from..from + 5000).map(|number| format!(r#""k{number}x":1"#));
        keys.collect::<Vec<_>>().join(",")
    };
    let map = others(0);
    assert!(redacted(&format!("{{{guest},\"map\":{{{map}}}}}")).starts_with(&format!("{{{hidden},")));
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), Arc::clone(&FINDER), None);
    let field = redactor.rules().field("data");
    for from in (0..20_000).step_by(997) {
        let mut out = String::new();
        redactor.redact(&format!("{{{}}}", others(from)), &field, &mut out);
        out.clear();
        redactor.redact(&format!("{{{guest}}}"), &field, &mut out);
        assert_eq!(out, format!("{{{hidden}}}"), "{from}");
    }
}

#[test]
fn telemetry_with_keys_that_look_alike_stays() {
    for text in [
        r#"{"name":"map","value":3}"#,
        r#"{"key":"battery","value":"0.93"}"#,
        r#"{"position":[1,2,3],"orientation":{"x":0,"y":0,"z":0.7,"w":0.7}}"#,
        r#"{"name":["shoulder_pan","elbow","Wrist"],"position":[0.1,0.2,3],"effort":[1.5,2,4012]}"#,
        r#"{"status":[{"level":0,"name":"Battery","message":"OK","hardware_id":"12345678","values":[{"key":"Voltage","value":"25.2"},{"key":"serial number","value":"912112073098"}]}]}"#,
        r#"{"header":{"stamp":{"sec":1714550400,"nanosec":123456789},"frame_id":"map"}}"#,
        r#"{"date":{"year":2026,"month":11,"day":30},"seq":[4111,2222,3333,4444]}"#,
        r#"{"line":12,"cap":10,"via":"dock","number":17,"no":4,"city_map":"a","street_mode":true}"#,
        r#"{"first":"4012","last":"ok","name":"gripper","mobile":true,"prefix":"robot1"}"#,
        r#"{"question":"Is the door open?","answer":"Yes"}"#,
        r#"{"title":"Kitchen","id":"door_3","type":"door","value":"open","text":"Door 3"}"#,
        r#"{"id":"passport_scanner","value":"12345678"}"#,
        r#"{"phone":{"battery":80,"signal":[3,4,5]},"card":{"slot":3,"exp":"valid"}}"#,
        r#"{"password":"required","secret":true,"password_required":"yes"}"#,
        r#"{"driver":{"first":"error","last":"ok"},"driver_version":[535,104,5]}"#,
        r#"{"key":"card reader","value":"ready"}"#,
        r#"{"a":40128888,"b":88881881,"left":12345678,"right":87654321}"#,
        r#"{"guests":3,"patients":[],"names":["Lobby","Kitchen"]}"#,
        r#"{"points":[{"x":"4012","t":1},{"x":"8888","t":2},{"x":"8888","t":3},{"x":"1882","t":4}]}"#,
        r#"{"cmd":{"name":"Dock","args":["Bay 3","fast"]},"id":"4471"}"#,
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn a_kind_that_is_shown_stays_in_parts_too() {
    let mut rules = HidingRules::new(Operator::Replace);
    rules.set(Kinds::named("us_ssn").unwrap().union(Kinds::named("address").unwrap()), None);
    let mut redactor = TextRedactor::new(rules, Arc::clone(&FINDER), None);
    let (field, mut out) = (redactor.rules().field("data"), String::new());
    let text = r#"{"ssn":["123","45","6789"],"address":{"street":"Papenreye"}}"#;
    redactor.redact(text, &field, &mut out);
    assert_eq!(out, text);
}
