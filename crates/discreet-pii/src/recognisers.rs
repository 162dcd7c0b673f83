//! Recognisers: readers for what no pattern describes. Each takes a text and a place in it, and returns a range with
//! scores.

pub(crate) mod card;
pub(crate) mod code;
pub(crate) mod coordinates;
pub(crate) mod ipv6;
pub(crate) mod labelled;
pub(crate) mod masked;
pub(crate) mod names;
pub(crate) mod passenger;
pub(crate) mod spoken;
pub(crate) mod telephone;
pub(crate) mod web;
