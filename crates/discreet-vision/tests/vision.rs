//! Inspection of real photographs with the real models. Without them (`tools/setup --test` gets both) these
//! tests report that and prove nothing.
// A test may stop at what it does not expect.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use discreet_redact::{
    Area, BlankReason, Cause, CompressedFormat, Cover, Found, ImageInspector, ImageRules, Picture, Rotated,
    Subject, WholeFrame, kind,
};
use discreet_vision::{Engine, Engines, Models, Watch};
use opencv::core::{Mat, Rect, Scalar, Vector};
use opencv::prelude::*;
use opencv::{imgcodecs, imgproc};

const SECOND: i64 = 1_000_000_000;

/// The position of the astronaut's face in the photograph of 512x512 pixels, marked by hand.
const FACE: Area = Area { left: 180, top: 75, right: 265, bottom: 185 };

fn rules(subjects: &[Subject]) -> ImageRules {
    ImageRules {
        covers: subjects.iter().map(|subject| (*subject, Cover::Solid)).collect(),
        ..ImageRules::default()
    }
}

fn models() -> Option<Models> {
    let models =
        Models::find(None).ok().filter(|models| models.load("face_detection_yunet_2023mar.onnx").is_ok());
    if models.is_none() {
        eprintln!("SKIPPED: there are no models; tools/setup gets them");
    }
    models
}

/// The public-domain photograph that the demo shows too.
fn astronaut() -> Option<Mat> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let pictures = [".ros/prefix/lib", ".ros/venv/lib"].into_iter().flat_map(|folder| {
        let pythons = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        pythons.map(|python| python.path().join("site-packages/skimage/data/astronaut.png"))
    });
    let found: Option<PathBuf> = pictures.into_iter().find(|path| path.is_file());
    if found.is_none() {
        eprintln!("SKIPPED: the photograph is not there; tools/setup --test gets it");
    }
    Some(imgcodecs::imread(found?.to_str()?, imgcodecs::IMREAD_COLOR).unwrap())
}

fn watch(models: &Models, engines: Engines, subjects: &[Subject]) -> Watch {
    Watch::new(models.clone(), engines, &rules(subjects)).unwrap()
}

fn look(watch: &mut Watch, rules: &ImageRules, picture: &Mat, stamp: i64) -> Vec<Found> {
    let (width, height) = (picture.cols() as u32, picture.rows() as u32);
    let bgr = picture.data_bytes().unwrap();
    watch.look(rules, Picture { width, height, bgr }, stamp).unwrap().to_vec()
}

fn covers(found: &[Found], face: Area) -> bool {
    found.iter().any(|found| found.area.intersection(face) == face)
}

/// The photograph as part of a larger picture, this many pixels from the left.
fn in_a_room(picture: &Mat, left: i32) -> Mat {
    let mut room =
        Mat::new_rows_cols_with_default(720, 1280, opencv::core::CV_8UC3, Scalar::all(90.0)).unwrap();
    for line in 0..40 {
        // Features from which a camera's motion can be estimated.
        let (x, y) = (line * 97 % 1280, line * 61 % 720);
        imgproc::rectangle(&mut room, Rect::new(x, y, 23, 17), Scalar::all(f64::from(line * 5)), -1, 8, 0)
            .unwrap();
    }
    let mut place = room.roi_mut(Rect::new(left, 100, 512, 512)).unwrap();
    picture.copy_to(&mut place).unwrap();
    room
}

fn encode(picture: &Mat, name: &str) -> Vec<u8> {
    let mut bytes = Vector::new();
    imgcodecs::imencode(name, picture, &mut bytes, &Vector::new()).unwrap();
    bytes.to_vec()
}

