//! Places of findings, for programs: rows of JSON in, rows of JSON out.

use std::io::Write;

use anyhow::Context as _;
use discreet_pii::{FieldRules, TextRedactor};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lines::Piece;

#[derive(Deserialize)]
struct Row {
    id: Value,
    text: String,
    #[serde(default)]
    spoken: bool,
    field: Option<String>,
}

/// Answers one row.
pub fn answer(
    piece: &Piece,
    redactor: &mut TextRedactor,
    field: &FieldRules,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let row: Row = serde_json::from_str(&piece.text).map_err(|error| {
        let what = error.to_string();
        let what = what.split(" at line").next().unwrap_or_default();
        anyhow::anyhow!("{}:{}: not a row with `id` and `text`: {what}", piece.place(), error.column())
    })?;
    if !matches!(row.id, Value::String(_) | Value::Number(_)) {
        anyhow::bail!("{}: an `id` is a string or a number", piece.place());
    }
    let of_row = row.field.as_deref().map(|name| redactor.rules().field(name));
    let mut field = of_row.as_ref().unwrap_or(field).clone();
    if row.spoken {
        field = field.spoken(true);
    }
    let mut characters = Characters::of(&row.text);
    let spans: Vec<Value> = redactor
        .hits(&row.text, &field)
        .with_context(|| piece.place())?
        .iter()
        .map(|hit| {
            let (start, end) = (characters.before(hit.start), characters.before(hit.end));
            json!([hit.kind.label(), start, end, f64::from(hit.score) / 100.0])
        })
        .collect();
    Ok(write!(out, "{}", json!({ "id": row.id, "spans": spans }))?)
}

/// Counts characters up to bytes that only grow.
pub(super) struct Characters<'t> {
    text: &'t str,
    byte: usize,
    count: usize,
}

impl<'t> Characters<'t> {
    pub(super) fn of(text: &'t str) -> Characters<'t> {
        Characters { text, byte: 0, count: 0 }
    }

    pub(super) fn before(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            (self.byte, self.count) = (0, 0);
        }
        self.count += self.text.get(self.byte..byte).map_or(0, |text| text.chars().count());
        self.byte = byte;
        self.count
    }
}
