//! Numbers with signs, other numbers, or parts of their own beside them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod common;

use common::{all, redacted, stay};

#[test]
fn an_address_of_a_network_is_hidden_with_a_port_in_a_range_and_in_a_path() {
    all(&[
        ("client 198.51.100.7:40112 closed", "client <ip>:40112 closed"),
        (r#"{"peer":"198.51.100.7:40112"}"#, r#"{"peer":"<ip>:40112"}"#),
        ("Forwarded: for=198.51.100.7:40112;proto=https", "Forwarded: for=<ip>:40112;proto=https"),
        ("198.51.100.7:22->203.0.113.4:5521", "<ip>:22-><ip>:5521"),
        ("lease 192.0.2.10-192.0.2.99", "lease <ip>-<ip>"),
        ("scan 192.0.2.10-254 now", "scan <ip>-254 now"),
        ("Node 198.51.100.7 and docker 198.51.100.8", "Node <ip> and docker <ip>"),
        ("tcp/198.51.100.7 is up", "tcp/<ip> is up"),
        ("GET /peers/198.51.100.7/state", "GET /peers/<ip>/state"),
        ("neighbour 00:1b:44:11:3a:b7:33", "neighbour <mac>:33"),
        ("MAC=a4:5e:60:c2:19:7f:00:1b:44:11:3a:b7:08:00 SRC", "MAC=<mac>:08:00 SRC"),
    ]);
    stay(&[
        "package foo 1.2.3.4-1 installed",
        "Chrome/120.0.60.109 Safari/537.36",
        "ratio 1.5-2.5, 10:30-11:15, 2.5:1.5",
        "data 00:11:22:33:44:55:66:77:88",
    ]);
}

#[test]
fn what_stands_in_a_tag_is_searched() {
    all(&[
        (r#"<a href="mailto:tess@moor.example">write</a>"#, r#"<a href="mailto:<email>">write</a>"#),
        (r#"<td data-card='4111111111111111'>x</td>"#, "<td data-card='<payment_card>'>x</td>"),
        (r#"<p title="call +44 7700 900123">x</p>"#, r#"<p title="call <phone>">x</p>"#),
        (r#"<span data-password="tulip77x">x</span>"#, r#"<span data-password="<password>">x</span>"#),
        ("is 3 <i think 4111 1111 1111 1111 > 2", "is 3 <i think <payment_card> > 2"),
        ("x <s/4111111111111111> y", "x <s/<payment_card>> y"),
        ("x </b tess@moor.example> y", "x </b <email>> y"),
        ("x<a 4111111111111111>y", "x<a <payment_card>>y"),
        (r#"{"h":"<b id=\"4111111111111111\">t</b>"}"#, r#"{"h":"<b id=\"<payment_card>\">t</b>"}"#),
        ("<a title=\"4111&#32;1111 1111 1111\">x</a>", "<a title=\"<payment_card>\">x</a>"),
        ("41<b class=\"n\">11 1111 1111 1111</b>", "<payment_card></b>"),
    ]);
    stay(&[
        r#"<span style="color:#102030;width:120px">ok</span>"#,
        "<b>12</b> <br/> <br /> </td>",
        "a<b and c>d",
    ]);
}

#[test]
fn a_policy_finds_its_texts_in_tags() {
    use discreet_pii::{Finder, HidingRules, Kind, Operator, Options, Pattern, TextRedactor};
    let own = Pattern { kind: Kind::Booking, regex: "HB-[0-9]{4}".into(), near: Vec::new() };
    let options = Options {
        deny: vec![(Kind::Person, "Brimblewick".into())],
        patterns: vec![own],
        ..Options::default()
    };
    let finder = std::sync::Arc::new(Finder::new(&options).unwrap());
    let mut redactor = TextRedactor::new(HidingRules::new(Operator::Replace), finder, None);
    let field = redactor.rules().field("data");
    let mut out = String::new();
    redactor.redact(r#"<a title="Brimblewick" id="HB-4821">x</a>"#, &field, &mut out);
    assert_eq!(out, r#"<a title="<person>" id="<booking>">x</a>"#);
}

#[test]
fn digits_behind_a_colon_or_a_dash_uncover_nothing() {
    all(&[
        ("pay 5500005555555559:7", "pay <payment_card>:7"),
        ("5500005555555559-3 ok", "<payment_card>-3 ok"),
        ("7:5500005555555559", "7:<payment_card>"),
        ("12-5500-0055-5555-5559", "12-<payment_card>"),
        ("sip:+447700900123:5060", "sip:<phone>:5060"),
        ("phone 07700900123:2", "phone <phone>:2"),
        ("passport 884120733:2", "passport <nl_passport>:2"),
    ]);
    stay(&[
        "at 12:30:15 and 2026-11-30T08:12:44",
        "MAC on [2026-11-30T08:12:00Z] login",
        "1732960003221-0",
        "ratio 4:3, 10:30-11:45",
    ]);
}

#[test]
fn a_dash_or_a_stroke_in_front_of_a_number_uncovers_nothing() {
    all(&[
        ("ring me \u{2014}07700 900123", "ring me \u{2014}<phone>"),
        ("mobile -5551234", "mobile -<phone>"),
        ("SSN: -536-90-4399", "SSN: -<us_ssn>"),
        ("GET /pay/5500005555555559/ok", "GET /pay/<payment_card>/ok"),
        ("PUT /passport/884120733", "PUT /passport/<us_passport>"),
        ("GET /room/412/door", "GET /room/<room>/door"),
        ("(+44) 7700 900 123", "<phone>"),
        ("call (+1) 212 555 0199, thanks", "call <phone>, thanks"),
    ]);
    stay(&[
        "offset -5551234, x=-12, y -0.5",
        "/var/log/2026/11/30/run.log",
        "/map/12 and /robot1/joint/3",
        "temperature in the room -12",
    ]);
}

#[test]
fn signs_and_lost_bytes_stand_between_a_word_and_a_number() {
    for sign in ["\u{2116}", "\u{2121}", "\u{fffd}", "\u{1b}[0m", "\u{1}", "\u{1b}[0m\u{1b}[31m"] {
        for (word, value, kind) in [
            ("pay", "5500 0055 5555 5559", "payment_card"),
            ("INFO", "+44 7700 900123", "phone"),
            ("x", "192.0.2.7", "ip"),
        ] {
            assert_eq!(redacted(&format!("{word}{sign}{value}"), false), format!("{word}{sign}<{kind}>"));
        }
    }
    all(&[("M\u{fffd}ller 55\u{fffd}00 0055 5555 5559", "M\u{fffd}ller <payment_card>")]);
}

#[test]
fn the_code_of_an_equals_sign_is_read() {
    all(&[
        ("phone=3D5551234 dur=3D31s", "phone=3D<phone> dur=3D31s"),
        ("card=3D5500005555555559 ok=3D1", "card=3D<payment_card> ok=3D1"),
        ("guest=3D\"Kofi Asante\"", "guest=3D\"<person>\""),
        ("mail=3Dtess=40moor.example", "mail=3D<email>"),
    ]);
    stay(&["mode=3D lidar, view=3D", "x=3D4 y=2"]);
}

#[test]
fn the_expiry_and_the_code_beside_a_card_are_hidden() {
    let (card, shown) = ("5500 0055 5555 5559", "<payment_card>");
    for (behind, out) in [
        (" exp 11/28", " exp <payment_card>"),
        (", expires: 11/2028", ", expires: <payment_card>"),
        (", gültig bis 11/28", ", gültig bis <payment_card>"),
        (" valid thru 2028-11", " valid thru <payment_card>"),
        (" venc. 11/28", " venc. <payment_card>"),
        (" 11/28 417", " <payment_card> <payment_card>"),
        (", 11/28, 417", ", <payment_card>, <payment_card>"),
        ("|11|28|417", "|<payment_card>"),
        (":11:28:417", ":<payment_card>"),
        (" exp=\"1128\"", " exp=\"<payment_card>\""),
        (", the code on the back is 417", ", the code on the back is <payment_card>"),
        (", Exp: 11 / 28", ", Exp: <payment_card>"),
        // Other numbers.
        (" on 11/12", " on 11/12"),
        (" declined, error code 417", " declined, error code 417"),
        (" for 300 guests", " for 300 guests"),
        (", room 12, 14:30", ", room <room>, 14:30"),
    ] {
        assert_eq!(redacted(&format!("{card}{behind}"), false), format!("{shown}{out}"));
    }
    all(&[
        ("código de segurança 417", "código de segurança <card_security_code>"),
        ("beveiligingscode: 417", "beveiligingscode: <card_security_code>"),
        ("CVV2 = 551", "CVV2 = <card_security_code>"),
    ]);
    all(&[
        ("valid thru 11/28", "valid thru <payment_card>"),
        ("Expiry date: 11/2028, thanks", "Expiry date: <payment_card>, thanks"),
        ("exp 11/28, 417", "exp <payment_card>, <payment_card>"),
        ("my card is valid until 11/28", "my card is valid until <payment_card>"),
        ("caducidad: 11/28", "caducidad: <payment_card>"),
    ]);
    stay(&["milk expires 11/28", "valid until 11/28", "exp 31/28", "exp 12/05", "regexp 11/28"]);
}
