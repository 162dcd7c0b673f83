//! Promises of the audit, on real files, with a disk that fails on command and a clock set by hand.

mod crashes;
mod evidence;
mod faults;
mod missing;
mod restart;
mod retention;
mod rotation;
mod tampering;
mod windows;

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};
use std::time::{Duration, Instant};

use super::background::{Hands, Job};
use super::part_entry::Removed;
use super::part_files::Steps;
use super::parts::{Parts, next_path, part_path};
use super::recovery::Recovered;
use super::*;
use discreet_host::files::SystemFiles;

/// A folder of its own for each test, a clock, and a disk with faults.
struct Scene {
    rotation: Rotation,
    steps: Steps,
    jobs: Jobs,
    folder: PathBuf,
    time: Arc<AtomicI64>,
    full: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
    /// Milliseconds that each write takes.
    takes: Arc<AtomicU32>,
}

/// Does steps on parts at once, or when the test says so.
#[derive(Clone, Default)]
struct Jobs {
    waiting: Arc<Mutex<VecDeque<Job>>>,
    wait: Arc<AtomicBool>,
}

impl Hands for Jobs {
    fn give(&mut self, job: Job) {
        match self.wait.load(Ordering::Relaxed) {
            true => lock(&self.waiting).push_back(job),
            false => job(),
        }
    }
}

impl Jobs {
    fn run(&self) {
        while let Some(job) = { lock(&self.waiting).pop_front() } {
            job();
        }
    }
}

struct ShakyDisk {
    file: LogFile,
    full: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
    /// Milliseconds that each write takes.
    takes: Arc<AtomicU32>,
}

impl Disk for ShakyDisk {
    fn open(&mut self) -> Result<Recovered, OpenError> {
        self.file.open()
    }

    fn append(&mut self, lines: &[u8], end: Link) -> io::Result<()> {
        std::thread::sleep(Duration::from_millis(self.takes.load(Ordering::Relaxed).into()));
        while self.hangs.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        match self.full.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => self.file.append(lines, end),
        }
    }

    fn is_ready(&mut self, now: Time) -> bool {
        self.file.is_ready(now)
    }

    fn begin_part(&mut self) {
        self.file.begin_part();
    }

    fn look_for_old(&mut self, before: Time) {
        self.file.look_for_old(before);
    }

    fn news(&mut self) -> (Option<Removed>, Option<String>) {
        self.file.news()
    }

    fn remove(&mut self, part: u64) {
        self.file.remove(part);
    }
}

impl Scene {
    fn new() -> Self {
        Scene::below(&std::env::temp_dir())
    }

    fn below(folder: &Path) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = folder.join(format!("discreet-audit-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Scene {
            rotation: Rotation::NEVER,
            steps: Steps::default(),
            jobs: Jobs::default(),
            folder,
            time: Arc::new(AtomicI64::new(0)),
            full: Arc::default(),
            hangs: Arc::default(),
            takes: Arc::default(),
        }
        .at(10.0)
    }

    /// A log in parts of a few entries.
    fn in_parts() -> Self {
        let mut scene = Scene::new();
        scene.rotation.max_bytes = 3000;
        scene
    }

    /// With a disk that these are asked on.
    fn stepping(mut self, steps: Steps) -> Self {
        self.steps = steps;
        self
    }

    /// The same files somewhere else, as a kill would leave them now.
    fn copied(&self) -> Self {
        self.copied_to(self.folder.parent().unwrap())
    }

