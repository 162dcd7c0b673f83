//! The check against random policies: it refuses those that leak, and no others.

use std::collections::BTreeSet;

use crate::dice::Dice;
use crate::leaks::{facts, leak};
use crate::policies::{HEAD, read};

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
