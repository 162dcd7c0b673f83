//! Inspection on behalf of the guard: the redactor's side.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use super::protocol::{Garbled, Hello, Incoming, MAX_REQUEST, Progress, Reply, Request, RuleBytes, Work};
use super::{ImageInspector, ImageRules};

/// Why it stopped serving, other than that the guard is gone.
#[derive(Debug, thiserror::Error)]
pub enum Unserved {
    /// The guard's question is malformed.
    #[error("the guard's question is malformed: {0}")]
    Garbled(#[from] Garbled),
    /// The socket is broken.
    #[error("the guard cannot be reached: {0}")]
    Broken(#[from] io::Error),
    /// The detectors panicked, which leaves their state undefined.
    #[error("looking at an image panicked")]
    Panicked,
}

/// Sends Hello and answers each question, until the guard closes the socket.
///
/// `make` makes an inspector for a topic's rules; it is called again when these change. When it fails, each
/// question is answered with Failed, and the reason is reported once.
pub fn serve<S: Read + Write>(
    stream: &mut S,
    hello: &Hello,
    make: impl FnMut(&ImageRules) -> Result<Box<dyn ImageInspector>, String>,
) -> Result<(), Unserved> {
    match answer_all(stream, hello, make) {
        Err(Unserved::Broken(error))
            if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) =>
        {
            Ok(())
        }
        outcome => outcome,
    }
}

/// The socket to the guard: this process's standard input, if the guard started it.
pub fn guard_socket() -> Option<UnixStream> {
    let input = io::stdin().as_fd().try_clone_to_owned().ok()?;
    let domain = rustix::net::sockopt::socket_domain(&input).ok()?;
    (domain == rustix::net::AddressFamily::UNIX).then(|| UnixStream::from(input))
}

/// Exits soon after the guard has closed the socket, even if an image hangs.
pub fn end_with_guard(stream: &UnixStream) -> io::Result<()> {
    let stream = stream.try_clone()?;
    std::thread::Builder::new().name("end_with_guard".into()).spawn(move || {
        // Without requested events, poll reports only that the other side has closed.
        while poll(&mut [PollFd::new(&stream, PollFlags::empty())], None).is_err() {
            std::thread::sleep(Duration::from_millis(100));
        }
        std::thread::sleep(Duration::from_secs(1)); // in most cases it has exited by then
        // An orderly exit would wait for a thread that hangs.
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    })?;
    Ok(())
}

fn answer_all<S: Read + Write>(
    stream: &mut S,
    hello: &Hello,
    make: impl FnMut(&ImageRules) -> Result<Box<dyn ImageInspector>, String>,
) -> Result<(), Unserved> {
    let mut outgoing = Vec::new();
    hello.write(&mut outgoing);
    stream.write_all(&outgoing)?;

    let mut incoming = Incoming::default();
    let mut looker = Looker { make, rules: None, look: None };
    loop {
        match incoming.read(stream, MAX_REQUEST) {
            Progress::Whole => {}
            Progress::Pending => continue,
            Progress::Ended => return Ok(()),
            Progress::Garbled(garbled) => return Err(garbled.into()),
            Progress::Broken(error) => return Err(error.into()),
        }
        let request = Request::read(incoming.frame())?;
        // The process exits after a panic, so that no undefined state is used again.
        let caught = catch_unwind(AssertUnwindSafe(|| looker.answer(&request, &mut outgoing)));
        let answered = matches!(caught, Ok(Ok(true)));
        if !answered {
            Reply::write_failed(&mut outgoing, request.id);
        }
        stream.write_all(&outgoing)?;
        match caught {
            Ok(answered) => drop(answered?),
            Err(_) => return Err(Unserved::Panicked),
        }
        incoming.clear();
    }
}

/// An inspector, and the rules that it was made for.
struct Looker<M> {
    make: M,
    rules: Option<(RuleBytes, ImageRules)>,
    look: Option<Box<dyn ImageInspector>>,
}

impl<M: FnMut(&ImageRules) -> Result<Box<dyn ImageInspector>, String>> Looker<M> {
    /// Writes the answer; false if there is none.
    fn answer(&mut self, request: &Request<'_>, outgoing: &mut Vec<u8>) -> Result<bool, Garbled> {
        if self.rules.as_ref().is_none_or(|(bytes, _)| *bytes != request.rules) {
            let rules = request.rules.rules()?;
            self.look = (self.make)(&rules).map_err(|reason| eprintln!("redactor: {reason}")).ok();
            self.rules = Some((request.rules, rules));
        }
        let (Some(look), Some((_, rules))) = (&mut self.look, &self.rules) else { return Ok(false) };
        let written = match request.work {
            Work::Inspect(picture) => look
                .look(rules, picture, request.stamp)
                .map(|found| Reply::write_found(outgoing, request.id, found)),
            Work::Remake(format, image) => look
                .remake(rules, image, format, request.stamp)
                .map(|remade| Reply::write_remade(outgoing, request.id, remade)),
        };
        Ok(matches!(written, Ok(true)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Area, BlankReason, Cause, CompressedFormat, Found, Picture, Subject, Subjects};

    /// Finds the whole picture; panics at a picture of one column, fails at one of two.
    struct Fake(Vec<Found>);

    impl ImageInspector for Fake {
        fn look(&mut self, _: &ImageRules, picture: Picture<'_>, _: i64) -> Result<&[Found], BlankReason> {
            assert!(picture.width > 1, "as the test wants it");
            if picture.width == 2 {
                return Err(BlankReason::UnfitLayout);
            }
            let area = Area { left: 0, top: 0, right: picture.width, bottom: picture.height };
            self.0 = vec![Found { subject: Subject::Faces, area, score: 1.0, why: Cause::Seen }];
            Ok(&self.0)
        }

        fn remake(
            &mut self,
            _: &ImageRules,
            _: &[u8],
            _: CompressedFormat,
            _: i64,
        ) -> Result<&[u8], BlankReason> {
            Ok(b"remade")
        }
    }

    fn served(
        every: &[(u32, Work<'_>)],
        make: impl FnMut(&ImageRules) -> Result<Box<dyn ImageInspector>, String>,
    ) -> (Result<(), Unserved>, Vec<Vec<u8>>) {
        struct Socket(io::Cursor<Vec<u8>>, Vec<u8>);
        impl Read for Socket {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                self.0.read(into)
            }
        }
        impl Write for Socket {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.1.write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut questions = Vec::new();
        for (id, (every, work)) in every.iter().enumerate() {
            let rules = ImageRules { deadline: Duration::ZERO, every: *every, ..ImageRules::default() };
            let mut head = Vec::new();
            let request = Request { id: id as u64, stamp: 0, rules: RuleBytes::of(&rules), work: *work };
            let image = request.write_head(&mut head).unwrap();
            questions.extend([&head, image].concat());
        }
        let mut socket = Socket(io::Cursor::new(questions), Vec::new());
        let hello = Hello { pid: 1, engine: "fake".into(), subjects: Subjects::default() };
        let outcome = serve(&mut socket, &hello, make);
        let (mut replies, mut said, mut incoming) = (Vec::new(), socket.1.as_slice(), Incoming::default());
        while let Progress::Whole = incoming.read(&mut said, 1000) {
            replies.push(incoming.frame().to_vec());
            incoming.clear();
        }
        assert_eq!(Hello::read(&replies.remove(0)), Ok(hello));
        (outcome, replies)
    }

    fn columns(width: u32) -> Work<'static> {
        Work::Inspect(Picture { width, height: 1, bgr: &[0; 30][..width as usize * 3] })
    }

    #[test]
    fn each_question_gets_one_answer_in_order() {
        let work = [(1, columns(4)), (1, columns(2)), (1, Work::Remake(CompressedFormat::Png, b"image"))];
        let (outcome, replies) = served(&work, |_| Ok(Box::new(Fake(vec![]))));
        assert!(outcome.is_ok());
        let replies: Vec<_> = replies.iter().map(|reply| Reply::read(reply).unwrap()).collect();
        assert!(matches!(
            replies[..],
            [Reply::Found { id: 0, .. }, Reply::Failed { id: 1 }, Reply::Remade { id: 2, image: b"remade" }]
        ));
    }

    #[test]
    fn a_panic_is_answered_with_failed_and_ends_it() {
        let (outcome, replies) = served(&[(1, columns(1)), (1, columns(4))], |_| Ok(Box::new(Fake(vec![]))));
        assert!(matches!(outcome, Err(Unserved::Panicked)));
        assert!(replies.len() == 1 && matches!(Reply::read(&replies[0]), Ok(Reply::Failed { id: 0 })));
    }

    #[test]
    fn what_looks_is_made_anew_only_when_the_rules_change() {
        let mut made = Vec::new();
        let (outcome, replies) = served(&[(1, columns(4)), (1, columns(4)), (2, columns(4))], |rules| {
            made.push(rules.every);
            if rules.every == 1 { Err("no model".into()) } else { Ok(Box::new(Fake(vec![]))) }
        });
        assert!(outcome.is_ok());
        assert_eq!(made, [1, 2]);
        let found: Vec<_> =
            replies.iter().map(|reply| matches!(Reply::read(reply), Ok(Reply::Found { .. }))).collect();
        assert_eq!(found, [false, false, true]);
    }
}
