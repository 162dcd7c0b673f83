//! A rewriting of a text that a reader would not notice changes nothing in what is hidden.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

use std::sync::{Arc, LazyLock};

use discreet_pii::{Finder, HidingRules, Operator, Options, TextRedactor};
use unicode_normalization::UnicodeNormalization;

/// Building it takes seconds without optimisation.
static FINDER: LazyLock<Arc<Finder>> = LazyLock::new(|| Arc::new(Finder::new(&Options::default()).unwrap()));

fn redacted(text: &str, spoken: bool) -> String {
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), Arc::clone(&FINDER), None);
    let field = redactor.rules().field("data").spoken(spoken);
    let mut out = String::new();
    let outcome = redactor.redact(text, &field, &mut out);
    assert_eq!(outcome.changed, out != text, "{text}");
    out
}

const LINES: [&str; 18] = [
    "the card is 4111 1111 1111 1111, thanks",
    "card 5105-1051-0510-5100 and mail anna@example.org",
    "IBAN GB29 NWBK 6016 1331 9268 19 for the deposit",
    "call me on +44 7700 900123 or 212-555-0143",
    "SSN 536-22-0001, passport number C01X00T47",
    "Please bring towels to Maria Gonzalez in room 1207",
    "My name is Zoë Müller, I live in 12 Elm Street, Boston",
    "Good morning, Jörg Schäfer is waiting",
    "employee ID EMP-44120, insurance number INS-95999123",
    "password: Tulip-7x and user name jonas_weber",
    "Kontonummer 0532013000, Steuer-ID 12 345 678 911",
    "numéro de carte 4000 0000 0021 0308, merci",
    "contraseña: Marea-9, NHC: 5713288",
    "born on 12 May 1985 in Madrid",
    "from 192.0.2.44 with mac 00:1a:2b:3c:4d:5e",
    "booking KX-9920-Q for Thomas Baker",
    "card 4111/1111/1111/1111 again",
    "nothing personal: speed 0.35 m/s, battery 87 percent, goal reached",
];

/// A small generator: the same numbers on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// The ways to write a text that a reader does not tell apart.
const WAYS: [fn(&str, &mut Dice) -> String; 9] = [
    |text, dice| {
        each(text, |c| {
            if c == ' ' {
                dice.one(&["\u{a0}", "\u{2009}", "\u{202f}", "\u{3000}", "  ", "\t"]).into()
            } else {
                c.into()
            }
        })
    },
    |text, dice| {
        each(text, |c| {
            if c == '-' {
                dice.one(&["\u{2010}", "\u{2011}", "\u{2013}", "\u{2212}"]).into()
            } else {
                c.into()
            }
        })
    },
    |text, dice| {
        let zero = dice.one(&['\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}', '\u{1d7ce}']) as u32;
        each(text, |c| c.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(c).into())
    },
    |text, _| {
        each(text, |c| {
            if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xfee0).unwrap().into() } else { c.into() }
        })
    },
    |text, _| text.nfd().collect(),
    |text, dice| {
        each(text, |c| {
            if c.is_alphanumeric() && dice.below(3) == 0 {
                format!("{c}{}", dice.one(&["\u{200b}", "\u{ad}", "\u{2060}", "\u{200d}", "\u{fe0f}"]))
            } else {
                c.into()
            }
        })
    },
    |text, _| {
        each(text, |c| {
            if c.is_ascii_digit() {
                format!("&#{};", c as u32)
            } else if c == ' ' {
                "&nbsp;".into()
            } else {
                c.into()
            }
        })
    },
    |text, _| each(text, |c| if c.is_ascii_digit() { format!("\\u{:04x}", c as u32) } else { c.into() }),
    |text, _| {
        each(text, |c| match c {
            '\'' => '\u{2019}'.into(),
            'a' => 'а'.into(),
            'o' => 'о'.into(),
            c => c.into(),
        })
    },
];

fn each(text: &str, mut way: impl FnMut(char) -> String) -> String {
    text.chars().map(&mut way).collect()
}

/// The kinds that were hidden, in order.
fn hidden(out: &str) -> Vec<&str> {
    out.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(kind, _)| kind).collect()
}

/// The digits that are left, in any form.
fn digits(out: &str) -> usize {
    let plain = out.replace("\\u003", "").replace("&#", "").replace("\\u00", "");
    plain.chars().filter(|c| c.is_numeric()).count()
}

#[test]
fn a_rewriting_that_a_reader_does_not_notice_changes_nothing_in_what_is_hidden() {
    let mut dice = Dice(11);
    for line in LINES {
        let plain = redacted(line, false);
        for (number, way) in WAYS.iter().enumerate() {
            for _ in 0..6 {
                let written = way(line, &mut dice);
                let out = redacted(&written, false);
                assert_eq!(
                    hidden(&out),
                    hidden(&plain),
                    "way {number}: {line:?} as {written:?} became {out:?}"
                );
            }
        }
    }
}

#[test]
fn two_rewritings_at_once_change_nothing_either() {
    let mut dice = Dice(12);
    for line in LINES {
        let plain = redacted(line, false);
        for _ in 0..12 {
            // Blanks, dashes, digits and shapeless characters, in any order.
            let (one, other) = (dice.one(&[0, 1, 2, 5]), dice.one(&[0, 1, 2, 5]));
            let first = WAYS[one](line, &mut dice);
            if one == other {
                continue; // four blanks in a row are a column
            }
            let written = WAYS[other](&first, &mut dice);
            let out = redacted(&written, false);
            assert_eq!(
                hidden(&out),
                hidden(&plain),
                "ways {one}, {other}: {line:?} as {written:?} became {out:?}"
            );
            assert_eq!(digits(&out), digits(&plain), "{written:?} became {out:?}");
        }
    }
}

