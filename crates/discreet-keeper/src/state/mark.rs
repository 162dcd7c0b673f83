//! Marks: number and run of the newest state, kept for the keeper by others: in a file next to the identity, in
//! guards, in their audit logs. A mark has a MAC of the keeper's, so no other party can claim that there was a newer
//! state.

use discreet_host::secret::Secret;
use discreet_seal::identity::Identity;

/// Random id of a run of a keeper that wrote. It distinguishes states of different runs with one number.
pub type Run = [u8; 16];

/// A state's number, and the run that wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Grows with each change that matters.
    pub number: u64,
    /// The run of the keeper that wrote it.
    pub run: Run,
}

const CONTEXT: &str = "discreet 2026-11 keeper state mark v1";
const LENGTH: usize = 56;

/// Makes and recognises marks. Derived from the robot's identity.
pub struct MarkKey(Secret<32>);

impl MarkKey {
    /// The key for a robot's identity.
    pub fn of(identity: &Identity) -> MarkKey {
        MarkKey(identity.derive(CONTEXT))
    }

    /// 112 hexadecimal digits.
    pub fn write(&self, mark: &Mark) -> String {
        let mut bytes = said(mark);
        bytes.extend_from_slice(blake3::keyed_hash(self.0.expose(), &bytes).as_bytes());
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The mark, if this robot's keeper made it.
    pub fn read(&self, text: &str) -> Option<Mark> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        if text.len() != 2 * LENGTH || !text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let digits = |at: usize| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..LENGTH).map(digits).collect::<Option<_>>()?;
        let (number, rest) = bytes.split_first_chunk::<8>()?;
        let (run, mac) = rest.split_first_chunk::<16>()?;
        let mark = Mark { number: u64::from_le_bytes(*number), run: *run };
        let mac: [u8; 32] = mac.try_into().ok()?;
        // `Hash` compares in constant time.
        (blake3::keyed_hash(self.0.expose(), &said(&mark)) == blake3::Hash::from(mac)).then_some(mark)
    }
}

fn said(mark: &Mark) -> Vec<u8> {
    [mark.number.to_le_bytes().as_slice(), &mark.run].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_believed_only_if_this_keeper_made_it_and_no_bit_is_another() {
        let robot = Identity::generate("r").unwrap();
        let key = MarkKey::of(&robot);
        let mark = Mark { number: 7, run: [3; 16] };
        let text = key.write(&mark);
        assert_eq!((key.read(&text), key.read(&format!("{text}\n"))), (Some(mark), Some(mark)));
        assert_eq!(MarkKey::of(&Identity::generate("r").unwrap()).read(&text), None);
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut changed = text.clone().into_bytes();
                changed[at] ^= 1 << bit;
                let changed = String::from_utf8_lossy(&changed).into_owned();
                assert_eq!(key.read(&changed), None, "{at} {bit}");
            }
        }
    }
}
