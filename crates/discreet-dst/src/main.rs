//! Runs seeds of the simulator: `tools/simulate`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use discreet_dst::coverage::Coverage;
use discreet_dst::run::{Outcome, Run};

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
crates/discreet-dst/tests/seeds.txt has one seed a line.

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
}

fn range(text: &str) -> Result<(u64, u64), String> {
    let (from, to) = text.split_once("..").ok_or("write it as A..B")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
    Ok((number(from)?, number(to)?))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (from, to) = match (arguments.seed, arguments.seeds) {
        (Some(seed), _) => (seed, seed.saturating_add(1)),
        (None, Some(seeds)) => seeds,
        (None, None) => (1, u64::MAX),
    };
    let (started, limit) = (Instant::now(), Duration::from_secs_f64(arguments.minutes * 60.0));
    let (mut seeds, mut ticks, mut counts) = (0_u64, 0_u64, BTreeMap::<&str, u64>::new());
    let (mut failure, mut said, mut coverage) = (None, String::new(), Coverage::default());
    for seed in from..to {
        if seeds > 0 && started.elapsed() > limit {
            break;
        }
        let run = Run::draw(seed, arguments.steps);
        let Outcome { broken, counts: of_run, coverage: covered, ticks: of_ticks, story } =
            run.outcome(arguments.tell && seeds == 0);
        said.extend(story.into_iter().map(|line| line + "\n"));
        seeds += 1;
        ticks += of_ticks;
        coverage.add(&covered);
        of_run.into_iter().for_each(|(what, count)| *counts.entry(what).or_default() += count);
        if let Some(broken) = broken {
            let short = if arguments.whole { run } else { run.shrunk(&broken, 400) };
            let broken = short.outcome(false).broken.unwrap_or(broken);
            failure = Some((seed, short.story(&broken), broken));
            break;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let steps = counts.get("steps").copied().unwrap_or_default();
    if arguments.json {
        let failure = failure.as_ref().map(|(seed, story, broken)| {
            serde_json::json!({ "seed": seed, "promise": broken.promise, "what": broken.what, "story": story })
        });
        let report = serde_json::json!({
            "seeds": seeds, "seconds": seconds, "ticks": ticks, "counts": counts, "coverage": coverage.json(),
            "failure": failure,
        });
        said = format!("{report}\n");
    } else {
        failure.iter().for_each(|(_, story, _)| said.push_str(story));
        let speed = steps as f64 / seconds;
        said +=
            &format!("{seeds} seeds, {steps} steps, {ticks} ticks in {seconds:.1} s ({speed:.0} steps/s)\n");
        said.extend(counts.iter().map(|(what, count)| format!("  {what}: {count}\n")));
        said.push_str(&if arguments.coverage { coverage.table() } else { String::new() });
    }
    if std::io::stdout().write_all(said.as_bytes()).is_err() {
        return ExitCode::from(2);
    }
    if failure.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