#[test]
fn a_face_is_found_and_covered_beyond_its_edges() {
    let (Some(models), Some(picture)) = (models(), astronaut()) else { return };
    let mut watch = watch(&models, Engines::choose(&models).unwrap(), &[Subject::Faces]);
    let found = look(&mut watch, &rules(&[Subject::Faces]), &picture, 0);
    assert!(covers(&found, FACE), "{found:?}");
    assert!(found.iter().all(|found| found.why == Cause::Seen));
    let hidden: u64 = found.iter().map(|found| found.area.pixels()).sum();
    assert!(hidden < 512 * 512 / 6, "{hidden} pixels are hidden: {found:?}");
}

#[test]
fn both_engines_see_the_same() {
    let (Some(models), Some(picture)) = (models(), astronaut()) else { return };
    let fast = Engines::choose(&models).unwrap();
    if fast.engine == Engine::OpenCv {
        eprintln!("SKIPPED: there is no ONNX Runtime; tools/setup gets it");
        return;
    }
    let room = in_a_room(&picture, 300);
    let seen = [fast, Engines::opencv().unwrap()].map(|engines| {
        let mut found =
            look(&mut watch(&models, engines, &[Subject::Faces]), &rules(&[Subject::Faces]), &room, 0);
        found.sort_by_key(|found| found.area);
        found
    });
    assert!(!seen[0].is_empty());
    assert_eq!(seen[0].len(), seen[1].len(), "{seen:?}");
    for (one, other) in seen[0].iter().zip(&seen[1]) {
        let sides = |area: Area| [area.left, area.top, area.right, area.bottom];
        let apart =
            sides(one.area).into_iter().zip(sides(other.area)).map(|(one, other)| one.abs_diff(other)).max();
        assert!(apart <= Some(2), "{one:?} {other:?}");
    }
}

#[test]
fn a_face_stays_covered_while_the_camera_turns_and_no_detector_looks() {
    let (Some(models), Some(picture)) = (models(), astronaut()) else { return };
    let mut watch = watch(&models, Engines::choose(&models).unwrap(), &[Subject::Faces]);
    let every_tenth = ImageRules { every: 10, ..rules(&[Subject::Faces]) };
    for frame in 0..10 {
        let left = 300 - 8 * frame;
        // The whole room moves, as for a camera that turns.
        let wide = in_a_room(&picture, 300);
        let mut room = Mat::default();
        let shift = Mat::from_slice_2d(&[[1.0_f32, 0.0, (left - 300) as f32], [0.0, 1.0, 0.0]]).unwrap();
        imgproc::warp_affine_def(&wide, &mut room, &shift, wide.size().unwrap()).unwrap();
        let found = look(&mut watch, &every_tenth, &room, i64::from(frame) * SECOND / 30);
        let face = Area {
            left: FACE.left + left as u32,
            right: FACE.right + left as u32,
            top: FACE.top + 100,
            bottom: FACE.bottom + 100,
        };
        assert!(covers(&found, face), "frame {frame}: {found:?}");
        assert!(
            found.iter().all(|found| (found.why == Cause::Seen) == (frame == 0)),
            "frame {frame}: {found:?}"
        );
    }
}

/// The photograph as a camera sees it that this turn makes upright, and the place of the face.
fn seen_by(rotated: Rotated, picture: &Mat) -> (Mat, Area) {
    let (mut seen, Area { left, top, right, bottom }) = (Mat::default(), FACE);
    let (how, left, top, right, bottom) = match rotated {
        Rotated::No | Rotated::Any => return (picture.clone(), FACE),
        Rotated::Right => (opencv::core::ROTATE_90_COUNTERCLOCKWISE, top, 512 - right, bottom, 512 - left),
        Rotated::Half => (opencv::core::ROTATE_180, 512 - right, 512 - bottom, 512 - left, 512 - top),
        Rotated::Left => (opencv::core::ROTATE_90_CLOCKWISE, 512 - bottom, left, 512 - top, right),
    };
    opencv::core::rotate(picture, &mut seen, how).unwrap();
    (seen, Area { left, top, right, bottom })
}

