use std::sync::LazyLock;

use super::*;
use crate::Kinds;

fn finder(options: &Options) -> Finder {
    Finder::new(options).unwrap()
}

/// Building it takes long without optimisation.
static DEFAULT: LazyLock<Finder> = LazyLock::new(|| finder(&Options::default()));

fn found<'t>(finder: &Finder, text: &'t str, path: &str) -> Vec<(Kind, &'t str)> {
    let mut scratch = Scratch::default();
    let hits = finder.find(text, &Field::of(path), None, &mut scratch);
    hits.iter().map(|hit| (hit.kind, &text[hit.start..hit.end])).collect()
}

/// A text of pieces that the finder looks for, in random order.
fn nonsense(seed: u64) -> String {
    const PIECES: [&str; 40] = [
        "4111 1111 1111 1111",
        "+49",
        " ",
        "-",
        ".",
        "@",
        "://",
        "::",
        "é",
        "여권",
        "passport",
        "password: ",
        "12",
        "2001:db8",
        "<<",
        "P<UTO",
        "(",
        ")",
        "\n",
        "1.5",
        "DE",
        "89",
        "-----BEGIN PRIVATE KEY-----",
        "www.",
        "example.com",
        "0x",
        "eyJa.",
        "bc1",
        "May ",
        "°",
        "room ",
        "x1",
        "\u{0}",
        "𝟙",
        "_",
        "=",
        "#",
        "AKIA",
        "GB29NWBK",
        "lat",
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    (0..next() % 40).filter_map(|_| PIECES.get(next() % PIECES.len())).copied().collect()
}

#[test]
fn hits_are_in_order_apart_and_on_boundaries_of_characters_in_any_text() {
    for overlapping in [false, true] {
        let finder = finder(&Options { threshold: 1, overlapping, ..Options::default() });
        let mut scratch = Scratch::default();
        for seed in 1..1500 {
            let text = nonsense(seed);
            let hits = finder.find(&text, &Field::default(), None, &mut scratch);
            for hit in hits {
                assert!(hit.start < hit.end && text.get(hit.start..hit.end).is_some(), "{text:?} {hit:?}");
                assert!((1..=100).contains(&hit.score));
            }
            let apart = hits.windows(2).all(|pair| pair[0].end <= pair[1].start);
            assert!(overlapping || apart, "{text:?} {hits:?}");
        }
    }
}

#[test]
fn several_kinds_in_one_text_are_each_found() {
    let text = "Card 5105 1051 0510 5100, mail anna@example.org, phone +49 30 901820, from 192.0.2.44.";
    let kinds: Vec<Kind> = found(&DEFAULT, text, "data").into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [Kind::PaymentCard, Kind::Email, Kind::Phone, Kind::Ip]);
}

#[test]
fn the_name_of_a_field_counts_as_context() {
    let finder = &DEFAULT;
    assert_eq!(found(finder, "1207", "guest.room_number"), [(Kind::Room, "1207")]);
    assert_eq!(found(finder, "1207", "motor.ticks"), []);
}

#[test]
fn each_word_between_a_context_word_and_a_finding_takes_a_point() {
    let score = |text: &str| {
        let mut scratch = Scratch::default();
        DEFAULT.find(text, &Field::default(), None, &mut scratch).first().map(|hit| hit.score)
    };
    assert_eq!(score("the room 1207"), Some(75));
    assert_eq!(score("the room is 1207"), Some(74));
    assert_eq!(score("the room that we booked is 1207"), None, "too far");
}

#[test]
fn numbers_of_a_robot_are_not_personal() {
    for text in [
        "[INFO] [1700000000.123456789] [amcl]: pose x=12.345678 y=-9.876543 seq=184467440",
        "Resizing layer to 384 X 384 at 0.050000 m/pix",
        "Node 4821 of /map/tile_12/cell_7 took 1234567 us, 3 of 1048576 bytes",
        "v1.2.3 built 20240611, id 9f1c2e77-1b7c-4c1d-9a3e-0d2b5a6c7e8f",
    ] {
        assert_eq!(found(&DEFAULT, text, "msg"), [], "{text}");
    }
}

#[test]
fn listed_texts_are_never_or_always_reported() {
    let finder = finder(&Options {
        allow: vec!["info@hotel.example.com".into()],
        deny: vec![(Kind::Person, "Grand Duke".into())],
        ..Options::default()
    });
    let text = "INFO@hotel.example.com, guest@example.com and the grand duke";
    let hits = found(&finder, text, "");
    assert_eq!(hits, [(Kind::Email, "guest@example.com"), (Kind::Person, "grand duke")]);
}

#[test]
fn only_wanted_kinds_are_reported_each_with_its_own_threshold() {
    let kinds: Kinds = [Kind::Email, Kind::Phone].into_iter().collect();
    let finder = finder(&Options { kinds, thresholds: vec![(Kind::Phone, 90)], ..Options::default() });
    let text = "anna@example.org, 212-555-0199, 192.0.2.44";
    assert_eq!(found(&finder, text, ""), [(Kind::Email, "anna@example.org")]);
}
