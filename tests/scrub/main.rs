//! What `discreet scrub` promises, with bags that the tests record themselves.

#![cfg(feature = "bags")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod bag;
#[cfg(feature = "vision")]
#[allow(dead_code, reason = "tests/redact/main.rs uses the rest of it")]
#[path = "../redact/photo.rs"]
mod photo;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bag::{DAY, EVENING, MORNING, POLICY, Recorder, STRING, everything, string};
use mcap::Compression;
use serde_json::Value;

const CANARY: &str = "CANARY-4111-1111";

/// A folder of its own, empty.
fn scratch(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("scrub").join(test);
    let _none = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("policy.yaml"), POLICY).unwrap();
    folder
}

/// `discreet scrub` in `folder`, without any ROS 2 around.
fn scrub(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_discreet"))
        .arg("scrub")
        .args(arguments)
        .args(["--policy", "policy.yaml"])
        .current_dir(folder)
        .env_remove("AMENT_PREFIX_PATH")
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("it crashed: {output:?}"))
}

/// Scrubs `in.mcap` to `out.mcap`; the report.
fn report(folder: &Path, more: &[&str]) -> Value {
    let output = scrub(folder, &[&["in.mcap", "out.mcap", "--json"], more].concat());
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    // Whoever reads the exit code only knows whether something is missing.
    let missing = !report["missing"].as_array().unwrap().is_empty() || report["empty"] == true;
    let blanked = report["topics"].as_array().unwrap().iter().any(|row| row["blanked"] != 0);
    assert_eq!(code(&output), i32::from(missing || blanked), "{report}");
    report
}

fn row<'a>(report: &'a Value, topic: &str) -> &'a Value {
    let rows = report["topics"].as_array().unwrap();
    rows.iter().find(|row| row["topic"] == topic).unwrap_or_else(|| panic!("no {topic} in {report}"))
}

/// Everything in a file: topics, times and messages; chunks unpacked.
fn read(path: &Path) -> Vec<(String, u64, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    let messages = mcap::MessageStream::new(&bytes).unwrap().map(|message| message.unwrap());
    messages.map(|one| (one.channel.topic.clone(), one.log_time, one.data.to_vec())).collect()
}

/// Is `needle` anywhere in the file, packed or unpacked?
fn holds(path: &Path, needle: &str) -> bool {
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

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

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

/// A picture of stripes: no two neighbours are alike.
fn stripes(width: u32, height: u32) -> Vec<u8> {
    (0..width * height * 3).map(|at| if at % 2 == 0 { 240 } else { 20 }).collect()
}

/// The pixels of a serialized image are its end.
fn pixels(message: &[u8], size: usize) -> &[u8] {
    &message[message.len() - size..]
}

#[test]
fn frames_that_are_covered_as_a_whole_are_covered_before_they_are_written() {
    let folder = scratch("whole_frames");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), Some(Compression::Zstd));
    let time = bag::nanoseconds(MORNING);
    let (width, height) = (320, 240);
    for topic in ["/dark/image_raw", "/coarse/image_raw"] {
        let channel = recorder.channel(topic, "sensor_msgs/msg/Image", bag::IMAGE);
        recorder.message(channel, time, &bag::image(MORNING, width, height, &stripes(width, height)));
    }
    recorder.finish();
    let report = report(&folder, &[]);
    let out = read(&folder.join("out.mcap"));
    let of = |topic: &str| pixels(&out.iter().find(|one| one.0 == topic).unwrap().2, 320 * 240 * 3).to_vec();
    assert!(of("/dark/image_raw").iter().all(|byte| *byte == 0));
    let coarse = of("/coarse/image_raw");
    let jumps = coarse.windows(4).filter(|part| part[0].abs_diff(part[3]) > 8).count();
    assert!(jumps * 10 < coarse.len(), "{jumps} of {} neighbours differ", coarse.len());
    for topic in ["/dark/image_raw", "/coarse/image_raw"] {
        assert_eq!(
            (&row(&report, topic)["redacted"], &row(&report, topic)["blanked"]),
            (&1.into(), &0.into())
        );
    }
}

