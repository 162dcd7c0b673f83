//! What shows the same image as a protected camera gives nobody more of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod dice;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use dice::Dice;
use discreet_policy::finding::render;
use discreet_policy::names::Pattern;
use discreet_policy::{Form, Limits, Moment, Policy, TopicPolicy, Verb, Verdict};

const HEAD: &str = "discreet: 1\nrobot: r\nversion: 1\nclasses:\n  operational: { retention: 7d }\n  contextual: { retention: 1d }\n\
                    stakeholders:\n  a: { identity: a.pub }\n  b: { identity: b.pub, until: 2026-04-01 }\ntopics:\n";

fn read(text: &str) -> Result<Policy, Vec<&'static str>> {
    let read = Policy::read("made.yaml", text).map(|(policy, _)| policy);
    read.map_err(|findings| {
        let errors = findings.iter().filter(|f| f.severity == discreet_policy::Severity::Error);
        errors.map(|finding| finding.code).collect()
    })
}

fn policy(topics: &[&str], rules: &[&str]) -> Result<Policy, Vec<&'static str>> {
    let topics: String = topics.iter().map(|topic| format!("  {topic}\n")).collect();
    let rules: String = rules.iter().map(|rule| format!("  - {rule}\n")).collect();
    read(&format!("{HEAD}{topics}rules:\n{rules}"))
}

const CAMERA: &str = "{ type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }";
const JPEG: &str = "{ type: sensor_msgs/msg/CompressedImage, class: contextual, redact: { faces: solid } }";
const OPEN: &str = "{ type: sensor_msgs/msg/Image, class: operational }";
const RULES: [&str; 2] =
    ["{ who: everyone, read: operational, as: clear }", "{ who: everyone, read: contextual, as: redacted }"];

#[test]
fn a_camera_with_all_its_siblings_alike_is_a_policy() {
    let raw = format!("/camera/image_raw: {CAMERA}");
    let jpeg = format!("/camera/image_raw/compressed: {JPEG}");
    let info = "/camera/camera_info: { type: sensor_msgs/msg/CameraInfo, class: operational }";
    let floor = format!("/camera/floor/image_raw: {OPEN}");
    assert!(policy(&[&raw, &jpeg, info, &floor], &RULES).is_ok());
}

#[test]
fn however_many_tools_passed_it_on_it_is_the_same_image() {
    let camera = format!("/camera/image_raw: {CAMERA}");
    for name in [
        "image_rect_color_relay_relay",
        "image_raw_throttle_relay_drop_delay_relay",
        "image_relay_throttle/compressed",
    ] {
        let passed_on = format!("/camera/{name}: {OPEN}");
        assert_eq!(policy(&[&camera, &passed_on], &RULES).unwrap_err(), ["sibling-open"], "{name}");
    }
    let glob = format!("/camera/*_relay_relay: {OPEN}");
    assert_eq!(policy(&[&camera, &glob], &RULES).unwrap_err(), ["sibling-open"]);
}

