//! Numbers of several words: `twenty three`, `nineteen hundred`, `quatre vingt dix sept`, `cuarenta y cinco`.

use super::token::Token;
use super::words::{EN, EVERY, FR, Languages, Sense, WEAK};

/// The value of a spoken number, and the number of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    pub value: u32,
    pub words: usize,
    /// The languages that it may be of.
    pub languages: Languages,
    /// The number is an everyday word as well.
    pub weak: bool,
}

/// The number that begins at the first of `tokens`.
pub(super) fn read(tokens: &[Token]) -> Option<Figure> {
    let figure = below_thousand(tokens);
    match tokens.get(figure.map_or(0, |figure| figure.words)).map(|token| token.sense) {
        Some(Sense::Thousand(of)) => scaled(tokens, figure, 1000, of, below_thousand).or(figure),
        _ => figure,
    }
}

fn below_thousand(tokens: &[Token]) -> Option<Figure> {
    let figure = below_hundred(tokens);
    match (figure, tokens.get(figure.map_or(0, |figure| figure.words)).map(|token| token.sense)) {
        (_, Some(Sense::Hundred(of))) => scaled(tokens, figure, 100, of, below_hundred).or(figure),
        // `doscientos cuarenta`, `neunzehnhundert achtzig`
        (Some(hundreds), _)
            if hundreds.words == 1 && matches!(hundreds.value, 100..=2000) && hundreds.value % 100 == 0 =>
        {
            Some(added(tokens, hundreds, hundreds.languages, below_hundred))
        }
        _ => figure,
    }
}

/// `count` times `size`, and the numbers behind it.
fn scaled(
    tokens: &[Token],
    count: Option<Figure>,
    size: u32,
    of: Languages,
    rest: impl Fn(&[Token]) -> Option<Figure>,
) -> Option<Figure> {
    let alone = Figure { value: 1, words: 0, languages: EVERY, weak: of & WEAK != 0 };
    // `hundred` alone is not a number in English: `a hundred`.
    let count = match count {
        Some(count) => count,
        None if of & EN != 0 => return None,
        None => alone,
    };
    let languages = count.languages & of;
    if languages == 0 || count.value >= size {
        return None;
    }
    let weak = count.weak && of & WEAK != 0;
    let scaled = Figure { value: count.value * size, words: count.words + 1, languages, weak };
    Some(added(tokens, scaled, languages, rest))
}

/// Adds the number behind, unless it is the next digits of a longer number: `eight hundred five five five`.
fn added(tokens: &[Token], sum: Figure, of: Languages, rest: impl Fn(&[Token]) -> Option<Figure>) -> Figure {
    let joined = matches!(tokens.get(sum.words).map(|token| token.sense), Some(Sense::And));
    let from = sum.words + usize::from(joined);
    let Some(more) = tokens.get(from..).and_then(rest) else { return sum };
    let follows = tokens.get(from + more.words).is_some_and(|token| token.number().is_some());
    if more.languages & of == 0 || more.weak || (more.words == 1 && more.value < 10 && follows && !joined) {
        return sum;
    }
    Figure {
        value: sum.value + more.value,
        words: from + more.words,
        languages: of & more.languages,
        weak: false,
    }
}

fn below_hundred(tokens: &[Token]) -> Option<Figure> {
    let sense = |at: usize| tokens.get(at).map(|token| token.sense);
    let (value, of) = match sense(0)? {
        Sense::Digit(value, of) => (u16::from(value), of),
        Sense::Number(value, of) => (value, of),
        _ => return None,
    };
    let mut figure = Figure { value: value.into(), words: 1, languages: of & EVERY, weak: of & WEAK != 0 };
    if (10..20).contains(&value) {
        return teens(tokens);
    }
    // `quatre vingt`
    if let (4, Some(Sense::Number(20, next))) = (value, sense(1))
        && of & next & FR != 0
    {
        figure = Figure { value: 80, words: 2, languages: FR, weak: false };
    }
    if !matches!(figure.value, 20 | 30 | 40 | 50 | 60 | 70 | 80 | 90) {
        return Some(figure);
    }
    // `and` is part of a number only inside it: `vingt et un`, `treinta y uno`.
    let and = matches!(sense(figure.words), Some(Sense::And | Sense::Letter(b'y')));
    let joined = figure.languages & EN == 0 && and;
    let behind = figure.words + usize::from(joined);
    let (more, of, words) = match sense(behind) {
        Some(Sense::Digit(more @ 1..=9, of)) => (u32::from(more), of, 1),
        // `soixante dix huit`
        Some(Sense::Number(10..=19, of)) if matches!(figure.value, 60 | 80) && of & FR != 0 => {
            let more = teens(tokens.get(behind..)?)?;
            (more.value, more.languages & FR, more.words)
        }
        _ => return Some(figure),
    };
    // `quatre vingt quatre vingt` is 8080.
    let next_is_eighty =
        more == 4 && matches!(sense(behind + 1), Some(Sense::Number(20, next)) if next & FR != 0);
    if figure.languages & of & EVERY != 0 && !next_is_eighty {
        figure = Figure {
            value: figure.value + more,
            words: behind + words,
            languages: figure.languages & of & EVERY,
            weak: false,
        };
    }
    Some(figure)
}

/// The number at the beginning of `tokens`: `twelve`, `dix sept`.
fn teens(tokens: &[Token]) -> Option<Figure> {
    let Sense::Number(value, of) = tokens.first()?.sense else { return None };
    if let (10, Some(Sense::Digit(ones @ 7..=9, next))) = (value, tokens.get(1).map(|token| token.sense))
        && of & next & FR != 0
    {
        return Some(Figure { value: 10 + u32::from(ones), words: 2, languages: FR, weak: false });
    }
    Some(Figure { value: value.into(), words: 1, languages: of & EVERY, weak: of & WEAK != 0 })
}
