//! The guard's end of the socket: sends and receives whole frames, and never waits beyond the given time.

use std::io::{self, ErrorKind, IoSlice, Write};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::protocol::{Incoming, Progress};

/// Holds several pieces of a picture, which saves switches between the two processes. The system grants less
/// if its administrator set a limit (net.core.wmem_max).
const SEND_BUFFER: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Channel {
    stream: UnixStream,
    incoming: Incoming,
    /// The rest of a question that could not be sent in time, and how much of it was sent since.
    unsent: Vec<u8>,
    resumed: usize,
}

/// Progress of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    Done,
    /// The rest is kept for [`Channel::resume`].
    Pending,
}

impl Channel {
    pub(super) fn new(stream: UnixStream) -> io::Result<Channel> {
        stream.set_nonblocking(true)?;
        // An optimisation: it may fail.
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&stream, SEND_BUFFER);
        Ok(Channel { stream, incoming: Incoming::default(), unsent: Vec::new(), resumed: 0 })
    }

    /// Sends a frame. The part that is not sent by `until` is copied, so that the other side still gets whole
    /// frames and need not be restarted for being slow.
    pub(super) fn send(&mut self, mut head: &[u8], mut image: &[u8], until: Instant) -> io::Result<Sending> {
        while !head.is_empty() || !image.is_empty() {
            match self.stream.write_vectored(&[IoSlice::new(head), IoSlice::new(image)]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    let of_image = count.saturating_sub(head.len());
                    head = head.get(count..).unwrap_or_default();
                    image = image.get(of_image..).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if !self.wait(PollFlags::OUT, until)? {
                        self.unsent.clear();
                        self.unsent.extend_from_slice(head);
                        self.unsent.extend_from_slice(image);
                        self.resumed = 0;
                        return Ok(Sending::Pending);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Sending::Done)
    }

    /// Sends the rest of the last frame, without waiting.
    pub(super) fn resume(&mut self) -> io::Result<Sending> {
        loop {
            let rest = self.unsent.get(self.resumed..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(Sending::Done);
            }
            match self.stream.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.resumed = self.resumed.saturating_add(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Sending::Pending),
                Err(error) => return Err(error),
            }
        }
    }

    /// Receives the part of a frame that has arrived.
    pub(super) fn receive(&mut self, limit: usize) -> Progress {
        self.incoming.read(&mut self.stream, limit)
    }

    /// Receives a frame, waiting for it until `until`.
    pub(super) fn receive_until(&mut self, limit: usize, until: Instant) -> Progress {
        loop {
            match self.receive(limit) {
                Progress::Pending => match self.wait(PollFlags::IN, until) {
                    Ok(true) => {}
                    Ok(false) => return Progress::Pending,
                    Err(error) => return Progress::Broken(error),
                },
                progress => return progress,
            }
        }
    }

    /// The frame that was received.
    pub(super) fn frame(&self) -> &[u8] {
        self.incoming.frame()
    }

    /// Makes room for the next frame.
    pub(super) fn clear(&mut self) {
        self.incoming.clear();
    }

    /// Waits until the socket is ready, but not beyond `until`. True if it is ready.
    fn wait(&self, what: PollFlags, until: Instant) -> io::Result<bool> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        let limit = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.stream, what)], Some(&limit)) {
            // Called again, with the rest of the time.
            Err(rustix::io::Errno::INTR) => Ok(true),
            other => Ok(other? > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_could_not_be_sent_in_time_is_sent_later_and_whole() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mut channel = Channel::new(ours).unwrap();
        let image: Vec<u8> = (0..8_000_000_u32).map(|at| at as u8).collect();
        let begun = Instant::now();
        let sending = channel.send(b"head", &image, begun + Duration::from_millis(30)).unwrap();
        assert_eq!(sending, Sending::Pending);
        assert!(begun.elapsed() >= Duration::from_millis(30));
        assert_eq!(channel.resume().unwrap(), Sending::Pending);

        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            theirs.read_to_end(&mut bytes).unwrap();
            bytes
        });
        while channel.resume().unwrap() == Sending::Pending {
            std::thread::yield_now();
        }
        drop(channel);
        assert!(reader.join().unwrap() == [b"head", image.as_slice()].concat());
    }

    #[test]
    fn nobody_waits_longer_than_told() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let mut channel = Channel::new(ours).unwrap();
        let begun = Instant::now();
        assert!(matches!(channel.receive_until(100, begun + Duration::from_millis(20)), Progress::Pending));
        assert!((20..200).contains(&begun.elapsed().as_millis()));
        assert!(matches!(channel.receive(100), Progress::Pending));
    }
}
