//! `tools/bench pii`: megabytes per second, microseconds per 100 bytes, and allocations of the search for personal
//! data.
//!
//! Reads JSON lines `{"case": ..., "text": ...}` from the given file. Prints one JSON line for each case.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Context;
use discreet_pii::{Field, Finder, Options, Scratch};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    case: String,
    text: String,
}

/// Passes over a case are repeated until they have processed this many bytes.
const BYTES: usize = 20_000_000;

/// Processor time of this thread: other users of the machine do not count.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn main() -> anyhow::Result<()> {
    let file = std::env::args().nth(1).context("usage: pii_bench FILE")?;
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in std::fs::read_to_string(&file)?.lines() {
        let Row { case, text } = serde_json::from_str(line)?;
        cases.entry(case).or_default().push(text);
    }
    let started = Instant::now();
    let finder = Finder::new(&Options::default())?;
    let build_ms = started.elapsed().as_secs_f64() * 1e3;
    let (field, mut scratch) = (Field::default(), Scratch::default());
    for (case, texts) in &cases {
        let mut pass = |count: &mut usize| {
            texts
                .iter()
                .for_each(|text| *count += finder.find(black_box(text), &field, None, &mut scratch).len());
        };
        let (mut hits, bytes) = (0, texts.iter().map(String::len).sum::<usize>());
        pass(&mut hits); // from here on nothing has to grow
        let mut again = 0;
        let allocations = allocation_counter::measure(|| pass(&mut again)).count_total;
        let mut rates: Vec<f64> = (0..7)
            .map(|_| {
                let repeated = (BYTES / 7 / bytes).max(1);
                let started = cpu();
                (0..repeated).for_each(|_| pass(&mut again));
                (bytes * repeated) as f64 / (cpu() - started).as_secs_f64() / 1e6
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        let mut microseconds: Vec<f64> = (0..20)
            .flat_map(|_| texts)
            .map(|text| {
                let started = Instant::now();
                black_box(finder.find(black_box(text), &field, None, &mut scratch));
                started.elapsed().as_secs_f64() * 1e6 / text.len().max(1) as f64 * 100.0
            })
            .collect();
        microseconds.sort_by(f64::total_cmp);
        let quantile = |share: f64| {
            microseconds.get((microseconds.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN)
        };
        let line = serde_json::json!({
            "bench": "pii", "case": case, "variant": "discreet", "mb_s": rates.get(3), "p50_us": quantile(0.5),
            "p99_us": quantile(0.99), "hits": hits, "texts": texts.len(),
            "allocations": allocations as f64 / texts.len() as f64, "load_ms": build_ms,
        });
        println!("{line}");
    }
    Ok(())
}
