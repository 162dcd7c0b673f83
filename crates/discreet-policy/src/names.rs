//! ROS names and types, and globs over names.

/// True for a full ROS 2 name of at most 255 bytes: `/camera/image_raw`.
pub fn is_ros_name(name: &str) -> bool {
    name.len() <= 255 && name.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_name_segment))
}

fn is_name_segment(segment: &str) -> bool {
    segment.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !segment.contains("__")
}

/// True for a ROS type of that kind (`msg` or `srv`): `sensor_msgs/msg/Image`.
pub fn is_ros_type(name: &str, kind: &str) -> bool {
    let mut parts = name.split('/');
    let package = parts.next().unwrap_or_default();
    let (found_kind, class) = (parts.next(), parts.next().unwrap_or_default());
    name.len() <= 255
        && parts.next().is_none()
        && found_kind == Some(kind)
        && package.starts_with(|c: char| c.is_ascii_lowercase())
        && package.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && class.starts_with(|c: char| c.is_ascii_uppercase())
        && class.chars().all(|c| c.is_ascii_alphanumeric())
}

/// True for a name in a policy: a small letter, then small letters, digits and `_`; at most 64 in all.
pub(super) fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// True if a file's path leads out of the policy's folder.
pub(super) fn is_outside(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|part| part == "..")
}

/// The part of an action that a type stands for; `None` for other types. Example:
/// `nav2_msgs/action/NavigateToPose_Feedback`.
pub fn action_part(name: &str) -> Option<&'static str> {
    let (package, class) = name.split_once("/action/")?;
    // A type without the underscores, which are the action's own.
    if !is_ros_type(&format!("{package}/msg/{}", class.replace('_', "")), "msg") {
        return None;
    }
    let ends = [
        ("_FeedbackMessage", "the feedback message of an action"),
        ("_Feedback", "the feedback of an action"),
        ("_SendGoal_Request", "the request that starts an action"),
        ("_SendGoal_Response", "the response to the start of an action"),
        ("_SendGoal_Event", "the event that shows the start of an action"),
        ("_SendGoal", "the service that starts an action"),
        ("_GetResult_Request", "the request for the result of an action"),
        ("_GetResult_Response", "the answer with the result of an action"),
        ("_GetResult_Event", "the event that shows a request for the result of an action"),
        ("_GetResult", "the service that gives the result of an action"),
        ("_Goal", "the goal of an action"),
        ("_Result", "the result of an action"),
    ];
    let part = ends.iter().find(|(end, _)| class.ends_with(end)).map(|(_, part)| *part);
    part.or_else(|| (!class.contains('_')).then_some("an action"))
}

/// A ROS name or a glob over names: `*` stands for any part of one segment, `**` for one or more whole segments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Segment {
    /// `**`
    Any,
    /// Letters, and `*` for any run of them.
    One(String),
}

impl Pattern {
    /// Reads a name or a glob; `None` if it is neither.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > 255 {
            return None;
        }
        let segments: Option<Vec<Segment>> = text.strip_prefix('/')?.split('/').map(Segment::read).collect();
        Some(Self { text: text.to_owned(), segments: canonical(segments?) })
    }

    /// A name of another form, such as that of a parameter, which the caller has checked. Slashes in it do not separate
    /// segments; a star at its end stands for any rest.
    pub(super) fn exact(text: &str) -> Self {
        Self { text: text.to_owned(), segments: vec![Segment::One(text.to_owned())] }
    }

    /// The text, as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True if it may stand for more than one name.
    pub fn is_glob(&self) -> bool {
        self.text.contains('*')
    }

    /// True if it stands for this name.
    pub fn matches(&self, name: &str) -> bool {
        if !self.is_glob() {
            return self.text == name;
        }
        Self::read(name).is_some_and(|name| !name.is_glob() && self.covers(&name))
    }

    /// True if it stands for every name that the other stands for.
    pub fn covers(&self, other: &Self) -> bool {
        covers(&self.segments, &other.segments)
    }

    /// True if both stand for a common name.
    pub fn overlaps(&self, other: &Self) -> bool {
        overlaps(&self.segments, &other.segments)
    }
}

impl Segment {
    fn read(text: &str) -> Option<Self> {
        if text == "**" {
            return Some(Self::Any);
        }
        // A star can stand for a letter: the name is checked with the stars filled in.
        let plausible = is_name_segment(&text.replace('*', "a"));
        (plausible && !text.contains("**")).then(|| Self::One(text.to_owned()))
    }

