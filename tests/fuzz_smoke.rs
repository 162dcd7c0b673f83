//! The fuzz targets' bodies on mutations of real inputs: the same ones on every run, and no nightly toolchain needed.
//! `FUZZ_ROUNDS=100 cargo test --release --test fuzz_smoke` runs a hundred times as many inputs.

// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use discreet_redact::protocol::{Hello, Reply, Request, RuleBytes, Work};
use discreet_redact::{Area, Cause, CompressedFormat, Cover, Found, ImageRules, Picture, Subject, Subjects};

#[path = "../fuzz/bodies/audit_line.rs"]
mod audit_line;
#[path = "../fuzz/bodies/audit_part.rs"]
mod audit_part;
#[cfg(feature = "bags")]
#[path = "../fuzz/bodies/bag.rs"]
mod bag;
#[path = "../fuzz/bodies/camera_info.rs"]
mod camera_info;
#[path = "../fuzz/bodies/catalog.rs"]
mod catalog;
#[path = "../fuzz/bodies/cdr.rs"]
mod cdr;
#[path = "../fuzz/bodies/command.rs"]
mod command;
#[path = "../fuzz/bodies/compressed_image.rs"]
mod compressed_image;
#[path = "../fuzz/bodies/grants.rs"]
mod grants;
#[path = "../fuzz/bodies/identity_file.rs"]
mod identity_file;
#[path = "../fuzz/bodies/image.rs"]
mod image;
#[path = "../fuzz/bodies/keeper_frame.rs"]
mod keeper_frame;
#[path = "../fuzz/bodies/keeper_state.rs"]
mod keeper_state;
#[path = "../fuzz/bodies/policy.rs"]
mod policy;
#[path = "../fuzz/bodies/policy_signatures.rs"]
mod policy_signatures;
#[path = "../fuzz/bodies/redactor_reply.rs"]
mod redactor_reply;
#[path = "../fuzz/bodies/redactor_request.rs"]
mod redactor_request;
#[path = "../fuzz/bodies/ros2msg.rs"]
mod ros2msg;
#[path = "../fuzz/bodies/sealed.rs"]
mod sealed;
#[path = "../fuzz/bodies/text.rs"]
mod text;
#[path = "../fuzz/bodies/trust_file.rs"]
mod trust_file;

const INPUTS: u32 = 20_000;

/// Mutates the seeds and gives each mutation to `body`; reports the number of an input that panics.
fn fuzz(seeds: &[Vec<u8>], body: fn(&[u8])) {
    fuzz_some(seeds, body, INPUTS);
}

fn fuzz_some(seeds: &[Vec<u8>], body: fn(&[u8]), inputs: u32) {
    assert!(!seeds.is_empty());
    let rounds = std::env::var("FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for number in 0..inputs.saturating_mul(rounds) {
        let mut input = seeds[dice.below(seeds.len())].clone();
        for _ in 0..=dice.below(4) {
            mutate(&mut input, seeds, &mut dice);
        }
        let outcome = std::panic::catch_unwind(|| body(&input));
        assert!(outcome.is_ok(), "input {number} panicked: {}", input.escape_ascii());
    }
}

fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(input.len() + 1);
    match dice.below(6) {
        0 => input.truncate(at),
        1 => input.insert(at, dice.byte()),
        2 => {
            let other = &seeds[dice.below(seeds.len())];
            let from = dice.below(other.len() + 1);
            input.splice(at.., other[from..].iter().copied());
        }
        3 => {
            // A length or count, of the kind that breaks parsers.
            let numbers = [0, 1, 0x7fff_ffff, u32::MAX, 0x8000_0000, input.len() as u32];
            let number = numbers[dice.below(numbers.len())].to_le_bytes();
            let end = (at + 4).min(input.len());
            input.splice(at..end, number);
        }
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte = dice.byte();
            }
        }
    }
}

/// xorshift64*
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.roll() >> 32) as usize % limit
    }

    fn byte(&mut self) -> u8 {
        self.roll().to_be_bytes()[0]
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort(); // the same order everywhere, so that an input's number means something
    files
}

#[test]
fn no_message_breaks_the_walk() {
    let types = ["Every", "DiagnosticArray", "LaserScan", "Image", "String"];
    let mut seeds = Vec::new();
    for path in files("tests/data/cdr") {
        let message = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let choice = types.iter().position(|known| name.contains(known)).unwrap_or(0);
        seeds.push([&[choice as u8], message.as_slice()].concat());
    }
    seeds.retain(|seed| seed.len() < 1000); // or most mutations land in one huge message
    fuzz(&seeds, cdr::run);
}

