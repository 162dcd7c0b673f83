//! From the frame's encoding to 8-bit blue, green, red, a row at a time.

use super::tone::Tone;
use super::yuv::{converted, each_pair};
use super::{Encoding, Order, Plane};
use crate::Frame;
use crate::area::Size;
use crate::mosaic::number;

/// Converts rows of one frame.
pub(crate) struct Converter<'f, 'a> {
    frame: &'f Frame<'a>,
    planes: [Plane; 3],
    /// The brightness of 16-bit numbers.
    tone: Tone,
}

impl<'f, 'a> Converter<'f, 'a> {
    pub(crate) fn new(frame: &'f Frame<'a>) -> Self {
        let none = Plane { start: 0, stride: 0, reach: 0, black: &[], block: (1, 1) };
        let planes = frame.planes.map(|plane| plane.unwrap_or(none));
        Converter { frame, planes, tone: Tone::of(frame) }
    }

    /// Columns and rows before shrinking.
    pub(crate) fn size(&self) -> Size {
        let (width, height) = self.frame.size();
        match self.frame.encoding() {
            Encoding::Bayer { .. } => (width / 2, height / 2),
            _ => (width, height),
        }
    }

    /// A row of the frame.
    pub(crate) fn raw(&self, row: u32) -> &[u8] {
        let [plane, ..] = &self.planes;
        self.frame.row(plane, row)
    }

    /// A row in blue, green, red.
    pub(crate) fn convert(&self, row: u32, out: &mut [u8]) {
        let out = out.as_chunks_mut::<3>().0;
        let [_, second, third] = &self.planes;
        let luma = self.raw(row);
        match self.frame.encoding() {
            Encoding::Colours { order: Order::Bgr, deep: false } => {
                out.as_flattened_mut().iter_mut().zip(luma).for_each(|(to, from)| *to = *from)
            }
            Encoding::Colours { order, deep: false } => match order {
                Order::Mono => each(luma, out, |[grey]| [grey; 3]),
                Order::Rgb => each(luma, out, |[red, green, blue]| [blue, green, red]),
                Order::Bgr => each(luma, out, |bgr| bgr),
                Order::Rgba => each(luma, out, |[red, green, blue, _]| [blue, green, red]),
                Order::Bgra => each(luma, out, |[blue, green, red, _]| [blue, green, red]),
            },
            Encoding::Colours { order, deep: true } => {
                let pairs = |bytes: [u8; 6]| {
                    let [a, b, c, d, e, f] = bytes;
                    [self.shown([a, b]), self.shown([c, d]), self.shown([e, f])]
                };
                let turned = |[red, green, blue]: [u8; 3]| [blue, green, red];
                match order {
                    Order::Mono => each(luma, out, |pair| [self.shown(pair); 3]),
                    Order::Rgb => each(luma, out, |pixel| turned(pairs(pixel))),
                    Order::Bgr => each(luma, out, pairs),
                    Order::Rgba => {
                        each(luma, out, |[a, b, c, d, e, f, _, _]| turned(pairs([a, b, c, d, e, f])))
                    }
                    Order::Bgra => each(luma, out, |[a, b, c, d, e, f, _, _]| pairs([a, b, c, d, e, f])),
                }
            }
            Encoding::Bayer { red, deep } => {
                let (upper, lower) = (luma, self.frame.row(second, row));
                let blocks = |[a, b]: [u8; 2], [c, d]: [u8; 2]| block(red, [a, b, c, d]);
                let shown = |[a, b, c, d]: [u8; 4]| [self.shown([a, b]), self.shown([c, d])];
                if deep {
                    each_two(upper, lower, out, |upper, lower| blocks(shown(upper), shown(lower)));
                } else {
                    each_two(upper, lower, out, blocks);
                }
            }
            Encoding::Packed422 { luma_first } => {
                let units = luma.as_chunks::<4>().0.iter();
                each_pair(
                    out,
                    units.map(|[a, b, c, d]| if luma_first { [*a, *c, *b, *d] } else { [*b, *d, *a, *c] }),
                );
            }
            Encoding::Pairs420 { v_first } => {
                let chroma = self.frame.row(second, row / 2).as_chunks::<2>().0;
                let units = luma.as_chunks::<2>().0.iter().zip(chroma);
                each_pair(
                    out,
                    units.map(|([a, b], [c, d])| if v_first { [*a, *b, *d, *c] } else { [*a, *b, *c, *d] }),
                );
            }
            Encoding::Pairs444 => {
                let chroma = self.frame.row(second, row);
                each_two(luma, chroma, out, |[luma]: [u8; 1], [u, v]: [u8; 2]| {
                    converted(luma.into(), u.into(), v.into())
                });
            }
            Encoding::Planes420 => {
                let (u, v) = (self.frame.row(second, row / 2), self.frame.row(third, row / 2));
                let units = luma.as_chunks::<2>().0.iter().zip(u.iter().zip(v));
                each_pair(out, units.map(|([a, b], (u, v))| [*a, *b, *u, *v]));
            }
            Encoding::Millimetres | Encoding::Metres => out.as_flattened_mut().fill(0),
        }
    }

    /// The eight bits of sixteen that the picture has.
    fn shown(&self, pair: [u8; 2]) -> u8 {
        self.tone.shown(number(pair, self.frame.big_endian()).into())
    }
}

fn each<const N: usize>(from: &[u8], out: &mut [[u8; 3]], convert: impl Fn([u8; N]) -> [u8; 3]) {
    out.iter_mut().zip(from.as_chunks::<N>().0).for_each(|(to, from)| *to = convert(*from));
}

fn each_two<const N: usize, const M: usize>(
    one: &[u8],
    other: &[u8],
    out: &mut [[u8; 3]],
    convert: impl Fn([u8; N], [u8; M]) -> [u8; 3],
) {
    let from = one.as_chunks::<N>().0.iter().zip(other.as_chunks::<M>().0);
    out.iter_mut().zip(from).for_each(|(to, (one, other))| *to = convert(*one, *other));
}

/// The colour of a Bayer block: its red, its blue, and the mean of its greens.
fn block(red: (u8, u8), [a, b, c, d]: [u8; 4]) -> [u8; 3] {
    let mean = |one: u8, other: u8| one.midpoint(other);
    match red {
        (0, 0) => [d, mean(b, c), a],
        (1, 0) => [c, mean(a, d), b],
        (0, _) => [b, mean(a, d), c],
        _ => [a, mean(b, c), d],
    }
}
