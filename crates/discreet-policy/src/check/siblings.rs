//! Refuses a policy in which a sibling of a protected camera topic is more open than the topic, or in which a party may
//! listen to the calls of a service, or to the goals of an action, that it may not call.
//!
//! Declared names are checked one by one. A glob stands for any number of names, so it is checked by samples: the
//! names of siblings of every protected topic that fall under it, and names made from the glob itself. The guard
//! denies any other sibling when it discovers it.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::Policy;
use super::super::action::ActionPart;
use super::super::closure::{
    Key, Most, TRANSPORTS, VIEWS, base, camera_names, clouds, device, gives_more, is_protected, key, leaf,
    most, parent,
};
use super::super::declared::{Ingress, TopicPolicy, is_cloud};
use super::super::finding::{Finding, quoted};
use super::super::names::Pattern;
use discreet_seal::IngressKind;

/// A part of a name that no policy uses.
const ANY: &str = "zz";
const CODE: &str = "sibling-open";

pub(crate) fn check<'a>(policy: &'a Policy, findings: &mut Vec<Finding>) {
    let mut reported: HashSet<&str> = HashSet::new();
    services(policy, &mut reported, findings);
    let globs: Vec<&Arc<TopicPolicy>> = policy.globs().collect();
    let mut ask = |declared: &'a Arc<TopicPolicy>, name: &str| {
        if reported.contains(declared.name()) {
            return;
        }
        let Some(protected) = policy.open_sibling(name) else { return };
        findings.push(open(declared, name, protected));
        reported.insert(declared.name());
    };
    for topic in policy.topics().filter(|topic| !topic.is_glob()) {
        ask(topic, topic.name());
    }
    if globs.is_empty() {
        return;
    }
    let exact: HashSet<&str> =
        policy.topics().filter(|topic| !topic.is_glob()).map(|topic| topic.name()).collect();
    // A camera that shares its names with others is sampled once.
    let mut sampled: HashSet<String> = HashSet::new();
    for topic in policy.topics().filter(|topic| is_protected(topic) && !topic.is_glob()) {
        around(topic, topic.name(), (&exact, &globs), &mut sampled, &mut ask);
    }
    for glob in &globs {
        for name in samples(&glob.declaration.pattern) {
            let falls = policy.topic(&name).is_some_and(|found| Arc::ptr_eq(found, glob));
            if falls {
                ask(glob, &name);
            }
            if falls && is_protected(glob) {
                around(glob, &name, (&exact, &globs), &mut sampled, &mut ask);
            }
        }
    }
}

