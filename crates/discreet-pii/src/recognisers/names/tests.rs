use super::*;

fn all(text: &str, field: Field) -> Vec<(Kind, &str)> {
    let mut hits = Vec::new();
    Names::new(Kinds::all()).find(
        text,
        Outline::UNKNOWN,
        &field,
        None,
        (&mut Memo::default(), &mut Budget::default()),
        &mut hits,
    );
    hits.into_iter().map(|hit| (hit.kind, &text[hit.start..hit.end])).collect()
}

fn found(text: &str) -> Vec<(Kind, &str)> {
    all(text, Field::default())
}

fn persons(text: &str) -> Vec<&str> {
    let spoken = Field { spoken: !text.contains(char::is_uppercase), ..Field::default() };
    all(text, spoken).into_iter().filter(|(kind, _)| *kind == Kind::Person).map(|(_, name)| name).collect()
}

#[test]
fn a_persons_name_is_found_as_a_whole() {
    for (text, name) in [
        ("Please bring towels to Maria Gonzalez in 12.", "Maria Gonzalez"),
        ("Tell Ludwig van der Heyden that dinner is ready", "Ludwig van der Heyden"),
        ("The bag of Dr. Sabine O'Connor is here.", "Dr. Sabine O'Connor"),
        ("Signed by Thomas J. McAllister Jr. yesterday", "Thomas J. McAllister Jr"),
        ("Frau Müller-Lüdenscheidt wartet in der Lobby", "Frau Müller-Lüdenscheidt"),
        ("J. Kowalski checked in", "J. Kowalski"),
        ("Katarzyna's suitcase", "Katarzyna"),
        ("JOHN ANDERSON IS WAITING", "JOHN ANDERSON"),
    ] {
        assert_eq!(persons(text), [name], "{text}");
    }
}

#[test]
fn any_word_behind_an_introduction_is_a_name_in_five_languages() {
    for (text, name) in [
        ("Hello, my name is Xandrivo.", "Xandrivo"),
        ("Guten Tag, ich heiße Brunkhild Vasterot", "Brunkhild Vasterot"),
        ("Bonjour, je m'appelle Ylvane Trescoul.", "Ylvane Trescoul"),
        ("Hola, me llamo Zorraida Quintelo", "Zorraida Quintelo"),
        ("Buongiorno, mi chiamo Trufaldino Bescari", "Trufaldino Bescari"),
        ("Guest: Plimsoll Varga", "Plimsoll Varga"),
        ("my name is xandrivo", "xandrivo"),
    ] {
        assert_eq!(persons(text), [name], "{text}");
    }
}

#[test]
fn names_that_are_words_need_more_than_a_capital() {
    assert!(persons("May I help you? Will that do? Mark the spot. Grace period over.").is_empty());
    assert_eq!(persons("Hi Mark, welcome"), ["Mark"]);
    assert_eq!(persons("It belongs to Grace Thompson"), ["Grace Thompson"]);
}

#[test]
fn rivers_means_of_transport_and_abbreviations_are_no_persons() {
    for text in [
        "Thames is high after the rain, footbridges are wet",
        "Muni was worse than the bus",
        "BART was running late today",
        "The ALMA was down",
    ] {
        assert!(persons(text).is_empty(), "{text}");
    }
    for (text, name) in [
        ("Hello Bart, welcome", "Bart"),
        ("Bart was running late today", "Bart"),
        ("MARIA was running late today", "MARIA"),
        ("BART WAS RUNNING LATE", "BART"),
        ("guest BART was running late", "BART"),
        ("ANNA wants a towel", "ANNA"),
        ("John Thames is here", "John Thames"),
        ("Mr. Thames is here", "Mr. Thames"),
        ("Hello Muni, welcome", "Muni"),
    ] {
        assert_eq!(persons(text), [name], "{text}");
    }
}

#[test]
fn names_in_a_row_help_each_other() {
    assert_eq!(persons("We expect Anderson, Qelimov and Fernandez."), ["Anderson", "Qelimov", "Fernandez"]);
}

#[test]
fn speech_has_no_capitals() {
    assert_eq!(persons("please take the towels to maria gonzalez"), ["maria gonzalez"]);
    assert_eq!(persons("this is for mister thompson"), Vec::<&str>::new(), "no title, no given name");
    assert_eq!(persons("mrs thompson would like a pillow"), ["thompson"]);
    assert!(persons("the robot will go to the kitchen and may take the long way").is_empty());
}