#[test]
fn an_image_that_nobody_could_look_at_is_blank_and_the_exit_code_says_so() {
    let folder = scratch("unseen");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
    let time = bag::nanoseconds(MORNING);
    let raw = recorder.channel("/seen/image_raw", "sensor_msgs/msg/Image", bag::IMAGE);
    let packed =
        recorder.channel("/seen/image_raw/compressed", "sensor_msgs/msg/CompressedImage", bag::COMPRESSED);
    // The message is sound; the picture in it is none that anybody can read.
    let mut odd = bag::image(MORNING, 64, 48, &stripes(64, 48));
    let encoding = odd.windows(4).position(|part| part == b"bgr8").unwrap();
    odd[encoding..encoding + 4].copy_from_slice(b"xyz9");
    recorder.message(raw, time, &odd);
    recorder.message(packed, time, &bag::compressed(MORNING, "jpeg", CANARY.as_bytes()));
    recorder.finish();
    let output = scrub(&folder, &["in.mcap", "out.mcap", "--json"]);
    assert_eq!(code(&output), 1, "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(row(&report, "/seen/image_raw")["blanked"], 1);
    assert_eq!(row(&report, "/seen/image_raw/compressed")["blanked"], 1);
    let out = read(&folder.join("out.mcap"));
    assert!(pixels(&out[0].2, 64 * 48 * 3).iter().all(|byte| *byte == 0));
    assert!(!holds(&folder.join("out.mcap"), CANARY));
}

#[cfg(feature = "vision")]
#[test]
fn a_face_leaves_a_bag_in_no_pixel() {
    let Some(photo) = photo::astronaut() else { return };
    let folder = scratch("face");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), Some(Compression::Zstd));
    let raw = recorder.channel("/seen/image_raw", "sensor_msgs/msg/Image", bag::IMAGE);
    let packed =
        recorder.channel("/seen/image_raw/compressed", "sensor_msgs/msg/CompressedImage", bag::COMPRESSED);
    photo.write_png(&folder.join("photo.png"));
    let png = fs::read(folder.join("photo.png")).unwrap();
    let (width, height) = (photo.width, photo.height);
    let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let bgr: Vec<u8> = places()
        .flat_map(|(x, y)| {
            let [r, g, b] = photo.at(x, y);
            [b, g, r]
        })
        .collect();
    for frame in 0..5 {
        let time = bag::nanoseconds(MORNING) + frame * 33_000_000;
        recorder.message(raw, time, &bag::image(MORNING, width, height, &bgr));
        recorder.message(packed, time, &bag::compressed(MORNING, "png", &png));
    }
    recorder.finish();
    let report = report(&folder, &[]);
    assert_eq!(row(&report, "/seen/image_raw")["redacted"], 5);
    assert_eq!(row(&report, "/seen/image_raw/compressed")["redacted"], 5);
    let out = read(&folder.join("out.mcap"));
    let [x, y] = photo::FACE;
    // The middle of the face is one colour, and a corner of the picture is as it was.
    let around = || (y - 20..y + 20).flat_map(|y| (x - 20..x + 20).map(move |x| (x, y)));
    for (topic, _, message) in out {
        let at: Box<dyn Fn(u32, u32) -> [u8; 3]> = if topic.ends_with("compressed") {
            let start = message.windows(4).position(|part| part == b"\x89PNG").unwrap();
            fs::write(folder.join("out.png"), &message[start..]).unwrap();
            let picture = photo::Rgb::read_png(&folder.join("out.png"));
            Box::new(move |x, y| picture.at(x, y))
        } else {
            let pixels = pixels(&message, bgr.len()).to_vec();
            Box::new(move |x, y| {
                let at = (y * width + x) as usize * 3;
                [pixels[at + 2], pixels[at + 1], pixels[at]]
            })
        };
        assert!(around().all(|(x, y)| at(x, y) == [0; 3]), "{topic}");
        assert_eq!(at(5, 5), photo.at(5, 5), "{topic}");
    }
}

