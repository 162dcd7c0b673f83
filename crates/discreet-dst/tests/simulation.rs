//! Some thousand seeds, each seed that found a fault, and determinism.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::time::{Duration, Instant};

use discreet_dst::run::Run;

/// Seeds that are run, if there is time for them.
const SEEDS: u64 = 3000;
/// The longest that they may take: a slow machine runs fewer.
const LONGEST: Duration = Duration::from_secs(50);

fn holds(seed: u64, steps: usize) {
    let run = Run::draw(seed, steps);
    if let Some(broken) = run.outcome(false).broken {
        let short = run.shrunk(&broken, 300);
        panic!("{}", short.story(&short.outcome(false).broken.unwrap()));
    }
}

#[test]
fn no_seed_breaks_a_promise() {
    let started = Instant::now();
    (1..=SEEDS).take_while(|_| started.elapsed() < LONGEST).for_each(|seed| holds(seed, 60));
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
