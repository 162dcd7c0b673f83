//! What was done to a text.

use crate::Kind;

/// What was done to a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What came out is not what went in.
    pub changed: bool,
    /// What was found, by kind.
    pub hits: Counts,
    /// Values that a rule took whole, whatever they were.
    pub whole: u32,
    /// It is longer, or took more steps, than a text may: not all of it was looked at, and nothing of it came out. Whatever it
    /// stands in must not be let out either.
    pub too_long: bool,
}

/// How often each kind was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts([u32; Kind::ALL.len()]);

impl Default for Counts {
    fn default() -> Counts {
        Counts([0; Kind::ALL.len()])
    }
}

impl Counts {
    /// One more.
    pub fn add(&mut self, kind: Kind) {
        self.add_many(kind, 1);
    }

    /// What another text had too.
    pub fn add_all(&mut self, other: &Counts) {
        other.iter().for_each(|(kind, count)| self.add_many(kind, count));
    }

    /// How often this kind.
    pub fn of(&self, kind: Kind) -> u32 {
        self.0.get(kind as usize).copied().unwrap_or_default()
    }

    /// How many in all.
    pub fn total(&self) -> u32 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The kinds that were found.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, u32)> + '_ {
        Kind::ALL.iter().map(|kind| (*kind, self.of(*kind))).filter(|(_, count)| *count > 0)
    }

    fn add_many(&mut self, kind: Kind, more: u32) {
        if let Some(count) = self.0.get_mut(kind as usize) {
            *count = count.saturating_add(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_apart() {
        let (mut one, mut two) = (Counts::default(), Counts::default());
        one.add(Kind::Phone);
        two.add(Kind::Phone);
        two.add(Kind::SgUen);
        one.add_all(&two);
        assert_eq!(one.iter().collect::<Vec<_>>(), [(Kind::Phone, 2), (Kind::SgUen, 1)]);
        assert_eq!((one.total(), one.of(Kind::Email)), (3, 0));
    }
}