#[test]
fn a_cloud_beside_a_camera_may_have_its_colours() {
    const CLOUD: &str = "{ type: sensor_msgs/msg/PointCloud2, class: operational }";
    const MEANT: &str = "{ type: sensor_msgs/msg/PointCloud2, class: operational, people: none }";
    for (camera, cloud) in [
        ("/camera/image_raw", "/camera/points"),
        ("/camera/image_raw", "/camera/depth/points"),
        ("/camera/image_raw", "/camera/depth_registered/points_throttle_throttle"),
        ("/camera/color/image_raw", "/camera/depth/color/points"),
        ("/r1/camera/rgb/image_rect_color/compressed", "/r1/camera/depth/points"),
        ("/camera/**", "/camera/points"),
        ("/*/image_raw", "/camera/depth/points"),
    ] {
        let kind = if camera.ends_with("compressed") { JPEG } else { CAMERA };
        let camera = format!("{camera}: {kind}");
        let open = |declared: &str| policy(&[&camera, &format!("{cloud}: {declared}")], &RULES).err();
        assert_eq!(open(CLOUD), Some(vec!["sibling-open"]), "{camera} {cloud}");
        assert_eq!(open(MEANT), None, "{camera} {cloud}");
        let contextual = CLOUD.replace("operational", "contextual");
        assert_eq!(open(&contextual), None, "redacted it does not leave at all: {cloud}");
    }
    let wide = format!("/**/points: {CLOUD}");
    assert_eq!(
        policy(&[&format!("/camera/image_raw: {CAMERA}"), &wide], &RULES).unwrap_err(),
        ["sibling-open"]
    );
    // A lidar's is its own.
    let camera = format!("/camera/image_raw: {CAMERA}");
    for lidar in ["/points", "/velodyne_points", "/lidar/points", "/camera_mast/lidar/points"] {
        assert!(policy(&[&camera, &format!("{lidar}: {CLOUD}")], &RULES).is_ok(), "{lidar}");
    }
    assert!(
        policy(&[&camera], &RULES).unwrap().open_sibling("/camera/points").is_none(),
        "that is denied anyway"
    );
}

#[test]
fn another_camera_within_a_glob_is_declared_as_a_whole() {
    let all = format!("/camera/**: {CAMERA}");
    let one_view = format!("/camera/floor/image_raw: {OPEN}");
    let whole = format!("/camera/floor/**: {OPEN}");
    assert_eq!(policy(&[&all, &one_view], &RULES).unwrap_err(), ["sibling-open"]);
    assert!(policy(&[&all, &whole], &RULES).is_ok());
}

#[test]
fn a_name_that_no_check_could_foresee_is_found_when_it_comes_up() {
    // No sample has a name of this camera that this glob stands for.
    let camera = format!("/camera/image_raw: {CAMERA}");
    let odd = "/c*a/image_raw/preview/small: { type: sensor_msgs/msg/CompressedImage, class: operational }";
    let policy = policy(&[&camera, odd], &RULES).unwrap();
    let open = |name: &str| policy.open_sibling(name).map(TopicPolicy::name);
    assert_eq!(open("/camera/image_raw/preview/small"), Some("/camera/image_raw"));
    assert_eq!(open("/camera/image_raw"), None);
    assert_eq!(open("/camera/image_raw/undeclared"), None, "that is denied anyway");
}

#[test]
fn a_deny_for_those_who_may_not_see_the_camera_closes_a_sibling() {
    let topics = [format!("/camera/image_raw: {CAMERA}"), format!("/camera/image_rect: {OPEN}")];
    let topics = [topics[0].as_str(), topics[1].as_str()];
    let mut rules = RULES.to_vec();
    assert_eq!(policy(&topics, &rules).unwrap_err(), ["sibling-open"]);
    rules.push("{ who: everyone, read: /camera/image_rect, deny: true }");
    assert!(policy(&topics, &rules).is_ok());
}

#[test]
fn the_rules_of_an_image_are_those_of_the_file() {
    let topics = [
        "/color: { type: sensor_msgs/msg/Image, class: contextual, redact: { text: pixelate, faces: solid }, camera: { strict: true, deadline: 20ms, every: 3 } }",
        "/depth: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid }, camera: { follows: /color } }",
        "/far: { type: sensor_msgs/msg/CompressedImage, class: contextual, redact: { frame: lowres } }",
        "/plain: { type: sensor_msgs/msg/Image, class: operational }",
    ];
    let policy = policy(&topics, &RULES).unwrap();
    let rules = |name: &str| policy.topic(name).unwrap().image_rules();
    let color = rules("/color").unwrap();
    assert_eq!(color.to_string(), "faces: solid, text: pixelate, strict");
    assert_eq!((color.deadline.as_millis(), color.every), (20, 3));
    let depth = rules("/depth").unwrap();
    assert_eq!((depth.follows.as_deref(), depth.deadline.as_millis(), depth.every), (Some("/color"), 100, 1));
    assert_eq!(rules("/far").unwrap().to_string(), "frame: lowres");
    assert!(rules("/plain").is_none());
    let everyone = policy.audience("everyone").unwrap();
    let explained = policy.explain(&everyone, Verb::Read, "/far", policy.moment(0, false)).unwrap();
    assert_eq!((explained.hidden.as_deref(), explained.impossible), (Some("frame: lowres"), None));
}

