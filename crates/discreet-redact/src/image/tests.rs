use std::sync::Mutex;
use std::time::Instant;

use super::*;
use crate::frame::tests::image;
use crate::{CompressedFormat, Picture, Subject};

fn raw(rules: &ImageRules, cdr: &mut [u8]) -> (Redaction, Vec<u8>) {
    struct Nothing;
    impl ImageInspector for Nothing {
        fn look(&mut self, _: &ImageRules, _: Picture<'_>, _: i64) -> Result<&[Found], BlankReason> {
            Ok(&[])
        }
        fn remake(
            &mut self,
            _: &ImageRules,
            image: &[u8],
            _: CompressedFormat,
            _: i64,
        ) -> Result<&[u8], BlankReason> {
            Ok(if image.is_empty() { &[] } else { b"remade" })
        }
    }
    let kind = if rules.every == 1 { ImageKind::Raw } else { ImageKind::Compressed };
    let mut redactor = ImageRedactor::new("/camera", kind, Some(Box::new(Nothing)), Arc::default());
    let done = redactor.redact(rules, cdr).unwrap();
    let (redaction, anew) = (done.redaction, done.anew.map(<[u8]>::to_vec));
    (redaction, anew.unwrap_or_else(|| cdr.to_vec()))
}

/// With another frame id than the one of `image`.
fn of_frame(frame_id: &str, encoding: &str) -> Vec<u8> {
    let plain = image(encoding, (2, 2), 6, 1, &[7; 12], false);
    let mut cdr = plain[..12].to_vec();
    cdr.extend(u32::try_from(frame_id.len() + 1).unwrap().to_le_bytes());
    cdr.extend(frame_id.bytes().chain([0]));
    cdr.resize(cdr.len().next_multiple_of(4), 0);
    cdr.extend(&plain[24..]);
    cdr
}

#[test]
fn a_frame_id_and_an_encoding_that_are_not_understood_do_not_leave() {
    let (rules, expected) = (ImageRules::default(), image("rgb8", (2, 2), 6, 1, &[7; 12], false));
    assert_eq!(of_frame("camera", "rgb8"), expected);
    let (redaction, out) = raw(&rules, &mut of_frame("Ada Lovelace card 4111 1111 1111 1111", "rgb8"));
    assert_eq!((redaction, out), (Redaction::default(), expected));
    for frame in [None, Some(WholeFrame::Blank)] {
        let rules = ImageRules { frame, ..ImageRules::default() };
        let (redaction, out) = raw(&rules, &mut of_frame("camera", "rgb8;/9j/4AAQSkZJRg"));
        assert_eq!(redaction.blank, Some(BlankReason::UnknownEncoding));
        assert_eq!(out, image("mono8", (2, 2), 2, 0, &[0; 4], false));
    }
}

#[test]
fn bytes_that_no_field_has_do_not_leave() {
    let plain = image("rgb8", (2, 2), 6, 0, &[7; 12], false);
    let gaps: Vec<usize> = RawFields::read(&plain).unwrap().gaps().into_iter().flatten().collect();
    assert_eq!(gaps.len(), 3, "behind `is_bigendian`");
    let mut telling = plain.clone();
    gaps.into_iter().for_each(|at| telling[at] = b'A');
    telling[3] = 3;
    telling.extend(b"Ada");
    let (redaction, mut out) = raw(&ImageRules::default(), &mut telling);
    assert_eq!(redaction, Redaction::default());
    assert_eq!(out.split_off(plain.len()), [0; 3]);
    assert_eq!(out, plain);
}

#[test]
fn of_a_blank_frame_only_size_time_and_frame_are_left() {
    let rules = ImageRules { frame: Some(WholeFrame::Blank), ..ImageRules::default() };
    let (redaction, out) = raw(&rules, &mut image("bgr8", (2, 2), 9, 77, &[7; 18], true));
    assert_eq!((redaction.covered, redaction.blank), (1, None));
    assert_eq!(out, image("bgr8", (2, 2), 6, 0, &[0; 12], false));
    let (_, out) = raw(&rules, &mut image("32FC1", (1, 1), 4, 0, &[7; 4], false));
    assert_eq!(out, image("32FC1", (1, 1), 4, 0, &f32::NAN.to_le_bytes(), false), "no reading");
}

