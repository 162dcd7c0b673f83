//! Redaction of images: the parts that are hidden, the settings of detection, and the cameras that follow others.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::declared::{Declaration, is_image};
use super::super::file::{CameraEntry, Hide, Located, OneOrMore, RedactionEntry, Section, TopicEntry};
use super::super::finding::{Span, quoted, suggest};
use super::super::time::milliseconds_of;
use super::Checker;
use discreet_redact::{Cover, ImageRules, Subject, WholeFrame, encoding_name, encoding_names};

const DEADLINE: Duration = Duration::from_millis(100);
const DEADLINES: std::ops::RangeInclusive<u64> = 20..=1000;
/// The part that stands for the whole frame.
const FRAME: &str = "frame";

/// The image rules of a topic. `None` without `redact:`, and after an error, which is reported.
pub(super) fn rules(
    entry: &Located<TopicEntry>,
    topic: &TopicEntry,
    context: &mut Checker,
) -> Option<ImageRules> {
    let redact = topic.redact.as_ref().filter(|redact| !redact.is_empty());
    let camera = topic.camera.as_ref();
    if let Some(camera) = camera {
        let key = entry.key_place("camera");
        if !is_image(&topic.type_name) {
            let message =
                format!("`camera` is about images, but the topic is a {}", quoted(&topic.type_name));
            context.error("camera-without-image", key, message, "take `camera` out");
            return None;
        }
        if redact.is_none() {
            let help = "add `redact:` with the parts to hide, or take `camera` out";
            context.error("camera-without-redact", key, "`camera` is of no use without `redact:`", help);
            return None;
        }
        idle_keys(entry, camera, redact, context);
    }
    let redact = redact.filter(|_| is_image(&topic.type_name))?;
    let deadline = deadline(entry, camera, context);
    if topic.type_name == COMPRESSED && entry.name.ends_with("/compressedDepth") {
        let message = "compressed depth images cannot be redacted: there is no codec for them";
        let help = "leave `redact` out and deny the topic; readers can have the raw depth image redacted";
        context.error("cannot-redact", entry.key_place("redact"), message, help);
        return None;
    }
    let (covers, frame) = parts(entry, redact, context)?;
    if let Some(camera) = camera.filter(|camera| {
        let idle = frame.is_some() || camera.follows.is_some();
        camera.small == Some(true) && !idle
    }) {
        small_faces(entry, camera, &covers, context);
    }
    let (sizes, encodings) = (sizes(entry, camera, context)?, encodings(entry, topic, camera, context)?);
    Some(ImageRules {
        covers,
        frame,
        strict: camera.and_then(|camera| camera.strict).unwrap_or(false),
        deadline: deadline?,
        every: camera
            .and_then(|camera| camera.every)
            .and_then(|every| u32::try_from(every).ok())
            .unwrap_or(1),
        follows: camera.and_then(|camera| camera.follows.clone()),
        sizes,
        encodings,
        rotated: camera.and_then(|camera| camera.rotated?.turn()).unwrap_or_default(),
        small: camera.and_then(|camera| camera.small).unwrap_or(false),
    })
}

const COMPRESSED: &str = "sensor_msgs/msg/CompressedImage";

type Parts = (Vec<(Subject, Cover)>, Option<WholeFrame>);

