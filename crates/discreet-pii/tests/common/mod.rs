//! A redactor with default options, which leaves `<kind>` in the place of a finding.

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
