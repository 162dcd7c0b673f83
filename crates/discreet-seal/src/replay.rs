//! Replay check: the messages of one key on one topic that were opened before.

use super::error::OpenError;

/// The greatest distance behind the newest number.
const WIDTH: u64 = 1024;
const WORDS: usize = 16;

/// Remembers the last 1024 numbers of one key on one topic. Only for opened messages: anybody can claim a
/// number.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    greatest: Option<u64>,
    /// A bit for each number, at its place modulo the width.
    seen: [u64; WORDS],
}

impl Replay {
    /// Accepts each number once.
    pub fn accept(&mut self, counter: u64) -> Result<(), OpenError> {
        match self.greatest {
            Some(greatest) if counter <= greatest => {
                if greatest - counter >= WIDTH {
                    return Err(OpenError::TooOld);
                }
                if self.is_marked(counter) {
                    return Err(OpenError::Replayed);
                }
            }
            Some(greatest) if counter - greatest < WIDTH => {
                (greatest + 1..counter).for_each(|number| self.mark(number, false));
                self.greatest = Some(counter);
            }
            _ => {
                self.seen = [0; WORDS];
                self.greatest = Some(counter);
            }
        }
        self.mark(counter, true);
        Ok(())
    }

    fn is_marked(&self, counter: u64) -> bool {
        let (word, bit) = place(counter);
        self.seen.get(word).is_some_and(|word| word & bit != 0)
    }

    fn mark(&mut self, counter: u64, seen: bool) {
        let (word, bit) = place(counter);
        if let Some(word) = self.seen.get_mut(word) {
            *word = if seen { *word | bit } else { *word & !bit };
        }
    }
}

fn place(counter: u64) -> (usize, u64) {
    let place = counter % WIDTH;
    ((place / 64) as usize, 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_passes_once_in_any_order_within_the_window() {
        let mut replay = Replay::default();
        for counter in [5, 3, 4, 0, 1028, 7, 6] {
            assert_eq!(replay.accept(counter), Ok(()), "{counter}");
            assert_eq!(replay.accept(counter), Err(OpenError::Replayed), "{counter}");
        }
        assert_eq!(replay.accept(2), Err(OpenError::TooOld));
        assert_eq!(replay.accept(5), Err(OpenError::Replayed));
        assert_eq!(replay.accept(u64::MAX), Ok(()));
        assert_eq!(replay.accept(u64::MAX), Err(OpenError::Replayed));
        assert_eq!(replay.accept(1028), Err(OpenError::TooOld));
    }

    #[test]
    fn it_agrees_with_a_list_of_all_that_was_seen() {
        let (mut replay, mut seen, mut greatest) =
            (Replay::default(), std::collections::HashSet::new(), 0_u64);
        let mut dice = 9_u64;
        for _ in 0..200_000 {
            dice = dice.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let counter = (greatest + (dice >> 33) % 40).saturating_sub((dice >> 40) % 1500);
            let expected = match counter {
                _ if greatest >= WIDTH && counter <= greatest - WIDTH => Err(OpenError::TooOld),
                _ if !seen.insert(counter) => Err(OpenError::Replayed),
                _ => Ok(()),
            };
            assert_eq!(replay.accept(counter), expected, "{counter} after {greatest}");
            greatest = greatest.max(counter);
        }
    }
}
