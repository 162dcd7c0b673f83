//! Converts brightness and two differences of colour to blue, green, red: BT.601 with limited range.

/// The number of pixels that are processed together, each colour in a row of its own: compilers make vectors
/// of these.
const GROUP: usize = 64;

/// Converts pixels that share their chroma in pairs: luma, luma, U, V.
#[inline(always)]
pub(super) fn each_pair(out: &mut [[u8; 3]], mut pairs: impl Iterator<Item = [u8; 4]>) {
    for out in out.chunks_mut(GROUP) {
        let (mut luma, mut u, mut v) = ([0; GROUP], [0; GROUP], [0; GROUP]);
        let chroma = u.as_chunks_mut::<2>().0.iter_mut().zip(v.as_chunks_mut::<2>().0);
        let places = luma.as_chunks_mut::<2>().0.iter_mut().zip(chroma).take(out.len() / 2);
        for ((luma, (u, v)), [left, right, blue, red]) in places.zip(pairs.by_ref()) {
            *luma = [i16::from(left), i16::from(right)];
            *u = [i16::from(blue); 2];
            *v = [i16::from(red); 2];
        }
        let mut bgr = [[0; GROUP]; 3];
        let [blue, green, red] = &mut bgr;
        let colours = blue.iter_mut().zip(green).zip(red);
        for (((luma, u), v), ((blue, green), red)) in luma.iter().zip(&u).zip(&v).zip(colours) {
            [*blue, *green, *red] = converted(*luma, *u, *v);
        }
        let [blue, green, red] = &bgr;
        for (((out, blue), green), red) in out.iter_mut().zip(blue).zip(green).zip(red) {
            *out = [*blue, *green, *red];
        }
    }
}

/// Converts one pixel.
#[inline(always)]
pub(super) fn converted(luma: i16, u: i16, v: i16) -> [u8; 3] {
    // Factors are in 128ths of a quarter of a step of brightness, so that all of it fits 16 bits.
    let part = |value: i16, factor: i16| ((i32::from(value << 7) * i32::from(factor)) >> 16) as i16;
    let shown = |quarters: i16| (quarters >> 2).clamp(0, 255) as u8;
    let luma = part(luma - 16, 2384) + 2;
    let (u, v) = (u - 128, v - 128);
    [shown(luma + part(u, 4128)), shown(luma - part(u, 800) - part(v, 1664)), shown(luma + part(v, 3272))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_the_standard_says_to_a_step() {
        for luma in 0..=255u8 {
            for (u, v) in (0..=255u8).step_by(3).flat_map(|u| (0..=255u8).step_by(5).map(move |v| (u, v))) {
                let light = 255.0 / 219.0 * (f64::from(luma) - 16.0);
                let (blue, red) = (f64::from(u) - 128.0, f64::from(v) - 128.0);
                let expected =
                    [light + 2.0172 * blue, light - 0.3918 * blue - 0.8130 * red, light + 1.5960 * red];
                let mut pixels = [[0; 3]; 2];
                each_pair(&mut pixels, [[luma, luma, u, v]].into_iter());
                assert_eq!(pixels, [converted(luma.into(), u.into(), v.into()); 2]);
                for (is, expected) in pixels[0].iter().zip(expected) {
                    assert!((f64::from(*is) - expected.clamp(0.0, 255.0)).abs() <= 1.5, "{luma} {u} {v}");
                }
            }
        }
    }

    #[test]
    fn groups_take_their_own_pairs() {
        let pairs = (0..100u8).map(|number| [16, 235, number, 128]);
        let mut pixels = vec![[0; 3]; 200];
        each_pair(&mut pixels, pairs.clone());
        for (pixels, [left, right, u, v]) in pixels.chunks(2).zip(pairs) {
            let expected = [left, right].map(|luma| converted(luma.into(), u.into(), v.into()));
            assert_eq!(pixels, expected);
        }
    }
}
