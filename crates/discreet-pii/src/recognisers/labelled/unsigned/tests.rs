use super::*;

fn found(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    find(text, |_, at| all.push(&text[at]));
    all
}

#[test]
fn each_label_has_a_rare_part_and_a_last_word() {
    for (label, sort) in LABELS {
        let last = label.rsplit([' ', '-', '\'']).next().unwrap().to_lowercase();
        // A sign is not a word: `is_anywhere` finds it.
        assert!(ends_label(&last) || !last.is_ascii() || sort == Label::At && is_anywhere(label), "{label}");
        assert!(RARE.iter().any(|part| label[1..].contains(part)), "{label}");
    }
}

#[test]
fn a_word_on_no_list_is_the_value() {
    for (text, value) in [
        ("the guest gave login kwright at the desk", "kwright"),
        ("The user ID is larabelle.", "larabelle"),
        ("The account name is pcosta.", "pcosta"),
        ("nome utente hugo-b", "hugo-b"),
        ("as user name vesper.quill please", "vesper.quill"),
        ("senha do wifi Hafen", "Hafen"),
        ("el huésped dio usuario zeemeeuw", "zeemeeuw"),
        ("Benutzername lautet kwright.", "kwright"),
        ("clave brisa-kelvo", "brisa-kelvo"),
        ("contraseña violet!32", "violet!32"),
        ("the Wi-Fi password violet!!", "violet!!"),
        ("das Passwort lautet Hafen.", "Hafen"),
        ("the password is sesame", "sesame"),
        ("the wifi password is sesame, and breakfast is at seven", "sesame"),
        ("la contraseña es sésamo.", "sésamo"),
        ("das passwort ist sesam und der raum ist offen", "sesam"),
        ("le mot de passe est sésame", "sésame"),
        ("la password è sesamo!", "sesamo!"),
    ] {
        assert_eq!(found(text), [value], "{text}");
    }
}

#[test]
fn talk_about_accounts_is_not_a_value() {
    for text in [
        "login failed",
        "the login page is open",
        "user name and password",
        "username required",
        "the password is wrong",
        "password reset!",
        "Password is Required",
        "Benutzer angemeldet",
        "el usuario puede pasar",
        "l'utente desidera uscire",
        "der Benutzer verlangsamt die Anlage",
        "identifiant introuvable, identifiant invalide",
        "nome utente obbligatorio",
        "gebruiker onbekend, gebruikersnaam ontbreekt",
        "login timeout",
        "a password-protected file",
        "the wifi network",
        "wifi-wachtwoord vergeten",
        "enter the username on the login-page",
        "the password is wrong, is it?",
        "the password is empty",
        "the password is being changed",
        "the password is valid for a day",
        "the password is what?",
        "password is in.txt",
        "das Passwort ist falsch",
        "das Passwort ist abgelaufen.",
        "la contraseña es obligatoria",
        "la clave es muy larga",
        "le mot de passe est expiré",
        "le mot de passe est trop court",
        "la password è scaduta",
        "a senha é curta",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}
