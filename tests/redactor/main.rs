//! The guard's side of redaction against real processes that are killed, stopped, slow, wrong and hostile: a frame gets
//! what was found in this very frame, or nothing, and in time.

// A test may stop at what it does not expect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread::sleep;
use std::time::{Duration, Instant};

use discreet_redact::remote::{Patience, Program, RedactorState, Remote};
use discreet_redact::{BlankReason, CompressedFormat, Cover, ImageInspector, ImageRules, Picture, Subject};

const DEADLINE: Duration = Duration::from_millis(100);

/// What a look may take beyond its deadline.
const GRACE: Duration = Duration::from_millis(20);

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;

/// Held while a test takes every core for itself, and shared by the others.
static CORES: RwLock<()> = RwLock::new(());

/// A camera whose frames are numbered.
struct Camera {
    _cores: Option<RwLockReadGuard<'static, ()>>,
    remote: Remote,
    number: u32,
    bgr: Vec<u8>,
    news: Arc<Mutex<Vec<String>>>,
    /// How long each look took that took as long as its deadline.
    waited: Vec<Duration>,
}

impl Camera {
    fn new(arguments: &str) -> Camera {
        Camera::patient(
            arguments,
            Patience { shortest_pause: Duration::from_millis(50), ..Patience::default() },
        )
    }

    fn patient(arguments: &str, patience: Patience) -> Camera {
        let cores = CORES.read().unwrap_or_else(PoisonError::into_inner);
        Camera { _cores: Some(cores), ..Camera::of(odd_redactor(), arguments, patience) }
    }

    fn of(path: PathBuf, arguments: &str, patience: Patience) -> Camera {
        let news = Arc::new(Mutex::new(Vec::new()));
        let told = news.clone();
        let arguments = arguments.split_whitespace().map(Into::into).collect();
        let remote = Remote::new(Program::new(path, arguments), patience)
            .telling(move |news| told.lock().unwrap().push(news.into()));
        let bgr = vec![0; (WIDTH * HEIGHT * 3) as usize];
        Camera { _cores: None, remote, number: 0, bgr, news, waited: vec![] }
    }

    /// Shows the next frame. What was found is what is in this frame, or it is not Ok.
    fn frame(&mut self) -> Result<(), BlankReason> {
        self.number += 1;
        self.bgr[..4].copy_from_slice(&self.number.to_le_bytes());
        let picture = Picture { width: WIDTH, height: HEIGHT, bgr: &self.bgr };
        let begun = Instant::now();
        let outcome = self.remote.look(&rules(), picture, i64::from(self.number));
        self.waited.extend(Some(begun.elapsed()).filter(|took| *took >= DEADLINE));
        let found = outcome?;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].area.left, self.number % 100, "found in another frame than {}", self.number);
        Ok(())
    }

    /// The same with a compressed image: what comes back is what was made of this one.
    fn compressed(&mut self) -> Result<(), BlankReason> {
        self.number += 1;
        let image = [self.number.to_le_bytes().as_slice(), &[7; 100_000]].concat();
        let remade = self.remote.remake(&rules(), &image, CompressedFormat::Jpeg, i64::from(self.number))?;
        assert!(remade == image, "made of another image than {}", self.number);
        Ok(())
    }

    /// Shows frames, 100 a second, until one comes out as it should; how many came before it.
    fn until(&mut self, wanted: Result<(), BlankReason>) -> usize {
        for count in 0..1500 {
            if self.frame() == wanted {
                return count;
            }
            sleep(Duration::from_millis(10));
        }
        panic!(
            "no frame was {wanted:?} within 15 s; {:?}, {:?}",
            self.remote.state(),
            self.news.lock().unwrap()
        );
    }

    fn pid(&self) -> u32 {
        match self.remote.state() {
            RedactorState::Ready { pid, .. } | RedactorState::Late { pid } => pid,
            other => panic!("no pid: {other:?}"),
        }
    }

    /// No look waits beyond its deadline. Whoever has the CPU may keep it from seeing that at once, but not each time.
    fn in_time(&self) {
        let over = self.waited.iter().filter(|took| **took > DEADLINE + GRACE).count();
        assert!(over <= 1 + self.waited.len() / 10, "looks that waited took {:?}", self.waited);
    }
}

