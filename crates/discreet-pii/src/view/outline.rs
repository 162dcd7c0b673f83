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
    /// Ends of lines.
    pub(crate) lines: bool,
    /// Bytes as quoted-printable text has them: a `=` in front of a control or a sign from `@` to `O`.
    pub(crate) quoted: bool,
}

impl Outline {
    /// The outline of a text of which nothing is known.
    #[cfg(test)]
    pub(crate) const UNKNOWN: Outline =
        Outline { special: true, capitals: true, foreign: true, lines: true, quoted: true };

    /// Reads `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Outline {
        let mut seen = Seen::NOTHING;
        let mut rest = bytes;
        while let Some(window) = rest.first_chunk() {
            seen.read(window);
            rest = rest.get(BLOCK..).unwrap_or_default();
        }
        // The last byte has none behind it.
        let mut window = [b'a'; WINDOW];
        match bytes.last_chunk::<BLOCK>() {
            Some(last) => window.iter_mut().zip(last).for_each(|(to, from)| *to = *from),
            None => window.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from),
        }
        seen.read(&window);
        let all = seen.all();
        let has = |rarity: u8| all & rarity != 0;
        let special = has(SPECIAL) || has(FOREIGN) && has_sign(bytes);
        Outline {
            special,
            capitals: has(CAPITAL),
            foreign: has(FOREIGN),
            lines: has(LINE),
            quoted: has(QUOTED),
        }
    }
}

/// The rarities of a text, a bit for each.
const SPECIAL: u8 = 1;
const CAPITAL: u8 = 1 << 1;
const LINE: u8 = 1 << 2;
const QUOTED: u8 = 1 << 3;
const FOREIGN: u8 = 1 << 7;

/// The rarities seen at each place of a block: all bits of a byte are set, of `foreign` the highest. The places have results
/// of their own, so that the loop compiles to vector instructions.
struct Seen {
    special: [u8; BLOCK],
    capitals: [u8; BLOCK],
    foreign: [u8; BLOCK],
    lines: [u8; BLOCK],
    quoted: [u8; BLOCK],
}

impl Seen {
    const NOTHING: Seen = Seen {
        special: [0; BLOCK],
        capitals: [0; BLOCK],
        foreign: [0; BLOCK],
        lines: [0; BLOCK],
        quoted: [0; BLOCK],
    };

    /// Adds the rarities of all bytes of a window but the last, which is in the next window.
    #[inline(always)]
    fn read(&mut self, window: &[u8; WINDOW]) {
        let ([block @ .., _], [_, next @ ..]) = (window, window);
        for (((((byte, next), special), capital), foreign), (line, quoted)) in block
            .iter()
            .zip(next)
            .zip(&mut self.special)
            .zip(&mut self.capitals)
            .zip(&mut self.foreign)
            .zip(self.lines.iter_mut().zip(&mut self.quoted))
        {
            let (byte, next) = (*byte, *next);
            *special |= all_bits(is_special(byte)) | all_bits(byte == b' ') & all_bits(next == b' ');
            *capital |= all_bits(is_from(byte, b'A', 26));
            *foreign |= byte;
            *line |= all_bits(byte == b'\n');
            // Controls, and the signs from `@` to `O`.
            *quoted |= all_bits(byte == b'=') & all_bits(next & 0xb0 == 0);
        }
    }

    /// The rarities of all places.
    #[inline(always)]
    fn all(&self) -> u8 {
        let mut all = [0; BLOCK];
        for (((((all, special), capital), foreign), line), quoted) in all
            .iter_mut()
            .zip(&self.special)
            .zip(&self.capitals)
            .zip(&self.foreign)
            .zip(&self.lines)
            .zip(&self.quoted)
        {
            *all = special & SPECIAL | capital & CAPITAL | foreign & FOREIGN | line & LINE | quoted & QUOTED;
        }
        all.iter().fold(0, |all, lane| all | lane)
    }
}

/// A byte of ones if `is`, else of zeros.
#[inline(always)]
const fn all_bits(is: bool) -> u8 {
    0_u8.wrapping_sub(is as u8)
}

/// Is it one of the `count` bytes from `first` on? Signed numbers are compared faster.
const fn is_from(byte: u8, first: u8, count: i8) -> bool {
    (byte.wrapping_sub(first) ^ 0x80).cast_signed() < i8::MIN + count
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

/// May a character that begins with this byte be another for a reader: controls, the beginnings of escapes, all that is
/// not ASCII but the letters from U+00C0 to U+023F?
pub(super) const fn is_special(byte: u8) -> bool {
    // Controls with 0x7f, and all that is not ASCII.
    let odd = byte.wrapping_add(1).cast_signed() < 0x21;
    // The bytes behind the first of a character, and the first bytes of these letters.
    let same = (byte.cast_signed() < -0x40) | is_from(byte, 0xc3, 6) | (byte == b'\n');
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
                    let Outline { special, capitals, foreign, .. } = Outline::of(text);
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
        let nothing =
            Outline { special: false, capitals: false, foreign: false, lines: false, quoted: false };
        assert_eq!(Outline::of(b""), nothing);
    }

    #[test]
    fn a_line_and_a_quoted_byte_are_seen_wherever_they_stand() {
        for length in 2..70 {
            for at in 0..length - 1 {
                let outline = |pair: [u8; 2]| {
                    let mut text = vec![b'a'; length];
                    text[at..at + 2].copy_from_slice(&pair);
                    let Outline { lines, quoted, .. } = Outline::of(&text);
                    (lines, quoted)
                };
                assert_eq!((outline(*b"\na"), outline(*b"a\n")), ((true, false), (true, false)));
                assert_eq!(
                    (outline(*b"=C"), outline(*b"=\n")),
                    ((false, true), (true, true)),
                    "{length} {at}"
                );
                assert_eq!((outline(*b"=b"), outline(*b"=7")), ((false, false), (false, false)));
            }
        }
    }

    #[test]
    fn a_character_that_a_reader_sees_as_it_stands_is_not_special() {
        let is_plain = |c: &char| !Outline::of(c.encode_utf8(&mut [0; 4]).as_bytes()).special;
        for c in ('\u{80}'..='\u{10ffff}').filter(is_plain) {
            assert_eq!(super::super::letters::seen(c), super::super::letters::Seen::Same, "{c}");
        }
    }
}
