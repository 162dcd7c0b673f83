//! The rules of an audience: the operator of each kind and of whole fields.

use super::Operator;
use crate::{Field, Hit, Kind, Kinds};

/// The rules by which personal data is hidden from an audience.
#[derive(Debug, Clone)]
pub struct HidingRules {
    /// By the number of the kind; `None` if it is shown.
    kinds: [Option<Operator>; Kind::COUNT],
    threshold: u8,
    whole: Vec<(String, Operator)>,
}

/// A field of a type, and the rules for it. Made once for each field.
#[derive(Debug, Clone)]
pub struct FieldRules {
    path: String,
    field: Field,
    whole: Option<Operator>,
}

impl HidingRules {
    /// Applies `operator` to every kind.
    pub fn new(operator: Operator) -> HidingRules {
        HidingRules { kinds: [Some(operator); Kind::COUNT], threshold: 0, whole: Vec::new() }
    }

    /// Applies another operator to these kinds; with `None` they are shown.
    pub fn set(&mut self, kinds: Kinds, operator: Option<Operator>) {
        for (of, kind) in self.kinds.iter_mut().zip(Kind::all()) {
            if kinds.contains(kind) {
                *of = operator;
            }
        }
    }

    /// Shows findings with a score below `threshold`, 0 to 100.
    pub fn set_threshold(&mut self, threshold: u8) {
        self.threshold = threshold;
    }

    /// Applies `operator` to the whole value of a field and of the fields inside it: `guest.passport_no`. For JSON in
    /// a string the path is the field and then the keys, or the keys alone.
    pub fn set_whole(&mut self, path: &str, operator: Operator) {
        self.whole.push((plain(path), operator));
    }

    /// The kinds that are hidden.
    pub fn kinds(&self) -> Kinds {
        Kind::all().filter(|kind| self.of(*kind).is_some()).collect()
    }

    /// The operator of a kind; `None` if it is shown.
    pub fn of(&self, kind: Kind) -> Option<Operator> {
        self.kinds.get(kind as usize).copied().flatten()
    }

    /// The operator of a finding; `None` if it is shown.
    pub(super) fn operator(&self, hit: &Hit) -> Option<Operator> {
        self.of(hit.kind).filter(|_| hit.score >= self.threshold)
    }

    /// The rules for a field. Indices in its path do not count.
    pub fn field(&self, path: &str) -> FieldRules {
        let path = plain(path);
        FieldRules { field: Field::of(&path), whole: self.longest(|rule| is_in(&path, rule)), path }
    }

    /// Is there a rule for a value in a document in this field?
    pub(super) fn names_inside(&self, path: &str) -> bool {
        // A rule that does not name a field of the type may consist of keys alone.
        self.whole.iter().any(|(rule, _)| rule != path)
    }

    /// The operator of a value in a document in a field.
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

    /// The longest rule that fits; of two of the same length the later.
    fn longest(&self, fits: impl Fn(&str) -> bool) -> Option<Operator> {
        let fitting = self.whole.iter().filter(|(rule, _)| fits(rule));
        fitting.max_by_key(|(rule, _)| rule.len()).map(|(_, operator)| *operator)
    }
}

impl FieldRules {
    /// The same field with text that is a transcript of speech, or not.
    pub fn spoken(mut self, spoken: bool) -> FieldRules {
        self.field.spoken = spoken;
        self
    }

    /// The path, without indices.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The knowledge that its name gives.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// The operator of its whole value; `None` if the kinds decide.
    pub fn whole(&self) -> Option<Operator> {
        self.whole
    }
}

/// Is `path` the field of `rule`, or inside it?
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
        let mut rules = HidingRules::new(Operator::Replace);
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
        let mut rules = HidingRules::new(Operator::Replace);
        rules.set_whole("data.visa", Operator::Remove);
        assert_eq!(rules.whole_inside("data", "visa.number"), Some(Operator::Remove));
        assert_eq!(rules.whole_inside("text", "visa.number"), None);
        assert_eq!(rules.whole_inside("text", "data.visa"), Some(Operator::Remove));
    }

    #[test]
    fn kinds_can_be_let_through() {
        let mut rules = HidingRules::new(Operator::Replace);
        rules.set(Kinds::named("contact").unwrap(), None);
        assert!(!rules.kinds().contains(Kind::Phone) && rules.kinds().contains(Kind::Iban));
    }
}
