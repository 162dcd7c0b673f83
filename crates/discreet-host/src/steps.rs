//! Counts the steps of work that bytes from outside make, for tests: seconds depend on the machine, steps do not.
//!
//! A loop that goes over such bytes counts once a turn, or says how many bytes it looked at. One thread's count is its own.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// So many more steps were taken.
#[inline]
pub fn count(steps: usize) {
    STEPS.with(|all| all.set(all.get().wrapping_add(steps as u64)));
}

/// The steps of this thread since it began.
pub fn taken() -> u64 {
    STEPS.with(Cell::get)
}
