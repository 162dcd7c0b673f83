//! The memory of console messages: each is logged once, not each second.

use std::collections::HashMap;
use std::time::Duration;

/// A condition that ended is logged again when it comes back after this time.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// Conditions remembered. Beyond these only the number is logged, so that no publisher can fill the log with them.
const MAX_SAID: usize = 500;

/// The conditions that were logged.
#[derive(Debug, Default)]
pub struct Logged {
    last: HashMap<String, Duration>,
    overflowed: bool,
}

impl Logged {
    /// Those of `now_true` that were not logged yet. Call it with every condition that holds at `now`, a monotonic
    /// time.
    pub fn news(&mut self, now_true: impl IntoIterator<Item = String>, now: Duration) -> Vec<String> {
        self.last.retain(|_, last| now.saturating_sub(*last) < FORGOTTEN);
        let mut news = Vec::new();
        let mut left_out = 0_usize;
        for thing in now_true {
            if let Some(last) = self.last.get_mut(&thing) {
                *last = now;
            } else if self.last.len() < MAX_SAID {
                self.last.insert(thing.clone(), now);
                news.push(thing);
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 && !self.overflowed {
            news.push(format!("{left_out} more such messages; see /diagnostics"));
        }
        self.overflowed = left_out > 0;
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn one(text: &str) -> [String; 1] {
        [text.to_owned()]
    }

    #[test]
    fn a_thing_is_said_once_while_it_lasts_and_again_when_it_comes_back() {
        let mut logged = Logged::default();
        assert_eq!(logged.news(one("a"), seconds(0)), ["a"]);
        (1..500).for_each(|second| assert!(logged.news(one("a"), seconds(second)).is_empty(), "{second}"));
        assert!(logged.news([], seconds(530)).is_empty() && logged.news(one("a"), seconds(540)).is_empty());
        assert_eq!(logged.news(one("a"), seconds(600)), ["a"]);
    }

    #[test]
    fn a_flood_of_things_is_said_in_part_and_counted() {
        let mut logged = Logged::default();
        let flood = || (0..MAX_SAID + 7).map(|number| number.to_string());
        let news = logged.news(flood(), seconds(0));
        assert_eq!(news.len(), MAX_SAID + 1);
        assert!(news.last().unwrap().starts_with("7 more"));
        assert!(logged.news(flood(), seconds(1)).is_empty());
    }
}
