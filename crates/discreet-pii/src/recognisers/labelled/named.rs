//! Names behind the label of a part of a name, whatever words they are: `Nachname: Best`, `<surname>Lane</surname>`. Behind
//! another label of a person, those that begin with a particle: `Gast: van de Heuvel`.

use std::ops::Range;

use super::{gap, joined, person};
use crate::detect::{Firsts, Lasts};
use crate::kinds::{Scores, alone};
use crate::recognisers::names;

/// The scores of such a name.
pub(crate) const SCORES: Scores = alone(91).always();

/// Labels that hold nothing but a name, in small letters, without the signs between their words. Keys of JSON that end so do,
/// too.
pub(crate) const LABELS: [&str; 31] = [
    "lastname",
    "firstname",
    "surname",
    "givenname",
    "familyname",
    "middlename",
    "maidenname",
    "forename",
    "vorname",
    "nachname",
    "familienname",
    "prenom",
    "prénom",
    "nomdefamille",
    "apellido",
    "apellidos",
    "primerapellido",
    "cognome",
    "voornaam",
    "achternaam",
    "sobrenome",
    "apelido",
    "tussenvoegsel",
    "geburtsname",
    "nomdenaissance",
    "lname",
    "fname",
    "givennames",
    "secondname",
    "fornavn",
    "etternavn",
];

static LASTS: Lasts = Lasts::of(&LABELS);

/// The last words of these labels, of small letters of ASCII.
pub(super) const ENDS: [&str; 19] = [
    "name",
    "lastname",
    "firstname",
    "surname",
    "givenname",
    "familyname",
    "forename",
    "vorname",
    "nachname",
    "familienname",
    "prenom",
    "famille",
    "apellido",
    "apellidos",
    "cognome",
    "voornaam",
    "achternaam",
    "sobrenome",
    "apelido",
];

/// Words in the place of a name.
const NOBODY: [&str; 38] = [
    "none",
    "null",
    "nil",
    "string",
    "str",
    "text",
    "varchar",
    "unknown",
    "required",
    "missing",
    "empty",
    "undefined",
    "true",
    "false",
    "optional",
    "unset",
    "hidden",
    "redacted",
    "invalid",
    "valid",
    "not",
    "no",
    "is",
    "keine",
    "unbekannt",
    "fehlt",
    "leer",
    "ninguno",
    "desconocido",
    "inconnu",
    "aucun",
    "nessuno",
    "sconosciuto",
    "onbekend",
    "geen",
    "nenhum",
    "na",
    "n/a",
];
static NOBODY_FIRSTS: Firsts = Firsts::of(&NOBODY);

/// Words in front of a surname, which may be in small letters.
const PARTICLES: [&str; 41] = [
    "van", "von", "de", "der", "den", "du", "di", "da", "del", "della", "dello", "degli", "dei", "des",
    "dos", "das", "do", "la", "le", "el", "al", "ben", "bin", "ibn", "bint", "abu", "ter", "ten", "te", "zu",
    "zur", "zum", "vom", "'t", "d", "af", "av", "ap", "mac", "mc", "o",
];
static PARTICLE_FIRSTS: Firsts = Firsts::of(&PARTICLES);

/// The bytes of the longest of them.
const LONGEST_PARTICLE: usize = 5;

/// The most words of a name, and the most bytes.
const MOST: usize = 5;
const LONGEST: usize = 64;

/// May a label of a person end at `end`? A fast test that most words fail.
#[inline]
pub(crate) fn may_end(bytes: &[u8], end: usize) -> bool {
    let head = bytes.get(..end).unwrap_or_default();
    LASTS.may_end(head) || person::ENDS.may_end(head)
}

/// The name behind the label that ends at `end`.
pub(crate) fn name(text: &str, end: usize) -> Option<Range<usize>> {
    let Some(from) = start(text, end) else { return bare(text, end) };
    let rest = text.get(from..).filter(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '\''))?;
    let part = is_label(text.get(..end)?);
    if part || begins_with_particle(rest) && joined::is_label(text, end) {
        let length = length(rest, part);
        return (length > 0).then_some(from..from + length);
    }
    let label = person::label(text, end)?;
    let equals = text.as_bytes().get(from - 1) == Some(&b'=');
    names::name_behind(text, from, label, equals).map(|end| from..end)
}

/// The name behind a label of a part of a name without a sign: `surname TREVELYAN`.
fn bare(text: &str, end: usize) -> Option<Range<usize>> {
    text.as_bytes().get(..end).filter(|head| LASTS.may_end(head))?;
    let rest = text
        .get(end..)?
        .strip_prefix(' ')
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))?;
    let word = word(rest);
    let behind = rest.get(word.len()..).unwrap_or_default();
    let fits =
        word.len() > 2 && !behind.starts_with([':', '=', '_', '.', '(', '/']) && is_label(text.get(..end)?);
    (fits && !names::is_word(word) && !is_nobody(word)).then_some(end + 1..end + 1 + word.len())
}

