//! Any bytes on the keeper's socket, in both directions: one message, or none, in bounded memory.

use discreet_keeper::frame::{FrameError, Frames, MAX_FRAME, frame, parse};
use discreet_keeper::protocol::{FromAdmin, FromGuard, Hello, ToAdmin, ToGuard};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub fn run(data: &[u8]) {
    let Some((side, frames)) = data.split_first() else { return };
    match side % 5 {
        0 => read::<Hello>(frames),
        1 => read::<FromGuard>(frames),
        2 => read::<FromAdmin>(frames),
        3 => read::<ToGuard>(frames),
        _ => read::<ToAdmin>(frames),
    }
}

fn read<T: Serialize + DeserializeOwned>(mut data: &[u8]) {
    let mut frames = Frames::default();
    loop {
        match frames.read::<T>(&mut data) {
            // An accepted message can be written again, and means the same.
            Ok(message) => {
                let again = frame(&message).unwrap();
                assert!(again.len() <= MAX_FRAME + 4);
                let twice = parse::<T>(&again[4..]).and_then(|message| frame(&message));
                assert_eq!(twice.unwrap().as_slice(), again.as_slice());
            }
            Err(FrameError::Odd) => {}
            Err(_) => return,
        }
    }
}
