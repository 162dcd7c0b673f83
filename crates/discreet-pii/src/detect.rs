//! The search: one pass over a text that proposes findings, and the choice among them.
//!
//! [`Finder::find`] runs these steps:
//!
//! 1. `spoken` of [`recognisers`](crate::recognisers) writes spoken digits and addresses as digits.
//! 2. [`reader`] passes over the text once. `skip` passes over plain words with the bit tricks of `swar`. Where a
//!    finding may begin, the reader calls [`matcher`], which holds all patterns in one automaton, or a recogniser.
//! 3. [`proposals`] checks each match and keeps it if its score, raised by [`context`], reaches the threshold.
//! 4. The recogniser `names` adds persons and places, [`patterns`] and [`lists`] the texts that the policy names.
//! 5. Further readings look for what the form of the text hides: `encoded` text, `broken` numbers, [`tables`], and [`pairs`] of
//!    a label and a value.
//! 6. [`overlap`] keeps the best of overlapping findings, and [`whole`] adds what belongs to them.
//!
//! `budget` bounds the work of all of it.

mod amounts;
mod broken;
mod budget;
mod context;
mod encoded;
mod field;
mod finder;
mod firsts;
mod hit;
mod lists;
mod matcher;
mod name_model;
mod options;
mod overlap;
mod pairs;
mod parts;
mod patterns;
mod proposals;
mod reader;
mod skip;
pub(crate) mod swar;
mod tables;
mod whole;

pub(crate) use budget::Budget;
pub use budget::{LONGEST, LONGEST_OFFLINE};
pub(crate) use context::{
    letters_of as letters_of_labels, of_word as kinds_of_word, of_words as kinds_of_words,
};
pub use field::Field;
pub(crate) use field::{
    CROWDS, PEOPLE, is_label_of_people, is_label_of_person, is_question_for_name, telling, words,
};
pub use finder::{Finder, Scratch};
pub(crate) use firsts::{Firsts, Lasts};
pub use hit::{Evidence, Hit};
pub(crate) use lists::has_no_blanks;
pub use matcher::NotBuilt;
pub use name_model::{NameModel, NotSearched};
pub use options::Options;
pub use patterns::Pattern;
