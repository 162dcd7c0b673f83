//! The work of `discreet redact`.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use discreet_host::disk::{self, Readers};
use discreet_host::files::folder_of;
use discreet_policy::finding::plain;
use discreet_redact::{Cover, Found, ImageRules, Subject, WholeFrame, has_further_pictures};
use discreet_vision::Watch;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::Redact;
use super::covers::Covers;
use super::tree::{self, Job, Skipped};
use crate::Answer;
use crate::input::{say, say_error, say_json};
use crate::inspector;
use crate::new_file::{Fresh, make_folder};

/// The largest file that is read.
const MAX_FILE: u64 = 256 << 20;

/// The findings in a picture.
struct Done {
    size: (u32, u32),
    found: Vec<Found>,
    /// The file has further pictures, which are left out.
    further: bool,
}

pub fn run(command: &Redact) -> anyhow::Result<Answer> {
    let rules = rules(command)?;
    if rules.covers.iter().any(|(_, cover)| *cover == Cover::Blur) {
        say_error("note: a blurred face can sometimes still be recognised; `solid` leaves nothing of it");
    }
    let jobs = tree::jobs(&command.input, &command.output)?;
    jobs.pictures.iter().try_for_each(|job| disk::refuse_irregular(&job.to))?;
    let there = jobs.pictures.iter().find(|job| !command.force && job.to.symlink_metadata().is_ok());
    if let Some(job) = there {
        bail!("{} exists already; --force replaces it", job.to.display());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = command.threads.map_or(cores, usize::from).min(jobs.pictures.len()).max(1);
    // All at once before the first picture: a missing model is not a fault of a picture.
    let eyes = (0..threads).map(|_| inspector::open(&rules)).collect::<anyhow::Result<Vec<_>>>()?;

    let bar = bar(jobs.pictures.len());
    bar.tick(); // the first picture may take long
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<(usize, Result<Done, String>)>> = Mutex::default();
    std::thread::scope(|scope| {
        for mut eyes in eyes {
            let (rules, jobs, bar, next, outcomes) = (&rules, &jobs.pictures, &bar, &next, &outcomes);
            scope.spawn(move || {
                while let Some((number, job)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, jobs.get(at)?)))
                {
                    let outcome = redact(&mut eyes, rules, job, command.force);
                    let outcome = outcome.map_err(|error| format!("{error:#}"));
                    outcomes.lock().unwrap_or_else(|broken| broken.into_inner()).push((number, outcome));
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut outcomes = outcomes.into_inner().unwrap_or_else(|broken| broken.into_inner());
    outcomes.sort_by_key(|(number, _)| *number);
    let outcomes: Vec<_> =
        jobs.pictures.iter().zip(outcomes.into_iter().map(|(_, outcome)| outcome)).collect();
    answer(command, &outcomes, &jobs.skipped)
}

/// Redacts one picture. Only the finished file gets the name in OUT.
fn redact(eyes: &mut Watch, rules: &ImageRules, job: &Job, force: bool) -> anyhow::Result<Done> {
    let mut bytes = Vec::new();
    File::open(&job.from)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        bail!("larger than 256 MiB");
    }
    let photograph = eyes.photograph(rules, &bytes, tree::format_of(&job.to))?;
    if let Some(folder) = job.to.parent().filter(|folder| *folder != Path::new("")) {
        make_folder(folder, readers_of_folder(&job.from)?)?;
    }
    let mut fresh = Fresh::new(&job.to, force, Readers::of(&job.from)?)?;
    fresh.file().write_all(photograph.encoded).context("cannot write it")?;
    let done = Done {
        size: photograph.size,
        found: photograph.found.to_vec(),
        further: has_further_pictures(&bytes),
    };
    fresh.finish()?;
    Ok(done)
}

/// The users who can read the folder of a picture.
fn readers_of_folder(picture: &Path) -> anyhow::Result<Readers> {
    Ok(Readers::of(folder_of(picture))?)
}

fn rules(command: &Redact) -> anyhow::Result<ImageRules> {
    let covers = if command.lowres { Vec::new() } else { command.covers.0.clone() };
    if covers.is_empty() && !command.lowres {
        let further = Covers::further().collect::<Vec<_>>().join(", ");
        bail!("nothing to cover: name {further} or --lowres, or leave --{} on", Subject::DEFAULT.name());
    }
    let frame = command.lowres.then_some(WholeFrame::Lowres);
    let rotated = command.rotated;
    Ok(ImageRules { covers, frame, rotated, deadline: Duration::MAX, ..ImageRules::default() })
}

/// Hidden if standard error is not a terminal.
fn bar(pictures: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} pictures, {eta} to go");
    ProgressBar::new(pictures as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn answer(
    command: &Redact,
    outcomes: &[(&Job, Result<Done, String>)],
    skipped: &[Skipped],
) -> anyhow::Result<Answer> {
    let shown = |path: &Path| plain(&path.display().to_string());
    let failed = outcomes.iter().filter(|(_, outcome)| outcome.is_err()).count();
    if command.json {
        let images: Vec<_> = outcomes.iter().map(|(job, outcome)| in_json(job, outcome)).collect();
        let because =
            skipped.iter().map(|one| json!({ "image": one.path.display().to_string(), "because": one.why }));
        let because: Vec<_> = because.collect();
        let skipped: Vec<_> = skipped.iter().map(|one| one.path.display().to_string()).collect();
        let done = outcomes.len() - failed;
        say_json(
            &json!({ "done": done, "failed": failed, "skipped": skipped, "left_out": because, "images": images }),
        )?;
    } else if command.boxes {
        outcomes.iter().for_each(|(job, outcome)| say(&in_json(job, outcome).to_string()));
    } else {
        let done: Vec<_> = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().ok()).collect();
        let covered: usize = done.iter().map(|done| done.found.len()).sum();
        let pictures = if done.len() == 1 { "picture" } else { "pictures" };
        match command.lowres {
            true => say(&format!("{} {pictures} made coarse", done.len())),
            false => say(&format!("{} {pictures}, places covered: {covered}", done.len())),
        }
    }
    if !command.json {
        for (job, outcome) in outcomes {
            let name = shown(&job.from);
            match outcome {
                Ok(done) if done.further => {
                    say_error(&format!("note: only the first of several pictures in {name}"))
                }
                Ok(_) => {}
                Err(reason) => say_error(&format!("not done: {name}: {}", plain(reason))),
            }
        }
        skipped.iter().for_each(|one| say_error(&format!("skipped, {}: {}", one.why, shown(&one.path))));
    }
    if outcomes.is_empty() {
        say_error("OUT is empty: there is neither a JPEG nor a PNG in IN");
    }
    let whole = failed == 0 && !outcomes.is_empty() && !skipped.iter().any(|one| one.may_be_picture);
    Ok(if whole { Answer::Yes } else { Answer::No })
}

fn in_json(job: &Job, outcome: &Result<Done, String>) -> Value {
    let (image, written) = (job.from.display().to_string(), job.to.display().to_string());
    let done = match outcome {
        Ok(done) => done,
        Err(reason) => return json!({ "image": image, "failed": reason }),
    };
    let boxes = done.found.iter().map(|found| {
        let area = found.area;
        json!({ "subject": found.subject.name(), "score": (f64::from(found.score) * 1000.0).round() / 1000.0,
                "box": [area.left, area.top, area.right, area.bottom] })
    });
    let (width, height) = done.size;
    json!({ "image": image, "out": written, "width": width, "height": height, "covered": boxes.collect::<Vec<_>>(),
            "further_pictures_left_out": done.further })
}
