//! Work on text grows no faster than the text: the author of a text does not decide how long others wait.
//!
//! Counted in steps, which are the same on every machine.

// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Arc, LazyLock};

use discreet_host::steps;
use discreet_pii::Operator;
use discreet_pii::{Finder, HidingRules, Kind, LONGEST, LONGEST_OFFLINE, Options, Roster, TextRedactor};

/// A name, and the function that makes a text of so many bytes.
type Family = (String, Box<dyn Fn(usize) -> String>);

/// Texts with little in common, each of so many bytes.
fn families() -> Vec<Family> {
    let mut all: Vec<Family> = Vec::new();
    // Repeated beginnings of everything that is searched for: overlapping, almost complete, without an end.
    for piece in [
        "card: 4",
        "IBAN: 4",
        "passport XX 4",
        "4111 ",
        "9111 ",
        "4111-",
        "4111",
        "4111 1111 1111 1111 ",
        "4",
        "1 ",
        "12 ",
        "0",
        "00",
        "1.",
        "1,",
        "-1.5 ",
        "1.1111 ",
        "+49 ",
        "+49",
        "(",
        "(0",
        "(030) ",
        "+1 212 555 0199 ",
        "555-",
        "12/",
        "2015 12 22 ",
        "1:",
        "1::",
        "::",
        ":",
        "a:b:",
        "fe80::",
        "192.0.2.1 ",
        "192.0.2.1.",
        "10.",
        "@",
        "a@",
        "a@b.",
        "a@b.de ",
        "a@b.de@",
        "\"@",
        "a.b@",
        "a.",
        "a.b.",
        "www.",
        "www.a.de/",
        "a.de ",
        "http://",
        "http://a.de/",
        "http://a.de/( ",
        "://",
        "https://a/)",
        "((((",
        "))))",
        "a.de/))",
        "<<",
        "P<UTO",
        "P<",
        "<",
        "A<<",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----",
        "-",
        "--",
        "eyJ",
        "eyJa.",
        "eyJhbGciOi.eyJ",
        "AKIA",
        "ghp_",
        "bc1q",
        "0x",
        "0xab",
        "DE89 3704 0044 0532 0130 00 ",
        "DE89",
        "GB29NWBK",
        "password: ",
        "password ",
        "pin: 1 ",
        "passport ",
        "passport 1 ",
        "card 4111 ",
        "A",
        "A ",
        "Ab ",
        "Anna ",
        "Anna, ",
        "ANNA ",
        "Anna-",
        "Anna'",
        "Anna Schmidt ",
        "O'",
        "Dr. ",
        "Mr ",
        "de la ",
        "von ",
        "Jr. ",
        "J. ",
        "12 Main Street ",
        "12 Main Street, ",
        "Street ",
        "Main ",
        "Lindenstraße 1, ",
        "P.O. Box 1 ",
        "Box ",
        "Unit ",
        "rue de la ",
        "New York ",
        "New ",
        "my name is ",
        "hello ",
        "where is ",
        "live in ",
        "Rossi, ",
        "Rossi and ",
        "GmbH ",
        "Acme GmbH ",
        "one two ",
        "double five ",
        "dot ",
        "at ",
        "a at b dot com ",
        "twenty ",
        "oh ",
        "\n",
        " ",
        "  A",
        "* A",
        "\"A",
        "é",
        "É ",
        "日本",
        "\u{301}",
        "a\u{301}",
        "Ё",
        "여권",
        "\u{0}",
        "_",
        "a_",
        "=",
        "x=1 ",
        "[INFO] ",
        "/a/b",
        "a::b",
        "1e5 ",
        "°",
        "48.1 11.5 ",
        "48.12345, 11.54321 ",
        "May 1 ",
        "1 May 2020 ",
        "room 1 ",
        "room ",
        "%20",
        "<a>",
        "guest: ",
        "guests: Anna, ",
        "guest: ada_b,",
        "login abcde ",
        "_Anna_ ",
        "card_4111 ",
        "name,card\n1,2\n",
        "name,card\n4111 1111,55\n55,4111\n",
        "| card | name |\n",
        "card: 4111 1111\n1111 ",
        "4111\n",
        "12345678\n",
        "=C3=A9",
        "=\n",
        "王先生",
        "田中さん、",
        "我叫",
        "姓名: 王 ",
        "господин Иван ",
        "имя: Иван ",
        "г-н. ",
        "السيد ",
        "김철수 씨 ",
        "née le trois mai ",
        "the password is ",
        "客人：王、",
        "гости: Иван, ",
        "الضيوف: علي، ",
    ] {
        all.push((format!("{piece:?}"), Box::new(move |bytes| piece.repeat(bytes / piece.len() + 1))));
    }
    // One long item of a kind, with another at its end or beginning.
    for (head, filling, tail) in [
        ("A", "a", "A"),
        ("", " ", "A"),
        ("4111", " ", "1111"),
        ("a@", "b", ".de"),
        ("", "a", "@b.de"),
        ("http://", "a", " "),
        ("http://a.de/", ")", ""),
        ("-----BEGIN PRIVATE KEY-----", "A", ""),
        ("-----BEGIN ", "A", "-----"),
        ("eyJ", "a", ".x"),
        ("1", "0", ""),
        ("12 Main Street", ",", " London"),
        ("password: ", "x", " "),
        ("", "*", "A"),
        ("A", "-a", ""),
        ("", "a'", "A"),
        ("P<", "<", ""),
        ("", "\"", "@a.de"),
        ("Anna", " ", "Schmidt"),
    ] {
        let name = format!("{head:?} + {filling:?}... + {tail:?}");
        all.push((
            name,
            Box::new(move |bytes| [head, &filling.repeat(bytes / filling.len()), tail].concat()),
        ));
    }
    // JSON: deep, wide, with long keys, in itself, almost.
    for (name, make) in [
        ("brackets", (|n| "[".repeat(n)) as fn(usize) -> String),
        ("closed brackets", |n| "[]".repeat(n / 2)),
        ("nested", |n| format!("{}{}", "[".repeat(60), "]".repeat(60)).repeat(n / 120)),
        ("numbers", |n| format!("[{}1]", "1,".repeat(n / 2))),
        ("long numbers", |n| format!("[{}1]", "4111111111111111,".repeat(n / 17))),
        ("long key", |n| format!("{{\"{}\":[{}1]}}", "k".repeat(500), "1,".repeat(n / 2))),
        ("keys", |n| (0..n / 16).map(|k| format!("\"k{k}\":1")).collect::<Vec<_>>().join(",")),
        ("object", |n| {
            let keys: Vec<_> = (0..n / 16).map(|k| format!("\"k{k}\":\"x\"")).collect();
            format!("{{{}}}", keys.join(","))
        }),
        ("escapes", |n| format!("[\"{}\"]", "\\u0034\\u0031\\u0031\\u0031 ".repeat(n / 25))),
        ("in itself", |n| {
            let inner = serde_json::json!({ "a": "4111 ".repeat(n / 10) }).to_string();
            serde_json::json!({ "b": serde_json::json!({ "c": inner }).to_string() }).to_string()
        }),
        ("almost", |n| format!("{{\"a\":\"{}", "x".repeat(n))),
        ("strings", |n| format!("[{}\"\"]", "\"4111 1111 1111 1111\",".repeat(n / 22))),
        ("documents", |n| format!("[{}\"\"]", "\"[1]\",".repeat(n / 6))),
    ] {
        all.push((format!("JSON: {name}"), Box::new(make)));
    }
    all
}

