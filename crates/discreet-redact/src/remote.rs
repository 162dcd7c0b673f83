//! Looking in another process: the guard's side.
//!
//! Whatever that process does, a frame waits for it until its deadline and no longer, and an answer is used only if it
//! answers the question that was asked for this frame. Everything else is [`BlankReason`], and the guard blanks the frame.

mod channel;
mod pause;
mod program;
mod session;

use std::io;
use std::time::{Duration, Instant};

use self::pause::Pauses;
use self::program::Process;
use self::session::{End, Fault, Session};
use super::protocol::{Request, RuleBytes, Work};
use super::{BlankReason, CompressedFormat, Found, ImageInspector, ImageRules, Picture, Subject, Subjects};

pub use self::pause::Patience;
pub use self::program::Program;

/// No frame waits longer than this, whatever its rules say.
const LONGEST_DEADLINE: Duration = Duration::from_secs(10);

/// A redactor in a process of its own, which is started again when it fails.
///
/// Nothing here has a thread of its own: it goes on with each frame, and with [`Remote::tend`].
pub struct Remote {
    program: Program,
    patience: Patience,
    news: Box<dyn FnMut(&str) + Send>,
    stage: Stage,
    pauses: Pauses,
    counts: Counts,
    last_id: u64,
    found: Vec<Found>,
    /// What it was said of that the redactor cannot find it.
    unable: Subjects,
}

enum Stage {
    /// There is no such program. It will not be looked for again.
    Missing,
    /// Started again at `until`, if the one before is gone by then.
    Resting { until: Instant, before: Option<Process> },
    /// Running; ready once it has said so.
    Running(Box<Session>),
}

/// What became of the redactor so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// How often it was started.
    pub started: u64,
    /// How often it ended, or had to be killed, without having been told to.
    pub restarts: u64,
    /// Frames blanked because there was no redactor that was ready.
    pub absent: u64,
    /// Frames blanked because they, or a frame before them, were not answered in time.
    pub late: u64,
    /// Frames blanked because the answer was that it could not, or made no sense.
    pub failed: u64,
}

/// How the redactor is, as of the last frame or [`Remote::tend`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedactorState<'a> {
    /// It has been started, and not said yet that it is ready.
    Starting,
    /// It answers.
    Ready {
        /// Its process.
        pid: u32,
        /// What it looks with.
        engine: &'a str,
    },
    /// It owes the answer to a question whose time is over.
    Late {
        /// Its process.
        pid: u32,
    },
    /// It ended or was killed, and will be started again.
    Restarting,
    /// There is no program to be started.
    Missing,
}

impl Remote {
    /// Starts nothing yet: call [`Remote::tend`] when it is clear that frames will come, so that the first need not
    /// wait for it. Needs no ROS, and no OpenCV in this process.
    pub fn new(program: Program, patience: Patience) -> Remote {
        Remote {
            program,
            patience,
            news: Box::new(|news| eprintln!("{news}")),
            stage: Stage::Resting { until: Instant::now(), before: None },
            pauses: Pauses::default(),
            counts: Counts::default(),
            last_id: 0,
            found: Vec::with_capacity(super::protocol::MAX_FINDINGS),
            unable: Subjects::default(),
        }
    }

    /// Tells `news` in place of standard error what a person should know: a redactor that is missing, or ended.
    #[must_use]
    pub fn telling(mut self, news: impl FnMut(&str) + Send + 'static) -> Remote {
        self.news = Box::new(news);
        self
    }

    /// Starts the redactor if it is time to, hears what it has to say, and ends it if it has been silent for too long.
    /// Never waits for it. Each frame does this too; call it about once a second when none come.
    pub fn tend(&mut self) {
        let now = Instant::now();
        match &mut self.stage {
            Stage::Missing => {}
            Stage::Resting { until, before } => {
                // Two at a time would need twice the memory.
                let gone = before.as_mut().is_none_or(Process::is_gone);
                if gone {
                    *before = None;
                }
                if gone && now >= *until {
                    self.start(now);
                }
            }
            Stage::Running(session) => {
                if let Err(end) = session.tend(now, &self.patience) {
                    self.end(&end, now);
                }
            }
        }
    }