fn parts(
    entry: &Located<TopicEntry>,
    redact: &BTreeMap<String, RedactionEntry>,
    context: &mut Checker,
) -> Option<Parts> {
    let written = entry.node.entry("redact");
    let (mut covers, mut frame, mut wrong) = (Vec::new(), None, false);
    for (part, how) in redact {
        let place = written.and_then(|parts| parts.node.entry(part));
        let key = place.map_or(entry.span, |entry| entry.key_span);
        let value = place.map_or(entry.span, |entry| entry.node.span);
        let subject = Subject::ALL.into_iter().find(|subject| subject.name() == part);
        let (code, span, message, help) = match (subject, how) {
            (_, RedactionEntry::Kinds(_) | RedactionEntry::Field(_) | RedactionEntry::How(Hide::Text(_))) => {
                let message = format!("{} is redacted as text, but the topic is an image", quoted(part));
                ("redact-mismatch", key, message, "name the parts to cover: `faces: solid`".to_owned())
            }
            (Some(subject), RedactionEntry::How(Hide::Image(cover))) => {
                if *cover == Cover::Blur {
                    let message = format!("blurred {part} may be made recognisable again");
                    let help = "`solid` leaves nothing to work with";
                    context.warning("blur-reversible", value, message, help);
                }
                covers.push((subject, *cover));
                continue;
            }
            (None, RedactionEntry::How(Hide::Frame(whole))) if part == FRAME => {
                frame = Some(*whole);
                continue;
            }
            (Some(_), RedactionEntry::How(Hide::Frame(whole))) => {
                let message = format!("`{}` is for a whole frame", whole.name());
                let help = format!("write `frame: {}`, or cover {part} with `solid`", whole.name());
                ("cover-mismatch", value, message, help)
            }
            (None, RedactionEntry::How(Hide::Image(cover))) if part == FRAME => {
                let message = format!("`{}` is for parts of a frame, not for the whole frame", cover.name());
                ("cover-mismatch", value, message, "write `frame: blank` or `frame: lowres`".to_owned())
            }
            (None, RedactionEntry::How(Hide::Image(_) | Hide::Frame(_))) => {
                let message = format!("{} cannot be found in an image", quoted(part));
                let known = Subject::ALL.iter().map(|subject| subject.name()).chain([FRAME]);
                ("unknown-image-part", key, message, suggest(part, known, ""))
            }
        };
        context.error(code, span, message, help);
        wrong = true;
    }
    if let (Some(whole), false) = (frame, covers.is_empty()) {
        let place = written.and_then(|parts| parts.node.entry(FRAME));
        let message = format!("`frame: {}` stands next to other parts", whole.name());
        let help = "cover either the whole frame or parts of it: keep one of the two";
        context.error("frame-and-parts", place.map_or(entry.span, |entry| entry.key_span), message, help);
        return None;
    }
    // In a fixed order, independent of the file's.
    covers.sort_by_key(|(subject, _)| *subject);
    (!wrong).then_some((covers, frame))
}

/// Settings of a detection that does not run: the whole frame is covered, or another camera is followed.
fn idle_keys(
    entry: &Located<TopicEntry>,
    camera: &CameraEntry,
    redact: Option<&BTreeMap<String, RedactionEntry>>,
    context: &mut Checker,
) {
    let frame = redact.is_some_and(|redact| redact.contains_key(FRAME));
    let keys = [
        ("strict", camera.strict == Some(true), frame),
        ("every", camera.every.is_some(), frame || camera.follows.is_some()),
        ("follows", camera.follows.is_some(), frame),
        ("rotated", camera.rotated.is_some(), frame || camera.follows.is_some()),
        ("small", camera.small == Some(true), frame || camera.follows.is_some()),
    ];
    for (key, _, _) in keys.into_iter().filter(|(_, said, idle)| *said && *idle) {
        let why =
            if frame { "the whole frame is covered" } else { "the followed camera is inspected instead" };
        let message = format!("`{key}` is about detection, but {why}");
        context.error("camera-unused", camera_place(entry, key, true), message, format!("take `{key}` out"));
    }
}

/// A second inspection for small faces needs faces to cover, and time.
fn small_faces(
    entry: &Located<TopicEntry>,
    camera: &CameraEntry,
    covers: &[(Subject, Cover)],
    context: &mut Checker,
) {
    let place = camera_place(entry, "small", true);
    if !covers.iter().any(|(subject, _)| *subject == Subject::Faces) {
        let message = "`small` is about faces, but `redact` does not name them";
        context.error("camera-unused", place, message, "add `faces: solid` to `redact`, or take `small` out");
    } else if camera.deadline.is_none() {
        let message =
            "`small` takes longer than the deadline of 100 ms in large frames: late frames are black";
        context.warning("short-deadline", place, message, "write `deadline:`, up to `1s`, and `every:`");
    }
}

/// The sizes that images may have. `None` after an error, which is reported.
fn sizes(
    entry: &Located<TopicEntry>,
    camera: Option<&CameraEntry>,
    context: &mut Checker,
) -> Option<Vec<(u32, u32)>> {
    let words = camera.and_then(|camera| camera.size.as_ref()).into_iter().flat_map(OneOrMore::names);
    let mut sizes = Vec::new();
    for word in words {
        let Some(size) = size_of(word) else {
            let message = format!("{} is not the size of an image", quoted(word));
            let help = "write columns and rows: `640x480`";
            context.error("bad-size", camera_place(entry, "size", false), message, help);
            return None;
        };
        sizes.push(size);
    }
    // In a fixed order, independent of the file's.
    sizes.sort_unstable();
    sizes.dedup();
    Some(sizes)
}

/// `640x480`, in digits alone.
fn size_of(word: &str) -> Option<(u32, u32)> {
    let side = |digits: &str| {
        let plain = digits.len() <= 5 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse().ok().filter(|side| plain && *side > 0)
    };
    let (columns, rows) = word.split_once('x')?;
    Some((side(columns)?, side(rows)?))
}

