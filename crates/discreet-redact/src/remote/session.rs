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
    /// The question that has no answer yet. There is one at most.
    open: Option<Open>,
    /// The rules under which it has answered.
    answered: Option<RuleBytes>,
    /// The channel still holds the last answer, for [`Session::remade`].
    kept: bool,
    head: Vec<u8>,
}

struct Open {
    id: u64,
    rules: RuleBytes,
    asked: Instant,
    /// The longest frame that can be its answer.
    limit: usize,
}

/// Why a frame is blanked.
pub(super) enum Fault {
    /// For this frame; the redactor stays.
    BlankReason(BlankReason),
    /// For as long as it is asked to find this: it cannot.
    Unable(Subject),
    /// And the redactor has to go.
    End(End),
}

/// Why a redactor has to go, or is gone.
pub(super) enum End {
    Exited,
    Broken(io::Error),
    Garbled(Garbled),
    NoHello,
    Silent,
}

impl End {
    /// What it is to the frame that was waiting.
    pub(super) fn blind(&self) -> BlankReason {
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
            End::Garbled(garbled) => write!(f, "is not to be believed any more ({garbled})"),
            End::NoHello => write!(f, "did not get ready in time"),
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

    pub(super) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(super) fn hello(&self) -> Option<&Hello> {
        self.ready.as_ref().map(|(_, hello)| hello)
    }

    /// Whether a question is open.
    pub(super) fn owes(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn ready_for(&self, now: Instant) -> Duration {
        self.ready.as_ref().map_or(Duration::ZERO, |(since, _)| now.saturating_duration_since(*since))
    }

    /// Closes the socket, which tells it to end.
    pub(super) fn close(self) -> Process {
        self.process
    }

    /// Hears what is there without waiting. An answer that comes now is too late: nobody uses it.
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

    /// Asks and waits for the answer until `until`; puts what was found into `found`.
    pub(super) fn ask(
        &mut self,
        rules: &ImageRules,
        request: Request<'_>,
        until: Instant,
        found: &mut Vec<Found>,
    ) -> Result<(), Fault> {
        let Some((_, hello)) = &self.ready else { return Err(Fault::BlankReason(BlankReason::Absent)) };
        if self.open.is_some() {
            return Err(Fault::BlankReason(BlankReason::Late));
        }
        // What it cannot find it would not cover.
        if let Some((subject, _)) =
            rules.covers.iter().find(|(subject, _)| !hello.subjects.contains(*subject))
        {
            return Err(Fault::Unable(*subject));
        }
        let image =
            request.write_head(&mut self.head).map_err(|_| Fault::BlankReason(BlankReason::UnfitLayout))?;
        let limit = match request.work {
            Work::ImageInspector(_) => MAX_SHORT_REPLY,
            Work::Remake(..) => MAX_REPLY,
        };
        self.open = Some(Open { id: request.id, rules: request.rules, asked: Instant::now(), limit });
        match self.channel.send(&self.head, image, until) {
            Ok(Sending::Done) => {}
            Ok(Sending::Pending) => return Err(Fault::BlankReason(BlankReason::Late)),
            Err(error) => return Err(Fault::End(End::Broken(error))),
        }
        match self.channel.receive_until(limit, until) {
            Progress::Whole => {}
            Progress::Pending => return Err(Fault::BlankReason(BlankReason::Late)),
            other => return Err(Fault::End(ended(other))),
        }
        self.open = None;
        self.answered = Some(request.rules);
        self.kept = true;
        answer(self.channel.frame(), &request, found)
    }

    /// The image that the last answer was.
    pub(super) fn remade(&self) -> Option<&[u8]> {
        match Reply::read(self.channel.frame()) {
            Ok(Reply::Remade { image, .. }) => Some(image),
            Ok(Reply::Found { .. } | Reply::Failed { .. }) | Err(_) => None,
        }
    }

    /// What came while no frame was waiting: Hello first, and then answers that are too late.
    fn hear(&mut self, sending: Sending, now: Instant) -> Result<(), End> {
        let frame = self.channel.frame();
        if self.ready.is_none() {
            self.ready = Some((now, Hello::read(frame).map_err(End::Garbled)?));
        } else {
            let id = Reply::read(frame).map_err(End::Garbled)?.id();
            // Nor can it have answered a question that it does not have in full.
            let asked = self.open.take_if(|open| open.id == id && sending == Sending::Done);
            self.answered = Some(asked.ok_or(End::Garbled(Garbled::Unasked(id)))?.rules);
        }
        self.channel.clear();
        Ok(())
    }
}

/// Takes what answers this very question, and nothing else.
fn answer(frame: &[u8], request: &Request<'_>, found: &mut Vec<Found>) -> Result<(), Fault> {
    let garbled = |garbled| Fault::End(End::Garbled(garbled));
    let reply = Reply::read(frame).map_err(garbled)?;
    if reply.id() != request.id {
        return Err(garbled(Garbled::Unasked(reply.id())));
    }
    match (reply, request.work) {
        (Reply::Found { findings, .. }, Work::ImageInspector(picture)) => {
            findings.within(picture.width, picture.height, found).map_err(garbled)
        }
        (Reply::Remade { .. }, Work::Remake(..)) => Ok(()),
        (Reply::Failed { .. }, _) => Err(Fault::BlankReason(BlankReason::Failed)),
        (Reply::Found { .. }, Work::Remake(..)) | (Reply::Remade { .. }, Work::ImageInspector(_)) => {
            Err(garbled(Garbled::Undefined("answer")))
        }
    }
}

fn ended(progress: Progress) -> End {
    match progress {
        Progress::Garbled(garbled) => End::Garbled(garbled),
        Progress::Broken(error) => End::Broken(error),
        // The other two are not ends; who asks has dealt with them.
        Progress::Ended | Progress::Whole | Progress::Pending => End::Exited,
    }
}
