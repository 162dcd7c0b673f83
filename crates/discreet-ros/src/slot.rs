//! The working state of a task, in a place from which one worker at a time takes it.
//!
//! A thread that only reads the state or ends the task never waits behind a message that takes long: the lock is
//! held only for taking and putting back.

use discreet_host::sync::lock;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A place for one `T`.
pub struct Slot<T> {
    place: Mutex<Place<T>>,
    put: Condvar,
}

struct Place<T> {
    // Boxed, so that taking it moves a pointer.
    content: Option<Box<T>>,
    /// Number of waiting threads: a notification without one would still cost a system call.
    waiting: usize,
}

impl<T> Slot<T> {
    /// With `content` in it.
    pub fn new(content: T) -> Slot<T> {
        let place = Place { content: Some(Box::new(content)), waiting: 0 };
        Slot { place: Mutex::new(place), put: Condvar::new() }
    }

    /// Takes it, unless another thread has it.
    pub fn take(&self) -> Option<Taken<'_, T>> {
        self.place().content.take().map(|content| Taken { slot: self, content: Some(content) })
    }

    /// Takes it, and waits at most this long if another thread has it.
    pub fn take_within(&self, patience: Duration) -> Option<Taken<'_, T>> {
        let until = Instant::now() + patience;
        let mut place = self.place();
        loop {
            if let Some(content) = place.content.take() {
                return Some(Taken { slot: self, content: Some(content) });
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            place.waiting += 1;
            place = self.put.wait_timeout(place, left).unwrap_or_else(PoisonError::into_inner).0;
            place.waiting -= 1;
        }
    }

    /// Calls a function with it, as soon as it is free.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut taken = loop {
            if let Some(taken) = self.take_within(Duration::from_secs(1)) {
                break taken;
            }
        };
        taken.get().map(work)
    }

    fn place(&self) -> MutexGuard<'_, Place<T>> {
        lock(&self.place)
    }
}

/// A taken state. It is put back when this is dropped, also by a panic.
pub struct Taken<'s, T> {
    slot: &'s Slot<T>,
    content: Option<Box<T>>,
}

impl<T> Taken<'_, T> {
    /// The state.
    pub fn get(&mut self) -> Option<&mut T> {
        self.content.as_deref_mut()
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        let mut place = self.slot.place();
        place.content = self.content.take();
        if place.waiting > 0 {
            self.slot.put.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_it_taken_goes_on_or_waits_for_a_while() {
        let slot = Slot::new(7);
        let mut taken = slot.take().unwrap();
        assert!(slot.take().is_none());
        assert!(slot.take_within(Duration::from_millis(5)).is_none());
        *taken.get().unwrap() = 8;
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| slot.take_within(Duration::from_secs(60)).unwrap().get().copied());
            drop(taken);
            assert_eq!(waiting.join().unwrap(), Some(8));
        });
    }

    #[test]
    fn a_panic_puts_it_back() {
        let slot = Slot::new(7);
        std::thread::scope(|scope| {
            let panics = scope.spawn(|| {
                let _taken = slot.take().unwrap();
                panic!("in the middle of it");
            });
            assert!(panics.join().is_err());
        });
        assert!(slot.take().is_some());
    }
}
