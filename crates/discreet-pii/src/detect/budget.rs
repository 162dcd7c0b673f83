//! Bounds on the work that a text may cause. The author of a text must not decide how long other messages wait.

use discreet_host::steps;

/// The most text of a message that is searched for personal data, in bytes: more than the description of any robot. A
/// longer one is not released.
pub const LONGEST: usize = 4 << 20;

/// The same for a file, where a person waits.
pub const LONGEST_OFFLINE: usize = 64 << 20;

/// The steps that each byte adds to the budget. Text of people and programs takes less than ten.
const STEPS_A_BYTE: u64 = 192;

/// The steps of a message without its bytes.
const STEPS: u64 = 1 << 20;

/// The steps that are left for the texts of a message.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
    over: bool,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { left: STEPS, over: false }
    }
}

impl Budget {
    /// Adds the steps of a text of so many bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(STEPS_A_BYTE.saturating_mul(bytes as u64));
    }

    /// Adds so many steps.
    pub(crate) fn add_steps(&mut self, more: usize) {
        self.left = self.left.saturating_add(more as u64);
    }

    /// Takes so many steps. False once none are left: then the text must not count as searched.
    #[inline]
    pub(crate) fn take(&mut self, more: usize) -> bool {
        match self.left.checked_sub(more as u64) {
            Some(left) => self.left = left,
            None => (self.left, self.over) = (0, true),
        }
        !self.over
    }

    /// Ends the search: the text must not count as searched.
    pub(crate) fn end(&mut self) {
        (self.left, self.over) = (0, true);
    }

    /// Counts the steps since there were `before` left. Called once for a text, not in the inner loop.
    pub(crate) fn count_since(&self, before: u64) {
        steps::count(usize::try_from(before.saturating_sub(self.left)).unwrap_or(usize::MAX));
    }

    /// The number of steps left.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Were there too few steps?
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exhausted_budget_stays_exhausted() {
        let mut budget = Budget::default();
        budget.add(1);
        assert!(budget.take(1 << 20) && budget.take(192));
        assert!(!budget.take(1));
        assert!(!budget.take(0) && budget.is_over());
    }
}