#[test]
fn a_camera_that_is_not_mounted_upright_has_its_faces_covered_and_followed() {
    let (Some(models), Some(picture)) = (models(), astronaut()) else { return };
    let mut watch = watch(&models, Engines::choose(&models).unwrap(), &[Subject::Faces]);
    for mounted in Rotated::ALL {
        let (seen, face) = seen_by(mounted, &picture);
        for rotated in [mounted, Rotated::Any] {
            let turned = ImageRules { rotated, every: 10, ..rules(&[Subject::Faces]) };
            for frame in 0..3 {
                let found = look(&mut watch, &turned, &seen, frame * SECOND / 30);
                assert!(covers(&found, face), "{mounted:?}, {rotated:?}, {frame}: {found:?}");
            }
        }
    }
}

#[test]
fn a_small_face_in_a_large_frame_is_covered_if_the_policy_asks_for_it() {
    let (Some(models), Some(picture)) = (models(), astronaut()) else { return };
    let mut watch = watch(&models, Engines::choose(&models).unwrap(), &[Subject::Faces]);
    let mut distant = Mat::default();
    let quarter = opencv::core::Size::new(128, 128);
    imgproc::resize(&picture, &mut distant, quarter, 0.0, 0.0, imgproc::INTER_AREA).unwrap();
    // In a corner of the frame, inside of a part, and where four parts meet.
    for (number, (left, top)) in (0..).zip([(0, 0), (300, 200), (674, 624), (3100, 1500)]) {
        let grey = Scalar::all(150.0);
        let mut frame = Mat::new_rows_cols_with_default(2160, 3840, opencv::core::CV_8UC3, grey).unwrap();
        distant.copy_to(&mut frame.roi_mut(Rect::new(left, top, 128, 128)).unwrap()).unwrap();
        let (left, top) = (left as u32, top as u32);
        let face = Area { left: left + 46, top: top + 20, right: left + 65, bottom: top + 45 };
        for small in [false, true] {
            let asked = ImageRules { small, ..rules(&[Subject::Faces]) };
            let found = look(&mut watch, &asked, &frame, number * 3600 * SECOND);
            assert_eq!(covers(&found, face), small, "{left}, {top}, small: {small}: {found:?}");
            watch.forget();
        }
    }
}

#[test]
fn a_picture_of_something_else_is_looked_at_whatever_the_policy_skips() {
    let (Some(models), Some(picture)) = (models(), astronaut()) else { return };
    let mut watch = watch(&models, Engines::choose(&models).unwrap(), &[Subject::Faces]);
    let seldom = ImageRules { every: 30, ..rules(&[Subject::Faces]) };
    let dark = Mat::new_rows_cols_with_default(512, 512, opencv::core::CV_8UC3, Scalar::all(20.0)).unwrap();
    assert!(look(&mut watch, &seldom, &dark, 0).is_empty());
    assert!(covers(&look(&mut watch, &seldom, &picture, SECOND / 30), FACE));
}

#[test]
fn a_person_is_covered_whole() {
    let (Some(models), Some(picture)) = (models(), astronaut()) else { return };
    let mut watch = watch(&models, Engines::choose(&models).unwrap(), &[Subject::Persons]);
    let found = look(&mut watch, &rules(&[Subject::Persons]), &picture, 0);
    assert!(covers(&found, Area { left: 150, top: 60, right: 330, bottom: 500 }), "{found:?}");
}

/// A photograph that comes with the one of the astronaut.
fn beside_the_astronaut(name: &str) -> Option<Mat> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let pythons = [".ros/prefix/lib", ".ros/venv/lib"].into_iter().flat_map(|folder| {
        std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten().map(|python| python.path())
    });
    let mut paths = pythons.map(|python| python.join("site-packages/skimage/data").join(name));
    let path = paths.find(|path| path.is_file())?;
    Some(imgcodecs::imread(path.to_str()?, imgcodecs::IMREAD_COLOR).unwrap())
}

