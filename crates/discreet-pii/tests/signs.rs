//! A sign that touches a label or a value uncovers nothing, and a key of telemetry is not an address.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

use std::sync::{Arc, LazyLock};

use discreet_pii::{Finder, HidingRules, Operator, Options, TextRedactor};

/// Building it takes seconds without optimisation.
static FINDER: LazyLock<Arc<Finder>> = LazyLock::new(|| Arc::new(Finder::new(&Options::default()).unwrap()));

fn redacted(text: &str) -> String {
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), Arc::clone(&FINDER), None);
    let field = redactor.rules().field("data");
    let mut out = String::new();
    redactor.redact(text, &field, &mut out);
    out
}

/// Labels and their values.
const LINES: [(&str, &str); 13] = [
    ("card number: ", "4111 1111 1111 1112"),
    ("", "4111 1111 1111 1111"),
    ("", "+44 7700 900123"),
    ("employee id ", "E-00417"),
    ("passport ", "X1234567"),
    ("SSN ", "000-12-3456"),
    ("MRN ", "884412"),
    ("DNI ", "12345678A"),
    ("guest: ", "Kofi Asante"),
    ("password: ", "hunter2"),
    ("IBAN ", "DE00370400440532013000"),
    ("room ", "412"),
    ("born on ", "5 March 1971"),
];

const SIGNS: [&str; 25] = [
    "💳", "🛏", "👍🏽", "🇩🇪", "✅", "✓", "★", "•", "…", "→", "¿", "¡", "®", "™", "§", "×", "÷", "【", "】",
    "《", "》", "„", "*", "|", "؟",
];

#[test]
fn a_sign_in_front_of_a_label_or_behind_a_value_changes_nothing_in_what_is_hidden() {
    for (label, value) in LINES {
        let plain = redacted(&format!("{label}{value}"));
        for sign in SIGNS {
            let front = redacted(&format!("{sign}{label}{value}"));
            assert_eq!(front, format!("{sign}{plain}"));
            let behind = redacted(&format!("{label}{value}{sign} ok"));
            // A password ends at a blank.
            assert_eq!(behind.replace(sign, ""), format!("{plain} ok"), "{label}{value}{sign}");
        }
    }
}

#[test]
fn a_sign_between_a_label_and_its_value_changes_nothing_in_what_is_hidden() {
    for (label, value) in LINES {
        let plain = redacted(&format!("{label}{value}"));
        for sign in SIGNS {
            let between = redacted(&format!("{label}{sign}{value}"));
            assert_eq!(between.replace(sign, ""), plain, "{label}{sign}{value}");
        }
    }
}

#[test]
fn marks_of_markdown_around_a_line_change_nothing_in_what_is_hidden() {
    for (label, value) in LINES {
        let plain = redacted(&format!("{label}{value}"));
        for mark in ["*", "**", "_", "__", "~", "~~"] {
            let out = redacted(&format!("{mark}{label}{value}{mark}"));
            assert_eq!(out.replace(mark, ""), plain.replace(mark, ""), "{mark}{label}{value}{mark}");
        }
    }
}

#[test]
fn colours_of_a_console_and_written_line_breaks_are_not_seen() {
    for (label, value) in LINES {
        let plain = redacted(&format!("{label}{value}"));
        for escape in ["\u{1b}", "\\u001b", "\\x1b", "\\033", "\\e"] {
            let (on, off) = (format!("{escape}[1;33m"), format!("{escape}[0m"));
            let out = redacted(&format!("a {on}{label}{on}{value}{off}, the end"));
            assert_eq!(
                out.replace(&on, "").replace(&off, ""),
                format!("a {plain}, the end"),
                "{escape} {label}{value}"
            );
        }
        for line in ["\\n", "\\t", "\\r\\n"] {
            assert_eq!(redacted(&format!("text{line}{label}{value}")), format!("text{line}{plain}"));
        }
    }
    assert_eq!(redacted("C:\\temp\\new\\room"), "C:\\temp\\new\\room");
}

#[test]
fn a_label_of_another_script_may_have_a_sign_in_front() {
    for (text, out) in [
        ("(客人：欧阳志远)", "(客人：<person>)"),
        ("(имя: Бекзат)", "(имя: <person>)"),
        ("【客人：欧阳志远】", "【客人：<person>】"),
        ("412: гость: Бекзат", "412: гость: <person>"),
    ] {
        assert_eq!(redacted(text), out);
    }
}

#[test]
fn a_key_of_telemetry_is_not_an_address() {
    for text in [
        "imu.ax=-2.07 imu.ay=19.46 imu.az=9.81",
        "mag.mx=0.21 gyro.gy=0.02 pid.kp=1.2 pid.ki=0.01 pid.kd = 0.3",
        "mag.mx: -0.21, gyro.gy: 0.02",
        "{'imu.ax': 3, 'mag.mx': 4}",
    ] {
        assert_eq!(redacted(text), text);
    }
    for (text, out) in [
        ("visit kofi.com", "visit <url>"),
        ("www.x.ax", "<url>"),
        ("https://imu.ax=3", "<url>"),
        ("see example.de: 5 rooms", "see <url>: 5 rooms"),
        ("example.de:8080", "<url>"),
        ("db.password=hunter2", "db.password=<password>"),
    ] {
        assert_eq!(redacted(text), out);
    }
}

#[test]
fn a_word_for_nobody_is_not_a_name() {
    for text in ["имя: нет", "客人：无", "user: none"] {
        assert_eq!(redacted(text), text);
    }
}
