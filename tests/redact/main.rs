//! What `discreet redact` promises, with a photograph in the public domain (demo/README.md tells whose).

#![cfg(feature = "vision")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod photo;
mod places;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use photo::{FACE, Rgb, astronaut};
use serde_json::Value;

const CANARY: &[u8] = b"CANARY 48.8584 N 2.2945 E";

fn scratch(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("redact").join(test);
    let _none = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn redact(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_discreet");
    Command::new(program).arg("redact").args(arguments).current_dir(folder).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("it crashed: {output:?}"))
}

/// What was covered in the one picture that was redacted.
fn boxes(output: &Output) -> (Value, Vec<[u32; 4]>) {
    assert!(output.status.success(), "{output:?}");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let boxes = line["covered"].as_array().unwrap().iter();
    let boxes = boxes.map(|one| serde_json::from_value(one["box"].clone()).unwrap()).collect();
    (line, boxes)
}

fn is_inside([x, y]: [u32; 2], [left, top, right, bottom]: [u32; 4]) -> bool {
    (left..right).contains(&x) && (top..bottom).contains(&y)
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            names.extend(files(&entry.path()).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

#[test]
fn nothing_is_left_under_a_cover_and_everything_beside_it() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("covered");
    photo.write_png(&folder.join("in.png"));
    let (line, boxes) = boxes(&redact(&folder, &["in.png", "out.png", "--boxes"]));
    assert_eq!((&line["width"], &line["height"]), (&photo.width.into(), &photo.height.into()));
    assert!(boxes.iter().any(|one| is_inside(FACE, *one)), "{boxes:?}");
    let out = Rgb::read_png(&folder.join("out.png"));
    for y in 0..photo.height {
        for x in 0..photo.width {
            let covered = boxes.iter().any(|one| is_inside([x, y], *one));
            let wanted = if covered { [0; 3] } else { photo.at(x, y) };
            assert_eq!(out.at(x, y), wanted, "{x}, {y}");
        }
    }
}

#[test]
fn a_picture_that_was_taken_sideways_is_looked_at_upright_and_nothing_of_its_metadata_is_left() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("sideways");
    // A camera that was held on its side: the pixels lie, and EXIF says how they are to be turned.
    photo.turned_left().write_png(&folder.join("lying.png"));
    assert_eq!(code(&redact(&folder, &["lying.png", "lying.jpg", "--faces=off", "--plates"])), 0);
    let lying = fs::read(folder.join("lying.jpg")).unwrap();
    let told = photo::with_exif(&lying, 6, CANARY);
    assert!(told.windows(CANARY.len()).any(|part| part == CANARY));
    fs::write(folder.join("in.jpg"), &told).unwrap();
    let (line, boxes) = boxes(&redact(&folder, &["in.jpg", "out.jpg", "--boxes"]));
    assert_eq!((&line["width"], &line["height"]), (&photo.width.into(), &photo.height.into()));
    assert!(boxes.iter().any(|one| is_inside(FACE, *one)), "{boxes:?}");
    let out = fs::read(folder.join("out.jpg")).unwrap();
    assert!(!out.windows(CANARY.len()).any(|part| part == CANARY));
    assert!(!out.windows(4).any(|part| part == b"Exif"));
}

#[test]
fn what_cannot_be_read_is_not_copied_and_the_others_are_done() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("tree");
    fs::create_dir_all(folder.join("in/deep/er")).unwrap();
    photo.write_png(&folder.join("in/good.png"));
    photo.write_png(&folder.join("in/deep/er/good.PNG"));
    let whole = fs::read(folder.join("in/good.png")).unwrap();
    fs::write(folder.join("in/cut.png"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.join("in/deep/none.jpg"), CANARY).unwrap();
    fs::write(folder.join("in/notes.txt"), CANARY).unwrap();
    std::os::unix::fs::symlink("good.png", folder.join("in/link.png")).unwrap();
    let output = redact(&folder, &["in", "out", "--json"]);
    assert_eq!(code(&output), 1);
    assert_eq!(files(&folder.join("out")), ["deep/er/good.PNG", "good.png"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["done"], &report["failed"]), (&2.into(), &2.into()));
    assert_eq!(report["skipped"].as_array().unwrap().len(), 2);
    assert_eq!(report["left_out"][0]["because"], "a link, and links are not followed");
}

#[test]
fn a_damaged_jpeg_is_not_written() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("damaged");
    photo.write_png(&folder.join("in.png"));
    assert_eq!(code(&redact(&folder, &["in.png", "whole.jpg"])), 0);
    let whole = fs::read(folder.join("whole.jpg")).unwrap();
    let middle = whole.len() / 2;
    let mut zeroed = whole.clone();
    zeroed[middle..middle + 300].fill(0);
    let ended = [&whole[..middle], &[0xff, 0xd9]].concat();
    for (name, damaged) in [("zeroed.jpg", &zeroed[..]), ("cut.jpg", &whole[..middle]), ("ended.jpg", &ended)]
    {
        fs::write(folder.join(name), damaged).unwrap();
        let output = redact(&folder, &[name, "out.jpg"]);
        assert_eq!(code(&output), 1, "{name}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("damaged"), "{output:?}");
        assert!(!folder.join("out.jpg").exists(), "{name}");
    }
}

