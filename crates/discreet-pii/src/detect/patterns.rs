//! Patterns of a policy: regular expressions for texts that are always, or never, reported.
//!
//! A match consists of whole words, and is as long as it can be. From the beginning of each word the automaton reads at
//! most [`LONGEST`] bytes beyond the last match, and no word inside a longer match is begun with, so that no pattern and
//! no text takes long. A text in which a match may have a further end behind them is not released.

mod unseen;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::Hir;

use super::lists::is_border;
use super::matcher::NotBuilt;
use super::{Budget, Hit};
use crate::kinds::Score;
use crate::recognisers::names::fold;
use crate::{Evidence, Kind};

/// The most bytes that are read without a match.
const LONGEST: usize = 512;
/// The most memory, in bytes, of the automaton of one pattern. Building it takes four times as much at most.
const BIGGEST: usize = 256 << 10;
/// The same for all patterns of a policy together.
const BIGGEST_TOGETHER: usize = 4 << 20;
/// Words that may stand between a word of `near` and a match.
const REACH: usize = 5;
/// The most bytes in which these words are looked for.
const NEAR: usize = 96;

/// Texts of a form that are reported as a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The kind.
    pub kind: Kind,
    /// A regular expression, in the syntax of the crate `regex` without word borders (`\b`).
    pub regex: String,
    /// One of these words must stand in front, at most five words away and in the same line. Without any: no condition.
    pub near: Vec<String>,
}

impl Pattern {
    /// The mistake in a regular expression: `unclosed group`.
    pub fn mistake(regex: &str) -> Option<String> {
        match Patterns::compile(&[regex], BIGGEST) {
            Ok(patterns) if patterns.has_empty() => Some("it also matches nothing at all".to_owned()),
            Ok(_) => None,
            Err(error) => Some(reason(&error)),
        }
    }

    /// Those of these texts that the regular expression matches as a whole; none if it has a mistake.
    pub fn fits<'t>(regex: &str, texts: &[&'t str]) -> Vec<&'t str> {
        let Ok(patterns) = Patterns::compile(&[regex], BIGGEST) else { return Vec::new() };
        texts.iter().copied().filter(|text| patterns.fits(text)).collect()
    }

    /// A sign that a regular expression requires and that no text has when it is searched, and what a reader sees in its
    /// place, which may be nothing: typographic dashes and quotes, digits of other scripts, invisible characters.
    pub fn unseen(regex: &str) -> Option<(String, String)> {
        unseen::required(&parsed(regex).ok()?)
    }

    /// Can all of these regular expressions be searched at once? They are too large otherwise.
    pub fn fit_together<'r>(regexes: impl Iterator<Item = &'r str>) -> bool {
        Patterns::new(regexes).is_ok()
    }
}

/// The parsed form.
fn parsed(regex: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    regex_syntax::Parser::new().parse(regex).map_err(Box::new)
}

/// The last line of an error of the parser says what is wrong; those above it show where.
fn reason(error: &dense::BuildError) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    let text = source.to_string();
    if text.contains("exceeded") {
        return "it takes too much memory; write shorter repetitions".to_owned();
    }
    if text.contains("word boundaries") {
        return "borders of words are implied".to_owned();
    }
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// Several regular expressions as one automaton.
pub(super) struct Patterns {
    automaton: dense::DFA<Vec<u32>>,
}

