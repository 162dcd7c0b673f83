//! Random numbers from a seed: SplitMix64, the same on every machine and with every version of every library.

use std::sync::Mutex;

use discreet_host::machine::Random;
use discreet_host::secret::{NoRandomness, Secret};
use discreet_host::sync::lock;

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `most`, which is not zero.
    pub fn below(&mut self, most: usize) -> usize {
        (self.number() % most as u64) as usize
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, of_hundred: u64) -> bool {
        self.number() % 100 < of_hundred
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }
}

/// A secret from a stream.
pub fn secret(rng: &mut Rng) -> Secret<32> {
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(8).for_each(|chunk| chunk.copy_from_slice(&rng.number().to_le_bytes()));
    Secret::take(&mut bytes)
}

/// The randomness of a simulated machine.
#[derive(Debug)]
pub struct SeededRandom(Mutex<Rng>);

impl SeededRandom {
    /// From a seed.
    pub fn new(seed: u64) -> SeededRandom {
        SeededRandom(Mutex::new(Rng::new(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        let mut rng = lock(&self.0);
        bytes
            .chunks_mut(8)
            .for_each(|chunk| chunk.copy_from_slice(&rng.number().to_le_bytes()[..chunk.len()]));
        Ok(())
    }
}
