//! Names of accounts and passwords behind a label without a sign, that look like words: `login kwright`, `clave marea-alta`.
//! Word lists decide: a word that is on one is not a value.

mod session;
mod value;

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, MatchKind};

use super::{VERBS, owned, value_end};
use crate::Kind;
use crate::detect::Firsts;
use crate::kinds::{Scores, alone};
use crate::recognisers::web;
pub(super) use value::is_inflected;

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

const LABELS: [(&str, Label); 53] = [
    ("username", Label::Account),
    ("user name", Label::Account),
    ("user id", Label::Account),
    ("user ID", Label::Account),
    ("account name", Label::Account),
    ("for user", Label::Account),
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
    ("creds", Label::Pair),
    ("log in with", Label::Pair),
    ("login with", Label::Pair),
    ("sign in with", Label::Pair),
    ("logged in with", Label::Pair),
];

/// The automaton of all labels without their first letters, so that they match with a capital.
static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let labels = LABELS.iter().filter_map(|(label, _)| label.get(1..));
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(labels).ok()
});

/// Rare parts of labels. Each label has one of them, and few texts have any. There are so few that vector instructions
/// search for all of them at once. They do so in eight groups, to which the parts go in turn: the order is one in which few
/// texts have letters as those of a group.
const RARE: [&str; 36] = [
    "ifian", "utze", "sswo", "tili", "suar", "passe", "hiav", "r id", "ruik", "lave", "nnwo", "aseñ",
    "tente", "i-fi", "nnung", "nlog", "denam", " name", "twoo", "wifi", "suár", "i-Fi", "ogin", "r ID",
    "enha", "rnam", "dential", "gsdat", "denzi", "(at)", "[at]", "(AT)", "[AT]", "reds", " in wi", "r user",
];

/// The search for [`RARE`]. None on processors without such instructions.
static FILTER: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(RARE));

/// Builds the automata, so that no text waits for them.
pub(crate) fn prepare() {
    LazyLock::force(&AUTOMATON);
    LazyLock::force(&FILTER);
}

/// The last words of labels, without those that have other letters.
const ENDS: [&str; 35] = [
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
    "creds",
    "with",
    "user",
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

/// May the word be the last one of a label, in any case?
pub(crate) fn ends_label(word: &str) -> bool {
    FIRSTS.may_have(word.as_bytes()) && ENDS.iter().any(|end| end.eq_ignore_ascii_case(word))
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
        if *sort == Label::Password
            && let Some(at) = session::account(text, found.end())
        {
            give(Kind::Username, at);
            continue;
        }
        // `the password for the guest network is Tulip44`
        let behind = text.get(found.end()..).unwrap_or_default();
        let owner =
            Some(()).filter(|()| *sort == Label::Password).and_then(|()| owned::length(behind)).unwrap_or(0);
        let Some((from, verb)) = value_start(text, found.end() + sign + owner, owner > 0) else { continue };
        let rest = text.get(from..).unwrap_or_default();
        let value = rest.get(..value_end(rest, true)).unwrap_or_default();
        let value = value.trim_end_matches(['.', ',', ';', ':', ')', ']', '}', '?']);
        // `Passwort lautet Hafen`; `the password is wrong`
        let named = verb || label.ends_with("wifi");
        if matches!(sort, Label::Pair | Label::User | Label::Account)
            && let Some(secret) = value::slashed(value, rest.get(value.len()..).unwrap_or_default())
        {
            let secret = from + value.len() + secret.start..from + value.len() + secret.end;
            give(Kind::Username, from..from + value.len());
            give(Kind::Password, secret);
            continue;
        }
        let (kind, fits) = match sort {
            Label::Password => {
                let behind = rest.get(value.len()..).unwrap_or_default();
                let said = verb && value::is_said(text.get(..from).unwrap_or_default(), value, behind);
                let fits = value::is_password(value) || named && value::is_name_like(value) || said;
                (Kind::Password, fits)
            }
            Label::Pair => (Kind::Password, value::is_pair(value)),
            // `l'utente desidera uscire`
            Label::User if !verb && is_behind_article(text, found.start()) => continue,
            _ => (Kind::Username, value::is_account(value, *sort)),
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
/// `signed`: or a sign.
fn value_start(text: &str, end: usize, signed: bool) -> Option<(usize, bool)> {
    let rest = text.get(end..)?;
    if let Some(sign) =
        [" : ", ": ", " = ", "="].iter().filter(|_| signed).find(|sign| rest.starts_with(**sign))
    {
        return Some((end + sign.len(), true));
    }
    let rest = rest.strip_prefix(' ')?;
    let verb = VERBS.into_iter().find(|verb| rest.starts_with(verb) && verb.len() > 2);
    let quotes = rest.get(verb.map_or(0, str::len)..)?.starts_with(['"', '\'', '`']);
    (!quotes).then(|| (end + 1 + verb.map_or(0, str::len), verb.is_some()))
}

#[cfg(test)]
mod tests;
