//! Redaction of text: which kinds are hidden in which field, and by which operator.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::declared::{is_image, is_opaque};
use super::super::file::{FieldEntry, Hide, KindWord, Located, PersonalDataEntry, RedactionEntry};
use super::super::finding::{Span, quoted, suggest};
use super::super::names::{is_outside, is_word};
use super::super::tree::{self, Node};
use super::{Checker, patterns};
use discreet_pii::{Kinds, Operator, PersonalData};
use discreet_redact::{EVERY_FIELD, FieldRule, TextRules};

/// The `personal_data` section.
pub(super) fn personal_data(
    section: Option<&Located<PersonalDataEntry>>,
    context: &mut Checker,
) -> PersonalData {
    let mut personal = PersonalData::default();
    let Some(entry) = section else { return personal };
    let Some(written) = &entry.value else { return personal };
    // They may define kinds, which the other parts name.
    patterns::patterns(entry, written, &mut personal, context);
    for (word, hide) in written.operators.iter().flatten() {
        let (key, value) = places(entry, "operators", word);
        let Some(kinds) = known(word, key, &personal, context) else { continue };
        let Some(operator) = operator(*hide, word, value, context) else { continue };
        personal.hide(kinds, operator);
    }
    for (word, threshold) in written.thresholds.iter().flatten() {
        let (key, _) = places(entry, "thresholds", word);
        let Some(kinds) = known(word, key, &personal, context) else { continue };
        if kinds.iter().all(|kind| kind.is_own()) {
            let message = format!("{} has patterns of yours, which are certain", quoted(word));
            let help = "take the threshold out, and write a narrower pattern or words in front (`near`)";
            context.error("no-threshold", key, message, help);
            continue;
        }
        personal.set_threshold(kinds, u8::try_from(threshold.0).unwrap_or(100));
    }
    for (word, texts) in written.hide.iter().flatten() {
        let (key, _) = places(entry, "hide", word);
        let kinds = known(word, key, &personal, context);
        let Some(kind) = kinds.and_then(|kinds| kinds.iter().next()) else { continue };
        let texts = texts.iter().filter(|text| !text.trim().is_empty());
        personal.always.extend(texts.map(|text| (kind, text.clone())));
    }
    personal.wants_name_model = written.name_model.unwrap_or_default();
    personal.never.extend(written.allow.iter().flatten().cloned());
    if let Some(key) = &written.key {
        if is_outside(key) {
            let message = format!("key {} is outside the policy's folder", quoted(key));
            let help = "name a file next to the policy, such as `identities/pseudonyms.key`";
            context.error("key-outside", entry.place("key"), message, help);
        }
        personal.key_file = Some(key.clone());
    }
    if personal.key_file.is_none()
        && let Some((word, _)) = written.operators.iter().flatten().find(|(_, hide)| needs_key(**hide))
    {
        no_key(places(entry, "operators", word).1, context);
    }
    personal
}

/// The places of a key in a map of an entry, and of its value; those of the entry without such a key.
pub(super) fn places<T>(entry: &Located<T>, part: &str, key: &str) -> (Span, Span) {
    let found = entry.node.entry(part).and_then(|part| part.node.entry(key));
    found.map_or((entry.span, entry.span), |found| (found.key_span, found.node.span))
}

fn known(word: &str, place: Span, personal: &PersonalData, context: &mut Checker) -> Option<Kinds> {
    let kinds = personal.named(word);
    if kinds.is_none() {
        let message = format!("{} is not a kind of personal data", quoted(word));
        context.error("unknown-kind", place, message, suggest(word, personal.words(), ""));
    }
    kinds
}

