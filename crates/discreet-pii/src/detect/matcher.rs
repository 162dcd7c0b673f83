//! All patterns in one automaton. It reads a text from a given place and reports every form that begins there.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};

use crate::kinds::{Code, Form, labelled};
use crate::recognisers::code::is_joined;
use crate::{Kind, Kinds};

/// The most memory, in bytes, of the automaton. Building it takes four times as much at most.
const BIGGEST: usize = 16 << 20;

/// The most bytes of a form, so that no text takes long.
const LONGEST: usize = 1024;

/// A [`Finder`](crate::Finder) could not be built.
#[derive(Debug, thiserror::Error)]
pub enum NotBuilt {
    /// The patterns do not compile.
    #[error("the patterns of personal data could not be compiled: {0}")]
    Patterns(Box<dense::BuildError>),
    /// The automaton has no start state.
    #[error("the patterns of personal data have no beginning: {0}")]
    Start(regex_automata::dfa::StartError),
    /// The lists of texts of a policy do not compile.
    #[error("the lists of texts to report always or never could not be compiled: {0}")]
    Lists(Box<aho_corasick::BuildError>),
}

/// The patterns of some kinds.
pub(super) struct Matcher {
    automaton: dense::DFA<Vec<u32>>,
    /// The start state. It does not look behind.
    start: StateID,
    forms: Vec<(Kind, &'static Form)>,
    codes: Vec<(Kind, Code)>,
    code_kinds: Kinds,
    labelled: Kinds,
}

/// A match of a form: its number, and the end of the match.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormMatch {
    pub(super) form: u32,
    pub(super) end: usize,
}

impl Matcher {
    /// Compiles the patterns of `kinds`.
    pub(super) fn new(kinds: Kinds) -> Result<Matcher, NotBuilt> {
        let forms: Vec<(Kind, &Form)> = kinds
            .iter()
            .flat_map(|kind| kind.definition().forms.iter().map(move |form| (kind, form)))
            .collect();
        let codes: Vec<(Kind, Code)> =
            kinds.iter().filter_map(|kind| Some((kind, kind.definition().code?))).collect();
        let code_kinds = codes.iter().map(|(kind, _)| *kind).collect();
        let pattern = |(_, form): &(Kind, &Form)| match form.case_sensitive {
            true => form.pattern.to_string(),
            false => format!("(?i:{})", form.pattern),
        };
        let patterns: Vec<String> = forms.iter().map(pattern).collect();
        let automaton = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .match_kind(MatchKind::All)
                    .start_kind(StartKind::Anchored)
                    .dfa_size_limit(Some(BIGGEST))
                    .determinize_size_limit(Some(BIGGEST * 4)),
            )
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(thompson::Config::new().utf8(false))
            .build_many(&patterns)
            .map_err(|err| NotBuilt::Patterns(Box::new(err)))?;
        let config = start::Config::new().anchored(Anchored::Yes);
        let start = automaton.start_state(&config).map_err(NotBuilt::Start)?;
        let labelled = kinds.iter().filter(|kind| labelled().contains(*kind)).collect();
        Ok(Matcher { automaton, start, forms, codes, code_kinds, labelled })
    }

    /// The form of this number, and its kind.
    pub(super) fn form(&self, number: u32) -> Option<(Kind, &'static Form)> {
        self.forms.get(number as usize).copied()
    }

    /// The kinds with codes that only context makes anything of.
    pub(super) fn codes(&self) -> impl Iterator<Item = (Kind, Code)> + '_ {
        self.codes.iter().copied()
    }

    /// The kinds of [`codes`](Matcher::codes).
    pub(super) fn code_kinds(&self) -> Kinds {
        self.code_kinds
    }

    /// The kinds whose label announces a number of any form.
    pub(super) fn labelled(&self) -> Kinds {
        self.labelled
    }

    /// The memory of the automaton, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.automaton.memory_usage()
    }

    /// Finds every form that begins at `start` and ends at the end of a word; of each form the longest match. Returns
    /// the number of bytes that it read.
    pub(super) fn read(&self, bytes: &[u8], start: usize, matches: &mut Vec<FormMatch>) -> usize {
        matches.clear();
        let mut state = self.start;
        for (at, byte) in bytes.iter().enumerate().skip(start).take(LONGEST) {
            state = self.automaton.next_state(state, *byte);
            if self.automaton.is_special_state(state) {
                if self.automaton.is_match_state(state) && boundary(bytes, at) {
                    self.keep(state, at, matches);
                } else if self.automaton.is_dead_state(state) || self.automaton.is_quit_state(state) {
                    return at + 1 - start;
                }
            }
        }
        state = self.automaton.next_eoi_state(state);
        // The rest of a longer form is not read, but its beginning is reported.
        if self.automaton.is_match_state(state) {
            self.keep(state, bytes.len().min(start + LONGEST), matches);
        }
        LONGEST.min(bytes.len().saturating_sub(start))
    }

    /// Keeps the forms that match in `state`.
    fn keep(&self, state: StateID, end: usize, matches: &mut Vec<FormMatch>) {
        for index in 0..self.automaton.match_len(state) {
            let form = self.automaton.match_pattern(state, index).as_u32();
            match matches.iter_mut().find(|known| known.form == form) {
                Some(known) => known.end = end,
                None => matches.push(FormMatch { form, end }),
            }
        }
    }
}

/// Does a word or a number end at `end`?
fn boundary(bytes: &[u8], end: usize) -> bool {
    let at = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
    match at(end) {
        byte if byte.is_ascii_alphanumeric() => at(end.wrapping_sub(1)) == b'=',
        b'_' => at(end.wrapping_sub(1)) == b'=' || !is_joined(bytes.get(end..).unwrap_or_default()),
        // Letters of European scripts continue a word. Other scripts follow a number without a blank.
        0xC3..=0xD3 => !at(end.wrapping_sub(1)).is_ascii_alphanumeric(),
        b'-' | b':' => !at(end + 1).is_ascii_digit(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::detect::skip::is_month;

    #[test]
    fn no_form_but_a_date_begins_with_letters_and_an_accent() {
        let matcher = Matcher::new(Kind::BUILT_IN.iter().copied().collect()).unwrap();
        let next = |state, byte| matcher.automaton.next_state(state, byte);
        let (mut seen, mut dates) = (HashSet::new(), 0);
        let mut words = vec![(Vec::new(), matcher.start)];
        while let Some((word, state)) = words.pop() {
            for second in (0x9f..=0xbf).filter(|second| *second != 0xb7 && !word.is_empty()) {
                if !matcher.automaton.is_dead_state(next(next(state, 0xc3), second)) {
                    let text = [word.as_slice(), &[0xc3, second]].concat();
                    assert!(is_month(&text, word.len()), "{}", String::from_utf8_lossy(&text));
                    dates += 1;
                }
            }
            let capitals = (b'A'..=b'Z').filter(|_| word.is_empty());
            for letter in (b'a'..=b'z').chain(capitals) {
                let state = next(state, letter);
                if !matcher.automaton.is_dead_state(state) && (word.len() < 3 || seen.insert(state)) {
                    words.push(([word.as_slice(), &[letter]].concat(), state));
                }
            }
        }
        assert!(dates >= 6);
    }
}