    /// How it is.
    pub fn state(&self) -> RedactorState<'_> {
        match &self.stage {
            Stage::Missing => RedactorState::Missing,
            Stage::Resting { .. } if self.counts.started == 0 => RedactorState::Starting,
            Stage::Resting { .. } => RedactorState::Restarting,
            Stage::Running(session) => match session.hello() {
                None => RedactorState::Starting,
                Some(_) if session.owes() => RedactorState::Late { pid: session.pid() },
                Some(hello) => RedactorState::Ready { pid: session.pid(), engine: &hello.engine },
            },
        }
    }

    /// What became of it so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn start(&mut self, now: Instant) {
        match self.program.start().and_then(|(process, stream)| Session::new(process, stream, now)) {
            Ok(session) => {
                self.counts.started += 1;
                self.stage = Stage::Running(Box::new(session));
            }
            Err(error)
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) =>
            {
                let path = self.program.path.display();
                (self.news)(&format!(
                    "cannot start the redactor {path}: {error}. Images that are to be redacted stay blank until it is \
                     there (built with the feature `vision`) and this node is started again"
                ));
                self.stage = Stage::Missing;
            }
            Err(error) => {
                let pause = self.pauses.next(Duration::ZERO, &self.patience);
                (self.news)(&format!("cannot start the redactor: {error}; next try in {pause:?}"));
                self.stage = Stage::Resting { until: now + pause, before: None };
            }
        }
    }

    /// The redactor is not to be believed any more, or gone: makes sure of that, and has it started again later.
    fn end(&mut self, end: &End, now: Instant) {
        let stage = std::mem::replace(&mut self.stage, Stage::Resting { until: now, before: None });
        let Stage::Running(session) = stage else { return };
        self.counts.restarts += 1;
        let pause = self.pauses.next(session.ready_for(now), &self.patience);
        let pid = session.pid();
        (self.news)(&format!(
            "redactor {pid}: {end}; images stay blank, and it is started again in {pause:?}"
        ));
        let mut process = session.close();
        process.kill();
        self.stage = Stage::Resting { until: now + pause, before: Some(process) };
    }

    /// Asks, and waits for the answer until the deadline.
    fn ask(&mut self, rules: &ImageRules, stamp: i64, work: Work<'_>) -> Result<(), BlankReason> {
        let until = Instant::now() + rules.deadline.min(LONGEST_DEADLINE);
        self.last_id += 1;
        self.tend();
        let Stage::Running(session) = &mut self.stage else { return Err(BlankReason::Absent) };
        let request = Request { id: self.last_id, stamp, rules: RuleBytes::of(rules), work };
        let outcome = session.ask(rules, request, until, &mut self.found);
        outcome.map_err(|fault| match fault {
            Fault::BlankReason(blind) => blind,
            Fault::Unable(subject) => {
                self.tell_unable(subject);
                BlankReason::Failed
            }
            Fault::End(end) => {
                self.end(&end, Instant::now());
                end.blind()
            }
        })
    }

    fn tell_unable(&mut self, subject: Subject) {
        if !self.unable.contains(subject) {
            self.unable = Subject::ALL
                .into_iter()
                .filter(|one| *one == subject || self.unable.contains(*one))
                .collect();
            (self.news)(&format!(
                "the redactor cannot find {}, for want of a model or engine: images of which they are to be covered stay \
                 blank",
                subject.name()
            ));
        }
    }

    fn count<T>(&mut self, outcome: &Result<T, BlankReason>) {
        match outcome {
            Err(BlankReason::Absent) => self.counts.absent += 1,
            Err(BlankReason::Late) => self.counts.late += 1,
            Err(BlankReason::Failed) => self.counts.failed += 1,
            Ok(_)
            | Err(BlankReason::UnknownEncoding | BlankReason::UnfitLayout | BlankReason::NothingToFollow) => {
            }
        }
    }
}

impl ImageInspector for Remote {
    fn tend(&mut self) {
        Remote::tend(self);
    }

    fn state(&self) -> String {
        match Remote::state(self) {
            RedactorState::Starting => "starting".into(),
            RedactorState::Ready { pid, engine } => format!("ready, process {pid}, {engine}"),
            RedactorState::Late { pid } => format!("late, process {pid}"),
            RedactorState::Restarting => "being started again".into(),
            RedactorState::Missing => "there is no program `redactor`".into(),
        }
    }

    fn look(
        &mut self,
        rules: &ImageRules,
        picture: Picture<'_>,
        stamp: i64,
    ) -> Result<&[Found], BlankReason> {
        let outcome = self.ask(rules, stamp, Work::ImageInspector(picture));
        self.count(&outcome);
        outcome.map(|()| self.found.as_slice())
    }

    fn remake(
        &mut self,
        rules: &ImageRules,
        compressed: &[u8],
        format: CompressedFormat,
        stamp: i64,
    ) -> Result<&[u8], BlankReason> {
        let outcome = self.ask(rules, stamp, Work::Remake(format, compressed));
        self.count(&outcome);
        outcome?;
        match &self.stage {
            Stage::Running(session) => session.remade().ok_or(BlankReason::Failed),
            Stage::Missing | Stage::Resting { .. } => Err(BlankReason::Absent),
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let stage = std::mem::replace(&mut self.stage, Stage::Missing);
        if let Stage::Running(session) = stage {
            // It ends when its input does, if it is sane; it is killed when it is dropped, if it is not.
            session.close().wait();
        }
    }
}
