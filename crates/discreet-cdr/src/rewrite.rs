//! Changes strings of a message, and moves the fields after them.

use super::plan::Step;
use super::{HEADER, Malformed, Plan, Reader};
use discreet_host::steps;

/// Decides on each string of a message.
pub trait Strings {
    /// Inspects `text`, which is in the field of that number (see [`Plan::strings`]); what is
    /// not UTF-8 is read as Windows-1252. True if the content of `into`, which is empty at first, shall replace it.
    fn string(&mut self, field: usize, text: &str, into: &mut String) -> bool;
}

/// Rewrites messages into a buffer that is reused. Copies nothing before the first string that changes.
#[derive(Debug, Default)]
pub struct Rewriter {
    out: Vec<u8>,
    /// Text with invalid UTF-8, made readable.
    readable: String,
    new: String,
}

impl Rewriter {
    /// Passes every string of `message` to `strings`. Returns the changed message, in the byte order of the
    /// original, or `None` if nothing changed. Padding in the rewritten part is zero.
    pub fn rewrite<'s>(
        &'s mut self,
        plan: &Plan,
        message: &[u8],
        strings: &mut dyn Strings,
    ) -> Result<Option<&'s mut [u8]>, Malformed> {
        let reader = Reader::new(message)?;
        let Rewriter { out, readable, new } = self;
        out.clear();
        let mut pass = Pass { message, reader, out, readable, new, strings, rewriting: false };
        pass.steps(&plan.steps)?;
        pass.reader.end()?;
        let rewriting = pass.rewriting;
        Ok(rewriting.then_some(self.out.as_mut_slice()))
    }
}

/// One message on its way through.
struct Pass<'m, 'b> {
    message: &'m [u8],
    reader: Reader<'m>,
    out: &'b mut Vec<u8>,
    readable: &'b mut String,
    new: &'b mut String,
    strings: &'b mut dyn Strings,
    /// From the first change on, everything is written to `out`.
    rewriting: bool,
}

