//! Values whose label stands apart from them, as markup, ROS and SQL write them: `<psk>tulip</psk>`, `<th>Guest</th><td>Lane</td>`,
//! `<add key="Password" value="tulip"/>`, `{key: 'psk', value: 'tulip'}`, `(id, password) VALUES (1, 'tulip')`.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::tables::Column;

/// The longest tag, and the longest value, in bytes.
const LONGEST_TAG: usize = 256;
const LONGEST_VALUE: usize = 256;
/// The longest label, and the most bytes between it and its value.
const LONGEST_LABEL: usize = 40;
/// The most values of a row of SQL.
const MOST: usize = 32;

/// Attributes with the label of a value.
const LABELS: [&str; 6] = ["name", "key", "property", "field", "label", "id"];
/// Attributes of an element that labels its text.
const CLASSES: [&str; 2] = ["class", "itemprop"];
/// Cells of a row, of which the first may be the label.
const CELLS: [&str; 4] = ["th", "td", "dt", "dd"];
/// Elements that have no meaning of their own.
const PLAIN: [&str; 14] =
    ["span", "div", "p", "b", "i", "td", "dd", "li", "a", "strong", "em", "string", "entry", "property"];
/// Elements whose meaning is that of the element around them.
const GENERAL: [&str; 6] = ["name", "value", "text", "number", "id", "full"];

/// Calls `give` with the column that a label makes, and the place of its value, for the tags of `text`.
pub(super) fn elements(text: &str, mut give: impl FnMut(&Column, Range<usize>)) {
    let bytes = text.as_bytes();
    // The element around, and the last cell that may be a label.
    let (mut outer, mut cell) = ("", None);
    let mut at = 0;
    while let Some(open) = memchr(b'<', bytes.get(at..).unwrap_or_default()).map(|found| at + found) {
        at = open + 1;
        let Some(tag) = Tag::at(text, open) else { continue };
        at = tag.end;
        let content = content(text, tag.end);
        let label = tag.label();
        if let Some(label) = label
            && let Some(value) = tag.attribute(&["value", "content"])
        {
            pair(text, label, value, &mut give);
        }
        let Some(content) = content else {
            outer = tag.name;
            continue;
        };
        at = content.end;
        if CELLS.contains(&tag.name) {
            match cell.take() {
                Some(first) if tag.name.ends_with('d') => {
                    pair(text, text.get(first).unwrap_or_default(), content.clone(), &mut give);
                }
                _ => cell = Some(content.clone()),
            }
        }
        let own = if PLAIN.contains(&tag.name) { None } else { Some(tag.name) };
        match label.filter(|_| own.is_none_or(|own| GENERAL.contains(&own))).or(own) {
            Some(name) if GENERAL.iter().any(|known| known.eq_ignore_ascii_case(name)) && !outer.is_empty() => {
                pair(text, &format!("{outer} {name}"), content, &mut give);
            }
            Some(name) => pair(text, name, content, &mut give),
            None => {}
        }
    }
}

/// The text behind a tag up to the end of its element, without blanks around it.
fn content(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(from..)?;
    let length = memchr(b'<', rest.get(..rest.len().min(LONGEST_VALUE))?)?;
    let raw = text.get(from..from + length).filter(|_| rest.get(length + 1) == Some(&b'/'))?;
    let value = raw.trim();
    let start = from + raw.len() - raw.trim_start().len();
    (!value.is_empty()).then_some(start..start + value.len())
}

/// Elements of an address without the word for one.
const STREETS: [&str; 12] = [
    "street", "streetaddress", "streetname", "addressline", "addressline1", "line1", "strasse", "straße", "rue", "calle",
    "straat", "rua",
];

/// Gives a value, if its label is known.
fn pair(text: &str, label: &str, value: Range<usize>, give: &mut impl FnMut(&Column, Range<usize>)) {
    let letters = || label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let street = label.len() <= LONGEST_LABEL && STREETS.iter().any(|street| letters().eq(street.chars()));
    let label = if street { "address" } else { label };
    if label.len() <= LONGEST_LABEL
        && text.get(value.clone()).is_some_and(|value| !value.is_empty() && !is_nothing(value))
        && let Some(column) = Column::of(label.trim_end_matches([':', ' ']))
    {
        give(&column, value);
    }
}

/// Is there no value, but the words for one: `null`, `true`, `${password}`?
fn is_nothing(value: &str) -> bool {
    const WORDS: [&str; 8] = ["null", "none", "true", "false", "required", "string", "nil", "undefined"];
    value.starts_with(['$', '{', '%']) || WORDS.iter().any(|word| word.eq_ignore_ascii_case(value))
}

