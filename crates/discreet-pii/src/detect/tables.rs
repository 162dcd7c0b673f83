//! Tables in text: a line of labels, and lines of cells that are parted in the same way (CSV, TSV, Markdown). A cell is
//! behind the label of its column.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memmem};

use super::context;
use super::field::{self, is_label_of_people, is_label_of_person};
use crate::view::{Outline, View};
use crate::{Field, Kind, Kinds};

/// The longest line of labels, in bytes.
const LONGEST_HEADER: usize = 512;
/// The longest label of a column, in bytes and in words.
const LONGEST_LABEL: usize = 32;
const MOST_WORDS: usize = 4;
/// The longest cell that is a reference by its column alone.
const LONGEST_REFERENCE: usize = 16;
/// The longest cell that is searched behind its label.
const LONGEST_CELL: usize = 256;
/// The most columns.
const MOST: usize = 64;
/// Signs between the cells. The first one in the line of labels counts.
const SIGNS: [&str; 4] = ["\t", "|", ";", ","];
/// The same in full width.
const WIDE_SIGNS: [&str; 5] = ["；", "，", "｜", "、", "،"];

/// A column whose cells have a label.
pub(super) struct Column {
    pub(super) label: String,
    pub(super) field: Field,
    /// The kind of every cell that fits it, whatever its form is.
    whole: Option<Kind>,
}

impl Column {
    /// The column that a label makes without others beside it, if it tells what a person has.
    pub(super) fn of(label: &str) -> Option<Column> {
        let (column, tells) = Column::read(label)?;
        tells.then_some(column)
    }

    /// The column with this label, and whether it tells what a person has.
    fn read(label: &str) -> Option<(Column, bool)> {
        let mut field = field_of(label);
        let person =
            field.hints.contains(Kind::Person) || is_label_of_person(label) || is_label_of_people(label);
        // `name` alone may be that of a joint.
        let name = !person && field::is_name(label);
        let whole = whole_kind(label, field.hints);
        let searched = person || name || whole.is_some() || !field.hints.is_empty();
        let tells = person || !field.hints.is_empty() && !name && !is_general(field.hints);
        if person || name {
            field.hints.insert(Kind::Person);
        }
        searched.then(|| (Column { label: label.to_owned(), field, whole }, tells))
    }

    /// The kind of a cell that nothing but its column tells: a city, the expiry of a card, a short reference.
    pub(super) fn whole(&self, cell: &str) -> Option<Kind> {
        self.whole.filter(|kind| {
            let digits = cell.bytes().filter(u8::is_ascii_digit).count();
            match kind {
                Kind::Place => digits == 0 && cell.contains(char::is_alphabetic),
                Kind::PaymentCard => (3..=7).contains(&cell.len()) && digits >= 3,
                Kind::Room => cell.len() <= 4 && digits == cell.len(),
                _ => digits > 0 && cell.len() <= LONGEST_REFERENCE && !cell.contains([' ', '.', ':']),
            }
        })
    }
}

/// The labels of a table.
pub(super) struct Header {
    sign: &'static str,
    columns: Vec<Option<Column>>,
}

/// Calls `give` with the column and the place of each cell in a column with a label.
pub(super) fn cells(text: &str, mut give: impl FnMut(&Column, Range<usize>)) {
    // Most texts are one line.
    if memchr(b'\n', text.as_bytes()).is_none_or(|end| end + 1 == text.len()) {
        return;
    }
    let mut header: Option<Header> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        if let Some(known) = &header
            && known.row(text, at.clone(), &mut give)
        {
            continue;
        }
        let next = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        header = Header::read(text, at, Some(start..start + next.trim_end_matches('\r').len()));
    }
}

/// The same for the next line of a file, which may be a row of the table whose labels are `header`, or have such labels.
pub(super) fn cells_of_line(
    line: &str,
    header: &mut Option<Header>,
    mut give: impl FnMut(&Column, Range<usize>),
) {
    let is_row = header.as_ref().is_some_and(|header| header.row(line, 0..line.len(), &mut give));
    if !is_row {
        *header = Header::read(line, 0..line.len(), None);
    }
}

