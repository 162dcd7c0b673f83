//! Whether a policy shows somebody more through a sibling than through the camera itself. It tries all pairs of names.

use std::collections::HashMap;
use std::sync::Arc;

use discreet_policy::names::Pattern;
use discreet_policy::{Form, Moment, Policy, TopicPolicy, Verb, Verdict};

/// A protected name and a sibling of it that gives more, among all pairs of names.
pub fn leak(policy: &Policy, facts: &HashMap<String, Fact>, names: &[String]) -> Option<(String, String)> {
    let times = times(policy);
    let declared: Vec<(&String, &Arc<TopicPolicy>)> =
        names.iter().filter_map(|name| Some((name, policy.topic(name)?))).collect();
    for (n, of_n) in declared.iter().filter(|(_, topic)| facts[topic.name()].protected) {
        for (s, of_s) in declared.iter().filter(|(_, topic)| !Arc::ptr_eq(topic, of_n)) {
            let (sibling, protected) = ((s.as_str(), &facts[of_s.name()]), (n.as_str(), &facts[of_n.name()]));
            if shows(n, s, of_n, of_s) && more(policy, sibling, protected, &times) {
                return Some(((*n).clone(), (*s).clone()));
            }
        }
    }
    None
}

const TRANSPORTS: [&str; 2] = ["compressed", "theora"];
const VIEWS: [&str; 3] = ["image_raw", "image", "image_rect"];

fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

fn slower(name: &str) -> &str {
    name.strip_suffix("_throttle").unwrap_or(name)
}

/// Does `s` show what `n` shows? Written apart from the product, name by name.
fn shows(n: &str, s: &str, protected: &TopicPolicy, sibling: &TopicPolicy) -> bool {
    let transport = TRANSPORTS.contains(&split(n).1);
    let image = if transport { split(n).0 } else { n };
    let (space, last) = split(image);
    let of_camera = VIEWS.contains(&slower(last));
    let space = if of_camera || split(space).1 == "resize" {
        space.strip_suffix("/resize").unwrap_or(space)
    } else {
        space
    };
    let near_info = s == format!("{space}/camera_info") || s == format!("{space}/resize/camera_info");
    if of_camera {
        let views =
            || VIEWS.iter().flat_map(|view| [format!("{space}/{view}"), format!("{space}/resize/{view}")]);
        let views = views().chain(views().map(|view| view + "_throttle"));
        return near_info || views.into_iter().any(|view| s == view || s.starts_with(&format!("{view}/")));
    }
    let image = slower(image);
    let below = slower(split(s).0) == image;
    if protected.is_glob() {
        // A glob is a camera's only if it says so.
        let within = Pattern::read(protected.name()).unwrap().covers(&Pattern::read(sibling.name()).unwrap());
        if transport {
            let over_transport = split(protected.name()).1 == split(n).1;
            return over_transport && (s == image || (below && TRANSPORTS.contains(&split(s).1)));
        }
        return (split(s).0 == n && (!within || TRANSPORTS.contains(&split(sibling.name()).1)))
            || (!within && s != n && slower(s) == n);
    }
    near_info || slower(s) == image || (below && (!transport || TRANSPORTS.contains(&slower(split(s).1))))
}

fn level(policy: &Policy, who: &str, name: &str, now: Moment) -> Option<Form> {
    let form = |who: &str| {
        let who = policy.party(who).unwrap();
        match policy.explain(&who, Verb::Read, name, now).unwrap().verdict {
            Verdict::Allow { form, .. } => Some(form),
            Verdict::Deny { .. } | Verdict::NoRule => None,
        }
    };
    form("everyone").max(form(who))
}

/// What a line of the file says of a topic.
pub struct Fact {
    image: bool,
    protected: bool,
    plates: bool,
    faces: bool,
}

pub fn facts(text: &str) -> HashMap<String, Fact> {
    let topics = text.lines().filter(|line| line.starts_with("  /"));
    let fact = |line: &str| {
        let image = !line.contains("CameraInfo");
        let faces = line.contains("faces");
        let protected = image && (line.contains("contextual") || faces);
        let name = line.trim().split(": {").next().unwrap().to_owned();
        (name, Fact { image, protected, faces, plates: line.contains("plates") })
    };
    topics.map(fact).collect()
}

/// Does the one give somebody more than the other, at some time?
fn more(
    policy: &Policy,
    (s, sibling): (&str, &Fact),
    (n, protected): (&str, &Fact),
    times: &[Moment],
) -> bool {
    let weaker = sibling.faces && protected.plates && !sibling.plates;
    ["everyone", "a", "b"].iter().any(|who| {
        times.iter().any(|now| {
            let given = match level(policy, who, s, *now) {
                Some(_) if !sibling.image => Some(Form::Redacted),
                Some(Form::Redacted) if weaker => Some(Form::Clear),
                form => form,
            };
            given > level(policy, who, n, *now)
        })
    })
}

fn times(policy: &Policy) -> Vec<Moment> {
    let mut times = vec![policy.moment(0, false)];
    for day in ["2026-02-27", "2026-03-10", "2026-03-25", "2026-04-10"] {
        for hour in ["05", "07", "08", "13", "18", "19", "21", "23"] {
            let time: jiff::Timestamp = format!("{day}T{hour}:00:00Z").parse().unwrap();
            times.push(policy.moment(time.as_second(), true));
        }
    }
    times
}
