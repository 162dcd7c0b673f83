//! Further readings of a text: as speech, as base64, without line breaks in numbers, as quoted-printable, as a table, and
//! what stands in tags.

use std::ops::Range;

use super::{Finder, Memory, Signs};
use crate::Kind;
use crate::detect::{Evidence, Field, Hit, broken, encoded, pairs, tables, whole};
use crate::kinds::Score;
use crate::recognisers::labelled;
use crate::recognisers::names::Roster;
use crate::recognisers::spoken::{self, Written};
use crate::view::{Mapped, Outline, View};

/// Memory of the further readings.
#[derive(Default)]
pub(super) struct Again {
    decoded: Vec<u8>,
    inner: Vec<Hit>,
    written: Written,
    /// The text around a line break, or of a mail.
    mapped: Mapped,
    /// A cell of a table behind its label, and as a reader sees it.
    cell: String,
    seen: View,
    /// The content of a tag as a reader of plain text sees it, and the findings in it.
    tag: (View, Vec<Hit>),
    /// The findings in cells and tags.
    cells: Vec<Hit>,
    /// Each text is a line of a file, and the labels of the table that the last lines are of.
    line_by_line: bool,
    header: Option<tables::Header>,
    /// The bytes that findings cover, in order.
    covered: Vec<Range<usize>>,
}

impl Again {
    /// Each text from now on is a line of a file, or is not.
    pub(super) fn set_line_by_line(&mut self, is: bool) {
        (self.line_by_line, self.header) = (is, None);
    }

    /// Takes the findings in cells and tags.
    pub(super) fn take_cells(&mut self) -> impl Iterator<Item = Hit> + '_ {
        self.cells.drain(..)
    }

    pub(super) fn has_cells(&self) -> bool {
        !self.cells.is_empty()
    }
}

impl Finder {
    /// Adds what further readings of `text` find.
    /// Inlined: a call costs time, and few texts have tags.
    #[inline(always)]
    pub(super) fn again(
        &self,
        text: &str,
        (outline, signs): (Outline, Signs),
        field: &Field,
        roster: Option<&Roster>,
        again: &mut Again,
        memory: Memory<'_>,
    ) {
        let Again { decoded, inner, written, mapped, covered, .. } = again;
        let (context, pending, memo, folded, hits, budget) = memory;
        let mut read = |text: &str, field: &Field, roster, inner: &mut Vec<Hit>, more: usize| {
            inner.clear();
            budget.take(more);
            let memory = (&mut *context, &mut *pending, &mut *memo, &mut *folded, inner, &mut *budget);
            self.read(text, Outline::of(text.as_bytes()), field, roster, memory);
        };
        if spoken::normalise(text, field, written) {
            read(written.text(), field, None, inner, 0);
            hits.extend(inner.iter().map(|hit| hit.moved(written.original(hit.start, hit.end))));
        }
        let mut from = if outline.capitals { 0 } else { text.len() };
        while let Some(at) = encoded::next(text.as_bytes(), from, decoded) {
            from = at.end;
            read(std::str::from_utf8(decoded).unwrap_or_default(), field, roster, inner, decoded.len());
            let best = inner.iter().max_by_key(|hit| hit.score);
            hits.extend(best.map(|hit| hit.moved(at)));
        }
        if signs.labels || labelled::unsigned::is_anywhere(text) {
            labelled::unsigned::find(text, |kind, at| {
                let score = labelled::unsigned::score(kind).alone.points();
                if self.thresholds.get(kind as usize).is_some_and(|least| score >= *least) {
                    hits.push(Hit { kind, start: at.start, end: at.end, score, evidence: Evidence::Context });
                }
            });
        }
        if (outline.quoted || signs.quoted) && broken::quoted(text, mapped) {
            read(mapped.text(), field, roster, inner, mapped.text().len());
            hits.extend(inner.iter().map(|hit| hit.moved(mapped.original(hit.start, hit.end))));
        }
        if !outline.lines {
            return;
        }
        covered.clear();
        for gap in broken::breaks(text) {
            if covered.is_empty() {
                cover(hits, covered);
            }
            // Two numbers in two lines.
            if is_covered(covered, gap.start - 1) && is_covered(covered, gap.end) {
                continue;
            }
            // `PIN: 44`, with the rest of it in the next line.
            let short = broken::is_short(text, &gap);
            if short && is_covered(covered, gap.start - 1) {
                continue;
            }
            let blank = broken::around(text, &gap, if short { '-' } else { ' ' }, mapped);
            read(mapped.text(), field, None, inner, 0);
            let whole = inner.iter().filter(|hit| hit.start < blank && blank + 1 < hit.end);
            let whole = whole
                .filter(|hit| is_sure(hit, mapped.text()) && (!short || hit.evidence == Evidence::Context));
            hits.extend(whole.map(|hit| hit.moved(mapped.original(hit.start, hit.end))));
        }
    }

    /// Collects what stands in the `tags` of `text`: attributes, and text that only looks like a tag.
    #[inline(never)]
    pub(super) fn tags(
        &self,
        text: &str,
        tags: &[Range<usize>],
        field: &Field,
        roster: Option<&Roster>,
        again: &mut Again,
        (context, pending, memo, folded, _, budget): Memory<'_>,
    ) {
        let (mut seen, mut hits) = std::mem::take(&mut again.tag);
        for at in tags {
            let content = text.get(at.clone()).unwrap_or_default();
            budget.take(content.len());
            let differs = seen.read(content);
            let read = if differs { seen.text() } else { content };
            let outline = Outline::of(read.as_bytes());
            hits.clear();
            let mut memory =
                (&mut *context, &mut *pending, &mut *memo, &mut *folded, &mut hits, &mut *budget);
            let signs = self.read(read, outline, field, roster, reborrow(&mut memory));
            self.again(read, (outline, signs), field, roster, again, memory);
            self.listed(read, &mut hits);
            whole::complete(read, self.overlapping, &mut hits);
            again.cells.extend(hits.iter().map(|hit| {
                let place = if differs { seen.original(hit.start, hit.end) } else { hit.start..hit.end };
                hit.moved(at.start + place.start..at.start + place.end)
            }));
        }
        again.tag = (seen, hits);
    }

