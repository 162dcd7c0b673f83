//! Labels that are values themselves: `{"key": "passport", "value": "C01X00T47"}`, `["passport", "C01X00T47"]`.

use std::ops::Range;

use super::super::json::Unescaped;

/// The labels of the value that is read.
#[derive(Default)]
pub(super) struct Named {
    /// The place of the label beside the value, and its text.
    at: Option<Range<usize>>,
    label: Unescaped,
    /// The first text of an array, and the depth of the array.
    first: String,
    depth: usize,
}

/// The longest label.
const LONGEST: usize = 64;

impl Named {
    /// Reads the label at a place in the document.
    pub fn read_label(&mut self, at: Option<Range<usize>>, document: &str) {
        if at.is_some() && at != self.at {
            self.label.read(at.clone().and_then(|at| document.get(at)).unwrap_or_default());
        }
        self.at = at;
    }

    /// The label, without the sign behind a question.
    pub fn label(&self) -> Option<&str> {
        let label = self.label.text().trim_end_matches(['?', ':', '*', '.', ' ']);
        (self.at.is_some() && !label.is_empty()).then_some(label)
    }

    /// Reads the text at a place in an array of a depth; it may be in none.
    pub fn read_first(&mut self, place: Option<(usize, usize)>, text: &str) {
        if let Some((0, depth)) = place
            && text.len() <= LONGEST
        {
            text.clone_into(&mut self.first);
            self.depth = depth;
        }
    }

    /// The label of the second entry of an array, if the first is a text.
    pub fn of_second(&self, (number, depth): (usize, usize)) -> Option<&str> {
        (number == 1 && depth == self.depth && !self.first.is_empty()).then_some(&self.first)
    }

    /// Forgets the first text of the last array if this place is the first of another one.
    pub fn forget_before(&mut self, place: Option<(usize, usize)>) {
        if matches!(place, Some((0, _))) {
            self.first.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_read_without_escapes_and_signs() {
        let mut named = Named::default();
        named.read_label(Some(0..18), r"Your surn\u0061me?");
        assert_eq!(named.label(), Some("Your surname"));
        named.read_label(None, "");
        assert_eq!(named.label(), None);
    }

    #[test]
    fn the_first_text_of_an_array_is_the_label_of_the_second() {
        let mut named = Named::default();
        named.read_first(Some((0, 2)), "passport");
        assert_eq!(named.of_second((1, 2)), Some("passport"));
        assert_eq!((named.of_second((2, 2)), named.of_second((1, 1))), (None, None));
        named.forget_before(Some((0, 2)));
        assert_eq!(named.of_second((1, 2)), None);
    }
}
