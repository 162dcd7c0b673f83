//! The check of a policy with thousands of cameras ends in seconds.

use discreet_policy::finding::render;
use discreet_policy::{FileLimits, Policy};

use crate::policies::{CAMERA, HEAD, OPEN};

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
    let read = Policy::read_within("made.yaml", &text, &FileLimits { bytes: 300 * 1024, ..FileLimits::FILE });
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