/// Checks each glob under which a sibling of this name falls.
fn around<'a>(
    topic: &TopicPolicy,
    name: &str,
    (exact, globs): (&HashSet<&str>, &[&'a Arc<TopicPolicy>]),
    sampled: &mut HashSet<String>,
    ask: &mut impl FnMut(&'a Arc<TopicPolicy>, &str),
) {
    let image = base(name).0;
    let (of_camera, space) = match key(image) {
        Key::Camera(space) => (true, space),
        Key::Plain(_) => (false, parent(image)),
    };
    let whole = if of_camera { space } else { image };
    let below = |name: &str| Pattern::read(&format!("{name}/**"));
    // Clouds in its colours are next to its namespace too.
    let near = below(if of_camera { device(space) } else { space });
    let near: Vec<&&Arc<TopicPolicy>> = globs
        .iter()
        .filter(|glob| near.as_ref().is_some_and(|near| near.overlaps(&glob.declaration.pattern)))
        .collect();
    let gives_more =
        |glob: &TopicPolicy| gives_more(&glob.access, most(glob, topic), &topic.access).is_some();
    let mut near_ones = near.iter();
    if !near_ones.any(|glob| gives_more(glob)) || !sampled.insert(format!("{of_camera} {whole}")) {
        return;
    }
    let mut leaves: Vec<String> = near.iter().map(|glob| leaf(glob.name()).replace('*', ANY)).collect();
    leaves.sort_unstable();
    leaves.dedup();
    leaves.extend([ANY.to_owned()]);
    let images: Vec<String> = if of_camera {
        VIEWS.iter().flat_map(|view| [format!("{space}/{view}"), format!("{space}/resize/{view}")]).collect()
    } else {
        vec![image.to_owned()]
    };
    let children = images.iter().flat_map(|image| leaves.iter().map(move |leaf| format!("{image}/{leaf}")));
    let grandchildren = images.iter().map(|image| format!("{image}/{ANY}/{ANY}")).filter(|_| of_camera);
    let others = [format!("{space}/camera_info"), format!("{space}/resize/camera_info"), image.to_owned()];
    let known: Vec<String> = if of_camera {
        let smaller = format!("{space}/resize");
        let names = camera_names(space).chain(camera_names(&smaller));
        let with_clouds = near.iter().any(|glob| is_cloud(glob.type_name()));
        names.chain(clouds(device(space)).filter(|_| with_clouds)).collect()
    } else {
        let transports = TRANSPORTS.iter().map(|transport| format!("{image}/{transport}"));
        transports.chain([format!("{image}_throttle"), format!("{image}_relay")]).collect()
    };
    // Of all names that fall under one glob, one is as good as another, but for calibration.
    let mut seen: HashSet<(&str, bool)> = HashSet::new();
    let first = images.iter().take(1).map(|image| format!("{image}/compressed"));
    for name in first.chain(known).chain(children).chain(grandchildren).chain(others) {
        // Topics declared by name are checked in any case; all others fall under globs that are near.
        let Some(pattern) = Pattern::read(&name).filter(|_| !exact.contains(name.as_str())) else { continue };
        let Some(found) = near.iter().find(|glob| glob.declaration.pattern.covers(&pattern)) else {
            continue;
        };
        if seen.insert((found.name(), leaf(&name) == "camera_info")) {
            ask(found, &name);
        }
    }
}

/// Names that a glob stands for: plain ones, and those that cameras have.
fn samples(glob: &Pattern) -> Vec<String> {
    let text = glob.text();
    let last = leaf(text);
    let above = parent(text);
    let mut spaces = vec![above.replace("**", ANY).replace('*', ANY)];
    if leaf(above).contains('*') {
        spaces.extend(
            VIEWS.iter().map(|view| format!("{}/{view}", parent(above).replace("**", ANY).replace('*', ANY))),
        );
    }
    let mut tails: Vec<String> = [ANY, "camera_info", "image_raw_throttle"].map(str::to_owned).to_vec();
    tails.extend(VIEWS.iter().chain(&TRANSPORTS).map(|name| (*name).to_owned()));
    tails.push(last.replace('*', ANY));
    if last != "**" {
        tails.extend(VIEWS.iter().map(|view| last.replace('*', view)));
    }
    if last == "**" {
        for view in ["image_raw", "image"] {
            tails.extend([format!("{ANY}/{view}"), format!("{view}/{ANY}"), format!("{ANY}/{view}/{ANY}")]);
            tails.extend(TRANSPORTS.iter().map(|transport| format!("{view}/{transport}")));
        }
        tails.push(format!("{ANY}/{ANY}"));
    }
    let names = spaces.iter().flat_map(|space| tails.iter().map(move |tail| format!("{space}/{tail}")));
    names.filter(|name| glob.matches(name)).collect()
}

fn open(sibling: &TopicPolicy, name: &str, protected: &TopicPolicy) -> Finding {
    let most = most(sibling, protected);
    let who = match gives_more(&sibling.access, most, &protected.access) {
        None | Some("everyone") => "everyone".to_owned(),
        Some(name) => quoted(name),
    };
    let as_name = if sibling.is_glob() { format!(", as {},", quoted(name)) } else { String::new() };
    let shows = match most {
        Most::Calibration => "belongs to",
        Most::Image | Most::LessHidden | Most::Everything => "shows the same image as",
    };
    let line = protected.declaration.span.line;
    let than = match (most, protected.image_rules()) {
        (Most::LessHidden, Some(rules)) => format!(", with less hidden than `{rules}`"),
        _ => String::new(),
    };
    let shows = if is_cloud(sibling.type_name()) { "may have the colours of" } else { shows };
    let message = format!(
        "{}{as_name} {shows} {} on line {line} and gives {who} more{than}",
        quoted(sibling.name()),
        quoted(protected.name()),
    );
    let same = match most {
        _ if is_cloud(sibling.type_name()) => {
            "nothing can be covered in a cloud: let only those read it who may have the camera clear, or deny it; if it \
             has no colours of a camera, say so with `people: none`"
                .to_owned()
        }
        Most::Calibration => "let only those read it who may read the camera, when they may".to_owned(),
        _ => format!(
            "give it the class and the `redact` of line {line}, and rules that reach both; or deny it"
        ),
    };
    let whole =
        format!("{}/**", camera_of(if sibling.is_glob() { protected.name() } else { sibling.name() }));
    let help = if protected.is_glob() && protected.declaration.pattern.covers(&sibling.declaration.pattern) {
        let whole = format!("{}/**", camera_of(sibling.name()));
        format!("{same}. If it is another camera, declare the whole of it: {}", quoted(&whole))
    } else if sibling.is_glob() && whole != sibling.name() {
        format!(
            "{same}. Or declare the camera's other names, {}, so that this glob leaves them alone",
            quoted(&whole)
        )
    } else if sibling.is_glob() {
        format!("{same}. Or narrow this glob")
    } else {
        same
    };
    Finding::error(CODE, sibling.declaration.span, message).help(help)
}

/// The namespace of a camera, or an image topic without one.
fn camera_of(name: &str) -> &str {
    let image = base(name).0;
    match key(image) {
        Key::Camera("") => image,
        Key::Camera(space) => space,
        Key::Plain(_) => image.strip_suffix("/**").or_else(|| image.strip_suffix("/*")).unwrap_or(image),
    }
}

/// The hidden event topic of a service shows its requests and responses, also of the services of an action.
fn services<'a>(policy: &'a Policy, reported: &mut HashSet<&'a str>, findings: &mut Vec<Finding>) {
    let has_events = |one: &&Arc<Ingress>| {
        one.kind() == IngressKind::Call && one.part().is_none_or(ActionPart::is_service)
    };
    for service in policy.ingress().iter().filter(has_events) {
        let name = format!("{}/_service_event", service.name());
        let Some(topic) = policy.topic(&name) else { continue };
        // Redacted, it shows no more than the redacted answers, if it hides the same.
        let most = match (topic.text_rules(), service.text_rules()) {
            (Some(told), Some(answered)) if !told.hides_less_within("response.", answered) => Most::Image,
            _ => Most::Everything,
        };
        if gives_more(&topic.access, most, &service.access).is_some() && reported.insert(topic.name()) {
            let line = service.declaration.span.line;
            let (message, help) = match service.parameters() {
                Some((_, node)) => (
                    format!(
                        "{} shows values of all parameters of {}, also of those that line {line} does not declare",
                        quoted(topic.name()),
                        quoted(node.name())
                    ),
                    "deny the topic to everyone, or take it out".to_owned(),
                ),
                None => (
                    format!(
                        "{} shows the requests to {} on line {line} to a party that may not call it",
                        quoted(topic.name()),
                        quoted(service.name())
                    ),
                    format!("allow {} only to parties that may call the service", quoted(&name)),
                ),
            };
            findings.push(Finding::error(CODE, topic.declaration.span, message).help(help));
        }
    }
}
