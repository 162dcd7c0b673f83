//! The closure of a protected camera topic: every other topic that shows the same image, by the names that ROS gives
//! it.
//!
//! A topic is protected when its messages are images and it is about people: its class is contextual, or it has
//! `redact:`. No sibling of it may give any party, at any time, more than it gives itself: nothing is less than
//! redacted, redacted less than clear, and of two redactions the one that covers less gives more. Calibration
//! (`camera_info`) shows no people: a party that may have the image redacted may have it clear. `discreet check`
//! refuses a policy that breaks this, and the guard calls [`Policy::open_sibling`] for every topic that it discovers,
//! for names that no check could foresee.
//!
//! A wide glob does not count as a declaration of cameras: a narrower name within it is compared only with those of its
//! names that are names of cameras, or of a camera's transports.

mod level;
mod names;

use std::collections::HashMap;
use std::sync::Arc;

pub(super) use level::{Most, gives_more, hides_less};
use names::{CAMERA_INFO, camera_space, is_transport, lineage, streams, with_tool, without_tool};
pub(super) use names::{Key, TRANSPORTS, VIEWS, base, clouds, device, key, leaf, parent};

use super::Policy;
use super::declared::{Declaration, TopicPolicy, is_cloud, is_image};
use super::names::Pattern;

/// The type of a camera's calibration.
const CALIBRATION: &str = "sensor_msgs/msg/CameraInfo";

/// Protected topics, by the keys under which their siblings are found. The numbers are indices into the list of topics.
#[derive(Default)]
pub(super) struct Closure {
    /// By the camera's namespace: all views in it show one image.
    views: HashMap<String, Vec<usize>>,
    /// By the name of the image topic; and whether the policy names only a transport of it.
    plain: HashMap<String, Vec<(usize, bool)>>,
    /// By the namespace of the image topic, where its `camera_info` is.
    spaces: HashMap<String, Vec<usize>>,
    /// By the device whose streams they are of, which may have a cloud of points in their colours.
    devices: HashMap<String, Vec<usize>>,
    globs: Vec<usize>,
}

impl Closure {
    pub fn new(topics: &[Arc<TopicPolicy>]) -> Self {
        let mut closure = Self::default();
        for (at, topic) in topics.iter().enumerate().filter(|(_, topic)| is_protected(topic)) {
            if topic.is_glob() {
                closure.globs.push(at);
                continue;
            }
            let (image, of_transport) = base(topic.name());
            let space = match key(image) {
                Key::Camera(space) => {
                    closure.views.entry(space.to_owned()).or_default().push(at);
                    space
                }
                Key::Plain(name) => {
                    closure.plain.entry(name.to_owned()).or_default().push((at, of_transport));
                    camera_space(parent(image))
                }
            };
            closure.spaces.entry(space.to_owned()).or_default().push(at);
            if let Key::Camera(space) = key(image) {
                closure.devices.entry(device(space).to_owned()).or_default().push(at);
            }
        }
        closure
    }
}

/// True for an image topic about people.
pub(super) fn is_protected(topic: &TopicPolicy) -> bool {
    is_protected_thing(&topic.declaration)
}

/// The same for a declaration, independent of the rules about it.
pub(super) fn is_protected_thing(topic: &Declaration) -> bool {
    is_image(&topic.type_name) && (topic.class.is_contextual() || topic.image.is_some())
}

/// The most that a sibling shows of a protected image.
pub(super) fn most(sibling: &TopicPolicy, protected: &TopicPolicy) -> Most {
    match sibling.type_name() == CALIBRATION {
        true => Most::Calibration,
        false if hides_less(sibling.image_rules(), protected.image_rules()) => Most::LessHidden,
        false => Most::Image,
    }
}

impl Policy {
    /// The protected camera topic whose image a topic of this name would show to a party that may not have that much of
    /// it. `None` for a name that the policy does not declare: that is denied anyway.
    pub fn open_sibling(&self, name: &str) -> Option<&TopicPolicy> {
        if self.closure.globs.is_empty() && self.closure.spaces.is_empty() {
            return None;
        }
        let sibling = self.topic(name)?;
        let exact = self.exact_protected(name, sibling).find(|topic| self.breaks(sibling, topic));
        exact.or_else(|| {
            let globs = self.closure.globs.iter().filter_map(|at| self.parts.topics.get(*at));
            globs
                .filter(|glob| self.breaks(sibling, glob) && self.shows_image_of_glob(name, sibling, glob))
                .map(AsRef::as_ref)
                .next()
        })
    }

