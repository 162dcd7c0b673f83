//! The policy's rules for the text in one topic's messages, or in one service's responses.

use std::fmt;
use std::sync::Arc;

use discreet_pii::{Kinds, Operator, PersonalData};

/// Redaction of text: the policy's `redact:` of that topic or service, with its general rules for personal
/// data.
#[derive(Debug)]
pub struct TextRules {
    /// By field, as written, without brackets: `status.message`, a whole part of the message `guest`, or `*`.
    fields: Vec<(String, FieldRule)>,
    personal: Arc<PersonalData>,
}

/// Treatment of the text of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldRule {
    /// All of it is hidden, whatever it contains.
    Whole(Operator),
    /// The findings in it are hidden.
    Find {
        /// The kinds to find.
        kinds: Kinds,
        /// The operator that hides them; without it, the policy's operator of each kind.
        with: Option<Operator>,
        /// True if it is transcribed speech.
        spoken: bool,
    },
}

/// The name of all fields that no other rule names.
pub const EVERY_FIELD: &str = "*";

impl TextRules {
    /// Rules by field, at least one.
    pub fn new(fields: Vec<(String, FieldRule)>, personal: Arc<PersonalData>) -> TextRules {
        let fields = fields.into_iter().map(|(path, rule)| (path.replace("[]", ""), rule)).collect();
        TextRules { fields, personal }
    }

    /// Builds the finders, so that the first message need not wait.
    pub fn prepare(&self) {
        for (_, rule) in &self.fields {
            let kinds = match rule {
                FieldRule::Whole(_) => Kinds::NONE,
                FieldRule::Find { kinds, .. } => *kinds,
            };
            // A failure is kept inside, and reported when a message needs the finder.
            let _made = self.personal.finder(kinds);
        }
    }

    /// The policy's general rules for personal data.
    pub fn personal(&self) -> &Arc<PersonalData> {
        &self.personal
    }

    /// The rule for a field, by its path in the type, `status[].message`: the most specific one.
    pub fn rule(&self, path: &str) -> Option<&FieldRule> {
        let path = path.replace("[]", "");
        let speaks = self.fields.iter().filter(|(name, _)| speaks_of(name, &path));
        speaks.max_by_key(|(name, _)| if name == EVERY_FIELD { 0 } else { name.len() }).map(|(_, rule)| rule)
    }

    /// The rule of each name: a field as in the policy, without brackets, or `*`.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &FieldRule)> {
        self.fields.iter().map(|(name, rule)| (name.as_str(), rule))
    }

    /// The kinds that are found in any field.
    pub fn kinds(&self) -> Kinds {
        self.fields.iter().fold(Kinds::NONE, |all, (_, rule)| match rule {
            FieldRule::Whole(_) => all,
            FieldRule::Find { kinds, .. } => all.union(*kinds),
        })
    }

    /// The fields that are hidden whole, with their operators.
    pub fn wholes(&self) -> impl Iterator<Item = (&str, Operator)> + Clone {
        self.fields.iter().filter_map(|(name, rule)| match rule {
            FieldRule::Whole(operator) => Some((name.as_str(), *operator)),
            FieldRule::Find { .. } => None,
        })
    }

    /// Names that match no text among `paths`. Their author expects something to be hidden that is not.
    pub fn idle<'a>(&'a self, paths: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let paths: Vec<String> = paths.into_iter().map(|path| path.replace("[]", "")).collect();
        // A name that extends a field's name refers to the JSON in it.
        let idle = |name: &&str| !paths.iter().any(|path| speaks_of(name, path) || speaks_of(path, name));
        self.fields.iter().map(|(name, _)| name.as_str()).filter(idle).collect()
    }

    /// True if it hides less than `other` in some field, or in another way. `part` is a part of the message,
    /// `response.`, that contains all fields of `other`; it may be empty.
    pub fn hides_less_within(&self, part: &str, other: &TextRules) -> bool {
        let weaker =
            |(name, theirs): &(String, FieldRule)| match (self.rule(&format!("{part}{name}")), theirs) {
                (None, _) | (Some(FieldRule::Find { .. }), FieldRule::Whole(_)) => true,
                (Some(FieldRule::Whole(own)), FieldRule::Whole(theirs)) => own != theirs,
                (Some(FieldRule::Whole(_)), FieldRule::Find { .. }) => false,
                (
                    Some(FieldRule::Find { kinds: own, with: own_way, .. }),
                    FieldRule::Find { kinds: theirs, with: their_way, .. },
                ) => !own.covers(*theirs) || own_way != their_way,
            };
        other.fields.iter().any(weaker) || !self.personal.hides_as_much_as(&other.personal)
    }
}

/// Does a name extend that of a field of the type? It then refers to a part of the JSON in it.
pub(super) fn is_inside(name: &str, path: &str) -> bool {
    let path = path.replace("[]", "");
    name != path && name != EVERY_FIELD && speaks_of(&path, name)
}

fn speaks_of(name: &str, path: &str) -> bool {
    let below = || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    name == EVERY_FIELD || name == path || below()
}

impl fmt::Display for TextRules {
    /// As in a policy: `data: phone email, guest.passport_no: mask`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (field, rule)) in self.fields.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{field}:")?;
            match rule {
                FieldRule::Whole(operator) => write!(f, " {operator}")?,
                FieldRule::Find { kinds, .. } if *kinds == Kinds::all() => write!(f, " all")?,
                FieldRule::Find { kinds, .. } => kinds.iter().try_for_each(|kind| write!(f, " {kind}"))?,
            }
            if let FieldRule::Find { with: Some(operator), .. } = rule {
                write!(f, " ({operator})")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_pii::Kind;

    fn find(kinds: &[Kind]) -> FieldRule {
        FieldRule::Find { kinds: kinds.iter().copied().collect(), with: None, spoken: false }
    }

    fn rules(fields: Vec<(&str, FieldRule)>) -> TextRules {
        let fields = fields.into_iter().map(|(name, rule)| (name.to_owned(), rule)).collect();
        TextRules::new(fields, Arc::default())
    }

    #[test]
    fn the_rule_that_names_most_of_a_field_speaks_for_it() {
        let (all, whole, phone) =
            (find(&[Kind::Email]), FieldRule::Whole(Operator::Remove), find(&[Kind::Phone]));
        let rules = rules(vec![
            ("*", all.clone()),
            ("guest", phone.clone()),
            ("guest.passport_no", whole.clone()),
            ("status[].message", phone.clone()),
        ]);
        assert_eq!(rules.rule("note"), Some(&all));
        assert_eq!(rules.rule("guest.name"), Some(&phone));
        assert_eq!(rules.rule("guests"), Some(&all));
        assert_eq!(rules.rule("guest.passport_no"), Some(&whole));
        assert_eq!(rules.rule("status[].message"), Some(&phone));
        assert_eq!(rules.idle(["guest[].name", "note"]), ["guest.passport_no", "status.message"]);
    }

    #[test]
    fn whoever_finds_fewer_kinds_or_no_longer_hides_all_hides_less() {
        let hides_less = |one: &TextRules, other: &TextRules| one.hides_less_within("", other);
        let (one, both) = (
            rules(vec![("data", find(&[Kind::Phone]))]),
            rules(vec![("*", find(&[Kind::Phone, Kind::Room]))]),
        );
        let whole = rules(vec![("data", FieldRule::Whole(Operator::Remove))]);
        assert!(hides_less(&one, &both) && !hides_less(&both, &one) && !hides_less(&one, &one));
        assert!(hides_less(&one, &whole) && !hides_less(&whole, &one));
    }
}
