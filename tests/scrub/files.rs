//! Bags in SQLite, and bags of several files, as every version of rosbag2 leaves them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bag::{self, MORNING, POLICY, Recorder, STRING, string};
use crate::command::{CANARY, code, files, holds, read, row, scratch, scrub};

#[test]
fn sqlite_bags_are_read_alone_and_in_their_folder() {
    let folder = scratch("sqlite");
    bag::sqlite(&folder.join("new/new_0.db3"), true, CANARY);
    bag::sqlite(&folder.join("old.db3"), false, CANARY);
    fs::write(folder.join("new/metadata.yaml"), bag::metadata("sqlite3", &["new_0.db3"])).unwrap();
    for input in ["new", "new/new_0.db3"] {
        let output = scrub(&folder, &[input, "out.mcap", "--json", "--force"]);
        assert_eq!(code(&output), 0, "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(row(&report, "/open")["clear"], 10);
        assert_eq!(row(&report, "/secret")["denied"]["undeclared_topic"], 10);
        let out = read(&folder.join("out.mcap"));
        assert_eq!(out.len(), 10);
        assert_eq!(out[2], ("/open".to_owned(), bag::nanoseconds(MORNING) + 2, string("open 2")));
        assert!(!holds(&folder.join("out.mcap"), CANARY));
    }
    // A bag of before ROS 2 Iron says no more of its types than their names.
    let types = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/types");
    for (trust, passed) in [(None, 0), (Some("--trust-names"), 10)] {
        let output = Command::new(env!("CARGO_BIN_EXE_discreet"))
            .args(["scrub", "old.db3", "out.mcap", "--policy", "policy.yaml", "--force", "--json"])
            .args(trust)
            .current_dir(&folder)
            .env("AMENT_PREFIX_PATH", types)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(row(&report, "/open")["clear"], passed);
        assert_eq!(code(&output), i32::from(passed == 0));
    }
}

/// The program, where somebody without rights can start it, and such a somebody if the test has rights.
fn as_nobody(folder: &Path) -> Command {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let (program, built) = (folder.join("discreet"), Path::new(env!("CARGO_BIN_EXE_discreet")));
    for name in ["discreet", "discreet-offline"] {
        // What reads bags may be a program of its own.
        if built.with_file_name(name).exists() {
            fs::copy(built.with_file_name(name), folder.join(name)).unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let mut command = Command::new(program);
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(65_534);
    }
    command.env_remove("AMENT_PREFIX_PATH").current_dir(folder);
    command
}

#[test]
fn a_closed_bag_in_wal_mode_is_read_where_nothing_can_be_written() {
    use std::os::unix::fs::PermissionsExt;
    // Not below the target folder, to which nobody else may have a way.
    let folder = std::env::temp_dir().join(format!("discreet-wal-{}", std::process::id()));
    let _none = fs::remove_dir_all(&folder);
    let sealed = folder.join("bag #1?immutable=0");
    bag::sqlite(&sealed.join("in.db3"), true, CANARY);
    fs::write(folder.join("policy.yaml"), POLICY).unwrap();
    fs::create_dir(folder.join("out")).unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&folder, 0o755);
    mode(&folder.join("out"), 0o777);
    // As a recorder leaves it that closed the file; and as one that was killed.
    let database = rusqlite::Connection::open(sealed.join("in.db3")).unwrap();
    database.pragma_update(None, "journal_mode", "WAL").unwrap();
    drop(database);
    let scrub = || {
        let arguments = [
            "scrub",
            sealed.join("in.db3").to_str().unwrap(),
            "out/out.mcap",
            "--policy",
            "policy.yaml",
            "--force",
        ]
        .map(str::to_owned);
        as_nobody(&folder).args(arguments).output().unwrap()
    };
    mode(&sealed, 0o555);
    let output = scrub();
    assert_eq!(code(&output), 0, "{output:?}");
    assert_eq!(read(&folder.join("out/out.mcap")).len(), 10);
    assert_eq!(files(&sealed), ["in.db3"], "nothing is made beside it");

    mode(&sealed, 0o755);
    let database = rusqlite::Connection::open(sealed.join("in.db3")).unwrap();
    database.execute("INSERT INTO messages(topic_id, timestamp, data) VALUES (1, 1, x'00')", []).unwrap();
    let wal = fs::read(sealed.join("in.db3-wal")).unwrap();
    drop(database);
    fs::write(sealed.join("in.db3-wal"), wal).unwrap();
    mode(&sealed, 0o555);
    let output = scrub();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 2, "{said}");
    assert!(said.contains("in.db3-wal") && said.contains("copy both files"), "{said}");
    mode(&sealed, 0o755);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn folders_of_the_first_rosbag2_are_read_and_a_missing_file_is_named() {
    let folder = scratch("old_metadata");
    bag::sqlite(&folder.join("bag/bag_0.db3"), true, CANARY);
    let write = |version: u32, names: &[&str]| {
        let text = bag::metadata("sqlite3", names).replace("version: 9", &format!("version: {version}"));
        fs::write(folder.join("bag/metadata.yaml"), text).unwrap();
        scrub(&folder, &["bag", "out.mcap", "--force"])
    };
    for (version, listed) in
        [(1, "bag/bag_0.db3"), (2, "as_it_was_called/bag_0.db3"), (3, "./bag/bag_0.db3"), (5, "./bag_0.db3")]
    {
        assert_eq!(code(&write(version, &[listed])), 0, "{version} {listed}");
        assert_eq!(read(&folder.join("out.mcap")).len(), 10);
    }
    for (version, listed, words) in [
        (9, "bag_7.db3", "not in the folder"),
        (3, "bag/bag_7.db3", "not in the folder"),
        (9, "../bag_7.db3", "not a file of its folder"),
        (3, "../bag_7.db3", "not a file of its folder"),
        (3, "/etc/bag_7.db3", "not a file of its folder"),
    ] {
        let output = write(version, &["bag_0.db3", listed]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 2, "{said}");
        assert!(said.contains("bag_7.db3") && said.contains(words), "{said}");
    }
    fs::write(folder.join("bag/bag_1.db3.zstd"), [0x28, 0xb5, 0x2f, 0xfd, 0]).unwrap();
    let output = write(9, &["bag_1.db3.zstd"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(code(&output) == 2 && said.contains("bag_1.db3.zstd") && said.contains("unzstd"), "{said}");
}

#[test]
fn several_files_of_one_folder_are_one_bag() {
    let folder = scratch("folder");
    fs::create_dir(folder.join("bag")).unwrap();
    for (number, topic) in ["/open", "/shut", "/open"].into_iter().enumerate() {
        let mut recorder = Recorder::new(&folder.join(format!("bag/bag_{number}.mcap")), None);
        let channel = recorder.channel(topic, "std_msgs/msg/String", STRING);
        recorder.message(channel, bag::nanoseconds(MORNING) + number as u64, &string(topic));
        recorder.finish();
    }
    let names = ["bag_0.mcap", "bag_1.mcap", "bag_2.mcap"];
    fs::write(folder.join("bag/metadata.yaml"), bag::metadata("mcap", &names)).unwrap();
    assert_eq!(code(&scrub(&folder, &["bag", "out.mcap"])), 0);
    let out = read(&folder.join("out.mcap"));
    assert_eq!(out.iter().map(|(topic, ..)| topic.as_str()).collect::<Vec<_>>(), ["/open", "/open"]);
}
