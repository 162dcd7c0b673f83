//! Labels and values in forms that a list of examples does not have.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod common;

use common::{all, redacted, stay};

#[test]
fn the_labels_of_a_table_are_read_as_a_reader_sees_them() {
    for label in [
        "\u{feff}guest;room;pin",
        "guest;\u{2003}room;pin",
        "guest\u{a0};room;\u{a0}pin",
        "gue\u{200b}st;room\u{2011}no;pin",
        "guest;room\u{2013}no;pin",
        "hue\u{301}sped;habitacio\u{301}n;PIN",
        "Pr\\u00e9nom;chambre;pin",
        "guest;Ｒｏｏｍ;ＰＩＮ",
    ] {
        let rows = [("Xiadani Qoro;118;4471", "<person>;<room>;<password>")];
        all(&rows
            .map(|(row, out)| (format!("{label}\n{row}"), format!("{label}\n{out}")))
            .each_ref()
            .map(|(row, out)| (row.as_str(), out.as_str())));
    }
    all(&[
        ("guest，room，pin\nXiadani Qoro，118，4471", "guest，room，pin\n<person>，<room>，<password>"),
        ("guest；room；pin\nXiadani Qoro；118；4471", "guest；room；pin\n<person>；<room>；<password>"),
    ]);
    stay(&["joint，angle\nelbow，118", "α;β;γ\n1;2;3"]);
}

