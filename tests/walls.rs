//! The walls between the crates, and their purpose: the programs with keys link neither OpenCV nor ROS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Names of the libraries that a program loads when it starts, without versions: `libc`, `libopencv_core`.
fn libraries(program: &str) -> BTreeSet<String> {
    let output = Command::new("ldd").arg(program).output().expect("ldd is part of every system with glibc");
    assert!(output.status.success(), "ldd {program}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    let names = names.filter_map(|path| Path::new(path).file_name()?.to_str());
    names.map(|name| name.split(".so").next().unwrap_or(name).to_owned()).collect()
}

#[test]
fn programs_with_keys_or_policies_load_nothing_but_the_c_library() {
    for program in [env!("CARGO_BIN_EXE_keeper"), env!("CARGO_BIN_EXE_discreet")] {
        let loaded = libraries(program);
        assert!(loaded.contains("libc"), "{program}: {loaded:?}");
        let few = ["libc", "libm", "libgcc_s", "libpthread", "libdl", "librt", "linux-vdso"];
        let other = |name: &&String| !few.contains(&name.as_str()) && !name.starts_with("ld-linux");
        assert_eq!(loaded.iter().filter(other).collect::<Vec<_>>(), Vec::<&String>::new(), "{program}");
    }
}

#[cfg(feature = "ros")]
#[test]
fn programs_with_ros_load_no_decoder_and_no_detector() {
    for program in
        [env!("CARGO_BIN_EXE_guard"), env!("CARGO_BIN_EXE_unsealer"), env!("CARGO_BIN_EXE_commander")]
    {
        let loaded = libraries(program);
        assert!(loaded.contains("librcl"), "{program}: {loaded:?}");
        let images = ["opencv", "onnx", "jpeg", "png", "tiff", "avcodec"];
        let wrong = |name: &&String| images.iter().any(|library| name.contains(library));
        assert_eq!(loaded.iter().filter(wrong).collect::<Vec<_>>(), Vec::<&String>::new(), "{program}");
    }
}

#[cfg(feature = "vision")]
#[test]
fn the_redactor_loads_opencv_and_nothing_of_ros() {
    let loaded = libraries(env!("CARGO_BIN_EXE_redactor"));
    assert!(loaded.contains("libopencv_core"), "{loaded:?}");
    assert!(!loaded.iter().any(|name| name.starts_with("librcl")), "{loaded:?}");
}

/// The packages of the workspace, each with its direct dependencies as `Cargo.toml` has them, tests' ones left out.
fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
    let needs = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|dependency| dependency["kind"].is_null()).map(name).collect()
    };
    metadata["packages"].as_array().unwrap().iter().map(|package| (name(package), needs(package))).collect()
}

/// Everything of the workspace that a package needs, directly or not.
fn below<'a>(package: &'a str, packages: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a str> {
    let (mut all, mut open) = (BTreeSet::new(), vec![package]);
    while let Some(next) = open.pop() {
        let direct = packages.get(next).into_iter().flatten().map(String::as_str);
        open.extend(direct.filter(|name| all.insert(*name)));
    }
    all
}

#[test]
fn each_foreign_world_is_behind_one_wall() {
    let packages = packages();
    let having = |dependency: &str| -> Vec<&str> {
        let crates = packages.iter().filter(|(name, _)| *name != "discreet");
        crates.filter(|(_, needs)| needs.contains(dependency)).map(|(name, _)| name.as_str()).collect()
    };
    assert_eq!(having("opencv"), ["discreet-vision"]);
    assert_eq!(having("ort"), ["discreet-models", "discreet-ner", "discreet-vision"]);
    assert_eq!(having("discreet-models"), ["discreet-ner", "discreet-vision"]);
    assert_eq!(having("r2r"), ["discreet-ros"]);
    assert_eq!(having("r2r_rcl"), ["discreet-ros"]);
    assert_eq!(having("rusqlite"), ["discreet-bags"]);
    assert_eq!(having("regex-automata"), ["discreet-pii"]);
    // A stakeholder's side needs neither the policy, nor ROS, nor images.
    let stakeholder = below("discreet-seal", &packages);
    for other in ["discreet-policy", "discreet-ros", "discreet-vision", "discreet-redact", "discreet-pii"] {
        assert!(!stakeholder.contains(other), "discreet-seal needs {other}");
    }
    for library in ["r2r", "r2r_rcl", "opencv", "ort"] {
        assert!(!below("discreet-keeper", &packages).contains(library), "discreet-keeper needs {library}");
        assert!(!below("discreet-guard", &packages).contains(library), "discreet-guard needs {library}");
    }
    // Text in, findings and text out.
    let own: Vec<&str> =
        below("discreet-pii", &packages).into_iter().filter(|name| name.starts_with("discreet-")).collect();
    assert_eq!(own, ["discreet-host"]);
}

#[test]
fn only_the_edge_to_ros_has_unsafe_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for package in packages().keys().filter(|name| *name != "discreet") {
        let library = std::fs::read_to_string(root.join("crates").join(package).join("src/lib.rs")).unwrap();
        assert_eq!(library.contains("allow(unsafe_code)"), package == "discreet-ros", "{package}");
        assert!(library.starts_with("//! "), "{package}: the first lines say what it is for");
        let manifest = std::fs::read_to_string(root.join("crates").join(package).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true\n"), "{package}: unsafe code is not denied");
        assert!(
            root.join("crates").join(package).join("COLCON_IGNORE").exists(),
            "{package}: colcon would build it"
        );
    }
}
