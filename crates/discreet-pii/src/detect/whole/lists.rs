//! The next values of a list, of which only the first has a label: `SSN 000-12-3456 and 666-12-3456`.

use discreet_host::steps;

use super::super::{Evidence, Hit};
use super::{is_apart, is_end, is_number, run, run_back};
use crate::detect::amounts::{TIMES, UNITS, is_amount};
use crate::detect::is_label_of_people;
use crate::recognisers::names::{is_any_name, is_label, is_word};
use crate::{Group, Kind};

/// What stands between two values. Those that begin with others come first.
const GAPS: [&str; 29] = [
    "', '", "','", ", and ", ", or ", ", ", ",", "; ", ";", " and ", " or ", " & ", " und ", " oder ",
    " et ", " ou ", " y ", " o ", " e ", " en ", " of ", " u ", " / ", "/", " | ", "|", "、", "، ", "،",
    " + ",
];
/// The most bytes of a value in a list.
const LONGEST: usize = 64;

/// The label of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Of one value, or of none that is known.
    One,
    /// Of several persons, accounts or passwords: each value may be any word.
    Plural,
}

impl Sort {
    fn of(text: &str, first: &Hit) -> Sort {
        let plural = match first.kind {
            Kind::Person => is_labelled(text, first.start, true),
            Kind::Username | Kind::Password => is_behind_plural(text, first.start),
            _ => false,
        };
        if plural { Sort::Plural } else { Sort::One }
    }
}

/// Is `start` behind the label of several accounts or passwords and a sign?
fn is_behind_plural(text: &str, start: usize) -> bool {
    const LABELS: &str = "usernames users logins accounts passwords passcodes pins benutzernamen benutzer passwörter kennwörter \
        usuarios usuários contraseñas claves utilisateurs identifiants passe utenti parole senhas gebruikers gebruikersnamen \
        wachtwoorden";
    let head = text.get(..start).unwrap_or_default().trim_end_matches([' ', '"', '[']);
    let Some(label) = head.strip_suffix([':', '=']) else { return false };
    let word =
        label.trim_end_matches([' ', '"']).rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    word.len() <= LONGEST && LABELS.split(' ').any(|known| word.to_lowercase() == known)
}

/// Is `start` behind the word for several rooms?
fn is_behind_rooms(text: &str, start: usize) -> bool {
    const LABELS: &str = "rooms zimmern zimmernummern räume chambres habitaciones cuartos stanze camere kamers quartos suites wards beds";
    let head = text.get(..start).unwrap_or_default().trim_end_matches([' ', ':', '=', '"', '[']);
    let word = head.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    word.len() <= LONGEST && LABELS.split(' ').any(|known| word.to_lowercase() == known)
}

/// Adds the values that go on behind findings, which are in order and apart.
pub(super) fn go_on(text: &str, hits: &mut Vec<Hit>) {
    let before = hits.len();
    // The finding that a list goes on behind, with the sort of its label.
    let mut listed: Option<(usize, Sort)> = None;
    for at in 0..before {
        let to = hits.get(at + 1).filter(|_| at + 1 < before).map_or(text.len(), |next| next.start);
        let Some(first) = hits.get(at).copied() else { continue };
        let goes_on = listed.take().filter(|(end, _)| *end == first.start).map(|(_, sort)| sort);
        let Some(sort) = goes_on.or_else(|| begins(text, &first).then(|| Sort::of(text, &first))) else {
            continue;
        };
        // One person, `guest: Kofi Asante, room 3`, or two: `guest: Kofi Asante/Xiadani Tlapanco`.
        let several = first.kind != Kind::Person || sort == Sort::Plural;
        let mut end = first.end;
        while let Some(rest) = text.get(end..to)
            && let Some((gap, length)) = next(text, &first, rest, sort)
            && (several || rest.starts_with('/') || rest.starts_with(" /"))
        {
            steps::count(gap + length);
            hits.push(Hit {
                start: end + gap,
                end: end + gap + length,
                evidence: Evidence::Context,
                ..first
            });
            end += gap + length;
        }
        // The next value may have been found already.
        let gap = text.get(end..to).filter(|gap| GAPS.contains(gap));
        let same = hits.get(at + 1).is_some_and(|next| at + 1 < before && next.kind == first.kind);
        listed = gap.filter(|_| same && sort == Sort::Plural).map(|gap| (end + gap.len(), sort));
    }
    if hits.len() > before {
        hits.sort_unstable_by_key(|hit| hit.start);
    }
}

