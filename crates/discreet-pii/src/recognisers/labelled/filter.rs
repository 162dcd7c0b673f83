//! A fast test that most words fail which are not labels: by their first and last letter and their length.

use std::sync::LazyLock;

use super::named::ENDS;
use super::{KINDS, LAST_WORDS, NETWORKS};
use super::{door, extension};
use crate::detect::letters_of_labels;
use crate::detect::swar;

/// A bit for each first letter, last letter and length.
struct Filter([u64; 256]);

/// The words with which a label may end.
static LABELS: LazyLock<Filter> = LazyLock::new(|| {
    let mut filter = Filter([0; 256]);
    KINDS.iter().flat_map(|row| letters_of_labels(row.kind)).for_each(|word| filter.add(&word));
    for word in LAST_WORDS
        .iter()
        .chain(&NETWORKS)
        .chain(&["by", "session", "guest", "patient", "visitor", "cell", "cel"])
        .chain(&extension::LABELS)
        .chain(&door::LABELS)
        .chain(&ENDS)
    {
        filter.add(word.as_bytes());
    }
    filter
});

/// The longest word that is tested. Longer ones pass.
const LONGEST: usize = 15;

impl Filter {
    fn add(&mut self, word: &[u8]) {
        let (first, last) = (word.first().copied().unwrap_or(0), word.last().copied().unwrap_or(0));
        let (place, bit) = place(first, last, word.len());
        if let Some(bits) = self.0.get_mut(place) {
            *bits |= bit;
        }
    }
}

/// The place of a word in the filter. Case does not count.
fn place(first: u8, last: u8, length: usize) -> (usize, u64) {
    let key = (usize::from(first % 32) << 9) | (usize::from(last % 32) << 4) | (length % 16);
    (key / 64, 1 << (key % 64))
}

/// Builds the filter, so that no text waits for it.
pub(super) fn prepare() {
    LazyLock::force(&LABELS);
}

/// May the word `start..end` of letters of ASCII be a label? It is in small letters, but for the first.
#[inline]
pub(crate) fn may_be_label(bytes: &[u8], start: usize, end: usize) -> bool {
    let letter = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let (word, bit) = place(letter(start), letter(end.wrapping_sub(1)), end - start);
    end - start > LONGEST || LABELS.0.get(word).is_some_and(|bits| bits & bit != 0)
}

/// The same for any word: those with other letters, digits or `_` pass.
#[inline]
pub(crate) fn may_be_any(bytes: &[u8], start: usize, end: usize) -> bool {
    let small = swar::leading(swar::smalls(swar::block(bytes, start) | 0x20));
    small < end - start || may_be_label(bytes, start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_pass_in_any_case_and_most_other_words_fail() {
        let passes = |word: &str| may_be_any(word.as_bytes(), 0, word.len());
        for word in
            ["password", "Passwort", "PIN", "wifi_password", "accessToken", "contraseña", "by", "fi", "passe"]
        {
            assert!(passes(word), "{word}");
        }
        let words = "the robot moves along the corridor because the floor was cleaned, bringen Sie zwei Handtücher und den";
        let count = words.split(' ').filter(|word| passes(word)).count();
        assert!(count < 8, "{count}");
    }

    #[test]
    fn each_label_passes() {
        let labels = KINDS.iter().flat_map(|row| letters_of_labels(row.kind));
        for label in labels.filter(|label| label.is_ascii()) {
            assert!(may_be_any(&label, 0, label.len()), "{}", String::from_utf8_lossy(&label));
        }
    }
}
