//! The field of a message that a text is from: its name says what the text may be.

use super::context;
use crate::recognisers::names::is_foreign_label;
use crate::{Kind, Kinds};

/// The knowledge about a field before its text is read. Made once for each field of a type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Field {
    /// The kinds that the name of the field suggests: `guest.passport_no` a passport.
    pub hints: Kinds,
    /// Its text is a transcript of speech: lower case, no punctuation, digits as words.
    pub spoken: bool,
}

impl Field {
    /// The field with this path, such as `guest.passport_no`, `status[].values[].value` or `callerPhoneNumber`.
    ///
    /// The last name counts. The one before it counts too if the last is a general one: `phone.number`,
    /// `passport.value`.
    pub fn of(path: &str) -> Field {
        let mut names = names(path);
        let last = names.next().unwrap_or_default();
        if ROBOT.contains(&last) {
            return Field::default();
        }
        let mut found = hints(last);
        let outer = names.next();
        if GENERAL.contains(&last) || found.is_empty() {
            found = outer.map_or(found, |outer| found.union(hints(outer)));
        }
        // `passport.value.text`
        if found.is_empty() && GENERAL.contains(&last) && outer.is_some_and(|outer| GENERAL.contains(&outer))
        {
            found = names.take(DEEPEST).find(|name| !GENERAL.contains(name)).map_or(found, hints);
        }
        // `guest.value.text`
        let mut named =
            self::names(path).enumerate().skip_while(|(at, name)| *at < DEEPEST && VALUES.contains(name));
        let (last, outer) = (named.next().map_or(last, |(_, name)| name), named.next().map(|(_, name)| name));
        if is_name_of_person(last, outer) || is_label_of_people(last) || is_foreign_label(last) {
            found = found.union([Kind::Person].into_iter().collect());
        }
        // A pose of the robot is not a position on Earth.
        if path.contains("pose") || path.contains("twist") {
            found.remove(Kind::Position);
        }
        let spoken = path.split(|c: char| !c.is_ascii_alphabetic()).any(|word| SPOKEN.contains(&word));
        Field { hints: found, spoken }
    }
}

/// The names of a path from the last to the first.
fn names(path: &str) -> impl Iterator<Item = &str> {
    let names = path.rsplit(['.', '/']).map(|name| name.trim_end_matches(['[', ']', '0', '1', '2', '3']));
    names.filter(|name| !name.is_empty())
}

/// The name in a path that says most of its value: `passport` in `passport.value.text`.
pub(crate) fn telling(path: &str) -> &str {
    let last = path.rsplit('.').next().unwrap_or_default();
    let general = |name: &&str| GENERAL.contains(name);
    if !general(&last) {
        return last;
    }
    names(path).take(DEEPEST + 2).find(|name| !general(name)).unwrap_or(last)
}

/// The most general names between a value and the name that tells it.
const DEEPEST: usize = 4;

/// Identifiers of the parts of a robot, which are not personal.
const ROBOT: [&str; 9] = [
    "frame_id",
    "child_frame_id",
    "hardware_id",
    "goal_id",
    "node_id",
    "map_id",
    "marker_id",
    "object_id",
    "class_id",
];

/// General names, which say nothing themselves.
const GENERAL: [&str; 14] = [
    "value", "values", "data", "number", "no", "id", "text", "code", "string", "content", "name", "str",
    "raw", "val",
];
/// Those of them that hold a name as well as anything else.
const VALUES: [&str; 9] = ["value", "values", "data", "text", "string", "content", "str", "raw", "val"];

/// Words for people. A field with such a name alone, or its `name`, holds the name of one.
pub(crate) const PEOPLE: [&str; 38] = [
    "guest",
    "patient",
    "customer",
    "client",
    "person",
    "passenger",
    "visitor",
    "resident",
    "caller",
    "driver",
    "owner",
    "employee",
    "contact",
    "holder",
    "cardholder",
    "recipient",
    "sender",
    "applicant",
    "tenant",
    "student",
    "doctor",
    "nurse",
    "physician",
    "gast",
    "kunde",
    "kundin",
    "patientin",
    "huesped",
    "cliente",
    "paciente",
    "ospite",
    "paziente",
    "klant",
    "hospede",
    "huésped",
    "hóspede",
    "buyer",
    "author",
];

/// Words for several people.
pub(crate) const CROWDS: [&str; 40] = [
    "guests",
    "guestnames",
    "guestlist",
    "patients",
    "customers",
    "passengers",
    "visitors",
    "residents",
    "callers",
    "employees",
    "tenants",
    "students",
    "doctors",
    "nurses",
    "recipients",
    "attendees",
    "invitees",
    "gäste",
    "gaeste",
    "kunden",
    "patienten",
    "patientinnen",
    "besucher",
    "passagiere",
    "teilnehmer",
    "huéspedes",
    "huespedes",
    "clientes",
    "pacientes",
    "pasajeros",
    "ospiti",
    "pazienti",
    "passeggeri",
    "invités",
    "passagers",
    "visiteurs",
    "gasten",
    "hóspedes",
    "hospedes",
    "passageiros",
];

/// Does the name of a field say that it holds the names of people: `guests`, `passenger_names`?
pub(crate) fn is_label_of_people(name: &str) -> bool {
    let last = name.rsplit(['.', '/']).find(|name| !name.is_empty()).unwrap_or_default();
    let listed = |word: &str, list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    let mut parts = words(last);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(one), None, _) => listed(one, &CROWDS),
        // `passenger_names`
        (Some(one), Some(two), None) => {
            listed(two, &["names", "nombres", "noms", "nomi", "namen", "nomes", "list"])
                && (listed(one, &PEOPLE) || listed(one, &CROWDS))
        }
        _ => false,
    }
}

