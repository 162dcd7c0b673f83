//! The counts of all runs, and the report of them.

use std::collections::BTreeMap;
use std::time::Instant;

use discreet_dst::coverage::Coverage;
use discreet_dst::ledger::Broken;
use discreet_dst::run::{Outcome, Run};
use serde_json::json;

/// Totals of the runs so far.
pub struct Tally {
    /// The start of the first.
    pub started: Instant,
    /// Seeds that were run.
    pub seeds: u64,
    /// The last of them.
    last: u64,
    ticks: u64,
    counts: BTreeMap<&'static str, u64>,
    coverage: Coverage,
    /// The broken promise, if there is one.
    pub failure: Option<Failure>,
}

/// A broken promise, with the story of a short run.
pub struct Failure {
    seed: u64,
    story: String,
    broken: Broken,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            started: Instant::now(),
            seeds: 0,
            last: 0,
            ticks: 0,
            counts: BTreeMap::new(),
            coverage: Coverage::default(),
            failure: None,
        }
    }
}

impl Tally {
    /// Adds a run; gives the promise that it broke.
    pub fn add(&mut self, seed: u64, outcome: Outcome) -> Option<Broken> {
        self.seeds += 1;
        self.last = seed;
        self.ticks += outcome.ticks;
        self.coverage.add(&outcome.coverage);
        outcome.counts.into_iter().for_each(|(what, count)| *self.counts.entry(what).or_default() += count);
        outcome.broken
    }

    fn count(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or_default()
    }

    fn speed(&self) -> f64 {
        self.count("steps") as f64 / self.started.elapsed().as_secs_f64()
    }

    /// The report as a line of JSON.
    pub fn json(&self) -> String {
        let failure = self.failure.as_ref().map(|Failure { seed, story, broken }| {
            json!({ "seed": seed, "promise": broken.promise, "what": broken.what, "story": story })
        });
        let report = json!({
            "seeds": self.seeds, "last_seed": self.last, "steps": self.count("steps"), "faults": self.count("faults"),
            "broken": u64::from(failure.is_some()), "seconds": self.started.elapsed().as_secs_f64(),
            "steps_per_second": self.speed().round(), "ticks": self.ticks, "counts": self.counts,
            "coverage": self.coverage.json(), "failure": failure,
        });
        format!("{report}\n")
    }

    /// The report as text.
    pub fn text(&self, with_coverage: bool) -> String {
        let mut said = self.failure.as_ref().map_or(String::new(), |failure| failure.story.clone());
        let (seeds, steps, ticks) = (self.seeds, self.count("steps"), self.ticks);
        let seconds = self.started.elapsed().as_secs_f64();
        said += &format!(
            "{seeds} seeds, {steps} steps, {ticks} ticks in {seconds:.1} s ({:.0} steps/s)\n",
            self.speed()
        );
        said.extend(self.counts.iter().map(|(what, count)| format!("  {what}: {count}\n")));
        said + &if with_coverage { self.coverage.table() } else { String::new() }
    }
}

impl Failure {
    /// Looks for a shorter run that breaks the same promise, unless the whole one is wanted.
    pub fn of(run: Run, broken: Broken, whole: bool) -> Failure {
        let seed = run.seed;
        let short = if whole { run } else { run.shrunk(&broken, 400) };
        let broken = short.outcome(false).broken.unwrap_or(broken);
        Failure { seed, story: short.story(&broken), broken }
    }
}