/// The text rules of one topic or service. `None` without `redact:`, for images, and after an error, which is reported.
pub(super) fn rules<T>(
    entry: &Located<T>,
    type_name: &str,
    redact: Option<&BTreeMap<String, RedactionEntry>>,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> Option<Arc<TextRules>> {
    let rules = field_rules(entry, type_name, redact, personal, context)?;
    Some(Arc::new(TextRules::new(rules, Arc::clone(personal))))
}

/// The same, by path.
pub(super) fn field_rules<T>(
    entry: &Located<T>,
    type_name: &str,
    redact: Option<&BTreeMap<String, RedactionEntry>>,
    personal: &PersonalData,
    context: &mut Checker,
) -> Option<Vec<(String, FieldRule)>> {
    let redact = redact?;
    if redact.is_empty() {
        let help = "name what to hide, or leave `redact` out";
        context.error("empty-redact", entry.place("redact"), "`redact` names nothing to hide", help);
        return None;
    }
    if is_image(type_name) {
        return None;
    }
    if is_opaque(type_name) {
        // Hiding its text would leave the picture.
        let message = format!("nothing can be covered in a {}", quoted(type_name));
        let help = "take `redact` out and deny the topic";
        context.error("cannot-redact", entry.key_place("redact"), message, help);
        return None;
    }
    let parts = entry.node.entry("redact");
    let mut rules = Vec::new();
    for (field, how) in redact {
        let place = parts.and_then(|parts| parts.node.entry(field));
        let Some(place) = place else { continue };
        if let Some(rule) = rule(field, how, place, type_name, personal, context) {
            rules.push((field.clone(), rule));
        }
    }
    (rules.len() == redact.len()).then_some(rules)
}

/// The rule for one field. `None` after an error, which is reported.
pub(super) fn rule(
    field: &str,
    how: &RedactionEntry,
    place: &tree::MapEntry,
    type_name: &str,
    personal: &PersonalData,
    context: &mut Checker,
) -> Option<FieldRule> {
    let (key, value) = (place.key_span, place.node.span);
    if let RedactionEntry::How(Hide::Image(_) | Hide::Frame(_)) = how {
        let message =
            format!("{} is covered as in an image, but the topic is a {}", quoted(field), quoted(type_name));
        let help = "name the kinds to hide in the field: `data: [phone, email]`";
        context.error("redact-mismatch", key, message, help);
        return None;
    }
    if field != EVERY_FIELD && !is_path(field) {
        let message = format!("{} is not a field of a message", quoted(field));
        let help = "write a field, or a path to one: `data`, `status[].message`; `\"*\"` stands for all";
        context.error("bad-field", key, message, help);
        return None;
    }
    let (find, list, with, spoken): (&[KindWord], _, _, _) = match how {
        RedactionEntry::How(hide) => {
            needs_a_key(*hide, value, personal, context);
            return operator(*hide, field, value, context).map(FieldRule::Whole);
        }
        RedactionEntry::Kinds(find) => (find, Some(&place.node), None, None),
        RedactionEntry::Field(FieldEntry { find, with, spoken }) => {
            (find, place.node.entry("find").map(|entry| &entry.node), *with, *spoken)
        }
    };
    let kinds = kinds(find, list.unwrap_or(&place.node), personal, context)?;
    if kinds.is_empty() {
        let help = "name kinds of personal data: `[phone, email]`";
        context.error("empty-redact", key, format!("nothing is hidden in {}", quoted(field)), help);
        return None;
    }
    let with = match with {
        None => None,
        Some(hide) => {
            needs_a_key(hide, value, personal, context);
            Some(operator(hide, field, value, context)?)
        }
    };
    Some(FieldRule::Find { kinds, with, spoken: spoken.unwrap_or(false) })
}

/// The kinds of the words of a list. `None` after an error, which is reported.
pub(crate) fn kinds(
    words: &[KindWord],
    list: &Node,
    personal: &PersonalData,
    context: &mut Checker,
) -> Option<Kinds> {
    let kinds = words.iter().enumerate();
    let kinds: Vec<_> =
        kinds.map(|(index, word)| known(&word.0, list.item_place(index), personal, context)).collect();
    kinds.into_iter().try_fold(Kinds::NONE, |all, kinds| Some(all.union(kinds?)))
}

fn operator(hide: Hide, of: &str, place: Span, context: &mut Checker) -> Option<Operator> {
    match hide {
        Hide::Text(operator) => Some(operator),
        Hide::Image(_) | Hide::Frame(_) => {
            let message = format!("`{}` is for images, but {} is text", hide.name(), quoted(of));
            let words: Vec<String> = Operator::hiding().map(|word| format!("`{word}`")).collect();
            let help = format!("write one of {}", words.join(", "));
            context.error("redact-mismatch", place, message, help);
            None
        }
    }
}

fn needs_key(hide: Hide) -> bool {
    match hide {
        Hide::Text(operator) => operator.needs_keys(),
        Hide::Image(_) | Hide::Frame(_) => false,
    }
}

fn needs_a_key(hide: Hide, place: Span, personal: &PersonalData, context: &mut Checker) {
    if needs_key(hide) && personal.key_file.is_none() {
        no_key(place, context);
    }
}

fn no_key(place: Span, context: &mut Checker) {
    let help = "make one with `discreet pseudonym-key FILE`, and name it: `personal_data: { key: FILE }`";
    context.error("no-pseudonym-key", place, "this needs a key, and the policy names none", help);
}

/// A path to a field, `status[].message` or `status.message`.
fn is_path(path: &str) -> bool {
    path.len() <= 255 && path.split('.').all(|part| is_word(part.strip_suffix("[]").unwrap_or(part)))
}
