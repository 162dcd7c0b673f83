//! Runs seeds of the simulator: `tools/simulate`.

mod tally;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use clap::Parser;
use discreet_dst::run::Run;
use signal_hook::consts::{SIGINT, SIGTERM};
use tally::{Failure, Tally};

/// Simulates robots, stakeholders and strangers, and looks for a broken promise
///
/// A seed decides everything: the setting, the steps, the faults. The same seed gives the same story on any machine.
/// The code is that of the guard, the keeper and the stakeholders' programs; network, disks and clocks are simulated.
#[derive(Parser)]
#[command(
    version,
    after_long_help = "\
Examples:
  tools/simulate                       seeds from 1 on, for a minute
  tools/simulate --seed 42             one seed, again: its story if it fails
  tools/simulate --seed 42 --tell      its story in any case
  tools/simulate --seeds 1..100000 --steps 2000 --json

A failure prints the story of a shorter run that breaks the same promise, and the seed. Make it a test:
crates/discreet-dst/tests/seeds.txt has one seed a line. After SIGINT or SIGTERM no new seed begins, and the report is
of those that ended.

Exit codes: 0 no promise was broken, 1 one was, 2 wrong arguments, or the answer could not be written"
)]
struct Arguments {
    /// One seed
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    seed: Option<u64>,

    /// Seeds from A on, before B
    #[arg(long, value_name = "A..B", value_parser = range)]
    seeds: Option<(u64, u64)>,

    /// Steps of each run, before the faults end
    #[arg(long, value_name = "N", default_value_t = 100)]
    steps: usize,

    /// Stops after so many minutes
    #[arg(long, value_name = "M", default_value_t = 1.0)]
    minutes: f64,

    /// Tells the story of the first seed, also if no promise is broken
    #[arg(long)]
    tell: bool,

    /// Does not look for a shorter run
    #[arg(long)]
    whole: bool,

    /// Prints how often each kind of fault was injected and each reason of the guard occurred
    #[arg(long)]
    coverage: bool,

    /// Prints one JSON object instead of text; it has the coverage
    #[arg(long)]
    json: bool,

    /// Each minute, prints the counts so far to standard error, as a line of JSON
    #[arg(long)]
    progress: bool,
}

fn range(text: &str) -> Result<(u64, u64), String> {
    let (from, to) = text.split_once("..").ok_or("write it as A..B")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
    Ok((number(from)?, number(to)?))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let stops = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let _without = signal_hook::flag::register(signal, Arc::clone(&stops));
    }
    let (tally, story) = run(&arguments, &stops);
    let said = if arguments.json { tally.json() } else { story + &tally.text(arguments.coverage) };
    if std::io::stdout().write_all(said.as_bytes()).is_err() {
        return ExitCode::from(2);
    }
    if tally.failure.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Runs seeds until one breaks a promise, the time is over, or a signal comes. The story of the first, if it is told.
fn run(arguments: &Arguments, stops: &AtomicBool) -> (Tally, String) {
    let limit = Duration::from_secs_f64(arguments.minutes * 60.0);
    let (mut tally, mut said, mut reported) = (Tally::default(), String::new(), Instant::now());
    for seed in arguments.range() {
        if tally.seeds > 0 && (tally.started.elapsed() > limit || stops.load(Relaxed)) {
            break;
        }
        let run = Run::draw(seed, arguments.steps);
        let outcome = run.outcome(arguments.tell && tally.seeds == 0);
        said.extend(outcome.story.iter().flat_map(|line| [line, "\n"]));
        if let Some(broken) = tally.add(seed, outcome) {
            tally.failure = Some(Failure::of(run, broken, arguments.whole));
            break;
        }
        if arguments.progress && reported.elapsed() > Duration::from_secs(60) {
            reported = Instant::now();
            eprint!("{}", tally.json());
        }
    }
    (tally, said)
}

impl Arguments {
    fn range(&self) -> std::ops::Range<u64> {
        let (from, to) = match (self.seed, self.seeds) {
            (Some(seed), _) => (seed, seed.saturating_add(1)),
            (None, Some(seeds)) => seeds,
            (None, None) => (1, u64::MAX),
        };
        from..to
    }
}
