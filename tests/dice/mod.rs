//! Random numbers that are the same on every machine.

/// A small seeded generator; the seed is not 0.
pub struct Dice(pub u64);

impl Dice {
    /// From 0 to one less than `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// One of them.
    pub fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }
}