#[test]
fn log_lines_of_robots_have_no_names() {
    for text in [
        "[INFO] [1700000000.123] [controller_server]: Received a goal, begin computing control effort.",
        "Activating plugin RegulatedPurePursuit of type nav2_regulated::Controller",
        "Resizing costmap to 1140 X 6421 at 0.05 m/pix",
        "BtActionNode FollowPath failed: Transform from base_link to map timed out",
        "Max velocity 0.5, Min velocity 0.1; Drive 5 meters, Spin 90 degrees",
        "Battery at 93 %. Docking to dock_1. Ceres Solver Report: Iterations: 12",
        "waiting for service /planner_server/get_state",
        "{\"frame_id\":\"base_link\",\"child_frame_id\":\"odom\"}",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn an_address_is_one_with_its_door_city_and_postcode() {
    for (text, address) in [
        ("Deliver to 221 Harrow Road, Flat 3, London, please", "221 Harrow Road, Flat 3, London"),
        ("Er wohnt in der Lindenstraße 14, 10969 Berlin.", "Lindenstraße 14, 10969 Berlin"),
        ("J'habite 12 rue de la Roquette, 75011 Paris.", "12 rue de la Roquette, 75011 Paris"),
        ("Vivo en Calle Mayor 8, 28013 Madrid.", "Calle Mayor 8, 28013 Madrid"),
        ("Abito in Via Garibaldi 27, Torino", "Via Garibaldi 27, Torino"),
        ("Write to P.O. Box 4417 now", "P.O. Box 4417"),
        (
            "97 Orchard Lane\nApt. 12\nSpringfield\nCanada 55512\nPhone: none",
            "97 Orchard Lane\nApt. 12\nSpringfield\nCanada 55512",
        ),
    ] {
        assert_eq!(
            found(text).into_iter().find(|(kind, _)| *kind == Kind::Address),
            Some((Kind::Address, address))
        );
    }
}

#[test]
fn places_firms_and_nationalities() {
    assert_eq!(
        found("We flew to New York and on to Portugal."),
        [(Kind::Place, "New York"), (Kind::Place, "Portugal")]
    );
    assert_eq!(found("I work for Brandtner Technik GmbH."), [(Kind::Organization, "Brandtner Technik GmbH")]);
    assert_eq!(found("The invoice of Quellmark Inc. is late"), [(Kind::Organization, "Quellmark Inc.")]);
    assert_eq!(found("She is Norwegian."), [(Kind::Nationality, "Norwegian")]);
    assert_eq!(found("I live in Ostrowiecz."), [(Kind::Place, "Ostrowiecz")]);
}

#[test]
fn the_name_of_a_field_counts_as_a_cue() {
    let field = Field { hints: [Kind::Person].into_iter().collect(), spoken: false };
    assert_eq!(all("Vrenzel Oktar", field), [(Kind::Person, "Vrenzel Oktar")]);
    assert_eq!(found("Vrenzel"), []);
}

#[test]
fn only_the_chosen_kinds_are_found() {
    let mut hits = Vec::new();
    Names::new([Kind::Phone].into_iter().collect()).find(
        "Anna Schmidt",
        Outline::UNKNOWN,
        &Field::default(),
        None,
        (&mut Memo::default(), &mut Budget::default()),
        &mut hits,
    );
    assert!(hits.is_empty());
}

#[test]
fn any_text_is_read_without_a_panic() {
    let pieces = [
        "Dr", ".", " ", "Ö", "Anna", "'", "s", "-", "\n", "12", ",", "Straße", "日本", "é", "St", "\u{301}",
        "@", "P.O. Box", "x",
    ];
    let mut state = 7u64;
    for _ in 0..4000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        for spoken in [false, true] {
            all(&text, Field { spoken, ..Field::default() });
        }
    }
}

#[test]
fn a_month_in_a_date_and_a_contraction_are_not_names() {
    for text in
        ["bis 30. Juni 2012", "im Mai 2004 begann", "on 4 June we sail", "Hello doctor. I've slept badly"]
    {
        assert_eq!(persons(text), Vec::<&str>::new(), "{text}");
    }
    assert_eq!(persons("Please call Augusto Pereira, 12"), ["Augusto Pereira"]);
}
