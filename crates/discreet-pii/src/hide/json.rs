//! JSON in a string (RFC 8259): a walk over its keys and values, each with the path of keys that leads to it.
//!
//! The walk builds no tree: it does not recurse, does not allocate after the first documents, and bounds the depth.
//! Text that is not JSON to the last byte is [`Broken`] and counts as plain text.

mod string;

use std::ops::Range;

pub(super) use string::{Unescaped, push_escaped};

/// The deepest nesting that is read. No message needs more.
const DEEPEST: usize = 64;
/// The longest path of keys, in bytes. The keys behind are left out.
const LONGEST_PATH: usize = 512;

/// The text is not a JSON document, or nests deeper than is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// A key or a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub part: Part,
    /// Its bytes, without quotation marks.
    pub range: Range<usize>,
}

/// The type of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A key of an object.
    Key,
    /// A string.
    Text,
    /// A number.
    Number,
}

/// Memory of a walk, kept for the next document.
#[derive(Default)]
pub(super) struct Scratch {
    /// The label in front of the document, which leads to all values. Mostly empty.
    pub root: String,
    path: String,
    levels: Vec<Level>,
    /// The number of objects so far.
    objects: usize,
    key: Unescaped,
}

struct Level {
    object: bool,
    /// The number of the object; of an array, that of the object it is in.
    number: Option<usize>,
    /// The number of entries so far, of an array.
    count: usize,
    /// The length of the path in front of this level.
    path: usize,
}

/// A walk over a document.
pub(super) struct Walk<'t, 's> {
    text: &'t str,
    at: usize,
    next: Next,
    scratch: &'s mut Scratch,
}

/// The token that must come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// A value or the end of the array.
    FirstValue,
    Key,
    /// A key or the end of the object.
    FirstKey,
    /// A comma, or the end of the array or object.
    Behind,
}

/// May the text be a document? A string or a number alone is plain text.
pub(super) fn looks_like(text: &str) -> bool {
    text.trim_start_matches(is_space).starts_with(['{', '['])
}

/// Is the text a document?
pub(super) fn is_document(text: &str, scratch: &mut Scratch) -> bool {
    if !looks_like(text) {
        return false;
    }
    let mut walk = Walk::new(text, scratch);
    loop {
        match walk.next() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(Broken) => return false,
        }
    }
}

/// The place of a document in the middle of a text: `[INFO] payload {"card": 4111}`.
pub(super) fn embedded(text: &str, scratch: &mut Scratch) -> Option<Range<usize>> {
    let start = memchr::memmem::find(text.as_bytes(), b"{\"")?;
    let end = text.rfind('}')? + 1;
    text.get(start..end).filter(|inner| is_document(inner, scratch)).map(|_| start..end)
}

impl<'t, 's> Walk<'t, 's> {
    /// A walk from the beginning of `text`.
    pub fn new(text: &'t str, scratch: &'s mut Scratch) -> Walk<'t, 's> {
        scratch.path.clone_from(&scratch.root);
        scratch.levels.clear();
        scratch.objects = 0;
        Walk { text, at: 0, next: Next::Value, scratch }
    }

    /// The keys that lead to the last entry: `guest.passport_no`.
    pub fn path(&self) -> &str {
        &self.scratch.path
    }

    /// The place of the last entry in its array, and the depth of that; `None` in an object.
    pub fn place(&self) -> Option<(usize, usize)> {
        let level = self.scratch.levels.last().filter(|level| !level.object)?;
        Some((level.count, self.scratch.levels.len()))
    }

    /// The number of the innermost object around the last entry, in the order of their beginnings.
    pub fn object(&self) -> Option<usize> {
        self.scratch.levels.last().and_then(|level| level.number)
    }

    /// The number of the object around that one, if no array stands between.
    pub fn outer_object(&self) -> Option<usize> {
        let outer = self.scratch.levels.iter().rev().nth(1)?;
        outer.number.filter(|_| outer.object)
    }

