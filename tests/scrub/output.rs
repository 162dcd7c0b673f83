//! The output has its name only when it is complete, and never replaces another file by accident.

use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::process::{Command, Stdio};

use mcap::Compression;

use crate::bag::{self, MORNING, Recorder, STRING, everything, string};
use crate::command::{CANARY, code, files, scratch, scrub};

#[test]
fn what_is_there_is_not_overwritten_and_no_bag_is_scrubbed_in_place() {
    let folder = scratch("overwrite");
    everything(&folder.join("in.mcap"), None, CANARY);
    fs::write(folder.join("out.mcap"), "mine").unwrap();
    assert_eq!(code(&scrub(&folder, &["in.mcap", "out.mcap"])), 2);
    assert_eq!(fs::read(folder.join("out.mcap")).unwrap(), b"mine");
    assert_eq!(code(&scrub(&folder, &["in.mcap", "out.mcap", "--force"])), 1, "/broken is missing");
    let before = fs::read(folder.join("in.mcap")).unwrap();
    fs::hard_link(folder.join("in.mcap"), folder.join("linked.mcap")).unwrap();
    for same in ["in.mcap", "./in.mcap", "linked.mcap"] {
        assert_eq!(code(&scrub(&folder, &["in.mcap", same, "--force"])), 2, "{same}");
    }
    assert_eq!(fs::read(folder.join("in.mcap")).unwrap(), before);
    assert_eq!(code(&scrub(&folder, &["in.mcap", "no/such/folder/out.mcap"])), 2);
    assert_eq!(code(&scrub(&folder, &["none.mcap", "new.mcap"])), 2);
    assert_eq!(code(&scrub(&folder, &["policy.yaml", "new.mcap"])), 2);
    assert_eq!(code(&scrub(&folder, &["in.mcap", "new.mcap", "--who", "front_desk"])), 2);
    assert_eq!(files(&folder), ["in.mcap", "linked.mcap", "out.mcap", "policy.yaml"]);
}

#[test]
fn the_result_replaces_no_pipe_and_is_readable_by_no_more_users_than_the_bag() {
    let folder = scratch("rights");
    everything(&folder.join("in.mcap"), None, CANARY);
    fs::set_permissions(folder.join("in.mcap"), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(code(&scrub(&folder, &["in.mcap", "out.mcap"])), 1, "/broken is missing");
    assert_eq!(fs::metadata(folder.join("out.mcap")).unwrap().mode() & 0o777, 0o600);
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, folder.join("pipe"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let output = scrub(&folder, &["in.mcap", "pipe", "--force"]);
    assert_eq!(code(&output), 2, "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("a named pipe"), "{output:?}");
    assert!(fs::symlink_metadata(folder.join("pipe")).unwrap().file_type().is_fifo());
}

#[test]
fn killed_in_the_middle_it_leaves_nothing_under_the_name() {
    let folder = scratch("killed");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), Some(Compression::Zstd));
    let open = recorder.channel("/open", "std_msgs/msg/String", STRING);
    for number in 0..300_000 {
        recorder.message(open, bag::nanoseconds(MORNING) + number, &string(&format!("open {number}")));
    }
    recorder.finish();
    for wait in [2, 20, 60] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_discreet"))
            .args(["scrub", "in.mcap", "out.mcap", "--policy", "policy.yaml"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        child.kill().unwrap();
        // Either it was quicker, and the bag is whole, or there is none.
        let ended = child.wait().unwrap();
        assert_eq!(folder.join("out.mcap").exists(), ended.success(), "{wait} ms");
        let _none = fs::remove_file(folder.join("out.mcap"));
    }
}
