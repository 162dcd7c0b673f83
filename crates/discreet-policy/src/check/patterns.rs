//! Patterns of a policy: kinds of its own, and texts that are never hidden.

use super::super::file::{Entry, PersonalDataEntry};
use super::super::finding::{Span, quoted, suggest};
use super::Context;
use super::fields::places;
use discreet_pii::{Kind, Kinds, NotAKind, Pattern, PersonalData};

/// The most patterns of a policy.
const MOST: usize = 64;

const SYNTAX: &str =
    "write a regular expression without `\\b`, look-around and back references, such as `HB-[0-9]{4}`";

/// Texts of different kinds. A pattern of texts to show should not match two of them.
const UNLIKE: [&str; 5] =
    ["4111 1111 1111 1111", "Ada Lovelace", "ada@example.org", "10 Downing Street", "1 May 1990"];

/// `patterns`, `near` and `allow_patterns`.
pub(super) fn patterns(
    entry: &Entry<PersonalDataEntry>,
    written: &PersonalDataEntry,
    personal: &mut PersonalData,
    context: &mut Context,
) {
    let near = |word: &str| written.near.iter().flatten().find(|(of, _)| *of == word);
    for (word, regexes) in written.patterns.iter().flatten() {
        let (key, value) = places(entry, "patterns", word);
        let Some(kind) = kind(word, key, context) else { continue };
        if kind.is_own() {
            personal.own.insert(kind);
        }
        for regex in &regexes.0 {
            if let Some(mistake) = Pattern::mistake(regex) {
                bad(regex, &mistake, value, context);
                continue;
            }
            let near = near(word).map(|(_, near)| near.0.clone()).unwrap_or_default();
            personal.patterns.push(Pattern { kind, regex: regex.clone(), near });
        }
    }
    let count = personal.patterns.len() + written.allow_patterns.iter().flatten().count();
    if count > MOST {
        let message = format!("there are {count} patterns, more than {MOST}");
        let help = "join some with `|`, or list texts under `hide` and `allow`";
        return context.error("too-many", entry.place("patterns"), message, help);
    }
    for (word, words) in written.near.iter().flatten() {
        let (key, value) = places(entry, "near", word);
        let patterns = written.patterns.as_ref();
        if patterns.is_none_or(|patterns| !patterns.contains_key(word)) {
            let message = format!("{} has no patterns", quoted(word));
            let known = patterns.into_iter().flat_map(|patterns| patterns.keys().map(String::as_str));
            context.error("near-without-pattern", key, message, suggest(word, known, ""));
        }
        if words.0.iter().any(|word| !word.chars().any(char::is_alphanumeric)) {
            let help = "name words in front of the text: `[locker, spind]`";
            context.error("empty-near", value, "a word to stand in front has no letter", help);
        }
    }
    for regex in written.allow_patterns.iter().flatten() {
        let place = entry.place("allow_patterns");
        if let Some(mistake) = Pattern::mistake(regex) {
            bad(regex, &mistake, place, context);
            continue;
        }
        let shown: Vec<_> = UNLIKE.iter().filter(|text| Pattern::fits(regex, text)).collect();
        if let [one, other, ..] = shown.as_slice() {
            let message = format!(
                "{} shows texts as different as {} and {}",
                quoted(regex),
                quoted(one),
                quoted(other)
            );
            let help = "write what is the same in all texts that may be shown, such as `reception-[0-9]`";
            context.warning("wide-allow-pattern", place, message, help);
        }
        personal.never_patterns.push(regex.clone());
    }
    // Each may fit, and all of them not.
    let regexes = personal.patterns.iter().map(|pattern| &pattern.regex).chain(&personal.never_patterns);
    if !Pattern::fit_together(regexes.map(String::as_str)) {
        let help = "write shorter repetitions, and `[0-9]` and `[A-Za-z]` for `\\d` and `\\w`";
        context.error("bad-pattern", entry.place("patterns"), "all patterns together are too large", help);
    }
}

fn bad(regex: &str, mistake: &str, place: Span, context: &mut Context) {
    let message = format!("{} is not a pattern: {mistake}", quoted(regex));
    context.error("bad-pattern", place, message, SYNTAX);
}

/// The kind that patterns are for: a built-in one, or one of the policy's own.
fn kind(word: &str, place: Span, context: &mut Context) -> Option<Kind> {
    let built_in = Kinds::named(word).and_then(|kinds| kinds.iter().find(|kind| kind.name() == word));
    if built_in.is_some() {
        return built_in;
    }
    match Kind::own(word) {
        Ok(kind) => Some(kind),
        Err(reason) => {
            let help = match reason {
                NotAKind::Taken => "name one kind of the group, or one of your own",
                NotAKind::Name => "write a name such as `staff_badge`",
                NotAKind::TooMany => "use fewer kinds, or restart the guard",
            };
            context.error("bad-kind", place, format!("{} cannot be a kind: {reason}", quoted(word)), help);
            None
        }
    }
}