impl Header {
    /// The labels in a line, if one of them tells what a person has, and the next line, if it is known, has as many cells.
    fn read(text: &str, line: Range<usize>, next: Option<Range<usize>>) -> Option<Header> {
        let raw = text.get(line.clone()).filter(|raw| raw.len() <= LONGEST_HEADER)?;
        let sign = sign_in(raw)?;
        let signs = |line: &str| {
            let next = |at: &usize| next_sign(line.as_bytes(), sign, at + sign.len());
            std::iter::successors(next_sign(line.as_bytes(), sign, 0), next).count()
        };
        let count = signs(raw);
        // Most lines are not followed by one with as many commas.
        let below = next.clone().and_then(|next| text.get(next));
        let labels = || parts(text, line.clone(), sign).map(|cell| seen(text.get(cell).unwrap_or_default()));
        let fits = below.is_none_or(|below| signs(below) >= count)
            && count < MOST
            && labels().all(|label| is_label(&label))
            && next.is_none_or(|next| labels().count() == parts(text, next, sign).take(MOST + 1).count());
        if !fits {
            return None;
        }
        let mut columns: Vec<Option<Column>> = Vec::new();
        let mut known = 0;
        for label in labels() {
            let read = Column::read(label.as_ref());
            known += usize::from(read.as_ref().is_some_and(|(_, tells)| *tells));
            columns.push(read.map(|(column, _)| column));
        }
        // A name counts beside another label of a person.
        (columns.len() > 1 && known > 0).then_some(Header { sign, columns })
    }

    /// Gives the cells of a line. False if it is not a row of this table.
    fn row(&self, text: &str, line: Range<usize>, give: &mut impl FnMut(&Column, Range<usize>)) -> bool {
        let raw = text.get(line.clone()).unwrap_or_default();
        let count = parts(text, line.clone(), self.sign).take(MOST + 1).count();
        if count != self.columns.len() {
            return false;
        }
        // `|---|:--:|`
        if raw.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'+' | b'=')) {
            return true;
        }
        for (cell, column) in parts(text, line, self.sign).zip(&self.columns) {
            let Some(column) = column else { continue };
            if (1..=LONGEST_CELL).contains(&cell.len()) {
                give(column, cell);
            }
        }
        true
    }
}

/// The sign between the cells of a line of labels.
fn sign_in(line: &str) -> Option<&'static str> {
    let wide = WIDE_SIGNS.iter().filter(|_| !line.is_ascii());
    SIGNS.iter().chain(wide).find(|sign| next_sign(line.as_bytes(), sign, 0).is_some()).copied()
}

/// The next sign from `from` on. The `;` of an entity of HTML is none: `guest&nbsp;name`.
fn next_sign(line: &[u8], sign: &str, mut from: usize) -> Option<usize> {
    loop {
        let at = from + memmem::find(line.get(from..)?, sign.as_bytes())?;
        if sign != ";" || !ends_entity(line.get(..at).unwrap_or_default()) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Is this the beginning of a line up to an entity of HTML, without its `;`?
fn ends_entity(head: &[u8]) -> bool {
    const LONGEST: usize = 9;
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'#';
    let length = head.iter().rev().take(LONGEST).take_while(inside).count();
    length > 1 && head.iter().rev().nth(length) == Some(&b'&')
}

/// A label as a reader sees it. Most are as they stand.
fn seen(label: &str) -> Cow<'_, str> {
    let mut view = View::default();
    if !Outline::of(label.as_bytes()).special || !view.read(label) {
        return Cow::Borrowed(label);
    }
    Cow::Owned(view.text().split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The cells of a line, without blanks and quotation marks around them. A `|` at the edges is a frame.
fn parts<'t>(
    text: &'t str,
    line: Range<usize>,
    sign: &'static str,
) -> impl Iterator<Item = Range<usize>> + 't {
    let bytes = text.as_bytes();
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t');
    let (mut at, mut end) = (line.start, line.end);
    if sign == "|" {
        let raw = text.get(line).unwrap_or_default();
        at += raw.len() - raw.trim_start_matches(' ').len();
        end -= raw.len() - raw.trim_end_matches(' ').len();
        at += usize::from(bytes.get(at) == Some(&b'|'));
        end -= usize::from(end > at && bytes.get(end - 1) == Some(&b'|'));
    }
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let rest = bytes.get(at..end).unwrap_or_default();
        let lead =
            rest.iter().take_while(|byte| is_blank(**byte) && !sign.as_bytes().contains(*byte)).count();
        // `"Lovelace, Ada"`
        let quoted = rest.get(lead) == Some(&b'"');
        let closed = quoted.then(|| memchr(b'"', rest.get(lead + 1..).unwrap_or_default())).flatten();
        let from = closed.map_or(0, |length| lead + 1 + length);
        let length = next_sign(rest, sign, from);
        let whole = at..at + length.unwrap_or(rest.len());
        (at, done) = (whole.end + sign.len(), length.is_none());
        let raw = text.get(whole.clone()).unwrap_or_default();
        let inner = raw.trim_matches([' ', '\t', '"']);
        let from = whole.start + raw.find(inner).unwrap_or(0);
        Some(from..from + inner.len())
    })
}

