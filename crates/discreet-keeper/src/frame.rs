//! Frames: a length, `u32` little endian, and that many bytes of postcard. Never more than [`MAX_FRAME`].

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::{Zeroize, Zeroizing};

/// The longest frame that is sent or accepted, in bytes.
pub const MAX_FRAME: usize = 1 << 20;

/// Time limit for the rest of a frame that has begun. After it the connection ends.
const WHOLE_WITHIN: Duration = Duration::from_secs(5);

/// Reason for which there is no frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// None has begun; ask again.
    #[error("nothing was sent")]
    Idle,
    /// The other side has closed.
    #[error("the connection was closed")]
    Closed,
    /// It began and did not end.
    #[error("a frame was not finished in time")]
    Late,
    /// Its length is beyond [`MAX_FRAME`], received or to be sent.
    #[error("a frame of more than {MAX_FRAME} bytes")]
    TooLong,
    /// Its bytes are not a message of this protocol.
    #[error("a frame that does not parse")]
    Odd,
    /// The connection broke.
    #[error("{0}")]
    Broken(std::io::Error),
}

/// Reads frames. The bytes of one are wiped when the next is read.
#[derive(Default)]
pub struct Frames {
    bytes: Zeroizing<Vec<u8>>,
}

impl Frames {
    /// The next frame. The stream has a time limit for reading, after which [`FrameError::Idle`] says that none began.
    pub fn read<T: DeserializeOwned>(&mut self, stream: &mut impl Read) -> Result<T, FrameError> {
        let mut length = [0; 4];
        let mut until = None;
        fill(stream, &mut length, &mut until)?;
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| FrameError::TooLong)?;
        if length > MAX_FRAME {
            return Err(FrameError::TooLong);
        }
        self.bytes.zeroize();
        // Grows once, while it is empty: no copy of a secret stays behind.
        self.bytes.resize(length, 0);
        fill(stream, &mut self.bytes, &mut until)?;
        let frame = parse(&self.bytes);
        self.bytes.zeroize();
        frame
    }
}

/// A message from all of these bytes.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        _ => Err(FrameError::Odd),
    }
}

/// A frame, ready to be sent; wiped when dropped.
pub type Frame = Zeroizing<Vec<u8>>;

/// The frame of a message.
pub fn frame(message: &impl Serialize) -> Result<Frame, FrameError> {
    // The size first: a buffer that grows leaves copies behind.
    let size = postcard::experimental::serialized_size(message).map_err(|_| FrameError::TooLong)?;
    let length = u32::try_from(size).ok().filter(|_| size <= MAX_FRAME).ok_or(FrameError::TooLong)?;
    let mut frame = Zeroizing::new(vec![0; size.saturating_add(4)]);
    let (head, body) = frame.split_at_mut(4);
    head.copy_from_slice(&length.to_le_bytes());
    let written = postcard::to_slice(message, body).map_err(|_| FrameError::TooLong)?.len();
    if written != size {
        return Err(FrameError::TooLong);
    }
    Ok(frame)
}

/// Sends a message.
pub fn send(stream: &mut impl Write, message: &impl Serialize) -> Result<(), FrameError> {
    stream.write_all(&frame(message)?).map_err(FrameError::Broken)
}

/// Fills `bytes`. `until` is set once the first byte of a frame is there.
fn fill(stream: &mut impl Read, bytes: &mut [u8], until: &mut Option<Instant>) -> Result<(), FrameError> {
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match stream.read(rest) {
            Ok(0) => return Err(if until.is_none() { FrameError::Closed } else { FrameError::Late }),
            Ok(read) => {
                filled = filled.saturating_add(read);
                until.get_or_insert_with(|| Instant::now() + WHOLE_WITHIN);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if until.is_none() {
                    return Err(FrameError::Idle);
                }
            }
            Err(error) => return Err(FrameError::Broken(error)),
        }
        if until.is_some_and(|until| Instant::now() > until) {
            return Err(FrameError::Late);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{FromGuard, GivenKey, Handed, ToGuard};
    use super::*;
    use discreet_host::secret::Secret;

    #[test]
    fn what_is_sent_is_what_is_read() {
        let mut wire = Vec::new();
        send(&mut wire, &FromGuard::Want([7; 32])).unwrap();
        let key = GivenKey {
            group: [1; 16],
            id: 9,
            suite: "aes-256-gcm".into(),
            from: -1,
            until: i64::MAX,
            secret: Handed(Secret::take(&mut [5; 32])),
            grant: vec![3; 300],
            members: Vec::new(),
        };
        send(&mut wire, &ToGuard::Key(key)).unwrap();
        let (mut frames, mut wire) = (Frames::default(), wire.as_slice());
        assert_eq!(frames.read::<FromGuard>(&mut wire).unwrap(), FromGuard::Want([7; 32]));
        let Ok(ToGuard::Key(key)) = frames.read(&mut wire) else { panic!("a key") };
        assert_eq!((key.id, key.until, key.grant.len()), (9, i64::MAX, 300));
        assert_eq!(key.secret.0.expose(), &[5; 32]);
        assert!(matches!(frames.read::<FromGuard>(&mut wire), Err(FrameError::Closed)));
    }

    #[test]
    fn a_frame_that_is_too_long_cut_or_odd_is_refused() {
        let read = |bytes: &[u8]| Frames::default().read::<FromGuard>(&mut &bytes[..]);
        assert!(matches!(read(&[0xff; 4]), Err(FrameError::TooLong)));
        assert!(matches!(read(&[1, 0, 16, 0]), Err(FrameError::TooLong)));
        assert!(matches!(read(&[9, 0, 0, 0, 1]), Err(FrameError::Late)));
        assert!(matches!(read(&[1, 0, 0, 0, 77]), Err(FrameError::Odd)));
        assert!(matches!(read(&[3, 0, 0, 0, 1, 5, 5]), Err(FrameError::Odd)), "bytes left over");
        assert!(matches!(frame(&vec![1_u8; MAX_FRAME]), Err(FrameError::TooLong)));
    }
}
