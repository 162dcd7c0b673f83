//! Bags that are cut, altered or hostile: nothing that they hold leaves by accident, and nothing crashes.

use std::fs;
use std::process::Command;

use mcap::Compression;

use crate::bag::{self, MORNING, Recorder, STRING, everything, string};
use crate::command::{CANARY, code, files, holds, read, scratch, scrub};

#[test]
fn a_bag_that_was_cut_anywhere_leaves_no_output() {
    let folder = scratch("cut");
    everything(&folder.join("whole.mcap"), Some(Compression::Zstd), CANARY);
    let whole = fs::read(folder.join("whole.mcap")).unwrap();
    for twentieth in 0..20 {
        fs::write(folder.join("in.mcap"), &whole[..whole.len() * twentieth / 20]).unwrap();
        let output = scrub(&folder, &["in.mcap", "out.mcap"]);
        assert_eq!(code(&output), 2, "{twentieth}: {output:?}");
        assert_eq!(files(&folder), ["in.mcap", "policy.yaml", "whole.mcap"]);
    }
}

#[test]
fn what_comes_before_the_damage_is_written_when_asked_for() {
    let folder = scratch("partial");
    let mut recorder = Recorder::chunked(&folder.join("whole.mcap"), Some(Compression::Lz4), 2000);
    let open = recorder.channel("/open", "std_msgs/msg/String", STRING);
    let shut = recorder.channel("/shut", "std_msgs/msg/String", STRING);
    for number in 0..1000 {
        recorder.message(open, bag::nanoseconds(MORNING) + number, &string(&format!("open {number}")));
        recorder.message(shut, bag::nanoseconds(MORNING) + number, &string(CANARY));
    }
    recorder.finish();
    let whole = fs::read(folder.join("whole.mcap")).unwrap();
    let mut least = 0;
    for twentieth in 1..20 {
        fs::write(folder.join("in.mcap"), &whole[..whole.len() * twentieth / 20]).unwrap();
        let output = scrub(&folder, &["in.mcap", "out.mcap", "--partial", "--force"]);
        assert_eq!(code(&output), 1, "{twentieth}: {output:?}");
        let messages = read(&folder.join("out.mcap"));
        assert!(messages.len() >= least, "{twentieth}: {} < {least}", messages.len());
        least = messages.len();
        assert!(!holds(&folder.join("out.mcap"), CANARY));
    }
    assert!(least > 500, "{least}");
}

#[test]
fn a_bag_that_was_tampered_with_never_crashes_it() {
    let folder = scratch("tampered");
    everything(&folder.join("whole.mcap"), None, CANARY);
    let whole = fs::read(folder.join("whole.mcap")).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 150) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x81;
        fs::write(folder.join("in.mcap"), &bytes).unwrap();
        let output = scrub(&folder, &["in.mcap", "out.mcap", "--force"]);
        assert!((0..=2).contains(&code(&output)), "{at}: {output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{at}: {output:?}");
        if code(&output) != 2 {
            assert!(!holds(&folder.join("out.mcap"), CANARY), "{at}");
        }
    }
}

#[test]
fn a_damaged_sqlite_bag_leaves_no_output() {
    let folder = scratch("sqlite_damaged");
    bag::sqlite(&folder.join("whole.db3"), true, CANARY);
    let whole = fs::read(folder.join("whole.db3")).unwrap();
    for twentieth in 0..20 {
        fs::write(folder.join("in.db3"), &whole[..whole.len() * twentieth / 20]).unwrap();
        let output = scrub(&folder, &["in.db3", "out.mcap"]);
        assert_eq!(code(&output), 2, "{twentieth}: {output:?}");
        assert!(!folder.join("out.mcap").exists());
    }
    // A view that would go on for ever is no table of messages.
    bag::endless_sqlite(&folder.join("endless.db3"));
    assert_eq!(code(&scrub(&folder, &["endless.db3", "out.mcap"])), 2);
}

#[test]
fn lengths_that_are_lies_and_what_unpacks_to_more_than_memory_are_refused() {
    let folder = scratch("bombs");
    for (name, bytes) in bag::bombs() {
        fs::write(folder.join("in.mcap"), &bytes).unwrap();
        // 1.5 GB of address space: whoever believes the lengths does not get that far.
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 1500000; exec \"$0\" scrub in.mcap out.mcap --policy policy.yaml"])
            .arg(env!("CARGO_BIN_EXE_discreet"))
            .current_dir(&folder)
            .output()
            .unwrap();
        assert_eq!(code(&output), 2, "{name}: {output:?}");
        assert!(!folder.join("out.mcap").exists());
    }
}
