//! Mutates real inputs. The same ones on every run.

pub const INPUTS: u32 = 20_000;

/// Mutates the seeds and gives each mutation to `body`; reports the number of an input that panics.
pub fn fuzz(seeds: &[Vec<u8>], body: fn(&[u8])) {
    fuzz_some(seeds, body, INPUTS);
}

pub fn fuzz_some(seeds: &[Vec<u8>], body: fn(&[u8]), inputs: u32) {
    assert!(!seeds.is_empty());
    let rounds = std::env::var("FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for number in 0..inputs.saturating_mul(rounds) {
        let mut input = seeds[dice.below(seeds.len())].clone();
        for _ in 0..=dice.below(4) {
            mutate(&mut input, seeds, &mut dice);
        }
        let outcome = std::panic::catch_unwind(|| body(&input));
        assert!(outcome.is_ok(), "input {number} panicked: {}", input.escape_ascii());
    }
}

fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(input.len() + 1);
    match dice.below(6) {
        0 => input.truncate(at),
        1 => input.insert(at, dice.byte()),
        2 => {
            let other = &seeds[dice.below(seeds.len())];
            let from = dice.below(other.len() + 1);
            input.splice(at.., other[from..].iter().copied());
        }
        3 => {
            // A length or count, of the kind that breaks parsers.
            let numbers = [0, 1, 0x7fff_ffff, u32::MAX, 0x8000_0000, input.len() as u32];
            let number = numbers[dice.below(numbers.len())].to_le_bytes();
            let end = (at + 4).min(input.len());
            input.splice(at..end, number);
        }
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte = dice.byte();
            }
        }
    }
}

/// xorshift64*
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.roll() >> 32) as usize % limit
    }

    fn byte(&mut self) -> u8 {
        self.roll().to_be_bytes()[0]
    }
}
