//! Secrets: not shown, not copied, not swapped out where the limits allow it, wiped when dropped.

mod harden;
mod private_process;

use zeroize::Zeroize;

pub use harden::{Hardened, Lock, harden, unreadable};
pub use private_process::in_private_process;

/// `N` secret bytes. No `Debug`, no `Clone`; wiped when dropped.
pub struct Secret<const N: usize> {
    // Boxed, so that moving the secret leaves no copy behind.
    page: Box<Page<N>>,
    /// Kept after the bytes are wiped. None where the limit of locked memory is reached; [`harden`] says so.
    _locked: Option<region::LockGuard>,
}

/// A page of its own, so that unlocking one secret does not unlock another.
#[repr(align(4096))]
struct Page<const N: usize>([u8; N]);

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

impl<const N: usize> Secret<N> {
    /// Fresh random bytes.
    pub fn random() -> Result<Secret<N>, NoRandomness> {
        let mut secret = Secret::zero();
        getrandom::fill(&mut secret.page.0).map_err(|_| NoRandomness)?;
        Ok(secret)
    }

    /// Takes over these bytes, and wipes the originals.
    pub fn take(bytes: &mut [u8; N]) -> Secret<N> {
        let mut secret = Secret::zero();
        secret.page.0.copy_from_slice(bytes);
        bytes.zeroize();
        secret
    }

    /// Made by `fill`, in place, without another copy. An error if `fill` fails.
    pub fn fill<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Secret<N>, E> {
        let mut secret = Secret::zero();
        fill(&mut secret.page.0)?;
        Ok(secret)
    }

    /// The bytes, to be used and not kept.
    pub fn expose(&self) -> &[u8; N] {
        &self.page.0
    }

    fn zero() -> Secret<N> {
        let page = Box::new(Page([0; N]));
        let locked = lock(&page.0);
        Secret { page, _locked: locked }
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.page.0.zeroize();
    }
}

fn lock(bytes: &[u8]) -> Option<region::LockGuard> {
    // A secret that cannot be locked is still usable: `harden` reports that.
    region::lock(bytes.as_ptr(), bytes.len()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_over_is_wiped_where_it_was() {
        let mut bytes = [7; 32];
        let secret = Secret::take(&mut bytes);
        assert_eq!((bytes, *secret.expose()), ([0; 32], [7; 32]));
        assert!(Secret::<32>::random().unwrap().expose() != Secret::<32>::random().unwrap().expose());
    }

    #[test]
    fn what_could_not_be_made_is_no_secret() {
        let made: Result<Secret<4>, &str> = Secret::fill(|_| Err("no"));
        assert_eq!(made.err(), Some("no"));
    }
}