static FINDER: LazyLock<Arc<Finder>> =
    LazyLock::new(|| Arc::new(Finder::new(&Options { threshold: 1, ..Options::default() }).unwrap()));
static EVERYTHING: LazyLock<Arc<Finder>> = LazyLock::new(|| {
    Arc::new(Finder::new(&Options { threshold: 1, overlapping: true, ..Options::default() }).unwrap())
});

fn redactor(finder: &Arc<Finder>) -> TextRedactor {
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), Arc::clone(finder), None);
    let guests = ["Ada Lovelace", "Ada Byron", "Ada King", "Anna Schmidt", "Rossi", "4111"];
    let roster = Roster::new(guests.map(|name| (Kind::Person, name.to_owned()))).unwrap();
    redactor.set_roster(Some(Arc::new(roster)));
    redactor
}

/// The steps that a text takes, and whether it was released.
fn steps_of(redactor: &mut TextRedactor, text: &str, spoken: bool) -> (u64, bool) {
    let field = redactor.rules().field("data").spoken(spoken);
    let (before, mut out) = (steps::taken(), String::new());
    let outcome = redactor.redact(text, &field, &mut out);
    assert!(!outcome.too_long || out.is_empty(), "a text that is too long is not released in part");
    (steps::taken() - before, !outcome.too_long)
}

