//! Secrets: not shown, not copied, wiped when dropped.

use zeroize::{Zeroize, Zeroizing};

/// `N` secret bytes. No `Debug`, no `Clone`; wiped when dropped.
pub struct Secret<const N: usize> {
    // Boxed, so that moving the secret leaves no copy behind.
    bytes: Box<Zeroizing<[u8; N]>>,
}

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

impl<const N: usize> Secret<N> {
    /// Fresh random bytes.
    pub fn random() -> Result<Secret<N>, NoRandomness> {
        let mut secret = Secret { bytes: Box::new(Zeroizing::new([0; N])) };
        getrandom::fill(secret.bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
        Ok(secret)
    }

    /// Takes over these bytes, and wipes them where they were.
    pub fn take(bytes: &mut [u8; N]) -> Secret<N> {
        let mut secret = Secret { bytes: Box::new(Zeroizing::new([0; N])) };
        secret.bytes.copy_from_slice(bytes);
        bytes.zeroize();
        secret
    }

    /// The bytes, to be used and not kept.
    pub fn expose(&self) -> &[u8; N] {
        &self.bytes
    }
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
}