fn rules() -> ImageRules {
    ImageRules {
        covers: vec![(Subject::Faces, Cover::Solid)],
        frame: None,
        strict: false,
        deadline: DEADLINE,
        every: 1,
        follows: None,
    }
}

fn odd_redactor() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().unwrap().parent().unwrap().join("examples/odd_redactor");
    assert!(path.exists(), "{} is missing: cargo build --release --examples", path.display());
    path
}

fn signal(pid: u32, signal: &str) {
    assert!(Command::new("kill").arg(signal).arg(pid.to_string()).status().unwrap().success());
}

/// Whether there is such a process, be it a zombie.
fn exists(pid: u32) -> bool {
    PathBuf::from(format!("/proc/{pid}")).exists()
}

fn vanishes(pid: u32) -> bool {
    let until = Instant::now() + Duration::from_secs(5);
    while exists(pid) && Instant::now() < until {
        sleep(Duration::from_millis(10));
    }
    !exists(pid)
}

#[test]
fn frames_are_looked_at_in_another_process() {
    let mut camera = Camera::new("");
    assert_eq!(camera.frame(), Err(BlankReason::Absent), "nobody waits for it to start");
    camera.until(Ok(()));
    for _ in 0..200 {
        assert_eq!(camera.frame(), Ok(()));
        assert_eq!(camera.compressed(), Ok(()));
    }
    assert_ne!(camera.pid(), std::process::id());
    assert_eq!(camera.remote.counts().started, 1);
    camera.in_time();
}

#[test]
fn a_killed_redactor_is_started_again_and_leaves_no_zombie() {
    let mut camera = Camera::new("");
    let mut pids = vec![];
    for _ in 0..4 {
        camera.until(Ok(()));
        pids.push(camera.pid());
        signal(camera.pid(), "-KILL");
        camera.until(Err(BlankReason::Absent));
    }
    camera.until(Ok(()));
    assert_eq!((camera.remote.counts().started, camera.remote.counts().restarts), (5, 4));
    assert!(pids.iter().all(|pid| !exists(*pid)));
    assert_eq!(camera.news.lock().unwrap().len(), 4);
    camera.in_time();
}

#[test]
fn a_stopped_redactor_makes_frames_late_and_its_old_answers_are_thrown_away() {
    let mut camera = Camera::new("");
    camera.until(Ok(()));
    let pid = camera.pid();
    for _ in 0..3 {
        signal(pid, "-STOP");
        let mut late = 0;
        for _ in 0..20 {
            late += usize::from(camera.frame() == Err(BlankReason::Late));
        }
        assert_eq!(late, 20);
        assert_eq!(camera.remote.state(), RedactorState::Late { pid });
        signal(pid, "-CONT");
        camera.until(Ok(()));
    }
    assert_eq!(camera.pid(), pid, "it is the same one");
    assert!(camera.remote.counts().late >= 60);
    camera.in_time();
}

#[test]
fn only_the_first_late_frame_waits() {
    let mut camera = Camera::new("");
    camera.until(Ok(()));
    signal(camera.pid(), "-STOP");
    assert_eq!(camera.frame(), Err(BlankReason::Late));
    let begun = Instant::now();
    for _ in 0..100 {
        assert_eq!(camera.frame(), Err(BlankReason::Late));
    }
    assert!(begun.elapsed() < DEADLINE, "100 frames waited {:?}", begun.elapsed());
}

#[test]
fn a_redactor_that_stays_silent_for_two_seconds_is_replaced() {
    let mut camera = Camera::new("");
    camera.until(Ok(()));
    let (stopped, begun) = (camera.pid(), Instant::now());
    signal(stopped, "-STOP");
    camera.until(Err(BlankReason::Late));
    camera.until(Err(BlankReason::Absent));
    assert!((2000..3000).contains(&begun.elapsed().as_millis()), "after {:?}", begun.elapsed());
    camera.until(Ok(()));
    assert!(camera.pid() != stopped && !exists(stopped));
    camera.in_time();
}

#[test]
fn slow_answers_blank_frames_and_never_belong_to_the_next_one() {
    // Half of the frames are late, and the answers to those come when another frame is up.
    let mut camera = Camera::new("late 2");
    camera.until(Ok(()));
    let outcomes: Vec<_> = (0..60)
        .map(|_| {
            sleep(Duration::from_millis(10));
            camera.frame()
        })
        .collect();
    assert!(outcomes.iter().filter(|outcome| outcome.is_ok()).count() >= 5, "{outcomes:?}");
    assert!(
        outcomes.iter().filter(|outcome| **outcome == Err(BlankReason::Late)).count() >= 20,
        "{outcomes:?}"
    );
    assert_eq!(camera.remote.counts().started, 1);
    camera.in_time();
}

