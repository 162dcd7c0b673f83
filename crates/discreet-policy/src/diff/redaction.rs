//! Redacted forms, compared: which of two shows more.

use std::collections::BTreeSet;

use super::super::closure::hides_less;
use super::super::declared::Declaration;
use super::{Affected, Direction, Facet};
use discreet_pii::{Kinds, Operator};
use discreet_redact::{FieldRule, TextRules};

/// True first, if the redacted form of the new declaration shows something that the old one hides; second, the
/// reverse. The
/// `personal_data` section is compared separately.
pub(super) fn shows(old: &Declaration, new: &Declaration) -> (bool, bool) {
    match (&old.text, &new.text, &old.image, &new.image) {
        (Some(old), Some(new), _, _) => texts(old, new),
        (_, _, Some(old), Some(new)) => (hides_less(Some(new), Some(old)), hides_less(Some(old), Some(new))),
        // Text on one side, an image on the other: nothing of the one is in the other.
        (Some(_), None, None, Some(_)) | (None, Some(_), Some(_), None) => (true, true),
        _ => (false, false),
    }
}

fn texts(old: &TextRules, new: &TextRules) -> (bool, bool) {
    either(names(old, new).into_iter().map(|name| field(old.rule(name), new.rule(name))))
}

/// Every name that one of them has a rule for. A rule for a part of a field may be weaker than that for the field.
fn names<'a>(old: &'a TextRules, new: &'a TextRules) -> BTreeSet<&'a str> {
    old.fields().chain(new.fields()).map(|(name, _)| name).collect()
}

fn field(old: Option<&FieldRule>, new: Option<&FieldRule>) -> (bool, bool) {
    match (old, new) {
        (None, None) => (false, false),
        (Some(_), None) => (true, false),
        (None, Some(_)) => (false, true),
        // All of a field is hidden instead of its findings; but an operator may show more of these than before.
        (Some(FieldRule::Find { with, .. }), Some(FieldRule::Whole(whole))) => {
            (shows_more(*with, *whole), true)
        }
        (Some(FieldRule::Whole(whole)), Some(FieldRule::Find { with, .. })) => {
            (true, shows_more(*with, *whole))
        }
        (Some(FieldRule::Whole(old)), Some(FieldRule::Whole(new))) => old.compared(*new),
        (
            Some(FieldRule::Find { kinds: old, with: old_way, .. }),
            Some(FieldRule::Find { kinds: new, with: new_way, .. }),
        ) => {
            let found = (!new.covers(*old), !old.covers(*new));
            either([found, ways(*old_way, *new_way)])
        }
    }
}

/// True if `whole` may show something of a finding that `with` hides. Without `with`, each kind has its own operator in
/// `personal_data`, which may be the strictest.
fn shows_more(with: Option<Operator>, whole: Operator) -> bool {
    with.unwrap_or(Operator::Remove).compared(whole).0
}

/// Two operators for findings. Without one, each kind has its own in `personal_data`, which is not known here.
fn ways(old: Option<Operator>, new: Option<Operator>) -> (bool, bool) {
    match (old, new) {
        (Some(old), Some(new)) => old.compared(new),
        (None, None) => (false, false),
        (Some(_), None) | (None, Some(_)) => (true, true),
    }
}

fn either(all: impl IntoIterator<Item = (bool, bool)>) -> (bool, bool) {
    all.into_iter()
        .fold((false, false), |(more, less), (also_more, also_less)| (more || also_more, less || also_less))
}

/// Fields whose text counts as spoken in one policy only. Each way finds something that the other does not.
pub(super) fn spoken(name: &str, old: &Declaration, new: &Declaration) -> Vec<(Affected, Facet)> {
    let (Some(old), Some(new)) = (&old.text, &new.text) else { return Vec::new() };
    let spoken = |rules: &TextRules, field: &str| match rules.rule(field) {
        Some(FieldRule::Find { spoken, .. }) => Some(*spoken),
        Some(FieldRule::Whole(_)) | None => None,
    };
    let differs = |field: &str| {
        let (old, new) = (spoken(old, field)?, spoken(new, field)?);
        if old == new {
            return None;
        }
        let words = [old, new].map(|spoken| if spoken { "spoken" } else { "any" }.to_owned());
        let says = format!("has {name} redacted with `{field}` taken as text of the sort:");
        Some((
            Affected::Redacted,
            Facet::instead(&format!("redact.{field}.spoken"), words, Direction::Changes, &says),
        ))
    };
    names(old, new).into_iter().filter_map(differs).collect()
}

/// The kinds of personal data that are found in a declaration's text: all of them, and those hidden as
/// `personal_data` says.
pub(super) fn found(rules: &TextRules) -> (Kinds, Kinds) {
    let plain = rules.fields().fold(Kinds::NONE, |plain, (_, rule)| match rule {
        FieldRule::Find { kinds, with: None, .. } => plain.union(*kinds),
        FieldRule::Find { with: Some(_), .. } | FieldRule::Whole(_) => plain,
    });
    (rules.kinds(), plain)
}

/// The operators that a declaration's rules name for fields of their own.
pub(super) fn named_operators(rules: &TextRules) -> impl Iterator<Item = Operator> {
    rules.fields().filter_map(|(_, rule)| match rule {
        FieldRule::Whole(operator) => Some(*operator),
        FieldRule::Find { with, .. } => *with,
    })
}
