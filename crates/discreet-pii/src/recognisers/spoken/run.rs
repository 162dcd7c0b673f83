//! Runs: digits, letters and signs that are spoken in a row, and form a number or a word.

use super::day;
use super::figure;
use super::item::{Item, What};
use super::token::{Token, joins};
use super::words::{EVERY, Languages, Sense};

/// Reads the run that begins at the token `first`. `items` is empty if the run stays as it is. Returns the index of
/// the token behind it.
pub(super) fn read(text: &str, tokens: &[Token], first: usize, items: &mut Vec<Item>) -> usize {
    if let Some((day, words)) = day::of_birth(text, tokens, first) {
        items.push(day);
        return first + words;
    }
    let mut reading = Reading { text, tokens, languages: EVERY, strong: false, spelled: 0 };
    let mut next = first;
    while let Some((item, words)) = reading.item(items, next) {
        items.extend(item);
        next += words;
        // `twenty first` and a figure with its sign end a run.
        if item.is_some_and(|item| item.what == What::Figure && item.bytes.iter().any(u8::is_ascii_lowercase))
        {
            break;
        }
    }
    reading.trim(items, first);
    if !reading.is_number_or_word(items, next) {
        items.clear();
    }
    reading.part_day_and_year(items, first);
    next
}

/// The letter, digit or number of an address at the beginning of `tokens`, and the number of its words.
pub(super) fn single(tokens: &[Token]) -> Option<(Item, usize)> {
    let first = tokens.first()?;
    if let Some(figure) = figure::read(tokens) {
        return written(tokens, figure.value, figure.words);
    }
    let item =
        |words: usize, what, bytes: &[u8]| Some((Item::new(tokens.get(..words)?, what, bytes)?, words));
    match first.sense {
        Sense::Letter(letter) => item(1, What::Letter, &[letter]),
        Sense::Spelling(letter) => item(1, What::Letter, &[letter]),
        Sense::Oh => item(1, What::Digit, b"0"),
        Sense::Times(times) => repeated(tokens, times),
        _ => None,
    }
}

pub(super) fn written(tokens: &[Token], value: u32, words: usize) -> Option<(Item, usize)> {
    let mut digits = [0; 8];
    let (mut rest, mut length) = (value, 0);
    while rest > 0 || length == 0 {
        length += 1;
        *digits.get_mut(8 - length)? = b'0' + u8::try_from(rest % 10).ok()?;
        rest /= 10;
    }
    let what = if length == 1 { What::Digit } else { What::Figure };
    Some((Item::new(tokens.get(..words)?, what, digits.get(8 - length..)?)?, words))
}

/// A repeated digit or letter, `double five`, or the letter `double u`.
fn repeated(tokens: &[Token], times: u8) -> Option<(Item, usize)> {
    let words = tokens.get(..2)?;
    let (what, byte) = match tokens.get(1)?.sense {
        Sense::Digit(digit, _) => (What::Digit, b'0' + digit),
        Sense::Oh | Sense::Letter(b'o') => (What::Digit, b'0'),
        Sense::Letter(b'u') if times == 2 => return Some((Item::new(words, What::Letter, b"W")?, 2)),
        Sense::Letter(letter) | Sense::Spelling(letter) => (What::Letter, letter.to_ascii_uppercase()),
        _ => return None,
    };
    let bytes = [byte; 4];
    Some((Item::new(words, what, bytes.get(..times.into())?)?, 2))
}

struct Reading<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// The languages that all numbers so far may be of.
    languages: Languages,
    /// There is a number that is not an everyday word.
    strong: bool,
    /// The number of words for letters, such as `bravo`.
    spelled: usize,
}

