//! Names of persons, places, firms and nationalities, and street addresses. No pattern finds them: lists of words,
//! capitals and the words around do.

mod address;
mod cue;
mod fold;
mod hash;
mod lower;
mod memo;
mod person;
mod place;
mod roster;
mod run;
mod table;
mod tail;
mod word;

pub(crate) use memo::Memo;
pub use roster::{Roster, RosterRefused};

use self::cue::Cue;
use self::person::{Found, Role};
use self::run::{Part, Run};
use self::table::Class;
use self::word::Shape;
use crate::detect::Budget;
use crate::{Field, Hit, Kind, Kinds};

/// The kinds that are found here.
const OURS: [Kind; 6] =
    [Kind::Person, Kind::Title, Kind::Place, Kind::Address, Kind::Organization, Kind::Nationality];

/// Marks that make a run worth a look.
const TELLING: Class = Class::GIVEN
    .or(Class::SURNAME)
    .or(Class::PLACE)
    .or(Class::REGION)
    .or(Class::NATION)
    .or(Class::PHRASE)
    .or(Class::STREET)
    .or(Class::TITLE)
    .or(Class::UNIT)
    .or(Class::PARTICLE)
    .or(Class::FIRM);

/// The same of a word that is in every text: `The` begins a few names of places, and no name else.
const STILL_TELLING: Class = Class::GIVEN
    .or(Class::SURNAME)
    .or(Class::NATION)
    .or(Class::REGION)
    .or(Class::STREET)
    .or(Class::TITLE)
    .or(Class::UNIT)
    .or(Class::FIRM);

/// Finds names of the chosen kinds.
pub(crate) struct Names {
    wanted: Kinds,
}

impl Names {
    /// That finds those of `kinds` that are names of something.
    pub(crate) fn new(kinds: Kinds) -> Names {
        Names { wanted: OURS.into_iter().filter(|kind| kinds.contains(*kind)).collect() }
    }

    /// Adds to `out` what is found in `text`, and what of `roster` is in it.
    pub(crate) fn find(
        &self,
        text: &str,
        field: &Field,
        roster: Option<&Roster>,
        memo: &mut Memo,
        budget: &mut Budget,
        out: &mut Vec<Hit>,
    ) {
        let already = out.len();
        if let Some(roster) = roster {
            roster.find(text, budget, |hit| out.push(hit));
        }
        if self.wanted.is_empty() {
            return;
        }
        let mut give = |found: Found| {
            if self.wanted.contains(found.kind) {
                push(out, already, found);
            }
        };
        match word::next_capital(text, 0) {
            Some(first) => {
                cased(text, first, field, (memo, budget), &mut give);
                if field.spoken {
                    lower::find(text, promised(field), (memo, budget), give);
                }
            }
            None => lower::find(text, promised(field), (memo, budget), give),
        }
    }
}

/// What the field's name says of all its names, as if words before them said it.
fn promised(field: &Field) -> Cue {
    let hints = |kind| field.hints.contains(kind);
    match () {
        () if hints(Kind::Person) => Cue::Strong,
        () if hints(Kind::Place) => Cue::Lives,
        () if hints(Kind::Organization) => Cue::Firm,
        () => Cue::None,
    }
}

/// What was found first of the same kind, the roster's above all, stays.
fn push(out: &mut Vec<Hit>, already: usize, found: Found) {
    let Found { kind, start, end, score, evidence } = found;
    let hit = Hit { kind, start, end, score, evidence };
    let known = out.get(already..).unwrap_or_default();
    if !known.iter().rev().take(8).any(|other| other.overlaps(&hit) && other.kind == hit.kind) {
        out.push(hit);
    }
}

/// Looks at each run of words with capitals.
fn cased(
    text: &str,
    first: usize,
    field: &Field,
    (memo, budget): (&mut Memo, &mut Budget),
    give: &mut impl FnMut(Found),
) {
    let promised = promised(field);
    // Where a name would begin that stands in a row with the last: `Rossi, Bowman and Hill`.
    let mut row = None;
    let mut next = Some(first);
    while let Some(start) = next {
        let part = memo.part(text, start);
        let mut end = part.word.end.max(start + 1);
        // What is around a word is looked at too, a dozen words or so.
        if !budget.take(end - start + 1) {
            return;
        }
        // Most capitals begin a sentence with a plain word, or are a program's.
        let plain = part.is(Class::WORD) && !part.is(TELLING)
            || part.is(Class::COMMON)
                && !part.is(STILL_TELLING)
                && !(capital_follows(text, part) && place::phrase(text, part).is_some());
        if part.word.shape != Shape::Code && !plain && !alone(text, part) {
            let run = Run::from(text, part);
            let (behind, person) = one(text, &run, promised, row == Some(start), give);
            end = end.max(behind);
            row = person.and_then(|end| person::next_in_row(text, end));
        }
        next = word::next_capital(text, end);
    }
}

/// Whether a word is nothing by itself, and no capital follows: an abbreviation, a letter, half a phrase.
fn alone(text: &str, part: Part) -> bool {
    const BY_ITSELF: Class = Class::STREET
        .or(Class::TITLE)
        .or(Class::UNIT)
        .or(Class::REGION)
        .or(Class::PLACE)
        .or(Class::NATION)
        .or(Class::FIRM);
    let in_name =
        matches!(person::role(text, part), Role::No | Role::Initial | Role::Particle | Role::Suffix);
    in_name && !part.is(BY_ITSELF) && !capital_follows(text, part)
}

fn capital_follows(text: &str, part: Part) -> bool {
    let rest = text.as_bytes().get(part.word.end..).unwrap_or_default();
    let next = rest.iter().take(4).find(|byte| !matches!(byte, b' ' | b'.' | b',' | b'\n'));
    next.is_some_and(|next| next.is_ascii_uppercase() || *next >= 0x80)
}

