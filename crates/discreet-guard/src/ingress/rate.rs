//! Rate limit of each stakeholder at each ingress.

use std::collections::HashMap;
use std::time::Duration;

use discreet_seal::Bucket;
use discreet_seal::identity::PublicIdentity;

/// With this many buckets, those that are full again are removed.
const MANY: usize = 1024;

/// The tokens that each stakeholder has left at each ingress. By signing key, not by name, and kept for the life of the
/// guard: neither another name in the policy nor an ingress that closes and opens again refills a bucket.
#[derive(Debug, Default)]
pub struct Rates(HashMap<([u8; 32], String), Bucket>);

impl Rates {
    /// Takes a use of `ingress` by `sender`, if one is left. `now` is monotonic, and the same clock for all.
    pub fn take(&mut self, sender: &PublicIdentity, ingress: &str, per_second: u32, now: Duration) -> bool {
        if self.0.len() >= MANY {
            // A bucket is full after one second without use.
            self.0.retain(|_, bucket| bucket.used_since(now.saturating_sub(Duration::from_secs(2))));
        }
        self.0.entry((sender.sign, ingress.to_owned())).or_default().take(per_second, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_seal::identity::Identity;

    #[test]
    fn many_ingress_names_neither_refill_a_bucket_nor_stay_for_ever() {
        let desk = Identity::generate("desk").unwrap();
        let (mut rates, now) = (Rates::default(), Duration::from_secs(10));
        assert!(rates.take(desk.public(), "/cmd_vel", 1, now));
        for number in 0..2 * MANY {
            assert!(rates.take(desk.public(), &format!("/other_{number}"), 1, now));
        }
        assert!(!rates.take(desk.public(), "/cmd_vel", 1, now), "it was used in this second");
        assert!(rates.take(desk.public(), "/cmd_vel", 1, now + Duration::from_secs(3)));
        assert_eq!(rates.0.len(), 1, "the others are full again");
    }
}
