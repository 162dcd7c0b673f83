use super::*;
use discreet_cdr::Writer;

fn description(json: &str) -> Description {
    serde_json::from_str(json).unwrap()
}

/// A text, a nested message with a double and a sequence of floats, an array of int64, a sequence of nested ones.
fn every() -> Description {
    description(
        r#"{"type_description":{"type_name":"a/msg/A","fields":[
            {"name":"name","type":{"type_id":17}},
            {"name":"part","type":{"type_id":1,"nested_type_name":"a/msg/B"}},
            {"name":"whole","type":{"type_id":56,"capacity":2}},
            {"name":"parts","type":{"type_id":145,"nested_type_name":"a/msg/B"}},
            {"name":"flag","type":{"type_id":15}}]},
          "referenced_type_descriptions":[{"type_name":"a/msg/B","fields":[
            {"name":"x","type":{"type_id":11}},
            {"name":"more","type":{"type_id":154}}]}]}"#,
    )
}

fn message(xs: [f64; 3], more: [f32; 2], whole: [i64; 2], flag: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    writer.str("abc");
    writer.f64(xs[0]);
    writer.sequence(2);
    more.iter().for_each(|value| writer.f32(*value));
    whole.iter().for_each(|value| writer.i64(*value));
    writer.sequence(2);
    for x in &xs[1..] {
        writer.f64(*x);
        writer.sequence(0);
    }
    writer.bool(flag);
    bytes
}

fn limits(limits: &[(&str, [f64; 2])]) -> Result<Limits, Unlimitable> {
    let limits = limits.iter().map(|(field, limit)| ((*field).to_owned(), *limit)).collect();
    Limits::compile(&every(), &limits)
}

#[test]
fn every_element_at_every_depth_is_held_against_its_limit() {
    let all = limits(&[
        ("part.x", [-0.5, 0.5]),
        ("part.more", [0.0, 1.0]),
        ("whole", [-3.5, 9.0]),
        ("parts.x", [5.0, 6.0]),
        ("flag", [0.0, 0.0]),
    ])
    .unwrap();
    let good = ([0.5, 5.0, 6.0], [0.0, 1.0], [-3, 9], false);
    assert_eq!(all.check(&message(good.0, good.1, good.2, good.3)), Ok(()));
    let check = |xs, more, whole, flag| all.check(&message(xs, more, whole, flag)).unwrap_err().to_owned();
    assert_eq!(check([0.500_001, 5.0, 6.0], good.1, good.2, false), "part.x");
    assert_eq!(check([0.5, 5.0, 6.1], good.1, good.2, false), "parts.x");
    assert_eq!(check(good.0, [0.0, 1.5], good.2, false), "part.more");
    assert_eq!(check(good.0, good.1, [-3, 10], false), "whole");
    assert_eq!(check(good.0, good.1, [-4, 9], false), "whole");
    assert_eq!(check(good.0, good.1, good.2, true), "flag");
}

#[test]
fn no_limit_allows_what_is_no_number() {
    let open = limits(&[("part.x", [f64::NEG_INFINITY, f64::INFINITY])]).unwrap();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(open.check(&message([value, 0.0, 0.0], [0.0; 2], [0; 2], false)), Err("part.x"));
    }
    assert_eq!(open.check(&message([f64::MAX, 0.0, 0.0], [0.0; 2], [0; 2], false)), Ok(()));
    assert_eq!(open.check(&message([-0.0, f64::NAN, 0.0], [0.0; 2], [0; 2], false)), Ok(()), "unlimited");
    let nothing = limits(&[("part.x", [f64::NAN, f64::NAN])]).unwrap();
    assert_eq!(nothing.check(&message([0.0; 3], [0.0; 2], [0; 2], false)), Err("part.x"));
}

#[test]
fn every_type_of_whole_number_can_have_a_limit() {
    let greatest = [127_i64, 255, 32_767, 65_535, 1 << 30, 1 << 31, 1 << 40, 1 << 41];
    for (at, (size, whole)) in [1, 1, 2, 2, 4, 4, 8, 8].into_iter().zip(greatest).enumerate() {
        let (id, value) = (at + 2, whole as f64);
        let description = description(&format!(
            r#"{{"type_description":{{"type_name":"a/msg/A","fields":[{{"name":"n","type":{{"type_id":{id}}}}}]}},
            "referenced_type_descriptions":[]}}"#
        ));
        let message = [&[0, 1, 0, 0], &whole.to_le_bytes()[..size]].concat();
        let is_within = |least, most| {
            let limits = Limits::compile(&description, &[("n".into(), [least, most])].into());
            limits.unwrap().check(&message).is_ok()
        };
        assert!(is_within(value, value), "{id}");
        assert!(!is_within(value + 1.0, 1e18) && !is_within(-1e18, value - 1.0), "{id}");
    }
}

#[test]
fn large_whole_numbers_are_not_rounded_into_the_limit() {
    let limit = limits(&[("whole", [0.0, 9_007_199_254_740_992.0])]).unwrap();
    let check = |whole| limit.check(&message([0.0; 3], [0.0; 2], [0, whole], false));
    assert_eq!(check(9_007_199_254_740_992), Ok(()));
    assert_eq!(check(9_007_199_254_740_993), Err("whole"));
}

#[test]
fn a_limit_on_what_is_no_number_or_not_there_is_told() {
    assert_eq!(limits(&[("name", [0.0, 1.0])]), Err(Unlimitable::NoNumber("name".into())));
    assert_eq!(limits(&[("part", [0.0, 1.0])]), Err(Unlimitable::NoNumber("part".into())));
    assert_eq!(limits(&[("part.y", [0.0, 1.0])]), Err(Unlimitable::NoField("part.y".into())));
    assert_eq!(limits(&[("flag.x", [0.0, 1.0])]), Err(Unlimitable::NoField("flag.x".into())));
}

#[test]
fn a_message_that_ends_early_is_not_let_in() {
    let limit = limits(&[("flag", [0.0, 1.0])]).unwrap();
    let whole = message([0.0; 3], [0.0; 2], [0; 2], false);
    assert_eq!(limit.check(&whole), Ok(()));
    for end in 0..whole.len() {
        assert!(limit.check(&whole[..end]).is_err(), "{end}");
    }
}
