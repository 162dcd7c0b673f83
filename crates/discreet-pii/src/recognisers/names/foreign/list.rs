//! Lists of names behind a label: `客人：王小明、李雷`, `الضيوف: محمد، علي`.

use super::super::label;
use super::{Script, words};

/// Is `start` behind the label of several persons and a sign?
pub(super) fn is_of_people(text: &str, start: usize) -> bool {
    label::of_people(text, start)
        || label::in_front(text, start).is_some_and(|(_, label)| words::is_label_of_people(label))
}

/// The beginning of the next name, if the list goes on at `end`. Behind the label of one person only the comma of lists
/// tells one: something else may follow another comma.
pub(super) fn next(text: &str, end: usize, people: bool) -> Option<usize> {
    const GAPS: [&str; 7] = ["、", "، ", "،", ", ", ",", "; ", ";"];
    let rest = text.get(end..)?;
    let gaps = if people { GAPS.as_slice() } else { GAPS.get(..1)? };
    let gap = gaps.iter().find(|gap| rest.starts_with(**gap))?;
    let first = rest.get(gap.len()..)?.chars().next()?;
    Script::of(first).map(|_| end + gap.len())
}
