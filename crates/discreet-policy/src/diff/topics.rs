//! Topics: types, sources, and detection in images.

use super::super::closure::is_protected_thing;
use super::super::declared::{Declaration, is_cloud};
use super::redaction::spoken;
use super::{Affected, Direction, Facet};
use discreet_redact::ImageRules;

/// All differences between two topics, except their classes and the access to them.
pub(super) fn facets(name: &str, old: &Declaration, new: &Declaration) -> Vec<(Affected, Facet)> {
    let mut facets: Vec<(Affected, Facet)> =
        [message_type(name, old, new), type_hash(name, old, new), source(name, old, new)]
            .into_iter()
            .chain([depth(name, old, new), rate(name, old, new), people(name, old, new)])
            .flatten()
            .map(|facet| (Affected::All, facet))
            .collect();
    if let (Some(old), Some(new)) = (&old.image, &new.image) {
        facets.extend(camera(name, old, new).into_iter().map(|facet| (Affected::Redacted, facet)));
    }
    facets.extend(spoken(name, old, new));
    facets
}

/// The type, of a topic, command or service.
pub(super) fn message_type(name: &str, old: &Declaration, new: &Declaration) -> Option<Facet> {
    let types = [old, new].map(|declaration| declaration.type_name.clone());
    let says = format!("has {name} as");
    (old.type_name != new.type_name).then(|| Facet::instead("type", types, Direction::Changes, &says))
}

/// Without a hash, messages of any version of the type are accepted, and leave.
fn type_hash(name: &str, old: &Declaration, new: &Declaration) -> Option<Facet> {
    let says = format!("reads {name} of a type with");
    optional("type_hash", [&old.published.type_hash, &new.published.type_hash], "any hash", &says)
}

/// Without a source, messages of any node are accepted, and leave.
fn source(name: &str, old: &Declaration, new: &Declaration) -> Option<Facet> {
    optional(
        "source",
        [&old.published.source, &new.published.source],
        "any node",
        &format!("reads {name} from"),
    )
}

/// A restriction that one of two topics may not have.
fn optional(what: &str, [old, new]: [&Option<String>; 2], free: &str, says: &str) -> Option<Facet> {
    let direction = Direction::of(old.is_some() && new.is_none(), old.is_none() && new.is_some());
    let words = [old, new].map(|value| value.clone().unwrap_or_else(|| free.to_owned()));
    (old != new).then(|| Facet::instead(what, words, direction, says))
}

/// A deeper queue keeps more messages for late joiners. Its default depends on the source.
fn depth(name: &str, old: &Declaration, new: &Declaration) -> Option<Facet> {
    let (before, after) = (old.published.depth, new.published.depth);
    let direction = match (before, after) {
        (Some(before), Some(after)) => Direction::of(after > before, after < before),
        (None, _) | (_, None) => Direction::Changes,
    };
    let words =
        [before, after].map(|depth| depth.map_or("the default".to_owned(), |depth| depth.to_string()));
    let says = format!("reads {name} with a depth of");
    (before != after).then(|| Facet::instead("depth", words, direction, &says))
}

/// More messages a second tell more.
fn rate(name: &str, old: &Declaration, new: &Declaration) -> Option<Facet> {
    let (before, after) = (old.published.rate, new.published.rate);
    let [slow, fast] = [before, after].map(|rate| rate.unwrap_or(f64::INFINITY));
    let direction = Direction::of(fast > slow, fast < slow);
    let words = [before, after].map(|rate| rate.map_or("any number".to_owned(), |rate| format!("{rate}")));
    let says = format!("reads {name} with messages a second up to");
    (before != after).then(|| Facet::instead("rate", words, direction, &says))
}

