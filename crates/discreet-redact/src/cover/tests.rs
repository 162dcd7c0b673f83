use super::*;
use crate::RawImage;
use crate::frame::tests::image;

const ENCODINGS: [&str; 30] = [
    "rgb8",
    "bgr8",
    "8UC3",
    "rgba8",
    "bgra8",
    "8UC4",
    "mono8",
    "8UC1",
    "rgb16",
    "bgr16",
    "rgba16",
    "bgra16",
    "16UC3",
    "mono16",
    "16UC1",
    "32FC1",
    "bayer_rggb8",
    "bayer_bggr8",
    "bayer_gbrg8",
    "bayer_grbg8",
    "bayer_rggb16",
    "bayer_grbg16",
    "yuv422",
    "uyvy",
    "yuv422_yuy2",
    "yuyv",
    "nv12",
    "nv21",
    "nv24",
    "i420",
];
const SIZE: (u32, u32) = (64, 48);
const AREA: Area = Area { left: 5, top: 7, right: 58, bottom: 41 };

/// A serialized frame of noise; `seed` chooses it.
fn noise(encoding: &str, padding: u32, big_endian: u8, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut roll = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    let per_pixel = match encoding {
        "rgba16" | "bgra16" => 8,
        "rgb16" | "bgr16" | "16UC3" => 6,
        "rgba8" | "bgra8" | "8UC4" | "32FC1" => 4,
        "rgb8" | "bgr8" | "8UC3" => 3,
        name if name.contains("16") || name.starts_with("yu") || name == "uyvy" => 2,
        _ => 1,
    };
    let step = SIZE.0 * per_pixel + padding;
    let rows = match encoding {
        "nv24" => SIZE.1 * 3,
        "nv12" | "nv21" | "i420" => SIZE.1 * 3 / 2,
        _ => SIZE.1,
    };
    let data: Vec<u8> = (0..step * rows).map(|_| roll()).collect();
    image(encoding, SIZE, step, big_endian, &data, false)
}

fn changed(cdr: &[u8], change: impl Fn(&mut Frame)) -> Vec<u8> {
    let mut cdr = cdr.to_vec();
    change(&mut RawImage::read(&mut cdr).unwrap().frame().unwrap());
    cdr
}

/// For each unit of each plane: whether it belongs to `area`, and its bytes.
fn units(cdr: &[u8], area: Area) -> Vec<(usize, bool, Vec<u8>)> {
    let mut cdr = cdr.to_vec();
    let mut raw = RawImage::read(&mut cdr).unwrap();
    let frame = raw.frame().unwrap();
    let area = frame.blocks_of(area);
    let mut units = Vec::new();
    for (number, plane) in frame.planes.iter().flatten().enumerate() {
        let inside = plane.units(area);
        for row in 0..SIZE.1 / plane.block.1 {
            for column in 0..SIZE.0 / plane.block.0 {
                let is_inside = (inside.left..inside.right).contains(&column)
                    && (inside.top..inside.bottom).contains(&row);
                units.push((number, is_inside, frame.part(plane, row, column, column + 1).to_vec()));
            }
        }
    }
    units
}

fn every(check: impl Fn(&str, &[u8])) {
    for encoding in ENCODINGS {
        for (padding, big_endian) in [(0, 0), (10, 1)] {
            check(encoding, &noise(encoding, padding, big_endian, 3));
        }
    }
}

#[test]
fn nothing_outside_of_the_area_changes() {
    every(|encoding, cdr| {
        let before = units(cdr, AREA);
        for cover in [Cover::Solid, Cover::Pixelate, Cover::Blur] {
            let after = units(&changed(cdr, |frame| frame.cover(AREA, cover)), AREA);
            for (before, after) in before.iter().zip(&after) {
                assert!(before.1 || before.2 == after.2, "{encoding} {cover:?}");
            }
            assert_ne!(before, after, "{encoding} {cover:?}");
        }
    });
}

#[test]
fn a_solid_area_has_one_value_in_each_plane() {
    every(|encoding, cdr| {
        let after = units(&changed(cdr, |frame| frame.cover(AREA, Cover::Solid)), AREA);
        for plane in 0..3 {
            let mut inside: Vec<_> =
                after.iter().filter(|unit| unit.0 == plane && unit.1).map(|unit| &unit.2).collect();
            inside.dedup();
            assert!(inside.len() <= 1, "{encoding}");
        }
    });
}

