//! Replacement of files, as other crates see it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fs;
use std::os::unix::fs::FileTypeExt;

use discreet_host::disk;

#[test]
fn a_pipe_is_not_replaced_by_a_file() {
    let folder = std::env::temp_dir().join(format!("discreet-replaced-{}", std::process::id()));
    let _none = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let pipe = folder.join("pipe");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let refused = disk::replace(&pipe, b"mine", 0o600).unwrap_err().to_string();
    assert!(refused.contains("a named pipe"), "{refused}");
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no part of a file is left");
    fs::remove_dir_all(folder).unwrap();
}
