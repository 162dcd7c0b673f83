//! Some hundred seeds, each seed that found a fault, and determinism.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use discreet_dst::run::Run;

/// The seeds that are run on every machine; `tools/simulate` runs more.
const SEEDS: u64 = 300;

fn holds(seed: u64, steps: usize) {
    let run = Run::draw(seed, steps);
    if let Some(broken) = run.outcome(false).broken {
        let short = run.shrunk(&broken, 300);
        panic!("{}", short.story(&short.outcome(false).broken.unwrap()));
    }
}

#[test]
fn no_seed_breaks_a_promise() {
    (1..=SEEDS).for_each(|seed| holds(seed, 60));
}

#[test]
fn seeds_that_found_a_fault_find_it_no_more() {
    for line in include_str!("seeds.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut words = line.split_whitespace();
        let (seed, steps) = (words.next().unwrap(), words.next().unwrap());
        holds(seed.parse().unwrap(), steps.parse().unwrap());
    }
}

#[test]
fn the_same_seed_gives_the_same_story() {
    for seed in 1..40 {
        let run = Run::draw(seed, 80);
        assert_eq!(run.outcome(true), run.outcome(true), "seed {seed}");
    }
}
