//! Personal data in general: how sure a finding must be, how it is hidden, and which texts are exempt.

use std::collections::BTreeMap;

use super::super::Policy;
use super::super::declared::Declaration;
use super::super::finding::quoted;
use super::access::{Had, PartyAccess};
use super::redaction::{found as found_in, named_operators};
use super::{ChangedPart, Differences, Direction, Facet, Who};
use discreet_pii::{Kind, Kinds, Operator, Pattern, PersonalData};

/// Collects the parties that receive text in which something is found, so that each change is listed for those it
/// concerns.
pub(super) struct Personal<'a> {
    old: &'a PersonalData,
    new: &'a PersonalData,
    met: BTreeMap<Who, Met>,
}

/// The findings in the text that a party receives.
#[derive(Clone, Copy)]
struct Met {
    /// All kinds.
    all: Kinds,
    /// The kinds that are hidden by the section's operators.
    plain: Kinds,
    /// Something is hidden with a key.
    keyed: bool,
    /// It receives such text by the new policy, and perhaps by the old one.
    had: Had,
}

impl<'a> Personal<'a> {
    pub fn new(old: &'a Policy, new: &'a Policy) -> Self {
        Self { old: old.personal_data(), new: new.personal_data(), met: BTreeMap::new() }
    }

    /// Notes the text of one declaration that these parties receive, in both policies.
    pub fn note(&mut self, declared: [&Declaration; 2], audience: &[PartyAccess]) {
        if self.is_same() {
            return;
        }
        for declaration in declared {
            if let Some(rules) = &declaration.text {
                let (all, plain) = found_in(rules);
                let keyed = named_operators(rules).any(Operator::needs_keys);
                for seen in audience {
                    self.meet(seen.who, Met { all, plain, keyed, had: seen.redacted });
                }
            }
            let escalation = declaration.class.escalation().filter(|_| declaration.verb.is_read());
            if let Some(escalation) = escalation {
                let all = escalation.rules.kinds();
                for seen in audience {
                    self.meet(seen.who, Met { all, plain: all, keyed: false, had: seen.any });
                }
            }
        }
    }

    fn meet(&mut self, who: Who, more: Met) {
        if !more.had.after {
            return;
        }
        let met = self.met.entry(who).or_insert(more);
        met.all = met.all.union(more.all);
        met.plain = met.plain.union(more.plain);
        met.keyed |= more.keyed;
        met.had.before |= more.had.before;
    }

    fn is_same(&self) -> bool {
        self.old.hides_as_much_as(self.new)
            && self.new.hides_as_much_as(self.old)
            && self.old.key_file == self.new.key_file
    }

    /// Lists for each party the changes in the text that it receives.
    pub fn finish(self, differences: &mut Differences) {
        for (who, met) in &self.met {
            let facets = self.thresholds(met.all).into_iter().chain(self.operators(met.plain));
            let facets =
                facets.chain(self.texts(met.all)).chain(self.name_model(met.all)).chain(self.key(*met));
            for facet in facets.filter(|facet| met.had.concerns(facet.direction)) {
                differences.push(*who, ChangedPart::PersonalData, "personal_data", &facet);
            }
        }
    }

    fn thresholds(&self, kinds: Kinds) -> Vec<Facet> {
        let thresholds = |kind: Kind| (self.old.threshold(kind), self.new.threshold(kind));
        let grouped = grouped(kinds, |kind| Some(thresholds(kind)).filter(|(old, new)| old != new));
        let facet = |((old, new), kinds): ((u8, u8), Kinds)| {
            let says = format!("has {} hidden from a certainty of", words(kinds));
            let direction = Direction::of(new > old, new < old);
            let key = format!("thresholds.{}", words(kinds));
            Facet::instead(&key, [old.to_string(), new.to_string()], direction, &says)
        };
        grouped.into_iter().map(facet).collect()
    }

    fn operators(&self, kinds: Kinds) -> Vec<Facet> {
        let names = |kind: Kind| (self.old.operator(kind).name(), self.new.operator(kind).name());
        let grouped = grouped(kinds, |kind| Some(names(kind)).filter(|(old, new)| old != new));
        let facet = |((old, new), kinds): ((&str, &str), Kinds)| {
            let ways = Operator::named(old).zip(Operator::named(new));
            let (gains, loses) = ways.map_or((true, true), |(old, new)| old.compared(new));
            let says = format!("has {} hidden with", words(kinds));
            let key = format!("operators.{}", words(kinds));
            Facet::instead(&key, [old.to_owned(), new.to_owned()], Direction::of(gains, loses), &says)
        };
        grouped.into_iter().map(facet).collect()
    }

