//! Values that belong together are hidden together, with words of seven languages.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::Arc;

use discreet_pii::{Finder, HidingRules, Operator, Options, TextRedactor};

#[test]
fn nothing_of_a_value_is_left() {
    let finder = Arc::new(Finder::new(&Options::default()).unwrap());
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), finder, None);
    let field = redactor.rules().field("data");
    for (text, expected) in [
        // Groups of a number behind its label.
        ("licence WHITC 801157 D99XX was left", "licence <us_driver_license> was left"),
        ("member ID WXJ 448 201 976, plan Gold", "member ID <health_insurance>, plan Gold"),
        ("Patientennummer P-33 1902.", "Patientennummer <medical_record>."),
        ("Cartão de cidadão 14820193 7 ZX4.", "Cartão de cidadão <national_id>."),
        ("SSN: 123 - 45 - 6789", "SSN: <us_ssn>"),
        ("rekeningnummer: DE89 3704 0044 0532 0130 01", "rekeningnummer: <phone>"),
        // Dates with months as words.
        ("data de nascimento 4 de maio de 1990", "data de nascimento <date_of_birth>"),
        ("geboortedatum 9 augustus 1983", "geboortedatum <date_of_birth>"),
        // Positions, plates, bookings, rooms.
        ("bei 48 Grad 8 Minuten Nord", "bei <position>"),
        ("at 48 degrees 8 minutes 15 seconds north", "at <position>"),
        ("con matrícula 4817 KLM", "con matrícula <vehicle_plate>"),
        ("targata GD 518 RT", "targata <vehicle_plate>"),
        ("mijn reserveringsnummer is AMS-55201", "mijn reserveringsnummer is <booking>"),
        ("o quarto 523 precisa", "o quarto <room> precisa"),
        ("nella camera 118 manca il sapone", "nella camera <room> manca il sapone"),
        // Cards in a row, and beside other numbers.
        (
            "4111 1111 1111 1111 5500 0055 5555 5559 4012 8888 8888 1881",
            "<payment_card> <payment_card> <payment_card>",
        ),
        ("amount 12 4111 1111 1111 1111 12", "amount 12 <payment_card> 12"),
        ("teléfonos: 612 345 678, 698 765 432, 677 888 999", "teléfonos: <phone>, <phone>, <phone>"),
        // Passwords of several words, or of digits.
        (r#"{"password":"correct horse battery staple"}"#, r#"{"password":"<password>"}"#),
        (r#"password="correct horse battery""#, r#"password="<password>""#),
        ("password: 4111 1111 1111 1111", "password: <password>"),
        // A label that is a value.
        (r#"{"key":"passport","value":"XQ77124"}"#, r#"{"key":"passport","value":"<passport>"}"#),
        (
            r#"[{"name":"card","value":"4111 1111 1111 1112"}]"#,
            r#"[{"name":"card","value":"<payment_card>"}]"#,
        ),
        // Accounts.
        ("login kwright38", "login <username>"),
        ("usuario j.lindholm70", "usuario <username>"),
        ("senha do wifi é mar-calmo3", "senha do wifi é <password>"),
    ] {
        let mut out = String::new();
        redactor.redact(text, &field, &mut out);
        assert_eq!(out, expected);
    }
}

#[test]
fn robots_talk_of_turns_and_cameras() {
    let finder = Arc::new(Finder::new(&Options::default()).unwrap());
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), finder, None);
    for spoken in [false, true] {
        let field = redactor.rules().field("data").spoken(spoken);
        for text in [
            "turn 30 degrees north",
            "camera 118 started",
            "login failed",
            "we are out 3 times",
            "user self-service",
        ] {
            let mut out = String::new();
            redactor.redact(text, &field, &mut out);
            assert_eq!(out, text);
        }
    }
}
