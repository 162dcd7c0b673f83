//! A message is copied if the policy lets it out, and nothing else of the bag is.

use std::fs;
use std::process::Command;

use mcap::Compression;
use serde_json::Value;

use crate::bag::{self, DAY, EVENING, MORNING, Recorder, STRING, everything, string};
use crate::command::{CANARY, files, holds, read, report, row, scratch};

#[test]
fn what_the_policy_lets_out_is_copied_and_nothing_else_is_there() {
    for compression in [None, Some(Compression::Zstd), Some(Compression::Lz4)] {
        let folder = scratch(&format!("copied_{compression:?}"));
        everything(&folder.join("in.mcap"), compression, CANARY);
        assert!(holds(&folder.join("in.mcap"), CANARY));
        let report = report(&folder, &[]);
        let out = read(&folder.join("out.mcap"));
        let open: Vec<_> = out.iter().filter(|(topic, ..)| topic == "/open").collect();
        assert_eq!(open.len(), 20);
        assert!(open.iter().any(|one| one.1 == bag::nanoseconds(MORNING) + 3 && one.2 == string("open 3")));
        assert!(out.iter().all(|(topic, ..)| topic == "/open"), "{report}");
        assert!(!holds(&folder.join("out.mcap"), CANARY));
        assert!(!holds(&folder.join("out.mcap"), "/secret"), "not even its name");
        assert_eq!(
            (&report["attachments"], &report["metadata"], &report["private"]),
            (&1.into(), &1.into(), &1.into())
        );
        assert_eq!(row(&report, "/open")["clear"], 20);
        assert_eq!(row(&report, "/secret")["denied"]["undeclared_topic"], 5);
        assert_eq!(row(&report, "/shut")["denied"]["rule_denies"], 5);
        assert_eq!(row(&report, "/unruled")["denied"]["no_rule"], 5);
        assert_eq!(row(&report, "/schemaless")["denied"]["wrong_type"], 5);
        assert_eq!(row(&report, "/broken")["denied"]["malformed"], 5);
        assert_eq!(files(&folder), ["in.mcap", "out.mcap", "policy.yaml"]);
    }
}

#[test]
fn chunks_are_compressed_as_they_were() {
    for (compression, word) in
        [(Some(Compression::Zstd), "zstd"), (Some(Compression::Lz4), "lz4"), (None, "")]
    {
        let folder = scratch(&format!("compressed_{word}"));
        everything(&folder.join("in.mcap"), compression, CANARY);
        report(&folder, &[]);
        let bytes = fs::read(folder.join("out.mcap")).unwrap();
        let summary = mcap::Summary::read(&bytes).unwrap().unwrap();
        assert!(!summary.chunk_indexes.is_empty(), "indexed");
        assert!(summary.chunk_indexes.iter().all(|chunk| chunk.compression == word));
        assert_eq!(summary.stats.unwrap().message_count, 20);
    }
}

#[test]
fn a_message_is_judged_by_the_time_it_was_recorded() {
    let folder = scratch("hours");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
    let hours = recorder.channel("/hours", "std_msgs/msg/String", STRING);
    for second in [MORNING, EVENING, MORNING + DAY, EVENING + DAY, 60, 8 * 3600, 4_000_000_000] {
        recorder.message(hours, bag::nanoseconds(second), &string("x"));
    }
    recorder.finish();
    let first = report(&folder, &[]);
    let times: Vec<u64> = read(&folder.join("out.mcap")).into_iter().map(|(_, time, _)| time).collect();
    assert_eq!(times, [MORNING, MORNING + DAY].map(bag::nanoseconds));
    assert_eq!(row(&first, "/hours")["denied"]["no_rule"], 2);
    assert_eq!(row(&first, "/hours")["denied"]["clock_unsure"], 3, "at whatever hour of 1970 or 2096");
    assert_eq!(first["untimed"], 3);
    let morning = report(&folder, &["--force", "--at", "2025-06-02T09:30:00Z"]);
    assert_eq!(row(&morning, "/hours")["clear"], 7);
    let evening = report(&folder, &["--force", "--at", "2025-06-02T21:30:00Z"]);
    assert_eq!(row(&evening, "/hours")["clear"], 0);
}

#[test]
fn a_definition_that_is_not_the_declared_one_is_not_believed() {
    let folder = scratch("types");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
    let time = bag::nanoseconds(MORNING);
    let honest = recorder.channel("/open", "std_msgs/msg/String", STRING);
    let pinned = recorder.channel("/pinned", "std_msgs/msg/String", STRING);
    // The same name for something else: the policy's author did not think of it.
    let other = recorder.channel("/pinned", "std_msgs/msg/String", "string data\nstring more\n");
    let lying = recorder.lying_channel("/open", "std_msgs/msg/String", "string more\n");
    for channel in [honest, pinned, lying] {
        recorder.message(channel, time, &string("one"));
    }
    recorder.message(other, time, &bag::two_strings("one", CANARY));
    recorder.finish();

    let types = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/types");
    for (prefix, from) in [(None, "bag"), (Some(types), "installed")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_discreet"));
        command.args(["scrub", "in.mcap", "out.mcap", "--policy", "policy.yaml", "--force", "--json"]);
        command.current_dir(&folder).env_remove("AMENT_PREFIX_PATH");
        command.envs(prefix.map(|prefix| ("AMENT_PREFIX_PATH", prefix)));
        let output = command.output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["types"], from);
        assert_eq!(row(&report, "/open")["clear"], 1);
        assert_eq!(row(&report, "/open")["denied"]["wrong_type_hash"], 1);
        assert_eq!(row(&report, "/pinned")["clear"], 1);
        assert_eq!(row(&report, "/pinned")["denied"]["wrong_type_hash"], 1);
        assert!(!holds(&folder.join("out.mcap"), CANARY));
    }
}
