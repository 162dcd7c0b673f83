//! The findings in a line, with confidence and reason.

use std::io::{self, IsTerminal, Write};

use anyhow::Context as _;
use discreet_pii::{FieldRules, TextRedactor};
use serde_json::json;

use super::lines::Piece;
use super::spans::Characters;

/// Characters of a long line that are shown on either side of a hit.
const AROUND: usize = 40;

/// Shows the line and, below it, each hit.
pub fn answer(
    piece: &Piece,
    redactor: &mut TextRedactor,
    field: &FieldRules,
    as_json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let hits = redactor.hits(&piece.text, field).with_context(|| piece.place())?;
    let mut counted = Characters::of(&piece.text);
    let mut before = |byte: usize| counted.before(byte);
    if as_json {
        let hits: Vec<_> = hits
            .iter()
            .map(|hit| {
                json!({
                    "kind": hit.kind.name(), "label": hit.kind.label(), "start": before(hit.start),
                    "end": before(hit.end), "score": f64::from(hit.score) / 100.0, "why": hit.evidence.text(),
                })
            })
            .collect();
        return Ok(write!(out, "{}", json!({ "file": piece.file, "line": piece.line, "hits": hits }))?);
    }
    let place = format!("{}: ", piece.place());
    let characters: Vec<char> = piece.text.chars().map(shown).collect();
    let long = characters.len() > 4 * AROUND;
    if hits.is_empty() || !long {
        let text: String = characters.iter().take(4 * AROUND).collect();
        write!(out, "{place}{text}{}", if long { "…" } else { "" })?;
    }
    for (number, hit) in hits.iter().enumerate() {
        let (start, end) = (before(hit.start), before(hit.end));
        let from = if long { start.saturating_sub(AROUND) } else { 0 };
        if long {
            let text: String = characters.iter().skip(from).take(end - from + AROUND).collect();
            let line_end = if number > 0 { "\n" } else { "" };
            write!(out, "{line_end}{place}{text}")?;
        }
        let indent = " ".repeat(place.chars().count() + start - from);
        let carets = paint(&"^".repeat((end - start).max(1)), "1;31");
        let kind = paint(hit.kind.name(), "1");
        let (what, why) = (hit.kind.what(), hit.evidence.text());
        let (whole, rest) = (hit.score / 100, hit.score % 100);
        write!(out, "\n{indent}{carets} {kind} {start}-{end}, {whole}.{rest:02}: {what}, by {why}")?;
    }
    Ok(())
}

/// Text that is safe on a terminal: no control characters, and every character as wide as a caret.
fn shown(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

fn paint(text: &str, colour: &str) -> String {
    let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if coloured { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
}