/// Gives what a run is; `row`: whether it stands in a row with a name. Where what is known ends, and where its last person does.
fn one(
    text: &str,
    run: &Run,
    promised: Cue,
    row: bool,
    give: &mut impl FnMut(Found),
) -> (usize, Option<usize>) {
    let cue = if promised == Cue::None { cue::before(text, run.start()) } else { promised };
    if let Some(found) = address::find(text, run) {
        if found.start > run.start() {
            person::find(text, &run.until(found.start), cue, &mut *give);
        }
        give(found);
        return (found.end, None);
    }
    if let Some(found) = place::firm(text, run, cue) {
        give(found);
        return (found.end.max(run.end()), None);
    }
    // `New York` is one, whatever else its words are.
    if let Some(found) = run.get(0).and_then(|first| place::several(text, first, run)) {
        give(found);
        return (found.end, None);
    }
    if let Some(found) = place::lived_in(text, run).filter(|_| cue == Cue::Lives) {
        give(found);
        return (found.end, None);
    }
    if let Some(found) = person::in_row(text, run, row) {
        give(found);
        return (found.end, Some(found.end));
    }
    let mut persons = [(0, 0); 4];
    let mut count = 0;
    person::find(text, run, cue, |found| {
        if let Some(place) = persons.get_mut(count).filter(|_| found.kind == Kind::Person) {
            *place = (found.start, found.end);
            count += 1;
        }
        give(found);
    });
    place::rest(text, run, |found| {
        if !persons.iter().any(|(start, end)| found.start < *end && *start < found.end) {
            give(found);
        }
    });
    let last = persons.get(count.wrapping_sub(1)).map(|(_, end)| *end);
    (run.end(), last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, field: Field) -> Vec<(Kind, &str)> {
        let mut hits = Vec::new();
        Names::new(Kinds::all()).find(
            text,
            &field,
            None,
            &mut Memo::default(),
            &mut Budget::default(),
            &mut hits,
        );
        hits.into_iter().map(|hit| (hit.kind, &text[hit.start..hit.end])).collect()
    }

    fn found(text: &str) -> Vec<(Kind, &str)> {
        all(text, Field::default())
    }

    fn persons(text: &str) -> Vec<&str> {
        let spoken = Field { spoken: !text.contains(char::is_uppercase), ..Field::default() };
        all(text, spoken)
            .into_iter()
            .filter(|(kind, _)| *kind == Kind::Person)
            .map(|(_, name)| name)
            .collect()
    }

    #[test]
    fn a_persons_name_is_found_as_a_whole() {
        for (text, name) in [
            ("Please bring towels to Maria Gonzalez in 12.", "Maria Gonzalez"),
            ("Tell Ludwig van der Heyden that dinner is ready", "Ludwig van der Heyden"),
            ("The bag of Dr. Sabine O'Connor is here.", "Sabine O'Connor"),
            ("Signed by Thomas J. McAllister Jr. yesterday", "Thomas J. McAllister Jr"),
            ("Frau Müller-Lüdenscheidt wartet in der Lobby", "Müller-Lüdenscheidt"),
            ("J. Kowalski checked in", "J. Kowalski"),
            ("Katarzyna's suitcase", "Katarzyna"),
            ("JOHN ANDERSON IS WAITING", "JOHN ANDERSON"),
        ] {
            assert_eq!(persons(text), [name], "{text}");
        }
    }

    #[test]
    fn whatever_someone_is_called_is_a_name_in_five_languages() {
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
    fn names_in_a_row_help_each_other() {
        assert_eq!(
            persons("We expect Anderson, Qelimov and Fernandez."),
            ["Anderson", "Qelimov", "Fernandez"]
        );
    }

    #[test]
    fn speech_has_no_capitals() {
        assert_eq!(persons("please take the towels to maria gonzalez"), ["maria gonzalez"]);
        assert_eq!(persons("this is for mister thompson"), Vec::<&str>::new(), "no title, no given name");
        assert_eq!(persons("mrs thompson would like a pillow"), ["thompson"]);
        assert!(persons("the robot will go to the kitchen and may take the long way").is_empty());
    }

    #[test]
    fn robots_talk_of_no_one() {
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
        assert_eq!(
            found("I work for Brandtner Technik GmbH."),
            [(Kind::Organization, "Brandtner Technik GmbH")]
        );
        assert_eq!(found("The invoice of Quellmark Inc. is late"), [(Kind::Organization, "Quellmark Inc.")]);
        assert_eq!(found("She is Norwegian."), [(Kind::Nationality, "Norwegian")]);
        assert_eq!(found("I live in Ostrowiecz."), [(Kind::Place, "Ostrowiecz")]);
    }

    #[test]
    fn a_fields_name_is_as_good_as_words_before() {
        let field = Field { hints: [Kind::Person].into_iter().collect(), spoken: false };
        assert_eq!(all("Vrenzel Oktar", field), [(Kind::Person, "Vrenzel Oktar")]);
        assert_eq!(found("Vrenzel"), []);
    }

    #[test]
    fn only_what_is_wanted_is_found() {
        let mut hits = Vec::new();
        Names::new([Kind::Phone].into_iter().collect()).find(
            "Anna Schmidt",
            &Field::default(),
            None,
            &mut Memo::default(),
            &mut Budget::default(),
            &mut hits,
        );
        assert!(hits.is_empty());
    }

    #[test]
    fn hits_lie_on_characters_whatever_the_text() {
        let pieces = [
            "Dr", ".", " ", "Ö", "Anna", "'", "s", "-", "\n", "12", ",", "Straße", "日本", "é", "St",
            "\u{301}", "@", "P.O. Box", "x",
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
}
