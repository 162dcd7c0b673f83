//! E-mail addresses and domains: `john dot smith at example dot com`.

use std::ops::Range;

use super::item::Item;
use super::run;
use super::token::{Token, joins};
use super::words::Sense;

/// Top-level domains that are not everyday words.
const ENDINGS: &str = " com org net edu gov mil info biz name io ai app dev cloud online shop store site tech hotel travel \
    museum eu uk de fr es ch nl dk se fi pl cz sk hu ro bg gr tr ru ua ie pt lu li jp cn kr hk sg tw th vn ph nz au za br \
    ar mx cl co pe uy ve cr pa ec si hr rs ba mk al lt lv ee mt cy md ge az kz il ae sa qa kw eg ng ke gh tn ir pk bd lk np \
    gl fo tv cc ws fm tf re nc pf ad sm va mc gi gg je im ";
/// Top-level domains that are everyday words as well.
const WORD_ENDINGS: &str = " is in it at to me us so no be my am as by do la id hi ma pa ";
/// Words that are neither a domain in front of `dot` nor a mailbox in front of `at`: `the dot`, `red dot`.
const NO_NAMES: &str = " the a an this that these those my your his her our their its one each every any some no red green \
    blue black white yellow polka little big small tiny der die das ein eine le la les un une el los las il lo uno una \
    and or of in on with is are was were be ";
/// Words in front of an `at` that tells a place: `works at`.
const NO_MAILBOXES: &str = " me us you it him them work works working look looking looked find found online available here \
    there stay staying live living page site website hosted visit visited meet arrive arrived call called shop room \
    people guest order ordered book booked booking bought sold see seen back up out ";
/// Words in front of an address.
const ANNOUNCES: &str =
    " is it's its email mail e-mail address to adresse ist est es è é correo indirizzo mailadresse ";

/// Finds the tokens of every address and domain, in order.
pub(super) fn find(text: &str, tokens: &[Token], found: &mut Vec<Range<usize>>) {
    found.clear();
    let words = Words { text, tokens };
    for (at, token) in tokens.iter().enumerate() {
        let address = match token.sense {
            Sense::At => words.mail(at),
            Sense::Sign(b'.') | Sense::Point => words.domain(at),
            _ => None,
        };
        let Some(address) = address else { continue };
        // `john dot de at example dot com` is one address.
        while found.last().is_some_and(|last| last.end > address.start && token.sense == Sense::At) {
            found.pop();
        }
        if found.last().is_none_or(|last| last.end <= address.start) {
            found.push(address);
        }
    }
}

/// Writes an address. Returns the index of the token behind it.
pub(super) fn read(tokens: &[Token], address: Range<usize>, items: &mut Vec<Item>) -> usize {
    let mut rest = tokens.get(address.clone()).unwrap_or_default();
    let mut after_dot = false;
    while let Some(word) = rest.first() {
        let words = rest.get(..1).unwrap_or_default();
        let (item, taken) = match word.sense {
            Sense::Sign(sign) => (Item::sign(words, sign), 1),
            Sense::Point => (Item::sign(words, b'.'), 1),
            Sense::At if !after_dot => (Item::sign(words, b'@'), 1),
            _ => match run::single(rest) {
                Some((item, taken)) => (Some(item), taken),
                None => (Item::same(words), 1),
            },
        };
        after_dot = word.is_dot();
        items.extend(item);
        rest = rest.get(taken..).unwrap_or_default();
    }
    address.end
}

struct Words<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl Token {
    fn is_dot(&self) -> bool {
        matches!(self.sense, Sense::Sign(b'.') | Sense::Point)
    }

    fn is_letter(&self) -> bool {
        matches!(self.sense, Sense::Letter(_))
    }

    /// May the token be part of a name?
    fn is_name(&self) -> bool {
        !matches!(self.sense, Sense::Sign(_) | Sense::Point | Sense::At | Sense::And | Sense::Filler)
    }
}

