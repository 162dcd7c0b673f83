//! The entropy-coded data of a scan: Huffman codes, and the coefficients of a block (T.81, annexes F and G).

/// Gives the data up to the next marker without stuffed zeros, with bytes behind it that only [`Bits`] reads. The bytes
/// from the marker on.
pub(super) fn data<'b>(bytes: &'b [u8], data: &mut Vec<u8>) -> &'b [u8] {
    data.clear();
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == 0xff) {
        let (before, from) = rest.split_at(at);
        data.extend_from_slice(before);
        match from {
            [_, 0, after @ ..] => {
                data.push(0xff);
                rest = after;
            }
            marker => {
                rest = marker;
                data.resize(data.len() + BEHIND, 0xff);
                return rest;
            }
        }
    }
    &[] // without a marker it does not end
}

/// So many bytes are read at once.
const BEHIND: usize = 8;

/// Reads data bit by bit.
pub(super) struct Bits<'d> {
    data: &'d [u8],
    at: usize,
}

impl<'d> Bits<'d> {
    /// Of what [`data`] gave.
    pub fn new(data: &'d [u8]) -> Bits<'d> {
        Bits { data, at: 0 }
    }

    /// The next 16 bits, which stay.
    fn peek(&self) -> Option<u16> {
        let word = u64::from_be_bytes(*self.data.get(self.at / 8..)?.first_chunk::<BEHIND>()?);
        u16::try_from(word << (self.at % 8) >> 48).ok()
    }

    fn skip(&mut self, bits: u32) {
        self.at += bits as usize;
    }

    fn take(&mut self, bits: u32) -> Option<u32> {
        let value = u32::from(self.peek()?) >> 16u32.checked_sub(bits)?;
        self.skip(bits);
        Some(value)
    }

    /// Whole bytes that were not read. None if more was read than there is.
    pub fn left(&self) -> Option<usize> {
        self.data.len().checked_sub(BEHIND)?.checked_sub(self.at.div_ceil(8))
    }
}

/// A table of codes.
pub(super) struct Huffman {
    /// For the next eight bits: the length of the code and its symbol, if it has at most eight.
    short: [(u8, u8); 256],
    /// For each length the code after the last one, in 16 bits, and the distance from its code to its symbol.
    ends: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// By the number of codes of each length, and their symbols. None if there are more codes than fit.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Huffman> {
        let mut table = Huffman { short: [(0, 0); 256], ends: [(0, 0); 17], symbols: symbols.to_vec() };
        let (mut code, mut number) = (0u32, 0u32);
        for (length, count) in (1u32..).zip(counts) {
            let first = number as i32 - code as i32;
            for symbol in symbols.iter().skip(number as usize).take(usize::from(*count)) {
                if let Some(spare) = 8u32.checked_sub(length) {
                    let codes =
                        table.short.get_mut((code << spare) as usize..((code + 1) << spare) as usize)?;
                    codes.fill((length as u8, *symbol));
                }
                (code, number) = (code + 1, number + 1);
            }
            *table.ends.get_mut(length as usize)? = (code << (16 - length), first);
            if code > 1 << length {
                return None;
            }
            code <<= 1;
        }
        Some(table)
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Option<u8> {
        let next = bits.peek()?;
        let (length, symbol) = *self.short.get(usize::from(next >> 8))?;
        if length > 0 {
            bits.skip(u32::from(length));
            return Some(symbol);
        }
        let (length, (_, first)) =
            (1u32..).zip(self.ends.iter().skip(1)).find(|(_, (end, _))| u32::from(next) < *end)?;
        bits.skip(length);
        let code = i32::from(next >> (16 - length));
        self.symbols.get(usize::try_from(code + first).ok()?).copied()
    }
}

/// The blocks that have no more coefficients in a progressive scan.
#[derive(Default)]
pub(super) struct Run(u32);

/// The coefficients that a scan has.
pub(super) struct Scan {
    from: u32,
    to: u32,
    /// It adds a bit to coefficients that earlier scans gave.
    refines: bool,
    progressive: bool,
}

impl Scan {
    /// None for coefficients that do not exist.
    pub fn new(progressive: bool, (from, to): (u8, u8), (before, _): (u8, u8)) -> Option<Scan> {
        let exist = if from == 0 { to == 0 } else { from <= to && to <= 63 };
        match progressive {
            // Some encoders write other numbers here, which mean nothing.
            false => Some(Scan { from: 0, to: 63, refines: false, progressive }),
            true => {
                exist.then_some(Scan { from: from.into(), to: to.into(), refines: before > 0, progressive })
            }
        }
    }

    /// True if it may have one component only.
    pub fn is_of_one(&self) -> bool {
        self.from > 0
    }

    /// Reads a block. `filled` has a bit for each coefficient that is not zero.
    pub fn block(
        &self,
        bits: &mut Bits<'_>,
        [light, other]: [Option<&Huffman>; 2],
        run: &mut Run,
        filled: &mut u64,
    ) -> Option<()> {
        if self.from == 0 {
            match self.refines {
                true => bits.skip(1),
                false => {
                    let length = light?.symbol(bits)?;
                    bits.skip(u32::from(length).min(16));
                }
            }
        }
        match (self.progressive, self.refines) {
            (true, _) if self.to == 0 => Some(()),
            (true, true) => self.refine(bits, other?, run, filled),
            _ => self.read(bits, other?, run, filled),
        }
    }

    fn read(&self, bits: &mut Bits<'_>, table: &Huffman, run: &mut Run, filled: &mut u64) -> Option<()> {
        if run.0 > 0 {
            run.0 -= 1;
            return Some(());
        }
        let mut at = self.from.max(1);
        while at <= self.to {
            let symbol = table.symbol(bits)?;
            let (zeros, length) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if length == 0 && zeros < 15 {
                run.0 = if self.progressive { (1 << zeros) - 1 + bits.take(zeros)? } else { 0 };
                return Some(());
            }
            at += zeros;
            if length > 0 {
                if at > self.to {
                    return None;
                }
                bits.skip(length);
                *filled |= 1 << at;
            }
            at += 1;
        }
        Some(())
    }

    fn refine(&self, bits: &mut Bits<'_>, table: &Huffman, run: &mut Run, filled: &mut u64) -> Option<()> {
        let mut at = self.from;
        while at <= self.to && run.0 == 0 {
            let symbol = table.symbol(bits)?;
            let (zeros, new) = (u32::from(symbol >> 4), symbol & 15);
            match new {
                0 if zeros < 15 => {
                    run.0 = (1 << zeros) + bits.take(zeros)?;
                    break;
                }
                0 => {}
                1 => bits.skip(1),
                _ => return None,
            }
            at = self.pass(bits, *filled, at, zeros);
            if new == 1 {
                if at > self.to {
                    return None;
                }
                *filled |= 1 << at;
            }
            at += 1;
        }
        if run.0 > 0 {
            self.pass(bits, *filled, at, u32::MAX);
            run.0 -= 1;
        }
        Some(())
    }

    /// Reads a bit for each coefficient that is filled, up to the one after so many that are not.
    fn pass(&self, bits: &mut Bits<'_>, filled: u64, from: u32, mut zeros: u32) -> u32 {
        for at in from..=self.to {
            if filled >> at & 1 == 1 {
                bits.skip(1);
            } else if zeros == 0 {
                return at;
            } else {
                zeros -= 1;
            }
        }
        self.to + 1
    }
}
