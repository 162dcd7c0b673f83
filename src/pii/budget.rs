//! How much a text may cost: whoever writes it must not decide how long others wait.

use crate::steps;

/// The most text, in bytes, that a robot's message may have where somebody looks for personal data: more than the
/// description of any robot. A message with more stays inside.
pub const LONGEST: usize = 4 << 20;

/// The same where a person waits, with a file.
pub const LONGEST_OFFLINE: usize = 64 << 20;

/// Steps that each byte may take. Text that people or programs write takes less than ten.
const STEPS_A_BYTE: u64 = 192;

/// What a short text may take besides.
const STEPS: u64 = 1 << 16;

/// What is left of the steps of one text.
#[derive(Debug, Default)]
pub(super) struct Budget {
    left: u64,
    over: bool,
}

impl Budget {
    /// For a text of so many bytes.
    pub(super) fn of(bytes: usize) -> Budget {
        Budget { left: STEPS + STEPS_A_BYTE * bytes as u64, over: false }
    }

    /// So many steps more. False once there are none left: then nobody may go on as if all had been looked at.
    #[inline]
    pub(super) fn take(&mut self, more: usize) -> bool {
        steps::count(more);
        match self.left.checked_sub(more as u64) {
            Some(left) => self.left = left,
            None => self.over = true,
        }
        !self.over
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
        let mut budget = Budget::of(1);
        assert!(budget.take(1 << 16));
        assert!(!budget.take(1 << 20));
        assert!(!budget.take(0) && budget.is_over());
    }
}