#[test]
fn a_redactor_that_lies_is_not_believed_and_replaced() {
    for fault in ["wrong_id", "outside", "garbage", "huge"] {
        let mut camera = Camera::new(&format!("{fault} 10"));
        for _ in 0..2 {
            camera.until(Ok(()));
            camera.until(Err(BlankReason::Failed));
            camera.until(Err(BlankReason::Absent));
        }
        camera.until(Ok(()));
        assert!(camera.remote.counts().restarts >= 2, "{fault}");
        camera.in_time();
    }
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_used_for_the_next_frame() {
    let mut camera = Camera::new("twice 10");
    camera.until(Ok(()));
    camera.until(Err(BlankReason::Absent));
    assert!(camera.news.lock().unwrap()[0].contains("an answer to question"));
    camera.until(Ok(()));
    camera.in_time();
}

#[test]
fn a_redactor_that_crashes_panics_or_ends_is_replaced() {
    for (fault, first) in
        [("crash", BlankReason::Absent), ("exit", BlankReason::Absent), ("panic", BlankReason::Failed)]
    {
        let mut camera = Camera::new(&format!("{fault} 20"));
        for _ in 0..2 {
            camera.until(Ok(()));
            camera.until(Err(first));
        }
        camera.until(Ok(()));
        assert_eq!(camera.remote.counts().restarts, 2, "{fault}");
        camera.in_time();
    }
}

#[test]
fn an_image_that_it_cannot_look_at_is_blank_and_the_redactor_stays() {
    let mut camera = Camera::new("fail 5");
    camera.until(Ok(()));
    let outcomes: Vec<_> = (0..50).map(|_| camera.frame()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(BlankReason::Failed)).count(), 10);
    assert_eq!(camera.remote.counts().started, 1);
}

#[test]
fn what_it_cannot_find_is_not_asked_but_blank() {
    let mut camera = Camera::new("subjects 2"); // plates
    camera.until(Err(BlankReason::Failed));
    for _ in 0..10 {
        assert_eq!(camera.frame(), Err(BlankReason::Failed));
    }
    assert_eq!(camera.remote.counts().restarts, 0);
    let news = camera.news.lock().unwrap();
    assert!(news.len() == 1 && news[0].contains("faces"), "{news:?}");
}

