//! Definitions as `.msg` text, against every definition that is installed here.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use discreet_cdr::types::{TypeLibrary, rihs, ros2msg};

/// `.msg` files by type, of every sourced prefix.
fn installed() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(paths) = std::env::var_os("AMENT_PREFIX_PATH") else { return found };
    for prefix in std::env::split_paths(&paths) {
        let Ok(packages) = fs::read_dir(prefix.join("share")) else { continue };
        for package in packages.flatten().map(|package| package.path()) {
            for file in fs::read_dir(package.join("msg")).into_iter().flatten().flatten() {
                let path: PathBuf = file.path();
                if path.extension().is_some_and(|extension| extension == "msg") {
                    let (package, name) = (package.file_name().unwrap(), path.file_stem().unwrap());
                    let name = format!("{}/msg/{}", package.to_string_lossy(), name.to_string_lossy());
                    found.entry(name).or_insert_with(|| fs::read_to_string(&path).unwrap());
                }
            }
        }
    }
    found
}

#[test]
fn every_installed_type_read_from_its_text_has_the_hash_that_ros_gave_it() {
    let texts = installed();
    if texts.is_empty() {
        eprintln!("skipped: no ROS 2 is sourced");
        return;
    }
    let library = TypeLibrary::from_env().unwrap();
    let mut checked = 0;
    for (name, text) in &texts {
        let Ok(known) = library.definition(name) else { continue };
        // As recorders write it: the type, then all that it uses.
        let mut whole = text.clone();
        for used in &known.description.referenced {
            let Some(text) = texts.get(&used.type_name) else { panic!("{} has no text", used.type_name) };
            whole += &format!("\n{}\nMSG: {}\n{text}", "=".repeat(80), used.type_name.replace("/msg/", "/"));
        }
        let read = ros2msg::read(name, &whole).unwrap_or_else(|error| panic!("{name}: {error}\n{whole}"));
        assert_eq!(rihs::type_hash(&read), known.hash, "{name}\n{whole}");
        // A definition that is written again, without comments and constants, is the same type.
        let again = ros2msg::read(name, &ros2msg::write(&read)).unwrap();
        assert_eq!(rihs::type_hash(&again), known.hash, "{name}");
        checked += 1;
    }
    eprintln!("{checked} of {} installed types", texts.len());
    assert!(checked > 100, "only {checked}");
}
