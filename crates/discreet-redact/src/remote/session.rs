//! One redactor process, from its start to its end.

use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::Patience;
use super::channel::{Channel, Sending};
use super::program::Process;
use crate::protocol::{
    Garbled, Hello, MAX_REPLY, MAX_SHORT_REPLY, Progress, Reply, Request, RuleBytes, Work,
};
use crate::{BlankReason, Found, ImageRules, Subject};

pub(super) struct Session {
    process: Process,
    channel: Channel,
    started: Instant,
    ready: Option<(Instant, Hello)>,
    /// The question without an answer. There is at most one.
    open: Option<Question>,
    /// The rules under which it has answered.
    answered: Option<RuleBytes>,
    /// The channel still holds the last answer, for [`Session::remade`].
    kept: bool,
    head: Vec<u8>,
}

struct Question {
    id: u64,
    rules: RuleBytes,
    asked: Instant,
    /// The longest frame that its answer can have.
    limit: usize,
}

/// Why a frame is blanked.
pub(super) enum Fault {
    /// This frame only; the redactor stays.
    Blank(BlankReason),
    /// While it is asked to find this subject, which it cannot.
    Unable(Subject),
    /// And the redactor must be killed.
    End(End),
}

/// Why a redactor must be killed, or has exited.
pub(super) enum End {
    Exited,
    Broken(io::Error),
    Garbled(Garbled),
    NoHello,
    Silent,
}

impl End {
    /// The reason for the frame that was waiting.
    pub(super) fn blank_reason(&self) -> BlankReason {
        match self {
            End::Exited | End::Broken(_) | End::NoHello | End::Silent => BlankReason::Absent,
            End::Garbled(_) => BlankReason::Failed,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Exited => write!(f, "has ended"),
            End::Broken(error) => write!(f, "cannot be reached ({error})"),
            End::Garbled(garbled) => write!(f, "is no longer trusted ({garbled})"),
            End::NoHello => write!(f, "was not ready in time"),
            End::Silent => write!(f, "has stopped answering"),
        }
    }
}

impl Session {
    pub(super) fn new(process: Process, stream: UnixStream, now: Instant) -> io::Result<Session> {
        let channel = Channel::new(stream)?;
        let (ready, open, answered, head) = (None, None, None, Vec::new());
        Ok(Session { process, channel, started: now, ready, open, answered, kept: false, head })
    }

    /// The process that works, by its own statement; until then the one that was started.
    pub(super) fn pid(&self) -> u32 {
        self.hello().map_or_else(|| self.process.pid(), |hello| hello.pid)
    }

    pub(super) fn hello(&self) -> Option<&Hello> {
        self.ready.as_ref().map(|(_, hello)| hello)
    }

