//! Where a text stands: the field's name says much about what is in it.

use super::{Kind, Kinds, context};

/// What is known of a field before any text of it was seen. Made once for each field of a type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Field {
    /// What the field's name promises: `guest.passport_no` a passport.
    pub hints: Kinds,
    /// Its text was spoken: lower case, no punctuation, digits as words.
    pub spoken: bool,
}

impl Field {
    /// What the path of a field says, as `guest.passport_no`, `status[].values[].value` or `callerPhoneNumber`.
    ///
    /// The last name counts, and the one it is in if that has little to say itself: `phone.number`, `passport.value`.
    pub fn of(path: &str) -> Field {
        let mut names = path
            .rsplit(['.', '/'])
            .map(|name| name.trim_end_matches(['[', ']', '0', '1', '2', '3']))
            .filter(|name| !name.is_empty());
        let last = names.next().unwrap_or_default();
        if ROBOT.contains(&last) {
            return Field::default();
        }
        let mut found = hints(last);
        if GENERAL.contains(&last) || found.is_empty() {
            found = names.next().map_or(found, |outer| found.union(hints(outer)));
        }
        // A position of the robot is in every message; only one on Earth is personal.
        if path.contains("pose") || path.contains("twist") {
            found.remove(Kind::Position);
        }
        let spoken = path.split(|c: char| !c.is_ascii_alphabetic()).any(|word| SPOKEN.contains(&word));
        Field { hints: found, spoken }
    }
}

/// What robots call their own parts by: an `id` that is nobody's.
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

/// Names that say nothing themselves.
const GENERAL: [&str; 12] =
    ["value", "values", "data", "number", "no", "id", "text", "code", "string", "content", "name", "str"];

/// Names of fields with what somebody said.
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

/// What the words of a name speak for, alone and two or three of them together.
pub(super) fn hints(name: &str) -> Kinds {
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
fn words(name: &str) -> impl Iterator<Item = &str> {
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
    fn a_name_says_what_is_in_the_field_however_it_is_written() {
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
    fn ordinary_fields_promise_nothing() {
        for path in
            ["status[].values[].value", "header.frame_id", "twist.linear.x", "pose.position", "data", ""]
        {
            assert_eq!(Field::of(path).hints, Kinds::NONE, "{path}");
        }
    }

    #[test]
    fn what_was_said_is_spoken() {
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
