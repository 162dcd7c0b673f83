//! Images, and what the guard and the redactor say to each other about them.

use std::path::Path;

use discreet_redact::protocol::{Hello, Reply, Request, RuleBytes, Work};
use discreet_redact::{
    Area, Cause, CompressedFormat, Cover, Found, ImageRules, Picture, Shape, Subject, Subjects,
};

use crate::bodies::{camera_info, compressed_image, image, jpeg, redactor_reply, redactor_request};
use crate::mutations::fuzz;

/// A serialized message of a header and fields, each given as its bytes and aligned to four.
fn cdr_of(fields: &[&[u8]]) -> Vec<u8> {
    let mut cdr = vec![0, 1, 0, 0];
    for field in [&[5, 0, 0, 0, 7, 0, 0, 0, 4, 0, 0, 0, b'c', b'a', b'm', 0]]
        .map(|header| &header[..])
        .iter()
        .chain(fields)
    {
        cdr.resize(cdr.len().next_multiple_of(4), 0);
        cdr.extend_from_slice(field);
    }
    cdr
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u32 + 1).to_le_bytes(), text.as_bytes(), &[0]].concat()
}

#[test]
fn no_image_breaks_its_covering() {
    let encodings = [
        "rgb8",
        "bgra8",
        "mono8",
        "mono16",
        "rgba16",
        "16UC1",
        "32FC1",
        "bayer_rggb8",
        "bayer_grbg16",
        "yuyv",
        "uyvy",
        "nv12",
        "nv24",
        "i420",
        "nonsense",
    ];
    let mut seeds = Vec::new();
    for encoding in encodings {
        for step in [4u32, 8, 12, 16, 32, 37] {
            let sides = [4u32.to_le_bytes(), 4u32.to_le_bytes()];
            let data: Vec<u8> = (0..(step as u8).wrapping_mul(12)).collect();
            let (step, count) = (step.to_le_bytes(), (data.len() as u32).to_le_bytes());
            let fields = [sides.as_flattened(), &[&text(encoding)[..], &[0]].concat(), &step, &count, &data];
            // In front: an area, a kind of cover, and how large the picture may be.
            seeds.push([&[1, 1, 3, 3, 0, 3], &cdr_of(&fields)[..]].concat());
        }
    }
    assert!(seeds.iter().all(|seed| discreet_redact::blank_all(&mut seed[6..].to_vec()).is_ok()));
    let covered = |seed: &&Vec<u8>| {
        discreet_redact::RawImage::read(&mut seed[6..].to_vec()).is_ok_and(|mut image| image.frame().is_ok())
    };
    assert!(seeds.iter().filter(covered).count() > 40);
    fuzz(&seeds, image::run);
}

#[test]
fn no_compressed_image_breaks_its_reader() {
    use discreet_redact::{CompressedFormat, Shape, black};
    let mut seeds = Vec::new();
    for (format, name) in
        [(CompressedFormat::Jpeg, "rgb8; jpeg compressed bgr8"), (CompressedFormat::Png, "png")]
    {
        for grey in [false, true] {
            let mut data = Vec::new();
            black(format, Shape { width: 20, height: 9, grey }, &mut data);
            seeds.push(cdr_of(&[&text(name), &(data.len() as u32).to_le_bytes(), &data]));
        }
    }
    fuzz(&seeds, compressed_image::run);
}

#[test]
fn no_camera_info_breaks_its_reader() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cdr/sensor_msgs.CameraInfo.cdr");
    fuzz(&[std::fs::read(path).unwrap()], camera_info::run);
}

#[test]
fn no_answer_of_a_redactor_breaks_the_guard() {
    let mut seeds = vec![Vec::new(); 4];
    let hello =
        Hello { pid: 4711, engine: "OpenCV 4.6.0".into(), subjects: Subjects::from_iter(Subject::ALL) };
    hello.write(&mut seeds[0]);
    let area = Area { left: 10, top: 20, right: 960, bottom: 540 };
    let found = Found { subject: Subject::Plates, area, score: 0.75, why: Cause::Held };
    assert!(Reply::write_found(&mut seeds[1], 7, &[found; 3]));
    assert!(Reply::write_remade(&mut seeds[2], 8, b"image"));
    Reply::write_failed(&mut seeds[3], 9);
    seeds.push(seeds.concat());
    fuzz(&seeds, redactor_reply::run);
}

#[test]
fn no_question_breaks_the_redactor() {
    let covers = vec![(Subject::Faces, Cover::Solid), (Subject::Text, Cover::Pixelate)];
    let deadline = std::time::Duration::from_millis(100);
    let rules = ImageRules { covers, strict: true, deadline, every: 2, ..ImageRules::default() };
    let picture = Picture { width: 4, height: 2, bgr: &[100; 24] };
    let seeds = [Work::Inspect(picture), Work::Remake(CompressedFormat::Png, b"image")].map(|work| {
        let mut head = Vec::new();
        let request = Request { id: 3, stamp: 1_795_426_200_000_000_000, rules: RuleBytes::of(&rules), work };
        let image = request.write_head(&mut head).unwrap();
        [&head, image].concat()
    });
    fuzz(&seeds, redactor_request::run);
}

#[test]
fn no_jpeg_keeps_the_search_for_damage_from_ending() {
    let mut seeds = Vec::new();
    for (width, height, grey) in [(16, 16, false), (33, 40, false), (100, 9, true)] {
        let mut seed = Vec::new();
        discreet_redact::black(CompressedFormat::Jpeg, Shape { width, height, grey }, &mut seed);
        assert!(jpeg::is_whole(&seed));
        // Its marker says that it is progressive.
        let at = seed.windows(2).position(|bytes| bytes == [0xff, 0xc0]).unwrap();
        seeds.push(seed.clone());
        seed[at + 1] = 0xc2;
        seeds.push(seed);
    }
    fuzz(&seeds, jpeg::run);
}
