//! Patterns of a policy: kinds of its own, and texts that are never hidden.

use super::super::declared::Declared;
use super::super::file::{Located, PersonalDataEntry};
use super::super::finding::{Span, has_errors, quoted, suggest};
use super::Checker;
use super::fields::places;
use discreet_pii::{Kind, Kinds, NotAKind, Pattern, PersonalData};

/// The most patterns of a policy.
const MOST: usize = 64;
/// The most kinds of its own.
const MOST_KINDS: usize = 16;

const SYNTAX: &str =
    "write a regular expression without `\\b`, look-around and back references, such as `HB-[0-9]{4}`";

/// Texts that have little in common. A pattern of texts to show should not match two of them.
const UNLIKE: [&str; 14] = [
    "4111 1111 1111 1111",
    "4111111111111111",
    "+49 30 901820",
    "030901820",
    "Ada Lovelace",
    "Grace Hopper",
    "Lovelace",
    "Hopper",
    "ada@example.org",
    "g.hopper@navy.example",
    "10 Downing Street",
    "1 May 1990",
    "01.05.1990",
    "DE89 3704 0044 0532 0130 00",
];

/// `patterns`, `near` and `allow_patterns`.
pub(super) fn patterns(
    entry: &Located<PersonalDataEntry>,
    written: &PersonalDataEntry,
    personal: &mut PersonalData,
    context: &mut Checker,
) {
    let patterns = || written.patterns.iter().flatten();
    let shown = || written.allow_patterns.iter().flatten();
    // Each is compiled.
    let count = patterns().map(|(_, regexes)| regexes.0.len()).sum::<usize>() + shown().count();
    if count > MOST || patterns().count() > MOST_KINDS {
        let message = format!("there are {count} patterns for {} kinds", patterns().count());
        let help = format!(
            "use at most {MOST} for {MOST_KINDS} kinds: join some with `|`, or list texts under `hide` and `allow`"
        );
        return context.error("too-many", entry.place("patterns"), message, help);
    }
    let near = |word: &str| written.near.iter().flatten().find(|(of, _)| *of == word);
    for (word, regexes) in patterns() {
        let (key, _) = places(entry, "patterns", word);
        let Some(kind) = kind(word, key, context) else { continue };
        if kind.is_own() {
            personal.own.insert(kind);
        }
        for (index, regex) in regexes.0.iter().enumerate() {
            if is_pattern(regex, item(entry, "patterns", word, index), context) {
                let mut near = near(word).map(|(_, near)| near.0.clone()).unwrap_or_default();
                near.sort();
                near.dedup();
                personal.patterns.push(Pattern { kind, regex: regex.clone(), near });
            }
        }
    }
    words_in_front(entry, written, context);
    for (index, regex) in shown().enumerate() {
        let place = entry.item_place("allow_patterns", index);
        if !is_pattern(regex, place, context) {
            continue;
        }
        let shown = Pattern::fits(regex, &UNLIKE);
        if let [one, other, ..] = shown.as_slice() {
            let message =
                format!("{} shows {} and {}, if they are found", quoted(regex), quoted(one), quoted(other));
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

/// Warns of patterns whose kind no topic, service or class names: they hide nothing.
pub(super) fn without_rule(
    section: Option<&Located<PersonalDataEntry>>,
    declared: &Declared,
    context: &mut Checker,
) {
    let Some(entry) = section.filter(|_| !has_errors(&context.findings)) else { return };
    let texts = declared.topics.iter().chain(&declared.ingress).filter_map(|of| of.text.as_ref());
    let classes = declared.classes.values().flatten().filter_map(|class| class.escalation());
    let rules = texts.chain(classes.map(|escalation| &escalation.rules));
    let named = rules.fold(Kinds::NONE, |named, rules| named.union(rules.kinds()));
    let words = entry.value.iter().flat_map(|written| written.patterns.iter().flatten());
    for (word, _) in words {
        let kinds = declared.personal.named(word).unwrap_or_default();
        if !kinds.iter().any(|kind| named.contains(kind)) {
            let message = format!("no `redact` names {}: its patterns hide nothing", quoted(word));
            let help = format!("add it to the fields that have it, `data: [{word}]`, or take it out");
            context.warning("unused-kind", places(entry, "patterns", word).0, message, help);
        }
    }
}

/// Can this be searched? Reports the mistake otherwise.
fn is_pattern(regex: &str, place: Span, context: &mut Checker) -> bool {
    if let Some((written, seen)) = Pattern::unseen(regex) {
        let message = format!("{} matches nothing: text is searched as a reader sees it", quoted(regex));
        let help = match seen.is_empty() {
            true => format!("leave out {}, which nobody sees", quoted(&written)),
            false => format!("write {} for {}", quoted(&seen), quoted(&written)),
        };
        context.error("bad-pattern", place, message, help);
        return false;
    }
    if let Some(mistake) = Pattern::mistake(regex) {
        let message = format!("{} is not a pattern: {mistake}", quoted(regex));
        context.error("bad-pattern", place, message, SYNTAX);
        return false;
    }
    true
}

/// `near`.
fn words_in_front(entry: &Located<PersonalDataEntry>, written: &PersonalDataEntry, context: &mut Checker) {
    for (word, words) in written.near.iter().flatten() {
        let (key, _) = places(entry, "near", word);
        let patterns = written.patterns.as_ref();
        if patterns.is_none_or(|patterns| !patterns.contains_key(word)) {
            let message = format!("{} has no patterns", quoted(word));
            let known = patterns.into_iter().flat_map(|patterns| patterns.keys().map(String::as_str));
            context.error("near-without-pattern", key, message, suggest(word, known, ""));
        }
        for (index, near) in words.0.iter().enumerate() {
            let is_word = near.chars().any(char::is_alphanumeric);
            if !is_word
                || near.contains(['*', '[', '(', '\\', '^', '$', '|', '?'])
                || near.split(' ').count() > 3
            {
                let message = format!("{} is not a word or two", quoted(near));
                let help = "name whole words as they stand in front of the text, each form of them: `[locker, lockers]`";
                context.error("bad-near", item(entry, "near", word, index), message, help);
            }
        }
    }
}

/// The place of an item of a list under a word of `patterns` or `near`.
fn item(entry: &Located<PersonalDataEntry>, part: &str, word: &str, index: usize) -> Span {
    let list = entry.node.entry(part).and_then(|part| part.node.entry(word));
    list.map_or(entry.span, |list| list.node.item_place(index))
}

/// The kind that patterns are for: a built-in one, or one of the policy's own.
fn kind(word: &str, place: Span, context: &mut Checker) -> Option<Kind> {
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
                NotAKind::TooMany => "restart the guard",
            };
            context.error("bad-kind", place, format!("{} cannot be a kind: {reason}", quoted(word)), help);
            None
        }
    }
}