/// Does a label of a part of a name end here?
fn is_label(head: &str) -> bool {
    LASTS.may_end(head.as_bytes()) && LABELS.iter().any(|label| ends_with(head, label))
}

/// Does `head` end with the letters of `label`, in any case, with signs between words?
fn ends_with(head: &str, label: &str) -> bool {
    let mut letters =
        head.chars().rev().filter(|c| !matches!(c, ' ' | '-' | '_' | '.')).flat_map(char::to_lowercase);
    label.chars().rev().all(|known| letters.next() == Some(known))
}

/// The beginning of the value behind the label that ends at `end` and a sign: `: `, ` = `, `>`.
fn start(text: &str, end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let bare = rest.trim_start_matches(['"', '\'', '*']);
    let behind = bare.strip_prefix(' ').unwrap_or(bare);
    if let Some((from, signed)) = gap::behind(text, end) {
        return (signed || is_label(text.get(..end)?))
            .then(|| from + usize::from(rest_is_quoted(text, from)));
    }
    // `| Last Name | Smith |`
    let cell = || {
        behind.strip_prefix('|').filter(|cell| cell.starts_with(' ') && text.get(..end).is_some_and(is_label))
    };
    let value = behind.strip_prefix([':', '=', '>', '→']).or_else(cell)?;
    let value = value.strip_prefix('>').unwrap_or(value);
    let inner = value.trim_start_matches([' ', '"', '*', '`', '[', '(', '{', '~', '_']);
    // `guest = 'Sal Paradise'`, and not `van 't Hoff`.
    // `WHERE guest = 'sal paradise'`
    let closed =
        |name: &str| name.bytes().take(LONGEST).position(|byte| byte == b'\'').is_some_and(|at| at > 2);
    let inner = inner
        .strip_prefix('\'')
        .filter(|name| name.starts_with(char::is_uppercase) || closed(name))
        .unwrap_or(inner);
    let skipped = rest.len() - inner.len();
    (skipped <= 8 && !value.starts_with([':', '='])).then_some(end + skipped)
}

/// Does a quotation mark stand at `from`?
fn rest_is_quoted(text: &str, from: usize) -> bool {
    matches!(text.as_bytes().get(from), Some(b'"' | b'\''))
}

/// Does the word stand in the place of a name?
pub(crate) fn is_nobody(word: &str) -> bool {
    NOBODY_FIRSTS.may_have(word.as_bytes()) && NOBODY.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn is_particle(word: &str) -> bool {
    PARTICLE_FIRSTS.may_have(word.as_bytes())
        && PARTICLES.iter().any(|particle| particle.eq_ignore_ascii_case(word))
}

fn begins_with_particle(rest: &str) -> bool {
    // Most values are numbers, or longer words: they are not looked up.
    let begins = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '\'');
    let blank = rest.bytes().take(LONGEST_PARTICLE + 1).position(|byte| byte == b' ');
    let Some(blank) = blank.filter(|_| begins) else { return false };
    let (first, next) = (rest.get(..blank).unwrap_or_default(), rest.get(blank + 1..).unwrap_or_default());
    next.starts_with(|c: char| c.is_alphabetic() || c == '\'') && is_particle(first)
}

/// The length of the name at the beginning: words with capitals, and particles between them. `part`: a word in small
/// letters is one too, if it is all there is.
fn length(rest: &str, part: bool) -> usize {
    let (mut at, mut end) = (0, 0);
    for count in 0..MOST {
        let Some(word) = rest.get(at..).map(word).filter(|word| !word.is_empty()) else { break };
        let behind = rest.get(at + word.len()..).unwrap_or_default();
        let capital = word.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
        let alone = part && count == 0 && super::value_is_over(behind);
        // The label of the next value, or its number: `Best Vorname: Ada`, `Best Zimmer 12`.
        let label = count > 0 && is_followed(behind);
        if count == 0 && is_nobody(word) || label || !(capital || alone || is_particle(word)) || at > LONGEST
        {
            break;
        }
        if !is_particle(word) || capital && count == 0 && part {
            end = at + word.len();
        }
        if !behind.starts_with(' ') {
            break;
        }
        at += word.len() + 1;
    }
    end
}

/// The word at the beginning. A point belongs to an initial only.
fn word(rest: &str) -> &str {
    let inside = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | '’');
    let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
    let point = length <= 2 && rest.get(length..).is_some_and(|behind| behind.starts_with('.'));
    rest.get(..length + usize::from(point)).unwrap_or_default()
}

/// Is the word in front a label, or the noun of a number?
fn is_followed(behind: &str) -> bool {
    let bare = behind.strip_prefix(' ').unwrap_or(behind);
    behind.starts_with([':', '='])
        || bare.starts_with([':', '='])
        || bare.starts_with(|c: char| c.is_ascii_digit())
}
