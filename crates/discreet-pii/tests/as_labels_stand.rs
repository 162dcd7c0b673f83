//! Labels and values in forms that a list of examples does not have.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::{Arc, LazyLock};

use discreet_pii::{Finder, HidingRules, Operator, Options, TextRedactor};

static FINDER: LazyLock<Arc<Finder>> = LazyLock::new(|| Arc::new(Finder::new(&Options::default()).unwrap()));

fn redacted(text: &str, spoken: bool) -> String {
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), Arc::clone(&FINDER), None);
    let field = redactor.rules().field("data").spoken(spoken);
    let mut out = String::new();
    redactor.redact(text, &field, &mut out);
    out
}

#[track_caller]
fn all(lines: &[(&str, &str)]) {
    let wrong = |(text, out): &(&str, &str)| {
        let made = redacted(text, false);
        (made != *out).then(|| format!("{text:?} became {made:?}, not {out:?}"))
    };
    let wrong: Vec<_> = lines.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// These stay as they are.
#[track_caller]
fn stay(lines: &[&str]) {
    let lines: Vec<_> = lines.iter().map(|text| (*text, *text)).collect();
    all(&lines);
}

#[test]
fn the_labels_of_a_table_are_read_as_a_reader_sees_them() {
    for label in [
        "\u{feff}guest;room;pin",
        "guest;\u{2003}room;pin",
        "guest\u{a0};room;\u{a0}pin",
        "gue\u{200b}st;room\u{2011}no;pin",
        "Guest&nbsp;name;room\u{2013}no;pin",
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
