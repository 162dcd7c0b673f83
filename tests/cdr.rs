//! The walk's promises, on messages that real rclpy nodes published (`tests/data/cdr`, taken raw from a
//! subscription) and on a type of our own with every kind of field.

// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use discreet_cdr::types::TypeLibrary;
use discreet_cdr::{Malformed, Plan, Writer};

fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)
}

/// The hand-made definitions, which need no ROS.
fn own_plan(type_name: &str) -> Plan {
    TypeLibrary::new([data("types")]).definition(type_name).unwrap().plan
}

/// One `discreet_test/msg/Every`, little endian.
fn every() -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    let wide = |writer: &mut Writer, text: &str| {
        writer.sequence(text.encode_utf16().count());
        text.encode_utf16().for_each(|unit| writer.u32(unit.into()));
    };
    writer.bool(true);
    writer.str("eight bt");
    wide(&mut writer, "weiß 😀");
    writer.sequence(2);
    wide(&mut writer, "a");
    wide(&mut writer, "");
    [0.1, 0.2, 0.3].into_iter().for_each(|number| writer.f64(number));
    writer.sequence(3);
    [1, 2, 3].into_iter().for_each(|number| writer.u16(number));
    let pairs = |writer: &mut Writer, count: u8| {
        for small in 0..count {
            writer.u8(small);
            writer.f64(0.5);
        }
    };
    pairs(&mut writer, 2);
    writer.sequence(3);
    pairs(&mut writer, 3);
    writer.str("");
    writer.str("second");
    pairs(&mut writer, 1);
    writer.sequence(2);
    [-1, 1].into_iter().for_each(|number| writer.i64(number));
    writer.u8(7);
    message
}

/// Every recorded message, with its plan. Prints the ones left out.
fn messages() -> Vec<(String, Plan, Vec<u8>)> {
    let mut all = vec![("discreet_test/msg/Every".to_owned(), own_plan("discreet_test/msg/Every"), every())];
    let installed = TypeLibrary::from_env();
    if installed.is_err() {
        eprintln!(
            "SKIPPED: messages whose types only an installed ROS 2 defines (AMENT_PREFIX_PATH is not set)"
        );
    }
    for file in std::fs::read_dir(data("cdr")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "cdr") {
            continue;
        }
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let (package, name) = stem.trim_end_matches(".default").split_once('.').unwrap();
        let type_name = format!("{package}/msg/{name}");
        let own = TypeLibrary::new([data("types")]).definition(&type_name);
        let definition = match (&installed, own) {
            (Ok(installed), _) => installed.definition(&type_name).unwrap(),
            (Err(_), Ok(own)) => own,
            (Err(_), Err(_)) => continue,
        };
        all.push((stem.to_owned(), definition.plan, std::fs::read(&path).unwrap()));
    }
    all
}

#[test]
fn every_real_message_is_walked_to_its_end() {
    for (name, plan, message) in messages() {
        assert_eq!(plan.check(&message).map(|walk| walk.end()), Ok(message.len()), "{name}");
    }
}

#[test]
fn a_message_cut_anywhere_is_refused() {
    for (name, plan, message) in messages() {
        for length in 0..message.len() {
            assert!(plan.check(&message[..length]).is_err(), "{name} cut at {length}");
        }
    }
}

#[test]
fn bytes_behind_the_end_are_refused_but_padding_is_not() {
    for (name, plan, message) in messages() {
        for extra in 1..12 {
            let longer = [message.as_slice(), &vec![0; extra]].concat();
            let expected = match extra {
                1..=3 => Ok(message.len()),
                _ => Err(Malformed::Trailing { offset: message.len(), extra }),
            };
            assert_eq!(plan.check(&longer).map(|walk| walk.end()), expected, "{name}");
        }
    }
}

#[test]
fn a_length_of_four_billion_anywhere_neither_panics_nor_takes_time() {
    for (name, plan, mut message) in messages() {
        let started = Instant::now();
        for at in 4..message.len().saturating_sub(3) {
            let mut kept = [0; 4];
            kept.copy_from_slice(&message[at..at + 4]);
            for value in [u32::MAX, 0x8000_0000] {
                message[at..at + 4].copy_from_slice(&value.to_le_bytes());
                let _ = plan.check(&message);
            }
            message[at..at + 4].copy_from_slice(&kept);
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{name}");
    }
}

#[test]
fn other_encodings_are_refused() {
    for (name, plan, message) in messages() {
        for header in [[0, 2, 0, 0], [0, 3, 0, 0], [0, 6, 0, 0], [0, 7, 0, 0], [0, 11, 0, 0], [0xff; 4]] {
            let mut other = message.clone();
            other[..4].copy_from_slice(&header);
            assert_eq!(plan.check(&other), Err(Malformed::Encapsulation), "{name}");
        }
    }
}

#[test]
fn the_bounds_of_the_type_hold() {
    let plan = own_plan("discreet_test/msg/Every");
    let mut message = every();
    // The bounded string (8 bytes at most) stands at 8 behind the bool: pretend that it is a byte longer.
    assert_eq!(message[8..12], 9u32.to_le_bytes());
    message[8] = 10;
    assert_eq!(plan.check(&message), Err(Malformed::Bound { offset: 8, length: 9, bound: 8 }));
}

#[test]
fn the_stamp_is_read_where_the_type_has_one() {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.i32(-5);
    writer.u32(999);
    writer.str("map");
    assert_eq!(own_plan("std_msgs/msg/Header").stamp(&message), Some((-5, 999)));
    assert_eq!(own_plan("sensor_msgs/msg/Image").stamp(&message), Some((-5, 999)));
    assert_eq!(own_plan("builtin_interfaces/msg/Time").stamp(&message), Some((-5, 999)));
    assert_eq!(own_plan("std_msgs/msg/String").stamp(&message), None);
    assert_eq!(own_plan("std_msgs/msg/Header").stamp(&message[..9]), None);
}

#[test]
fn an_image_is_walked_in_the_same_few_steps_however_large() {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.i32(1);
    writer.u32(2);
    writer.str("camera");
    writer.u32(1080);
    writer.u32(1920);
    writer.str("rgb8");
    writer.u8(0);
    writer.u32(5760);
    writer.sequence(1920 * 1080 * 3);
    message.resize(message.len() + 1920 * 1080 * 3, 0);
    let plan = own_plan("sensor_msgs/msg/Image");
    let started = Instant::now();
    for _ in 0..1000 {
        plan.check(&message).unwrap();
    }
    // A pass over 6 MB takes about a millisecond; a thousand walks together must not.
    assert!(started.elapsed() < Duration::from_millis(200), "{:?}", started.elapsed());
}