/// May a list begin with this finding? Its label tells it, or its check digits a card.
fn begins(text: &str, hit: &Hit) -> bool {
    let context = hit.evidence == Evidence::Context;
    match hit.kind {
        Kind::Person => is_labelled(text, hit.start, false) || is_labelled(text, hit.start, true),
        Kind::PaymentCard => true,
        Kind::PrivateKey | Kind::Phone => false,
        Kind::Username => context,
        Kind::Password => context || hit.evidence == Evidence::Checked,
        kind => context && (is_number(kind) || kind == Kind::Age || kind.group() == Group::Secret),
    }
}

/// Is `start` behind the label of a person and a sign? `several`: of people.
fn is_labelled(text: &str, start: usize, several: bool) -> bool {
    const FOREIGN: [&str; 5] = ["гости", "клиенты", "пациенты", "пассажиры", "посетители"];
    let head = text.get(..start).unwrap_or_default().trim_end_matches([' ', '"', '\'', '[']);
    let Some(label) = head.strip_suffix([':', '=']) else { return false };
    let length = run_back(label, |c| c.is_alphabetic() || c == '_');
    let word = label.get(label.len() - length..).filter(|word| word.len() <= LONGEST).unwrap_or_default();
    let foreign = || FOREIGN.iter().any(|known| word.chars().flat_map(char::to_lowercase).eq(known.chars()));
    if several { is_label_of_people(word) || foreign() } else { is_label(text, label.len()) || foreign() }
}

/// The length of the gap in front of the next value, and of the value.
fn next(text: &str, hit: &Hit, rest: &str, sort: Sort) -> Option<(usize, usize)> {
    let first = text.get(hit.start..hit.end)?;
    let gap = gap(rest)?;
    let item = rest.get(gap.len()..)?;
    let length = match hit.kind {
        Kind::Person => name(item, sort),
        Kind::Password | Kind::Username if sort == Sort::Plural => plain(item).or_else(|| word(first, item)),
        Kind::Password if first.bytes().all(|byte| byte.is_ascii_digit()) => same_form(first, item),
        Kind::Password | Kind::ApiKey | Kind::Token | Kind::Username => word(first, item),
        Kind::Room | Kind::Age => short(first, gap, item, || is_behind_rooms(text, hit.start)),
        _ => same_form(first, item),
    };
    length.map(|length| (gap.len(), length))
}

/// The separator of two values at the beginning of `rest`.
fn gap(rest: &str) -> Option<&'static str> {
    // Most findings have another word behind them.
    let may_be = match rest.as_bytes() {
        [b' ', next, ..] => matches!(next, b'a' | b'o' | b'&' | b'u' | b'e' | b'y' | b'/' | b'|' | b'+'),
        [first, ..] => !first.is_ascii_alphanumeric(),
        [] => false,
    };
    if !may_be { None } else { GAPS.into_iter().find(|gap| rest.starts_with(gap)) }
}

/// The length of a number or code that has digits, letters and signs where the first has them.
fn same_form(first: &str, item: &str) -> Option<usize> {
    let same = |one: char, other: char| match one {
        _ if one.is_ascii_digit() => other.is_ascii_digit(),
        _ if one.is_ascii_uppercase() => other.is_ascii_uppercase(),
        _ if one.is_ascii_lowercase() => other.is_ascii_lowercase(),
        _ => one == other,
    };
    let mut others = item.chars();
    let fits = first.chars().all(|one| others.next().is_some_and(|other| same(one, other)));
    let length = item.len() - others.as_str().len();
    let behind = others.as_str();
    let decimal = behind
        .strip_prefix(['.', ':', ','])
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    // `413, 414` goes on, `413,5` is a decimal number.
    let decimal = decimal && !behind.starts_with(',') || behind.starts_with(['-', '/']) && first.len() < 6;
    let digits = first.bytes().filter(u8::is_ascii_digit).count();
    (fits && digits >= 3 && is_apart(behind) && !decimal).then_some(length)
}

