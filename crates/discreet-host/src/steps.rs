//! Counts the steps of work that bytes from outside make, for tests: seconds depend on the machine, steps do not.
//!
//! A loop over such bytes counts one step a turn, or the number of bytes that it read. Each thread has its own count.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// Adds steps to this thread's count.
#[inline]
pub fn count(steps: usize) {
    STEPS.with(|all| all.set(all.get().wrapping_add(steps as u64)));
}

/// The steps of this thread since it began.
pub fn taken() -> u64 {
    STEPS.with(Cell::get)
}
