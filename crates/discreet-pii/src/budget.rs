//! How much a text may cost: whoever writes it must not decide how long others wait.

use discreet_host::steps;

/// The most text, in bytes, that a robot's message may have where somebody looks for personal data: more than the
/// description of any robot. A message with more stays inside.
pub const LONGEST: usize = 4 << 20;

/// The same where a person waits, with a file.
pub const LONGEST_OFFLINE: usize = 64 << 20;

/// Steps that each byte may take. Text that people or programs write takes less than ten.
const STEPS_A_BYTE: u64 = 192;

/// What all texts of a message may take besides.
const STEPS: u64 = 1 << 20;

/// What is left of the steps of the texts of one message.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
    over: bool,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { left: STEPS, over: false }
    }
}

impl Budget {
    /// One more text, of so many bytes.
    pub(super) fn add(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(STEPS_A_BYTE.saturating_mul(bytes as u64));
    }

    /// So many steps more. False once there are none left: then nobody may go on as if all had been looked at.
    #[inline]
    pub(super) fn take(&mut self, more: usize) -> bool {
        match self.left.checked_sub(more as u64) {
            Some(left) => self.left = left,
            None => (self.left, self.over) = (0, true),
        }
        !self.over
    }

    /// Counts what was taken since there were `before` left. Once for a text: this is the inner loop of a busy robot.
    pub(super) fn count_since(&self, before: u64) {
        steps::count(usize::try_from(before.saturating_sub(self.left)).unwrap_or(usize::MAX));
    }

    /// How many are left.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Whether there was more to do than there were steps.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stays_over() {
        let mut budget = Budget::default();
        budget.add(1);
        assert!(budget.take(1 << 20) && budget.take(192));
        assert!(!budget.take(1));
        assert!(!budget.take(0) && budget.is_over());
    }
}