impl Patterns {
    fn compile(regexes: &[&str], biggest: usize) -> Result<Patterns, Box<dense::BuildError>> {
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored)
            .dfa_size_limit(Some(biggest))
            .determinize_size_limit(Some(biggest * 4));
        let built = dense::Builder::new()
            .configure(config)
            .syntax(syntax::Config::new().nest_limit(50))
            .thompson(thompson::Config::new().nfa_size_limit(Some(biggest)))
            .build_many(regexes);
        Ok(Patterns { automaton: built.map_err(Box::new)? })
    }

    /// `None` without regular expressions.
    pub(super) fn new<'r>(regexes: impl Iterator<Item = &'r str>) -> Result<Option<Patterns>, NotBuilt> {
        let regexes: Vec<&str> = regexes.collect();
        if regexes.is_empty() {
            return Ok(None);
        }
        Patterns::compile(&regexes, BIGGEST_TOGETHER).map(Some).map_err(NotBuilt::Patterns)
    }

    fn has_empty(&self) -> bool {
        let mut empty = false;
        self.read(b"", 0, |_, _| empty = true);
        self.read(b"a", 0, |_, end| empty |= end == 0);
        empty
    }

    /// Does one of them match the whole of `text`?
    pub(super) fn fits(&self, text: &str) -> bool {
        let mut fits = false;
        self.read(text.as_bytes(), 0, |_, end| fits |= end == text.len());
        fits
    }

    /// Calls `give` with the number of the expression and the end of each match that begins at `start`. Returns the
    /// number of bytes that it read. `None` if a match may have a further end that is too far away.
    fn read(&self, bytes: &[u8], start: usize, mut give: impl FnMut(usize, usize)) -> Option<usize> {
        let before = start.checked_sub(1).and_then(|before| bytes.get(before)).copied();
        let config = start::Config::new().anchored(Anchored::Yes).look_behind(before);
        let Ok(mut state) = self.automaton.start_state(&config) else { return None };
        let mut give_all = |state, end| {
            for index in 0..self.automaton.match_len(state) {
                give(self.automaton.match_pattern(state, index).as_usize(), end);
            }
        };
        let mut last = start;
        for at in start.. {
            // A match is known one byte late.
            if at > last + LONGEST {
                return None;
            }
            state = match bytes.get(at) {
                Some(byte) => self.automaton.next_state(state, *byte),
                None => self.automaton.next_eoi_state(state),
            };
            if self.automaton.is_match_state(state) {
                give_all(state, at);
                last = at;
            } else if self.automaton.is_dead_state(state) || self.automaton.is_quit_state(state) {
                return Some(at + 1 - start);
            }
            if at >= bytes.len() {
                break;
            }
        }
        Some(bytes.len() + 1 - start)
    }
}

/// The patterns of a policy for texts that are reported.
pub(super) struct Reported {
    patterns: Patterns,
    kinds: Vec<(Kind, Vec<Vec<u8>>)>,
}

impl Reported {
    /// `None` without patterns.
    pub(super) fn new(patterns: &[Pattern]) -> Result<Option<Reported>, NotBuilt> {
        let all = Patterns::new(patterns.iter().map(|pattern| pattern.regex.as_str()))?;
        let near = |pattern: &Pattern| pattern.near.iter().map(|words| phrase(words, usize::MAX)).collect();
        let kinds = patterns.iter().map(|pattern| (pattern.kind, near(pattern))).collect();
        Ok(all.map(|patterns| Reported { patterns, kinds }))
    }

    /// Is this one of the words that must stand in front of a match?
    pub(super) fn knows(&self, label: &str) -> bool {
        let mut words = self.kinds.iter().flat_map(|(_, near)| near).peekable();
        words.peek().is_some() && {
            let label = phrase(label, usize::MAX);
            words.any(|word| label.windows(word.len()).any(|window| window == word))
        }
    }

    /// The steps that a text of so many bytes may take.
    pub(super) const fn steps(length: usize) -> usize {
        length.saturating_mul(LONGEST)
    }

    /// Appends the longest match of each kind at the beginning of each word of `text`.
    pub(super) fn find(&self, text: &str, budget: &mut Budget, hits: &mut Vec<Hit>) {
        let (score, evidence) = (Score::CERTAIN.less(1).points(), Evidence::Pattern);
        // Up to `read` all is in a match that is longer than others are read.
        let (mut before, mut read) = (None, 0);
        for (start, first) in text.char_indices() {
            let begins = start >= read && !first.is_whitespace() && is_border(before, Some(first));
            before = Some(first);
            if !begins {
                continue;
            }
            let from = hits.len();
            let steps = self.patterns.read(text.as_bytes(), start, |number, end| {
                let Some((kind, near)) = self.kinds.get(number) else { return };
                if end == start || !ends(text, end) || !announced(text, start, near) {
                    return;
                }
                match hits.iter_mut().skip(from).find(|hit| hit.kind == *kind) {
                    Some(hit) => hit.end = hit.end.max(end),
                    None => hits.push(Hit { kind: *kind, start, end, score, evidence }),
                }
            });
            let Some(steps) = steps else { return budget.end() };
            let end = hits.iter().skip(from).map(|hit| hit.end).max();
            read = end.filter(|end| *end > start + LONGEST).unwrap_or(read);
            if !budget.take(steps) {
                return;
            }
        }
    }
}

/// Does a word end at `end`?
fn ends(text: &str, end: usize) -> bool {
    let Some((read, behind)) = text.split_at_checked(end) else { return false };
    is_border(read.chars().next_back(), behind.chars().next())
}

