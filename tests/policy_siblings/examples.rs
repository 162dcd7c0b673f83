//! Which topics show the same image as a camera, in examples written by hand.

use discreet_policy::{TopicPolicy, Verb};

use crate::policies::{CAMERA, JPEG, OPEN, RULES, policy};

#[test]
fn a_camera_with_all_its_siblings_alike_is_a_policy() {
    let raw = format!("/camera/image_raw: {CAMERA}");
    let jpeg = format!("/camera/image_raw/compressed: {JPEG}");
    let info = "/camera/camera_info: { type: sensor_msgs/msg/CameraInfo, class: operational }";
    let floor = format!("/camera/floor/image_raw: {OPEN}");
    assert!(policy(&[&raw, &jpeg, info, &floor], &RULES).is_ok());
}

#[test]
fn however_many_tools_passed_it_on_it_is_the_same_image() {
    let camera = format!("/camera/image_raw: {CAMERA}");
    for name in [
        "image_rect_color_relay_relay",
        "image_raw_throttle_relay_drop_delay_relay",
        "image_relay_throttle/compressed",
    ] {
        let passed_on = format!("/camera/{name}: {OPEN}");
        assert_eq!(policy(&[&camera, &passed_on], &RULES).unwrap_err(), ["sibling-open"], "{name}");
    }
    let glob = format!("/camera/*_relay_relay: {OPEN}");
    assert_eq!(policy(&[&camera, &glob], &RULES).unwrap_err(), ["sibling-open"]);
}

#[test]
fn a_cloud_beside_a_camera_may_have_its_colours() {
    const CLOUD: &str = "{ type: sensor_msgs/msg/PointCloud2, class: operational }";
    const MEANT: &str = "{ type: sensor_msgs/msg/PointCloud2, class: operational, people: none }";
    for (camera, cloud) in [
        ("/camera/image_raw", "/camera/points"),
        ("/camera/image_raw", "/camera/depth/points"),
        ("/camera/image_raw", "/camera/depth_registered/points_throttle_throttle"),
        ("/camera/color/image_raw", "/camera/depth/color/points"),
        ("/r1/camera/rgb/image_rect_color/compressed", "/r1/camera/depth/points"),
        ("/camera/**", "/camera/points"),
        ("/*/image_raw", "/camera/depth/points"),
    ] {
        let kind = if camera.ends_with("compressed") { JPEG } else { CAMERA };
        let camera = format!("{camera}: {kind}");
        let open = |declared: &str| policy(&[&camera, &format!("{cloud}: {declared}")], &RULES).err();
        assert_eq!(open(CLOUD), Some(vec!["sibling-open"]), "{camera} {cloud}");
        assert_eq!(open(MEANT), None, "{camera} {cloud}");
        let contextual = CLOUD.replace("operational", "contextual");
        assert_eq!(open(&contextual), None, "redacted it does not leave at all: {cloud}");
    }
    let wide = format!("/**/points: {CLOUD}");
    assert_eq!(
        policy(&[&format!("/camera/image_raw: {CAMERA}"), &wide], &RULES).unwrap_err(),
        ["sibling-open"]
    );
    // A lidar's is its own.
    let camera = format!("/camera/image_raw: {CAMERA}");
    for lidar in ["/points", "/velodyne_points", "/lidar/points", "/camera_mast/lidar/points"] {
        assert!(policy(&[&camera, &format!("{lidar}: {CLOUD}")], &RULES).is_ok(), "{lidar}");
    }
    assert!(
        policy(&[&camera], &RULES).unwrap().open_sibling("/camera/points").is_none(),
        "that is denied anyway"
    );
}

#[test]
fn another_camera_within_a_glob_is_declared_as_a_whole() {
    let all = format!("/camera/**: {CAMERA}");
    let one_view = format!("/camera/floor/image_raw: {OPEN}");
    let whole = format!("/camera/floor/**: {OPEN}");
    assert_eq!(policy(&[&all, &one_view], &RULES).unwrap_err(), ["sibling-open"]);
    assert!(policy(&[&all, &whole], &RULES).is_ok());
}

#[test]
fn a_name_that_no_check_could_foresee_is_found_when_it_comes_up() {
    // No sample has a name of this camera that this glob stands for.
    let camera = format!("/camera/image_raw: {CAMERA}");
    let odd = "/c*a/image_raw/preview/small: { type: sensor_msgs/msg/CompressedImage, class: operational }";
    let policy = policy(&[&camera, odd], &RULES).unwrap();
    let open = |name: &str| policy.open_sibling(name).map(TopicPolicy::name);
    assert_eq!(open("/camera/image_raw/preview/small"), Some("/camera/image_raw"));
    assert_eq!(open("/camera/image_raw"), None);
    assert_eq!(open("/camera/image_raw/undeclared"), None, "that is denied anyway");
}

#[test]
fn a_deny_for_those_who_may_not_see_the_camera_closes_a_sibling() {
    let topics = [format!("/camera/image_raw: {CAMERA}"), format!("/camera/image_rect: {OPEN}")];
    let topics = [topics[0].as_str(), topics[1].as_str()];
    let mut rules = RULES.to_vec();
    assert_eq!(policy(&topics, &rules).unwrap_err(), ["sibling-open"]);
    rules.push("{ who: everyone, read: /camera/image_rect, deny: true }");
    assert!(policy(&topics, &rules).is_ok());
}

#[test]
fn the_rules_of_an_image_are_those_of_the_file() {
    let topics = [
        "/color: { type: sensor_msgs/msg/Image, class: contextual, redact: { text: pixelate, faces: solid }, camera: { strict: true, deadline: 20ms, every: 3 } }",
        "/depth: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid }, camera: { follows: /color } }",
        "/far: { type: sensor_msgs/msg/CompressedImage, class: contextual, redact: { frame: lowres } }",
        "/plain: { type: sensor_msgs/msg/Image, class: operational }",
    ];
    let policy = policy(&topics, &RULES).unwrap();
    let rules = |name: &str| policy.topic(name).unwrap().image_rules();
    let color = rules("/color").unwrap();
    assert_eq!(color.to_string(), "faces: solid, text: pixelate, strict, every: 3, deadline: 20ms");
    assert_eq!((color.deadline.as_millis(), color.every), (20, 3));
    let depth = rules("/depth").unwrap();
    assert_eq!((depth.follows.as_deref(), depth.deadline.as_millis(), depth.every), (Some("/color"), 100, 1));
    assert_eq!(rules("/far").unwrap().to_string(), "frame: lowres");
    assert!(rules("/plain").is_none());
    let everyone = policy.party("everyone").unwrap();
    let explained = policy.explain(&everyone, Verb::Read, "/far", policy.moment(0, false)).unwrap();
    assert_eq!((explained.hidden.as_deref(), explained.impossible), (Some("frame: lowres"), None));
}
