//! Names of accounts and passwords behind a label without a sign, that look like words: `login kwright`, `clave marea-alta`.
//! Word lists decide: a word that is on one is not a value.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, MatchKind};

use super::{VERBS, value_end};
use crate::Kind;
use crate::detect::Firsts;
use crate::kinds::{Scores, alone};
use crate::recognisers::{names, web};

const SCORES: Scores = alone(50).always();
/// The scores of an e-mail address, above those of the domain name in it.
const ADDRESS: Scores = alone(80).always();

/// The scores of a value of this kind.
pub(crate) fn score(kind: Kind) -> Scores {
    if kind == Kind::Email { ADDRESS } else { SCORES }
}

/// A label, or its last words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    /// Only accounts have it, so that any value that is not a word is one.
    Account,
    /// A person, a group or an action has it too.
    User,
    Password,
    /// An account and its password: `ngeze:Tr0ub4dor`.
    Pair,
    /// The sign of an e-mail address, as a word: `joerg.mueller (at) klinik.com`.
    At,
}

const LABELS: [(&str, Label); 47] = [
    ("username", Label::Account),
    ("user name", Label::Account),
    ("user id", Label::Account),
    ("user ID", Label::Account),
    ("account name", Label::Account),
    ("benutzername", Label::Account),
    ("nutzername", Label::Account),
    ("benutzerkennung", Label::Account),
    ("anmeldename", Label::Account),
    ("d'utilisateur", Label::Account),
    ("nombre de usuario", Label::Account),
    ("nome de utilizador", Label::Account),
    ("nome utente", Label::Account),
    ("gebruikersnaam", Label::Account),
    ("inlognaam", Label::Account),
    ("login", Label::User),
    ("benutzer", Label::User),
    ("identifiant", Label::User),
    ("gebruiker", Label::User),
    ("utilisateur", Label::User),
    ("usuario", Label::User),
    ("usuário", Label::User),
    ("utilizador", Label::User),
    ("utente", Label::User),
    ("kennung", Label::User),
    ("password", Label::Password),
    ("passwort", Label::Password),
    ("kennwort", Label::Password),
    ("wachtwoord", Label::Password),
    ("contraseña", Label::Password),
    ("clave", Label::Password),
    ("senha", Label::Password),
    ("parola chiave", Label::Password),
    ("mot de passe", Label::Password),
    ("palavra-passe", Label::Password),
    ("code wi-fi", Label::Password),
    ("code Wi-Fi", Label::Password),
    ("del wifi", Label::Password),
    ("do wifi", Label::Password),
    // Behind any letter.
    ("?(at)", Label::At),
    ("?[at]", Label::At),
    ("?(AT)", Label::At),
    ("?[AT]", Label::At),
    ("credentials", Label::Pair),
    ("Zugangsdaten", Label::Pair),
    ("identifiants", Label::Pair),
    ("credenziali", Label::Pair),
];

/// The automaton of all labels without their first letters, so that they match with a capital.
static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let labels = LABELS.iter().filter_map(|(label, _)| label.get(1..));
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(labels).ok()
});

/// Rare parts of labels. Each label has one of them, and few texts have any. There are so few that vector instructions
/// search for all of them at once. They do so in eight groups, to which the parts go in turn: the order is one in which few
/// texts have letters as those of a group.
const RARE: [&str; 33] = [
    "ifian", "utze", "sswo", "tili", "suar", "passe", "hiav", "r id", "ruik", "lave", "nnwo", "aseñ",
    "tente", "i-fi", "nnung", "nlog", "denam", " name", "twoo", "wifi", "suár", "i-Fi", "ogin", "r ID",
    "enha", "rnam", "dential", "gsdat", "denzi", "(at)", "[at]", "(AT)", "[AT]",
];

/// The search for [`RARE`]. None on processors without such instructions.
static FILTER: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(RARE));

/// Builds the automata, so that no text waits for them.
pub(crate) fn prepare() {
    LazyLock::force(&AUTOMATON);
    LazyLock::force(&FILTER);
}

