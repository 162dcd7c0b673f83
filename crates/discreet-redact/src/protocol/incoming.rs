//! Assembles frames from the pieces in which they arrive.

use std::io::{self, ErrorKind, Read};

use super::Garbled;

const PREFIX: usize = 4;

/// A frame with the part that has arrived. Reuses its memory for the next one.
#[derive(Debug, Default)]
pub struct Incoming {
    /// The length before the frame, and the frame.
    bytes: Vec<u8>,
    arrived: usize,
}

/// Result of reading.
#[derive(Debug)]
pub enum Progress {
    /// The frame is complete: see [`Incoming::frame`].
    Whole,
    /// The rest has not arrived yet.
    Pending,
    /// The other side has closed, between two frames or inside one.
    Ended,
    /// It is not a frame. The start of the next one is unknown.
    Garbled(Garbled),
    /// The socket is broken.
    Broken(io::Error),
}

impl Incoming {
    /// Reads on; a frame may have `limit` bytes. Blocks only if `from` does.
    pub fn read(&mut self, from: &mut impl Read, limit: usize) -> Progress {
        loop {
            let wanted = match self.claimed() {
                Some(claimed) if claimed > limit => {
                    return Progress::Garbled(Garbled::TooLong { claimed, limit });
                }
                Some(claimed) if self.arrived == PREFIX.saturating_add(claimed) => return Progress::Whole,
                Some(claimed) => PREFIX.saturating_add(claimed),
                None => PREFIX,
            };
            if self.bytes.len() < wanted {
                self.bytes.resize(wanted, 0);
            }
            let room = self.bytes.get_mut(self.arrived..wanted).unwrap_or_default();
            match from.read(room) {
                Ok(0) => return Progress::Ended,
                Ok(count) => self.arrived = self.arrived.saturating_add(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Progress::Pending,
                Err(error) => return Progress::Broken(error),
            }
        }
    }

    /// The frame, without its length; empty unless the last result was [`Progress::Whole`].
    pub fn frame(&self) -> &[u8] {
        let whole = self.claimed().and_then(|claimed| self.bytes.get(PREFIX..PREFIX.saturating_add(claimed)));
        whole.filter(|frame| self.arrived == PREFIX.saturating_add(frame.len())).unwrap_or_default()
    }

    /// Makes room for the next frame.
    pub fn clear(&mut self) {
        self.arrived = 0;
    }

    fn claimed(&self) -> Option<usize> {
        let arrived = self.bytes.get(..self.arrived)?;
        arrived.first_chunk().map(|length| u32::from_le_bytes(*length) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Yields one byte at a time, and nothing at every other reading.
    struct Drip<'a>(&'a [u8], bool);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            match self.0.split_first() {
                _ if self.1 => Err(ErrorKind::WouldBlock.into()),
                None => Ok(0),
                Some((first, rest)) => {
                    self.0 = rest;
                    into[0] = *first;
                    Ok(1)
                }
            }
        }
    }

    #[test]
    fn a_frame_that_comes_in_pieces_is_put_together() {
        let mut drip = Drip(&[2, 0, 0, 0, b'a', b'b', 1, 0, 0, 0, b'c'], false);
        let mut incoming = Incoming::default();
        for expected in [b"ab".as_slice(), b"c"] {
            incoming.clear();
            while matches!(incoming.read(&mut drip, 2), Progress::Pending) {
                assert_eq!(incoming.frame(), b"");
            }
            assert_eq!(incoming.frame(), expected);
        }
        incoming.clear();
        while matches!(incoming.read(&mut drip, 2), Progress::Pending) {}
        assert!(matches!(incoming.read(&mut [].as_slice(), 2), Progress::Ended));
    }

    #[test]
    fn a_length_above_the_limit_is_refused_before_there_is_memory_for_it() {
        let mut incoming = Incoming::default();
        let progress = incoming.read(&mut [0xff; 100].as_slice(), 1000);
        assert!(matches!(
            progress,
            Progress::Garbled(Garbled::TooLong { claimed: 0xffff_ffff, limit: 1000 })
        ));
        assert!(incoming.bytes.len() <= PREFIX);
    }
}