#[test]
fn starting_holds_up_no_frame_and_takes_ten_seconds_at_most() {
    let patience = Patience { hello: Duration::from_millis(500), ..Patience::default() };
    let mut camera = Camera::patient("start 60000", patience);
    let (begun, mut frames) = (Instant::now(), 0);
    while camera.remote.counts().restarts == 0 {
        assert_eq!(camera.frame(), Err(BlankReason::Absent));
        frames += 1;
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    assert!(begun.elapsed() >= Duration::from_millis(500));
    assert!(
        frames > 10_000 && camera.waited.len() <= 1,
        "{frames} frames, of which {:?} waited",
        camera.waited
    );
    assert!(camera.news.lock().unwrap()[0].contains("was not ready in time"));
    assert_eq!(Patience::default().hello, Duration::from_secs(10));
}

#[test]
fn what_is_no_redactor_is_not_believed() {
    let mut camera = Camera::new("hello garbage");
    camera.remote.tend();
    while camera.remote.counts().restarts < 2 {
        assert_eq!(camera.frame(), Err(BlankReason::Absent));
        sleep(Duration::from_millis(1));
    }
}

#[test]
fn without_the_program_images_are_blank_and_it_is_said_once() {
    let mut camera = Camera::of("/nowhere/redactor".into(), "", Patience::default());
    for _ in 0..100 {
        assert_eq!(camera.frame(), Err(BlankReason::Absent));
    }
    assert_eq!(camera.remote.state(), RedactorState::Missing);
    assert_eq!(camera.remote.counts().absent, 100);
    let news = camera.news.lock().unwrap();
    assert!(news.len() == 1 && news[0].contains("/nowhere/redactor"), "{news:?}");
}

#[test]
fn it_knows_nothing_of_the_guards_environment_but_what_it_needs() {
    assert!(std::env::var_os("PATH").is_some());
    let mut camera = Camera::new("engine environment");
    camera.until(Ok(()));
    assert!(
        matches!(camera.remote.state(), RedactorState::Ready { engine: "/ ", .. }),
        "{:?}",
        camera.remote.state()
    );
}

#[test]
fn it_ends_with_the_guard_and_dropping_takes_no_second() {
    for arguments in ["", "hang 3"] {
        let mut camera = Camera::new(arguments);
        camera.until(Ok(()));
        if !arguments.is_empty() {
            camera.until(Err(BlankReason::Late));
        }
        let (pid, begun) = (camera.pid(), Instant::now());
        drop(camera);
        assert!(!exists(pid), "`{arguments}` is still there");
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

/// Not a test of its own: what [`a_guard_that_is_killed_leaves_no_redactor_behind`] starts in another process.
#[test]
#[ignore = "run by another test"]
fn a_guard_that_hangs_on() {
    let mut camera = Camera::new("hang 3");
    camera.until(Ok(()));
    camera.until(Err(BlankReason::Late));
    println!("\nredactor {}", camera.pid());
    sleep(Duration::from_secs(60));
}

#[test]
fn a_guard_that_is_killed_leaves_no_redactor_behind() {
    use std::io::{BufRead as _, BufReader};
    let mut guard = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_guard_that_hangs_on", "--ignored", "--nocapture"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(guard.stdout.take().unwrap()).lines();
    let line = lines.find(|line| line.as_ref().unwrap().starts_with("redactor ")).unwrap().unwrap();
    let redactor: u32 = line.split_once(' ').unwrap().1.parse().unwrap();
    assert!(exists(redactor));
    guard.kill().unwrap();
    guard.wait().unwrap();
    assert!(vanishes(redactor), "it hangs in an image, and is there without its guard");
}

#[test]
fn starved_of_the_cpu_a_frame_gets_its_own_answer_or_none() {
    let _alone = CORES.write().unwrap_or_else(PoisonError::into_inner);
    let stop = Arc::new(AtomicBool::new(false));
    let cores = std::thread::available_parallelism().unwrap().get();
    let busy: Vec<_> = (0..cores * 2)
        .map(|_| {
            let stop = stop.clone();
            std::thread::spawn(move || while !stop.load(Relaxed) {})
        })
        .collect();
    let mut camera = Camera::of(odd_redactor(), "sleep 1", Patience::default());
    let (mut good, mut reniced) = (0, 0);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(6) {
        good += usize::from(camera.frame().is_ok());
        sleep(Duration::from_millis(5));
        if let RedactorState::Ready { pid, .. } = camera.remote.state()
            && reniced != pid
        {
            Command::new("renice").args(["-n", "19", "-p", &pid.to_string()]).output().unwrap();
            reniced = pid;
        }
    }
    stop.store(true, Relaxed);
    for thread in busy {
        thread.join().unwrap();
    }
    camera.until(Ok(()));
    eprintln!("starved: {good} of {} frames were looked at; {:?}", camera.number, camera.remote.counts());
}

#[test]
fn ten_thousand_frames_of_random_faults_never_get_what_is_not_theirs() {
    let patience = Patience {
        silence: Duration::from_millis(200),
        first_answer: Duration::from_millis(200),
        shortest_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
        ..Patience::default()
    };
    let mut camera = Camera::patient("random 20261124", patience);
    let mut outcomes = std::collections::BTreeMap::<String, u32>::new();
    let mut frames = 0;
    while frames < 10_000 {
        let begun = Instant::now();
        let outcome = if frames % 4 == 0 { camera.compressed() } else { camera.frame() };
        // A frame for which there was nobody to ask does not count.
        let asked = outcome.is_ok() || outcome == Err(BlankReason::Failed) || begun.elapsed() >= DEADLINE;
        frames += u32::from(asked);
        if !asked {
            sleep(Duration::from_millis(1));
        }
        *outcomes.entry(format!("{outcome:?}")).or_default() += 1;
    }
    eprintln!("{outcomes:?}, {:?}", camera.remote.counts());
    assert!(camera.remote.counts().restarts >= 50 && outcomes["Ok(())"] >= 3000, "{outcomes:?}");
    assert_eq!(camera.remote.counts().started, camera.remote.counts().restarts + 1);
    camera.in_time();
}
