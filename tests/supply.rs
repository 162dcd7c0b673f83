//! Nothing is loaded from the folder that a program was started in, nor because of the highest version in its name.
// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![cfg(feature = "vision")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with a photograph, and with an attacker's files next to it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("discreet-supply-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join(".ros/models")).unwrap();
        std::fs::create_dir_all(folder.join("bin")).unwrap();
        std::fs::write(folder.join("party.jpg"), [0xff, 0xd8, 0xff, 0xd9]).unwrap();
        Folder(folder)
    }

    /// A library that leaves a file when it is loaded.
    fn library(&self, path: &str) {
        let source = self.0.join("loaded.c");
        let written = self.0.join("loaded");
        let code = format!(
            "#include <stdio.h>\nconst char *OrtGetApiBase = 0;\n__attribute__((constructor)) static void run(void) \
             {{ FILE *file = fopen(\"{}\", \"w\"); if (file) fclose(file); }}\n",
            written.display()
        );
        std::fs::write(&source, code).unwrap();
        let library = self.0.join(path);
        let made =
            Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status().unwrap();
        assert!(made.success());
        std::fs::set_permissions(library, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn was_loaded(&self) -> bool {
        self.0.join("loaded").exists()
    }

    /// Redacts the photograph with a copy of the program that has no models next to it, started in this folder.
    fn redact(&self, environment: &[(&str, &Path)]) -> Output {
        let program = self.0.join("bin/discreet-offline");
        std::fs::copy(env!("CARGO_BIN_EXE_discreet-offline"), &program).unwrap();
        Command::new(program)
            .args(["redact", "party.jpg", "out.jpg"])
            .current_dir(&self.0)
            .env_remove("AMENT_PREFIX_PATH")
            .env_remove("DISCREET_MODELS")
            .env_remove("DISCREET_ONNXRUNTIME")
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }
}

#[test]
fn a_library_in_the_folder_of_the_photographs_is_not_loaded() {
    let folder = Folder::new("here");
    folder.library(".ros/models/libonnxruntime.so.1.99.0");
    folder.library(".ros/models/libonnxruntime.so.1.28.0");
    let ran = folder.redact(&[]);
    assert!(!folder.was_loaded());
    let printed = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.code() == Some(2) && printed.contains("no models found"), "{printed}");
}

#[test]
fn nor_is_one_in_a_folder_of_libraries() {
    let folder = Folder::new("path");
    folder.library("libonnxruntime.so.1.99.0");
    let mut paths = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    paths.push(":");
    paths.push(&folder.0);
    let models = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.ros/models"));
    let elsewhere = folder.0.join("models");
    std::fs::create_dir(&elsewhere).unwrap();
    // All models, and no library.
    for file in std::fs::read_dir(models).unwrap().flatten().filter(|file| file.path().is_file()) {
        let name = file.file_name();
        if !name.to_string_lossy().starts_with("libonnxruntime") {
            std::os::unix::fs::symlink(file.path(), elsewhere.join(name)).unwrap();
        }
    }
    folder.redact(&[("LD_LIBRARY_PATH", Path::new(&paths)), ("DISCREET_MODELS", &elsewhere)]);
    assert!(!folder.was_loaded());
}

#[test]
fn a_library_of_the_right_name_is_compared_before_it_is_loaded() {
    let folder = Folder::new("name");
    folder.library(".ros/models/libonnxruntime.so.1.28.0");
    let models = folder.0.join(".ros/models");
    let ran = folder.redact(&[("DISCREET_MODELS", &models)]);
    assert!(!folder.was_loaded());
    let printed = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(
        ran.status.code() == Some(2) && printed.contains("not the file that Discreet was built for"),
        "{printed}"
    );
}

#[test]
fn relative_folders_and_libraries_are_refused() {
    let folder = Folder::new("relative");
    folder.library(".ros/models/libonnxruntime.so.1.99.0");
    let ran = folder.redact(&[("DISCREET_MODELS", Path::new(".ros/models"))]);
    let printed = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.code() == Some(2) && printed.contains("absolute path"), "{printed}");
    let library = Path::new(".ros/models/libonnxruntime.so.1.99.0");
    let models = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.ros/models"));
    let ran = folder.redact(&[("DISCREET_MODELS", models), ("DISCREET_ONNXRUNTIME", library)]);
    let printed = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(!folder.was_loaded() && printed.contains("absolute path"), "{printed}");
}
