//! `discreet redact-text` and `discreet classify` as their users meet them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use discreet_pii::PseudonymKey;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn discreet(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_discreet"))
        .args(arguments)
        .env("AMENT_PREFIX_PATH", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/types"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // It may end before it has read all of it.
    let _gone = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("it ends by itself")
}

/// What it writes, of a few kinds, so that it starts fast.
fn redacted(arguments: &[&str], input: &str) -> String {
    let arguments =
        [&["redact-text", "--kinds", "payment_card,email,ip,phone,private_key"], arguments].concat();
    let output = discreet(&arguments, input.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// How it ends, and what it says then.
fn refused(arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let output = discreet(arguments, input);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("redact_text");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

#[test]
fn lines_come_out_as_they_went_in_without_personal_data() {
    let text = "mail ada@example.org\r\n\nnothing here\nserver 203.0.113.7";
    assert_eq!(redacted(&[], text), "mail <email>\r\n\nnothing here\nserver <ip>");
    assert_eq!(redacted(&["--operator", "remove"], "to ada@example.org!\n"), "to !\n");
}

#[test]
fn lines_of_json_stay_json() {
    let out = redacted(&["--operator", "mask"], "{\"card\": 4111111111111111, \"n\": 1}\n");
    assert_eq!(out, "{\"card\": \"************1111\", \"n\": 1}\n");
    let answer: Value = serde_json::from_str(&redacted(&["--json"], "to ada@example.org\n")).unwrap();
    assert_eq!((&answer["text"], &answer["hits"]["email"]), (&"to <email>".into(), &1.into()));
}

#[test]
fn a_private_key_goes_whole_over_its_lines() {
    let body = "MIIEpAIBAAKCAQEAx3ZbVhS0kTq8\n".repeat(6);
    let text =
        format!("before\n-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\nafter\n");
    let out = redacted(&[], &text);
    assert!(
        out.starts_with("before\n<private_key>") && out.ends_with("\nafter\n") && !out.contains("MII"),
        "{out}"
    );
}

#[test]
fn spans_count_characters_and_keep_ids() {
    let rows = "{\"id\":\"é\",\"text\":\"ünlü: ada@example.org\"}\n\n\
        {\"id\":7,\"text\":\"my card is four one one one one one one one one one one one one one one one\",\"spoken\":true}\n";
    let answers: Vec<Value> =
        redacted(&["--spans"], rows).lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!((&answers[0]["id"], &answers[1]["id"]), (&"é".into(), &7.into()));
    let first = &answers[0]["spans"][0];
    assert_eq!((&first[0], &first[1], &first[2]), (&"EMAIL_ADDRESS".into(), &6.into(), &21.into()));
    assert!(first[3].as_f64().is_some_and(|score| (0.0..=1.0).contains(&score)));
    let second = &answers[1]["spans"][0];
    assert_eq!((&second[0], &second[1], &second[2]), (&"CREDIT_CARD".into(), &11.into(), &75.into()));
}

#[test]
fn spans_and_explain_show_what_is_hidden_in_json() {
    let document = r#"{"key": "password", "value": "letmein"}"#;
    let row = serde_json::json!({ "id": 1, "text": document });
    let answer: Value =
        serde_json::from_str(&redacted(&["--kinds", "password", "--spans"], &row.to_string())).unwrap();
    let start = document.find("letmein").unwrap();
    assert_eq!((&answer["spans"][0][1], &answer["spans"][0][2]), (&start.into(), &(start + 7).into()));
    let out = redacted(&["--kinds", "password", "--explain"], &format!("{document}\n"));
    assert!(out.contains("password"), "{out}");
    assert!(out.contains(&format!("{start}-{}", start + 7)), "{out}");
}

#[test]
fn explain_points_at_what_was_found() {
    let out = redacted(&["--explain"], "mail ada@example.org now\n");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "<stdin>:1: mail ada@example.org now");
    assert_eq!(lines[1].find('^'), lines[0].find("ada@"));
    assert!(lines[1].contains("^^ email 5-20, ") && !out.contains('\u{1b}'), "{out}");
}

#[test]
fn whoever_has_the_key_gets_values_back_and_nobody_else() {
    let secret = scratch("pseudonyms.key");
    let _none_before = fs::remove_file(&secret);
    PseudonymKey::create(&secret).unwrap();
    let with = |audience| ["--key", secret.to_str().unwrap(), "--audience", audience];
    let text = "mail ada@example.org & more <b>\n";
    let token = redacted(&[&["--operator", "reversible"], &with("desk")[..]].concat(), text);
    assert!(!token.contains("ada"), "{token}");
    assert_eq!(redacted(&[&["--reveal"], &with("desk")[..]].concat(), &token), text);
    assert_eq!(redacted(&[&["--reveal"], &with("shop")[..]].concat(), &token), token);
    let (code, said) = refused(&["redact-text", "--operator", "pseudonym"], b"");
    assert!(code == Some(2) && said.contains("--key"), "{said}");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let file = scratch("latin.txt");
    fs::write(&file, b"fine\ncaf\xe9 au lait\n").unwrap();
    let file = file.to_str().unwrap();
    let kinds = ["redact-text", "--kinds", "email"];
    let cases: [(&[&str], &[u8], &str); 6] = [
        (&[file], b"", "latin.txt:2: not UTF-8 text: byte 4"),
        (&["/no/such/file"], b"", "cannot read /no/such/file"),
        (&["--spans"], b"{\"id\":1,\"text\":\"a\"}\n{\"id\":2}\n", "<stdin>:2:8: not a row"),
        (&["--spans"], b"{\"id\":[],\"text\":\"a\"}\n", "<stdin>:1: an `id` is"),
        (&["--kinds", "emial"], b"", "did you mean `email`"),
        (&["--operator", "msk"], b"", "'mask'"),
    ];
    for (arguments, input, expected) in cases {
        let (code, said) = refused(&[&kinds[..], arguments].concat(), input);
        assert!(code == Some(2) && said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn classify_shows_the_fields_with_text() {
    let output = discreet(&["classify", "--fields", "diagnostic_msgs/msg/DiagnosticArray"], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("diagnostic_msgs/msg/DiagnosticArray: 6 text fields"), "{text}");
    assert!(text.contains("\n  status[].values[].value\n"), "{text}");
    let output = discreet(&["classify", "--json", "std_srvs/srv/SetBool"], b"");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["fields"][0]["field"], "response.message");
    assert_eq!(refused(&["classify", "no_msgs/msg/Such"], b"").0, Some(2));
}

#[cfg(all(feature = "ner", feature = "bags"))]
#[test]
fn a_model_finds_names_that_no_list_has_where_it_is_asked_for() {
    let text = "please wake up thrandolf brixley at seven\n";
    let found = |arguments: &[&str]| {
        let output = discreet(&[&["redact-text", "--kinds", "person"], arguments].concat(), text.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!(found(&[]), text, "a list has this name by now: take another one");
    assert_eq!(found(&["--name-model"]), "please wake up <person> at seven\n");
    assert_eq!(found(&["--name-model", "--threshold", "90"]), text);
}
