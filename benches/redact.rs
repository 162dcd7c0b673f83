//! The redaction that `tools/bench redact` times: images as they come from a camera, through the guard's own code
//! and a redactor in a process of its own.
//!
//! SIZE THREADS SECONDS FILE: FILE holds rgb8 frames of SIZE, such as 1280x720, one after the other.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use discreet_cdr::Writer;
use discreet_redact::remote::{Patience, Program, RedactorState, Remote};
use discreet_redact::{Cameras, Cover, ImageInspector, ImageKind, ImageRedactor, ImageRules, Subject};
use serde_json::json;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [size, threads, seconds, file] = arguments.as_slice() else {
        bail!("SIZE THREADS SECONDS FILE");
    };
    let (width, height) = size.split_once('x').context("WxH")?;
    let (width, height): (u32, u32) = (width.parse()?, height.parse()?);
    let frames = frames(width, height, Path::new(file))?;
    let rules = ImageRules {
        covers: vec![(Subject::Faces, Cover::Solid)],
        deadline: Duration::from_secs(5), // this measures speed: no frame may be blanked
        ..ImageRules::default()
    };
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).context("not in target/release/examples")?;
    let arguments = vec!["--threads".into(), threads.into()];
    let program = Program::new(folder.join("redactor"), arguments);
    let mut remote = Remote::new(program, Patience::default());
    remote.tend();
    let pid = loop {
        std::thread::sleep(Duration::from_millis(20));
        remote.tend();
        if let RedactorState::Ready { pid, .. } = remote.state() {
            break pid;
        }
    };
    let look: Box<dyn ImageInspector + Send> = Box::new(remote);
    let mut redactor =
        ImageRedactor::new("/camera", ImageKind::Raw, Some(look), Arc::new(Cameras::default()));
    let (mut busy, mut times, mut blank, mut covered) = (Duration::ZERO, Vec::new(), 0, 0);
    let limit = Duration::from_secs_f64(seconds.parse()?);
    let mut cpu = 0.0;
    let mut buffers = frames.clone();
    for round in 0.. {
        // The frames are made again outside the measured time, as a camera would.
        buffers.iter_mut().zip(&frames).for_each(|(buffer, frame)| buffer.copy_from_slice(frame));
        let before = processor_time(pid)?;
        for buffer in &mut buffers {
            let started = Instant::now();
            let redaction = redactor.redact(&rules, buffer).context("malformed")?.redaction;
            if round > 0 {
                times.push(started.elapsed());
                busy += started.elapsed();
                blank += u32::from(redaction.blank.is_some());
                covered += redaction.covered;
            }
        }
        if round > 0 {
            cpu += processor_time(pid)? - before; // the first round warms up
        }
        if busy > limit {
            break;
        }
    }
    times.sort();
    let at = |share: f64| {
        let index = (times.len() as f64 * share) as usize;
        times.get(index.min(times.len() - 1)).map(|time| time.as_secs_f64() * 1e3)
    };
    let count = times.len() as f64;
    println!(
        "{}",
        json!({
            "fps": count / busy.as_secs_f64(), "cpu_ms": cpu / count * 1e3, "p50_ms": at(0.5), "p99_ms": at(0.99),
            "blank": blank, "covered": f64::from(covered) / count,
        })
    );
    Ok(())
}

/// Serialized images.
fn frames(width: u32, height: u32, file: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let pixels = std::fs::read(file).with_context(|| file.display().to_string())?;
    let mut frames = Vec::new();
    for (number, frame) in pixels.chunks_exact((width * height * 3) as usize).enumerate() {
        let mut cdr = Vec::new();
        let mut writer = Writer::new(&mut cdr);
        writer.i32(1_700_000_000 + (number / 30) as i32);
        writer.u32((number % 30) as u32 * 33_333_333);
        writer.str("camera");
        writer.u32(height);
        writer.u32(width);
        writer.str("rgb8");
        writer.u8(0);
        writer.u32(width * 3);
        writer.sequence(frame.len());
        cdr.extend_from_slice(frame);
        frames.push(cdr);
    }
    if frames.is_empty() {
        bail!("no frame of {width}x{height} in {}", file.display());
    }
    Ok(frames)
}

/// Processor seconds of this process and the redactor.
fn processor_time(redactor: u32) -> anyhow::Result<f64> {
    let of = |pid: u32| -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let fields: Vec<&str> = stat.rsplit_once(')').context("stat")?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).context("stat");
        Ok((ticks(11)? + ticks(12)?) / 100.0)
    };
    Ok(of(std::process::id())? + of(redactor)?)
}