    fn is_wild(&self) -> bool {
        matches!(self, Self::Any) || matches!(self, Self::One(text) if text == "*")
    }
}

/// Writes equal runs of wild segments equally: `**/*` as `*/**`.
fn canonical(segments: Vec<Segment>) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::with_capacity(segments.len());
    let mut run: Vec<Segment> = Vec::new();
    for segment in segments {
        if segment.is_wild() {
            run.push(segment);
        } else {
            finish_run(&mut run, &mut out);
            out.push(segment);
        }
    }
    finish_run(&mut run, &mut out);
    out
}

fn finish_run(run: &mut Vec<Segment>, out: &mut Vec<Segment>) {
    let Some(singles) = run.len().checked_sub(1) else { return };
    let last = if run.contains(&Segment::Any) { Segment::Any } else { Segment::One("*".to_owned()) };
    out.extend(std::iter::repeat_n(Segment::One("*".to_owned()), singles));
    out.push(last);
    run.clear();
}

/// Segment by segment, from the end; a table holds the results for the rests. No recursion: names come from files.
fn covers(wide: &[Segment], narrow: &[Segment]) -> bool {
    // `after[j]`: do the segments of `wide` after the current one cover `narrow[j..]`?
    let mut after: Vec<bool> = vec![false; narrow.len() + 1];
    if let Some(end) = after.last_mut() {
        *end = true;
    }
    for segment in wide.iter().rev() {
        let mut here = vec![false; narrow.len() + 1];
        let mut any_later = false;
        for (at, other) in narrow.iter().enumerate().rev() {
            let next = after.get(at + 1).copied().unwrap_or(false);
            any_later |= next;
            let holds = match (segment, other) {
                (Segment::Any, _) => any_later,
                (Segment::One(_), Segment::Any) => false,
                (Segment::One(wide), Segment::One(narrow)) => {
                    next && text_covers(wide.as_bytes(), narrow.as_bytes())
                }
            };
            if let Some(slot) = here.get_mut(at) {
                *slot = holds;
            }
        }
        after = here;
    }
    after.first().copied().unwrap_or(false)
}

/// Within one segment. A `*` of the narrower one can only be met by a `*` of the wider one.
fn text_covers(wide: &[u8], narrow: &[u8]) -> bool {
    let (mut at, mut on) = (0, 0);
    // The last star of `wide`, and the place in `narrow` to continue from if it takes one letter more.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = narrow.get(on) {
        match wide.get(at) {
            Some(b'*') => {
                star = Some((at, on));
                at += 1;
            }
            Some(same) if same == letter => (at, on) = (at + 1, on + 1),
            _ => {
                let Some((star_at, taken_to)) = star else { return false };
                star = Some((star_at, taken_to + 1));
                (at, on) = (star_at + 1, taken_to + 1);
            }
        }
    }
    wide.get(at..).is_some_and(|rest| rest.iter().all(|letter| *letter == b'*'))
}

fn overlaps(a: &[Segment], b: &[Segment]) -> bool {
    // `reach[j]`: can the segments of `a` so far and `b[..j]` stand for the same names? `**` may stay where it is.
    let mut states: Vec<Vec<bool>> = vec![vec![false; b.len() + 1]; a.len() + 1];
    set(&mut states, 0, 0);
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if !states.get(i).and_then(|row| row.get(j)).copied().unwrap_or(false) {
                continue;
            }
            let (Some(one), Some(other)) = (a.get(i), b.get(j)) else { continue };
            let meet = match (one, other) {
                (Segment::One(one), Segment::One(other)) => text_overlaps(one.as_bytes(), other.as_bytes()),
                _ => true,
            };
            if meet {
                set(&mut states, i + 1, j + 1);
            }
            // `**` takes a segment of the other and stays.
            if matches!(one, Segment::Any) {
                set(&mut states, i, j + 1);
            }
            if matches!(other, Segment::Any) {
                set(&mut states, i + 1, j);
            }
        }
    }
    states.last().and_then(|row| row.last()).copied().unwrap_or(false)
}