/// Frames that differ only inside of the area.
fn pair(encoding: &str) -> (Vec<u8>, Vec<u8>) {
    let one = noise(encoding, 6, 0, 3);
    let mut other = noise(encoding, 6, 0, 4);
    let mut source = one.clone();
    let mut from = RawImage::read(&mut source).unwrap();
    let from = from.frame().unwrap();
    let mut to = RawImage::read(&mut other).unwrap();
    let mut to = to.frame().unwrap();
    let area = to.blocks_of(AREA);
    for plane in to.planes.into_iter().flatten() {
        let (all, inside) = (plane.units(Area::all(SIZE)), plane.units(area));
        for row in 0..all.bottom {
            let kept = if (inside.top..inside.bottom).contains(&row) {
                [(0, inside.left), (inside.right, all.right)]
            } else {
                [(0, all.right), (0, 0)]
            };
            for (left, right) in kept {
                to.part_mut(&plane, row, left, right).copy_from_slice(from.part(&plane, row, left, right));
            }
        }
    }
    (one, other)
}

#[test]
fn of_frames_that_differ_only_under_the_cover_nobody_can_tell_which_it_was() {
    for encoding in ENCODINGS {
        let (one, other) = pair(encoding);
        assert_ne!(one, other, "{encoding}");
        let solid = |cdr: &[u8]| changed(cdr, |frame| frame.cover(AREA, Cover::Solid));
        assert_eq!(solid(&one), solid(&other), "{encoding}");
        assert_eq!(
            changed(&one, |frame| frame.blank()),
            changed(&other, |frame| frame.blank()),
            "{encoding}"
        );
        // The same with other covers before, after, next to and across it.
        let across = Area { left: 30, top: 0, right: 64, bottom: 48 };
        let within = Area { left: 20, top: 20, right: 30, bottom: 30 };
        let orders = [
            [(across, Cover::Blur), (AREA, Cover::Solid), (within, Cover::Pixelate)],
            [(AREA, Cover::Solid), (within, Cover::Blur), (across, Cover::Pixelate)],
            [(within, Cover::Solid), (across, Cover::Pixelate), (AREA, Cover::Solid)],
        ];
        for order in orders {
            let all = |cdr: &[u8]| changed(cdr, |frame| frame.cover_all(&order));
            assert_eq!(all(&one), all(&other), "{encoding} {order:?}");
        }
    }
}

#[test]
fn a_mosaic_leaves_at_most_six_by_six_values_whatever_its_size() {
    let count = |area: Area| {
        let after =
            units(&changed(&noise("mono16", 0, 0, 3), |frame| frame.cover(area, Cover::Pixelate)), area);
        let mut inside: Vec<_> = after.into_iter().filter(|unit| unit.1).map(|unit| unit.2).collect();
        inside.sort();
        inside.dedup();
        inside.len()
    };
    assert_eq!(count(Area::all(SIZE)), 36);
    assert_eq!(count(Area { left: 3, top: 3, right: 23, bottom: 20 }), 2 * 2);
    assert_eq!(count(Area { left: 3, top: 3, right: 10, bottom: 10 }), 1);
    assert_eq!(count(Area { left: 0, top: 0, right: 64, bottom: 1 }), 6);
}

#[test]
fn a_tile_is_the_mean_of_what_it_was() {
    let mut bgr: Vec<u8> = (0..16 * 8).flat_map(|pixel: u8| [pixel / 16, 10, pixel % 2]).collect();
    Frame::from_bgr(16, 8, &mut bgr).unwrap().cover(Area::all((16, 8)), Cover::Pixelate);
    assert!(bgr.chunks(3).all(|pixel| pixel == [4, 10, 1]), "{bgr:?}");
}