/// Does a field with this name hold the name of a person: `guest`, `guestName`, `guest.name`, `name.family`?
fn is_name_of_person(last: &str, outer: Option<&str>) -> bool {
    let is_in = |list: &[&str], word: &str| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    let is_people = |name: &str| words(name).any(|word| is_in(&PEOPLE, word));
    let is_named = |name: &str| words(name).last().is_some_and(is_name);
    let is_part = is_in(&PARTS, words(last).last().unwrap_or_default());
    match words(last).count() {
        1 if is_name(last) || is_in(&["n", "full", "fullname"], last) => {
            outer.is_some_and(|outer| is_people(outer) || is_label_of_people(outer))
        }
        1 if is_part => {
            outer.is_some_and(|outer| is_named(outer) || is_people(outer) || is_label_of_people(outer))
        }
        1 => is_people(last),
        2 if is_part || is_named(last) => is_people(last),
        _ => false,
    }
}

/// Parts of a name.
const PARTS: [&str; 5] = ["given", "family", "first", "last", "middle"];

/// Does a question ask for the name of a person: `What is your name?`
pub(crate) fn is_question_for_name(question: &str) -> bool {
    const YOURS: [&str; 14] =
        ["your", "full", "their", "ihr", "dein", "votre", "ton", "su", "tu", "suo", "tuo", "uw", "je", "seu"];
    let mut before = "";
    question.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).any(|word| {
        let asks = is_name(word) && YOURS.iter().any(|known| known.eq_ignore_ascii_case(before));
        before = word;
        asks
    })
}

/// Is this the word for a name?
pub(super) fn is_name(word: &str) -> bool {
    ["name", "nombre", "nom", "nome", "naam"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Does the name of a field say that it holds the name of a person: `lastName`, `guest.name`?
pub(crate) fn is_label_of_person(name: &str) -> bool {
    let mut names = name.rsplit(['.', '/']).filter(|name| !name.is_empty());
    let last = names.next().unwrap_or_default();
    context::of_word(last).contains(Kind::Person) || is_name_of_person(last, names.next())
}

/// Names of fields with transcripts of speech.
const SPOKEN: [&str; 9] = [
    "speech",
    "transcript",
    "utterance",
    "asr",
    "stt",
    "spoken",
    "transcription",
    "hypothesis",
    "utterances",
];

/// The kinds of the words of a name, alone and two or three of them as one.
pub(crate) fn hints(name: &str) -> Kinds {
    let (mut one, mut two) = (String::new(), String::new());
    let mut found = Kinds::NONE;
    for word in words(name) {
        let pair = format!("{one}{word}");
        for joined in [word, &pair, &format!("{two}{word}")] {
            found = found.union(context::of_word(joined));
        }
        (one, two) = (word.to_string(), pair);
    }
    found
}

/// The words of a name in snake case, camel case or kebab case.
pub(crate) fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphabetic()).flat_map(humps).filter(|word| !word.is_empty())
}

/// The words of a name in camel case: `callerID` has two, `IPAddress` too.
fn humps(mut name: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let mut before = None;
        let small =
            |at: usize| name.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_lowercase);
        let end = name.char_indices().find(|(at, c)| {
            let begins = c.is_uppercase()
                && before.is_some_and(|before: char| before.is_lowercase() || small(at + c.len_utf8()));
            before = Some(*c);
            begins
        });
        let (word, rest) = name.split_at_checked(end.map_or(name.len(), |(at, _)| at))?;
        name = rest;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_any_case_suggests_kinds() {
        for (path, kind) in [
            ("guest.passport_no", Kind::Passport),
            ("callerPhoneNumber", Kind::Phone),
            ("contact/emailAddress", Kind::Email),
            ("guest.phone.value", Kind::Phone),
            ("gast.kreditkarte", Kind::PaymentCard),
            ("invitado.telefono[]", Kind::Phone),
            ("IPAddress", Kind::Ip),
            ("person.date_of_birth", Kind::DateOfBirth),
        ] {
            assert!(Field::of(path).hints.contains(kind), "{path}");
        }
    }

    #[test]
    fn ordinary_fields_suggest_nothing() {
        for path in
            ["status[].values[].value", "header.frame_id", "twist.linear.x", "pose.position", "data", ""]
        {
            assert_eq!(Field::of(path).hints, Kinds::NONE, "{path}");
        }
    }

    #[test]
    fn several_people_have_a_label_too() {
        for name in ["guests", "passenger_names", "guestNames", "Gäste", "hotel.guests", "client_list"] {
            assert!(is_label_of_people(name), "{name}");
        }
        for name in ["guest", "joint_names", "clients", "names", "guest_room_names", ""] {
            assert!(!is_label_of_people(name), "{name}");
        }
        let person = [Kind::Person].into_iter().collect();
        assert!(Field::of("guests[]").hints.covers(person) && Field::of("姓名").hints.covers(person));
    }

    #[test]
    fn transcripts_are_spoken() {
        assert!(
            Field::of("speech.transcript").spoken
                && Field::of("asr.text").spoken
                && !Field::of("data").spoken
        );
    }

    #[test]
    fn words_begin_where_capitals_do() {
        assert_eq!(
            words("callerIDNumber_of-guest").collect::<Vec<_>>(),
            ["caller", "ID", "Number", "of", "guest"]
        );
    }
}
