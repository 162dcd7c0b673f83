//! `<log>.head`: the number and hash of the last entry that is surely on the disk.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::chain::{Link, hex, unhex};
use discreet_host::disk;
use discreet_host::files::Files;

#[derive(Serialize, Deserialize)]
struct Head {
    seq: u64,
    hash: String,
    /// The mark of the keeper's state, so that the log need not be searched for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<String>,
}

/// Reads `<log>.head`; nothing if it is missing or damaged.
pub(super) fn read_head(files: &dyn Files, log: &Path) -> Option<Link> {
    let head = read(files, log)?;
    Some(Link { seq: head.seq, hash: unhex(&head.hash)? })
}

/// The mark of the keeper's state in `<log>.head`.
pub(super) fn read_mark(files: &dyn Files, log: &Path) -> Option<String> {
    read(files, log)?.mark
}

/// Replaces `<log>.head`.
pub(super) fn write_head(files: &dyn Files, log: &Path, end: Link, mark: Option<&str>) -> io::Result<()> {
    let head = Head { seq: end.seq, hash: hex(&end.hash), mark: mark.map(str::to_owned) };
    disk::put_on(files, &head_path(log), &serde_json::to_vec(&head)?, 0o640)
}

/// The path of the head of `log`.
pub(super) fn head_path(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".head");
    PathBuf::from(name)
}

fn read(files: &dyn Files, log: &Path) -> Option<Head> {
    serde_json::from_slice(&files.read(&head_path(log), 1024).ok()??).ok()
}
