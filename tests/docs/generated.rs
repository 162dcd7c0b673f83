//! The generated pages are as the code writes them.

use std::fs;

use crate::pages::root;
use crate::{reasons, reference};

fn is_current(name: &str, text: &str) {
    let path = root().join(name);
    if std::env::var_os("DISCREET_WRITE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let first = there.lines().zip(text.lines()).position(|(one, other)| one != other);
    let first = first.unwrap_or_else(|| there.lines().count().min(text.lines().count())) + 1;
    assert!(
        there == text,
        "{name} is not what the code says, from line {first} on. Write it again:\n    \
         DISCREET_WRITE_DOCS=1 cargo test --test docs\nand commit it."
    );
}

#[test]
fn the_page_of_reasons_is_what_the_code_says() {
    is_current("docs/reasons.md", &reasons::render());
}

#[test]
fn the_reference_of_the_policy_is_what_the_schema_says() {
    is_current("docs/policy-reference.md", &reference::render());
}
