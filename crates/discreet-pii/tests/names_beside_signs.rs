//! Names and addresses beside signs, and words that are not names.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod common;

use common::{all, stay};

#[test]
fn a_name_in_brackets_or_in_front_of_one_is_hidden_whole() {
    all(&[
        ("<Sarah Connor> what time is it?", "<<person>> what time is it?"),
        ("[INFO] recognized <Ada Lovelace>", "[INFO] recognized <<person>>"),
        ("Sarah Connor(412)", "<person>(412)"),
        ("Mr Connor(VIP)", "<person>(VIP)"),
        ("Sarah Connor> hi", "<person>> hi"),
    ]);
    stay(&["<Node Handle>", "call Foo(12)", "std::vector<Pose Stamped>"]);
}

#[test]
fn names_of_other_alphabets_and_orders_are_hidden() {
    all(&[
        ("Jag heter Åsa", "Jag heter <person>"),
        ("my name is Åsa", "my name is <person>"),
        ("patient: doe, jane", "patient: <person>"),
        ("guests: ['Best', 'Long']", "guests: ['<person>', '<person>']"),
        ("N:Doe;Jane;;;", "N:<person>;<person>;;;"),
    ]);
    stay(&["N:4;5;6", "n:a;b;c"]);
}

#[test]
fn a_wildcard_of_sql_is_no_escape() {
    all(&[("WHERE card LIKE '%4242424242424242%'", "WHERE card LIKE '%<payment_card>%'")]);
}

#[test]
fn an_address_with_the_number_in_front_is_found_behind_signs() {
    all(&[
        ("'221 Baker Street'", "'<address>'"),
        ("**221 Baker Street**", "**<address>**"),
        ("street=221 Baker Street", "street=<address>"),
        ("[221 Baker Street]", "[<address>]"),
    ]);
}

#[test]
fn labels_towns_and_saints_are_not_persons() {
    all(&[("Daten: Gabriele Meyer, E-Mail: gab@example.org", "Daten: <person>, E-Mail: <email>")]);
    assert!(!common::redacted("account 43019922 EUR 100", false).contains("<address>"));
    for text in ["at St. Mary's General Hospital", "near Madison, MI 36479"] {
        let out = common::redacted(text, false);
        assert!(!out.contains("<person>"), "{out}");
    }
}
