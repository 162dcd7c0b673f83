//! The motion of a picture between two moments, as the camera caused it.

/// Rotation, scale and shift: `x' = a x - b y + dx`, `y' = b x + a y + dy`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// Scale times the cosine of the turn.
    pub a: f32,
    /// Scale times the sine of the turn.
    pub b: f32,
    /// Shift to the right.
    pub dx: f32,
    /// Shift down.
    pub dy: f32,
}

/// A point before and after.
pub type Moved = ((f32, f32), (f32, f32));

impl Motion {
    /// Nothing moved.
    pub const NONE: Motion = Motion { a: 1.0, b: 0.0, dx: 0.0, dy: 0.0 };

    /// The motion that most points agree on, to `tolerance` pixels; `None` if fewer than a third agree, or
    /// fewer than 8. Points on moving things disagree and do no harm.
    pub fn of(points: &[Moved], tolerance: f32) -> Option<Motion> {
        let mut best: Option<(usize, Motion)> = None;
        let mut pick = 0x2545_f491_4f6c_dd1d_u64; // the same choice on every run
        for _ in 0..GUESSES {
            pick = pick.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (one, other) = ((pick >> 40) as usize, (pick >> 16 & 0xff_ffff) as usize);
            let count = points.len().max(1);
            let (Some(one), Some(other)) = (points.get(one % count), points.get(other % count)) else {
                continue;
            };
            let Some(guess) = Motion::fit([one, other].into_iter()) else { continue };
            let agree = points.iter().filter(|point| guess.explains(point, tolerance)).count();
            if best.is_none_or(|(most, _)| agree > most) {
                best = Some((agree, guess));
            }
        }
        let (agree, guess) = best?;
        if agree < 8 || agree * 3 < points.len() {
            return None;
        }
        let motion = Motion::fit(points.iter().filter(|point| guess.explains(point, tolerance)))?;
        motion.is_plausible().then_some(motion)
    }

    /// The new position of a point.
    pub fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (self.a * x - self.b * y + self.dx, self.b * x + self.a * y + self.dy)
    }

    /// The change of size as a factor.
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// The same motion in a picture `times` as large.
    pub fn enlarged(&self, times: f32) -> Motion {
        Motion { dx: self.dx * times, dy: self.dy * times, ..*self }
    }

    /// This motion, and then `next`.
    pub fn then(&self, next: &Motion) -> Motion {
        let (dx, dy) = next.apply((self.dx, self.dy));
        Motion { a: next.a * self.a - next.b * self.b, b: next.b * self.a + next.a * self.b, dx, dy }
    }

    fn explains(&self, (from, to): &Moved, tolerance: f32) -> bool {
        let (x, y) = self.apply(*from);
        (x - to.0).abs() <= tolerance && (y - to.1).abs() <= tolerance
    }

    /// Between two frames a camera turns and zooms a little. Anything else is a wrong guess or a cut.
    fn is_plausible(&self) -> bool {
        let finite = [self.a, self.b, self.dx, self.dy].iter().all(|value| value.is_finite());
        finite && (0.8..1.25).contains(&self.scale()) && self.b.abs() < 0.3
    }

    /// Least squares.
    fn fit<'a>(points: impl Iterator<Item = &'a Moved> + Clone) -> Option<Motion> {
        let count = points.clone().count() as f32;
        let sum = points
            .clone()
            .fold([0.0_f32; 4], |[a, b, c, d], (from, to)| [a + from.0, b + from.1, c + to.0, d + to.1]);
        let [x, y, to_x, to_y] = sum.map(|sum| sum / count);
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (from, to) in points {
            let (x, y, to_x, to_y) = (from.0 - x, from.1 - y, to.0 - to_x, to.1 - to_y);
            along += x * to_x + y * to_y;
            across += x * to_y - y * to_x;
            spread += x * x + y * y;
        }
        if spread.is_nan() || spread < 1.0 {
            return None; // two points at one position show no rotation
        }
        let (a, b) = (along / spread, across / spread);
        Some(Motion { a, b, dx: to_x - a * x + b * y, dy: to_y - b * x - a * y })
    }
}

/// With half of the points on moving things, 64 pairs miss a good one once in a hundred million times.
const GUESSES: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(motion: Motion) -> Vec<Moved> {
        let points =
            (0..12).flat_map(|row| (0..20).map(move |column| (column as f32 * 16.0, row as f32 * 15.0)));
        points.map(|point| (point, motion.apply(point))).collect()
    }

    #[test]
    fn a_camera_that_turns_and_comes_closer_is_followed_though_half_the_scene_walks_about() {
        let truth = Motion { a: 1.02, b: 0.01, dx: -7.0, dy: 3.0 };
        let mut points = grid(truth);
        for (number, (_, to)) in points.iter_mut().enumerate() {
            if number % 2 == 0 {
                to.0 += 5.0 + (number % 7) as f32;
            }
        }
        let motion = Motion::of(&points, 0.5).unwrap();
        for (found, real) in [(motion.a, truth.a), (motion.b, truth.b)] {
            assert!((found - real).abs() < 1e-3, "{motion:?}");
        }
        assert!((motion.dx - truth.dx).abs() < 0.2 && (motion.dy - truth.dy).abs() < 0.2, "{motion:?}");
    }

    #[test]
    fn where_nothing_agrees_no_motion_is_claimed() {
        let mut points = grid(Motion::NONE);
        for (number, (_, to)) in points.iter_mut().enumerate() {
            to.0 += (number * 37 % 101) as f32;
            to.1 += (number * 53 % 89) as f32;
        }
        assert_eq!(Motion::of(&points, 0.5), None);
        assert_eq!(Motion::of(&[], 0.5), None);
        assert_eq!(Motion::of(&[((0.0, 0.0), (f32::NAN, 0.0)); 50], 0.5), None);
    }

    #[test]
    fn motions_follow_each_other() {
        let one = Motion { a: 1.1, b: 0.1, dx: 5.0, dy: -2.0 };
        let two = Motion { a: 0.9, b: -0.2, dx: 1.0, dy: 7.0 };
        let point = (31.0, 17.0);
        let (there, at_once) = (two.apply(one.apply(point)), one.then(&two).apply(point));
        assert!((there.0 - at_once.0).abs() < 1e-4 && (there.1 - at_once.1).abs() < 1e-4);
    }
}
