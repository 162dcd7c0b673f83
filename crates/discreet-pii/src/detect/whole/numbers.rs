//! The groups of a number or code beside what was found of it.

use super::super::{Evidence, kinds_of_word};
use super::{Around, is_apart, is_end, run, run_back};
use crate::{Group, Kind};

/// A number that is at least so long may have been cut at a limit of its recogniser, of 40 bytes and more.
const CUT: usize = 36;
/// The most groups of equal length that belong to a number.
const GROUPS: usize = 8;

/// The bytes in front: `—4111 ` in `card —4111 1111 1111 1112`, `EMP-2024-` in `EMP-2024-77125-X`.
pub(super) fn front(around: &Around<'_>) -> usize {
    let code = if around.kind == Kind::Phone { country(around.before) } else { 0 };
    if code > 0 {
        return code;
    }
    if around.evidence != Evidence::Context {
        return 0;
    }
    let group = behind_sign(around.before);
    if group > 0 { group } else { token(around) }
}

/// The code of a country in brackets: `(+34) `.
fn country(before: &str) -> usize {
    let Some(head) = before.strip_suffix(") ").or_else(|| before.strip_suffix(')')) else { return 0 };
    let digits = run_back(head, |c| c.is_ascii_digit());
    let code = head.get(..head.len() - digits).unwrap_or_default();
    let marks = ["(+", "("].iter().find(|marks| code.ends_with(**marks)).map_or(0, |marks| marks.len());
    let international = marks == 2 || head.ends_with(|c: char| c.is_ascii_digit()) && head.contains("(00");
    let fits = (1..=5).contains(&digits) && marks > 0 && international;
    if fits { before.len() - code.len() + marks } else { 0 }
}

/// A group of digits with a dash, dots or a stroke directly in front: nothing begins there by itself.
fn behind_sign(before: &str) -> usize {
    let Some(head) = before.strip_suffix([' ', '-', '.', '/']) else { return 0 };
    let digits = run_back(head, |c| c.is_ascii_digit());
    let lead = head.get(..head.len() - digits).unwrap_or_default();
    let signs = run_back(lead, |c| matches!(c, '-' | '.' | '/' | '…'));
    let lead = lead.get(..lead.len() - signs).unwrap_or_default();
    let apart = !lead.ends_with(|c: char| c.is_ascii_digit());
    if signs > 0 && (1..=8).contains(&digits) && apart { digits + 1 } else { 0 }
}

/// The parts of a code in front of the one that was found, with `-` or `_` between.
fn token(around: &Around<'_>) -> usize {
    const LONGEST: usize = 128;
    let mut head = around.before;
    let mut own = false;
    while let Some(lead) = head.strip_suffix(['-', '_']) {
        let length = run_back(lead, |c| c.is_ascii_alphanumeric());
        let (rest, part) = lead.split_at(lead.len() - length);
        let code = part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if part.is_empty() || !code || around.before.len() - rest.len() > LONGEST {
            break;
        }
        own |= kinds_of_word(part).is_empty();
        head = rest;
    }
    let whole = !head.ends_with(|c: char| c.is_alphanumeric());
    if own && whole && around.kind != Kind::Room { around.before.len() - head.len() } else { 0 }
}

/// The bytes behind.
pub(super) fn rest(around: &Around<'_>) -> usize {
    // Most numbers have a word or nothing behind them.
    let apart = match around.behind.as_bytes() {
        [b' ', next, ..] => next.is_ascii_lowercase(),
        [next, ..] => matches!(next, b',' | b';'),
        [] => true,
    };
    if apart && around.value.len() < CUT {
        return 0;
    }
    let (mut taken, rows) = (0, [masked, cut, equal_groups, ending]);
    for row in rows {
        let behind = around.behind.get(taken..).unwrap_or_default();
        taken += row(around, behind);
    }
    taken
}

