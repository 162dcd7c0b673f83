//! A redactor with default options, which leaves `<kind>` in the place of a finding.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::sync::{Arc, LazyLock};

use discreet_pii::{Finder, HidingRules, Operator, Options, TextRedactor};

/// Building it takes seconds without optimisation.
static FINDER: LazyLock<Arc<Finder>> = LazyLock::new(|| Arc::new(Finder::new(&Options::default()).unwrap()));

/// A new redactor.
pub fn redactor() -> TextRedactor {
    TextRedactor::new(HidingRules::new(Operator::Replace), Arc::clone(&FINDER), None)
}

/// The text of a field named `data` as it leaves.
pub fn redacted(text: &str, spoken: bool) -> String {
    let mut redactor = redactor();
    let field = redactor.rules().field("data").spoken(spoken);
    let mut out = String::new();
    redactor.redact(text, &field, &mut out);
    out
}

/// Each text leaves as the one beside it. All that do not are shown.
#[track_caller]
pub fn all(lines: &[(&str, &str)]) {
    let wrong = |(text, out): &(&str, &str)| {
        let made = redacted(text, false);
        (made != *out).then(|| format!("{text:?} became {made:?}, not {out:?}"))
    };
    let wrong: Vec<_> = lines.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// These texts stay as they are.
#[track_caller]
pub fn stay(lines: &[&str]) {
    let lines: Vec<_> = lines.iter().map(|text| (*text, *text)).collect();
    all(&lines);
}