#[test]
fn no_text_breaks_what_looks_for_personal_data() {
    let seeds = [
        "my card is 4111 1111 1111 1111, thanks, ada@example.com or +49 30 1234567",
        r#"{"guest": {"passport_no": "C01X00T47", "card": 4111111111111111, "name": "Ada \u00e9"}, "n": [1, 2.5, "x"]}"#,
        "double four one one triple two, mail john dot smith at example dot com",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "DE89 3704 0044 0532 0130 00; 2001:db8::1; 52.5163, 13.3777; born 12.08.1974; Herr Dr. van der Berg",
    ];
    let seeds: Vec<Vec<u8>> =
        (0..40).flat_map(|choice| seeds.map(|seed| [&[choice], seed.as_bytes()].concat())).collect();
    fuzz(&seeds, text::run);
}

#[test]
fn no_definition_breaks_the_compiler() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/types/share/discreet_test/msg/Every.json");
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let seed = [&[u8::MAX], file["type_description_msg"].to_string().as_bytes()].concat();
    fuzz(&[seed], cdr::run);
}

#[test]
fn no_log_breaks_the_verifier() {
    let log = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audit.log")).unwrap();
    let report = discreet_audit::verify_lines(log.as_slice(), None, None).unwrap();
    assert!(report.is_intact() && report.entries > 5);
    let first = log.split_inclusive(|byte| *byte == b'\n').next().unwrap().to_vec();
    let parts = parts_of_a_log();
    let report = discreet_audit::verify_lines(parts.concat().as_slice(), None, None).unwrap();
    assert!(report.is_intact() && report.parts as usize == parts.len());
    fuzz(&[log, first, parts.concat()], audit_line::run);
}

#[test]
fn no_entry_about_parts_breaks_the_verifier() {
    let mut seeds = parts_of_a_log();
    let removed = br#"{"seq":1,"time":"2026-11-23T23:06:52Z","prev":"","hash":"","entry":"part","change":"removed","part":1,"first":1,"last":9,"from":"2026-11-23T23:06:52Z","to":"2026-11-23T23:06:53Z","head":""}"#;
    let zeros = format!("\"{}\"", "0".repeat(64));
    seeds.push(String::from_utf8(removed.to_vec()).unwrap().replace("\"\"", &zeros).into_bytes());
    seeds.push(seeds.concat());
    fuzz_some(&seeds, audit_part::run, 5000);
}

/// The files of a log in parts, in order.
fn parts_of_a_log() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audit_parts");
    ["audit.log.000001", "audit.log.000002", "audit.log"]
        .map(|name| std::fs::read(folder.join(name)).unwrap())
        .into()
}

#[test]
fn no_answer_of_a_redactor_breaks_the_guard() {
    let mut seeds = vec![Vec::new(); 4];
    let hello =
        Hello { pid: 4711, engine: "OpenCV 4.6.0".into(), subjects: Subjects::from_iter(Subject::ALL) };
    hello.write(&mut seeds[0]);
    let area = Area { left: 10, top: 20, right: 960, bottom: 540 };
    let found = Found { subject: Subject::Plates, area, score: 0.75, why: Cause::Held };
    assert!(Reply::write_found(&mut seeds[1], 7, &[found; 3]));
    assert!(Reply::write_remade(&mut seeds[2], 8, b"image"));
    Reply::write_failed(&mut seeds[3], 9);
    seeds.push(seeds.concat());
    fuzz(&seeds, redactor_reply::run);
}

#[test]
fn no_question_breaks_the_redactor() {
    let covers = vec![(Subject::Faces, Cover::Solid), (Subject::Text, Cover::Pixelate)];
    let deadline = std::time::Duration::from_millis(100);
    let rules = ImageRules { covers, frame: None, strict: true, deadline, every: 2, follows: None };
    let picture = Picture { width: 4, height: 2, bgr: &[100; 24] };
    let seeds = [Work::Inspect(picture), Work::Remake(CompressedFormat::Png, b"image")].map(|work| {
        let mut head = Vec::new();
        let request = Request { id: 3, stamp: 1_795_426_200_000_000_000, rules: RuleBytes::of(&rules), work };
        let image = request.write_head(&mut head).unwrap();
        [&head, image].concat()
    });
    fuzz(&seeds, redactor_request::run);
}

