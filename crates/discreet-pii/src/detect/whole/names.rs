//! The parts of a name beside what was found of it.

use unicode_normalization::char::is_combining_mark;

use super::{Around, run, run_back};
use crate::recognisers::names::{is_in_turn, is_introduced, is_turned};
use crate::{Evidence, Hit, Kind};

/// The most parts of a name.
const MOST: usize = 6;
/// Words between a given name and the name of a father or clan.
const BETWEEN: [&str; 14] =
    ["ní", "nic", "uí", "ó", "ua", "ibn", "bin", "bint", "binti", "ould", "s/o", "d/o", "a/l", "a/p"];

/// Joins a surname and the given name behind it: `Lovelace, Ada` is one person, unless it stands in a list of names.
pub(super) fn join(text: &str, hits: &mut Vec<Hit>) {
    let person =
        |hit: &Hit| hit.kind == Kind::Person && !matches!(hit.evidence, Evidence::Pattern | Evidence::Roster);
    let gap = |one: &Hit, two: &Hit| text.get(one.end..two.start).unwrap_or_default();
    let listed = |gap: &str| [", ", " and ", " & ", " und ", " et ", " y ", " e ", ", and "].contains(&gap);
    let mut at = 0;
    while let Some([one, two]) = hits.get(at..).and_then(<[Hit]>::first_chunk).copied() {
        let joined = person(&one)
            && person(&two)
            && gap(&one, &two) == ", "
            && !at
                .checked_sub(1)
                .and_then(|before| hits.get(before))
                .is_some_and(|before| listed(gap(before, &one)))
            && !hits.get(at + 2).is_some_and(|next| person(next) && listed(gap(&two, next)))
            && is_turned(text, one.start..one.end, two.start..two.end);
        if joined && let Some(first) = hits.get_mut(at) {
            first.end = two.end;
            hits.remove(at + 1);
        }
        at += 1;
    }
}

/// The bytes in front: `Boysen^` of `Boysen^Hauke`, `Abd al-` of `Abd al-Rahman`.
pub(super) fn front(around: &Around<'_>) -> usize {
    let before = around.before;
    let dicom = if before.ends_with('^') { run_back(before, |c| c.is_alphabetic() || c == '^') } else { 0 };
    if dicom > 1 {
        return dicom;
    }
    let surname = surname_back(before, around.value);
    if surname > 0 {
        return surname;
    }
    let article = article_back(before);
    let head = before.get(..before.len() - article).unwrap_or_default();
    let word = head.strip_suffix(' ').map_or(0, |head| run_back(head, char::is_alphabetic));
    let name = head.get(head.len().saturating_sub(word + 1)..).unwrap_or_default();
    let capital = word > 1 && name.starts_with(char::is_uppercase);
    let called = head.get(..head.len().saturating_sub(word + 1)).is_some_and(|lead| lead.ends_with('@'));
    match article {
        0 if capital && (called || is_called(head, word)) => word + 1,
        0 => 0,
        _ if capital => article + word + 1,
        _ => article,
    }
}

/// The length of a surname in capitals in front of a given name in capitals: `BRANDT, ` of `BRANDT, LENA`.
fn surname_back(before: &str, value: &str) -> usize {
    let Some(head) = before.strip_suffix(", ") else { return 0 };
    let upper = |word: &str| word.len() > 1 && word.chars().all(char::is_uppercase);
    let word = head.get(head.len() - run_back(head, char::is_alphabetic)..).unwrap_or_default();
    let given = value.split(' ').next().unwrap_or_default();
    if upper(word) && upper(given) && is_in_turn(word, given) { word.len() + 2 } else { 0 }
}

/// Is the word of `length` bytes at the end of `head` a name because of what stands in front of it: `my name is Åsa Lindström`?
fn is_called(head: &str, length: usize) -> bool {
    let end = head.trim_end_matches(' ').len();
    end.checked_sub(length).is_some_and(|start| is_introduced(head, start))
}

/// The length of `al-` at the end of a text, with a blank in front.
fn article_back(before: &str) -> usize {
    let Some(head) = before.strip_suffix('-') else { return 0 };
    let length = run_back(head, |c| c.is_ascii_alphabetic());
    let (lead, article) = head.split_at(head.len() - length);
    let apart = lead.is_empty() || lead.ends_with(' ');
    if is_article(article) && apart { length + 1 } else { 0 }
}

