//! What belongs to a value is hidden with it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::{Arc, LazyLock};

use discreet_pii::{Finder, HidingRules, Operator, Options, TextRedactor};

/// Building it takes seconds without optimisation.
static FINDER: LazyLock<Arc<Finder>> = LazyLock::new(|| Arc::new(Finder::new(&Options::default()).unwrap()));

fn hides(table: &[(&str, &str)]) {
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), Arc::clone(&FINDER), None);
    let field = redactor.rules().field("data");
    let mut wrong = Vec::new();
    for (text, expected) in table {
        let mut out = String::new();
        redactor.redact(text, &field, &mut out);
        if out != *expected {
            wrong.push(format!("{text:?} became {out:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_group_of_a_number_is_left_beside_it() {
    hides(&[
        ("card number —4111 1111 1111 1112", "card number —<payment_card>"),
        ("phone –020 7946 0123", "phone –<phone>"),
        ("card/4111 1111 1111 1112", "card/<payment_card>"),
        ("card number: ...4111 1111 1111 1112", "card number: ...<payment_card>"),
        ("PAN 411111******1111, exp", "PAN <payment_card>, exp"),
        ("card 4111 1111 1111 1111 1111", "card <payment_card>"),
        ("card 4111\n1111\n1111\n1111", "card <payment_card>"),
        ("tel. 040/123456-0", "tel. <phone>"),
        ("tel 0 40 - 55 50 14 4", "tel <phone>"),
        ("room 412-B", "room <room>"),
        ("employee id HX-4471 B", "employee id <employee_id>"),
        ("employee id HX 44 71", "employee id <employee_id>"),
        (r#"{"employee_id":"EMP-2024-HAMBURG-NORTH-000077125-X"}"#, r#"{"employee_id":"<employee_id>"}"#),
        ("ssh xiadani@10.0.0.5", "ssh <ip>"),
        // What follows is something else.
        ("amount 12 4111 1111 1111 1111 12", "amount 12 <payment_card> 12"),
        ("call 020 7946 0123 2 times", "call <phone> 2 times"),
        ("room 412 - towels", "room <room> - towels"),
        ("card-4111 1111 1111 1111", "card-<payment_card>"),
    ]);
}

#[test]
fn an_e_mail_address_is_hidden_in_all_of_its_writings() {
    hides(&[
        ("E-mail joerg.mueller @ klinik.com", "E-mail <email>"),
        ("write to thandeka.mokoena @gmail.com please", "write to <email> please"),
        ("E-mail joerg.mueller [at] klinik [dot] com", "E-mail <email>"),
        ("E-mail joerg.mueller(at)klinik.com", "E-mail <email>"),
        ("mail thandeka @ mail.com", "mail <email>"),
        ("12 items @ 3.50 each", "12 items @ 3.50 each"),
    ]);
}

#[test]
fn no_value_is_cut_at_a_length() {
    let long = "a1b2c3d4e5".repeat(14);
    let digits = "1234567890".repeat(6);
    hides(&[
        (&format!("password: {long}"), "password: <password>"),
        (&format!("[INFO] {{\"password\":\"{long}\"}}"), "[INFO] {\"password\":\"<password>\"}"),
        (&format!("employee id {digits} ok"), "employee id <employee_id> ok"),
        (&format!("mail {}@mail.com", "thandeka.nomsa.".repeat(6) + "x"), "mail <email>"),
        ("password: correct horse", "password: <password>"),
        ("password: tulip for the room", "password: <password> for the room"),
    ]);
}

#[test]
fn no_part_of_a_name_is_left_beside_it() {
    hides(&[
        ("guest Siobhán Ní Dhomhnaill is", "guest <person> is"),
        ("guest: siobhán ní dhomhnaill", "guest: <person>"),
        ("guest Abd al-Rahman ibn Yusuf al-Tikriti arrives", "guest <person> arrives"),
        ("السيد عبد الرحمن التكريتي وصل", "<person> وصل"),
        ("guest Asante, K. arrives", "guest <person> arrives"),
        ("guest: தமிழ்செல்வி", "guest: <person>"),
        ("name: អ៊ុក សុភា", "name: <person>"),
        ("<name>Thandeka Mokoena</name>", "<name><person></name>"),
        ("guest: Kofi Asante/Xiadani Tlapanco", "guest: <person>/<person>"),
        ("Mr. Kofi Asante, Dr. Boysen", "<person>, <person>"),
    ]);
}

#[test]
fn all_values_of_a_list_behind_one_label_are_hidden() {
    hides(&[
        ("SSN 000-12-3456 and 666-12-3456", "SSN <us_ssn> and <us_ssn>"),
        ("card 4111 1111 1111 1112, 4929 1234 5678 9012", "card <payment_card>, <payment_card>"),
        (
            "cards: 4111 1111 1111 1112; 4929 1234 5678 9012; 5105 1051 0510 5101",
            "cards: <payment_card>; <payment_card>; <payment_card>",
        ),
        ("tarjetas 4111 1111 1111 1112 y 4929 1234 5678 9012", "tarjetas <payment_card> y <payment_card>"),
        ("cartes: 4111 1111 1111 1112 et 4929 1234 5678 9012", "cartes: <payment_card> et <payment_card>"),
        (
            "Kreditkarten: 4111 1111 1111 1112 und 4929 1234 5678 9012",
            "Kreditkarten: <payment_card> und <payment_card>",
        ),
        ("kaarten 4111 1111 1111 1112 en 4929 1234 5678 9012", "kaarten <payment_card> en <payment_card>"),
        ("cartões 4111 1111 1111 1112 e 4929 1234 5678 9012", "cartões <payment_card> e <payment_card>"),
        (
            "employee ids 77125, 77126, 77127, 77128",
            "employee ids <employee_id>, <employee_id>, <employee_id>, <employee_id>",
        ),
        ("passwords: hunter2, swordf1sh", "passwords: <password>, <password>"),
        ("users: ngeze1, boysen7", "users: <username>, <username>"),
        ("guests: 欧阳志远, 박서준, Оразбаев Бекзат", "guests: <person>, <person>, <person>"),
        ("гости: Бекзат Оразбаев, Ярослава Ильинская", "гости: <person>, <person>"),
        // Another form, or another thing.
        ("guest: Kofi Asante, Late Checkout", "guest: <person>, Late Checkout"),
        ("姓名：王小明，房间", "姓名：<person>，房间"),
        ("SSN 000-12-3456 and 12 towels", "SSN <us_ssn> and 12 towels"),
        ("room 412, at 87 percent", "room <room>, at 87 percent"),
    ]);
}

#[test]
fn labels_of_seven_languages_announce_short_and_odd_values() {
    hides(&[
        ("employee number 7712", "employee number <employee_id>"),
        (r#"{"employee_id":7712}"#, r#"{"employee_id":"<employee_id>"}"#),
        ("Personalnummer: 7712", "Personalnummer: <employee_id>"),
        ("matricule 7712", "matricule <employee_id>"),
        ("matricola 7712", "matricola <employee_id>"),
        ("personeelsnummer 7712", "personeelsnummer <employee_id>"),
        ("número de empleado 7712", "número de empleado <employee_id>"),
        ("Pers.-Nr. 00812", "Pers.-Nr. <employee_id>"),
        ("Pat.-Nr. 884412", "Pat.-Nr. <medical_record>"),
        ("MRN: 12-34-56", "MRN: <medical_record>"),
        ("telemóvel 912 345 678", "telemóvel <phone>"),
        ("klantnummer K-5512", "klantnummer <booking>"),
        ("password: [hunter2]", "password: <password>"),
        ("password: `hunter2`", "password: `<password>`"),
        ("password: $hunter2", "password: <password>"),
        ("password=a1b&b=c", "password=<password>"),
        ("credentials ngeze:Tr0ub4dor", "credentials <password>"),
        // Placeholders.
        ("password: ${PASSWORD}", "password: ${PASSWORD}"),
        ("password: [REDACTED]", "password: [REDACTED]"),
        ("credentials from config:default", "credentials from config:default"),
    ]);
}

#[test]
fn a_field_of_a_person_holds_a_name_that_no_list_has() {
    hides(&[
        (
            r#"{"order":{"id":6723,"buyer":"Xiadani Tlapanco"}}"#,
            r#"{"order":{"id":6723,"buyer":"<person>"}}"#,
        ),
        (r#"{"huésped":"Xiadani Tlapanco"}"#, r#"{"huésped":"<person>"}"#),
        (r#"{"author":"Xiadani Tlapanco"}"#, r#"{"author":"<person>"}"#),
        (r#"{"buyer":"none","author":2}"#, r#"{"buyer":"none","author":2}"#),
    ]);
}

#[test]
fn labels_in_capitals_behind_an_escape_and_of_more_countries_are_labels() {
    hides(&[
        ("THE PASSWORD IS SUNFLOWER99!", "THE PASSWORD IS <password>"),
        ("The Password Is Sunflower99!", "The Password Is <password>"),
        ("PASSPORT NO X1234567", "PASSPORT NO <au_passport>"),
        ("ROOM NUMBER 412", "ROOM NUMBER <room>"),
        ("\\nroom 412", "\\nroom <room>"),
        ("\\npassport X1234567", "\\npassport <au_passport>"),
        ("\\nguest: Xiadani Tlapanco", "\\nguest: <person>"),
        ("\\tmrn 884412", "\\tmrn <medical_record>"),
        ("CNH 12345678900", "CNH <driving_licence>"),
        ("RFC: GOMC710305AB1", "RFC: <national_id>"),
        ("RUT 12.345.678-9", "RUT <national_id>"),
        ("CUIT 20-12345678-1", "CUIT <national_id>"),
        ("CNPJ 12.345.678/0001-99", "CNPJ <br_cpf>"),
        ("DNI 12345678A, NIE X1234567A", "DNI <es_nif>, NIE <es_nie>"),
        ("BSN 123456789 en PESEL 12345678901", "BSN <nl_bsn> en PESEL <pl_pesel>"),
    ]);
}

#[test]
fn contacts_of_a_circuit_and_prices_stay() {
    for text in [
        "GPIO pin 4471 toggled",
        "digital PIN 4471",
        "room 412€",
        "room 90 EUR",
        "RFC 2119",
        "\\temp\\cells 412",
    ] {
        hides(&[(text, text)]);
    }
    hides(&[("my pin 4471", "my pin <password>")]);
}