    /// Texts that are always hidden, or never.
    fn texts(&self, kinds: Kinds) -> Vec<Facet> {
        let (old, new) = (self.old, self.new);
        let allowed = |texts: &[String], others: &[String], is_new: bool| -> Vec<Facet> {
            let only = texts.iter().filter(|text| !others.contains(text));
            only.map(|text| exempt("allow", &quoted(text), is_new, is_new)).collect()
        };
        let hidden = |texts: &[(Kind, String)], others: &[(Kind, String)], is_new: bool| -> Vec<Facet> {
            let only = texts.iter().filter(|one| kinds.contains(one.0) && !others.contains(one));
            only.map(|(kind, text)| exempt(&format!("hide.{kind}"), &quoted(text), is_new, !is_new)).collect()
        };
        let allowed = [allowed(&old.never, &new.never, false), allowed(&new.never, &old.never, true)];
        let hidden = [hidden(&old.always, &new.always, false), hidden(&new.always, &old.always, true)];
        allowed.into_iter().chain(hidden).flatten().chain(self.patterns(kinds)).collect()
    }

    /// Patterns of texts that are always hidden, or never.
    fn patterns(&self, kinds: Kinds) -> Vec<Facet> {
        let only = |these: &PersonalData, others: &PersonalData, is_new: bool| -> Vec<Facet> {
            let shown = these.never_patterns.iter().filter(|regex| !others.never_patterns.contains(regex));
            let hidden = these.patterns.iter();
            let hidden = hidden.filter(|one| kinds.contains(one.kind) && !others.patterns.contains(one));
            shown
                .map(|regex| exempt("allow_patterns", &quoted(regex), is_new, is_new))
                .chain(hidden.map(|one| {
                    let key = format!("patterns.{}", one.kind);
                    exempt(&key, &described(one), is_new, !is_new)
                }))
                .collect()
        };
        [only(self.old, self.new, false), only(self.new, self.old, true)].concat()
    }

    /// The model of names finds more names in recordings.
    fn name_model(&self, kinds: Kinds) -> Option<Facet> {
        let [old, new] = [self.old, self.new].map(|data| data.wants_name_model);
        let direction = Direction::of(old && !new, new && !old);
        let says = if new { "has" } else { "no longer has" };
        (old != new && kinds.contains(Kind::Person)).then(|| Facet {
            what: "name_model".to_owned(),
            old: old.to_string(),
            new: new.to_string(),
            direction,
            says: format!("{says} names in recordings searched with the model"),
        })
    }

    /// Another key makes other pseudonyms, and its holder can undo those that can be undone.
    fn key(&self, met: Met) -> Option<Facet> {
        let needs = |data: &PersonalData| met.plain.iter().any(|kind| data.operator(kind).needs_keys());
        let keyed = met.keyed || needs(self.old) || needs(self.new);
        if !keyed || self.old.key_file == self.new.key_file {
            return None;
        }
        let both = self.old.key_file.is_some() && self.new.key_file.is_some();
        let direction = if both { Direction::Both } else { Direction::Changes };
        let files = [self.old, self.new]
            .map(|data| data.key_file.as_ref().map_or("none".to_owned(), |file| quoted(file)));
        Some(Facet::instead("key", files, direction, "has pseudonyms by the key"))
    }
}

/// A text that is listed in one policy only: `is_new`, in the new one. `gains`, if that shows it.
fn exempt(key: &str, text: &str, is_new: bool, gains: bool) -> Facet {
    let [old, new] = [!is_new, is_new].map(|listed| if listed { text } else { "not listed" }.to_owned());
    let says = match (key.starts_with("allow"), is_new) {
        (true, true) => format!("always reads {text} as it is"),
        (true, false) => format!("no longer always reads {text} as it is"),
        (false, true) => format!("always has {text} hidden"),
        (false, false) => format!("no longer always has {text} hidden"),
    };
    Facet { what: key.to_owned(), old, new, direction: Direction::of(gains, !gains), says }
}

/// A pattern in words: "locker `[0-9]{3}` behind `locker`".
fn described(pattern: &Pattern) -> String {
    let near: Vec<_> = pattern.near.iter().map(|word| quoted(word)).collect();
    let behind = if near.is_empty() { String::new() } else { format!(" behind {}", near.join(" or ")) };
    format!("{} {}{behind}", pattern.kind, quoted(&pattern.regex))
}

fn grouped<K: Ord>(kinds: Kinds, key: impl Fn(Kind) -> Option<K>) -> BTreeMap<K, Kinds> {
    let mut groups: BTreeMap<K, Kinds> = BTreeMap::new();
    for kind in kinds.iter() {
        if let Some(key) = key(kind) {
            groups.entry(key).or_insert(Kinds::NONE).insert(kind);
        }
    }
    groups
}

/// Kinds as a policy writes them: one word, if there is one for exactly these.
pub(crate) fn words(kinds: Kinds) -> String {
    let one = Kinds::words().find(|word| Kinds::named(word) == Some(kinds));
    one.map_or_else(|| kinds.iter().map(Kind::name).collect::<Vec<_>>().join(" "), str::to_owned)
}