#[test]
fn a_cup_of_coffee_is_not_a_person_that_fills_the_picture() {
    let (Some(models), Some(cup)) = (models(), beside_the_astronaut("coffee.png")) else { return };
    let mut watch = watch(&models, Engines::choose(&models).unwrap(), &[Subject::Persons]);
    let found = look(&mut watch, &rules(&[Subject::Persons]), &cup, 0);
    assert!(found.is_empty(), "{found:?}");
}

/// A page with features from which a camera's motion can be estimated, with or without a line of writing.
fn page(written: bool) -> Mat {
    let mut page =
        Mat::new_rows_cols_with_default(480, 640, opencv::core::CV_8UC3, Scalar::all(255.0)).unwrap();
    for (number, y) in [20, 80, 140, 300, 360, 420].into_iter().enumerate() {
        for x in (0..10).map(|column| column * 60 + 7 * number as i32) {
            let grey = Scalar::all(f64::from((x * 3 + y) % 200));
            imgproc::rectangle(&mut page, Rect::new(x, y, 35, 30), grey, -1, 8, 0).unwrap();
        }
    }
    if written {
        let (place, black) = (opencv::core::Point::new(80, 240), Scalar::all(0.0));
        let font = imgproc::FONT_HERSHEY_SIMPLEX;
        imgproc::put_text(&mut page, "Room 214", place, font, 2.0, black, 4, 8, false).unwrap();
    }
    page
}

/// The position of the line.
const WRITING: Area = Area { left: 82, top: 200, right: 380, bottom: 238 };

fn covers_writing(found: &[Found]) -> bool {
    let covered = found.iter().fold(Area::all((0, 0)), |all, found| all.union(found.area));
    covered.intersection(WRITING) == WRITING
}

#[test]
fn writing_is_found() {
    let Some(models) = models() else { return };
    let engines = Engines::choose(&models).unwrap();
    if engines.engine == Engine::OpenCv {
        let refused = Watch::new(models, engines, &rules(&[Subject::Text])).map(|_| ()).unwrap_err();
        assert!(refused.to_string().contains("ONNX Runtime"), "{refused}");
        return;
    }
    let mut watch = watch(&models, engines, &[Subject::Text]);
    let found = look(&mut watch, &rules(&[Subject::Text]), &page(true), 0);
    assert!(covers_writing(&found), "{found:?}");
}

