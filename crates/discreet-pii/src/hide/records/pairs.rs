//! Keys of which one holds the label of the other's value: `key` and `value`, `question` and `answer`.

use crate::Field;
use crate::detect::is_question_for_name;

/// The longest label, in bytes.
const LONGEST: usize = 64;

/// Keys that hold a label.
const LABELS: [&str; 18] = [
    "key",
    "name",
    "label",
    "type",
    "field",
    "kind",
    "system",
    "k",
    "slot",
    "entity",
    "attribute",
    "property",
    "param",
    "documentType",
    "document_type",
    "docType",
    "idType",
    "id_type",
];
/// Keys that hold a question, or a label for an answer.
const QUESTIONS: [&str; 6] = ["question", "prompt", "q", "title", "id", "header"];
/// Keys that hold the value beside a label.
const VALUES: [&str; 14] = [
    "value",
    "data",
    "content",
    "text",
    "number",
    "val",
    "v",
    "valuestring",
    "values",
    "documentNumber",
    "document_number",
    "docNumber",
    "idNumber",
    "id_number",
];
/// Keys that hold an answer.
const ANSWERS: [&str; 5] = ["answer", "response", "reply", "a", "input"];

/// The keys that hold the label of an object's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hide) struct Pair {
    question: bool,
    /// The label tells a kind.
    telling: bool,
}

impl Pair {
    /// The pair whose label stands under `key`. `None` under another key, and if the label is too long.
    pub fn of_label(key: &str, label: &str) -> Option<Pair> {
        let question = is_in(&QUESTIONS, key);
        let fits = question || is_in(&LABELS, key);
        let telling = || !Field::of(label).hints.is_empty() || is_question_for_name(label);
        (fits && (1..=LONGEST).contains(&label.len())).then(|| Pair { question, telling: telling() })
    }

    /// Does this label count more than another one of the same object?
    pub fn outranks(self, known: Pair) -> bool {
        self.telling >= known.telling
    }

    /// Does `key` hold the value?
    pub fn has_value(self, key: &str) -> bool {
        is_in(&ANSWERS, key) || !self.question && is_in(&VALUES, key)
    }
}

fn is_in(list: &[&str], key: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(key))
}
