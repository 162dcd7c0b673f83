//! Accounts and passwords in web addresses, in options of commands, and behind their labels.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod common;

use common::{all, stay};

#[test]
fn the_account_and_the_password_in_an_address_are_hidden() {
    all(&[
        ("mongodb+srv://ops:Gr0w@cluster.example.net/db", "mongodb+srv://<username>:<password>@<url>"),
        ("ftp://lena:s3cret@files.example.com", "ftp://<username>:<password>@<url>"),
        ("ldap://cn:tulip@10.1.2.3", "ldap://<username>:<password>@<url>"),
        ("ssh://git@github.com/x/y", "<url>"),
        ("http://host:8080/a@b", "<url>"),
    ]);
    stay(&["db://u:${PW}@host/x"]);
}

#[test]
fn the_password_in_an_option_of_a_command_is_hidden() {
    all(&[
        ("curl --user lena:tulip99 https://x.example", "curl --user <username>:<password> <url>"),
        ("mysqldump -ptulip99 hotel", "mysqldump -p<password> hotel"),
        ("sshpass -ptulip99 ssh x", "sshpass -p<password> ssh x"),
        ("7z x -ptulip99 a.7z", "7z x -p<password> a.7z"),
        ("unzip -P tulip99 a.zip", "unzip -P <password> a.zip"),
        ("ldapsearch -w tulip99 -x", "ldapsearch -w <password> -x"),
        ("mosquitto_pub -u bot -P tulip99", "mosquitto_pub -u bot -P <password>"),
        ("tool --db-password 'a b c' --x", "tool --db-password '<password>' --x"),
        ("tool --passphrase=tulip9 --x", "tool --passphrase=<password> --x"),
    ]);
    stay(&[
        "use --password to log in",
        "the --password option is new",
        "docker run -p 8080:80 nginx",
        "ros2 run nav2 -p use_sim_time:=true",
        "mkdir -p /tmp/maps",
        "cp -a src dst",
        "tar -p files",
        "systemctl --user status",
        "grep -w error log",
    ]);
}

#[test]
fn plain_words_are_passwords_behind_a_sign_and_in_quotation_marks() {
    all(&[
        (r#"password is "sunflower""#, r#"password is "<password>""#),
        (r#"das Passwort ist "sonne""#, r#"das Passwort ist "<password>""#),
        ("la contraseña es sol", "la contraseña es <password>"),
        (
            "the password is fig, and breakfast is at seven",
            "the password is <password>, and breakfast is at seven",
        ),
        ("passwords: fig, plum", "passwords: <password>, <password>"),
        ("Passwort: uhr", "Passwort: <password>"),
    ]);
    stay(&[
        r#"password was "changed""#,
        r#"password is "wrong""#,
        "password: not set",
        "the password is old",
        "das Passwort ist neu.",
        "pin: low",
    ]);
}

#[test]
fn tokens_of_a_session_and_values_of_keys_in_xml_are_hidden() {
    all(&[
        ("session_id=9f3a77c1d0be4a52ff", "session_id=<token>"),
        ("session=Zk9pQ2x7Lm4Ns8Ta", "session=<token>"),
        (
            r#"<property name="password">fig7tree</property>"#,
            r#"<property name="password"><password></property>"#,
        ),
        ("<entry key='password'>figtree</entry>", "<entry key='password'><password></entry>"),
    ]);
    stay(&["session: mapping-run-12", r#"<string name="password">Password</string>"#]);
}

#[test]
fn a_password_of_any_length_and_alphabet_is_hidden_whole() {
    for letter in ["a", "\u{e4}", "\u{5bc6}", "\u{1f511}"] {
        for length in [1, 85, 127, 128, 256, 300] {
            let text = format!("sshpass -p x7{} ssh robot", letter.repeat(length));
            all(&[(&text, "sshpass -p <password> ssh robot")]);
        }
    }
}