    /// Collects what the cells of tables in `text` have, each behind the label of its column. `text` is as it stands: a
    /// reader sees a tab as a blank. `whole`: the text has all of its lines, also in a file. `lines`: it has several.
    pub(super) fn tables(
        &self,
        text: &str,
        (whole, lines): (bool, bool),
        roster: Option<&Roster>,
        again: &mut Again,
        mut memory: Memory<'_>,
    ) {
        again.cells.clear();
        let (line_by_line, mut header) = (again.line_by_line, again.header.take());
        let give = |column: &tables::Column, at: Range<usize>| {
            self.cell(text, column, at, roster, again, reborrow(&mut memory));
        };
        if line_by_line && !whole {
            tables::cells_of_line(text, &mut header, give);
        } else if lines {
            tables::cells(text, give);
        }
        again.header = header;
    }

    /// Collects the values in `text` whose labels stand apart from them: in tags, in keys beside them. `seen`: the text as a
    /// reader sees it.
    #[inline(never)]
    pub(super) fn pairs(
        &self,
        (text, seen): (&str, &str),
        roster: Option<&Roster>,
        again: &mut Again,
        (mut memory, differs): (Memory<'_>, impl Fn(Hit) -> Hit),
    ) {
        // Escaped tags stand in the view alone.
        let escaped = !text.contains('<') && seen.contains('<');
        let text = if escaped { seen } else { text };
        let before = again.cells.len();
        let mut give = |column: &tables::Column, at: Range<usize>| {
            self.cell(text, column, at, roster, again, reborrow(&mut memory));
        };
        pairs::elements(text, &mut give);
        pairs::keys(text, &mut give);
        pairs::rows(text, &mut give);
        if escaped {
            again.cells.iter_mut().skip(before).for_each(|hit| *hit = differs(*hit));
        }
    }

    /// Collects what a cell of a table has, or a value with a label, at a place of `text`.
    fn cell(
        &self,
        text: &str,
        column: &tables::Column,
        at: Range<usize>,
        roster: Option<&Roster>,
        again: &mut Again,
        (context, pending, memo, folded, _, budget): Memory<'_>,
    ) {
        let Again { cell, seen, cells, inner, .. } = again;
        let (label, field) = (column.label.as_str(), &column.field);
        let before = cells.len();
        cell.clear();
        cell.extend([label, ": ", text.get(at.clone()).unwrap_or_default()]);
        let differs = seen.read(cell);
        let read = if differs { seen.text() } else { cell.as_str() };
        inner.clear();
        let memory = (&mut *context, &mut *pending, &mut *memo, &mut *folded, &mut *inner, &mut *budget);
        self.read(read, Outline::of(read.as_bytes()), field, roster, memory);
        self.listed(read, inner);
        let shift = label.len() + 2;
        for hit in inner.iter() {
            let place = if differs { seen.original(hit.start, hit.end) } else { hit.start..hit.end };
            // All of the cell is the password.
            let end = if hit.kind == Kind::Password { cell.len() } else { place.end };
            if end > shift {
                cells.push(hit.moved(at.start + place.start.saturating_sub(shift)..at.start + end - shift));
            }
        }
        let kind = column.whole(text.get(at.clone()).unwrap_or_default()).filter(|_| cells.len() == before);
        if let Some(kind) = kind.filter(|kind| self.thresholds.get(*kind as usize) != Some(&u8::MAX)) {
            let (score, evidence) = (Score::CERTAIN.points() - 1, Evidence::Context);
            cells.push(Hit { kind, start: at.start, end: at.end, score, evidence });
        }
    }
}

/// The same memory, for a shorter time.
fn reborrow<'m>(memory: &'m mut Memory<'_>) -> Memory<'m> {
    let (context, pending, memo, folded, hits, budget) = memory;
    (context, pending, memo, folded, hits, budget)
}

/// Is this the finding of a number with a line break in it, and not of numbers in two lines? Its check digits or a label
/// tell it, or the `+` of a telephone.
fn is_sure(hit: &Hit, text: &str) -> bool {
    match hit.evidence {
        Evidence::Checked => matches!(hit.kind, Kind::PaymentCard | Kind::Iban),
        Evidence::Context => true,
        _ => hit.kind == Kind::Phone && text.as_bytes().get(hit.start) == Some(&b'+'),
    }
}

/// The bytes that findings cover, in order and apart.
fn cover(hits: &[Hit], covered: &mut Vec<Range<usize>>) {
    covered.extend(hits.iter().map(|hit| hit.start..hit.end));
    covered.sort_unstable_by_key(|at| at.start);
    let mut end = 0;
    for at in covered.iter_mut() {
        end = end.max(at.end);
        at.end = end;
    }
    // A text without findings has one that covers nothing.
    covered.push(usize::MAX..usize::MAX);
}

fn is_covered(covered: &[Range<usize>], at: usize) -> bool {
    let next = covered.partition_point(|covered| covered.start <= at);
    next.checked_sub(1).and_then(|last| covered.get(last)).is_some_and(|last| at < last.end)
}
