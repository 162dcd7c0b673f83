//! From one latched publisher to its successor of another depth.

/// A latched publisher that has been replaced by one of another depth. It is kept for its history, until the
/// successor has published as many messages as it keeps.
#[derive(Debug)]
pub struct Handover<P> {
    before: Option<Before<P>>,
}

#[derive(Debug)]
struct Before<P> {
    publisher: P,
    /// Messages that the successor still has to publish.
    left: usize,
}

impl<P> Default for Handover<P> {
    fn default() -> Handover<P> {
        Handover { before: None }
    }
}

impl<P> Handover<P> {
    /// Keeps `publisher`, whose successor keeps `depth` messages. Returns the publisher that was kept so far, which
    /// is not needed any more.
    pub fn begin(&mut self, publisher: P, depth: usize) -> Option<P> {
        let older = self.before.replace(Before { publisher, left: depth });
        older.map(|older| older.publisher)
    }

    /// The successor has published a message. Returns the publisher that was kept once the successor's history is
    /// full.
    pub fn published(&mut self) -> Option<P> {
        let Before { publisher, left } = self.before.take()?;
        match left.checked_sub(1) {
            None | Some(0) => Some(publisher),
            Some(left) => {
                self.before = Some(Before { publisher, left });
                None
            }
        }
    }

    /// The publisher that is still kept.
    pub fn into_kept(self) -> Option<P> {
        self.before.map(|before| before.publisher)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_is_kept_until_its_successor_has_published_its_own_depth() {
        let mut handover = Handover::default();
        assert_eq!(handover.published(), None, "there is nothing to keep");
        assert_eq!(handover.begin("of depth 5", 3), None);
        assert_eq!([(); 3].map(|()| handover.published()), [None, None, Some("of depth 5")]);
        assert_eq!(handover.published(), None);
    }

    #[test]
    fn only_the_latest_predecessor_is_kept() {
        let mut handover = Handover::default();
        handover.begin("first", 10);
        assert_eq!(handover.begin("second", 2), Some("first"));
        assert_eq!(handover.published(), None);
        assert_eq!(handover.into_kept(), Some("second"));
    }
}
