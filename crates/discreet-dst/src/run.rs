//! Runs of seeds, the story of a failure, and the search for a shorter one.

use std::collections::BTreeMap;

use crate::coverage::Coverage;
use crate::ledger::Broken;
use crate::rng::Rng;
use crate::setting::{LATCHED, Setting};
use crate::step::Step;
use crate::world::World;

/// A run: its setting and its steps, drawn from a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// The setting.
    pub setting: Setting,
    /// The steps.
    pub steps: Vec<Step>,
}

/// Outcome of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The broken promise, if there is one.
    pub broken: Option<Broken>,
    /// Counts of what happened, by name.
    pub counts: BTreeMap<&'static str, u64>,
    /// Faults and reasons.
    pub coverage: Coverage,
    /// Ticks of virtual time.
    pub ticks: u64,
    /// The story, if it was asked for.
    pub story: Vec<String>,
}

impl Run {
    /// Draws a run of so many steps.
    pub fn draw(seed: u64, steps: usize) -> Run {
        let mut rng = Rng::new(seed);
        let setting = Setting::draw(&mut rng);
        let steps = (0..steps).map(|_| Step::draw(&mut rng, &setting)).collect();
        Run { seed, setting, steps }
    }

    /// Runs it.
    pub fn outcome(&self, tells: bool) -> Outcome {
        let mut world = World::new(self.setting, self.seed, tells);
        let walked = self.steps.iter().try_for_each(|step| world.take(step)).and_then(|()| world.calm_down());
        (0..self.setting.robots).for_each(|robot| world.count_denied(robot));
        Outcome {
            broken: walked.err(),
            counts: world.ledger.counts,
            coverage: world.ledger.coverage,
            ticks: world.ticks,
            story: world.story.unwrap_or_default(),
        }
    }

    /// A shorter run that breaks the same promise: steps are left out, in halves first and one by one in the end, as long
    /// as `most` runs are not used up.
    pub fn shrunk(&self, broken: &Broken, most: usize) -> Run {
        let mut best = self.clone();
        let (mut left, mut size) = (most, best.steps.len().div_ceil(2).max(1));
        while left > 0 {
            let (mut at, mut shorter) = (0, false);
            while at < best.steps.len() && left > 0 {
                let mut tried = best.clone();
                tried.steps.drain(at..(at + size).min(tried.steps.len()));
                left -= 1;
                if tried.outcome(false).broken.is_some_and(|found| found.promise == broken.promise) {
                    (best, shorter) = (tried, true);
                } else {
                    at += size;
                }
            }
            if size == 1 && !shorter {
                break;
            }
            size = size.div_ceil(2);
        }
        best
    }

    /// The story of a failure, in words.
    pub fn story(&self, broken: &Broken) -> String {
        let Setting { robots, epoch, operational, kept, told } = self.setting;
        let mut text = format!(
            "seed {}: {robots} robot(s), epochs of {epoch} s (contextual) and {operational} s (operational), {LATCHED} keeps {kept} \
             messages{}\n",
            self.seed,
            if told { " by its policy" } else { "" }
        );
        for line in self.outcome(true).story {
            text.push_str(&line);
            text.push('\n');
        }
        text.push_str(&format!("broken: {}: {}\n", broken.promise, broken.what));
        text
    }
}