/// `411111******1111`
fn masked(around: &Around<'_>, behind: &str) -> usize {
    let signs = run(behind, |c| matches!(c, '*' | 'x' | 'X' | '#' | '•'));
    if signs == 0 {
        return 0;
    }
    let rest = behind.get(signs..).unwrap_or_default();
    let digits = run(rest, |c| c.is_ascii_digit());
    let fits = around.value.ends_with(|c: char| c.is_ascii_digit())
        && behind.chars().take(2).filter(|c| matches!(c, '*' | 'x' | 'X' | '#' | '•')).count() == 2
        && is_apart(rest.get(digits..).unwrap_or_default());
    if fits { signs + digits } else { 0 }
}

/// The rest behind a limit: letters and digits, and groups with one sign between.
fn cut(around: &Around<'_>, behind: &str) -> usize {
    if around.value.len() < CUT {
        return 0;
    }
    let mut taken = run(behind, |c| c.is_ascii_alphanumeric());
    while let Some(rest) = behind.get(taken..).and_then(|rest| rest.strip_prefix(['-', '.', '/', '_', ' '])) {
        let group = run(rest, |c| c.is_ascii_alphanumeric());
        let part = rest.get(..group).unwrap_or_default();
        let small = part.bytes().filter(u8::is_ascii_lowercase).count();
        if !part.bytes().any(|byte| byte.is_ascii_digit()) || small > 2 {
            break;
        }
        taken += 1 + group;
    }
    taken
}

/// Groups of digits as long as the last one, behind the same sign: a fifth `1111`, also in lines of their own.
fn equal_groups(around: &Around<'_>, behind: &str) -> usize {
    let value = around.value;
    if !behind.starts_with([' ', '-', '\n']) {
        return 0;
    }
    let last = run_back(value, |c| c.is_ascii_digit());
    let Some(sign) = value.get(..value.len() - last).and_then(|head| head.chars().next_back()) else {
        return 0;
    };
    if !(3..=6).contains(&last) || !matches!(sign, ' ' | '-' | '\n') || around.kind == Kind::Phone {
        return 0;
    }
    let mut taken = 0;
    for _ in 0..GROUPS {
        let rest = behind.get(taken..).unwrap_or_default();
        let Some(group) = rest.strip_prefix(sign) else { break };
        let digits = run(group, |c| c.is_ascii_digit());
        if digits != last || !is_apart(group.get(digits..).unwrap_or_default()) {
            break;
        }
        taken += sign.len_utf8() + digits;
    }
    taken
}

/// The last short part: `-0` of a telephone, `-B` of a room, ` B` of a code.
fn ending(around: &Around<'_>, behind: &str) -> usize {
    let part = |sign: &str, inside: fn(char) -> bool, most: usize| {
        let rest = behind.strip_prefix(sign)?;
        let length = run(rest, inside);
        let behind = rest.get(length..)?;
        ((1..=most).contains(&length) && is_apart(behind)).then_some((sign.len() + length, behind))
    };
    let digit = |c: char| c.is_ascii_digit();
    let capital = |c: char| c.is_ascii_uppercase();
    let known = around.evidence == Evidence::Context;
    let found = match around.kind {
        Kind::Phone => part("-", digit, 5)
            .or_else(|| part(" - ", digit, 4))
            .or_else(|| part(" ", digit, 2).filter(|(_, behind)| is_end(behind))),
        Kind::Room => part("-", capital, 1).or_else(|| part("/", digit, 2)),
        _ if known && around.kind.group() != Group::Money => {
            let short = part("-", capital, 1).or_else(|| part(".", capital, 1));
            // `HX 44 71` goes on as it began.
            let spaced = || part(" ", digit, 4).filter(|_| around.value.contains(' '));
            let letter = || part(" ", capital, 1).filter(|(_, behind)| is_end(behind));
            short.or_else(spaced).or_else(letter)
        }
        _ => None,
    };
    // `-12:30`, `-1.5`
    let number = |rest: &str| {
        let digits = rest.strip_prefix([':', '.', '-', '/']);
        digits.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    found.filter(|&(_, behind)| !number(behind)).map_or(0, |(length, _)| length)
}
