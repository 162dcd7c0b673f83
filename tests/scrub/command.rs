//! Runs `discreet scrub` in a folder of its own, and reads what it wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::bag::POLICY;

pub const CANARY: &str = "CANARY-4111-1111";

/// A folder of its own, empty.
pub fn scratch(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("scrub").join(test);
    let _none = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("policy.yaml"), POLICY).unwrap();
    folder
}

/// `discreet scrub` in `folder`, without any ROS 2 around.
pub fn scrub(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_discreet"))
        .arg("scrub")
        .args(arguments)
        .args(["--policy", "policy.yaml"])
        .current_dir(folder)
        .env_remove("AMENT_PREFIX_PATH")
        .output()
        .unwrap()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("it crashed: {output:?}"))
}

/// Scrubs `in.mcap` to `out.mcap`; the report.
pub fn report(folder: &Path, more: &[&str]) -> Value {
    let output = scrub(folder, &[&["in.mcap", "out.mcap", "--json"], more].concat());
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    // Whoever reads the exit code only knows whether something is missing.
    let missing = !report["missing"].as_array().unwrap().is_empty() || report["empty"] == true;
    let blanked = report["topics"].as_array().unwrap().iter().any(|row| row["blanked"] != 0);
    assert_eq!(code(&output), i32::from(missing || blanked), "{report}");
    report
}

pub fn row<'a>(report: &'a Value, topic: &str) -> &'a Value {
    let rows = report["topics"].as_array().unwrap();
    rows.iter().find(|row| row["topic"] == topic).unwrap_or_else(|| panic!("no {topic} in {report}"))
}

/// Everything in a file: topics, times and messages; chunks unpacked.
pub fn read(path: &Path) -> Vec<(String, u64, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    let messages = mcap::MessageStream::new(&bytes).unwrap().map(|message| message.unwrap());
    messages.map(|one| (one.channel.topic.clone(), one.log_time, one.data.to_vec())).collect()
}

/// Is `needle` anywhere in the file, packed or unpacked?
pub fn holds(path: &Path, needle: &str) -> bool {
    use mcap::sans_io::linear_reader::{LinearReadEvent, LinearReader};
    let bytes = fs::read(path).unwrap();
    let is_in = |hay: &[u8]| hay.windows(needle.len()).any(|part| part == needle.as_bytes());
    let (mut reader, mut rest, mut found) = (LinearReader::new(), bytes.as_slice(), is_in(&bytes));
    while let Some(event) = reader.next_event() {
        match event.unwrap() {
            LinearReadEvent::ReadRequest(wanted) => {
                let (now, later) = rest.split_at(wanted.min(rest.len()));
                reader.insert(now.len()).copy_from_slice(now);
                reader.notify_read(now.len());
                rest = later;
            }
            LinearReadEvent::Record { data, .. } => found |= is_in(data),
        }
    }
    found
}

pub fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