    /// Is a question open?
    pub(super) fn owes(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn ready_for(&self, now: Instant) -> Duration {
        self.ready.as_ref().map_or(Duration::ZERO, |(since, _)| now.saturating_duration_since(*since))
    }

    /// Closes the socket, which tells it to exit.
    pub(super) fn close(self) -> Process {
        self.process
    }

    /// Reads without waiting. An answer that arrives here is late, and is dropped.
    pub(super) fn tend(&mut self, now: Instant, patience: &Patience) -> Result<(), End> {
        if std::mem::take(&mut self.kept) {
            self.channel.clear();
        }
        let sending = self.channel.resume().map_err(End::Broken)?;
        loop {
            let limit = self.open.as_ref().map_or(MAX_SHORT_REPLY, |open| open.limit);
            match self.channel.receive(limit) {
                Progress::Whole => self.hear(sending, now)?,
                Progress::Pending => break,
                other => return Err(ended(other)),
            }
        }
        match &self.open {
            None if self.ready.is_none() && now.saturating_duration_since(self.started) > patience.hello => {
                Err(End::NoHello)
            }
            Some(open) => {
                let first = self.answered != Some(open.rules);
                let limit = if first { patience.first_answer } else { patience.silence };
                if now.saturating_duration_since(open.asked) > limit { Err(End::Silent) } else { Ok(()) }
            }
            None => Ok(()),
        }
    }

    /// Sends a question and waits for the answer until `until`; puts the findings into `found`.
    pub(super) fn ask(
        &mut self,
        rules: &ImageRules,
        request: Request<'_>,
        until: Instant,
        found: &mut Vec<Found>,
    ) -> Result<(), Fault> {
        let Some((_, hello)) = &self.ready else { return Err(Fault::Blank(BlankReason::Absent)) };
        if self.open.is_some() {
            return Err(Fault::Blank(BlankReason::Late));
        }
        // A subject that it cannot find would not be covered.
        if let Some((subject, _)) =
            rules.covers.iter().find(|(subject, _)| !hello.subjects.contains(*subject))
        {
            return Err(Fault::Unable(*subject));
        }
        let image = request.write_head(&mut self.head).map_err(|_| Fault::Blank(BlankReason::UnfitLayout))?;
        let limit = match request.work {
            Work::Inspect(_) => MAX_SHORT_REPLY,
            Work::Remake(..) => MAX_REPLY,
        };
        self.open = Some(Question { id: request.id, rules: request.rules, asked: Instant::now(), limit });
        match self.channel.send(&self.head, image, until) {
            Ok(Sending::Done) => {}
            Ok(Sending::Pending) => return Err(Fault::Blank(BlankReason::Late)),
            Err(error) => return Err(Fault::End(End::Broken(error))),
        }
        match self.channel.receive_until(limit, until) {
            Progress::Whole => {}
            Progress::Pending => return Err(Fault::Blank(BlankReason::Late)),
            other => return Err(Fault::End(ended(other))),
        }
        self.open = None;
        self.answered = Some(request.rules);
        self.kept = true;
        answer(self.channel.frame(), &request, found)
    }

    /// The image of the last answer.
    pub(super) fn remade(&self) -> Option<&[u8]> {
        match Reply::read(self.channel.frame()) {
            Ok(Reply::Remade { image, .. }) => Some(image),
            Ok(Reply::Found { .. } | Reply::Failed { .. }) | Err(_) => None,
        }
    }

    /// Reads messages between frames: Hello first, then late answers.
    fn hear(&mut self, sending: Sending, now: Instant) -> Result<(), End> {
        let frame = self.channel.frame();
        if self.ready.is_none() {
            self.ready = Some((now, Hello::read(frame).map_err(End::Garbled)?));
        } else {
            let id = Reply::read(frame).map_err(End::Garbled)?.id();
            // It cannot have answered a question of which it has only a part.
            let asked = self.open.take_if(|open| open.id == id && sending == Sending::Done);
            self.answered = Some(asked.ok_or(End::Garbled(Garbled::Unasked(id)))?.rules);
        }
        self.channel.clear();
        Ok(())
    }
}

/// Accepts only the answer to this question.
fn answer(frame: &[u8], request: &Request<'_>, found: &mut Vec<Found>) -> Result<(), Fault> {
    let garbled = |garbled| Fault::End(End::Garbled(garbled));
    let reply = Reply::read(frame).map_err(garbled)?;
    if reply.id() != request.id {
        return Err(garbled(Garbled::Unasked(reply.id())));
    }
    match (reply, request.work) {
        (Reply::Found { findings, .. }, Work::Inspect(picture)) => {
            findings.within(picture.width, picture.height, found).map_err(garbled)
        }
        (Reply::Remade { .. }, Work::Remake(..)) => Ok(()),
        (Reply::Failed { .. }, _) => Err(Fault::Blank(BlankReason::Failed)),
        (Reply::Found { .. }, Work::Remake(..)) | (Reply::Remade { .. }, Work::Inspect(_)) => {
            Err(garbled(Garbled::Undefined("answer")))
        }
    }
}

fn ended(progress: Progress) -> End {
    match progress {
        Progress::Garbled(garbled) => End::Garbled(garbled),
        Progress::Broken(error) => End::Broken(error),
        // The other two are not ends; the caller has handled them.
        Progress::Ended | Progress::Whole | Progress::Pending => End::Exited,
    }
}
