//! Meaning of the keys of an object for the values beside and below them: `{"dob": {"year": 1984, "month": 2}}`,
//! `{"street": "Papenreye", "zip": "22453"}`, `{"question": "Your surname?", "answer": "Okonkwo"}`.

mod pairs;
mod roles;

use std::collections::HashMap;
use std::ops::Range;

use discreet_host::steps;

use super::json::{self, Part, Walk};
use crate::kinds::{Scores, alone};
use crate::recognisers::labelled;
use crate::{Evidence, Hit, Kind};

pub(super) use pairs::Pair;
use roles::Roles;

/// The score of a value that its keys tell.
const SCORES: Scores = alone(75).always();
/// The longest value that is hidden as a whole, in bytes.
const LONGEST: usize = 128;
/// The most keys that are remembered.
const MOST_KEYS: usize = 4096;

/// The objects of a document.
#[derive(Default)]
pub(super) struct Records {
    objects: Vec<Record>,
    /// A cache, with keys of earlier documents. What is found does not depend on it.
    keys: HashMap<String, Roles>,
}

/// An object.
#[derive(Default, Clone)]
struct Record {
    /// Those of all its keys.
    roles: Roles,
    /// Those of the key above it.
    above: Roles,
    /// The label of the values in it, in the document as it stands.
    label: Option<(Pair, Range<usize>)>,
}

impl Records {
    /// Reads a document.
    pub fn read(&mut self, document: &str, json: &mut json::Scratch) {
        self.objects.clear();
        let mut walk = Walk::new(document, json);
        while let Ok(Some(entry)) = walk.next() {
            let Some(number) = walk.object() else { continue };
            let (outer, key) = split(walk.path());
            match entry.part {
                Part::Key => {
                    let (roles, above) = (self.roles(key), self.roles(split(outer).1));
                    if self.objects.len() <= number {
                        self.objects.resize(number + 1, Record::default());
                    }
                    if let Some(record) = self.objects.get_mut(number) {
                        (record.roles, record.above) = (record.roles.and(roles), above);
                    }
                }
                Part::Text if walk.place().is_none() => {
                    let text = document.get(entry.range.clone()).unwrap_or_default();
                    // FHIR: `"type": {"text": "Medical record number"}, "value": "12345"`
                    let nested = key == "text" && split(outer).1 == "type";
                    let (key, number) = match walk.outer_object().filter(|_| nested) {
                        Some(around) => ("type", around),
                        None => (key, number),
                    };
                    let pair = Pair::of_label(key, text);
                    if let Some((pair, record)) = pair.zip(self.objects.get_mut(number))
                        && record.label.as_ref().is_none_or(|(known, _)| pair.outranks(*known))
                    {
                        record.label = Some((pair, entry.range));
                    }
                }
                _ => {}
            }
        }
    }

    /// The finding that a whole value is, by its key and the keys around it.
    pub fn whole(&mut self, number: Option<usize>, path: &str, value: &str) -> Option<Hit> {
        let number = number?;
        let key = self.roles(split(path).1);
        let record = self.objects.get(number)?;
        let telling = value.len() <= LONGEST && value.chars().any(char::is_alphanumeric);
        let number = value.len() <= 4 && value.bytes().all(|byte| byte.is_ascii_digit());
        let kind = kind_of(key, record, number).filter(|kind| telling && fits(*kind, value))?;
        let score = SCORES.alone.points();
        Some(Hit { kind, start: 0, end: value.len(), score, evidence: Evidence::Context })
    }

    /// Is the value at `path` the name of the person that its object is about?
    pub fn is_name(&mut self, number: Option<usize>, path: &str) -> bool {
        let record = number.and_then(|number| self.objects.get(number));
        record.is_some_and(|record| record.roles.any(Roles::PERSON))
            && self.roles(split(path).1).any(Roles::NAME)
    }

    /// The place of the label of the value under `key` in an object.
    pub fn label(&self, number: Option<usize>, key: &str) -> Option<Range<usize>> {
        let (pair, label) = self.objects.get(number?)?.label.as_ref()?;
        pair.has_value(key).then(|| label.clone())
    }

    fn roles(&mut self, key: &str) -> Roles {
        steps::count(1);
        if let Some(roles) = self.keys.get(key) {
            return *roles;
        }
        // Keys come from outside: an author who invents new ones costs time, but not memory.
        if self.keys.len() >= MOST_KEYS {
            self.keys.clear();
        }
        let roles = Roles::of(key);
        self.keys.insert(key.to_owned(), roles);
        roles
    }
}

/// The keys above, and the last key of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

/// The kind of a value in an object. `number`: it has at most four digits, and nothing else.
fn kind_of(key: Roles, record: &Record, number: bool) -> Option<Kind> {
    let (here, above) = (record.roles, record.above.and(key));
    let address = above.any(Roles::ADDRESS);
    match () {
        // `"birthdate": [1968, 3, 14]`
        () if key.any(Roles::BIRTH) && number => Some(Kind::DateOfBirth),
        () if key.any(Roles::DAY) && (above.any(Roles::BIRTH) || here.any(Roles::BIRTH_DAY)) => {
            Some(Kind::DateOfBirth)
        }
        () if key.any(Roles::STREET) && (address || here.any(Roles::CITY.and(Roles::POSTCODE))) => {
            Some(Kind::Address)
        }
        () if key.any(Roles::CITY) && (address || here.any(Roles::STREET)) => Some(Kind::Place),
        () if key.any(Roles::POSTCODE) && (address || here.any(Roles::STREET)) => Some(Kind::Postcode),
        () if key.any(Roles::IN_ADDRESS) && address && here.any(Roles::CITY.and(Roles::POSTCODE)) => {
            Some(Kind::Address)
        }
        () if key.any(Roles::HOUSE) && here.any(Roles::STREET) => Some(Kind::Address),
        () if key.any(Roles::AREA) && (above.any(Roles::PHONE) || here.any(Roles::PHONE)) => {
            Some(Kind::Phone)
        }
        () if key.any(Roles::LOCAL) && above.any(Roles::PHONE) && here.any(Roles::AREA) => Some(Kind::Phone),
        () if key.any(Roles::CARD_PART) && (above.any(Roles::CARD) || here.any(Roles::CARD)) => {
            Some(Kind::PaymentCard)
        }
        () if key.any(Roles::PASSWORD) => Some(Kind::Password),
        () if key.any(Roles::NAME_PART) || key.any(Roles::IN_NAME) && record.above.any(Roles::NAME) => {
            Some(Kind::Person)
        }
        () => None,
    }
}

/// May a value be one of this kind?
fn fits(kind: Kind, value: &str) -> bool {
    let digits = value.chars().filter(|c| c.is_numeric()).count();
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    match kind {
        // `March`, `03`
        Kind::DateOfBirth => value.len() <= 12,
        Kind::Person => digits == 0 && letters > 0 && !labelled::named::is_nobody(value),
        Kind::Phone => digits > 0 && letters == 0,
        Kind::PaymentCard | Kind::Postcode => digits > 0,
        Kind::Password => !labelled::is_remark(value) && !["yes", "no", "ok", "on", "off"].contains(&value),
        _ => true,
    }
}
