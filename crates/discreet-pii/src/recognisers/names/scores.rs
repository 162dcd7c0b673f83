//! The scores of names. They are set by judgement, as those of the forms are: see [`Score`].

use crate::kinds::Score;

/// An entry of the roster.
pub(super) const ROSTER: Score = Score::new(97);

/// A person behind a title: `Dr. O'Connor`.
pub(super) const TITLED: Score = Score::new(92);
/// A listed name behind a strong cue: `my name is Anna`.
pub(super) const INTRODUCED: Score = Score::new(90);
/// Any word behind a strong cue: `my name is Xandrivo`.
pub(super) const INTRODUCED_UNLISTED: Score = Score::new(75);
/// A given name and a name.
pub(super) const FULL_NAME: Score = Score::new(85);
/// A given name or a word that may be one, with a word or an initial.
pub(super) const LIKELY_FULL_NAME: Score = Score::new(75);
/// Two surnames, or one with a word on no list.
pub(super) const SURNAMES: Score = Score::new(65);
/// Two words on no list, where a person does something or is met.
pub(super) const UNLISTED_PAIR: Score = Score::new(55);
/// A name in a list of names: `Rossi, Bowman and Hill`.
pub(super) const IN_ROW: Score = Score::new(60);

/// A common given name behind a greeting, or without one.
pub(super) const GIVEN_GREETED: Score = Score::new(78);
pub(super) const GIVEN_COMMON: Score = Score::new(68);
/// A rare given name.
pub(super) const GIVEN_RARE: Score = Score::new(58);
/// A common given name that is a place as well.
pub(super) const GIVEN_OR_PLACE: Score = Score::new(55);
/// A common surname behind a greeting, or without one.
pub(super) const SURNAME_GREETED: Score = Score::new(65);
pub(super) const SURNAME_COMMON: Score = Score::new(55);
/// A word that is a name among other things.
pub(super) const DOUBTFUL: Score = Score::new(52);
/// A word on no list that somebody speaks to.
pub(super) const SPOKEN_TO: Score = Score::new(50);

/// In small letters: behind a title or a strong cue.
pub(super) const LOWER_INTRODUCED: Score = Score::new(80);
/// In small letters: a full name.
pub(super) const LOWER_FULL_NAME: Score = Score::new(72);
/// In small letters: a given name behind a greeting.
pub(super) const LOWER_GREETED: Score = Score::new(65);
/// In small letters: a common given name, or a surname with a cue.
pub(super) const LOWER_NAME: Score = Score::new(55);
/// In small letters: a country, or a name of several words.
pub(super) const LOWER_REGION: Score = Score::new(62);
/// In small letters: a nationality.
pub(super) const LOWER_NATION: Score = Score::new(60);
/// In small letters: a place behind `in` or `from`.
pub(super) const LOWER_PLACE: Score = Score::new(55);
/// In small letters: a street address.
pub(super) const LOWER_ADDRESS: Score = Score::new(70);

/// A nationality or a country, or a place behind `in` or `from`.
pub(super) const PLACE_SURE: Score = Score::new(75);
/// A place that is a name of persons too, behind `in` or `from`; any words behind `I live in`.
pub(super) const PLACE_LIKELY: Score = Score::new(70);
/// A place without a cue.
pub(super) const PLACE: Score = Score::new(65);
/// A place that is a word or a name of persons as well.
pub(super) const PLACE_DOUBTFUL: Score = Score::new(50);

/// An organization with its legal form.
pub(super) const FIRM: Score = Score::new(85);
/// Words behind `work for`.
pub(super) const EMPLOYER: Score = Score::new(65);
/// An organization by its type: `Brandt Institute`.
pub(super) const INSTITUTION: Score = Score::new(55);

/// A street with a number, or a box of the military or postal service.
pub(super) const ADDRESS: Score = Score::new(85);
/// A street with the number behind it.
pub(super) const NUMBER_BEHIND: Score = Score::new(82);
/// A post box, or the post office of a fleet.
pub(super) const POST_BOX: Score = Score::new(80);
/// A street by a small word behind its name, with a number: `Kiraly u. 23`.
pub(super) const SMALL_WORD: Score = Score::new(80);
/// A name between two numbers: `24 Nerudy 894`.
pub(super) const TWO_NUMBERS: Score = Score::new(70);
/// A street without a number.
pub(super) const STREET: Score = Score::new(60);
