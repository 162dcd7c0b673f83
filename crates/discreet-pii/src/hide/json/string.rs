//! Strings of JSON, with and without their escapes.

use std::ops::Range;

use super::Broken;

/// The content of the string that begins with the quotation mark at `at`.
pub(super) fn end(text: &str, at: usize) -> Result<Range<usize>, Broken> {
    let bytes = text.as_bytes();
    let start = at + 1;
    let mut end = start;
    loop {
        let rest = bytes.get(end..).ok_or(Broken)?;
        end += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).ok_or(Broken)?;
        match bytes.get(end) {
            Some(b'"') => return Ok(start..end),
            Some(b'\\') => end += escape(text.get(end..).ok_or(Broken)?).ok_or(Broken)?.1,
            _ => return Err(Broken),
        }
    }
}

/// The character of the escape at the beginning of `text`, and the length of the escape. Half a surrogate pair is
/// U+FFFD, the replacement character.
fn escape(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(text),
        _ => return None,
    };
    Some((c, 2))
}

fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits =
            text.get(at..at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(2)?;
    if let (0xd800..0xdc00, Some("\\u"), Some(second @ 0xdc00..0xe000)) = (first, text.get(6..8), unit(8)) {
        let c = char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        return c.map(|c| (c, 12));
    }
    Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6))
}

/// A string without its escapes, and the place of each byte in the raw string. Its memory is reused.
#[derive(Default)]
pub(crate) struct Unescaped {
    text: String,
    /// For each escape, the place behind it: here, and in the raw string.
    behind: Vec<(usize, usize)>,
}

impl Unescaped {
    /// Resolves the escapes of `raw`, the content of a string.
    pub fn read(&mut self, raw: &str) {
        self.text.clear();
        self.behind.clear();
        let mut at = 0;
        while let Some(rest) = raw.get(at..) {
            let Some(plain) = rest.find('\\') else {
                self.text.push_str(rest);
                break;
            };
            self.text.push_str(rest.get(..plain).unwrap_or_default());
            // The walk checked the escape.
            let (c, length) = rest.get(plain..).and_then(escape).unwrap_or(('\\', 1));
            self.text.push(c);
            at += plain + length;
            self.behind.push((self.text.len(), at));
        }
    }

    /// The string without escapes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte of the raw string at which the character at `at` begins.
    pub fn raw(&self, at: usize) -> usize {
        let before = self.behind.partition_point(|(here, _)| *here <= at);
        match before.checked_sub(1).and_then(|last| self.behind.get(last)) {
            Some((here, there)) => there + (at - here),
            None => at,
        }
    }
}

/// Appends text as the content of a string.
pub(crate) fn push_escaped(text: &str, out: &mut String) {
    use std::fmt::Write;
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0'..='\u{1f}' => {
                // Writing to a string does not fail.
                let _written = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_serde_reads_them_and_mapped_back() {
        let raw = r#"a\"b\\c\/\n\u00e9 \ud83d\ude00 ünlü\t"#;
        let mut unescaped = Unescaped::default();
        unescaped.read(raw);
        let expected: String = serde_json::from_str(&format!("\"{raw}\"")).unwrap();
        assert_eq!(unescaped.text(), expected);
        let mut pieces = String::new();
        let ends: Vec<usize> = (0..=expected.len()).filter(|at| expected.is_char_boundary(*at)).collect();
        for pair in ends.windows(2) {
            pieces.push_str(&raw[unescaped.raw(pair[0])..unescaped.raw(pair[1])]);
        }
        assert_eq!(pieces, raw);
        let at = expected.find('é').unwrap();
        assert_eq!(&raw[unescaped.raw(at)..unescaped.raw(at + 2)], r"\u00e9");
    }

    #[test]
    fn half_a_surrogate_pair_is_the_replacement_character() {
        let mut unescaped = Unescaped::default();
        for raw in [r"\ud800", r"\udc00", r"\ud800\n", r"\ud800\u0041"] {
            unescaped.read(raw);
            assert!(unescaped.text().starts_with(char::REPLACEMENT_CHARACTER), "{raw}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = "\"quoted\" \\ \u{1}\n\u{7f} é 😀";
        let mut out = String::from("\"");
        push_escaped(text, &mut out);
        out.push('"');
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }
}
