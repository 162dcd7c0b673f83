//! Patterns of a policy hide what they name, and uncover nothing that would be hidden without them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use discreet_pii::{HidingRules, Kind, Kinds, Operator, Pattern, PersonalData, TextRedactor};

/// A redactor of all kinds with these patterns: name, regular expression, words in front.
fn redactor(patterns: &[(&str, &str, &[&str])]) -> TextRedactor {
    let mut personal = PersonalData::default();
    for (name, regex, near) in patterns {
        let kind =
            Kinds::named(name).map_or_else(|| Kind::own(name).unwrap(), |kinds| kinds.iter().next().unwrap());
        let near = near.iter().map(|word| (*word).to_owned()).collect();
        personal.own.insert(kind);
        personal.patterns.push(Pattern { kind, regex: (*regex).to_owned(), near });
    }
    let finder = personal.finder(Kinds::all()).unwrap();
    TextRedactor::new(HidingRules::new(Operator::Replace), finder, None)
}

fn hidden(redactor: &mut TextRedactor, text: &str) -> String {
    let field = redactor.rules().field("data");
    let mut out = String::new();
    assert!(!redactor.redact(text, &field, &mut out).too_long, "{text}");
    out
}

#[test]
fn what_is_hidden_without_patterns_is_hidden_with_them() {
    let mut plain = redactor(&[]);
    let mut own = redactor(&[
        ("pin", "[0-9]{2}", &[]),
        ("nick", "anna|Okwuosa", &[]),
        ("area", "30|49|4111", &[]),
        ("guest", "Zorblax [A-Z][a-z]+", &[]),
        ("word", "[A-Z][a-z]+|x[a-z]+", &[]),
    ]);
    for text in [
        "call +49 30 901820 now",
        "Ada Lovelace and Grace Hopper",
        "room 42, card 4162-8451-2856-3107",
        "ada@x.com; bob@y.com, room 11",
        "IBAN DE89 3704 0044 0532 0130 00",
        "passport C01X00T47 12",
        "born 12.05.1990",
        "write to anna.berger@example.org",
        "met Mr Tamsin Okwuosa",
        r#"{"card": ["4111", "1111", "1111", "1111"]}"#,
        r#"{"phone": "+49 30 901820", "name": "anna berger"}"#,
    ] {
        let left = |out: &str| -> Vec<String> {
            let mut inside = false;
            let outside = out.chars().filter(|c| {
                inside = *c == '<' || (inside && *c != '>');
                !inside && *c != '>'
            });
            let kept: String = outside.collect();
            kept.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let (without, with) = (left(&hidden(&mut plain, text)), left(&hidden(&mut own, text)));
        assert!(with.iter().all(|word| without.contains(word)), "{text}: {without:?} {with:?}");
    }
}

#[test]
fn a_kind_of_ones_own_is_hidden_in_every_form_that_a_reader_sees() {
    let mut redactor = redactor(&[("badge", "HB-[0-9]{4}", &[]), ("locker", "[0-9]{3}", &["locker"])]);
    for text in ["HB-4821", "ＨＢ-４８２１", "HB‑48\u{200b}21", "(HB-4821)", "SEI-4821 HB-4821"] {
        assert!(hidden(&mut redactor, text).contains("<badge>"), "{text}");
    }
    for text in ["xHB-4821", "HB-48211"] {
        assert!(!hidden(&mut redactor, text).contains("<badge>"), "{text}");
    }
    assert_eq!(
        hidden(&mut redactor, r#"{"locker_no":217,"door":218}"#),
        r#"{"locker_no":"<locker>","door":218}"#
    );
}

#[test]
fn a_match_of_any_length_is_hidden_whole() {
    let mut redactor = redactor(&[
        ("tok", "tok-[a-z0-9]+", &[]),
        ("note", "note: [a-z ]+", &[]),
        ("amp", "[0-9,.]+ mA", &[]),
    ]);
    assert_eq!(hidden(&mut redactor, &format!("a tok-{} b", "x7".repeat(5000))), "a <tok> b");
    assert_eq!(hidden(&mut redactor, format!("note: {}", "secret word ".repeat(400)).trim_end()), "<note>");
    assert_eq!(hidden(&mut redactor, "1,2,3.5 mA, 1,2,3"), "<amp>, 1,2,3");
}

#[test]
fn a_text_in_which_a_match_may_be_longer_than_is_read_is_not_released() {
    let mut redactor = redactor(&[("block", "BEGIN.*END", &[])]);
    assert_eq!(hidden(&mut redactor, &format!("BEGIN {} END", "x".repeat(400))), "<block>");
    for text in [format!("BEGIN {} END", "x".repeat(600)), format!("BEGIN END {}", "x".repeat(600))] {
        let (field, mut out) = (redactor.rules().field("data"), String::new());
        assert!(redactor.redact(&text, &field, &mut out).too_long && out.is_empty());
    }
}