impl Pass<'_, '_> {
    /// Recursion here is as deep as arrays nest in the type, which the compiler limits.
    fn steps(&mut self, all: &[Step]) -> Result<(), Malformed> {
        for step in all {
            steps::count(1);
            match step {
                Step::Skip { align, size } => {
                    let block = self.reader.block(*align, *size)?;
                    self.put(*align, block);
                }
                Step::String { field, bound } => self.string(*field, *bound)?,
                Step::WString { field, bound } => self.wide_string(*field, *bound)?,
                Step::Sequence { align, size, stride, bound } => {
                    let block = self.reader.sequence_block(*align, *size, *stride, *bound)?;
                    // The count that the reader has accepted.
                    let count = (block.len() + stride - size) / stride;
                    self.count(count);
                    if count > 0 {
                        self.put(*align, block);
                    }
                }
                Step::Array { count, element, .. } => {
                    for _ in 0..*count {
                        self.steps(element)?;
                    }
                }
                Step::Elements { bound, element, smallest } => {
                    let count = self.reader.sequence(*smallest, *bound)?;
                    self.count(count as usize);
                    for _ in 0..count {
                        self.steps(element)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn string(&mut self, field: usize, bound: Option<u32>) -> Result<(), Malformed> {
        let before = self.reader.offset();
        let bytes = self.reader.string(bound)?;
        self.new.clear();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => {
                super::readable::read(bytes, self.readable);
                self.readable.as_str()
            }
        };
        let changed = self.strings.string(field, text, self.new);
        if changed {
            self.start(before);
            shorten(self.new, bound.map(|bound| bound as usize), char::len_utf8);
            let length = self.new.len() + 1;
            self.count(length);
            self.out.extend_from_slice(self.new.as_bytes());
            self.out.push(0);
        } else if self.rewriting {
            self.count(bytes.len() + 1);
            self.out.extend_from_slice(bytes);
            self.out.push(0);
        }
        Ok(())
    }

    fn wide_string(&mut self, field: usize, bound: Option<u32>) -> Result<(), Malformed> {
        let before = self.reader.offset();
        let mut again = self.reader.clone();
        self.readable.clear();
        self.readable.extend(self.reader.wstring(bound)?);
        self.new.clear();
        let changed = self.strings.string(field, self.readable, self.new);
        if changed {
            self.start(before);
            shorten(self.new, bound.map(|bound| bound as usize), char::len_utf16);
            let units = self.new.encode_utf16().count();
            self.count(units);
            for unit in self.new.encode_utf16() {
                let bytes = self.number(unit.into());
                self.out.extend_from_slice(&bytes);
            }
        } else if self.rewriting {
            let block = again.sequence_block(4, 4, 4, bound)?;
            self.count(block.len() / 4);
            self.out.extend_from_slice(block);
        }
        Ok(())
    }

    /// From here on all fields are written. The part before `offset` is unchanged.
    fn start(&mut self, offset: usize) {
        if !self.rewriting {
            self.rewriting = true;
            self.out.extend_from_slice(self.message.get(..offset).unwrap_or_default());
            // The options counted the padding at the old end.
            self.out.get_mut(2..HEADER).unwrap_or_default().fill(0);
        }
    }

    /// A run of fixed-size fields: after its first byte, aligned as before, every padding is unchanged.
    fn put(&mut self, align: usize, block: &[u8]) {
        if self.rewriting {
            self.align(align);
            self.out.extend_from_slice(block);
        }
    }

    fn count(&mut self, count: usize) {
        if self.rewriting {
            self.align(4);
            // DDS has no messages of that length. Such a count makes decoding fail.
            let bytes = self.number(u32::try_from(count).unwrap_or(u32::MAX));
            self.out.extend_from_slice(&bytes);
        }
    }

    fn number(&self, number: u32) -> [u8; 4] {
        if self.reader.is_big_endian() { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn align(&mut self, to: usize) {
        let body = self.out.len().saturating_sub(HEADER);
        self.out.resize(HEADER + body.next_multiple_of(to.max(1)), 0);
    }
}

/// Cuts off the characters that do not fit the type, whose bound counts in units of `length`.
fn shorten(text: &mut String, bound: Option<usize>, length: impl Fn(char) -> usize) {
    let Some(bound) = bound else { return };
    let mut units = 0;
    let end = text.char_indices().find_map(|(at, letter)| {
        units += length(letter);
        (units > bound).then_some(at)
    });
    text.truncate(end.unwrap_or(text.len()));
}

#[cfg(test)]
mod tests {
    use super::super::Writer;
    use super::*;

    /// The replacement of each text.
    struct Says<F>(F, Vec<(usize, String)>);

    impl<F: Fn(&str) -> Option<String>> Strings for Says<F> {
        fn string(&mut self, field: usize, text: &str, into: &mut String) -> bool {
            self.1.push((field, text.to_owned()));
            let new = (self.0)(text);
            into.push_str(new.as_deref().unwrap_or_default());
            new.is_some()
        }
    }

    fn plan(fields: &str, referenced: &str) -> Plan {
        let json = format!(
            r#"{{"type_description":{{"type_name":"a/msg/A","fields":[{fields}]}},
                "referenced_type_descriptions":[{referenced}]}}"#
        );
        Plan::compile(&serde_json::from_str(&json).unwrap()).unwrap()
    }

    fn field(name: &str, field_type: &str) -> String {
        format!(r#"{{"name":"{name}","type":{{{field_type}}}}}"#)
    }

    /// uint8, string, float64, then elements of string and uint16, then float64s.
    fn mixed() -> Plan {
        let fields = [
            field("first", r#""type_id":3"#),
            field("name", r#""type_id":17"#),
            field("x", r#""type_id":11"#),
            field("pairs", r#""type_id":145,"nested_type_name":"a/msg/Pair""#),
            field("more", r#""type_id":155"#),
        ];
        let pair = [field("key", r#""type_id":17"#), field("value", r#""type_id":5"#)].join(",");
        plan(&fields.join(","), &format!(r#"{{"type_name":"a/msg/Pair","fields":[{pair}]}}"#))
    }

    fn message(name: &str, keys: &[&str]) -> Vec<u8> {
        let mut buffer = Vec::new();
        let mut writer = Writer::new(&mut buffer);
        writer.u8(7);
        writer.str(name);
        writer.f64(1.5);
        writer.sequence(keys.len());
        for (number, key) in keys.iter().enumerate() {
            writer.str(key);
            writer.u16(u16::try_from(number).unwrap());
        }
        writer.sequence(2);
        writer.f64(2.5);
        writer.f64(3.5);
        buffer
    }

    #[test]
    fn what_changes_nothing_copies_nothing_and_sees_every_string() {
        let (message, mut says) = (message("anna", &["a", "bb"]), Says(|_: &str| None, Vec::new()));
        assert_eq!(Rewriter::default().rewrite(&mixed(), &message, &mut says), Ok(None));
        assert_eq!(says.1, [(0, "anna".into()), (1, "a".into()), (1, "bb".into())]);
        assert_eq!(mixed().strings().collect::<Vec<_>>(), ["name", "pairs[].key"]);
    }

    #[test]
    fn a_message_with_other_strings_is_what_a_writer_would_have_written() {
        let mut rewriter = Rewriter::default();
        for new in ["", "x", "xy", "xyz", "a much longer one"] {
            for old in ["anna", "bob", "a", "anna-maria"] {
                let before = message(old, &["k", old, "last"]);
                let mut says = Says(|text: &str| (text == old).then(|| new.to_owned()), Vec::new());
                let after = rewriter.rewrite(&mixed(), &before, &mut says).unwrap();
                assert_eq!(after.unwrap(), message(new, &["k", new, "last"]));
            }
        }
    }

    #[test]
    fn the_same_text_written_anew_gives_the_same_bytes() {
        let message = message("anna", &["a", "", "ccc"]);
        let mut says = Says(|text: &str| Some(text.to_owned()), Vec::new());
        assert_eq!(
            Rewriter::default().rewrite(&mixed(), &message, &mut says),
            Ok(Some(message.clone().as_mut_slice()))
        );
    }

    #[test]
    fn big_endian_messages_stay_big_endian() {
        let plan = plan(&[field("name", r#""type_id":17"#), field("n", r#""type_id":6"#)].join(","), "");
        let before = [0, 0, 0, 0, 0, 0, 0, 3, b'a', b'b', 0, 0, 0, 0, 0, 9];
        let mut says = Says(|_: &str| Some("abcde".to_owned()), Vec::new());
        let after = [0, 0, 0, 0, 0, 0, 0, 6, b'a', b'b', b'c', b'd', b'e', 0, 0, 0, 0, 0, 0, 9];
        assert_eq!(
            Rewriter::default().rewrite(&plan, &before, &mut says),
            Ok(Some(after.clone().as_mut_slice()))
        );
    }

    #[test]
    fn a_bounded_string_stays_within_its_bound() {
        let plan = plan(&field("name", r#""type_id":21,"string_capacity":4"#), "");
        let before = [0, 1, 0, 0, 3, 0, 0, 0, b'a', b'b', 0];
        let mut says = Says(|_: &str| Some("<p\u{e9}rson>".to_owned()), Vec::new());
        let mut rewriter = Rewriter::default();
        let after = rewriter.rewrite(&plan, &before, &mut says).unwrap().unwrap();
        assert!(plan.check(after).is_ok() && after.len() <= 4 + 4 + 5);
    }

    #[test]
    fn wide_strings_are_rewritten_too() {
        let plan = plan(&[field("name", r#""type_id":18"#), field("n", r#""type_id":3"#)].join(","), "");
        let before = [0, 1, 0, 0, 2, 0, 0, 0, b'h', 0, 0, 0, 0xe9, 0, 0, 0, 5];
        let mut says = Says(|text: &str| (text == "h\u{e9}").then(|| "x".to_owned()), Vec::new());
        let after = [0, 1, 0, 0, 1, 0, 0, 0, b'x', 0, 0, 0, 5];
        assert_eq!(
            Rewriter::default().rewrite(&plan, &before, &mut says),
            Ok(Some(after.clone().as_mut_slice()))
        );
    }

    #[test]
    fn text_that_is_no_utf8_is_shown_readable_and_kept_unless_it_changes() {
        let plan = plan(&field("name", r#""type_id":17"#), "");
        let before = [0, 1, 0, 0, 4, 0, 0, 0, b'a', 0xff, b'b', 0];
        let mut says = Says(|_: &str| None, Vec::new());
        assert_eq!(Rewriter::default().rewrite(&plan, &before, &mut says), Ok(None));
        assert_eq!(says.1, [(0, "aÿb".into())]);
    }
}
