//! Where pictures come from and where they go.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use serde_json::Value;

use crate::photo::{FACE, Rgb, astronaut};
use crate::{boxes, code, files, is_inside, redact, scratch};

#[test]
fn a_link_to_a_folder_in_out_does_not_lead_to_the_originals() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("links");
    fs::create_dir_all(folder.join("in/sub")).unwrap();
    fs::create_dir_all(folder.join("out")).unwrap();
    photo.write_png(&folder.join("in/sub/a.png"));
    let original = fs::read(folder.join("in/sub/a.png")).unwrap();
    symlink("../in/sub", folder.join("out/sub")).unwrap();
    symlink("in/sub", folder.join("there")).unwrap();
    for [from, to] in [["in", "out"], ["in/sub/a.png", "there"], ["in/sub/a.png", "there/a.png"]] {
        let output = redact(&folder, &[from, to, "--force"]);
        assert_eq!(code(&output), 2, "{from} {to}: {output:?}");
        assert!(fs::read(folder.join("in/sub/a.png")).unwrap() == original, "{from} {to}");
    }
}

#[test]
fn what_cannot_be_read_or_written_is_refused_before_anything_is_done() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("refused");
    fs::create_dir(folder.join("in")).unwrap();
    photo.write_png(&folder.join("in/a.png"));
    fs::write(folder.join("file"), "mine").unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, folder.join("pipe.png"), rustix::fs::FileType::Fifo, mode, 0)
        .unwrap();
    for (from, to, why) in [
        ("pipe.png", "out.png", "neither a file nor a folder"),
        ("in", "file", "IN is a folder"),
        ("in/a.png", "-", "standard output"),
        ("in/a.png", "out.webp", "JPEG or PNG"),
    ] {
        let output = redact(&folder, &[from, to, "--force"]);
        assert_eq!(code(&output), 2, "{from} {to}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(why), "{output:?}");
    }
    assert_eq!(files(&folder), ["file", "in/a.png", "pipe.png"]);
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"mine");
}

#[test]
fn only_a_regular_file_is_replaced() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("irregular");
    photo.write_png(&folder.join("in.png"));
    fs::write(folder.join("mine.png"), "mine").unwrap();
    symlink("mine.png", folder.join("link.png")).unwrap();
    symlink("/dev/full", folder.join("device.png")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket.png")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, folder.join("pipe.png"), rustix::fs::FileType::Fifo, mode, 0)
        .unwrap();
    for (to, why) in [
        ("pipe.png", "a named pipe"),
        ("socket.png", "a socket"),
        ("device.png", "a device"),
        ("link.png", "a link"),
    ] {
        let kind = |name: &str| fs::symlink_metadata(folder.join(name)).unwrap().file_type();
        let before = kind(to);
        for force in [&[][..], &["--force"]] {
            let output = redact(&folder, &[&["in.png", to], force].concat());
            assert_eq!(code(&output), 2, "{to}: {output:?}");
            assert!(String::from_utf8_lossy(&output.stderr).contains(why), "{output:?}");
        }
        assert_eq!(kind(to), before, "{to}");
    }
    assert_eq!(fs::read(folder.join("mine.png")).unwrap(), b"mine");
}

#[test]
fn the_result_is_readable_by_no_more_users_than_the_picture() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("rights");
    fs::create_dir_all(folder.join("in/sub")).unwrap();
    let rights =
        |name: &str, mode| fs::set_permissions(folder.join(name), Permissions::from_mode(mode)).unwrap();
    let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().mode() & 0o777;
    for name in ["in/open.png", "in/mine.png", "in/sub/a.png"] {
        photo.write_png(&folder.join(name));
        rights(name, 0o644);
    }
    rights("in/mine.png", 0o600);
    rights("in/sub", 0o700);
    assert_eq!(code(&redact(&folder, &["in", "out"])), 0);
    assert_eq!(mode("out/mine.png"), 0o600);
    assert_eq!(mode("out/sub"), 0o700);
    assert_eq!(mode("out/sub/a.png"), 0o600, "the folder keeps others out of the original");
    // The rest is as open as a new file is here.
    fs::write(folder.join("new"), "").unwrap();
    assert_eq!(mode("out/open.png"), mode("new") & 0o644);
    assert_eq!(code(&redact(&folder, &["in/sub/a.png", "a.png"])), 0);
    assert_eq!(mode("a.png"), 0o600);
}

#[test]
fn a_picture_on_its_side_is_inspected_upright_if_that_is_said() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("rotated");
    photo.turned_left().write_png(&folder.join("in.png"));
    for turn in ["90", "any"] {
        let (line, boxes) =
            boxes(&redact(&folder, &["in.png", "out.png", "--boxes", "--rotated", turn, "--force"]));
        let face = [FACE[1], photo.width - 1 - FACE[0]];
        assert!(boxes.iter().any(|one| is_inside(face, *one)), "{turn}: {boxes:?}");
        assert_eq!(line["width"], photo.height, "it is not turned");
    }
    assert_eq!(code(&redact(&folder, &["in.png", "out.png", "--rotated", "45"])), 2);
}

#[test]
fn json_has_the_boxes_and_says_which_files_have_further_pictures() {
    let Some(photo) = astronaut() else { return };
    let folder = scratch("further");
    photo.write_png(&folder.join("in.png"));
    // An animation of two frames: the chunk before the pixels says so.
    let mut bytes = fs::read(folder.join("in.png")).unwrap();
    let chunk = [&[0, 0, 0, 8][..], b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0], &[0xf3, 0x8d, 0x93, 0x70]].concat();
    bytes.splice(33..33, chunk);
    fs::write(folder.join("two.png"), bytes).unwrap();
    for (name, further) in [("in.png", false), ("two.png", true)] {
        let output = redact(&folder, &[name, "out.png", "--json", "--boxes", "--force"]);
        assert_eq!(code(&output), 0, "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["images"][0]["further_pictures_left_out"], further);
        assert!(report["images"][0]["covered"][0]["box"].is_array(), "{report}");
        let output = redact(&folder, &[name, "out.png", "--force"]);
        let note = String::from_utf8_lossy(&output.stderr).contains("only the first of several pictures");
        assert_eq!(note, further, "{output:?}");
        assert!(Rgb::read_png(&folder.join("out.png")).width == photo.width);
    }
}