#[test]
fn a_policy_that_leaves_a_sibling_of_a_camera_open_scrubs_nothing() {
    let folder = scratch("sibling");
    let wild = "topics:\n  /seen/image_rect: { type: sensor_msgs/msg/Image, class: operational }\n";
    let policy = POLICY.replace("topics:\n", wild).replace("/seen/**", "/seen/image_raw/**, /seen/image_raw");
    let policy = policy.replace("read: [/open,", "read: [/seen/image_rect, /open,");
    fs::write(folder.join("policy.yaml"), policy).unwrap();
    let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
    let channel = recorder.channel("/seen/image_rect", "sensor_msgs/msg/Image", bag::IMAGE);
    let image = bag::image(MORNING, 64, 48, &stripes(64, 48));
    recorder.message(channel, bag::nanoseconds(MORNING), &image);
    recorder.finish();
    let output = scrub(&folder, &["in.mcap", "out.mcap"]);
    assert_eq!(code(&output), 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("sibling-open"), "{output:?}");
    assert_eq!(files(&folder), ["in.mcap", "policy.yaml"]);
}

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

/// One left-out reason of a topic: its name, the words and the remedy.
fn reason(report: &Value, topic: &str) -> (String, String, String) {
    let reason = &row(report, topic)["left_out"][0];
    let text = |key: &str| reason[key].as_str().unwrap_or_else(|| panic!("no {key} in {report}")).to_owned();
    (text("reason"), text("because"), text("remedy"))
}