fn text_overlaps(a: &[u8], b: &[u8]) -> bool {
    let mut states: Vec<Vec<bool>> = vec![vec![false; b.len() + 1]; a.len() + 1];
    set(&mut states, 0, 0);
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if !states.get(i).and_then(|row| row.get(j)).copied().unwrap_or(false) {
                continue;
            }
            let (one, other) = (a.get(i).copied(), b.get(j).copied());
            if one.is_some() && one == other {
                set(&mut states, i + 1, j + 1);
            }
            if one == Some(b'*') {
                set(&mut states, i + 1, j);
                set(&mut states, i, j + 1);
            }
            if other == Some(b'*') {
                set(&mut states, i, j + 1);
                set(&mut states, i + 1, j);
            }
        }
    }
    states.last().and_then(|row| row.last()).copied().unwrap_or(false)
}

fn set(states: &mut [Vec<bool>], i: usize, j: usize) {
    if let Some(slot) = states.get_mut(i).and_then(|row| row.get_mut(j)) {
        *slot = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::read(text).unwrap_or_else(|| panic!("{text} is a pattern"))
    }

    #[test]
    fn ros_names_are_as_ros_2_has_them() {
        for good in ["/scan", "/camera/image_raw", "/_hidden", "/a1/b2"] {
            assert!(is_ros_name(good), "{good}");
        }
        for bad in ["scan", "/", "/1st", "/a//b", "/a/", "/a b", "/a__b", "/ä", "~/a", "/*", ""] {
            assert!(!is_ros_name(bad), "{bad}");
        }
    }

    #[test]
    fn ros_types_name_package_kind_and_type() {
        assert!(is_ros_type("sensor_msgs/msg/Image", "msg"));
        for bad in
            ["sensor_msgs/Image", "sensor_msgs/srv/Image", "sensor_msgs/msg/image", "x/msg/", "a/msg/B/c", ""]
        {
            assert!(!is_ros_type(bad, "msg"), "{bad}");
        }
    }

    #[test]
    fn the_types_of_an_action_are_told_apart() {
        for (name, part) in [
            ("nav2_msgs/action/NavigateToPose", "an action"),
            ("nav2_msgs/action/NavigateToPose_FeedbackMessage", "the feedback message of an action"),
            ("nav2_msgs/action/NavigateToPose_SendGoal_Request", "the request that starts an action"),
            ("nav2_msgs/action/NavigateToPose_SendGoal_Event", "the event that shows the start of an action"),
            ("nav2_msgs/action/NavigateToPose_GetResult_Response", "the answer with the result of an action"),
        ] {
            assert_eq!(action_part(name), Some(part));
        }
        for other in ["a/action/b", "a/b/action/C", "sensor_msgs/msg/Image", "A/action/B", "a/action/B_c", ""]
        {
            assert_eq!(action_part(other), None, "{other}");
        }
    }

    #[test]
    fn one_star_stays_within_a_segment_and_two_cross_segments() {
        assert!(pattern("/camera/*").matches("/camera/left"));
        assert!(!pattern("/camera/*").matches("/camera/left/raw"));
        assert!(!pattern("/camera/*").matches("/camera"));
        assert!(pattern("/camera/**").matches("/camera/left/raw"));
        assert!(!pattern("/camera/**").matches("/camera"));
        assert!(pattern("/**/raw").matches("/a/b/raw"));
        assert!(pattern("/image_*").matches("/image_"));
        assert!(!pattern("/image_*").matches("/images"));
    }

    #[test]
    fn a_wider_glob_covers_a_narrower_one() {
        assert!(pattern("/**").covers(&pattern("/camera/*")));
        assert!(pattern("/camera/*").covers(&pattern("/camera/l*")));
        assert!(!pattern("/camera/l*").covers(&pattern("/camera/*")));
        assert!(pattern("/*/**").covers(&pattern("/**/*")));
        assert!(!pattern("/*").covers(&pattern("/**")));
        assert!(pattern("/a*b*c").covers(&pattern("/axb*bc")));
        assert!(!pattern("/a*b*c").covers(&pattern("/a*c")));
        assert!(!pattern("/a*b").covers(&pattern("/a*bc")));
    }

    #[test]
    fn globs_overlap_when_one_name_fits_both() {
        assert!(pattern("/*/raw").overlaps(&pattern("/camera/*")));
        assert!(pattern("/**/raw").overlaps(&pattern("/camera/**")));
        assert!(!pattern("/a*").overlaps(&pattern("/b*")));
        assert!(pattern("/a*c").overlaps(&pattern("/*bc")));
        assert!(!pattern("/a/*").overlaps(&pattern("/a")));
        assert!(!pattern("/a").overlaps(&pattern("/**/a")));
    }
}
