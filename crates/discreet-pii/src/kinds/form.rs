//! The definition of a kind: its names, its group, its forms and its context words.

use super::Group;
use super::score::Scores;

/// Everything that is known of a kind. The files of the families hold one constant of this type for each kind.
pub(crate) struct Definition {
    /// The word in a policy: `payment_card`.
    pub(crate) name: &'static str,
    /// The word in other tools, Presidio's where it has one: `CREDIT_CARD`.
    pub(crate) label: &'static str,
    /// The group that it belongs to.
    pub(crate) group: Group,
    /// The kind without a country that covers this one: `passport` for `us_passport`.
    pub(crate) covered_by: Option<&'static str>,
    /// The forms that the automaton matches. Empty for a kind that only a recogniser finds.
    pub(crate) forms: &'static [Form],
    /// The form of a code that has no shape of its own.
    pub(crate) code: Option<Code>,
    /// Context words, separated by blanks: lower case, without accents, compounds as one (`dateofbirth`).
    /// [`context`](crate::detect::context) adds endings such as `number`.
    pub(crate) words: &'static [&'static str],
}

/// A kind without forms and words.
pub(super) const fn define(name: &'static str, label: &'static str, group: Group) -> Definition {
    Definition { name, label, group, covered_by: None, forms: &[], code: None, words: &[] }
}

impl Definition {
    pub(super) const fn covered_by(self, name: &'static str) -> Definition {
        Definition { covered_by: Some(name), ..self }
    }

    pub(super) const fn forms(self, forms: &'static [Form]) -> Definition {
        Definition { forms, ..self }
    }

    /// Codes of `least` to `most` letters and digits count if a context word stands at most three words in front.
    pub(super) const fn code(self, least: usize, most: usize, scores: Scores) -> Definition {
        self.code_within(3, (least, most), scores)
    }

    /// The same if it stands at most `reach` words in front.
    pub(super) const fn code_within(self, reach: u8, length: (usize, usize), scores: Scores) -> Definition {
        Definition { code: Some(Code { length, scores, reach, capitals: false }), ..self }
    }

    /// The same with capitals, and without small letters.
    pub(super) const fn code_in_capitals(self, length: (usize, usize), scores: Scores) -> Definition {
        Definition { code: Some(Code { length, scores, reach: 3, capitals: true }), ..self }
    }

    pub(super) const fn words(self, words: &'static [&'static str]) -> Definition {
        Definition { words, ..self }
    }
}

/// A code that only a context word makes anything of.
#[derive(Clone, Copy)]
pub(crate) struct Code {
    /// The number of letters and digits, at least and at most.
    pub(crate) length: (usize, usize),
    /// The scores.
    pub(crate) scores: Scores,
    /// The number of words that may stand between.
    pub(crate) reach: u8,
    /// It has capitals, and no small letters.
    pub(crate) capitals: bool,
}

/// The condition on a match beyond its pattern.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    /// No condition.
    None,
    /// A condition on the letters (in upper case) and digits, without separators.
    Code(fn(&[u8]) -> bool),
    /// A condition on the text as it stands.
    Raw(fn(&str) -> bool),
}

/// A form of a kind.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// A regular expression over bytes.
    pub(crate) pattern: &'static str,
    /// The scores.
    pub(crate) scores: Scores,
    /// The condition on a match.
    pub(crate) check: Check,
    /// The number of words that may stand between a context word and the match.
    pub(crate) reach: u8,
    /// The number of bytes at the beginning of the match that are not part of the finding.
    pub(crate) lead: u8,
    /// The number of bytes of a match up to the end of the finding, if something else may follow in it.
    pub(crate) end: Option<fn(&str) -> usize>,
    /// The least number of bytes of a match, where the pattern does not say.
    pub(crate) least: u8,
    /// Case is as in the pattern. Otherwise small letters match capitals, with a lower score.
    pub(crate) case_sensitive: bool,
}

/// Words that may stand between a context word and a match, unless a form says otherwise.
pub(crate) const REACH: u8 = 5;

/// A form without a check.
pub(super) const fn form(pattern: &'static str, scores: Scores) -> Form {
    Form {
        pattern,
        scores,
        check: Check::None,
        reach: REACH,
        lead: 0,
        end: None,
        least: 0,
        case_sensitive: false,
    }
}

impl Form {
    /// Its letters and digits must pass `check`.
    pub(super) const fn check(self, check: fn(&[u8]) -> bool) -> Form {
        Form { check: Check::Code(check), ..self }
    }

    /// The text as it stands must pass `check`.
    pub(super) const fn check_text(self, check: fn(&str) -> bool) -> Form {
        Form { check: Check::Raw(check), ..self }
    }

    /// At most `reach` words stand between a context word and the match.
    pub(super) const fn within(self, reach: u8) -> Form {
        Form { reach, ..self }
    }

    /// The finding begins `lead` bytes behind the beginning of the match.
    pub(super) const fn skip(self, lead: u8) -> Form {
        Form { lead, ..self }
    }

    /// The finding ends where `end` says.
    pub(super) const fn up_to(self, end: fn(&str) -> usize) -> Form {
        Form { end: Some(end), ..self }
    }

    /// A match has at least this many bytes.
    pub(super) const fn at_least(self, least: u8) -> Form {
        Form { least, ..self }
    }

    /// Case is as in the pattern.
    pub(super) const fn case_sensitive(self) -> Form {
        Form { case_sensitive: true, ..self }
    }
}
