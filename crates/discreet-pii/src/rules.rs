//! What personal data looks like: a form, what checks it, and how sure that makes one.

mod business;
mod contact;
mod documents;
mod europe;
mod health;
mod money;
mod person;
mod secrets;
mod world;

use super::Kind;
pub(super) use money::iban;

/// What must hold beyond the form.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// Nothing.
    None,
    /// Of the letters (upper case) and digits alone.
    Code(fn(&[u8]) -> bool),
    /// Of the text as it is.
    Raw(fn(&str) -> bool),
}

/// One form of one kind.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// Of what it is a form.
    pub(super) kind: Kind,
    /// A regular expression over bytes.
    pub(super) pattern: &'static str,
    /// The score without a word that speaks for it; 0: not without one.
    pub(super) alone: u8,
    /// The score with one.
    pub(super) near: u8,
    /// What must hold.
    pub(super) check: Check,
    /// How many words may stand between it and such a word before it.
    pub(super) reach: u8,
    /// How many bytes of the form, at its beginning, are not part of it.
    pub(super) lead: u8,
    /// How many bytes it has at least, where the pattern does not say.
    pub(super) least: u8,
    /// Capitals and small letters are as the pattern says. Elsewhere small ones do for capitals, and say less.
    pub(super) as_written: bool,
}

/// A form without more.
const fn form(kind: Kind, pattern: &'static str, alone: u8, near: u8) -> Rule {
    Rule { kind, pattern, alone, near, check: Check::None, reach: 5, lead: 0, least: 0, as_written: false }
}

/// A form whose letters and digits must pass a check.
const fn code(kind: Kind, pattern: &'static str, alone: u8, near: u8, check: fn(&[u8]) -> bool) -> Rule {
    Rule { check: Check::Code(check), ..form(kind, pattern, alone, near) }
}

/// A form that must pass a check as it is.
const fn raw(kind: Kind, pattern: &'static str, alone: u8, near: u8, check: fn(&str) -> bool) -> Rule {
    Rule { check: Check::Raw(check), ..form(kind, pattern, alone, near) }
}

impl Rule {
    const fn within(self, reach: u8) -> Rule {
        Rule { reach, ..self }
    }

    const fn behind(self, lead: u8) -> Rule {
        Rule { lead, ..self }
    }

    const fn least(self, least: u8) -> Rule {
        Rule { least, ..self }
    }

    const fn as_written(self) -> Rule {
        Rule { as_written: true, ..self }
    }
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [
        money::RULES,
        contact::RULES,
        secrets::RULES,
        person::RULES,
        documents::RULES,
        europe::RULES,
        world::RULES,
        health::RULES,
        business::RULES,
    ]
    .into_iter()
    .flatten()
}
