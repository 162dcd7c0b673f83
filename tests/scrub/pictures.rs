//! An image in a bag is covered, or black.

use std::fs;

use mcap::Compression;
use serde_json::Value;

use crate::bag::{self, MORNING, POLICY, Recorder};
use crate::command::{CANARY, code, files, holds, read, report, row, scratch, scrub};
#[cfg(feature = "vision")]
use crate::photo;

/// A picture of stripes: no two neighbours are alike.
fn stripes(width: u32, height: u32) -> Vec<u8> {
    (0..width * height * 3).map(|at| if at % 2 == 0 { 240 } else { 20 }).collect()
}

/// The pixels of a serialized image are its end.
fn pixels(message: &[u8], size: usize) -> &[u8] {
    &message[message.len() - size..]
}

#[test]
fn frames_that_are_covered_as_a_whole_are_covered_before_they_are_written() {
    let folder = scratch("whole_frames");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), Some(Compression::Zstd));
    let time = bag::nanoseconds(MORNING);
    let (width, height) = (320, 240);
    for topic in ["/dark/image_raw", "/coarse/image_raw"] {
        let channel = recorder.channel(topic, "sensor_msgs/msg/Image", bag::IMAGE);
        recorder.message(channel, time, &bag::image(MORNING, width, height, &stripes(width, height)));
    }
    recorder.finish();
    let report = report(&folder, &[]);
    let out = read(&folder.join("out.mcap"));
    let of = |topic: &str| pixels(&out.iter().find(|one| one.0 == topic).unwrap().2, 320 * 240 * 3).to_vec();
    assert!(of("/dark/image_raw").iter().all(|byte| *byte == 0));
    let coarse = of("/coarse/image_raw");
    let jumps = coarse.windows(4).filter(|part| part[0].abs_diff(part[3]) > 8).count();
    assert!(jumps * 10 < coarse.len(), "{jumps} of {} neighbours differ", coarse.len());
    for topic in ["/dark/image_raw", "/coarse/image_raw"] {
        assert_eq!(
            (&row(&report, topic)["redacted"], &row(&report, topic)["blanked"]),
            (&1.into(), &0.into())
        );
    }
}

#[test]
fn an_image_that_nobody_could_look_at_is_blank_and_the_exit_code_says_so() {
    let folder = scratch("unseen");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
    let time = bag::nanoseconds(MORNING);
    let raw = recorder.channel("/seen/image_raw", "sensor_msgs/msg/Image", bag::IMAGE);
    let packed =
        recorder.channel("/seen/image_raw/compressed", "sensor_msgs/msg/CompressedImage", bag::COMPRESSED);
    // The message is sound; the picture in it is none that anybody can read.
    let mut odd = bag::image(MORNING, 64, 48, &stripes(64, 48));
    let encoding = odd.windows(4).position(|part| part == b"bgr8").unwrap();
    odd[encoding..encoding + 4].copy_from_slice(b"xyz9");
    recorder.message(raw, time, &odd);
    recorder.message(packed, time, &bag::compressed(MORNING, "jpeg", CANARY.as_bytes()));
    recorder.finish();
    let output = scrub(&folder, &["in.mcap", "out.mcap", "--json"]);
    assert_eq!(code(&output), 1, "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(row(&report, "/seen/image_raw")["blanked"], 1);
    assert_eq!(row(&report, "/seen/image_raw/compressed")["blanked"], 1);
    let out = read(&folder.join("out.mcap"));
    // Nothing says what its bytes were: it is a black one of a grey camera.
    assert!(pixels(&out[0].2, 64 * 48).iter().all(|byte| *byte == 0));
    assert!(out[0].2.len() < 64 * 48 + 100 && !holds(&folder.join("out.mcap"), "xyz9"));
    assert!(!holds(&folder.join("out.mcap"), CANARY));
}

#[cfg(feature = "vision")]
#[test]
fn a_face_leaves_a_bag_in_no_pixel() {
    let Some(photo) = photo::astronaut() else { return };
    let folder = scratch("face");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), Some(Compression::Zstd));
    let raw = recorder.channel("/seen/image_raw", "sensor_msgs/msg/Image", bag::IMAGE);
    let packed =
        recorder.channel("/seen/image_raw/compressed", "sensor_msgs/msg/CompressedImage", bag::COMPRESSED);
    photo.write_png(&folder.join("photo.png"));
    let png = fs::read(folder.join("photo.png")).unwrap();
    let (width, height) = (photo.width, photo.height);
    let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let bgr: Vec<u8> = places()
        .flat_map(|(x, y)| {
            let [r, g, b] = photo.at(x, y);
            [b, g, r]
        })
        .collect();
    for frame in 0..5 {
        let time = bag::nanoseconds(MORNING) + frame * 33_000_000;
        recorder.message(raw, time, &bag::image(MORNING, width, height, &bgr));
        recorder.message(packed, time, &bag::compressed(MORNING, "png", &png));
    }
    recorder.finish();
    let report = report(&folder, &[]);
    assert_eq!(row(&report, "/seen/image_raw")["redacted"], 5);
    assert_eq!(row(&report, "/seen/image_raw/compressed")["redacted"], 5);
    let out = read(&folder.join("out.mcap"));
    let [x, y] = photo::FACE;
    // The middle of the face is one colour, and a corner of the picture is as it was.
    let around = || (y - 20..y + 20).flat_map(|y| (x - 20..x + 20).map(move |x| (x, y)));
    for (topic, _, message) in out {
        let at: Box<dyn Fn(u32, u32) -> [u8; 3]> = if topic.ends_with("compressed") {
            let start = message.windows(4).position(|part| part == b"\x89PNG").unwrap();
            fs::write(folder.join("out.png"), &message[start..]).unwrap();
            let picture = photo::Rgb::read_png(&folder.join("out.png"));
            Box::new(move |x, y| picture.at(x, y))
        } else {
            let pixels = pixels(&message, bgr.len()).to_vec();
            Box::new(move |x, y| {
                let at = (y * width + x) as usize * 3;
                [pixels[at + 2], pixels[at + 1], pixels[at]]
            })
        };
        assert!(around().all(|(x, y)| at(x, y) == [0; 3]), "{topic}");
        assert_eq!(at(5, 5), photo.at(5, 5), "{topic}");
    }
}

#[test]
fn a_policy_that_leaves_a_sibling_of_a_camera_open_scrubs_nothing() {
    let folder = scratch("sibling");
    let wild = "topics:\n  /seen/image_rect: { type: sensor_msgs/msg/Image, class: operational }\n";
    let policy = POLICY.replace("topics:\n", wild).replace("/seen/**", "/seen/image_raw/**, /seen/image_raw");
    let policy = policy.replace("read: [/open,", "read: [/seen/image_rect, /open,");
    fs::write(folder.join("policy.yaml"), policy).unwrap();
    let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
    let channel = recorder.channel("/seen/image_rect", "sensor_msgs/msg/Image", bag::IMAGE);
    let image = bag::image(MORNING, 64, 48, &stripes(64, 48));
    recorder.message(channel, bag::nanoseconds(MORNING), &image);
    recorder.finish();
    let output = scrub(&folder, &["in.mcap", "out.mcap"]);
    assert_eq!(code(&output), 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("sibling-open"), "{output:?}");
    assert_eq!(files(&folder), ["in.mcap", "policy.yaml"]);
}
