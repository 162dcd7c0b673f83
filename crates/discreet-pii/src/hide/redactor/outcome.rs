//! The outcome of hiding the personal data of a text.

use crate::{Kind, Kinds};

/// The outcome of hiding the personal data of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The output differs from the text.
    pub changed: bool,
    /// The number of findings of each kind, those that the rules keep included.
    pub hits: Counts,
    /// The number of values that a rule for their field replaced as a whole.
    pub whole: u32,
    /// The text is longer than allowed, or takes too many steps. Not all of it was searched, and there is no output.
    /// The message that contains it must not be released.
    pub too_long: bool,
}

/// The number of findings of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts([u32; Kind::COUNT]);

impl Default for Counts {
    fn default() -> Counts {
        Counts([0; Kind::COUNT])
    }
}

impl Counts {
    /// Counts one finding.
    pub fn add(&mut self, kind: Kind) {
        if let Some(count) = self.0.get_mut(kind as usize) {
            *count = count.saturating_add(1);
        }
    }

    /// The number of findings of this kind.
    pub fn of(&self, kind: Kind) -> u32 {
        self.0.get(kind as usize).copied().unwrap_or_default()
    }

    /// The number of all findings.
    pub fn total(&self) -> u32 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The kinds with findings, and their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, u32)> + '_ {
        Kinds::all().iter().map(|kind| (kind, self.of(kind))).filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_apart() {
        let mut counts = Counts::default();
        for kind in [Kind::Phone, Kind::SgUen, Kind::Phone] {
            counts.add(kind);
        }
        assert_eq!(counts.iter().collect::<Vec<_>>(), [(Kind::Phone, 2), (Kind::SgUen, 1)]);
        assert_eq!((counts.total(), counts.of(Kind::Email)), (3, 0));
    }
}