/// Four times the text, at most a little more than four times the steps: n log n.
fn grows_gently(spoken: bool, finder: &Arc<Finder>) {
    let mut redactor = redactor(finder);
    for (name, make) in families() {
        let [small, large] = [1 << 16, 1 << 18].map(|bytes| steps_of(&mut redactor, &make(bytes), spoken));
        assert!(small.1 || !large.1, "{name}: a longer text came out, and the shorter one did not");
        assert!(large.0 < small.0 * 5 + 50_000, "{name}: {} steps, then {}", small.0, large.0);
    }
}

#[test]
fn steps_grow_as_the_text_does() {
    grows_gently(false, &FINDER);
}

#[test]
fn steps_grow_as_speech_does() {
    grows_gently(true, &FINDER);
}

#[test]
fn steps_grow_as_the_text_does_when_everything_is_asked_for() {
    grows_gently(false, &EVERYTHING);
}

#[test]
fn a_text_of_one_two_four_and_eight_megabytes_is_looked_at_in_proportion_or_not_at_all() {
    let mut redactor = redactor(&FINDER);
    for piece in ["4111 ", "9111 ", "Anna Schmidt, ", "a@b.de ", "{\"a\":\"4111 "] {
        let texts = [1, 2, 4, 8].map(|megabytes| piece.repeat((megabytes << 20) / piece.len()));
        let [one, two, four, eight] = texts.map(|text| steps_of(&mut redactor, &text, false));
        assert!(one.1 && two.1 && four.1, "{piece}");
        assert!(two.0 < one.0 * 5 / 2 && four.0 < two.0 * 5 / 2, "{piece}: {one:?} {two:?} {four:?}");
        assert!(!eight.1 && eight.0 < 1000, "{piece}: more than {LONGEST} bytes cost nothing");
    }
}

#[test]
fn a_table_of_eight_megabytes_in_a_file_fits_its_budget() {
    let mut redactor = redactor(&FINDER);
    redactor.set_longest(LONGEST_OFFLINE);
    for (labels, row) in [
        ("name,card,phone\n", "Qwandu Nyyl,4111 1111 1111 1112,555-0147\n"),
        ("guest\tpassport\troom\n", "Ada Lovelace\tXQ77124\t12\n"),
        ("| guest | iban |\n|---|---|\n", "| Müller | DE12345678 |\n"),
        ("card;guest\n", "1;2\n"),
    ] {
        let table = |megabytes: usize| [labels, &row.repeat((megabytes << 20) / row.len())].concat();
        let [two, four, eight] = [2, 4, 8].map(|megabytes| steps_of(&mut redactor, &table(megabytes), false));
        assert!(two.1 && four.1 && eight.1, "{labels}");
        assert!(four.0 < two.0 * 5 / 2 && eight.0 < four.0 * 5 / 2, "{labels}: {two:?} {four:?} {eight:?}");
    }
}

#[test]
fn every_family_of_texts_fits_its_budget() {
    let mut redactor = redactor(&FINDER);
    let mut denied = Vec::new();
    for (name, make) in families() {
        if !steps_of(&mut redactor, &make(1 << 16), false).1 {
            denied.push(name);
        }
    }
    assert!(denied.is_empty(), "{denied:?}");
}
