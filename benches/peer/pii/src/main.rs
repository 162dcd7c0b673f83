//! Measures redact-core on the texts of `tools/bench pii`.

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use redact_core::AnalyzerEngine;

/// Processor time of this thread, as the finder is measured: other users of the machine do not count.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: peer-pii FILE")?;
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in std::fs::read_to_string(file)?.lines() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let text = |key: &str| row.get(key).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
        cases.entry(text("case")).or_default().push(text("text"));
    }
    let engine = AnalyzerEngine::new();
    for (case, texts) in &cases {
        let bytes: usize = texts.iter().map(String::len).sum();
        let (mut hits, mut microseconds) = (0, Vec::new());
        for text in texts {
            hits += engine.analyze(text, None)?.detected_entities.len();
        }
        let started = cpu();
        for text in texts {
            let one = Instant::now();
            black_box(engine.analyze(black_box(text), None)?);
            microseconds.push(one.elapsed().as_secs_f64() * 1e6 / text.len().max(1) as f64 * 100.0);
        }
        let seconds = (cpu() - started).as_secs_f64();
        microseconds.sort_by(f64::total_cmp);
        let quantile = |share: f64| microseconds.get((microseconds.len() as f64 * share) as usize).copied();
        let line = serde_json::json!({
            "bench": "pii", "case": case, "variant": "redact-core", "mb_s": bytes as f64 / seconds / 1e6,
            "p50_us": quantile(0.5), "p99_us": quantile(0.99), "hits": hits, "texts": texts.len(),
        });
        println!("{line}");
    }
    Ok(())
}