#[test]
fn writing_is_found_beside_the_frames_and_covered_meanwhile_where_the_policy_is_strict() {
    let Some(models) = models() else { return };
    let engines = Engines::choose(&models).unwrap();
    if engines.engine == Engine::OpenCv {
        eprintln!("SKIPPED: there is no ONNX Runtime; tools/setup gets it");
        return;
    }
    let mut watch = watch(&models, engines, &[Subject::Text]);
    let every_fifth = ImageRules { every: 5, strict: true, ..rules(&[Subject::Text]) };
    let (empty, written) = (page(false), page(true));
    assert!(!covers_writing(&look(&mut watch, &every_fifth, &empty, 0)));
    let (mut unseen, mut held) = (0, 0);
    for frame in 1..1000 {
        let picture = if frame < 3 { &empty } else { &written };
        let found = look(&mut watch, &every_fifth, picture, i64::from(frame) * SECOND / 30);
        assert!(frame < 3 || covers_writing(&found), "frame {frame}: {found:?}");
        unseen += u32::from(found.iter().any(|found| found.why == Cause::Unseen));
        held += u32::from(!found.is_empty() && found.iter().all(|found| found.why != Cause::Unseen));
        if held >= 10 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(unseen > 0, "nobody waits for the detector");
    assert!(held >= 10, "it has looked");
}

#[test]
fn a_compressed_image_comes_back_without_the_face_and_without_what_it_carried() {
    let (Some(models), Some(picture)) = (models(), astronaut()) else { return };
    let mut watch = watch(&models, Engines::choose(&models).unwrap(), &[Subject::Faces]);
    for (name, format) in [(".jpg", CompressedFormat::Jpeg), (".png", CompressedFormat::Png)] {
        let mut bytes = encode(&picture, name);
        if format == CompressedFormat::Jpeg {
            // An EXIF segment with a secret, and an orientation that must be ignored.
            let mut exif =
                b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0a secret"
                    .to_vec();
            let length = (exif.len() + 2) as u16;
            exif.splice(0..0, [&[0xff, 0xe1], &length.to_be_bytes()[..]].concat());
            bytes.splice(2..2, exif);
        }
        let again = watch.remake(&rules(&[Subject::Faces]), &bytes, format, 0).unwrap().to_vec();
        assert_eq!(kind(&again), Some(format));
        for secret in [&b"a secret"[..], b"Exif", b"JFXX"] {
            assert!(!again.windows(secret.len()).any(|part| part == secret), "{}", secret.escape_ascii());
        }
        let decoded =
            imgcodecs::imdecode(&Mat::from_slice(&again).unwrap(), imgcodecs::IMREAD_COLOR).unwrap();
        assert_eq!((decoded.cols(), decoded.rows()), (512, 512));
        let face = decoded.roi(Rect::new(185, 80, 75, 100)).unwrap();
        let (mut mean, mut deviation) = (Mat::default(), Mat::default());
        opencv::core::mean_std_dev_def(&face, &mut mean, &mut deviation).unwrap();
        assert!(deviation.data_typed::<f64>().unwrap().iter().all(|level| *level < 1.0), "{deviation:?}");
    }
}

#[test]
fn an_image_that_announces_gigabytes_is_refused_before_it_is_decoded() {
    let Some(models) = models() else { return };
    let mut watch = watch(&models, Engines::opencv().unwrap(), &[]);
    let small = Mat::new_rows_cols_with_default(8, 8, opencv::core::CV_8UC3, Scalar::all(9.0)).unwrap();
    let mut bomb = encode(&small, ".png");
    bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let whole = ImageRules { frame: Some(WholeFrame::Blank), ..rules(&[]) };
    assert_eq!(
        watch.remake(&whole, &bomb, CompressedFormat::Png, 0).map(<[u8]>::len),
        Err(BlankReason::UnfitLayout)
    );
    let jpeg = encode(&small, ".jpg");
    assert_eq!(
        watch.remake(&whole, &jpeg, CompressedFormat::Png, 0).map(<[u8]>::len),
        Err(BlankReason::UnknownEncoding)
    );
    assert!(watch.remake(&whole, &jpeg, CompressedFormat::Jpeg, 0).is_ok());
}

#[test]
fn no_broken_image_breaks_the_decoders() {
    let Some(models) = models() else { return };
    let mut watch = watch(&models, Engines::opencv().unwrap(), &[]);
    let whole = ImageRules { frame: Some(WholeFrame::Lowres), ..rules(&[]) };
    let mut small = Mat::new_rows_cols_with_default(48, 64, opencv::core::CV_8UC3, Scalar::all(9.0)).unwrap();
    imgproc::rectangle(&mut small, Rect::new(9, 9, 20, 20), Scalar::new(200.0, 90.0, 3.0, 0.0), -1, 8, 0)
        .unwrap();
    let mut dice = 0x9e37_79b9_u32; // the same on every run
    for (name, format) in [(".jpg", CompressedFormat::Jpeg), (".png", CompressedFormat::Png)] {
        let bytes = encode(&small, name);
        assert!(watch.remake(&whole, &bytes, format, 0).is_ok());
        for _ in 0..1500 {
            let mut broken = bytes.clone();
            for _ in 0..4 {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = dice as usize / 7 % broken.len();
                broken[at] = (dice >> 24) as u8;
            }
            if dice.is_multiple_of(5) {
                broken.truncate(dice as usize / 11 % broken.len());
            }
            let _ = watch.remake(&whole, &broken, format, 0);
        }
    }
}