/// Does one of these words stand in front of `start`? True without words.
fn announced(text: &str, start: usize, near: &[Vec<u8>]) -> bool {
    if near.is_empty() {
        return true;
    }
    let from = (start.saturating_sub(NEAR)..=start).find(|at| text.is_char_boundary(*at));
    let line = from.and_then(|from| text.get(from..start)).and_then(|before| before.rsplit('\n').next());
    let before = phrase(line.unwrap_or_default(), REACH + 1);
    near.iter().any(|near| before.windows(near.len()).any(|window| window == near))
}

/// The words of a name in camel case, from the last one on.
fn humps(mut name: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let bytes = name.as_bytes();
        let begins = |at: &usize| matches!(bytes.get(*at..), Some([b'a'..=b'z', b'A'..=b'Z', ..]));
        let at = (0..bytes.len()).rev().find(begins).map_or(0, |at| at + 1);
        let (rest, word) = name.split_at_checked(at)?;
        name = rest;
        (!word.is_empty()).then_some(word)
    })
}

/// The last words of a text as they are compared, each between two blanks.
fn phrase(text: &str, most: usize) -> Vec<u8> {
    // `lockerNumber` is two words.
    let words = text.rsplit(|c: char| !c.is_alphanumeric()).flat_map(humps).filter(|word| !word.is_empty());
    let mut last: Vec<&str> = words.take(most).collect();
    let mut phrase = vec![b' '];
    while let Some(word) = last.pop() {
        fold(word, |byte| phrase.push(byte));
        phrase.push(b' ');
    }
    phrase
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(regex: &str, near: &[&str], text: &'t str) -> Vec<&'t str> {
        let near = near.iter().map(|word| (*word).to_owned()).collect();
        let pattern = Pattern { kind: Kind::EmployeeId, regex: regex.to_owned(), near };
        let mut hits = Vec::new();
        let mut budget = Budget::default();
        Reported::new(&[pattern]).unwrap().unwrap().find(text, &mut budget, &mut hits);
        hits.iter().map(|hit| &text[hit.start..hit.end]).collect()
    }

    #[test]
    fn a_match_is_whole_words_and_the_longest() {
        assert_eq!(
            found("HB-[0-9]{4}", &[], "HB-4821, xHB-4821, HB-48211 (HB-0007)"),
            ["HB-4821", "HB-0007"]
        );
        assert_eq!(found("[A-Z]|[A-Z]{3}", &[], "ABC"), ["ABC"]);
        assert_eq!(found("[0-9]{3}", &[], "寮217号室"), ["217"]);
    }

    #[test]
    fn borders_of_the_text_are_those_of_the_text_and_not_of_a_word() {
        assert_eq!(found("^[0-9]{3}$", &[], "217"), ["217"]);
        assert!(found("^[0-9]{3}", &[], "no 217").is_empty() && found("[0-9]{3}$", &[], "217 no").is_empty());
        assert!(found("[0-9 ]+$", &[], &("1 ".repeat(400) + "x")).is_empty());
    }

    #[test]
    fn words_in_front_may_be_a_condition() {
        let near = ["locker", "Spind", "N° de casier"];
        for text in ["locker 217", "the LOCKER number is 217", "Spind: 217", "n° DE casier 217"] {
            assert_eq!(found("[0-9]{3}", &near, text), ["217"], "{text}");
        }
        assert_eq!(found("[0-9]{3}", &["lockerNumber"], "lockerNumber: 217"), ["217"]);
        for text in ["217", "room 217", "lockers 217", "locker\n217", "locker a b c d e f 217"] {
            assert!(found("[0-9]{3}", &near, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_mistake_is_told_in_words() {
        assert_eq!(Pattern::mistake("HB-[0-9]{4}"), None);
        assert_eq!(Pattern::mistake("(?i)grün|[\\p{Greek}]+"), None);
        assert_eq!(Pattern::mistake("HB-("), Some("unclosed group".to_owned()));
        assert_eq!(Pattern::mistake("[0-9]*"), Some("it also matches nothing at all".to_owned()));
        for regex in ["\\bHB", "(a)\\1", "(?=a)b", "[\\p{L}]{1,200}[\\p{L}\\d]{1,200}"] {
            assert!(Pattern::mistake(regex).is_some(), "{regex}");
        }
    }

    #[test]
    fn a_search_that_would_take_long_ends_and_says_so() {
        let text = "a a ".repeat(10_000);
        let pattern = Pattern { kind: Kind::EmployeeId, regex: "[a ]+!".to_owned(), near: Vec::new() };
        let (mut budget, mut hits) = (Budget::default(), Vec::new());
        budget.add(text.len());
        Reported::new(&[pattern]).unwrap().unwrap().find(&text, &mut budget, &mut hits);
        assert!(hits.is_empty() && budget.is_over());
    }
}
