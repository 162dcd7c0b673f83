//! Declarations of two policies, matched by name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::Policy;
use super::super::declared::{Declaration, TopicPolicy};
use super::super::names::Pattern;
use super::super::timetable::Access;
use super::super::verb::Verb;

/// A name in one policy: its declaration and the access to it.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub declaration: &'a Declaration,
    pub access: &'a Access,
}

/// A name, or a glob, in both policies.
pub(super) struct Pair<'a> {
    pub verb: Verb,
    pub name: Cow<'a, str>,
    pub old: Option<Side<'a>>,
    pub new: Option<Side<'a>>,
}

type Index<'a> = BTreeMap<(Verb, &'a str), Side<'a>>;

/// All that one of the policies declares, by verb and name. A topic that the other policy does not declare falls
/// under the narrowest glob of it that covers the topic.
pub(super) fn pairs<'a>(old: &'a Policy, new: &'a Policy) -> Vec<Pair<'a>> {
    let (olds, news) = (index(old), index(new));
    let mut keys: Vec<&(Verb, &str)> = olds.keys().chain(news.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let pair = |key: &(Verb, &'a str)| Pair {
        verb: key.0,
        name: Cow::Borrowed(key.1),
        old: olds.get(key).copied().or_else(|| within(old, key)),
        new: news.get(key).copied().or_else(|| within(new, key)),
    };
    let mut pairs: Vec<Pair> = keys.into_iter().map(pair).collect();
    pairs.extend(crossing(old, &olds, new, &news));
    pairs
}

fn index(policy: &Policy) -> Index<'_> {
    let sides = |verb| {
        let declared = policy.declarations(verb);
        declared.map(move |(declaration, access)| {
            ((verb, declaration.pattern.text()), Side { declaration, access })
        })
    };
    Verb::ALL.into_iter().flat_map(sides).collect()
}

fn side(topic: &TopicPolicy) -> Side<'_> {
    Side { declaration: &topic.declaration, access: &topic.access }
}

fn within<'a>(policy: &'a Policy, (verb, name): &(Verb, &str)) -> Option<Side<'a>> {
    let name = Pattern::read(name).filter(|_| verb.is_read())?;
    policy.globs().find(|glob| glob.declaration.pattern.covers(&name)).map(|glob| side(glob))
}

/// A glob of the old policy and one of the new that share names, while neither covers the other. A policy holds few
/// globs.
fn crossing<'a>(old: &'a Policy, olds: &Index<'a>, new: &'a Policy, news: &Index<'a>) -> Vec<Pair<'a>> {
    let only = |policy: &'a Policy, other: &Index<'a>| -> Vec<&'a TopicPolicy> {
        let globs = policy.topics().filter(|topic| topic.is_glob());
        globs.filter(|glob| !other.contains_key(&(Verb::Read, glob.name()))).map(AsRef::as_ref).collect()
    };
    let (gone, added) = (only(old, news), only(new, olds));
    let mut pairs = Vec::new();
    for before in &gone {
        for after in &added {
            let (one, other) = (&before.declaration.pattern, &after.declaration.pattern);
            if one.overlaps(other) && !one.covers(other) && !other.covers(one) {
                let name = Cow::Owned(format!("{} within {}", after.name(), before.name()));
                pairs.push(Pair { verb: Verb::Read, name, old: Some(side(before)), new: Some(side(after)) });
            }
        }
    }
    pairs
}