/// A tag that opens an element.
struct Tag<'t> {
    /// The name of the element, without that of its space.
    name: &'t str,
    text: &'t str,
    attributes: Range<usize>,
    end: usize,
}

impl<'t> Tag<'t> {
    /// The tag whose `<` is at `open`.
    fn at(text: &'t str, open: usize) -> Option<Tag<'t>> {
        let rest = text.as_bytes().get(open + 1..)?;
        let rest = rest.get(..rest.len().min(LONGEST_TAG))?;
        let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
        let length = rest.iter().take_while(inside).count();
        let first = rest.first().filter(|first| first.is_ascii_alphabetic());
        // Up to the next `<`, so that no byte is read for many tags.
        let close = rest.iter().position(|byte| matches!(byte, b'>' | b'<'))?;
        (first.is_some() && rest.get(close) == Some(&b'>')).then_some(())?;
        let name = text.get(open + 1..open + 1 + length)?;
        Some(Tag {
            name: name.rsplit(':').next().unwrap_or_default(),
            text,
            attributes: open + 1 + length..open + 1 + close,
            end: open + 2 + close,
        })
    }

    /// The label that an attribute has: `<param name="last_name" ...>`.
    fn label(&self) -> Option<&'t str> {
        let known = self.attribute(&LABELS);
        let class = || self.attribute(&CLASSES).filter(|_| PLAIN.contains(&self.name));
        known.or_else(class).and_then(|at| self.text.get(at))
    }

    /// The place of the value of the first attribute with one of these names.
    fn attribute(&self, names: &[&str]) -> Option<Range<usize>> {
        let inner = self.text.get(self.attributes.clone()).filter(|inner| inner.contains('='))?;
        let mut at = 0;
        while let Some(sign) = inner.get(at..)?.find('=').map(|found| at + found) {
            let name = inner.get(at..sign)?.trim().rsplit([' ', ':', '\t', '\n']).next().unwrap_or_default();
            let rest = inner.get(sign + 1..)?;
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
            let from = sign + 1 + usize::from(quote.is_some());
            let rest = inner.get(from..)?;
            let length = match quote {
                Some(quote) => rest.find(quote)?,
                None => rest.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(rest.len()),
            };
            if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                let start = self.attributes.start + from;
                return Some(start..start + length);
            }
            at = from + length + usize::from(quote.is_some());
        }
        None
    }
}

/// The same for keys beside values: `key: 'psk', value: 'tulip'`, in one line or two.
pub(super) fn keys(text: &str, mut give: impl FnMut(&Column, Range<usize>)) {
    for at in memmem::find_iter(text.as_bytes(), b"alue") {
        let start = at.saturating_sub(1);
        if let Some(value) = value(text, at + 4)
            && matches!(text.as_bytes().get(start), Some(b'v' | b'V'))
            && let Some(label) = key(text.get(..start).unwrap_or_default())
        {
            pair(text, label, value, &mut give);
        }
    }
}

/// The place of the value behind the word that ends at `end`, and a sign.
fn value(text: &str, end: usize) -> Option<Range<usize>> {
    let rest = text.get(end..)?;
    let bare = rest.trim_start_matches(['"', '\'']);
    let inner = bare.strip_prefix([':', '='])?.trim_start_matches(' ');
    let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inner = inner.get(usize::from(quote.is_some())..)?;
    let from = text.len() - inner.len();
    let ends = |c: char| quote.map_or_else(|| matches!(c, ',' | '}' | ';' | '\n' | '\r' | '>'), |quote| c == quote);
    let length = inner.char_indices().take(LONGEST_VALUE).find(|(_, c)| ends(*c)).map(|(length, _)| length);
    let raw = inner.get(..length.or_else(|| (inner.len() <= LONGEST_VALUE).then_some(inner.len()))?)?;
    Some(from..from + raw.trim_end().len())
}

/// The label that ends `head`, as the value of a key: `key: 'psk', `, or `key: psk` and a line break.
fn key(head: &str) -> Option<&str> {
    const GAPS: [char; 9] = [' ', ',', ';', '\n', '\r', '\t', '-', '"', '\''];
    let from = (head.len().saturating_sub(96)..=head.len()).find_map(|from| head.get(from..))?;
    let bare = from.trim_end_matches(GAPS);
    let begins = bare.rfind(|c: char| matches!(c, ':' | '=' | '"' | '\''))?;
    let label = bare.get(begins + 1..)?.trim_start();
    let before = bare.get(..=begins)?.trim_end_matches(['"', '\'', ' ']);
    let word = before.strip_suffix([':', '='])?.trim_end_matches(['"', '\'', ' ']);
    let name = word.rsplit(|c: char| !c.is_alphanumeric()).next()?;
    LABELS.iter().any(|known| known.eq_ignore_ascii_case(name)).then_some(label)
}

