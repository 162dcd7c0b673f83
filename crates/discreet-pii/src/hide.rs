//! The redactor: it replaces findings by what the rules of an audience say.
//!
//! [`TextRedactor`] takes a text, plain or JSON ([`json`]), finds personal data in it and applies the operators of
//! [`HidingRules`]. [`PersonalData`] holds what a policy says about all texts, [`Rosters`] the list of guests in
//! force.

mod joined;
mod json;
mod operators;
mod personal_data;
mod pseudonym_key;
mod records;
mod redactor;
mod rosters;

pub use operators::{NotRevealed, Operator, OperatorKeys, WeakSecret, apply, decrypt, reveal};
pub use personal_data::PersonalData;
pub use pseudonym_key::{KeyFileError, PseudonymKey};
pub use redactor::{Counts, FieldRules, HidingRules, Outcome, TextRedactor, TooLong};
pub use rosters::Rosters;