const SPACES: [&str; 3] = ["/c", "/c/front", "/c/resize"];
const IMAGES: [&str; 5] = ["image_raw", "image", "image_rect", "thermal", "infra"];
const ENDS: [&str; 6] = ["", "_throttle", "/compressed", "/theora", "/qq", "/qq/rr"];
const GLOBS: [&str; 12] = [
    "/**",
    "/c/**",
    "/c/*",
    "/c/front/**",
    "/c/front/*",
    "/c/*/image_raw",
    "/c/*/image_raw/*",
    "/c/image_*",
    "/c/thermal/*",
    "/c/*/compressed",
    "/c/front/image_raw/**",
    "/c/front/*/compressed",
];

fn names() -> Vec<String> {
    let images = SPACES.iter().flat_map(|space| {
        IMAGES.iter().flat_map(move |image| ENDS.iter().map(move |end| format!("{space}/{image}{end}")))
    });
    images.chain(SPACES.iter().map(|space| format!("{space}/camera_info"))).collect()
}

fn made(dice: &mut Dice, names: &[String], with_globs: bool) -> String {
    let mut declared = BTreeSet::new();
    for _ in 0..2 + dice.roll(4) {
        let glob = with_globs && dice.roll(3) == 0;
        let name = if glob { dice.pick(&GLOBS) } else { &names[dice.roll(names.len() as u64) as usize] };
        declared.insert(name.to_owned());
    }
    let mut text = HEAD.to_owned();
    for name in &declared {
        let info = name.ends_with("camera_info") && dice.roll(4) != 0;
        let kind = if info { "CameraInfo" } else { dice.pick(&["Image", "CompressedImage"]) };
        let class = dice.pick(&["operational", "contextual", "contextual"]);
        let redact = match dice.pick(&["faces: solid", "faces: solid, plates: solid", ""]) {
            _ if info => String::new(),
            "" if class == "operational" => String::new(),
            "" => ", redact: { faces: solid }".to_owned(),
            parts => format!(", redact: {{ {parts} }}"),
        };
        text += &format!("  {name}: {{ type: sensor_msgs/msg/{kind}, class: {class}{redact} }}\n");
    }
    text += "rules:\n";
    let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
    for _ in 0..1 + dice.roll(4) {
        let who = dice.pick(&["everyone", "everyone", "a", "b", "[a, b]"]);
        let what =
            if dice.roll(3) == 0 { dice.pick(&declared) } else { dice.pick(&["operational", "contextual"]) };
        let effect = dice.pick(&["deny: true", "as: clear", "as: redacted", "as: redacted"]);
        let hours = dice.pick(&[
            "",
            "",
            ", hours: \"08:00-18:00\"",
            ", hours: \"12:00-20:00\"",
            ", hours: \"22:00-06:00\"",
        ]);
        let until = dice.pick(&["", "", ", until: 2026-03-01", ", until: 2026-03-20"]);
        text += &format!("  - {{ who: {who}, read: {what}, {effect}{hours}{until} }}\n");
    }
    text
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
        let who = policy.audience(who).unwrap();
        match policy.explain(&who, Verb::Read, name, now).unwrap().verdict {
            Verdict::Allow { form, .. } => Some(form),
            Verdict::Deny { .. } | Verdict::NoRule => None,
        }
    };
    form("everyone").max(form(who))
}

/// What a line of the file says of a topic.
struct Fact {
    image: bool,
    protected: bool,
    plates: bool,
    faces: bool,
}