/// The article of Arabic names, also joined to the next sound: `al`, `el`, `ar`, `ash`.
fn is_article(word: &str) -> bool {
    const ARTICLES: [&str; 12] = ["al", "el", "ar", "as", "ash", "at", "ad", "an", "az", "ul", "ur", "adh"];
    ARTICLES.iter().any(|article| article.eq_ignore_ascii_case(word))
}

/// The bytes behind.
pub(super) fn rest(around: &Around<'_>) -> usize {
    let mut taken = marks(around.behind);
    for _ in 0..MOST {
        let behind = around.behind.get(taken..).unwrap_or_default();
        let more = part(around, behind);
        if more == 0 {
            break;
        }
        taken += more;
    }
    taken
}

/// The rest of a word that was cut in front of a combining mark, and the word behind it.
fn marks(behind: &str) -> usize {
    if !behind.starts_with(is_combining_mark) {
        return 0;
    }
    let inside = |c: char| is_combining_mark(c) || c.is_alphabetic();
    let word = run(behind, inside);
    let next = behind.get(word..).and_then(|rest| rest.strip_prefix(' ')).unwrap_or_default();
    let second = run(next, |c| inside(c) && !c.is_ascii());
    word + if second > 0 { second + 1 } else { 0 }
}

/// The length of the next part.
fn part(around: &Around<'_>, behind: &str) -> usize {
    let rest = behind.strip_prefix(' ').unwrap_or_default();
    let father = BETWEEN.iter().find_map(|between| of_father(around, rest, between)).unwrap_or(0);
    let options = [
        dicom(behind),
        initial(around, behind),
        father,
        clan(rest),
        arabic(around, rest),
        closed(around, rest),
    ];
    options.into_iter().find(|length| *length > 0).unwrap_or(0)
}

/// `^Hauke`
fn dicom(behind: &str) -> usize {
    let length = run(behind, |c| c.is_alphabetic() || c == '^');
    if behind.starts_with('^') && length > 1 { length } else { 0 }
}

/// `, K.` behind a surname.
fn initial(around: &Around<'_>, behind: &str) -> usize {
    let Some(rest) = behind.strip_prefix(", ").filter(|_| !around.value.contains(' ')) else { return 0 };
    let mut letters = rest.chars();
    let first = letters.next().filter(|c| c.is_uppercase());
    let second = letters.next();
    match first {
        Some(first) if second == Some('.') => first.len_utf8() + 3,
        _ => 0,
    }
}

/// ` Ní Dhomhnaill`, ` ibn Yusuf`, in capitals or small letters as the name is.
fn of_father(around: &Around<'_>, rest: &str, between: &str) -> Option<usize> {
    let length = run(rest, |c| c.is_alphabetic() || c == '/');
    let word = rest.get(..length)?;
    word.chars().flat_map(char::to_lowercase).eq(between.chars()).then_some(())?;
    let next = rest.get(length..)?.strip_prefix(' ')?;
    let small = around.value.starts_with(char::is_lowercase);
    let name = run(next, |c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'));
    (name > 1 && (small || next.starts_with(char::is_uppercase))).then_some(length + name + 2)
}

/// ` al-Tikriti`
fn clan(rest: &str) -> usize {
    let article = run(rest, |c| c.is_ascii_alphabetic());
    let name = rest.get(article..).and_then(|rest| rest.strip_prefix('-')).unwrap_or_default();
    let length = run(name, char::is_alphabetic);
    let fits = is_article(rest.get(..article).unwrap_or_default()) && name.starts_with(char::is_uppercase);
    if fits && length > 1 { article + length + 2 } else { 0 }
}

/// ` التكريتي` behind a name of two words, such as that of a servant or a son.
fn arabic(around: &Around<'_>, rest: &str) -> usize {
    let joined = ["عبد", "أبو", "ابو", "بن"].iter().any(|word| around.value.contains(word));
    let length = run(rest, char::is_alphabetic);
    if joined && rest.starts_with("ال") && length > 6 { length + 1 } else { 0 }
}

/// ` Mokoena` in front of a sign that ends a value: `</name>`, `/`, `_412`.
fn closed(around: &Around<'_>, rest: &str) -> usize {
    let length = run(rest, |c| c.is_alphabetic() || c == '\'');
    let word = rest.get(..length).unwrap_or_default();
    let behind = rest.get(length..).unwrap_or_default();
    let small = word.chars().skip(1).filter(|c| c.is_lowercase()).count();
    let fits = word.starts_with(char::is_uppercase)
        && small >= 2
        && behind.starts_with(['<', '/', '_', '\\', '^', '|']);
    if fits && !around.value.contains(' ') { length + 1 } else { 0 }
}
