//! Inspects the pictures that `benches/recall.py` sends, and prints the areas to cover and the time taken.
//!
//! Standard input, repeated: a line `WIDTH HEIGHT NANOSECONDS`, then that many pixels, blue, green, red.
//! On standard output one line of JSON for each. Arguments: `--opencv`, `--threads N`, `--every N`, `--subject NAME`,
//! `--rotated TURN`, `--small`.

use std::io::{BufRead, Read, Write};
use std::time::Instant;

use anyhow::{Context, bail};
use discreet_redact::{
    Area, Cause, Cover, DETAIL_SIDE, Found, ImageInspector, ImageRules, Picture, Rotated, Subject,
};
use discreet_vision::{Engines, Models, Watch};

fn main() -> anyhow::Result<()> {
    let (mut opencv, mut threads, mut every, mut subject) = (false, 1, 1, Subject::Faces);
    let (mut rotated, mut small) = (Rotated::No, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--opencv" => opencv = true,
            "--small" => small = true,
            "--threads" => threads = value()?.parse()?,
            "--every" => every = value()?.parse()?,
            "--subject" => {
                let name = value()?;
                let named = Subject::ALL.into_iter().find(|subject| subject.name() == name);
                subject = named.with_context(|| format!("no subject {name}"))?;
            }
            "--rotated" => {
                let name = value()?;
                let named = Rotated::ALL.into_iter().find(|turn| turn.name() == name);
                rotated = named.with_context(|| format!("no turn by {name}"))?;
            }
            _ => bail!("unknown argument {argument}"),
        }
    }
    let models = Models::find(None)?;
    let engines =
        if opencv { Engines::opencv()? } else { Engines::choose(&models)? }.with_threads(threads)?;
    eprintln!("engine: {:?}", engines.engine);
    let covers = vec![(subject, Cover::Solid)];
    let rules = ImageRules { covers, every, rotated, small, ..ImageRules::default() };
    let mut watch = Watch::new(models, engines, &rules)?;
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let (mut line, mut bgr) = (String::new(), Vec::new());
    while input.read_line(&mut line)? > 0 {
        let words: Vec<i64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [width, height, stamp] = words[..] else { bail!("not WIDTH HEIGHT NANOSECONDS: {line}") };
        line.clear();
        let (width, height) = (u32::try_from(width)?, u32::try_from(height)?);
        if width.max(height) > DETAIL_SIDE {
            bail!("{width}x{height} is larger than what a guard would send");
        }
        bgr.resize(width as usize * height as usize * 3, 0);
        input.read_exact(&mut bgr)?;
        let started = Instant::now();
        let found = watch.look(&rules, Picture { width, height, bgr: &bgr }, stamp);
        let took = started.elapsed();
        // As for the guard: a frame that cannot be inspected is black.
        let found = found.map(<[_]>::to_vec).unwrap_or_else(|blind| {
            eprintln!("black: {blind:?}: {:?}", watch.trouble());
            vec![Found { subject, area: Area::all((width, height)), score: 0.0, why: Cause::Unseen }]
        });
        let areas = found.iter().map(|found| {
            let area = found.area;
            let held = found.why == Cause::Held;
            serde_json::json!([area.left, area.top, area.right, area.bottom, found.score, held])
        });
        let spent = watch.spent();
        let answer = serde_json::json!({
            "areas": areas.collect::<Vec<_>>(),
            "ms": took.as_secs_f64() * 1e3,
            "motion_ms": spent.motion.as_secs_f64() * 1e3,
            "detection_ms": spent.detection.as_secs_f64() * 1e3,
            "tracking_ms": spent.tracking.as_secs_f64() * 1e3,
        });
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}
