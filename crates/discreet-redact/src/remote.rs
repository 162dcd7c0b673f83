//! Inspection in another process: the guard's side.
//!
//! A frame waits until its deadline and no longer, and an answer is used only if it belongs to the question
//! about this frame. Every other case is a [`BlankReason`], and the guard blanks the frame.

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

/// The longest wait of a frame, whatever its rules say.
const LONGEST_DEADLINE: Duration = Duration::from_secs(10);

/// A redactor in a process of its own, which is restarted when it fails.
///
/// It has no thread of its own: it makes progress with each frame, and with [`Remote::tend`].
pub struct Remote {
    program: Program,
    patience: Patience,
    news: Box<dyn FnMut(&str) + Send>,
    stage: Stage,
    pauses: Pauses,
    counts: Counts,
    last_id: u64,
    found: Vec<Found>,
    /// The subjects that the redactor cannot find, as reported.
    unable: Subjects,
}

enum Stage {
    /// The program does not exist. There is no second attempt.
    Missing,
    /// Restarts at `until`, if the process before it has exited by then.
    Resting { until: Instant, before: Option<Process> },
    /// Running; ready after its Hello.
    Running(Box<Session>),
}

/// Counters of the redactor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Starts.
    pub started: u64,
    /// Unexpected exits, and kills.
    pub restarts: u64,
    /// Frames blanked because no redactor was ready.
    pub absent: u64,
    /// Frames blanked because the answer to them, or to a frame before them, was late.
    pub late: u64,
    /// Frames blanked because the answer was a failure, or malformed.
    pub failed: u64,
}

/// State of the redactor, after the last frame or [`Remote::tend`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedactorState<'a> {
    /// Started, not ready yet.
    Starting,
    /// It answers.
    Ready {
        /// Its process.
        pid: u32,
        /// The name of its engine.
        engine: &'a str,
    },
    /// Its answer to a question is overdue.
    Late {
        /// Its process.
        pid: u32,
    },
    /// It exited or was killed, and will be restarted.
    Restarting,
    /// The program does not exist.
    Missing,
}

impl Remote {
    /// Starts nothing yet: call [`Remote::tend`] when frames are expected, so that the first need not wait.
    /// Needs no ROS, and no OpenCV in this process.
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

    /// Reports to `news`, instead of standard error, what an operator should know: a redactor that is
    /// missing, or has exited.
    #[must_use]
    pub fn telling(mut self, news: impl FnMut(&str) + Send + 'static) -> Remote {
        self.news = Box::new(news);
        self
    }

    /// Starts the redactor if that is due, reads its messages, and kills it if it was silent for too long.
    /// Does not block. Each frame does this too; call it about once a second when none come.
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

    /// The present state.
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

    /// The counters.
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
                    "cannot start the redactor {path}: {error}. Images that must be redacted stay blank until it is \
                     installed (built with the feature `vision`) and this node is restarted"
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

    /// Kills a redactor that is no longer trusted, or has exited, and schedules its restart.
    fn end(&mut self, end: &End, now: Instant) {
        let stage = std::mem::replace(&mut self.stage, Stage::Resting { until: now, before: None });
        let Stage::Running(session) = stage else { return };
        self.counts.restarts += 1;
        let pause = self.pauses.next(session.ready_for(now), &self.patience);
        let pid = session.pid();
        (self.news)(&format!("redactor {pid}: {end}; images stay blank, and it is restarted in {pause:?}"));
        let mut process = session.close();
        process.kill();
        self.stage = Stage::Resting { until: now + pause, before: Some(process) };
    }

    /// Sends the question, and waits for the answer until the deadline.
    fn ask(&mut self, rules: &ImageRules, stamp: i64, work: Work<'_>) -> Result<(), BlankReason> {
        let until = Instant::now() + rules.deadline.min(LONGEST_DEADLINE);
        self.last_id += 1;
        self.tend();
        let Stage::Running(session) = &mut self.stage else { return Err(BlankReason::Absent) };
        let request = Request { id: self.last_id, stamp, rules: RuleBytes::of(rules), work };
        let outcome = session.ask(rules, request, until, &mut self.found);
        outcome.map_err(|fault| match fault {
            Fault::Blank(reason) => reason,
            Fault::Unable(subject) => {
                self.tell_unable(subject);
                BlankReason::Failed
            }
            Fault::End(end) => {
                self.end(&end, Instant::now());
                end.blank_reason()
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
                "the redactor cannot find {}, because a model or engine is missing: images in which they must be covered \
                 stay blank",
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
            | Err(
                BlankReason::UnknownEncoding
                | BlankReason::UnfitLayout
                | BlankReason::Misdeclared
                | BlankReason::NothingToFollow,
            ) => {}
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
            RedactorState::Restarting => "restarting".into(),
            RedactorState::Missing => "the program `redactor` is not installed".into(),
        }
    }

    fn look(
        &mut self,
        rules: &ImageRules,
        picture: Picture<'_>,
        stamp: i64,
    ) -> Result<&[Found], BlankReason> {
        let outcome = self.ask(rules, stamp, Work::Inspect(picture));
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
            // A sane process exits when its input is closed; any other is killed when this is dropped.
            session.close().wait();
        }
    }
}
