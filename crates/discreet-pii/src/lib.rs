//! Personal data in text: finds it, says how sure that is, and takes it out.
//!
//! [`Finder`] looks for all of it at once. A [`Kind`] is what is found, a [`Hit`] where and how sure.

mod budget;
mod candidates;
mod check;
mod codes;
mod context;
mod eight;
mod field;
mod finder;
mod hit;
mod json;
mod key;
mod kind;
mod labelled;
mod matcher;
mod names;
mod network;
mod operate;
mod options;
mod overlap;
mod personal;
mod quiet;
mod redactor;
mod rosters;
mod rules;
mod spoken;
mod telephone;
mod tld;
mod web;

pub use budget::{LONGEST, LONGEST_OFFLINE};
pub use field::Field;
pub use finder::{Finder, Scratch};
pub use hit::{Hit, Why};
pub use key::{KeyFileError, PseudonymKey};
pub use kind::{Group, Kind, Kinds};
pub use matcher::NotBuilt;
pub use names::{Roster, RosterRefused};
pub use operate::{NotRevealed, Operator, OperatorKeys, WeakSecret, apply, decrypt, reveal};
pub use options::Options;
pub use personal::PersonalData;
pub use redactor::{Counts, FieldRules, Outcome, TextRedactor, TextRules, TooLong};
pub use rosters::Rosters;