fn facts(text: &str) -> HashMap<String, Fact> {
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

/// A protected name and a sibling of it that gives more, among all pairs of names.
fn leak(policy: &Policy, facts: &HashMap<String, Fact>, names: &[String]) -> Option<(String, String)> {
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

#[test]
fn what_passes_the_check_leaks_through_no_sibling_of_any_name() {
    let names = names();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut passed, mut refused) = (0, 0);
    for _ in 0..if cfg!(debug_assertions) { 300 } else { 1500 } {
        let text = made(&mut dice, &names, true);
        match read(&text) {
            Ok(policy) => {
                passed += 1;
                let leak = leak(&policy, &facts(&text), &names);
                assert!(leak.is_none(), "{leak:?} in\n{text}");
                let met = names.iter().find(|name| policy.open_sibling(name).is_some());
                assert!(met.is_none(), "{met:?} in\n{text}");
            }
            Err(codes) => refused += usize::from(codes.contains(&"sibling-open")),
        }
    }
    println!("{passed} passed, {refused} refused");
    assert!(passed > 100 && refused > 50, "{passed} passed, {refused} refused");
}

#[test]
fn what_the_check_refuses_does_leak() {
    let names = names();
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let mut refused = 0;
    for _ in 0..if cfg!(debug_assertions) { 200 } else { 1000 } {
        let text = made(&mut dice, &names, false);
        if !matches!(read(&text), Err(codes) if codes.iter().all(|code| *code == "sibling-open")) {
            continue;
        }
        // The same topics as text are a policy: what it gives of them, the refused one would have given of images.
        let twin: String = text
            .lines()
            .map(|line| {
                let line = line.split(", redact").next().unwrap().trim_end_matches(" }").to_owned()
                    + if line.contains(", redact") {
                        ", redact: { data: [phone] } }\n"
                    } else if line.ends_with(" }") {
                        " }\n"
                    } else {
                        "\n"
                    };
                ["Image,", "CompressedImage,", "CameraInfo,"].iter().fold(line, |line, kind| {
                    line.replace(&format!("sensor_msgs/msg/{kind}"), "std_msgs/msg/String,")
                })
            })
            .collect();
        let policy = read(&twin).unwrap_or_else(|codes| panic!("{codes:?} in\n{twin}"));
        assert!(leak(&policy, &facts(&text), &names).is_some(), "{text}");
        refused += 1;
    }
    println!("{refused} refused");
    assert!(refused > 20, "{refused}");
}

#[test]
fn thousands_of_cameras_are_checked_in_seconds() {
    let mut text = HEAD.to_owned();
    let size = if cfg!(debug_assertions) { 16 } else { 250 } * 1024;
    for glob in 0..150 {
        text += &format!("  /r{glob}/**: {OPEN}\n");
    }
    text += &format!("  /**: {OPEN}\n");
    let mut cameras = 0;
    while text.len() < size {
        text += &format!("  /r{}/c{cameras}/**: {CAMERA}\n", cameras % 150)
            .replace("/**", if cameras < 40 { "/**" } else { "/image_raw" });
        cameras += 1;
    }
    text += "rules:\n  - { who: everyone, read: contextual, as: redacted, hours: \"08:00-18:00\" }\n  - { who: a, read: contextual, as: clear }\n";
    let started = std::time::Instant::now();
    let read = Policy::read_within("made.yaml", &text, &Limits { bytes: 300 * 1024, ..Limits::FILE });
    println!("{cameras} cameras in {:?}", started.elapsed());
    assert!(started.elapsed().as_secs() < 10);
    let (policy, _) =
        read.unwrap_or_else(|findings| panic!("{}", render(&findings[..1], "made.yaml", &text, false)));
    let started = std::time::Instant::now();
    for camera in 0..1000 {
        assert!(policy.open_sibling(&format!("/r{}/c{camera}/image_raw/theora", camera % 150)).is_none());
    }
    println!("{:?} a name", started.elapsed() / 1000);
}
