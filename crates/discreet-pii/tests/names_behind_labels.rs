//! Names behind labels, titles and signs are hidden whole, whatever words they are.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod common;

use std::sync::Arc;

use discreet_pii::{Finder, HidingRules, Operator, OperatorKeys, Options, TextRedactor};

use common::{all, stay};

#[test]
fn names_in_small_letters_stand_behind_any_label() {
    all(&[
        ("Visitor: quentin brask", "Visitor: <person>"),
        ("Paziente: lucia ferri", "Paziente: <person>"),
        ("customer=omar haddad", "customer=<person>"),
        ("Patient Name: greta olsen", "Patient Name: <person>"),
        ("passenger: qorvin tess", "passenger: <person>"),
        ("guest=[Hyacinth Bucket]", "guest=[<person>]"),
        ("guest:{Hyacinth Bucket}", "guest:{<person>}"),
        ("passeggeri: Best, Long", "passeggeri: <person>, <person>"),
    ]);
    stay(&[
        "Name: base link",
        "name=front_camera",
        "client: connected to server",
        "driver: loading nvidia",
        "state=IDLE mode=AUTO",
    ]);
}

#[test]
fn a_name_of_plain_words_is_hidden_whole_behind_a_label() {
    all(&[
        ("Guest: Han Solberg", "Guest: <person>"),
        ("Guest: Violet Basket", "Guest: <person>"),
        ("Patient: Jan Kettle", "Patient: <person>"),
        ("Visitor: Will Carpet", "Visitor: <person>"),
        ("Gast: Rosa Teller", "Gast: <person>"),
        ("Patient: KETTLE, ROSA", "Patient: <person>"),
        ("Patient: KETTLE, ROSA Q Sex: F", "Patient: <person> Sex: F"),
        ("WHERE guest = 'Will Carpet';", "WHERE guest = '<person>';"),
        ("Guest: [Han Wu]", "Guest: [<person>]"),
        ("Patient: (KETTLE, ROSA)", "Patient: (<person>)"),
        ("ORGANIZER;CN=Lena Brandt:mailto:desk", "ORGANIZER;CN=<person>:mailto:desk"),
        ("Guest: Brandt, Lena", "Guest: <person>"),
        ("patient: Doe, John", "patient: <person>"),
        ("guest,room\nHan Wu,12\nViolet Basket,14", "guest,room\n<person>,<room>\n<person>,<room>"),
    ]);
    stay(&[
        "Guest: Late Checkout",
        "Guest: Room Service",
        "Guest: Arrived",
        "Patient: Stable",
        "name: Left Wheel",
    ]);
}

