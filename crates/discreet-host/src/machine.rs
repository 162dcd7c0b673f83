//! The machine that a program runs on, as an argument: its files and its randomness.

use std::fmt;
use std::sync::Arc;

use super::files::{Files, SystemFiles};
use super::secret::{NoRandomness, Secret};

/// A source of random bytes.
pub trait Random: Send + Sync {
    /// Fills `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

/// Randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        getrandom::fill(bytes).map_err(|_| NoRandomness)
    }
}

/// Files and randomness. Cheap to clone.
#[derive(Clone)]
pub struct Machine {
    /// The files.
    pub files: Arc<dyn Files>,
    /// The randomness.
    pub random: Arc<dyn Random>,
}

impl Machine {
    /// The operating system's.
    pub fn system() -> Machine {
        Machine { files: Arc::new(SystemFiles), random: Arc::new(SystemRandom) }
    }

    /// Fresh random bytes.
    pub fn secret<const N: usize>(&self) -> Result<Secret<N>, NoRandomness> {
        Secret::fill(|bytes| self.random.fill(bytes))
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Machine").field("files", &self.files).finish_non_exhaustive()
    }
}
