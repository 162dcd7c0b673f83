//! The cost of asking another process: pictures of 960x540 go to `odd_redactor`, which reports the same areas in each
//! without inspecting it, and its answers come back. Prints one JSON line.
//!
//! `cargo build --release --examples && target/release/examples/redactor_bench [ROUNDS [HERTZ]]`

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use discreet_redact::remote::{Patience, Program, RedactorState, Remote};
use discreet_redact::{Cover, ImageInspector, ImageRules, Picture, Subject};

const WIDTH: u32 = 960;
const HEIGHT: u32 = 540;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|number| number.parse::<u32>());
    let rounds = arguments.next().unwrap_or(Ok(2000))?.max(100);
    let hertz = arguments.next().unwrap_or(Ok(0))?;

    let program = Program::new(std::env::current_exe()?.with_file_name("odd_redactor"), vec![]);
    let mut remote = Remote::new(program, Patience::default());
    let mut slowest_tend = Duration::ZERO;
    let started = Instant::now();
    while !matches!(remote.state(), RedactorState::Ready { .. }) {
        let begun = Instant::now();
        remote.tend();
        slowest_tend = slowest_tend.max(begun.elapsed());
        if started.elapsed() > Duration::from_secs(5) {
            bail!("odd_redactor does not start: {:?}", remote.state());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let RedactorState::Ready { pid, .. } = remote.state() else { bail!("it is gone") };

    let rules = ImageRules { covers: vec![(Subject::Faces, Cover::Solid)], ..ImageRules::default() };
    let bgr = vec![0; (WIDTH * HEIGHT * 3) as usize];
    let picture = Picture { width: WIDTH, height: HEIGHT, bgr: &bgr };
    let mut took = Vec::with_capacity(rounds as usize);
    let before = [cpu("self")?, cpu(&pid.to_string())?];
    for _ in 0..rounds {
        let begun = Instant::now();
        if let Err(blind) = remote.look(&rules, picture, 0) {
            bail!("a look failed: {blind:?}");
        }
        took.push(begun.elapsed());
        if hertz > 0 {
            std::thread::sleep(Duration::from_secs(1) / hertz);
        }
    }
    let after = [cpu("self")?, cpu(&pid.to_string())?];
    took.sort();
    let at = |share: usize| took.get(took.len() * share / 1000).map_or(0.0, |took| took.as_secs_f64() * 1e3);
    let [guard, redactor] = [0, 1].map(|side: usize| {
        let ticks = after.get(side).unwrap_or(&0) - before.get(side).unwrap_or(&0);
        ticks as f64 * 10.0 / f64::from(rounds) // a tick is 10 ms on Linux
    });
    println!(
        "{{\"bench\":\"redactor\",\"picture\":\"{WIDTH}x{HEIGHT}\",\"rounds\":{rounds},\"hertz\":{hertz},\
         \"p50_ms\":{:.3},\"p99_ms\":{:.3},\"p999_ms\":{:.3},\"cpu_guard_ms\":{guard:.3},\
         \"cpu_redactor_ms\":{redactor:.3},\"slowest_start_ms\":{:.3}}}",
        at(500),
        at(990),
        at(999),
        slowest_tend.as_secs_f64() * 1e3
    );
    Ok(())
}

/// The processor time of a process, in ticks.
fn cpu(process: &str) -> anyhow::Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("no stat")?;
    fields.split_whitespace().skip(11).take(2).try_fold(0, |sum, field| Ok(sum + field.parse::<u64>()?))
}