#[test]
fn low_resolution_is_six_tiles_across_the_short_side() {
    every(|encoding, cdr| {
        let after = changed(cdr, |frame| frame.lowres());
        assert_eq!(after, changed(&after, |frame| frame.lowres()), "{encoding}");
        let mut values: Vec<_> =
            units(&after, AREA).into_iter().filter(|unit| unit.0 == 0).map(|unit| unit.2).collect();
        values.sort();
        values.dedup();
        assert!((2..=48).contains(&values.len()) || encoding == "32FC1", "{encoding} {}", values.len());
    });
}

#[test]
fn covered_distances_are_no_readings() {
    for (encoding, big_endian) in [("16UC1", 0), ("32FC1", 0), ("32FC1", 1)] {
        for cover in [Cover::Solid, Cover::Pixelate, Cover::Blur] {
            let cdr = noise(encoding, 0, big_endian, 3);
            let after = units(&changed(&cdr, |frame| frame.cover(AREA, cover)), AREA);
            for (_, _, unit) in after.iter().filter(|unit| unit.1) {
                match (encoding, big_endian) {
                    ("16UC1", _) => assert_eq!(unit, &[0, 0]),
                    (_, 0) => assert!(f32::from_le_bytes(*unit.first_chunk().unwrap()).is_nan()),
                    _ => assert!(f32::from_be_bytes(*unit.first_chunk().unwrap()).is_nan()),
                }
            }
        }
    }
}

#[test]
fn distances_at_low_resolution_are_the_nearest_ones() {
    let mut data = [2000u16.to_le_bytes(); 16 * 16];
    data[0] = [0, 0];
    data[5] = 700u16.to_le_bytes();
    let mut cdr = image("16UC1", (16, 16), 32, 0, data.as_flattened(), false);
    RawImage::read(&mut cdr).unwrap().frame().unwrap().lowres();
    let data = &cdr[cdr.len() - 512..];
    assert_eq!((&data[..2], &data[16..18]), (&700u16.to_le_bytes()[..], &2000u16.to_le_bytes()[..]));
}

#[test]
fn an_area_outside_of_the_frame_covers_nothing() {
    let cdr = noise("rgb8", 0, 0, 3);
    let areas = [
        Area { left: 64, top: 0, right: 90, bottom: 9 },
        Area { left: 9, top: 9, right: 3, bottom: 3 },
        Area { left: u32::MAX, top: u32::MAX, right: u32::MAX, bottom: u32::MAX },
    ];
    for area in areas {
        assert_eq!(changed(&cdr, |frame| frame.cover(area, Cover::Solid)), cdr);
    }
}

/// `cargo test --release --lib cover::tests::speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn speed() {
    let (width, height) = (1280, 720);
    let faces: Vec<_> = (0..10)
        .map(|face| Area { left: face * 120, top: 300, right: face * 120 + 100, bottom: 400 })
        .collect();
    let covered = |cover| faces.iter().map(|face| (*face, cover)).collect::<Vec<_>>();
    let (solid, mosaic, blur) = (covered(Cover::Solid), covered(Cover::Pixelate), covered(Cover::Blur));
    type Way<'w> = (&'w str, &'w dyn Fn(&mut Frame));
    let ways: [Way; 6] = [
        ("reading the layout", &|_| {}),
        ("10 areas of 100x100 solid", &|frame| frame.cover_all(&solid)),
        ("the same in mosaic", &|frame| frame.cover_all(&mosaic)),
        ("the same blurred", &|frame| frame.cover_all(&blur)),
        ("blank", &|frame| frame.blank()),
        ("lowres", &|frame| frame.lowres()),
    ];
    for (encoding, bytes) in [("rgb8", 3), ("yuyv", 2), ("nv12", 1)] {
        let rows = if encoding == "nv12" { height * 3 / 2 } else { height };
        let mut cdr = image(
            encoding,
            (width, height),
            width * bytes,
            0,
            &vec![7; (width * bytes * rows) as usize],
            false,
        );
        for (name, way) in ways {
            let mut times: Vec<_> = (0..50)
                .map(|_| {
                    let start = std::time::Instant::now();
                    way(&mut RawImage::read(&mut cdr).unwrap().frame().unwrap());
                    start.elapsed()
                })
                .collect();
            times.sort();
            println!("{encoding} {width}x{height} {name}: least {:?}, median {:?}", times[0], times[25]);
        }
    }
}
