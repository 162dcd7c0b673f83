//! The names under which ROS shows one image.
//!
//! - Transports: `image_transport` publishes each next to the image, as `<image topic>/<transport>` (`SimplePublisherPlugin`
//!   in its own headers). The names listed are those of image_transport_plugins (compressed, compressedDepth, theora, zstd,
//!   zlib, avif, depthz, h265, svtav1) and ffmpeg_image_transport (ffmpeg). Below a topic that is known to be an image, any
//!   other name counts too, because a transport may have any name.
//! - Views: `image_proc` makes `image_mono`, `image_color`, `image_rect` and `image_rect_color` next to `image_raw`, `image`
//!   (cropped) and, below `resize`, a smaller one; drivers add `image_rect_raw` and `thumbnail`.
//! - Calibration: `camera_info` in the namespace of the image topic (`getCameraInfoTopic` of image_transport).
//! - Passed on: `topic_tools` adds `_relay`, `_throttle`, `_drop` or `_delay` to the name unless told otherwise, each tool
//!   once more.
//! - Clouds: `depth_image_proc` and drivers give points the camera's colours, as `points` in the camera's namespace or in one
//!   of the sibling namespaces of a camera's streams (`/camera/depth/color/points`).
//!
//! An image that is republished under any other name is not found; only the policy's class for that topic protects it.

/// Names of transports.
pub(crate) const TRANSPORTS: [&str; 10] =
    ["compressed", "compressedDepth", "theora", "ffmpeg", "zstd", "zlib", "avif", "depthz", "h265", "svtav1"];

/// Names of the views of one camera's image.
pub(crate) const VIEWS: [&str; 9] = [
    "image_raw",
    "image",
    "image_color",
    "image_mono",
    "image_rect",
    "image_rect_color",
    "image_rect_mono",
    "image_rect_raw",
    "thumbnail",
];

/// Suffixes that relaying tools add to a topic's name.
const TOOLS: [&str; 4] = ["_throttle", "_relay", "_drop", "_delay"];

/// Namespaces that drivers give the streams of one camera.
const STREAMS: [&str; 16] = [
    "color",
    "rgb",
    "depth",
    "depth_registered",
    "depth_to_rgb",
    "rgb_to_depth",
    "aligned_depth_to_color",
    "registered",
    "rectified",
    "stereo",
    "left",
    "right",
    "ir",
    "infra",
    "infra1",
    "infra2",
];

/// The last part of the name of a camera's calibration.
pub(super) const CAMERA_INFO: &str = "camera_info";

/// The key that all names of one image share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key<'a> {
    /// A view of the camera in this namespace.
    Camera(&'a str),
    /// An image under a name of its own.
    Plain(&'a str),
}

/// The key of an image's name, without its transport.
pub(crate) fn key(name: &str) -> Key<'_> {
    let name = without_tool(name);
    if VIEWS.contains(&leaf(name)) { Key::Camera(camera_space(parent(name))) } else { Key::Plain(name) }
}

/// The image topic that a name belongs to; true, if the name is that of a transport of it.
pub(crate) fn base(name: &str) -> (&str, bool) {
    let is_of_transport = is_transport(without_tool(leaf(name))) && !parent(name).is_empty();
    if is_of_transport { (parent(name), true) } else { (name, false) }
}

pub(super) fn is_transport(leaf: &str) -> bool {
    TRANSPORTS.contains(&leaf)
}

/// The namespace of the camera, of which a smaller image has a namespace within.
pub(super) fn camera_space(space: &str) -> &str {
    space.strip_suffix("/resize").unwrap_or(space)
}

/// A name, and the same passed on by each tool.
pub(super) fn with_tool(name: &str) -> impl Iterator<Item = String> {
    [""].iter().chain(&TOOLS).map(move |tool| format!("{name}{tool}"))
}

pub(super) fn without_tool(name: &str) -> &str {
    let mut name = name;
    while let Some(shorter) = TOOLS.iter().find_map(|tool| name.strip_suffix(tool)) {
        name = shorter;
    }
    name
}

/// The device of a camera's streams: of `/camera/depth/color` it is `/camera`.
pub(crate) fn device(space: &str) -> &str {
    let mut space = space;
    while STREAMS.contains(&leaf(space)) {
        space = parent(space);
    }
    space
}

/// Namespaces in which the images of one camera may be.
pub(super) fn streams(device: &str) -> impl Iterator<Item = String> {
    std::iter::once(device.to_owned()).chain(STREAMS.iter().map(move |stream| format!("{device}/{stream}")))
}

/// Names that clouds of one camera have, as drivers call them.
pub(crate) fn clouds(device: &str) -> impl Iterator<Item = String> {
    let spaces = ["", "/depth", "/depth/color", "/depth_registered"];
    spaces
        .into_iter()
        .flat_map(move |space| ["points", "points2", "cloud"].map(|leaf| format!("{device}{space}/{leaf}")))
}

/// The name and every name above it.
pub(super) fn lineage(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| Some(parent(name)).filter(|above| !above.is_empty()))
}

/// All but the last part: of `/camera/image_raw` it is `/camera`.
pub(crate) fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(above, _)| above)
}

/// The last part.
pub(crate) fn leaf(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, leaf)| leaf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_views_of_a_camera_have_one_key() {
        for name in [
            "/camera/image_raw",
            "/camera/image_rect_color",
            "/camera/resize/image_raw",
            "/camera/image_raw_throttle",
        ] {
            assert_eq!(key(name), Key::Camera("/camera"), "{name}");
        }
        assert_eq!(key("/camera/image_rect_color_relay_throttle_relay"), Key::Camera("/camera"));
        assert_eq!(key("/image_raw"), Key::Camera(""));
        assert_eq!(key("/camera/thermal_relay"), Key::Plain("/camera/thermal"));
        assert_ne!(key("/left/image_raw"), key("/right/image_raw"));
    }

    #[test]
    fn the_streams_of_a_camera_are_one_device() {
        for space in ["/camera", "/camera/color", "/camera/depth/color", "/camera/depth_registered"] {
            assert_eq!(device(space), "/camera");
        }
        assert_eq!(device("/depth"), "");
        assert_eq!(device("/robot/lidar"), "/robot/lidar");
        assert!(clouds("/camera").all(|name| device(parent(&name)) == "/camera"));
    }

    #[test]
    fn a_transport_belongs_to_the_topic_above_it() {
        assert_eq!(base("/camera/image_raw/compressed"), ("/camera/image_raw", true));
        assert_eq!(base("/camera/image_raw"), ("/camera/image_raw", false));
        assert_eq!(base("/compressed"), ("/compressed", false));
        assert_eq!(lineage("/a/b/c").collect::<Vec<_>>(), ["/a/b/c", "/a/b", "/a"]);
    }
}