    /// The next key, string or number; `None` at the end of the document.
    pub fn next(&mut self) -> Result<Option<Entry>, Broken> {
        loop {
            self.skip_space();
            let Some(byte) = self.peek() else {
                let done = self.next == Next::Behind && self.scratch.levels.is_empty();
                return if done { Ok(None) } else { Err(Broken) };
            };
            match (self.next, byte) {
                (Next::FirstKey, b'}') | (Next::FirstValue, b']') => self.close(byte)?,
                (Next::FirstKey | Next::Key, b'"') => return self.key().map(Some),
                (Next::FirstKey | Next::Key, _) => return Err(Broken),
                (Next::Value | Next::FirstValue, b'"') => {
                    self.next = Next::Behind;
                    let range = string::end(self.text, self.at)?;
                    self.at = range.end + 1;
                    return Ok(Some(Entry { part: Part::Text, range }));
                }
                (Next::Value | Next::FirstValue, b'{' | b'[') => self.open(byte == b'{')?,
                (Next::Value | Next::FirstValue, b'-' | b'0'..=b'9') => {
                    self.next = Next::Behind;
                    let range = self.at..self.number()?;
                    self.at = range.end;
                    return Ok(Some(Entry { part: Part::Number, range }));
                }
                (Next::Value | Next::FirstValue, _) => self.literal()?,
                (Next::Behind, b',') => self.comma()?,
                (Next::Behind, b'}' | b']') => self.close(byte)?,
                (Next::Behind, _) => return Err(Broken),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| is_space(byte.into())) {
            self.at += 1;
        }
    }

    fn open(&mut self, object: bool) -> Result<(), Broken> {
        // A number or a string alone is not a document, so that there is a level here.
        if self.scratch.levels.len() >= DEEPEST {
            return Err(Broken);
        }
        let path = self.scratch.path.len();
        let around = self.object();
        let number = if object { Some(self.scratch.objects) } else { around };
        self.scratch.objects += usize::from(object);
        self.scratch.levels.push(Level { object, number, count: 0, path });
        self.next = if object { Next::FirstKey } else { Next::FirstValue };
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<(), Broken> {
        let level = self.scratch.levels.pop().ok_or(Broken)?;
        if level.object != (byte == b'}') {
            return Err(Broken);
        }
        self.scratch.path.truncate(level.path);
        self.next = Next::Behind;
        self.at += 1;
        Ok(())
    }

    fn comma(&mut self) -> Result<(), Broken> {
        let level = self.scratch.levels.last_mut().ok_or(Broken)?;
        level.count += 1;
        self.next = if level.object { Next::Key } else { Next::Value };
        self.at += 1;
        Ok(())
    }

    fn key(&mut self) -> Result<Entry, Broken> {
        let range = string::end(self.text, self.at)?;
        self.at = range.end + 1;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(Broken);
        }
        self.at += 1;
        self.next = Next::Value;
        let Scratch { path, levels, key, .. } = &mut *self.scratch;
        path.truncate(levels.last().ok_or(Broken)?.path);
        // A key means the same with escapes.
        key.read(self.text.get(range.clone()).ok_or(Broken)?);
        if path.len() + key.text().len() < LONGEST_PATH {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key.text());
        }
        Ok(Entry { part: Part::Key, range })
    }

    fn literal(&mut self) -> Result<(), Broken> {
        let rest = self.text.get(self.at..).ok_or(Broken)?;
        let literal =
            ["true", "false", "null"].into_iter().find(|literal| rest.starts_with(literal)).ok_or(Broken)?;
        self.at += literal.len();
        self.next = Next::Behind;
        Ok(())
    }

    /// The end of the number.
    fn number(&self) -> Result<usize, Broken> {
        let bytes = self.text.as_bytes();
        let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
        let digits = |from: usize| {
            let length = bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
            if length == 0 { Err(Broken) } else { Ok(from + length) }
        };
        let start = self.at + usize::from(is(self.at, b"-"));
        let mut end = if is(start, b"0") { start + 1 } else { digits(start)? };
        if is(end, b".") {
            end = digits(end + 1)?;
        }
        if is(end, b"eE") {
            end = digits(end + 1 + usize::from(is(end + 1, b"+-")))?;
        }
        // `01` is not a number, and not two numbers.
        if bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) { Err(Broken) } else { Ok(end) }
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Vec<(Part, String, String)>, Broken> {
        let (mut scratch, mut all) = (Scratch::default(), Vec::new());
        let mut walk = Walk::new(text, &mut scratch);
        while let Some(found) = walk.next()? {
            all.push((found.part, walk.path().to_owned(), text[found.range].to_owned()));
        }
        Ok(all)
    }

    #[test]
    fn every_value_comes_with_the_keys_that_lead_to_it() {
        let text =
            r#" {"guest": {"name": "Ada", "nights": [1, {"rate": -2.5e3}], "vip": true}, "p\u0061ss": "x"} "#;
        let values: Vec<_> =
            found(text).unwrap().into_iter().filter(|(part, _, _)| *part != Part::Key).collect();
        let expected = [
            (Part::Text, "guest.name", "Ada"),
            (Part::Number, "guest.nights", "1"),
            (Part::Number, "guest.nights.rate", "-2.5e3"),
            (Part::Text, "pass", "x"),
        ];
        assert_eq!(values, expected.map(|(part, path, value)| (part, path.to_owned(), value.to_owned())));
    }

    #[test]
    fn all_text_that_is_not_json_is_broken_and_no_other() {
        let documents = [
            "{}",
            "[]",
            "[1]",
            r#"{"a":{}}"#,
            r#"["\u00e9\\\""]"#,
            "[0.5,-0]",
            "[null]",
            "\n[ ]\t",
            "[[],[]]",
        ];
        let texts = [
            "",
            "{",
            "[",
            "]",
            "{]",
            "[}",
            "[1,]",
            "{,}",
            "[1 2]",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            "[01]",
            "[1.]",
            "[.5]",
            "[1e]",
            "[-]",
            "[+1]",
            r#"["a]"#,
            r#"["\x"]"#,
            r#"["\u12"]"#,
            "[\"\n\"]",
            "[nul]",
            "[truefalse]",
            "[1] [2]",
            "{1:2}",
            "[INFO] it works",
            "hello",
            "[NaN]",
            "['a']",
        ];
        for text in documents.iter().chain(&texts) {
            let expected = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(is_document(text, &mut Scratch::default()), expected, "{text}");
        }
        assert!(!is_document("12", &mut Scratch::default()), "a number alone is plain text");
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let mut scratch = Scratch::default();
        assert!(is_document(&nested(DEEPEST), &mut scratch));
        assert!(
            !is_document(&nested(DEEPEST + 1), &mut scratch)
                && !is_document(&"[".repeat(1 << 20), &mut scratch)
        );
    }
}
