//! The outline of a text: the rarer bytes that it has. One fast pass tells which of the slower ones it needs.

/// The bytes that are compared at once, and the one behind them.
const WINDOW: usize = BLOCK + 1;
pub(super) const BLOCK: usize = 16;

/// The rarer bytes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Bytes that a reader may see in another form: the view has to be made.
    pub(crate) special: bool,
    /// Capitals of ASCII.
    pub(crate) capitals: bool,
    /// Bytes that are not ASCII.
    pub(crate) foreign: bool,
}

impl Outline {
    /// The outline of a text of which nothing is known.
    pub(crate) const UNKNOWN: Outline = Outline { special: true, capitals: true, foreign: true };

    /// Reads `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Outline {
        let mut lanes = [0; BLOCK];
        match bytes.last_chunk::<WINDOW>() {
            Some(last) => {
                for window in bytes.windows(WINDOW).step_by(BLOCK).filter_map(<[u8]>::first_chunk) {
                    read(window, &mut lanes);
                }
                read(last, &mut lanes);
            }
            None => {
                let mut window = [b'a'; WINDOW];
                window.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                read(&window, &mut lanes);
            }
        }
        // No window has the last byte in front of another one.
        let last = bytes.last().map_or(0, |last| rarities(*last, b'a'));
        let all = lanes.iter().fold(last, |all, lane| all | lane);
        let has = |rarity: u8| all & rarity != 0;
        let special = has(SPECIAL) || has(FOREIGN) && has_sign(bytes);
        Outline { special, capitals: has(CAPITAL), foreign: has(FOREIGN) }
    }
}

/// The rarities of a byte, a bit for each.
const SPECIAL: u8 = 1;
const CAPITAL: u8 = 1 << 1;
const FOREIGN: u8 = 1 << 7;

/// Reads all bytes of a window but the last, which is in the next window. Each place of a block has a result of its own,
/// so that the loop compiles to vector instructions.
#[inline(always)]
fn read(window: &[u8; WINDOW], lanes: &mut [u8; BLOCK]) {
    let ([block @ .., _], [_, next @ ..]) = (window, window);
    for (lane, (byte, next)) in lanes.iter_mut().zip(block.iter().zip(next)) {
        *lane |= rarities(*byte, *next);
    }
}

/// The rarities of a byte with `next` behind it.
#[inline(always)]
fn rarities(byte: u8, next: u8) -> u8 {
    let capital = u8::from(byte.is_ascii_uppercase());
    (special(byte, next) * SPECIAL) | (capital * CAPITAL) | (byte & FOREIGN)
}

/// Is one of the bytes of a window, but the last, special, or the first of two blanks?
pub(super) fn has_special(window: &[u8; WINDOW]) -> bool {
    let ([block @ .., _], [_, next @ ..]) = (window, window);
    let one = |byte: u8, next: u8| is_special(byte) | is_special_pair(byte, next);
    block.iter().zip(next).fold(false, |all, (byte, next)| all | one(*byte, *next))
}

/// Is this the first of two blanks, or a `×` or `÷`, the only signs among letters that begin with the same byte?
pub(super) const fn is_special_pair(byte: u8, next: u8) -> bool {
    (byte == b' ') & (next == b' ') | (byte == 0xc3) & is_sign(next)
}

/// The second byte of `×` or of `÷`.
const fn is_sign(byte: u8) -> bool {
    byte | 0x20 == 0xb7
}

/// Is there a `×` or a `÷`?
fn has_sign(bytes: &[u8]) -> bool {
    memchr::memchr2_iter(0x97, 0xb7, bytes)
        .any(|at| at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&0xc3))
}

/// 1 if a byte is special, or a blank with another one behind it, else 0.
#[inline(always)]
fn special(byte: u8, next: u8) -> u8 {
    u8::from(is_special(byte) | (byte == b' ') & (next == b' '))
}

/// May a character that begins with this byte be another for a reader: controls, the beginnings of escapes, all that is
/// not ASCII but the letters from U+00C0 to U+023F?
pub(super) const fn is_special(byte: u8) -> bool {
    let odd = (byte.wrapping_sub(0x20) >= 0x5f) & (byte != b'\n');
    // The bytes behind the first of a character, and the first bytes of these letters.
    let same = (byte.wrapping_sub(0x80) < 0x40) | (byte.wrapping_sub(0xc3) < 6);
    odd & !same | (byte == b'%') | (byte == b'&') | (byte == b'\\') | (byte == b'<') | (byte == b'+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rare_byte_is_seen_wherever_it_stands() {
        for length in 1..70 {
            for at in 0..length {
                let mut text = vec![b'a'; length];
                let outline = |text: &[u8]| {
                    let Outline { special, capitals, foreign } = Outline::of(text);
                    (special, capitals, foreign)
                };
                assert_eq!(outline(&text), (false, false, false));
                text[at] = b'+';
                assert_eq!(outline(&text), (true, false, false), "{length} {at}");
                text[at] = b'Q';
                assert_eq!(outline(&text), (false, true, false), "{length} {at}");
                text[at] = 0xc3;
                assert_eq!(outline(&text), (false, false, true), "{length} {at}");
                text[at] = 0xc2;
                assert_eq!(outline(&text), (true, false, true), "{length} {at}");
                text[at] = b' ';
                assert_eq!(outline(&text), (false, false, false), "{length} {at}");
                if at > 0 {
                    text[at - 1] = b' ';
                    assert_eq!(outline(&text), (true, false, false), "{length} {at}");
                }
            }
        }
        assert_eq!(Outline::of(b""), Outline { special: false, capitals: false, foreign: false });
    }

    #[test]
    fn a_character_that_a_reader_sees_as_it_stands_is_not_special() {
        let is_plain = |c: &char| !Outline::of(c.encode_utf8(&mut [0; 4]).as_bytes()).special;
        for c in ('\u{80}'..='\u{10ffff}').filter(is_plain) {
            assert_eq!(super::super::letters::seen(c), super::super::letters::Seen::Same, "{c}");
        }
    }
}
