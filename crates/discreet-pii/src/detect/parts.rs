//! Numbers of things: `part 908-86-8250`, `ticks 698-24-6313`, `"sku": 6819329155805`. They may look like a number of a
//! person.

use std::ops::Range;

use super::Firsts;

/// Words in front of the number of a thing.
const THINGS: [&str; 44] = [
    "part",
    "parts",
    "lot",
    "batch",
    "sku",
    "ean",
    "gtin",
    "upc",
    "barcode",
    "article",
    "item",
    "model",
    "rev",
    "revision",
    "build",
    "version",
    "firmware",
    "bootloader",
    "kernel",
    "release",
    "image",
    "seq",
    "sequence",
    "tick",
    "ticks",
    "count",
    "counter",
    "encoder",
    "offset",
    "addr",
    "port",
    "tile",
    "cell",
    "frame",
    "node",
    "goal",
    "task",
    "order",
    "orders",
    "checksum",
    "crc",
    "size",
    "bytes",
    "took",
];
static THING: Firsts = Firsts::of(&THINGS);
/// Words between such a word and its number.
const BETWEEN: [&str; 6] = ["number", "no", "nr", "num", "id", "code"];
/// The most bytes that are read in front of a number.
const LONGEST: usize = 40;

/// Is the number that begins at `start` that of a thing?
pub(super) fn is_of_thing(bytes: &[u8], start: usize) -> bool {
    let head = bytes.get(start.saturating_sub(LONGEST)..start).unwrap_or_default();
    let mut words = head.rsplit(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let is =
        |word: &[u8], list: &[&str]| list.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word));
    let Some(last) = words.next() else { return false };
    // Only signs may stand between the word and the number.
    let apart = head.iter().rev().take_while(|byte| !byte.is_ascii_alphabetic());
    let near =
        apart.clone().count() <= 4 && apart.clone().all(|byte| !byte.is_ascii_digit() && *byte != b'\n');
    let thing = |word: &[u8]| THING.may_have(word) && is(word, &THINGS);
    near && (thing(last) || is(last, &BETWEEN) && words.next().is_some_and(thing))
}

/// The word in front of the number that begins at `start`, behind at most a few signs.
fn word_before(bytes: &[u8], start: usize) -> &[u8] {
    let head = bytes.get(start.saturating_sub(LONGEST)..start).unwrap_or_default();
    let signs = head.iter().rev().take_while(|byte| matches!(byte, b' ' | b':' | b'=' | b'"' | b'.')).count();
    let head = head.get(..head.len() - signs).filter(|_| signs <= 4).unwrap_or_default();
    head.rsplit(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default()
}

/// Is the number that begins at `start` that of a version: `FW version 5.16.0.1`?
pub(super) fn is_of_version(bytes: &[u8], start: usize) -> bool {
    const WORDS: [&[u8]; 10] = [
        b"version",
        b"versions",
        b"firmware",
        b"fw",
        b"release",
        b"build",
        b"kernel",
        b"bootloader",
        b"sw",
        b"ver",
    ];
    let word = word_before(bytes, start);
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Programs, whose versions look like dates.
const PROGRAMS: &str = "python pip node nodejs npm java jdk gcc clang cmake make glibc ubuntu debian fedora linux ros \
    cuda cudnn tensorrt docker opencv numpy scipy pandas pytorch torch tensorflow onnx sdk api \
    library lib package driver golang rust rustc cargo php ruby perl mysql mariadb postgres \
    postgresql sqlite redis nginx apache boost eigen qt gazebo jetpack android ios macos firefox \
    chrome git openssl nav moveit v";

/// Is `at` the number of a version that looks like a date: `Python 3.10.12`, `numpy==1.10.12`?
pub(super) fn is_dotted_version(text: &str, at: Range<usize>) -> bool {
    let (raw, head) = (text.get(at.clone()).unwrap_or_default(), text.get(..at.start).unwrap_or_default());
    let dotted = raw.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let pinned = || ["==", ">=", "<=", "~="].iter().any(|sign| head.ends_with(sign));
    let program = || {
        let word = word_before(text.as_bytes(), at.start);
        PROGRAMS.split(' ').any(|known| known.as_bytes().eq_ignore_ascii_case(word))
    };
    dotted && (is_of_version(text.as_bytes(), at.start) || program() || pinned())
}

/// Does a dash join the number at `start` to a word for serial numbers, or zeros to a word in capitals: `SN-0042-1187`?
pub(super) fn is_of_serial(bytes: &[u8], start: usize) -> bool {
    const WORDS: [&[u8]; 10] =
        [b"SN", b"PN", b"SER", b"SERIAL", b"PART", b"LOT", b"REF", b"MODEL", b"REV", b"BATCH"];
    let Some([head @ .., b'-']) = bytes.get(..start) else { return false };
    let length = head.iter().rev().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = head.get(head.len() - length..).unwrap_or_default();
    let capitals = word.iter().all(u8::is_ascii_uppercase);
    let zeros = bytes.get(start..).is_some_and(|number| number.starts_with(b"00"));
    let known = WORDS.iter().any(|known| known.eq_ignore_ascii_case(word));
    !word.is_empty() && (known || zeros && capitals)
}

/// Are these the bytes of a frame, `00 11 22 33 44 55 66 77`? No telephone number has so many groups of two digits.
pub(super) fn is_frame(bytes: &[u8], at: Range<usize>) -> bool {
    const LEAST: usize = 7;
    let groups = || bytes.get(at.clone()).unwrap_or_default().split(|byte| *byte == b' ');
    groups().count() >= LEAST && groups().all(|group| group.len() == 2)
}

/// Is the number in `start..end` one of a row of numbers with blanks between, as the cells of a map are? A number on one
/// side is enough, or there must be `one` on each.
pub(super) fn is_in_row(bytes: &[u8], start: usize, end: usize, one: bool) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let blank =
        |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|byte| matches!(byte, b' ' | b','));
    let before = blank(start.checked_sub(1)) && digit(start.checked_sub(2));
    let behind = blank(Some(end)) && digit(Some(end + 1));
    if one { before || behind } else { before && behind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_front_of_a_number_tells_a_thing() {
        for text in
            ["part 908-86-8250", "Part number: 908", "ticks=9", "\"sku\": \"68", "order_id: 67", "tile 22"]
        {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap();
            assert!(is_of_thing(text.as_bytes(), start), "{text}");
        }
        for text in ["call 908", "part of it, 908", "part 1, call 908", "number 908"] {
            assert!(!is_of_thing(text.as_bytes(), text.rfind("908").unwrap()), "{text}");
        }
    }

    #[test]
    fn a_version_is_not_a_date_and_a_serial_number_not_a_telephone() {
        for text in ["Python 3.10.12", "numpy==1.10.12", "firmware: 3.10.12"] {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap();
            assert!(is_dotted_version(text, start..text.len()), "{text}");
        }
        assert!(!is_dotted_version("am 3.10.12", 3..10) && !is_dotted_version("version 3/10/12", 8..15));
        assert!(is_of_serial(b"SN-0042-1187", 3) && is_of_serial(b"XJ-0042-1187", 3));
        assert!(!is_of_serial(b"UK-07700 900123", 3) && !is_of_serial(b"call-0042", 5));
    }

    #[test]
    fn cells_of_a_map_are_a_row() {
        assert!(
            is_in_row(b"100 187 254 255 0", 4, 15, false) && !is_in_row(b"sin 187 254 255.", 4, 15, true)
        );
    }
}
