//! Labels of numbers in more spellings and languages.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod common;

use common::{all, redacted, stay};

#[test]
fn short_labels_and_labels_of_more_languages_announce_their_values() {
    all(&[
        ("Conf# 8KQ2PD", "Conf# <booking>"),
        ("PH: 555-0147", "PH: <phone>"),
        ("Mob: 07700 900555", "Mob: <phone>"),
        ("Extension 4410.", "Extension <phone>."),
        ("Durchwahl 214", "Durchwahl <phone>"),
        ("mac=a45e60c21980", "mac=<mac>"),
        ("旅券番号：TK1234567", "旅券番号：<passport>"),
        ("部屋番号: 1204", "部屋番号: <room>"),
        ("pokoju 33", "pokoju <room>"),
        ("ご予約名：佐藤健一", "ご予約名：<person>"),
        ("bday 19540229", "bday <date_of_birth>"),
        ("Ik ben 61 jaar", "Ik ben <age>"),
        ("Jag är 44 år gammal", "Jag är <age>"),
    ]);
    stay(&["ph 7.0", "conf 0.93", "arm extension: 350 mm"]);
}

#[test]
fn an_entity_in_the_labels_of_a_table_parts_no_cells() {
    for (sign, head) in [
        (";", "guest&nbsp;name;room;pin"),
        (",", "guest&#160;name,room,pin"),
        ("|", "guest&nbsp;name|room|pin"),
    ] {
        let row = ["Xiadani Qoro", "118", "4471"].join(sign);
        let hidden = ["<person>", "<room>", "<password>"].join(sign);
        assert_eq!(redacted(&format!("{head}\n{row}"), false), format!("{head}\n{hidden}"));
    }
}