impl Reading<'_> {
    /// The next item, and the number of its words. Fillers such as `um` have no item.
    fn item(&mut self, items: &[Item], at: usize) -> Option<(Option<Item>, usize)> {
        let rest = self.tokens.get(at..)?;
        let (token, before) = (rest.first()?, items.last());
        if let (Some(_), Some(previous)) = (before, self.tokens.get(at.wrapping_sub(1)))
            && !joins(self.text, previous, token)
        {
            return None;
        }
        let next = rest.get(1);
        let goes_on = next.is_some_and(|next| next.is_sign_or_number() && joins(self.text, token, next));
        let after_numeral = before.is_some_and(|item| item.what == What::Same);
        let (item, words) = match token.sense {
            Sense::Numeral => return Some((Some(self.numeral(items, rest)?), 1)),
            _ if after_numeral && !matches!(token.sense, Sense::Sign(_) | Sense::Point) => return None,
            Sense::Filler if before.is_some() && goes_on => return Some((None, 1)),
            Sense::Sign(b'+') => {
                (before.is_none() && goes_on).then(|| Item::sign(rest.get(..1)?, b'+'))??.with(1)
            }
            Sense::Sign(sign) => self.sign(items, rest, sign, goes_on)?.with(1),
            Sense::Point => self.sign(items, rest, b'.', goes_on)?.with(1),
            Sense::Sound(digit) => self.sound(items, rest, digit)?.with(1),
            Sense::Letter(b'o') if self.is_nought(before, next) => {
                Item::new(rest.get(..1)?, What::Digit, b"0")?.with(1)
            }
            Sense::Oh if before.is_some() || self.is_nought(before, next) => {
                Item::new(rest.get(..1)?, What::Digit, b"0")?.with(1)
            }
            Sense::Oh => return None,
            // The extension of a telephone.
            Sense::Letter(b'x') if goes_on && items.iter().map(Item::digits).sum::<usize>() >= 7 => {
                Item::new(rest.get(..1)?, What::Sign, b" x")?.with(1)
            }
            Sense::Letter(letter) => {
                Item::new(rest.get(..1)?, What::Letter, &[letter.to_ascii_uppercase()])?.with(1)
            }
            Sense::Spelling(letter) => self.spelling(rest, at, letter)?.with(1),
            Sense::Times(times) => {
                self.strong = true;
                repeated(rest, times)?
            }
            Sense::Ordinal(day) => self.ordinal(items, rest, at, day)?.with(1),
            _ => return self.figure(rest).map(|(item, words)| (Some(item), words)),
        };
        Some((Some(item), words))
    }

    fn figure(&mut self, rest: &[Token]) -> Option<(Item, usize)> {
        let figure = figure::read(rest)?;
        let languages = self.languages & figure.languages;
        if languages == 0 {
            return None;
        }
        // `twenty first`
        if let (2, 20 | 30, Some(Sense::Ordinal(day @ 1..=9))) =
            (figure.words + 1, figure.value, rest.get(figure.words).map(|token| token.sense))
        {
            self.strong = true;
            let day = u8::try_from(figure.value).ok()? + day;
            return Some((Item::new(rest.get(..2)?, What::Figure, ordinal(day, &mut [0; 4]))?, 2));
        }
        self.languages = languages;
        self.strong |= !figure.weak;
        written(rest, figure.value, figure.words)
    }

    /// A number in digits. It joins others over a sign, and digit by digit: `1 9 8 5`.
    fn numeral(&self, items: &[Item], rest: &[Token]) -> Option<Item> {
        let item = Item::same(rest.get(..1)?)?;
        match items.last() {
            None => Some(item),
            Some(last) if last.what == What::Sign => Some(item),
            Some(last) if last.what == What::Same && last.digits() == 1 && item.digits() == 1 => Some(item),
            Some(_) => None,
        }
    }

    fn sign(&self, items: &[Item], rest: &[Token], sign: u8, goes_on: bool) -> Option<Item> {
        let inside = items.last().is_some_and(|last| last.what != What::Sign) && goes_on;
        if inside { Item::sign(rest.get(..1)?, sign) } else { None }
    }

    /// A word that sounds like a digit, such as `to`. It counts only inside a long number.
    fn sound(&self, items: &[Item], rest: &[Token], digit: u8) -> Option<Item> {
        let digits = |token: &Token| matches!(token.sense, Sense::Digit(..));
        let before = items.iter().rev().take_while(|item| item.what == What::Digit).count();
        let inside = before >= 3 && rest.get(1..3).is_some_and(|next| next.iter().all(digits));
        if inside { Item::new(rest.get(..1)?, What::Digit, &[b'0' + digit]) } else { None }
    }

    fn is_nought(&self, before: Option<&Item>, next: Option<&Token>) -> bool {
        match before {
            Some(before) => before.digits() > 0 || before.what == What::Sign,
            None => next.is_some_and(|next| {
                next.number().is_some() || matches!(next.sense, Sense::Times(_) | Sense::Oh)
            }),
        }
    }

    /// A word for a letter. A single `mike` is a person: a second such word must stand next to it.
    fn spelling(&mut self, rest: &[Token], at: usize, letter: u8) -> Option<Item> {
        let is = |token: Option<&Token>| token.is_some_and(|token| matches!(token.sense, Sense::Spelling(_)));
        let previous = at.checked_sub(1).and_then(|at| self.tokens.get(at));
        if !is(rest.get(1)) && !is(previous) {
            return None;
        }
        self.spelled += 1;
        Item::new(rest.get(..1)?, What::Letter, &[letter.to_ascii_uppercase()])
    }

    /// An ordinal: a day if a month stands next to it, `the third of march`.
    fn ordinal(&mut self, items: &[Item], rest: &[Token], at: usize, day: u8) -> Option<Item> {
        let month = |token: Option<&Token>| token.is_some_and(|token| token.sense == Sense::Month);
        let of = rest.get(1).is_some_and(|token| matches!(token.text(self.text), "of" | "de" | "di"));
        let beside = month(rest.get(1))
            || (of && month(rest.get(2)))
            || month(at.checked_sub(1).and_then(|at| self.tokens.get(at)));
        self.strong |= beside;
        if items.is_empty() && beside {
            Item::new(rest.get(..1)?, What::Figure, ordinal(day, &mut [0; 4]))
        } else {
            None
        }
    }

    /// Removes items at the end that are words.
    fn trim(&self, items: &mut Vec<Item>, first: usize) {
        while items.last().is_some_and(|last| last.what == What::Sign) {
            items.pop();
        }
        let digits: usize = items.iter().map(Item::digits).sum();
        if let [.., before, last] = items.as_slice()
            && last.letters() == 1
            && before.digits() > 0
            && (last.is_word() || digits >= 11)
        {
            items.pop();
        }
        if let [letter, digit, ..] = items.as_slice()
            && letter.letters() == 1
            && digit.digits() > 0
            && (digits >= 12 || (letter.is_word() && !self.announced(first)))
        {
            items.remove(0);
        }
    }

    /// Is there a word in front that announces a number or code?
    fn announced(&self, first: usize) -> bool {
        const WORDS: &[&str] =
            &["is", "number", "no", "code", "passport", "plate", "license", "licence", "id", "ist", "nummer"];
        let before = first.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|before| WORDS.contains(&before.text(self.text)))
    }

    fn is_number_or_word(&self, items: &[Item], next: usize) -> bool {
        let digits: usize = items.iter().map(Item::digits).sum();
        let letters: usize = items.iter().map(Item::letters).sum();
        let (same, signs) = (
            items.iter().all(|item| item.what == What::Same),
            items.iter().any(|item| item.what == What::Sign),
        );
        if same {
            return items.len() >= 4;
        }
        if digits == 0 {
            return letters >= 4 || is_known(items) || (self.spelled >= 2 && letters >= 3);
        }
        let numerals = items.iter().any(|item| item.what == What::Same);
        if !self.strong && !numerals {
            return false;
        }
        let spelled = self.spelled == 0 || digits + letters >= 3;
        let years = self.tokens.get(next).is_some_and(|token| token.sense == Sense::Years);
        spelled && (digits + letters >= 2 || signs || years)
    }

    /// Separates a day and a year: `march five nineteen eighty five`.
    fn part_day_and_year(&self, items: &mut Vec<Item>, first: usize) {
        let month = first
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .is_some_and(|token| token.sense == Sense::Month);
        let [day, year @ ..] = items.as_slice() else { return };
        let long = year.iter().map(Item::digits).sum::<usize>() == 4;
        if month && long && day.digits() <= 2 && year.first().is_some_and(|first| first.digits() >= 2) {
            let space = Item::between(day.to, year.first().map_or(day.to, |first| first.from));
            items.insert(1, space);
        }
    }
}

/// Abbreviations that are spoken letter by letter and announce a number or code.
fn is_known(items: &[Item]) -> bool {
    const WORDS: &[&[u8]] =
        &[b"IBAN", b"SSN", b"CVV", b"CVC", b"PIN", b"DOB", b"NHS", b"WWW", b"VIN", b"BIC", b"IP", b"ID"];
    let letters = |word: &&[u8]| {
        items.iter().flat_map(|item| item.written()).flat_map(str::bytes).eq(word.iter().copied())
    };
    WORDS.iter().any(letters)
}

fn ordinal(day: u8, written: &mut [u8; 4]) -> &[u8] {
    let [first, second] = match day {
        1 | 21 | 31 => *b"st",
        2 | 22 => *b"nd",
        3 | 23 => *b"rd",
        _ => *b"th",
    };
    *written = [b'0' + day / 10, b'0' + day % 10, first, second];
    written.get(usize::from(day < 10)..).unwrap_or_default()
}
