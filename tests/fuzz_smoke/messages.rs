//! Messages, their types, their texts, and the bags that hold them.

use std::path::{Path, PathBuf};

#[cfg(feature = "bags")]
use crate::bodies::bag;
use crate::bodies::{cdr, ros2msg, text, word_pieces};
use crate::mutations::fuzz;
#[cfg(feature = "bags")]
use crate::mutations::{INPUTS, fuzz_some};

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
fn no_text_breaks_what_looks_for_kinds_of_a_policys_own() {
    let seeds = [
        "badge HB-4821, Spind: 217, HB 4821 or HB4821; locker 218 219",
        r#"{"locker": 217, "badges": ["HB-4821", "HB-0007"], "note": "locker is 217, card 4111 1111 1111 1111"}"#,
        "my badge is h b four eight two one, the locker two one seven",
        "name,locker,card\nAda,217,4111\n1111 1111 1111\nспинд 217, HB\u{a0}４８２１, Grün=C3=BCn=\n HB-48=\n21",
    ];
    let own = text::OWN_KINDS;
    let seeds: Vec<Vec<u8>> =
        (own..own + 40).flat_map(|choice| seeds.map(|seed| [&[choice], seed.as_bytes()].concat())).collect();
    fuzz(&seeds, text::run);
}

#[test]
fn no_text_and_no_list_breaks_the_pieces_of_words() {
    let list = "ana\n##lena\n##le\nsoto\n,\n王\n##a\nist\n##anbul";
    let texts = ["Analena, ÁNA so\u{ad}tó", "ñ王na İSTANBUL ﬃ ſ\u{301}", "ana\u{fffd}lena\tanaana, soto王"];
    let seeds: Vec<Vec<u8>> = texts.iter().map(|text| format!("{list}\0{text}").into_bytes()).collect();
    seeds.iter().for_each(|seed| word_pieces::run(seed));
    fuzz(&seeds, word_pieces::run);
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
