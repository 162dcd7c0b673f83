//! All patterns in one automaton, which reads a text once from a given place and tells every form that begins there.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};

use super::Kinds;
use super::rules::{self, Rule};

/// The automaton takes no more memory than this, nor does building it.
const BIGGEST: usize = 16 << 20;

/// No form is followed further than this, so that no text takes long.
const LONGEST: usize = 1024;

/// The patterns could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum NotBuilt {
    /// The patterns of the library.
    #[error("the patterns of personal data could not be compiled: {0}")]
    Patterns(Box<dense::BuildError>),
    /// Their beginning.
    #[error("the patterns of personal data have no beginning: {0}")]
    Start(regex_automata::dfa::StartError),
    /// The lists of texts that a policy has.
    #[error("the lists of texts to report always or never could not be compiled: {0}")]
    Lists(Box<aho_corasick::BuildError>),
}

/// Every pattern of some kinds.
pub(super) struct Matcher {
    automaton: dense::DFA<Vec<u32>>,
    /// Where it starts; nothing is looked at before that.
    start: StateID,
    rules: Vec<&'static Rule>,
}

/// A form that was seen: the number of its rule, and where it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) rule: u32,
    pub(super) end: usize,
}

impl Matcher {
    /// For the patterns of `kinds`.
    pub(super) fn new(kinds: Kinds) -> Result<Matcher, NotBuilt> {
        let rules: Vec<&Rule> = rules::all().filter(|rule| kinds.contains(rule.kind)).collect();
        let pattern = |rule: &&Rule| match rule.as_written {
            true => rule.pattern.to_string(),
            false => format!("(?i:{})", rule.pattern),
        };
        let patterns: Vec<String> = rules.iter().map(pattern).collect();
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
        Ok(Matcher { automaton, start, rules })
    }

    /// The rule of this number.
    pub(super) fn rule(&self, number: u32) -> Option<&'static Rule> {
        self.rules.get(number as usize).copied()
    }

    /// How many bytes it takes.
    pub(super) fn memory(&self) -> usize {
        self.automaton.memory_usage()
    }

    /// Every form that begins at `start` and ends where a word does. Of one rule the longest. Returns how many bytes it looked at.
    pub(super) fn read(&self, bytes: &[u8], start: usize, seen: &mut Vec<Seen>) -> usize {
        seen.clear();
        let mut state = self.start;
        for (at, byte) in bytes.iter().enumerate().skip(start).take(LONGEST) {
            state = self.automaton.next_state(state, *byte);
            if self.automaton.is_special_state(state) {
                if self.automaton.is_match_state(state) && boundary(bytes, at) {
                    self.keep(state, at, seen);
                } else if self.automaton.is_dead_state(state) || self.automaton.is_quit_state(state) {
                    return at + 1 - start;
                }
            }
        }
        state = self.automaton.next_eoi_state(state);
        // Of what is longer than the longest the rest is not seen, but that it was there is.
        if self.automaton.is_match_state(state) {
            self.keep(state, bytes.len().min(start + LONGEST), seen);
        }
        LONGEST.min(bytes.len().saturating_sub(start))
    }

    fn keep(&self, state: StateID, end: usize, seen: &mut Vec<Seen>) {
        for index in 0..self.automaton.match_len(state) {
            let rule = self.automaton.match_pattern(state, index).as_u32();
            match seen.iter_mut().find(|seen| seen.rule == rule) {
                Some(seen) => seen.end = end,
                None => seen.push(Seen { rule, end }),
            }
        }
    }
}

/// Does a word or a number end here?
fn boundary(bytes: &[u8], end: usize) -> bool {
    let at = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
    match at(end) {
        byte if byte.is_ascii_alphanumeric() || byte == b'_' => at(end.wrapping_sub(1)) == b'=',
        // Letters of Europe go on; those of other scripts stand beside a number without a blank.
        0xC3..=0xD3 => !at(end.wrapping_sub(1)).is_ascii_alphanumeric(),
        b'-' | b':' => !at(end + 1).is_ascii_digit(),
        _ => true,
    }
}