#[test]
fn behind_the_label_of_a_part_of_a_name_each_value_is_a_name() {
    all(&[
        (r#"{"lastName":"Li"}"#, r#"{"lastName":"<person>"}"#),
        (r#"{"firstName":"Will","last_name":"May"}"#, r#"{"firstName":"<person>","last_name":"<person>"}"#),
        (r#"{"guest_last_name":"du Marché"}"#, r#"{"guest_last_name":"<person>"}"#),
        (r#"{"lastName":"van 't Hoff"}"#, r#"{"lastName":"<person>"}"#),
        (r#"{"Apellido":"Ben Ali"}"#, r#"{"Apellido":"<person>"}"#),
        (
            r#"{"name":[{"family":"Best","given":["Will"]}]}"#,
            r#"{"name":[{"family":"<person>","given":["<person>"]}]}"#,
        ),
        ("Nachname: Best", "Nachname: <person>"),
        ("Nachname: Best Vorname: Will", "Nachname: <person> Vorname: <person>"),
        ("Surname: Lane, room 12", "Surname: <person>, room <room>"),
        ("surname: best", "surname: <person>"),
        ("Nom de famille : Peyrard", "Nom de famille : <person>"),
        ("Prénom : Claire", "Prénom : <person>"),
        ("last name: van 't Hoff", "last name: <person>"),
        ("apellido: Calle", "apellido: <person>"),
        ("cognome: Bella", "cognome: <person>"),
        ("achternaam: de Boer", "achternaam: <person>"),
        ("sobrenome: Rocha", "sobrenome: <person>"),
        ("[INFO] payload lastName=Best ok", "[INFO] payload lastName=<person> ok"),
        ("<surname>Lane</surname>", "<surname><person></surname>"),
        ("Gast: van de Heuvel", "Gast: <person>"),
        ("guest: El Mansouri, room 12", "guest: <person>, room <room>"),
    ]);
    stay(&[
        r#"{"lastName":null,"firstName":"none","surname":""}"#,
        "surname: required",
        "lastName: string",
        "hostname: lane",
        "first name: is not given",
        "client: la_suite",
    ]);
}

#[test]
fn behind_a_title_a_plain_word_is_a_name() {
    all(&[
        ("Dra. Quintela chegou", "<person> chegou"),
        ("Frau Li ist da", "<person> ist da"),
        ("Mr Best is here", "<person> is here"),
        ("Mrs \"Delacroix-Whitfield\"", "Mrs \"<person>\""),
        ("Frau **Ziegenbalg**", "Frau **<person>**"),
    ]);
    stay(&["Die Frau Und Der Mann", "the best Mr and Mrs", "Dr. med."]);
}

#[test]
fn each_value_of_a_list_behind_a_plural_is_hidden_although_it_is_a_word() {
    all(&[
        ("guests: Ana Gil, Will Power, Mark Best, May Day", "guests: <person>, <person>, <person>, <person>"),
        ("usernames: akovacs, bmiller, czora", "usernames: <username>, <username>, <username>"),
        ("passwords: tulip, rose, lily", "passwords: <password>, <password>, <password>"),
        ("password: tulip, towels and soap", "password: <password>, towels and soap"),
        ("guests: Ana Gil, Breakfast", "guests: <person>, Breakfast"),
        ("passwords: tulip, see the manual", "passwords: <password>, see the manual"),
    ]);
}

#[test]
fn a_number_with_masked_digits_is_hidden_whole_behind_its_label() {
    all(&[
        ("Card 4111 11** **** 1111", "Card <payment_card>"),
        ("card **** **** **** 4417", "card <payment_card>"),
        ("SSN ***-**-9182", "SSN <us_ssn>"),
        ("IBAN DE89 **** **** **** **30 00", "IBAN <iban>"),
        ("phone +49 171 ****182", "phone <phone>"),
    ]);
    stay(&["2 * 12 * 4", "**12** towels", "pose ** 0.5 **"]);
}

#[test]
fn words_may_stand_between_a_pin_and_its_value() {
    all(&[
        ("PIN for the safe: 4471", "PIN for the safe: <password>"),
        ("Il PIN della cassaforte è 1948", "Il PIN della cassaforte è <password>"),
        ("Die PIN für den Safe ist 4471", "Die PIN für den Safe ist <password>"),
        ("El PIN de la caja fuerte es 4471", "El PIN de la caja fuerte es <password>"),
        ("De pincode van de kluis is 4471", "De pincode van de kluis is <password>"),
        ("O PIN do cofre é 4471", "O PIN do cofre é <password>"),
        ("Le code PIN du coffre est 4471", "Le code PIN du coffre est <password>"),
        ("Le mot de passe du wifi : Mirabelle", "Le mot de passe du wifi : <password>"),
        ("The password for the guest network is Tulip44", "The password for the guest network is <password>"),
        ("Your verification code is 773201", "Your verification code is <password>"),
        ("TAN: 773201", "TAN: <password>"),
    ]);
    stay(&["tan: 0.5234", "PIN for the safe was changed in 2026", "the password for the network is wrong"]);
}

#[test]
fn keys_sessions_and_accounts_are_hidden_behind_their_labels() {
    all(&[
        ("psk=Mirabelle77x", "psk=<password>"),
        ("secret: hunter2xyz9", "secret: <api_key>"),
        ("client_secret=hunter2xyz", "client_secret=<api_key>"),
        ("csrftoken=ab12cd34ef56", "csrftoken=<token>"),
        (r#"{"psk":"mirabelle"}"#, r#"{"psk":"<password>"}"#),
        ("WIFI:S:x;P:GrandHotel2026;;", "WIFI:S:x;P:<password>;;"),
        (r#"username "gkerbrat""#, r#"username "<username>""#),
        ("username=gfalkner&password=x9!kkk", "username=<username>&password=<password>"),
        ("Accepted password for jhalloran from 10.0.0.5", "Accepted password for <username> from <ip>"),
    ]);
    stay(&["Room 3.17 m long", "room temperature 21.50", "session: 2026-11-30T12:00:00"]);
    stay(&["session: mapping12", "token: started", "user \"name\""]);
}

#[test]
fn documents_identifiers_and_births_are_hidden_in_json() {
    all(&[
        (
            r#"{"documents":[{"documentType":"PASSPORT","number":"X8841207"}]}"#,
            r#"{"documents":[{"documentType":"PASSPORT","number":"<au_passport>"}]}"#,
        ),
        (
            r#"{"identifier":[{"type":{"text":"Medical record number"},"value":"12345"}]}"#,
            r#"{"identifier":[{"type":{"text":"Medical record number"},"value":"<medical_record>"}]}"#,
        ),
        (
            r#"{"birthdate":[1968,3,14]}"#,
            r#"{"birthdate":["<date_of_birth>","<date_of_birth>","<date_of_birth>"]}"#,
        ),
        ("Tel: (+34) 600-123-456", "Tel: <phone>"),
    ]);
    let passport = redacted(r#"{"documentType":"passport","documentNumber":"884120733"}"#, false);
    assert!(!passport.contains("884120733"), "{passport}");
}

#[test]
fn a_short_number_behind_its_label_may_have_a_line_break() {
    all(&[
        ("MRN 448\n120", "MRN <medical_record>"),
        ("PIN: 44\n71", "PIN: <password>"),
        ("Employee no. 309\n91", "Employee no. <employee_id>"),
    ]);
    stay(&["goal 44\n71", "seq 12\n34\n56"]);
}

#[test]
fn an_ellipsis_does_not_part_spoken_numbers() {
    assert_eq!(redacted("the room is four twelve…", true), "the room is <room>…");
    assert_eq!(redacted("my pin is eight eight… two four", true), "my pin is <password>");
    assert_eq!(redacted("my pin is eight eight two four…", true), "my pin is <password>");
}

#[test]
fn records_of_travel_and_of_hospitals_have_names() {
    all(&[
        ("PAX OKADA/HIROSHI MR", "PAX <person>"),
        ("passager TOURNIER/FABRICE MR", "passager <person>"),
        (
            "PID|1||3390021^^^HOSP^MR||KOWALSKI^JAN||19560412",
            "PID|1||<medical_record>^^^HOSP^MR||<person>||<date_of_birth>",
        ),
        ("Rooms 204-208", "Rooms <room>"),
        ("Zimmer 3.17", "Zimmer <room>"),
        ("Hab. 118", "Hab. <room>"),
        ("Zi. 104", "Zi. <room>"),
    ]);
}

#[test]
fn versions_frames_hashes_and_states_stay() {
    stay(&[
        "FW version 5.16.0.1",
        "firmware: 5.16.0.1",
        "CAN id 0x1A4 dlc 8 data 00 11 22 33 44 55 66 77",
        "sha 4f2a91",
        "room service HTTP status 200",
        "(room) status 200",
        "pull ghcr.io/acme/robot@sha256:0123456789abcdef done",
    ]);
    all(&[
        (
            "-----BEGIN PRIVATE KEY-----\nthis is a log\nof a robot",
            "<private_key>\nthis is a log\nof a robot",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQAw\nBQYDK2Vw\nthe end", "<private_key>\nthe end"),
    ]);
}
