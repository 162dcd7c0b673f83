//! What becomes of what: by kind, and by field.

use crate::{Field, Hit, Kind, Kinds, Operator};

/// What an audience's texts are redacted by.
#[derive(Debug, Clone)]
pub struct TextRules {
    /// By the kind's number; `None` if it is let through.
    kinds: [Option<Operator>; Kind::ALL.len()],
    threshold: u8,
    whole: Vec<(String, Operator)>,
}

/// What is known of one field of a type, and what the rules say of it. Made once for each field.
#[derive(Debug, Clone)]
pub struct FieldRules {
    path: String,
    field: Field,
    whole: Option<Operator>,
}

impl TextRules {
    /// Every kind is treated by `operator`.
    pub fn new(operator: Operator) -> TextRules {
        TextRules { kinds: [Some(operator); Kind::ALL.len()], threshold: 0, whole: Vec::new() }
    }

    /// For these kinds another operator; with `None` they are let through.
    pub fn set(&mut self, kinds: Kinds, operator: Option<Operator>) {
        for kind in kinds.iter() {
            if let Some(of) = self.kinds.get_mut(kind as usize) {
                *of = operator;
            }
        }
    }

    /// What is less sure than that, in hundredths, is let through.
    pub fn set_threshold(&mut self, threshold: u8) {
        self.threshold = threshold;
    }

    /// A field, and what is in it, is treated whole, whatever it looks like: `guest.passport_no`. In a string of JSON its keys
    /// go on from the field's name, or stand alone.
    pub fn set_whole(&mut self, path: &str, operator: Operator) {
        self.whole.push((plain(path), operator));
    }

    /// What they look for.
    pub fn kinds(&self) -> Kinds {
        Kind::ALL.iter().copied().filter(|kind| self.of(*kind).is_some()).collect()
    }

    /// What becomes of a kind.
    pub fn of(&self, kind: Kind) -> Option<Operator> {
        self.kinds.get(kind as usize).copied().flatten()
    }

    /// What becomes of a hit.
    pub(super) fn operator(&self, hit: &Hit) -> Option<Operator> {
        self.of(hit.kind).filter(|_| hit.score >= self.threshold)
    }

    /// What they say of a field. An index in its path does not count.
    pub fn field(&self, path: &str) -> FieldRules {
        let path = plain(path);
        FieldRules { field: Field::of(&path), whole: self.longest(|rule| is_in(&path, rule)), path }
    }

    /// Is there a rule for something in a document in this field?
    pub(super) fn names_inside(&self, path: &str) -> bool {
        // A rule that names no field of the type may be of keys alone.
        self.whole.iter().any(|(rule, _)| rule != path)
    }

    /// What they say of a value in a document in a field.
    pub(super) fn whole_inside(&self, path: &str, keys: &str) -> Option<Operator> {
        let keys = plain(keys);
        let behind =
            |rule: &str| rule.strip_prefix(path).and_then(|rest| rest.strip_prefix('.')).map(str::len);
        let fits = |rule: &str| {
            let inner = behind(rule).and_then(|length| rule.get(rule.len() - length..));
            !keys.is_empty() && (is_in(&keys, rule) || inner.is_some_and(|inner| is_in(&keys, inner)))
        };
        self.longest(fits)
    }

    /// The rule that says most of those that fit; of two alike the later.
    fn longest(&self, fits: impl Fn(&str) -> bool) -> Option<Operator> {
        let fitting = self.whole.iter().filter(|(rule, _)| fits(rule));
        fitting.max_by_key(|(rule, _)| rule.len()).map(|(_, operator)| *operator)
    }
}

impl FieldRules {
    /// The same field, with text that was spoken or not.
    pub fn spoken(mut self, spoken: bool) -> FieldRules {
        self.field.spoken = spoken;
        self
    }

    /// Its path, without indices.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What its name promises.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// What becomes of all of it.
    pub fn whole(&self) -> Option<Operator> {
        self.whole
    }
}

/// Is `path` the field that `rule` names, or in it?
fn is_in(path: &str, rule: &str) -> bool {
    path.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// `guests[3].name` to `guests.name`.
fn plain(path: &str) -> String {
    let mut inside = false;
    let outside = |c: &char| {
        inside = *c == '[' || (inside && *c != ']');
        !inside && *c != ']'
    };
    path.chars().filter(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_that_says_most_counts() {
        let mut rules = TextRules::new(Operator::Replace);
        rules.set_whole("guest", Operator::Remove);
        rules.set_whole("guest.passport_no", Operator::Mask);
        assert_eq!(rules.field("guest.passport_no").whole(), Some(Operator::Mask));
        assert_eq!(rules.field("guest[2].name").whole(), Some(Operator::Remove));
        assert_eq!(rules.field("guests.name").whole(), None);
        assert_eq!(rules.whole_inside("data", "guest.passport_no"), Some(Operator::Mask));
        assert_eq!(rules.whole_inside("data", "hotel.guest"), None);
    }

    #[test]
    fn keys_go_on_from_the_fields_name_or_stand_alone() {
        let mut rules = TextRules::new(Operator::Replace);
        rules.set_whole("data.visa", Operator::Remove);
        assert_eq!(rules.whole_inside("data", "visa.number"), Some(Operator::Remove));
        assert_eq!(rules.whole_inside("text", "visa.number"), None);
        assert_eq!(rules.whole_inside("text", "data.visa"), Some(Operator::Remove));
    }

    #[test]
    fn kinds_can_be_let_through() {
        let mut rules = TextRules::new(Operator::Replace);
        rules.set(Kinds::named("contact").unwrap(), None);
        assert!(!rules.kinds().contains(Kind::Phone) && rules.kinds().contains(Kind::Iban));
    }
}