#[test]
fn a_text_in_which_nothing_is_found_comes_back_byte_for_byte() {
    let line = LINES[LINES.len() - 1];
    let mut dice = Dice(13);
    for way in WAYS {
        let written = way(line, &mut dice);
        assert_eq!(redacted(&written, false), written);
    }
    for text in [
        "100 % of 3 & 4 &lt; \\u00e9 %41",
        "\u{feff}tab\tand  blanks\u{a0}",
        "{\"a\": [1, 2.50, \"x\\u0041\"]}",
    ] {
        assert_eq!(redacted(text, false), text);
    }
}

#[test]
fn what_belongs_to_a_finding_is_hidden_with_it() {
    for (text, out) in [
        ("ada@exam\u{200b}ple.com", "<email>"),
        ("ada%40example.com", "<email>"),
        ("ada＠example.com", "<email>"),
        ("Mrs. Anna O\u{2011}Brien", "<person>"),
        ("4111.1111.1111.1111", "<payment_card>"),
        ("IBAN DE89.3704.0044.0532.0130.00", "IBAN <iban>"),
        ("call +44 7700 9001\u{200b}23 now", "call <phone> now"),
        ("jean-luc.d'artagnan@example.com", "<email>"),
        ("00 44 7700 900789", "<phone>"),
        ("202-555-0143/202-555-0144", "<phone>/<phone>"),
        ("202-555-0143,202-555-0144", "<phone>,<phone>"),
        ("id TGluZGEgUGVyZXo=", "id <person>"),
        ("Employee ID: EMP-44120", "Employee ID: <employee_id>"),
        ("Tel. 030.12345678", "Tel. <phone>"),
        ("call (212) 555 - 0147 now", "call <phone> now"),
        ("phone 555-0147 555-0199", "phone <phone> <phone>"),
        ("030 1234567 030 7654321", "<phone> <phone>"),
        ("+49 30 1234567 +49 30 7654321", "<phone> <phone>"),
        ("De89 3704 0044 0532 0130 00", "<iban>"),
        ("4111_1111_1111_1111", "<payment_card>"),
        ("card_4111111111111111", "card_<payment_card>"),
        ("card_4111_1111_1111_1111.", "card_<payment_card>."),
        ("_4111111111111111_", "_<payment_card>_"),
        ("iban_DE89370400440532013000", "iban_<iban>"),
        ("❹❶❶❶ ❶❶❶❶ ❶❶❶❶ ❶❶❶❶", "<payment_card>"),
        ("guest: 🅠🅦🅐🅝🅓🅤", "guest: <person>"),
    ] {
        assert_eq!(redacted(text, false), out);
    }
}

#[test]
fn a_line_break_in_a_number_changes_nothing() {
    for (text, out) in [
        ("4111 1111\n1111 1111", "<payment_card>"),
        ("4111 1111\u{2028}1111 1111", "<payment_card>"),
        ("4111-1111-\r\n1111-1111", "<payment_card>"),
        ("call +49 30\n1234567 now", "call <phone> now"),
        ("4111 1111 1111=\n 1111 thanks", "<payment_card> thanks"),
        ("mail ada@exam=\nple.com", "mail <email>"),
        ("Guest: Jos=C3=A9 M=C3=BCller", "Guest: <person>"),
        ("phone: 030 1234567\n030 7654321", "phone: <phone>\n<phone>"),
        ("seq 4111 1111\nseq 1111 1111", "seq 4111 1111\nseq 1111 1111"),
        ("1.5\n2.5\n4.25\n1234567\n1234568\n", "1.5\n2.5\n4.25\n1234567\n1234568\n"),
    ] {
        assert_eq!(redacted(text, false), out, "{text}");
    }
}

#[test]
fn neighbouring_values_and_keys_are_read_together() {
    for (text, out) in [
        ("[4111,1111,1111,1111]", r#"["<payment_card>","<payment_card>","<payment_card>","<payment_card>"]"#),
        (r#"{"a":"4111 1111","b":"1111 1111"}"#, r#"{"a":"<payment_card>","b":"<payment_card>"}"#),
        (r#"{"Ada Lovelace":{"nights":2}}"#, r#"{"<person>":{"nights":2}}"#),
        (
            r#"{"first_name":"raj","last_name":"mehta"}"#,
            r#"{"first_name":"<person>","last_name":"<person>"}"#,
        ),
        (r#"{"guest":{"name":"raj mehta"}}"#, r#"{"guest":{"name":"<person>"}}"#),
        (r#"{"password":"tulip7"}"#, r#"{"password":"<password>"}"#),
        (r#"{"card":4111111111111111.0}"#, r#"{"card":"<payment_card>.0"}"#),
        (r#"[INFO] {"card":"\u0034111111111111111"}"#, r#"[INFO] {"card":"<payment_card>"}"#),
        ("[0.5, 1, 2, 3, 4111]", "[0.5, 1, 2, 3, 4111]"),
    ] {
        assert_eq!(redacted(text, false), out);
    }
}