impl Words<'_> {
    fn mail(&self, at: usize) -> Option<Range<usize>> {
        let end = self.host(at + 1)?;
        let start = self.mailbox(at)?;
        Some(start..end)
    }

    /// The end of the domain behind `at`. A label may have several words: `blue horizon dot com`.
    fn host(&self, start: usize) -> Option<usize> {
        let dot = (start + 1..start + 4).find(|dot| self.tokens.get(*dot).is_some_and(Token::is_dot))?;
        let label = self.tokens.get(start..dot)?;
        let whole = label.iter().all(Token::is_name) && self.joined(start.checked_sub(1)?, dot);
        let article = label.len() > 1 && label.first().is_some_and(|first| self.listed(first, NO_NAMES));
        if whole && !article { self.ending(dot, true) } else { None }
    }

    /// The beginning of the mailbox in front of `at`.
    fn mailbox(&self, at: usize) -> Option<usize> {
        let mut start = at.checked_sub(1)?;
        let last = self.tokens.get(start)?;
        if !last.is_name()
            || self.listed(last, NO_MAILBOXES)
            || self.listed(last, NO_NAMES)
            || !self.joined(start, at)
        {
            return None;
        }
        while let Some(longer) = self.longer(start) {
            start = longer;
        }
        // Everything between `email is` and `at`.
        let announced = (start.saturating_sub(3)..start)
            .rev()
            .find(|before| self.tokens.get(*before).is_some_and(|word| self.listed(word, ANNOUNCES)));
        match announced {
            Some(before) if self.joined(before + 1, at) && self.names(before + 1..start) => Some(before + 1),
            _ => Some(start),
        }
    }

    /// The beginning of a mailbox, which extends to the left over signs, letters and digits.
    fn longer(&self, start: usize) -> Option<usize> {
        let before = start.checked_sub(1)?;
        let (word, first) = (self.tokens.get(before)?, self.tokens.get(start)?);
        if !joins(self.text, word, first) {
            return None;
        }
        let spelled = |token: &Token| token.is_sign_or_number();
        match word.sense {
            Sense::Sign(b'.' | b'-' | b'_' | b'+') => {
                let name = before.checked_sub(1)?;
                let fits = self.tokens.get(name)?.is_name() && self.joined(name, before);
                fits.then_some(name)
            }
            // `at this point john at ...`
            Sense::Point => {
                let name = before.checked_sub(1)?;
                let of = self.tokens.get(name)?;
                let fits = of.is_name() && !self.listed(of, NO_NAMES) && self.joined(name, before);
                fits.then_some(name)
            }
            _ if spelled(word) => Some(before),
            Sense::Word if spelled(first) && !first.is_letter() => {
                let name = !self.listed(word, NO_NAMES) && !self.listed(word, ANNOUNCES);
                name.then_some(before)
            }
            _ => None,
        }
    }

    /// The domain without a mailbox around its first dot.
    fn domain(&self, dot: usize) -> Option<Range<usize>> {
        let mut start = dot.checked_sub(1)?;
        let label = self.tokens.get(start)?;
        let is_label =
            matches!(label.sense, Sense::Word | Sense::Letter(_) | Sense::Spelling(_) | Sense::Numeral)
                || label.number().is_some();
        if !is_label || self.listed(label, NO_NAMES) || !self.joined(start, dot) {
            return None;
        }
        let spelled = |at: usize| self.tokens.get(at).is_some_and(|token| token.is_sign_or_number());
        while spelled(start) && start > 0 && spelled(start - 1) && self.joined(start - 1, start) {
            start -= 1;
        }
        while let Some(longer) = self.dashed(start) {
            start = longer;
        }
        let mut end = self.ending(dot, false)?;
        let path =
            |end: usize| self.tokens.get(end).is_some_and(|token| matches!(token.sense, Sense::Sign(_)));
        while path(end)
            && self.tokens.get(end + 1).is_some_and(Token::is_name)
            && self.joined(end - 1, end + 1)
        {
            end += 2;
        }
        Some(self.scheme(start).unwrap_or(start)..end)
    }

    /// The beginning of a label with signs: `sea dash breeze`.
    fn dashed(&self, start: usize) -> Option<usize> {
        let (dash, name) = (start.checked_sub(1)?, start.checked_sub(2)?);
        let fits = self.tokens.get(dash)?.sense == Sense::Sign(b'-') && self.tokens.get(name)?.is_name();
        (fits && self.joined(name, start)).then_some(name)
    }

    /// The beginning of a scheme: `https colon slash slash`.
    fn scheme(&self, start: usize) -> Option<usize> {
        let first = start.checked_sub(4)?;
        let [name, colon, slash, other] = self.tokens.get(first..start)? else { return None };
        let signs = [colon.sense, slash.sense, other.sense]
            == [Sense::Sign(b':'), Sense::Sign(b'/'), Sense::Sign(b'/')];
        (signs && matches!(name.text(self.text), "http" | "https")).then_some(first)
    }

    /// The end of the domain whose first dot this is, if it has a top-level domain.
    fn ending(&self, dot: usize, mail: bool) -> Option<usize> {
        let (mut dot, mut end) = (dot, None);
        while let (Some(sign), Some(label)) = (self.tokens.get(dot), self.tokens.get(dot + 1)) {
            if !sign.is_dot() || !joins(self.text, sign, label) {
                break;
            }
            let letters = self.tokens.get(dot + 1..).unwrap_or_default();
            let letters = letters.iter().take_while(|token| token.is_letter()).count();
            let mut behind = dot + 1 + letters.max(1);
            let word = label.text(self.text);
            let ends = match letters {
                0 => {
                    self.listed(label, ENDINGS)
                        || ((mail || sign.sense != Sense::Point) && self.listed(label, WORD_ENDINGS))
                }
                _ => self.spelled_ending(dot + 1..behind),
            };
            // Behind `at` nearly any short word may be the top-level domain.
            let short = mail
                && letters == 0
                && (2..=6).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphabetic());
            if ends || (short && label.sense == Sense::Word && sign.sense != Sense::Point) {
                end = Some(behind);
            }
            while self.tokens.get(behind).is_some_and(|dash| dash.sense == Sense::Sign(b'-'))
                && self.tokens.get(behind + 1).is_some_and(Token::is_name)
                && self.joined(behind - 1, behind + 1)
            {
                behind += 2;
            }
            dot = behind;
        }
        end
    }

    fn spelled_ending(&self, letters: Range<usize>) -> bool {
        let mut word = [b' '; 8];
        let letters = self.tokens.get(letters).unwrap_or_default();
        for (place, token) in word.iter_mut().skip(1).zip(letters) {
            if let Sense::Letter(letter) = token.sense {
                *place = letter;
            }
        }
        let word = word.get(..letters.len() + 2).and_then(|word| std::str::from_utf8(word).ok());
        letters.len() >= 2 && word.is_some_and(|word| ENDINGS.contains(word) || WORD_ENDINGS.contains(word))
    }

    /// Are there only spaces between the tokens?
    fn joined(&self, first: usize, last: usize) -> bool {
        let words = self.tokens.get(first..=last).unwrap_or_default();
        words.windows(2).all(|pair| matches!(pair, [a, b] if joins(self.text, a, b)))
    }

    fn names(&self, words: Range<usize>) -> bool {
        let words = self.tokens.get(words).unwrap_or_default();
        words
            .iter()
            .all(|word| word.is_name() && !self.listed(word, NO_NAMES) && !self.listed(word, NO_MAILBOXES))
    }

    /// Is the token in the list? The words of a list have spaces around them.
    fn listed(&self, word: &Token, list: &str) -> bool {
        let word = word.text(self.text);
        list.split_ascii_whitespace().any(|listed| listed.eq_ignore_ascii_case(word))
    }
}