/// A cloud of points with `people: none` may be read by more parties than the camera next to it.
fn people(name: &str, old: &Declaration, new: &Declaration) -> Option<Facet> {
    let (before, after) = (old.published.without_people, new.published.without_people);
    let cloud = is_cloud(&new.type_name);
    let direction = Direction::of(cloud && after, cloud && before);
    let words =
        [before, after].map(|without| if without { "without people" } else { "with people" }.to_owned());
    let says = format!("reads {name} as a topic");
    (before != after).then(|| Facet::instead("people", words, direction, &says))
}

/// The guard denies siblings of a protected camera that show more than the camera does: names under a glob that no
/// check could foresee. Names that are declared one by one are compared when the policy is read.
pub(super) fn siblings(name: &str, old: Option<&Declaration>, new: Option<&Declaration>) -> Option<Facet> {
    let [before, after] = [old, new].map(|declaration| declaration.is_some_and(is_protected_thing));
    let words =
        [before, after].map(|protected| if protected { "protected" } else { "not protected" }.to_owned());
    let says = format!("finds siblings of {name}");
    (before != after).then(|| Facet::instead("siblings", words, Direction::of(before, after), &says))
}

/// Settings of detection of two topics. `strict` is part of the redacted form, and compared with that.
fn camera(name: &str, old: &ImageRules, new: &ImageRules) -> Vec<Facet> {
    let mut facets = Vec::new();
    let mut differs = |what: &str, words: [String; 2], more: bool, less: bool, says: String| {
        let key = format!("camera.{what}");
        facets.push(Facet::instead(&key, words, Direction::of(more, less), &says));
    };
    if old.deadline != new.deadline {
        // A frame that was not inspected in time is blanked: with more time, more is shown.
        let words = [old, new].map(milliseconds);
        let (more, less) = (new.deadline > old.deadline, new.deadline < old.deadline);
        differs("deadline", words, more, less, format!("sees {name} redacted with a deadline of"));
    }
    if old.every != new.every {
        let words = [old, new].map(|rules| rules.every.to_string());
        let (more, less) = (new.every > old.every, new.every < old.every);
        differs("every", words, more, less, format!("sees {name} inspected in one frame of"));
    }
    if old.follows != new.follows {
        let words = [old, new].map(|rules| rules.follows.clone().unwrap_or_else(|| "itself".to_owned()));
        differs("follows", words, false, false, format!("sees {name} redacted by the findings of"));
    }
    if old.sizes != new.sizes {
        let words = [old, new].map(|rules| {
            listed(rules.sizes.iter().map(|(columns, rows)| format!("{columns}x{rows}")), "any size")
        });
        let (more, less) = (is_wider(&new.sizes, &old.sizes), is_wider(&old.sizes, &new.sizes));
        differs("size", words, more, less, format!("sees {name} in"));
    }
    if old.encodings != new.encodings {
        let words = [old, new]
            .map(|rules| listed(rules.encodings.iter().map(|&name| name.to_owned()), "any encoding"));
        let (more, less) =
            (is_wider(&new.encodings, &old.encodings), is_wider(&old.encodings, &new.encodings));
        differs("encoding", words, more, less, format!("sees {name} in"));
    }
    if old.rotated != new.rotated {
        let words = [old, new].map(|rules| rules.rotated.name().to_owned());
        differs("rotated", words, false, false, format!("sees {name} inspected after a turn by"));
    }
    if old.small != new.small {
        let words =
            [old, new].map(|rules| if rules.small { "also in parts" } else { "as a whole" }.to_owned());
        differs("small", words, old.small, new.small, format!("sees {name} inspected for faces"));
    }
    facets
}

/// True if the one list permits something that the other does not. An empty list permits everything.
fn is_wider<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    !other.is_empty() && (one.is_empty() || one.iter().any(|entry| !other.contains(entry)))
}

fn listed(words: impl Iterator<Item = String>, free: &str) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { free.to_owned() } else { words.join(" or ") }
}

fn milliseconds(rules: &ImageRules) -> String {
    format!("{}ms", rules.deadline.as_millis())
}
