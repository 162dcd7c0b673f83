//! The account in the log of a remote shell: `Accepted password for anna from 10.0.0.5`.

use std::ops::Range;

/// The account behind the word `password` that ends at `end`.
pub(super) fn account(text: &str, end: usize) -> Option<Range<usize>> {
    const LONGEST: usize = 32;
    let behind = text.get(end..)?.strip_prefix(" for ")?;
    let name = behind.strip_prefix("invalid user ").unwrap_or(behind);
    let head = text.get(..end)?.rsplit_once(' ')?.0;
    let logs = head.ends_with("Accepted") || head.ends_with("Failed");
    let length = name.find(' ').filter(|length| (1..=LONGEST).contains(length))?;
    let from = text.len() - name.len();
    (logs && name.get(length..)?.starts_with(" from ")).then_some(from..from + length)
}