#[test]
fn pictures_that_are_left_out_show_in_the_exit_code() {
    let Some(photo) = astronaut() else { return };
    for (name, expected, said) in [
        ("notes.txt", 0, "not a picture"),
        ("cat.webp", 1, "another format"),
        ("IMG_1", 1, "another format"),
        ("link.png", 1, "a link"),
    ] {
        let folder = scratch(&format!("left_out_{name}"));
        fs::create_dir(folder.join("in")).unwrap();
        let output = redact(&folder, &["in", "out"]);
        assert_eq!(code(&output), 1, "nothing in, nothing out: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("OUT is empty"), "{output:?}");
        photo.write_png(&folder.join("in/good.png"));
        match name {
            "link.png" => std::os::unix::fs::symlink("good.png", folder.join("in/link.png")).unwrap(),
            "IMG_1" => fs::write(folder.join("in/IMG_1"), b"RIFF\x24\0\0\0WEBPVP8 ").unwrap(),
            other => fs::write(folder.join("in").join(other), CANARY).unwrap(),
        }
        let output = redact(&folder, &["in", "out"]);
        assert_eq!(code(&output), expected, "{name}: {output:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(said) && error.contains(name), "{name}: {error}");
    }
}

#[test]
fn nothing_is_overwritten_or_redacted_in_place() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("places");
    fs::create_dir_all(folder.join("in/sub")).unwrap();
    photo.write_png(&folder.join("in/a.png"));
    fs::write(folder.join("there.png"), "mine").unwrap();
    for [from, to] in [
        ["in/a.png", "there.png"],
        ["in/a.png", "in/a.png"],
        ["in", "in"],
        ["in", "in/sub"],
        ["in", "in/new"],
        ["in", "."],
        ["none.png", "new.png"],
    ] {
        assert_eq!(code(&redact(&folder, &[from, to])), 2, "{from} {to}");
    }
    assert_eq!(code(&redact(&folder, &["in/a.png", "new.png", "--faces=off"])), 2);
    assert_eq!(fs::read(folder.join("there.png")).unwrap(), b"mine");
    assert_eq!(code(&redact(&folder, &["in/a.png", "there.png", "--force"])), 0);
    assert_eq!(files(&folder), ["in/a.png", "there.png"]);
}

#[test]
fn a_false_orientation_hides_no_face() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("false");
    photo.write_png(&folder.join("in.png"));
    assert_eq!(code(&redact(&folder, &["in.png", "upright.jpg", "--faces=off", "--plates"])), 0);
    let upright = fs::read(folder.join("upright.jpg")).unwrap();
    let ([x, y], [right, bottom]) = (FACE, [photo.width - 1 - FACE[0], photo.height - 1 - FACE[1]]);
    // The face in the picture as each orientation turns it.
    let places =
        [[x, y], [right, y], [right, bottom], [x, bottom], [y, x], [bottom, x], [bottom, right], [y, right]];
    for (tag, place) in (1..).zip(places) {
        fs::write(folder.join("in.jpg"), photo::with_exif(&upright, tag, b"")).unwrap();
        let (_, boxes) = boxes(&redact(&folder, &["in.jpg", "out.jpg", "--boxes", "--force"]));
        assert!(boxes.iter().any(|one| is_inside(place, *one)), "{tag}: {boxes:?}");
    }
}

#[test]
fn threads_change_nothing_but_the_time() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("threads");
    fs::create_dir_all(folder.join("in")).unwrap();
    for number in 0..6 {
        photo.write_png(&folder.join(format!("in/{number}.png")));
    }
    for (threads, out) in [("1", "one"), ("3", "three")] {
        assert_eq!(code(&redact(&folder, &["in", out, "--threads", threads])), 0);
    }
    for number in 0..6 {
        let of = |out: &str| fs::read(folder.join(format!("{out}/{number}.png"))).unwrap();
        assert!(of("one") == of("three") && of("one") == fs::read(folder.join("one/0.png")).unwrap());
    }
}

#[test]
fn a_coarse_picture_shows_no_detail() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("coarse");
    photo.write_png(&folder.join("in.png"));
    assert_eq!(code(&redact(&folder, &["in.png", "out.png", "--lowres"])), 0);
    let out = Rgb::read_png(&folder.join("out.png"));
    assert_eq!((out.width, out.height), (photo.width, photo.height));
    assert!(out.roughness() * 4.0 < photo.roughness(), "{} of {}", out.roughness(), photo.roughness());
}