    fn copied_to(&self, folder: &Path) -> Self {
        let mut copy = Scene::below(folder);
        copy.rotation = self.rotation;
        for file in fs::read_dir(&self.folder).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), copy.folder.join(file.file_name())).unwrap();
        }
        copy.time.store(self.time.load(Ordering::Relaxed), Ordering::Relaxed);
        copy
    }

    fn at(self, seconds: f64) -> Self {
        self.set(seconds);
        self
    }

    /// Sets the clock; gives the time for calls that take one.
    fn set(&self, seconds: f64) -> Time {
        let nanoseconds = (seconds * 1e9) as i64;
        self.time.store(nanoseconds, Ordering::Relaxed);
        Time { nanoseconds }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("audit.log")
    }

    fn open(&self) -> Result<Audit, LogRefused> {
        let file = LogFile::with(&self.log(), self.steps.clone(), Box::new(self.jobs.clone()));
        let disk =
            ShakyDisk { file, full: self.full.clone(), hangs: self.hangs.clone(), takes: self.takes.clone() };
        let time = self.time.clone();
        let clock: Clock = Arc::new(move || Time { nanoseconds: time.load(Ordering::Relaxed) });
        Audit::on(Box::new(disk), opening(7), clock, self.rotation, false)
    }

    /// All parts, one after the other.
    fn text(&self) -> String {
        let closed = parts::closed_parts(&SystemFiles, &self.log()).unwrap();
        let closed = closed.into_iter().map(|part| part_path(&self.log(), part));
        let files = closed.chain([self.log(), next_path(&self.log())]).filter(|file| file.exists());
        files.map(|file| fs::read_to_string(file).unwrap()).collect()
    }

    fn part(&self, part: u64) -> PathBuf {
        part_path(&self.log(), part)
    }

    /// The numbers of the closed parts.
    fn closed(&self) -> Vec<u64> {
        parts::closed_parts(&SystemFiles, &self.log()).unwrap()
    }

    /// The entries of this kind, in order.
    fn entries(&self, kind: &str) -> Vec<serde_json::Value> {
        let entries = self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>();
        entries.into_iter().filter(|entry: &serde_json::Value| entry["entry"] == kind).collect()
    }

    fn verify(&self) -> Report {
        verify(&self.log(), None).unwrap()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.hangs.store(false, Ordering::Relaxed);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn opening(version: u64) -> Opening {
    let policy = Some(PolicyMark { version, hash: [version as u8; 32] });
    Opening { program: "discreet test".to_owned(), robot: "concierge-1".to_owned(), policy }
}

fn info(topic: &str, contextual: bool) -> RouteInfo {
    RouteInfo {
        topic: topic.to_owned(),
        type_name: "std_msgs/msg/String".to_owned(),
        class: if contextual { "contextual" } else { "operational" }.to_owned(),
        contextual,
        form: "clear".to_owned(),
        audience: "everyone".to_owned(),
        policy: 7,
        epoch: 0,
        source: "/driver".to_owned(),
    }
}

/// A log with two releases and a denial, closed in order.
fn written() -> Scene {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/scan", false));
    // An operational message does not wait long for a busy disk: its window is opened before.
    route.expect(scene.set(10.1));
    audit.flush();
    assert!(route.record_release(scene.set(10.1), &[1; 32], 100).unwrap().is_recorded());
    assert!(route.record_release(scene.set(10.2), &[2; 32], 50).unwrap().is_recorded());
    route.record_denial(scene.set(10.2), "malformed");
    scene.set(11.4);
    audit.flush();
    drop(route);
    drop(audit);
    scene
}

/// Messages for `seconds`, two a second on a contextual topic; gives the seconds in which one was recorded.
fn talk(scene: &Scene, audit: &Audit, seconds: std::ops::Range<u32>) -> Vec<u32> {
    let route = audit.route(info("/voice", true));
    let said = seconds.filter(|second| {
        let at = f64::from(*second);
        let released = route.record_release(scene.set(at + 0.2), &[1; 32], 10).is_ok();
        scene.set(at + 0.5);
        audit.flush();
        released
    });
    said.collect()
}

/// A log of at least `parts` closed parts.
fn with_parts(parts: usize) -> Scene {
    let scene = Scene::in_parts();
    let audit = scene.open().unwrap();
    let mut second = 11;
    while scene.closed().len() < parts {
        assert_eq!(talk(&scene, &audit, second..second + 1), [second]);
        second += 1;
    }
    drop(audit);
    scene
}