#[test]
fn an_image_that_lies_about_its_size_is_blank() {
    let rules = ImageRules { sizes: vec![(2, 2)], encodings: vec!["rgb8"], ..ImageRules::default() };
    for (encoding, size, step) in [("rgb8", (1, 4), 3), ("mono8", (2, 2), 6), ("mono8", (6, 2), 6)] {
        let (redaction, out) = raw(&rules, &mut image(encoding, size, step, 0, &[77; 12], false));
        assert_eq!(redaction.blank, Some(BlankReason::Misdeclared), "{encoding} {size:?}");
        assert!(out.ends_with(&[0; 4]) && !out.contains(&77), "{encoding} {size:?}");
    }
    assert_eq!(raw(&rules, &mut image("rgb8", (2, 2), 6, 0, &[7; 12], false)).0.blank, None);
}

#[test]
fn a_compressed_image_is_held_against_the_size_of_the_policy() {
    let mut image = vec![0, 1, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0];
    image.extend(b"jpeg\0\0\0\0");
    let mut data = Vec::new();
    black(CompressedFormat::Jpeg, Shape { width: 640, height: 16, grey: false }, &mut data);
    image.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    image.extend(&data);
    // `raw` takes a compressed image where the policy says `every:`.
    let rules = |sizes| ImageRules { sizes, every: 2, ..ImageRules::default() };
    let (redaction, out) = raw(&rules(vec![(640, 16)]), &mut image.clone());
    assert!(redaction.blank.is_none() && out.ends_with(b"remade"));
    for sizes in [vec![(16, 640)], vec![]] {
        let (redaction, out) = raw(&rules(sizes), &mut image.clone());
        assert_eq!(redaction.blank, Some(BlankReason::Misdeclared));
        assert!(out.ends_with(&data), "black, as it was");
    }
}

fn depth(redactor: &mut ImageRedactor, rules: &ImageRules) -> Option<BlankReason> {
    let mut cdr = image("16UC1", (4, 4), 8, 0, &[1; 32], false); // taken at 5 s
    redactor.redact(rules, &mut cdr).unwrap().redaction.blank
}

#[test]
fn a_camera_that_was_late_once_is_waited_for_again_as_soon_as_it_sees() {
    let cameras = Arc::new(Cameras::default());
    let mut redactor = ImageRedactor::new("/depth", ImageKind::Raw, None, Arc::clone(&cameras));
    let mut rules = ImageRules {
        covers: vec![(Subject::Faces, Cover::Solid)],
        deadline: Duration::from_millis(20),
        follows: Some("/color".into()),
        ..ImageRules::default()
    };
    assert_eq!(depth(&mut redactor, &rules), Some(BlankReason::NothingToFollow));
    rules.deadline = Duration::from_secs(10);
    let began = Instant::now();
    assert_eq!(
        depth(&mut redactor, &rules),
        Some(BlankReason::NothingToFollow),
        "it has not inspected anything yet"
    );
    assert!(began.elapsed() < Duration::from_secs(5), "so it is not waited for");

    cameras.add("/color", 4_900_000_000, (4, 4), []);
    let late = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        cameras.add("/color", 5_000_000_000, (4, 4), []);
    });
    assert_eq!(depth(&mut redactor, &rules), None);
    late.join().unwrap();
}

/// The size of the picture that the inspector gets of a frame of 4000x2000.
fn inspected(rules: &ImageRules, unhurried: bool) -> (u32, u32, bool) {
    struct Sizes(Arc<Mutex<(u32, u32, bool)>>);
    impl ImageInspector for Sizes {
        fn look(&mut self, rules: &ImageRules, of: Picture<'_>, _: i64) -> Result<&[Found], BlankReason> {
            *self.0.lock().unwrap() = (of.width, of.height, rules.small);
            Ok(&[])
        }
        fn remake(
            &mut self,
            _: &ImageRules,
            _: &[u8],
            _: CompressedFormat,
            _: i64,
        ) -> Result<&[u8], BlankReason> {
            Err(BlankReason::Failed)
        }
    }
    let seen = Arc::default();
    let look = Box::new(Sizes(Arc::clone(&seen)));
    let mut redactor = ImageRedactor::new("/camera", ImageKind::Raw, Some(look), Arc::default());
    if unhurried {
        redactor = redactor.unhurried();
    }
    let mut cdr = image("mono8", (4000, 2000), 4000, 0, &vec![7; 8_000_000], false);
    assert_eq!(redactor.redact(rules, &mut cdr).unwrap().redaction, Redaction::default());
    *seen.lock().unwrap()
}

#[test]
fn detectors_get_a_large_frame_for_small_faces_and_always_where_nobody_waits() {
    let small = ImageRules { small: true, ..ImageRules::default() };
    assert_eq!(inspected(&ImageRules::default(), false), (960, 480, false));
    assert_eq!(inspected(&small, false), (3840, 1920, true));
    assert_eq!(inspected(&ImageRules::default(), true), (3840, 1920, true));
}