/// The length of a short number, with or without a letter, such as that of a room: behind the label of several any one, else
/// one with as many digits, or nearly as many at the end of the list.
fn short(first: &str, gap: &str, item: &str, several: impl FnOnce() -> bool) -> Option<usize> {
    let digits = run(item, |c| c.is_ascii_digit());
    let rest = item.get(digits..)?;
    let length = digits + usize::from(rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let behind = item.get(length..)?;
    let mut signs = behind.chars();
    let goes_on =
        matches!(signs.next(), Some('.' | ':' | '-')) && signs.next().is_some_and(|c| c.is_ascii_digit());
    if !(1..=4).contains(&digits) || !is_apart(behind) || goes_on || is_amount(item, length, &[UNITS, TIMES])
    {
        return None;
    }
    let closed = is_end(behind) || GAPS.iter().any(|gap| behind.starts_with(gap));
    let before = first.bytes().filter(u8::is_ascii_digit).count();
    let conjunction = gap.trim().starts_with(char::is_alphabetic);
    let alike = match digits.abs_diff(before) {
        0 => digits > 1 || closed,
        1 => conjunction && closed,
        _ => false,
    };
    (alike || several()).then_some(length)
}

/// The length of a password or the name of an account that has digits or signs if the first has them.
fn word(first: &str, item: &str) -> Option<usize> {
    let length = run(item, |c| !c.is_whitespace() && !matches!(c, ',' | ';' | '"' | '\'' | '|' | '/'));
    let value = item.get(..length)?.trim_end_matches(['.', ')', ']', '}']);
    let mixed = |value: &str| value.bytes().any(|byte| byte.is_ascii_digit());
    let letters = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let plain = !value.contains(['=', ':', '<', '{', '(']);
    let fits = (4..=LONGEST).contains(&value.len()) && letters && plain && mixed(first) && mixed(value);
    fits.then_some(value.len())
}

/// The length of a word that is all of a value.
fn plain(item: &str) -> Option<usize> {
    let length = run(item, |c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '!' | '@' | '#' | '$'));
    let value = item.get(..length)?.trim_end_matches('.');
    let behind = item.get(value.len()..)?;
    let ends = is_end(behind) || GAPS.iter().any(|gap| behind.starts_with(gap));
    (ends && (3..=LONGEST).contains(&value.len())).then_some(value.len())
}

/// The length of a name of up to four words with capitals, or of a script that has none; the list goes on or ends
/// behind it. One of the words is more than a plain one: `Room Service` is no name.
fn name(item: &str, sort: Sort) -> Option<usize> {
    const WORDS: usize = 4;
    let (mut taken, mut plain, mut named) = (0, false, false);
    for count in 0..WORDS {
        let rest = item.get(taken..)?;
        let rest = if count > 0 { rest.strip_prefix(' ').unwrap_or_default() } else { rest };
        let length =
            run(rest, |c| c.is_alphanumeric() && !c.is_ascii_digit() || matches!(c, '-' | '\'' | '’'));
        // The quotation mark behind a name is not part of it: `['Best', 'Long']`.
        let length = rest.get(..length).map_or(length, |word| word.trim_end_matches(['\'', '’']).len());
        let fits = rest.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase()) && length > 1;
        if !fits || length > LONGEST || plain && sort == Sort::One {
            break;
        }
        // `guests: Ana Gil, Will Power`
        let word = rest.get(..length)?;
        plain |= count == 0 && is_word(word);
        named |= !is_word(word) || is_any_name(word);
        taken += length + usize::from(count > 0);
    }
    let behind = item.get(taken..)?;
    let ends = is_end(behind) || GAPS.iter().any(|gap| behind.starts_with(gap));
    (taken > 0 && ends && named).then_some(taken)
}