/// The last words of labels, without those that have other letters.
const ENDS: [&str; 32] = [
    "username",
    "name",
    "id",
    "benutzername",
    "nutzername",
    "benutzerkennung",
    "anmeldename",
    "utilisateur",
    "usuario",
    "utilizador",
    "utente",
    "gebruikersnaam",
    "inlognaam",
    "login",
    "benutzer",
    "identifiant",
    "gebruiker",
    "kennung",
    "password",
    "passwort",
    "kennwort",
    "wachtwoord",
    "clave",
    "senha",
    "chiave",
    "passe",
    "wifi",
    "fi",
    "credentials",
    "zugangsdaten",
    "identifiants",
    "credenziali",
];
static FIRSTS: Firsts = Firsts::of(&ENDS);

/// May an e-mail address in words be in the text: `(at)`?
pub(crate) fn is_anywhere(text: &str) -> bool {
    memchr::memchr2_iter(b')', b']', text.as_bytes())
        .any(|at| at.checked_sub(3).and_then(|from| text.get(from..at)).is_some_and(is_at))
}

fn is_at(sign: &str) -> bool {
    ["(at", "[at", "(AT", "[AT"].contains(&sign)
}

/// May the word in small letters be the last one of a label?
pub(crate) fn ends_label(word: &str) -> bool {
    FIRSTS.may_have(word.as_bytes()) && ENDS.contains(&word)
}

/// Calls `give` with each value, its kind and its place.
pub(crate) fn find(text: &str, mut give: impl FnMut(Kind, Range<usize>)) {
    let Some(automaton) = AUTOMATON.as_ref() else { return };
    if FILTER.as_ref().is_some_and(|filter| filter.find(text).is_none()) {
        return;
    }
    for found in automaton.find_iter(text) {
        let Some((label, sort)) = LABELS.get(found.pattern().as_usize()) else { continue };
        if *sort == Label::At {
            if let Some((at, _)) = web::bracketed(text, found.range()) {
                give(Kind::Email, at);
            }
            continue;
        }
        if !begins(text, found.start(), label) {
            continue;
        }
        // The recogniser of labels with a sign does not know those of pairs.
        let colon = text.as_bytes().get(found.end()) == Some(&b':');
        let sign = usize::from(*sort == Label::Pair && colon);
        let Some((from, verb)) = value_start(text, found.end() + sign) else { continue };
        let rest = text.get(from..).unwrap_or_default();
        let value = rest.get(..value_end(rest, true)).unwrap_or_default();
        let value = value.trim_end_matches(['.', ',', ';', ':', ')', ']', '}', '?']);
        // `Passwort lautet Hafen`; `the password is wrong`
        let named = verb || label.ends_with("wifi");
        let (kind, fits) = match sort {
            Label::Password => (Kind::Password, is_password(value) || named && is_name_like(value)),
            Label::Pair => (Kind::Password, is_pair(value)),
            // `l'utente desidera uscire`
            Label::User if !verb && is_behind_article(text, found.start()) => continue,
            _ => (Kind::Username, is_account(value, *sort)),
        };
        if fits {
            give(kind, from..from + value.len());
        }
    }
}

/// Does the label begin in front of `second`, the place of its second letter, and a word with it?
fn begins(text: &str, second: usize, label: &str) -> bool {
    let mut head = text.get(..second).unwrap_or_default().chars().rev();
    let first = head.next().zip(label.chars().next());
    first.is_some_and(|(first, known)| first.eq_ignore_ascii_case(&known))
        && head.next().is_none_or(|before| !before.is_alphanumeric() && before != '_')
}

/// Does an article stand in front of the label whose second letter is at `second`? Then it is a person, who does
/// something.
fn is_behind_article(text: &str, second: usize) -> bool {
    const ARTICLES: [&str; 16] =
        ["the", "a", "der", "dem", "den", "ein", "l", "le", "un", "el", "il", "lo", "o", "de", "het", "um"];
    let head = text.get(..second.saturating_sub(1)).unwrap_or_default().trim_end_matches([' ', '\'', '’']);
    let last = head.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    ARTICLES.iter().any(|article| article.eq_ignore_ascii_case(last))
}