#[test]
fn a_title_or_an_introduction_tells_a_name_of_plain_words() {
    all(&[
        ("Mrs Ora Kettle", "<person>"),
        ("Dr. Violet Basket", "<person>"),
        ("my name is Ed Kettle", "my name is <person>"),
        ("my name is Will", "my name is <person>"),
        ("call me May", "call me <person>"),
        (r#"Mr "Best""#, r#"Mr "<person>""#),
        ("Frau (Klug)", "Frau (<person>)"),
        ("Ms. 'Early'", "Ms. '<person>'"),
        ("il signor Lo Presti", "il signor <person>"),
        ("la dottoressa De Sio", "la dottoressa <person>"),
    ]);
    stay(&["surname Please", "last name required", "of course"]);
}

#[test]
fn plain_words_are_names_in_lists_and_records() {
    all(&[
        ("visitors: Early, Best, Kaiser", "visitors: <person>, <person>, <person>"),
        ("Gäste: Lange, Klein", "Gäste: <person>, <person>"),
        ("guests: Ed, Best", "guests: <person>, <person>"),
        ("PAX TAYLOR/ROSE MRS", "PAX <person>"),
        ("BLACK/JACK MR", "<person>"),
        ("guests: Ana Gil, Room Service", "guests: <person>, Room Service"),
    ]);
    stay(&["INPUT/OUTPUT MS", "MIN/MAX MS"]);
}

#[test]
fn more_labels_and_phrases_announce_a_name() {
    all(&[
        ("Surname > Lane", "Surname > <person>"),
        ("surname OKAFOR", "surname <person>"),
        ("fname=May", "fname=<person>"),
        ("given: Ora", "given: <person>"),
        ("Bill to: Lena Brandt", "Bill to: <person>"),
        ("Delivered to: Xilo Kettle", "Delivered to: <person>"),
        ("au nom de Blanche Petit", "au nom de <person>"),
        ("op naam van Sietse Bos", "op naam van <person>"),
        ("in the name of Violet Basket", "in the name of <person>"),
        ("geb. Winter", "geb. <person>"),
        ("Jeg heter Åse Moen", "Jeg heter <person>"),
        ("Jag heter Åke Berg", "Jag heter <person>"),
        ("DESCRIPTION;CN=Lena Brandt", "DESCRIPTION;CN=<person>"),
        ("FN:Lena Brandt", "FN:<person>"),
    ]);
    stay(&["Deliver to: Front Desk", "Send to: Kitchen", "Ship to: Reception", "label > value", "speed > 3"]);
}

#[test]
fn a_sign_that_touches_a_name_uncovers_nothing() {
    all(&[
        ("~Lena Brandt~", "~<person>~"),
        ("~~Lena Brandt~~ left", "~~<person>~~ left"),
        ("=Lena Brandt=", "=<person>="),
        ("#Lena Brandt#", "#<person>#"),
        ("$Lena Brandt$", "$<person>$"),
        ("&Lena Brandt&", "&<person>&"),
        ("/Lena Brandt/", "/<person>/"),
        (r"\Lena Brandt\", r"\<person>\"),
        ("guest: ~Lena Brandt~", "guest: ~<person>~"),
        ("%Lena Brandt%", "%<person>%"),
    ]);
    stay(&[
        "#Section Title",
        "/Scan Topic",
        "%Error Rate",
        "$Path Variable",
        "&Node Handle",
        "=Foo Bar",
        "~Temp Dir",
    ]);
}

#[test]
fn keys_of_a_person_label_values_below_general_keys_and_in_a_line() {
    all(&[
        (r#"{"patient":{"data":{"text":"Qorvin Tess"}}}"#, r#"{"patient":{"data":{"text":"<person>"}}}"#),
        (r#"{"customer":{"raw":"Qorvin Tess"}}"#, r#"{"customer":{"raw":"<person>"}}"#),
        (r#"{"visitor_name":{"val":"Qorvin Tess"}}"#, r#"{"visitor_name":{"val":"<person>"}}"#),
        (
            r#"patient: {"first":"Qorvin","last":"Tess"}"#,
            r#"patient: {"first":"<person>","last":"<person>"}"#,
        ),
        (
            r#"[INFO] customer={"given":"Qorvin","family":"Tess"} ok"#,
            r#"[INFO] customer={"given":"<person>","family":"<person>"} ok"#,
        ),
    ]);
}

#[test]
fn a_name_in_turn_has_the_pseudonym_of_the_same_name() {
    let keys = OperatorKeys::derive(b"a secret of a robot, for tests", "desk").unwrap();
    let rules = HidingRules::new(Operator::Pseudonym);
    let finder = Arc::new(Finder::new(&Options::default()).unwrap());
    let mut redactor = TextRedactor::new(rules, finder, Some(Arc::new(keys)));
    let field = redactor.rules().field("data");
    let mut made = |text: &str| {
        let mut out = String::new();
        redactor.redact(text, &field, &mut out);
        out
    };
    let one = made("Lena Brandt");
    for text in ["Brandt, Lena", "BRANDT, LENA"] {
        assert_eq!(made(text), one, "{text}");
    }
    assert_eq!(made("guest: Brandt, Lena"), format!("guest: {one}"));
    // A list of persons.
    assert_eq!(made("guests: Brandt, Lena").matches("<person:").count(), 2);
}

#[test]
fn words_that_are_rarely_names_stay() {
    all(&[("Sex: M Age: 40", "Sex: M Age: <age>")]);
    stay(&["for (int i = 0; i < n; i++)", "la mia stanza", "best.pt", "yolo11s.pt"]);
}
