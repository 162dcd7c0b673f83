//! The form in which a reader gets an answer, or an action's feedback and status.

use std::sync::Arc;

use discreet_guard::ingress::Refused;
use discreet_redact::{MessageRedactor, Recipient, TextRules, Unredactable};

/// The serialized message in this reader's form: as it is without rules. An error: the reason, with details in words.
pub fn redact<'a>(
    texts: &'a mut MessageRedactor,
    rules: Option<&Arc<TextRules>>,
    reader: Recipient<'_>,
    cdr: &'a [u8],
) -> Result<&'a [u8], (Refused, String)> {
    let Some(rules) = rules else { return Ok(cdr) };
    let redacted = texts.redact(rules, reader, cdr).map_err(|why| match why {
        Unredactable::TooLong => (Refused::TooLong, String::new()),
        other => (Refused::BadResponse, other.to_string()),
    })?;
    Ok(redacted.anew.map_or(cdr, |rewritten| &*rewritten))
}
