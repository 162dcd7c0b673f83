//! Finds personal data in text, and hides it.
//!
//! Robots write down what people say, and log what they do for them. This crate finds more than a hundred kinds of
//! personal data in such text (names, telephones, payment cards, identity numbers of many countries, credentials) and
//! replaces them by the name of their kind, a mask, a pseudonym or something less exact. It works offline, without a
//! trained model, and in bounded time: see [`LONGEST`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use discreet_pii::{Finder, HidingRules, Operator, Options, TextRedactor};
//!
//! # fn main() -> Result<(), discreet_pii::NotBuilt> {
//! let finder = Arc::new(Finder::new(&Options::default())?);
//! let rules = HidingRules::new(Operator::Replace);
//! let field = rules.field("speech.text");
//! let mut redactor = TextRedactor::new(rules, finder, None);
//!
//! let mut out = String::new();
//! let outcome = redactor.redact("Call Maria Gonzalez at +49 30 901820.", &field, &mut out);
//! assert_eq!(out, "Call <person> at <phone>.");
//! assert_eq!(outcome.hits.total(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Map
//!
//! | module | content |
//! |---|---|
//! | `kinds` | the catalogue: a file for each family or country, with the forms, checks, context words and scores of its kinds |
//! | `recognisers` | readers for what no pattern describes: names, telephones, the web, speech |
//! | `view` | the text as a reader sees it: blanks, digits, forms and escapes of one kind |
//! | `detect` | the search: one pass over a text, and the choice among what overlaps |
//! | `hide` | the redactor: rules, operators and their keys, JSON in strings |
//!
//! A [`Kind`] is a kind of personal data, a [`Hit`] a finding. [`Finder`] searches; [`TextRedactor`] searches and
//! hides.

mod detect;
mod hide;
mod kinds;
mod recognisers;
mod view;

pub use detect::{
    Evidence, Field, Finder, Hit, LONGEST, LONGEST_OFFLINE, NameModel, NotBuilt, NotSearched, Options,
    Pattern, Scratch,
};
pub use hide::{
    Counts, FieldRules, HidingRules, KeyFileError, NotRevealed, Operator, OperatorKeys, Outcome,
    PersonalData, PseudonymKey, Rosters, TextRedactor, TooLong, WeakSecret, apply, decrypt, reveal,
};
pub use kinds::{Group, Kind, Kinds, NotAKind};
pub use recognisers::names::{Roster, RosterRefused};
