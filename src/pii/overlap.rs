//! Of what lies over each other the best stays.

use std::cmp::Reverse;

use super::Hit;

/// Sorts hits, and takes out those that lie over better ones.
pub(super) fn resolve(hits: &mut Vec<Hit>) {
    order(hits);
    let (mut kept, mut from) = (0, 0);
    while let Some(first) = hits.get(from) {
        // Those that lie over each other, directly or through others. A text may have thousands of such heaps.
        let mut end = first.end;
        let behind = hits.iter().skip(from).take_while(|hit| {
            let inside = hit.start < end;
            end = end.max(hit.end);
            inside
        });
        let to = from + behind.count().max(1);
        let best = hits.get_mut(from..to).map_or(0, best);
        for at in 0..best {
            hits.swap(kept + at, from + at);
        }
        (kept, from) = (kept + best, to);
    }
    hits.truncate(kept);
}

/// Brings those of a heap that stay to its beginning, in order, and says how many they are.
fn best(heap: &mut [Hit]) -> usize {
    if heap.len() == 1 {
        return 1;
    }
    // The surest first; then the longest, the earliest, the kind of the smaller number.
    heap.sort_unstable_by_key(|hit| (Reverse(hit.score), Reverse(hit.end - hit.start), hit.start, hit.kind));
    let mut kept = 0;
    for next in 0..heap.len() {
        let (before, rest) = heap.split_at_mut(next);
        let Some(hit) = rest.first() else { break };
        if before.iter().take(kept).all(|better| !better.overlaps(hit)) {
            heap.swap(kept, next);
            kept += 1;
        }
    }
    if let Some(stay) = heap.get_mut(..kept) {
        stay.sort_unstable_by_key(|hit| hit.start);
    }
    kept
}

/// Sorts hits, and takes out what is there twice.
pub(super) fn order(hits: &mut Vec<Hit>) {
    hits.sort_unstable_by_key(|hit| (hit.start, hit.end, hit.kind, Reverse(hit.score)));
    hits.dedup_by_key(|hit| (hit.start, hit.end, hit.kind));
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Why};
    use super::*;

    fn hit(kind: Kind, start: usize, end: usize, score: u8) -> Hit {
        Hit { kind, start, end, score, why: Why::Form }
    }

    #[test]
    fn the_surer_stays_and_of_two_as_sure_the_longer() {
        let mut hits = vec![
            hit(Kind::Phone, 0, 10, 60),
            hit(Kind::PaymentCard, 4, 20, 90),
            hit(Kind::Url, 30, 50, 70),
            hit(Kind::Email, 35, 45, 70),
        ];
        resolve(&mut hits);
        assert_eq!(hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(), [Kind::PaymentCard, Kind::Url]);
    }
}