/// The same for a row of SQL: `(name, room) VALUES ('Ada Lovelace', 412)`.
pub(super) fn rows(text: &str, mut give: impl FnMut(&Column, Range<usize>)) {
    for at in memmem::find_iter(text.as_bytes(), b") VALUES (") {
        let head = text.get(at.saturating_sub(2 * LONGEST_VALUE)..at).unwrap_or_default();
        let Some(labels) = head.rsplit('(').next().filter(|labels| labels.len() < head.len()) else { continue };
        let mut from = at + b") VALUES (".len();
        for label in labels.split(',').take(MOST) {
            let rest = text.get(from..).unwrap_or_default();
            let lead = rest.len() - rest.trim_start().len();
            let quoted = rest.get(lead..).is_some_and(|rest| rest.starts_with('\''));
            let start = from + lead + usize::from(quoted);
            let rest = text.get(start..).unwrap_or_default();
            let ends = |c: char| if quoted { c == '\'' } else { matches!(c, ',' | ')') };
            let Some(length) = rest.char_indices().take(LONGEST_VALUE).find(|(_, c)| ends(*c)) else { break };
            pair(text, label.trim_matches([' ', '"', '`', '\n']), start..start + length.0, &mut give);
            let behind = start + length.0 + usize::from(quoted);
            if text.as_bytes().get(behind) != Some(&b',') {
                break;
            }
            from = behind + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, &str)> {
        let mut all = Vec::new();
        elements(text, |column, at| all.push((column.label.clone(), &text[at])));
        keys(text, |column, at| all.push((column.label.clone(), &text[at])));
        rows(text, |column, at| all.push((column.label.clone(), &text[at])));
        all
    }

    #[test]
    fn a_label_may_be_an_element_an_attribute_a_cell_or_a_key() {
        for (text, label, value) in [
            ("<passphrase>Lily 4!</passphrase>", "passphrase", "Lily 4!"),
            ("<a:Password t=\"x\"> Lily </a:Password>", "Password", "Lily"),
            ("<Guest>\n<Name>Ann Best</Name></Guest>", "Guest Name", "Ann Best"),
            ("<arg name='surname' value='Best'/>", "surname", "Best"),
            ("<input value=\"Best\" type=text name=\"surname\">", "surname", "Best"),
            ("<string name=\"pwd\">Lily</string>", "pwd", "Lily"),
            ("<li class=\"guest-name\">Ann Best</li>", "guest-name", "Ann Best"),
            ("<tr><th>Surname:</th><td>Best</td></tr>", "Surname", "Best"),
            ("<dt>Surname</dt>\n<dd>Best</dd>", "Surname", "Best"),
            ("[{key: 'surname', value: 'Best'}]", "surname", "Best"),
            ("<Street>8 Elm Lane</Street>", "address", "8 Elm Lane"),
            ("- key: surname\n  value: Best\n", "surname", "Best"),
            ("name=\"surname\"; value=Best", "surname", "Best"),
            ("INSERT INTO g (id, surname) VALUES (1, 'Best');", "surname", "Best"),
        ] {
            assert_eq!(found(text), [(label.to_owned(), value)], "{text}");
        }
    }

    #[test]
    fn labels_of_things_make_nothing_of_a_value() {
        for text in [
            "<joint name=\"elbow\" value=\"0.5\"/>",
            "<surname>null</surname>",
            "<surname></surname>",
            "a < b and c > d",
            "Vec<surname> x",
            "{key: 'state', value: 'ok'}",
            "the value: 3",
            "value",
            "INSERT INTO g (id, count) VALUES (1, 2)",
            "",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn any_text_has_values_on_boundaries_of_characters() {
        const PIECES: [&str; 18] = [
            "<", ">", "</", "surname", "key", "value", "\"", "'", "=", ":", ", ", "é", "王", ") VALUES (", "(",
            "\n", "th", " ",
        ];
        let mut state = 7_u64;
        for _ in 0..6000 {
            let mut text = String::new();
            for _ in 0..16 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
            }
            found(&text);
        }
    }
}