/// `discreet scrub` of in.mcap with the ROS 2 of tests/data/types; the exit code and the report.
fn with_types(folder: &Path, input: &str, more: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_discreet"))
        .args(["scrub", input, "out.mcap", "--policy", "policy.yaml", "--force", "--json"])
        .args(more)
        .current_dir(folder)
        .env("AMENT_PREFIX_PATH", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/types"))
        .output()
        .unwrap();
    (code(&output), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}")))
}

#[test]
fn each_topic_that_is_left_out_says_why_and_what_to_do() {
    let folder = scratch("left_out");
    let time = bag::nanoseconds(MORNING);
    let one = |topic: &str, type_name: &str, encoding: &str, text: &str, hash: &str| {
        let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
        let channel = recorder.schema(topic, type_name, encoding, text, hash);
        recorder.message(channel, time, &string("x"));
        recorder.finish();
    };
    let string_type = "std_msgs/msg/String";

    // Neither hash nor definition: before ROS 2 Iron.
    bag::sqlite(&folder.join("old.db3"), false, CANARY);
    let (code, report) = with_types(&folder, "old.db3", &[]);
    let (label, because, remedy) = reason(&report, "/open");
    assert_eq!((code, label.as_str()), (1, "wrong_type_hash"));
    assert!(
        because.contains("neither a hash nor a definition") && remedy.contains("--trust-names"),
        "{report}"
    );
    assert_eq!((&report["missing"], &report["empty"]), (&serde_json::json!(["/open"]), &true.into()));
    let (label, _, remedy) = reason(&report, "/secret");
    assert_eq!(label, "undeclared_topic");
    assert!(remedy.contains("`/secret: { type: std_msgs/msg/String, class: contextual }`"), "{remedy}");

    // An image is to be redacted.
    one("/camera/image_raw", "sensor_msgs/msg/Image", "ros2msg", "uint32 height\n", "");
    let (_, report) = with_types(&folder, "in.mcap", &[]);
    let (_, _, remedy) = reason(&report, "/camera/image_raw");
    assert!(remedy.contains("class: contextual, redact: { faces: solid } }`"), "{remedy}");
    assert!(remedy.ends_with("everyone read it, `as: redacted`"), "{remedy}");

    // Another definition than the installed one.
    let other = "string data\nstring more\n";
    one("/open", string_type, "ros2msg", other, "");
    let (code, report) = with_types(&folder, "in.mcap", &[]);
    let (label, _, remedy) = reason(&report, "/open");
    assert_eq!((code, label.as_str()), (1, "wrong_type_hash"));
    assert!(remedy.contains("--types bag"), "{remedy}");

    // A definition in IDL, with and without the installed types.
    one("/open", string_type, "ros2idl", "module std_msgs { };", "");
    let (code, report) = with_types(&folder, "in.mcap", &[]);
    let (_, because, remedy) = reason(&report, "/open");
    assert!(code == 1 && because.contains("IDL (ros2idl)") && remedy.contains("--trust-names"), "{report}");
    assert_eq!(with_types(&folder, "in.mcap", &["--trust-names"]).0, 0, "the remedy helps");
    let (code, report) = with_types(&folder, "in.mcap", &["--types", "bag"]);
    let (label, because, remedy) = reason(&report, "/open");
    assert_eq!((code, label.as_str()), (1, "type_not_installed"));
    assert!(because.contains("IDL (ros2idl)") && remedy.contains("--types installed"), "{report}");

    // An action's feedback, another type, and one that is not installed.
    one("/nav/_action/feedback", "nav2_msgs/action/NavigateToPose_FeedbackMessage", "ros2msg", "", "");
    let (_, _, remedy) = reason(&with_types(&folder, "in.mcap", &[]).1, "/nav/_action/feedback");
    assert!(remedy.contains("actions cannot be declared yet"), "{remedy}");
    one("/open", "std_msgs/msg/Other", "ros2msg", STRING, "");
    let (code, report) = with_types(&folder, "in.mcap", &[]);
    assert_eq!((code, reason(&report, "/open").0.as_str()), (1, "wrong_type"));
    one("/seen/image_raw/compressed", "sensor_msgs/msg/CompressedImage", "ros2msg", bag::COMPRESSED, "");
    let (code, report) = with_types(&folder, "in.mcap", &[]);
    let (label, because, remedy) = reason(&report, "/seen/image_raw/compressed");
    assert_eq!((code, label.as_str()), (1, "type_not_installed"));
    assert!(because.contains("sensor_msgs") && remedy.contains("--types bag"), "{report}");

    // In words, for people.
    let output = scrub(&folder, &["old.db3", "out.mcap", "--force"]);
    let (said, noted) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("left out:") && said.contains("/open: 10, type_not_installed"), "{said}");
    assert!(noted.contains("missing in OUT") && noted.contains("OUT is empty"), "{noted}");
}

#[test]
fn what_the_policy_keeps_in_is_not_missing() {
    let folder = scratch("meant");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
    for topic in ["/open", "/secret", "/shut", "/unruled"] {
        let channel = recorder.channel(topic, "std_msgs/msg/String", STRING);
        recorder.message(channel, bag::nanoseconds(MORNING), &string("x"));
    }
    recorder.finish();
    let report = report(&folder, &[]);
    assert_eq!((&report["missing"], &report["empty"]), (&serde_json::json!([]), &false.into()));
    let absent = report["not_in_bag"].as_array().unwrap();
    assert!(absent.contains(&"/pinned".into()) && !absent.contains(&"/shut".into()), "{report}");
    // Without /open there is nothing in it.
    let mut recorder = Recorder::new(&folder.join("shut.mcap"), None);
    let channel = recorder.channel("/shut", "std_msgs/msg/String", STRING);
    recorder.message(channel, bag::nanoseconds(MORNING), &string("x"));
    recorder.finish();
    assert_eq!(code(&scrub(&folder, &["shut.mcap", "empty.mcap"])), 1);
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