/// The encodings that raw images may have. `None` after an error, which is reported.
fn encodings(
    entry: &Located<TopicEntry>,
    topic: &TopicEntry,
    camera: Option<&CameraEntry>,
    context: &mut Checker,
) -> Option<Vec<&'static str>> {
    let Some(words) = camera.and_then(|camera| camera.encoding.as_ref()) else { return Some(Vec::new()) };
    if topic.type_name == COMPRESSED {
        let message = "`encoding` is about raw images, but this topic has compressed ones";
        context.error("camera-unused", camera_place(entry, "encoding", true), message, "take `encoding` out");
        return None;
    }
    let mut encodings = Vec::new();
    for word in words.names() {
        let Some(name) = encoding_name(word) else {
            let message = format!("{} is not an encoding that is understood", quoted(word));
            let help = suggest(word, encoding_names(), "");
            context.error("unknown-encoding", camera_place(entry, "encoding", false), message, help);
            return None;
        };
        encodings.push(name);
    }
    encodings.sort_unstable();
    encodings.dedup();
    Some(encodings)
}

fn deadline(
    entry: &Located<TopicEntry>,
    camera: Option<&CameraEntry>,
    context: &mut Checker,
) -> Option<Duration> {
    let Some(text) = camera.and_then(|camera| camera.deadline.as_ref()) else { return Some(DEADLINE) };
    let milliseconds = milliseconds_of(text).filter(|milliseconds| DEADLINES.contains(milliseconds));
    if milliseconds.is_none() {
        let message = format!("{} is not a deadline for a frame", quoted(text));
        let help = "write it from `20ms` to `1s`";
        context.error("bad-deadline", camera_place(entry, "deadline", false), message, help);
    }
    milliseconds.map(Duration::from_millis)
}

fn camera_place(entry: &Located<TopicEntry>, key: &str, of_key: bool) -> Span {
    let camera = entry.node.entry("camera").and_then(|camera| camera.node.entry(key));
    camera.map_or(entry.span, |found| if of_key { found.key_span } else { found.node.span })
}

/// A camera that follows another uses that one's findings: the followed camera must detect all that this one hides.
pub(super) fn followers(section: &Section<TopicEntry>, topics: &[Declaration], context: &mut Checker) {
    for entry in &section.0 {
        let camera = entry.value.as_ref().and_then(|topic| topic.camera.as_ref());
        let Some(name) = camera.and_then(|camera| camera.follows.as_ref()) else { continue };
        let Some(follower) = topics.iter().find(|topic| topic.pattern.text() == entry.name) else { continue };
        let Some(rules) = &follower.image else { continue };
        if let Err((message, help)) = follow(follower, rules, name, topics) {
            context.error("bad-follows", camera_place(entry, "follows", false), message, help);
        }
    }
}

fn follow(
    follower: &Declaration,
    rules: &ImageRules,
    name: &str,
    topics: &[Declaration],
) -> Result<(), (String, String)> {
    let images = || topics.iter().filter(|topic| topic.image.is_some()).map(|topic| topic.pattern.text());
    let Some(followed) = topics.iter().find(|topic| topic.pattern.text() == name && !topic.pattern.is_glob())
    else {
        let others: Vec<&str> = images().filter(|other| *other != follower.pattern.text()).collect();
        let help = suggest(name, others, "declare the camera by its own name under `topics`");
        return Err((format!("there is no camera {} to follow", quoted(name)), help));
    };
    let line = followed.span.line;
    if followed.pattern == follower.pattern {
        return Err((
            "a camera cannot follow itself".to_owned(),
            "name the colour camera next to it".to_owned(),
        ));
    }
    let Some(found) = &followed.image else {
        let message = format!("{} is not inspected, so there is nothing to follow", quoted(name));
        let help = format!("follow an image topic that has `redact:`; this one is on line {line}");
        return Err((message, help));
    };
    if let Some(next) = &found.follows {
        let message = format!("{} follows another camera itself", quoted(name));
        return Err((message, format!("follow {} directly", quoted(next))));
    }
    let missing = rules.covers.iter().find(|(subject, _)| found.cover(*subject).is_none());
    if let Some((subject, _)) = missing {
        let message = format!("{} is not inspected for {}", quoted(name), subject.name());
        let help = format!("add `{}` to its `redact` on line {line}, or take it out here", subject.name());
        return Err((message, help));
    }
    Ok(())
}
