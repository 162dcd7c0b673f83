//! Labels that are values themselves: `{"key": "passport", "value": "C01X00T47"}`, `["passport", "C01X00T47"]`.

/// Fields that hold a label.
const LABELS: [&str; 6] = ["key", "name", "label", "type", "field", "kind"];
/// Fields that hold the value beside it.
const VALUES: [&str; 6] = ["value", "data", "content", "text", "number", "val"];

/// The last label of a document.
#[derive(Default)]
pub(super) struct Named {
    /// The path of the object that it is in.
    outer: String,
    label: String,
    /// The first text of an array, and the depth of the array.
    first: String,
    depth: usize,
}

/// The longest label.
const LONGEST: usize = 64;

impl Named {
    /// Reads the text of the field `name` in the object at the path `outer`.
    pub fn read(&mut self, outer: &str, name: &str, text: &str) {
        if LABELS.contains(&name) {
            outer.clone_into(&mut self.outer);
            // A longer text is not a label; the last one is not valid any more.
            let label = if text.len() <= LONGEST { text } else { "" };
            label.clone_into(&mut self.label);
        } else if outer != self.outer {
            self.label.clear();
        }
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

    /// The label of the field `name` in the object at the path `outer`.
    pub fn of(&self, outer: &str, name: &str) -> Option<&str> {
        let beside = VALUES.contains(&name) && outer == self.outer && !self.label.is_empty();
        beside.then_some(&self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_counts_for_the_values_beside_it_until_the_next_one() {
        let mut named = Named::default();
        named.read("guest", "key", "passport");
        assert_eq!(named.of("guest", "value"), Some("passport"));
        assert_eq!((named.of("guest", "note"), named.of("robot", "value")), (None, None));
        named.read("guest", "key", &"long ".repeat(20));
        assert_eq!(named.of("guest", "value"), None, "the label of another value");
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
