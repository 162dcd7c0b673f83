//! Labels that are values themselves: `{"key": "passport", "value": "C01X00T47"}`.

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
}

impl Named {
    /// Reads the text of the field `name` in the object at the path `outer`.
    pub fn read(&mut self, outer: &str, name: &str, text: &str) {
        const LONGEST: usize = 64;
        if LABELS.contains(&name) {
            outer.clone_into(&mut self.outer);
            // A longer text is not a label; the last one is not valid any more.
            let label = if text.len() <= LONGEST { text } else { "" };
            label.clone_into(&mut self.label);
        } else if outer != self.outer {
            self.label.clear();
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
}