/// The knowledge that the label of a column gives. Three words and more are one label, `date of birth`, or a sentence.
fn field_of(label: &str) -> Field {
    match label.split(' ').count() {
        1 | 2 => Field::of(label),
        _ => Field { hints: context::of_words(label.split(' ')), spoken: false },
    }
}

/// May this be the label of a column: some words, and hardly a digit?
fn is_label(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let odd = |c: char| {
        !(c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '#' | '(' | ')' | '\'' | '*'))
    };
    text.len() <= LONGEST_LABEL && digits <= 2 && text.split(' ').count() <= MOST_WORDS && !text.contains(odd)
}

/// The kind of every cell of a column with this label, beside another column of a person.
fn whole_kind(label: &str, hints: Kinds) -> Option<Kind> {
    const OWN: [(Kind, &str); 3] = [
        (
            Kind::Place,
            "city town ort wohnort stadt ville ciudad localidad citta città comune woonplaats plaats cidade hometown",
        ),
        (
            Kind::PaymentCard,
            "exp expiry expires expiration expirydate expirationdate validthru validuntil valid_until valid_thru exp_date \
             expiry_date ablaufdatum gültigbis caducidad vencimiento scadenza vervaldatum validade",
        ),
        (Kind::Room, "camera"),
    ];
    const REFERENCES: [Kind; 4] =
        [Kind::Booking, Kind::EmployeeId, Kind::MedicalRecord, Kind::HealthInsurance];
    let label: String = label.chars().filter(|c| *c != ' ').flat_map(char::to_lowercase).collect();
    let own = OWN.iter().find(|(_, labels)| labels.split(' ').any(|known| known == label));
    own.map(|(kind, _)| *kind).or_else(|| REFERENCES.into_iter().find(|kind| hints.contains(*kind)))
}

/// Kinds whose labels are common in tables of machines as well.
fn is_general(hints: Kinds) -> bool {
    use Kind::{Age, Date, Ip, Mac, Position, Room, Title, Token, Url};
    let general: Kinds = [Age, Date, Ip, Mac, Position, Room, Title, Token, Url].into_iter().collect();
    general.covers(hints)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, &str)> {
        let mut all = Vec::new();
        cells(text, |column, at| all.push((column.label.clone(), &text[at])));
        all
    }

    #[test]
    fn a_cell_is_behind_the_label_of_its_column() {
        let rows = [("name", "Nyyl"), ("card", "4111"), ("name", "Tess, B"), ("card", "55")];
        let rows = rows.map(|(label, cell)| (label.to_owned(), cell));
        for text in [
            "id,name,card\n1,Nyyl,4111\n2,\"Tess, B\",55\n",
            "id\tname\tcard\r\n1\tNyyl\t4111\r\n2\tTess, B\t55",
            "| id | name | card |\n|---|:---|---|\n| 1 | Nyyl | 4111 |\n| 2 | Tess, B | 55 |",
            "the guests:\nid; name; card\n1; Nyyl; 4111\n2; Tess, B; 55\nthat is all, thanks",
        ] {
            assert_eq!(found(text), rows, "{text}");
        }
    }

    #[test]
    fn the_lines_of_a_file_may_come_one_by_one() {
        let (mut header, mut all) = (None, Vec::new());
        for line in ["the guests", "id;name;card", "1;Nyyl;4111", "2;Tess;55", "that is all", "3;Ada;66"] {
            cells_of_line(line, &mut header, |column, at| {
                all.push(format!("{} {}", column.label, &line[at]))
            });
        }
        assert_eq!(all, ["name Nyyl", "card 4111", "name Tess", "card 55"]);
    }

    #[test]
    fn other_lines_are_not_tables() {
        for text in [
            "name,card",
            "name,position,velocity\nelbow,0.5,0.1\n",
            "time,x,y,theta\n1.5,2,3,4\n",
            "Please bring towels, water and a card\nthank you, all of you\n",
            "name,card\none\ntwo\n",
            "stamp,room,url\n1,2,3",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn any_text_has_cells_on_boundaries_of_characters() {
        const PIECES: [&str; 14] =
            ["name", "card", ",", "\t", "|", ";", "\n", "\"", " ", "é", "4111", "王", "-", "\r\n"];
        let mut state = 7_u64;
        for _ in 0..4000 {
            let mut text = String::from("name,card\n");
            for _ in 0..14 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
            }
            found(&text);
        }
    }
}
