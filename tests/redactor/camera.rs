//! A camera of the guard, whose frames a redactor inspects.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread::sleep;
use std::time::{Duration, Instant};

use discreet_redact::remote::{Patience, Program, RedactorState, Remote};
use discreet_redact::{BlankReason, CompressedFormat, Cover, ImageInspector, ImageRules, Picture, Subject};

pub const DEADLINE: Duration = Duration::from_millis(100);

/// What a look may take beyond its deadline.
const GRACE: Duration = Duration::from_millis(20);

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;

/// Held while a test takes every core for itself, and shared by the others.
pub static CORES: RwLock<()> = RwLock::new(());

/// A camera whose frames are numbered.
pub struct Camera {
    _cores: Option<RwLockReadGuard<'static, ()>>,
    pub remote: Remote,
    pub number: u32,
    bgr: Vec<u8>,
    pub news: Arc<Mutex<Vec<String>>>,
    /// How long each look took that took as long as its deadline.
    pub waited: Vec<Duration>,
}

impl Camera {
    pub fn new(arguments: &str) -> Camera {
        Camera::patient(
            arguments,
            Patience { shortest_pause: Duration::from_millis(50), ..Patience::default() },
        )
    }

    pub fn patient(arguments: &str, patience: Patience) -> Camera {
        let cores = CORES.read().unwrap_or_else(PoisonError::into_inner);
        Camera { _cores: Some(cores), ..Camera::of(odd_redactor(), arguments, patience) }
    }

    pub fn of(path: PathBuf, arguments: &str, patience: Patience) -> Camera {
        let news = Arc::new(Mutex::new(Vec::new()));
        let told = news.clone();
        let arguments = arguments.split_whitespace().map(Into::into).collect();
        let remote = Remote::new(Program::new(path, arguments), patience)
            .telling(move |news| told.lock().unwrap().push(news.into()));
        let bgr = vec![0; (WIDTH * HEIGHT * 3) as usize];
        Camera { _cores: None, remote, number: 0, bgr, news, waited: vec![] }
    }

    /// Shows the next frame. What was found is what is in this frame, or it is not Ok.
    pub fn frame(&mut self) -> Result<(), BlankReason> {
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
    pub fn compressed(&mut self) -> Result<(), BlankReason> {
        self.number += 1;
        let image = [self.number.to_le_bytes().as_slice(), &[7; 100_000]].concat();
        let remade = self.remote.remake(&rules(), &image, CompressedFormat::Jpeg, i64::from(self.number))?;
        assert!(remade == image, "made of another image than {}", self.number);
        Ok(())
    }

    /// Shows frames, 100 a second, until one comes out as it should; how many came before it.
    pub fn until(&mut self, wanted: Result<(), BlankReason>) -> usize {
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

    pub fn pid(&self) -> u32 {
        match self.remote.state() {
            RedactorState::Ready { pid, .. } | RedactorState::Late { pid } => pid,
            other => panic!("no pid: {other:?}"),
        }
    }

    /// No look waits beyond its deadline. Whoever has the CPU may keep it from seeing that at once, but not each time.
    pub fn in_time(&self) {
        let over = self.waited.iter().filter(|took| **took > DEADLINE + GRACE).count();
        assert!(over <= 1 + self.waited.len() / 10, "looks that waited took {:?}", self.waited);
    }
}

fn rules() -> ImageRules {
    ImageRules { covers: vec![(Subject::Faces, Cover::Solid)], deadline: DEADLINE, ..ImageRules::default() }
}

pub fn odd_redactor() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().unwrap().parent().unwrap().join("examples/odd_redactor");
    assert!(path.exists(), "{} is missing: cargo build --release --examples", path.display());
    path
}

pub fn signal(pid: u32, signal: &str) {
    assert!(Command::new("kill").arg(signal).arg(pid.to_string()).status().unwrap().success());
}

/// Whether there is such a process, be it a zombie.
pub fn exists(pid: u32) -> bool {
    PathBuf::from(format!("/proc/{pid}")).exists()
}
