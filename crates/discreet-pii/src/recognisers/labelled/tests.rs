use super::*;

fn found(text: &str, label: &str) -> Option<String> {
    let start = text.find(label)?;
    value(text, start..start + label.len()).map(|value| text[value.at].to_string())
}

#[test]
fn a_password_is_found_by_its_label() {
    assert_eq!(found("password: tulip", "password").as_deref(), Some("tulip"));
    assert_eq!(found("{\"wifi_password\": \"tu lip\"}", "wifi_password").as_deref(), Some("tu lip"));
    assert_eq!(found("password: 4111 1111", "password").as_deref(), Some("4111 1111"));
    assert_eq!(found("{\"wifi_password\": \"Tulip-7\"}", "wifi_password").as_deref(), Some("Tulip-7"));
    assert_eq!(found("das Passwort lautet Tulpe7!", "Passwort").as_deref(), Some("Tulpe7!"));
    for sign in [":", "=", "->", "=>", "→"] {
        assert_eq!(found(&format!("password {sign} tulip"), "password").as_deref(), Some("tulip"), "{sign}");
    }
    assert_eq!(found("| password | tulip7 |", "password").as_deref(), Some("tulip7"));
    assert_eq!(found("| password | user |", "password"), None);
    assert_eq!(found("passphrase: red tulip field.", "passphrase").as_deref(), Some("red tulip field"));
    assert_eq!(found("password… tulip7", "password").as_deref(), Some("tulip7"));
    assert_eq!(found("password … tulip7", "password").as_deref(), Some("tulip7"));
    assert_eq!(found("reset the password… done", "password"), None);
}

#[test]
fn talk_about_passwords_is_not_a_value() {
    assert_eq!(found("the password is wrong", "password"), None);
    assert_eq!(found("password required", "password"), None);
    assert_eq!(found("header: tulip", "header"), None);
    assert_eq!(found("the password was reset", "password"), None);
}

#[test]
fn the_name_of_an_account_is_found_by_its_form_and_label() {
    assert_eq!(found("login kwright38", "login").as_deref(), Some("kwright38"));
    assert_eq!(found("usuario j.lindholm.", "usuario").as_deref(), Some("j.lindholm"));
    assert_eq!(found("nome utente hugo-b", "utente").as_deref(), Some("hugo-b"));
    assert_eq!(found("user interface", "user"), None);
    assert_eq!(found("user self-service", "user"), None);
    assert_eq!(found("user 1", "user"), None);
}