#[test]
fn no_sealed_message_opens_but_those_that_were_sealed() {
    let seeds = sealed::seeds();
    seeds.iter().for_each(|seed| sealed::run(seed));
    fuzz(&seeds, sealed::run);
}

#[test]
fn no_catalogue_breaks_its_reader() {
    fuzz(&catalog::seeds(), catalog::run);
}

#[test]
fn no_grant_breaks_its_reader() {
    // Each input is signed by the robot, and read twice.
    fuzz_some(&grants::seeds(), grants::run, INPUTS / 4);
}

#[test]
fn no_command_opens_but_those_that_were_sealed() {
    fuzz_some(&command::seeds(), command::run, INPUTS / 4);
}

#[test]
fn no_policy_file_breaks_the_reader() {
    let seed = r#"discreet: 1
robot: concierge-1
version: 7
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
  contextual: { suite: aes-256-gcm, epoch: 60s, retention: 24h }
  contextual/guest: { retention: 1h }
stakeholders:
  front_desk: { identity: identities/front_desk.pub, until: 2027-01-31 }
topics:
  /scan: { type: sensor_msgs/msg/LaserScan, class: operational }
  /camera/**: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }
  /speech: { type: std_msgs/msg/String, class: contextual/guest, redact: { data: [phone, email] } }
commands:
  /cmd_vel: { type: geometry_msgs/msg/Twist, class: operational, rate: 20, limits: { linear.x: [-0.5, 0.5] } }
rules:
  - { who: everyone, read: operational, as: clear }
  - { who: front_desk, read: contextual/guest, as: clear, hours: "08:00-18:00" }
  - { who: front_desk, command: /cmd_vel }
  - { who: everyone, read: contextual, deny: true }
"#;
    assert!(discreet_policy::Policy::read("seed.yaml", seed).is_ok());
    // As large as it is, one reading takes a while unoptimised: a tenth of the inputs.
    fuzz_some(&[seed.as_bytes().to_vec()], policy::run, INPUTS / 10);
}

/// A serialized message of a header and fields, each given as its bytes and aligned to four.
fn cdr_of(fields: &[&[u8]]) -> Vec<u8> {
    let mut cdr = vec![0, 1, 0, 0];
    for field in [&[5, 0, 0, 0, 7, 0, 0, 0, 4, 0, 0, 0, b'c', b'a', b'm', 0]]
        .map(|header| &header[..])
        .iter()
        .chain(fields)
    {
        cdr.resize(cdr.len().next_multiple_of(4), 0);
        cdr.extend_from_slice(field);
    }
    cdr
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u32 + 1).to_le_bytes(), text.as_bytes(), &[0]].concat()
}

#[test]
fn no_image_breaks_its_covering() {
    let encodings = [
        "rgb8",
        "bgra8",
        "mono8",
        "mono16",
        "rgba16",
        "16UC1",
        "32FC1",
        "bayer_rggb8",
        "bayer_grbg16",
        "yuyv",
        "uyvy",
        "nv12",
        "nv24",
        "i420",
        "nonsense",
    ];
    let mut seeds = Vec::new();
    for encoding in encodings {
        for step in [4u32, 8, 12, 16, 32, 37] {
            let sides = [4u32.to_le_bytes(), 4u32.to_le_bytes()];
            let data: Vec<u8> = (0..(step as u8).wrapping_mul(12)).collect();
            let (step, count) = (step.to_le_bytes(), (data.len() as u32).to_le_bytes());
            let fields = [sides.as_flattened(), &[&text(encoding)[..], &[0]].concat(), &step, &count, &data];
            // In front: an area, a kind of cover, and how large the picture may be.
            seeds.push([&[1, 1, 3, 3, 0, 3], &cdr_of(&fields)[..]].concat());
        }
    }
    assert!(seeds.iter().all(|seed| discreet_redact::blank_all(&mut seed[6..].to_vec()).is_ok()));
    let covered = |seed: &&Vec<u8>| {
        discreet_redact::RawImage::read(&mut seed[6..].to_vec()).is_ok_and(|mut image| image.frame().is_ok())
    };
    assert!(seeds.iter().filter(covered).count() > 40);
    fuzz(&seeds, image::run);
}

#[test]
fn no_compressed_image_breaks_its_reader() {
    use discreet_redact::{CompressedFormat, Shape, black};
    let mut seeds = Vec::new();
    for (format, name) in
        [(CompressedFormat::Jpeg, "rgb8; jpeg compressed bgr8"), (CompressedFormat::Png, "png")]
    {
        for grey in [false, true] {
            let mut data = Vec::new();
            black(format, Shape { width: 20, height: 9, grey }, &mut data);
            seeds.push(cdr_of(&[&text(name), &(data.len() as u32).to_le_bytes(), &data]));
        }
    }
    fuzz(&seeds, compressed_image::run);
}

#[test]
fn no_camera_info_breaks_its_reader() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cdr/sensor_msgs.CameraInfo.cdr");
    fuzz(&[std::fs::read(path).unwrap()], camera_info::run);
}

#[test]
fn no_definition_as_text_breaks_its_reader() {
    let separator = "=".repeat(80);
    let main = "# of it\nOther[<=3] a\nstring<=7[] b\nfloat64[36] c 1\nint8 X=5\nstd_msgs/Else d\nchar e\n";
    let seed = format!(
        "{main}{separator}\nMSG: std_msgs/Other\nwstring x\n{separator}\nMSG: std_msgs/Else\n# nothing\n"
    );
    assert!(discreet_cdr::types::ros2msg::read("std_msgs/msg/String", &seed).is_ok());
    fuzz(&[seed.into_bytes()], ros2msg::run);
}

#[cfg(feature = "bags")]
#[test]
fn no_bag_breaks_its_reader() {
    let mut seeds = Vec::new();
    for compression in [None, Some(mcap::Compression::Zstd), Some(mcap::Compression::Lz4)] {
        let options =
            mcap::WriteOptions::new().profile("ros2").compression(compression).chunk_size(Some(100));
        let mut writer = options.create(std::io::Cursor::new(Vec::new())).unwrap();
        for topic in ["/open", "/shut"] {
            let schema = writer.add_schema("std_msgs/msg/String", "ros2msg", b"string data\n").unwrap();
            let channel_id = writer.add_channel(schema, topic, "cdr", &Default::default()).unwrap();
            let (log_time, publish_time) = (1_748_856_600_000_000_000, 1_748_856_600_000_000_000);
            let header = mcap::records::MessageHeader { channel_id, sequence: 1, log_time, publish_time };
            writer.write_to_known_channel(&header, &[0, 1, 0, 0, 3, 0, 0, 0, b'a', b'b', 0]).unwrap();
        }
        writer.finish().unwrap();
        seeds.push(writer.into_inner().into_inner());
    }
    fuzz_some(&seeds, bag::run, INPUTS / 4);
}

#[test]
fn no_identity_file_breaks_whoever_opens_it() {
    use discreet_seal::identity::{Identity, age, private};
    let identity = Identity::generate("front_desk").unwrap();
    let plain = private::write(&identity);
    let sealed = age::seal(plain.as_bytes(), identity_file::PASSPHRASE, 1).unwrap();
    let seeds = [identity.public_file().into_bytes(), plain.as_bytes().to_vec(), sealed];
    seeds.iter().for_each(|seed| identity_file::run(seed));
    fuzz(&seeds, identity_file::run);
}

#[test]
fn no_signatures_fit_a_policy_but_those_of_its_owner() {
    use discreet_host::secret::Secret;
    use discreet_policy::Scope;
    use discreet_policy::signatures::{Head, Signatures};
    use discreet_seal::identity::Identity;
    let owner = Identity::from_secrets("alice", Secret::take(&mut [1; 32]), Secret::take(&mut [2; 32]));
    assert_eq!(owner.public().sign, policy_signatures::OWNER);
    let identities = [("desk".to_owned(), "0123456789abcdef0123456789abcdef".to_owned())];
    let policy = *blake3::hash(b"policy").as_bytes();
    let head = Head { scope: Scope::Robot("r".into()), version: 7, policy, identities: identities.into() };
    let (other, by) = (Head { version: 8, ..head.clone() }, vec![head.sign(&owner)]);
    let seeds = [
        Signatures { head, by: by.clone() }.write().into_bytes(),
        Signatures { head: other, by: [by.clone(), by].concat() }.write().into_bytes(),
    ];
    seeds.iter().for_each(|seed| policy_signatures::run(seed));
    fuzz(&seeds, policy_signatures::run);
}

#[test]
fn no_trust_file_breaks_its_reader() {
    let owner = |name| {
        discreet_seal::identity::Identity::generate(name).unwrap().public_file().replace('\n', "\n    ")
    };
    let (alice, bob) = (owner("alice"), owner("bob"));
    let head = "discreet_trust: 1\nrobot: r\nfleet: f\nthreshold: 2\nowners:\n";
    let seed = format!("{head}  - |\n    {alice}\n  - |\n    {bob}\n");
    assert!(discreet_policy::Trust::read("t", &seed, |_| Ok(String::new())).is_ok());
    fuzz_some(&[seed.into_bytes()], trust_file::run, INPUTS / 10);
}

#[test]
fn nothing_on_the_keepers_socket_breaks_either_side() {
    use discreet_host::secret::Secret;
    use discreet_keeper::frame::frame;
    use discreet_keeper::protocol::{
        Apply, Done, FromAdmin, FromGuard, GivenKey, GuardHello, Handed, Hello, Known, Member, News, Summary,
        ToAdmin, ToGuard, TopicAccess, TrustTold, VERSION,
    };
    let known = Known { name: "desk".into(), receive: [1; 32], sign: [2; 32] };
    let apply = Apply {
        number: 3,
        fresh: true,
        policy: [4; 32],
        policy_version: 5,
        robot: "r".into(),
        drop: vec![1, 2],
        shorten: vec![(7, 8)],
        receiver_id: Some(9),
        receiver: Some(vec![1; 40]),
        stakeholders: Some(vec![known]),
        news: vec![News::Revoked("desk".into())],
    };
    let secret = Handed(Secret::random().unwrap());
    let (group, suite, grant) = ([0; 16], "aes-256-gcm".into(), vec![6; 90]);
    let key =
        GivenKey { group, id: 1, suite, from: 0, until: 9, secret, grant, members: vec!["desk".into()] };
    let guard = GuardHello {
        version: VERSION,
        sender: [1; 32],
        receiver: [2; 32],
        receiver_id: None,
        domain: 0,
        mark: None,
    };
    let done = Done { who: "desk".into(), changed: true, in_policy: true, guards: 1, acknowledged: 1 };
    let reader = Member { name: "desk".into(), until: Some(1) };
    let topic =
        TopicAccess { topic: "/a".into(), class: "c".into(), form: "clear".into(), who: vec![reader] };
    let summary = Summary {
        robot: "r".into(),
        policy_version: Some(1),
        clock_trusted: true,
        stakeholders: Vec::new(),
        guards: Vec::new(),
        trouble: vec!["why".into()],
    };
    let owners = vec![("alice".into(), [3; 32]), ("bob".into(), [4; 32])];
    let trust = TrustTold { robot: "r".into(), fleet: Some("f".into()), threshold: 2, owners };
    let seed = |side: u8, frames: &[&[u8]]| [&[side], frames.concat().as_slice()].concat();
    let seeds = [
        seed(0, &[&frame(&Hello::Guard(guard)).unwrap()]),
        seed(1, &[&frame(&FromGuard::Want([1; 32])).unwrap(), &frame(&FromGuard::Applied(7)).unwrap()]),
        seed(2, &[&frame(&FromAdmin::Revoke("desk".into())).unwrap(), &frame(&FromAdmin::Who).unwrap()]),
        seed(3, &[&frame(&ToGuard::Key(key)).unwrap(), &frame(&ToGuard::Apply(apply)).unwrap()]),
        seed(3, &[&frame(&ToGuard::Trust(trust)).unwrap()]),
        seed(4, &[&frame(&ToAdmin::Done(done)).unwrap(), &frame(&ToAdmin::Topic(topic)).unwrap()]),
        seed(4, &[&frame(&ToAdmin::Summary(summary)).unwrap()]),
    ];
    seeds.iter().for_each(|seed| keeper_frame::run(seed));
    fuzz(&seeds, keeper_frame::run);
}

#[test]
fn no_state_and_no_mark_breaks_the_keeper() {
    use discreet_keeper::state::{MarkKey, Record, RecordKey};
    let robot = keeper_state::robot();
    let mut record = Record::new(9, 5, [1; 16]);
    record.revoked.insert("desk".into(), 3);
    record.learn(robot.public());
    let whole = record.write(&RecordKey::of(&robot)).unwrap();
    let content = whole[..whole.len() - 32].to_vec();
    let seeds = [whole, content, MarkKey::of(&robot).write(&record.mark()).into_bytes()];
    seeds.iter().for_each(|seed| keeper_state::run(seed));
    fuzz_some(&seeds, keeper_state::run, INPUTS / 10); // each derives keys
}