    fn breaks(&self, sibling: &Arc<TopicPolicy>, protected: &TopicPolicy) -> bool {
        // The type of a cloud does not tell if it has a camera's colours: the policy does (`people: none`).
        if is_cloud(sibling.type_name()) && sibling.is_without_people() {
            return false;
        }
        !std::ptr::eq(sibling.as_ref(), protected)
            && gives_more(&sibling.access, most(sibling, protected), &protected.access).is_some()
    }

    /// Protected topics, declared by their names, that show the same image.
    fn exact_protected<'a: 'n, 'n>(
        &'a self,
        name: &'n str,
        sibling: &TopicPolicy,
    ) -> impl Iterator<Item = &'a TopicPolicy> + use<'a, 'n> {
        let Closure { views, plain, spaces, devices, .. } = &self.closure;
        let of_camera = lineage(name).filter_map(move |at| match key(at) {
            Key::Camera(space) => views.get(space),
            Key::Plain(_) => None,
        });
        let itself = plain_key(name).and_then(|name| plain.get(name)).into_iter().flatten();
        let below = plain_key(parent(name)).and_then(|name| plain.get(name)).into_iter().flatten();
        let below =
            below.filter(move |(_, of_transport)| !of_transport || is_transport(without_tool(leaf(name))));
        let info = (leaf(name) == CAMERA_INFO).then(|| spaces.get(camera_space(parent(name)))).flatten();
        let cloud =
            is_cloud(sibling.type_name()).then(|| devices.get(device(parent(without_tool(name))))).flatten();
        (of_camera.chain(info).chain(cloud).flatten().copied())
            .chain(itself.chain(below).map(|(at, _)| *at))
            .filter_map(|at| self.parts.topics.get(at))
            .map(AsRef::as_ref)
    }

    /// True if a name under the protected glob shows the image that `name` shows.
    fn shows_image_of_glob(&self, name: &str, sibling: &TopicPolicy, glob: &Arc<TopicPolicy>) -> bool {
        let falls = |candidate: &str| {
            glob.declaration.pattern.matches(candidate)
                && self.topic(candidate).is_some_and(|found| Arc::ptr_eq(found, glob))
        };
        let reaches = |space: &str| {
            let below = Pattern::read(&format!("{space}/**"));
            below.is_none_or(|below| below.overlaps(&glob.declaration.pattern))
        };
        let of_camera = |space: &str| {
            let smaller = format!("{space}/resize");
            reaches(space) && camera_names(space).chain(camera_names(&smaller)).any(|name| falls(&name))
        };
        let by_camera = lineage(name).any(|at| match key(at) {
            Key::Camera(space) => of_camera(space),
            Key::Plain(_) => false,
        });
        let by_device = is_cloud(sibling.type_name())
            && streams(device(parent(without_tool(name)))).any(|space| of_camera(&space));
        if by_camera || by_device || (leaf(name) == CAMERA_INFO && of_camera(camera_space(parent(name)))) {
            return true;
        }
        let declared_within = glob.declaration.pattern.covers(&sibling.declaration.pattern);
        let above = plain_key(parent(name)).is_some_and(|_| falls(parent(name)))
            && (!declared_within || is_transport(leaf(sibling.name())));
        let untooled = without_tool(name);
        let by_tool = !declared_within && untooled != name && falls(untooled);
        // A glob over one transport's topics stands for their images too, and so for their other transports.
        let transport = leaf(glob.name());
        let image = base(name).0;
        let by_transport = is_transport(transport)
            && plain_key(image).is_some_and(|image| falls(&format!("{image}/{transport}")));
        above || by_tool || by_transport
    }
}

fn plain_key(name: &str) -> Option<&str> {
    match key(name) {
        Key::Plain(name) if !name.is_empty() => Some(name),
        Key::Plain(_) | Key::Camera(_) => None,
    }
}

/// The names that one camera's image has: each view, passed on by each tool, and in each transport.
pub(super) fn camera_names(space: &str) -> impl Iterator<Item = String> {
    VIEWS.iter().flat_map(move |view| {
        let image = format!("{space}/{view}");
        let in_transports: Vec<String> =
            TRANSPORTS.iter().map(|transport| format!("{image}/{transport}")).collect();
        with_tool(&image).chain(in_transports).collect::<Vec<_>>()
    })
}