/// The beginning of the value behind the label that ends at `end`, with a blank or a verb between, and whether it is a verb.
fn value_start(text: &str, end: usize) -> Option<(usize, bool)> {
    let rest = text.get(end..)?.strip_prefix(' ')?;
    let verb = VERBS.into_iter().find(|verb| rest.starts_with(verb) && verb.len() > 2);
    let quotes = rest.get(verb.map_or(0, str::len)..)?.starts_with(['"', '\'', '`']);
    (!quotes).then(|| (end + 1 + verb.map_or(0, str::len), verb.is_some()))
}

/// Is the value an account, a colon and a password with digits: `ngeze:Tr0ub4dor`?
fn is_pair(value: &str) -> bool {
    let Some((account, password)) = value.split_once([':', '/']) else { return false };
    let letters = |text: &str| text.bytes().any(|byte| byte.is_ascii_alphabetic());
    letters(account)
        && account.len() > 2
        && account.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && password.len() > 3
        && letters(password)
        && password.bytes().any(|byte| byte.is_ascii_digit())
        && !password.contains(['/', '.'])
}

/// May the value be the name of an account: small letters of no known word, with digits or signs in it?
fn is_account(value: &str, label: Label) -> bool {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let least = if label == Label::Account { 4 } else { 5 };
    let mut parts = value.split(|c: char| !c.is_ascii_lowercase()).filter(|part| part.len() > 1).peekable();
    let plain = value.bytes().all(|byte| byte.is_ascii_lowercase());
    // `vesper.quill`
    let joined = label == Label::Account && value.contains(['.', '_']);
    (least..=32).contains(&value.len())
        && value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.chars().all(inside)
        && parts.peek().is_some()
        && !(plain && is_inflected(value))
        && (joined || parts.any(|part| !names::is_word(part)))
}

/// May the word be a participle, an adjective or a verb that no list has: `abgemeldet`, `introuvable`, `sconosciuto`?
fn is_inflected(word: &str) -> bool {
    const ENDINGS: [&str; 39] = [
        "ado", "ada", "ido", "ida", "ato", "ata", "uto", "uta", "ito", "ita", "sso", "ssa", "rto", "orio",
        "oria", "ario", "ible", "able", "ente", "ante", "ivo", "oso", "osa", "ed", "ing", "out", "ory",
        "ion", "ment", "ung", "heit", "keit", "lich", "isch", "kend", "ique", "ure", "ide", "ive",
    ];
    const BEGINNINGS: [&str; 22] = [
        "ab", "an", "auf", "aus", "be", "ein", "ent", "er", "ge", "ver", "zer", "zu", "un", "on", "ont",
        "uit", "in", "op", "af", "dé", "des", "dis",
    ];
    ENDINGS.iter().any(|ending| word.ends_with(ending))
        || word.ends_with(['t', 'd', 'n']) && BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}

/// May the value be a password: letters and signs that do not join words?
fn is_password(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let signs =
        |c: char| c.is_ascii_digit() || matches!(c, '!' | '#' | '$' | '%' | '&' | '@' | '+' | '*' | '_');
    // `reset!`
    let inner = value.trim_end_matches('!');
    let doubled = value.len() > inner.len() + 1;
    let mut parts = value.split('-');
    let joined = parts.clone().count() > 1 && parts.any(|part| !part.is_empty() && !names::is_word(part));
    let mixed = letters >= 3 && (inner.contains(signs) || doubled || joined);
    mixed && (5..=64).contains(&value.len()) && !value.contains(['/', '<', '{', '=', '('])
}

/// May the value be a name or a noun with a capital, and not a remark: `is Required`?
fn is_name_like(value: &str) -> bool {
    const REMARKS: [&str; 12] = [
        "required",
        "wrong",
        "invalid",
        "incorrect",
        "missing",
        "expired",
        "not",
        "none",
        "pflicht",
        "falsch",
        "obligatoire",
        "requerida",
    ];
    let capital = value.starts_with(|c: char| c.is_ascii_uppercase());
    capital
        && value.len() >= 5
        && value.bytes().skip(1).all(|byte| byte.is_ascii_lowercase())
        && !REMARKS.iter().any(|known| known.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
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
            assert!(
                ends_label(&last) || !last.is_ascii() || sort == Label::At && is_anywhere(label),
                "{label}"
            );
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
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
