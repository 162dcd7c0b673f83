//! Overlapping findings: the best one stays.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use discreet_host::steps;

use super::{Evidence, Hit};

/// Up to so many overlapping findings are compared one by one.
const FEW: usize = 16;

/// Sorts findings, and removes those that overlap better ones.
pub(crate) fn resolve(hits: &mut Vec<Hit>) {
    // Most texts have few findings, in order and apart.
    let apart = |pair: &[Hit]| matches!(pair, [one, next] if one.end.max(one.start + 1) <= next.start);
    if hits.windows(2).all(apart) {
        return;
    }
    order(hits);
    let (mut kept, mut from) = (0, 0);
    while let Some(first) = hits.get(from) {
        // A heap: findings that overlap, directly or through others. A text may have thousands of heaps.
        let mut end = first.end;
        let behind = hits.iter().skip(from).take_while(|hit| {
            let inside = hit.start < end;
            if inside {
                end = end.max(hit.end);
            }
            inside
        });
        let to = from + behind.count().max(1);
        let all = first.start..end;
        let best = hits.get_mut(from..to).map_or(0, |heap| best(heap, &all));
        for at in 0..best {
            hits.swap(kept + at, from + at);
        }
        (kept, from) = (kept + best, to);
    }
    hits.truncate(kept);
}

/// Moves the findings of a heap that stay to its beginning, in order. Returns their number. `all`: the bytes of all of
/// them.
fn best(heap: &mut [Hit], all: &Range<usize>) -> usize {
    if heap.len() == 1 {
        return 1;
    }
    let of_policy = heap.iter().any(is_of_policy);
    // A text of the policy in a telephone number: all of the number is hidden.
    let around = |hit: &Hit| hit.start == all.start && hit.end == all.end && !is_of_policy(hit);
    if of_policy
        && !heap.iter().any(|hit| is_of_policy(hit) && hit.start == all.start && hit.end == all.end)
        && let Some(at) = heap.iter().position(around)
    {
        heap.swap(0, at);
        return 1;
    }
    // The highest score first; then the longest, the earliest, the kind of the smaller number.
    heap.sort_unstable_by_key(|hit| (Reverse(hit.score), Reverse(hit.end - hit.start), hit.start, hit.kind));
    let kept = if heap.len() <= FEW { best_of_few(heap) } else { best_of_many(heap) };
    if let Some(stay) = heap.get_mut(..kept) {
        stay.sort_unstable_by_key(|hit| hit.start);
        if of_policy {
            fill(stay, all);
        }
    }
    kept
}

/// Is this a text that the policy or the roster names? It does not compete with the findings that it overlaps: what
/// would be hidden without it is hidden with it.
fn is_of_policy(hit: &Hit) -> bool {
    matches!(hit.evidence, Evidence::Pattern | Evidence::Roster)
}

/// Extends findings, in order, so that nothing between them is left.
fn fill(stay: &mut [Hit], all: &Range<usize>) {
    let mut from = all.start;
    for hit in stay.iter_mut() {
        hit.start = from;
        from = hit.end;
    }
    if let Some(last) = stay.last_mut() {
        last.end = all.end;
    }
}

/// Compares each with all that stay. The least work for a few findings, and no memory.
fn best_of_few(heap: &mut [Hit]) -> usize {
    let mut kept = 0;
    for next in 0..heap.len() {
        let (before, rest) = heap.split_at_mut(next);
        let Some(hit) = rest.first() else { break };
        steps::count(kept);
        if before.iter().take(kept).all(|better| !better.overlaps(hit)) {
            heap.swap(kept, next);
            kept += 1;
        }
    }
    kept
}

/// The findings that stay are disjoint. Of them only the last that begins before the end of a finding can overlap it.
/// The author of the text decides how many findings overlap, so that a comparison of all pairs is out of the
/// question.
fn best_of_many(heap: &mut [Hit]) -> usize {
    let (mut kept, mut apart) = (0, BTreeMap::new());
    for next in 0..heap.len() {
        let Some(hit) = heap.get(next).copied() else { break };
        steps::count(1);
        let before = apart.range(..hit.end.max(hit.start + 1)).next_back();
        if before.is_none_or(|(_, end)| *end <= hit.start) {
            apart.insert(hit.start, hit.end);
            heap.swap(kept, next);
            kept += 1;
        }
    }
    kept
}

/// Sorts findings, and removes duplicates.
pub(crate) fn order(hits: &mut Vec<Hit>) {
    hits.sort_unstable_by_key(|hit| (hit.start, hit.end, hit.kind, Reverse(hit.score)));
    hits.dedup_by_key(|hit| (hit.start, hit.end, hit.kind));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn hit(kind: Kind, start: usize, end: usize, score: u8) -> Hit {
        Hit { kind, start, end, score, evidence: Evidence::Form }
    }

    #[test]
    fn the_higher_score_stays_and_of_equal_scores_the_longer() {
        let mut hits = vec![
            hit(Kind::Phone, 0, 10, 60),
            hit(Kind::PaymentCard, 4, 20, 90),
            hit(Kind::Url, 30, 50, 70),
            hit(Kind::Email, 35, 45, 70),
        ];
        resolve(&mut hits);
        assert_eq!(hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(), [Kind::PaymentCard, Kind::Url]);
    }

    #[test]
    fn a_text_of_the_policy_uncovers_nothing_of_what_it_overlaps() {
        let own = |start, end| Hit { evidence: Evidence::Pattern, ..hit(Kind::Room, start, end, 99) };
        let left = |mut hits: Vec<Hit>| {
            resolve(&mut hits);
            hits.iter().map(|hit| (hit.kind, hit.start, hit.end)).collect::<Vec<_>>()
        };
        assert_eq!(left(vec![hit(Kind::Phone, 0, 10, 60), own(2, 4), own(6, 8)]), [(Kind::Phone, 0, 10)]);
        assert_eq!(left(vec![hit(Kind::Phone, 0, 10, 60), own(4, 14)]), [(Kind::Room, 0, 14)]);
        assert_eq!(left(vec![hit(Kind::Phone, 0, 10, 60), own(0, 10)]), [(Kind::Room, 0, 10)]);
        let apart = vec![hit(Kind::Phone, 0, 10, 60), own(2, 4), own(12, 14), hit(Kind::Phone, 11, 20, 60)];
        assert_eq!(left(apart), [(Kind::Phone, 0, 10), (Kind::Phone, 11, 20)]);
        let both = vec![own(0, 2), hit(Kind::Phone, 1, 6, 60), own(5, 8)];
        assert_eq!(left(both), [(Kind::Room, 0, 2), (Kind::Room, 2, 8)]);
    }

    #[test]
    fn both_comparisons_keep_the_same() {
        let mut state = 7_u64;
        let mut random = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below).unwrap()
        };
        for _ in 0..300 {
            let mut heap: Vec<Hit> = (0..60)
                .map(|_| {
                    let start = random(200);
                    hit(Kind::Phone, start, start + 1 + random(30), u8::try_from(random(100)).unwrap())
                })
                .collect();
            heap.sort_unstable_by_key(|hit| (Reverse(hit.score), Reverse(hit.end - hit.start), hit.start));
            let mut few = heap.clone();
            let (one, other) = (best_of_few(&mut few), best_of_many(&mut heap));
            assert_eq!(few[..one], heap[..other]);
        }
    }
}
