//! The folder of a rosbag2 bag: `metadata.yaml` and the files that it lists, in order.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Bag, Channel, Damage, Packing, Piece, Recorded, open_file};
use discreet_policy::finding::plain;

/// A folder with a thousand files has a metadata.yaml of some hundred KB.
const MAX_METADATA: u64 = 4 << 20;
const MAX_FILES: usize = 65_536;

/// The files of a bag, read as one bag.
pub struct Folder {
    current: Box<dyn Bag>,
    /// The number of the present file, which is part of its channels' numbers.
    number: u64,
    waiting: VecDeque<PathBuf>,
    finished: u64,
    size: u64,
}

#[derive(Deserialize)]
struct Metadata {
    rosbag2_bagfile_information: Information,
}

#[derive(Deserialize)]
struct Information {
    #[serde(default)]
    version: u64,
    relative_file_paths: Vec<String>,
    #[serde(default)]
    compression_mode: String,
}

impl Folder {
    /// Opens the first file of the folder.
    pub fn open(path: &Path) -> Result<Self, Damage> {
        let metadata = path.join("metadata.yaml");
        if !metadata.is_file() {
            return Err(Damage::NotABag);
        }
        let mut text = String::new();
        let read = File::open(&metadata)?.take(MAX_METADATA + 1).read_to_string(&mut text)?;
        if read as u64 > MAX_METADATA {
            return Err(Damage::TooLarge("metadata.yaml".to_owned()));
        }
        let own = path.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        let names = files(&text, own.as_deref().unwrap_or_default())?;
        let mut size = 0_u64;
        for name in &names {
            let found = std::fs::metadata(path.join(name)).map_err(|error| missing(name, &error))?;
            size = size.saturating_add(found.len());
        }
        let mut waiting: VecDeque<PathBuf> = names.iter().map(|name| path.join(name)).collect();
        let first =
            waiting.pop_front().ok_or_else(|| Damage::Corrupt("metadata.yaml lists no file".to_owned()))?;
        Ok(Folder { current: named(&first)?, number: 0, waiting, finished: 0, size })
    }

    /// The number of a channel across all files. Within a file the numbers are small.
    fn numbered(&self, channel: u64) -> u64 {
        (self.number << 32) | (channel & 0xffff_ffff)
    }

    /// Opens the next file; false after the last.
    fn turn(&mut self) -> Result<bool, Damage> {
        let Some(next) = self.waiting.pop_front() else { return Ok(false) };
        self.finished = self.finished.saturating_add(self.current.progress().1);
        self.current = named(&next)?;
        self.number += 1;
        Ok(true)
    }
}

impl Bag for Folder {
    fn next(&mut self) -> Result<Option<Piece>, Damage> {
        loop {
            return Ok(Some(match self.current.next()? {
                None if self.turn()? => continue,
                None => return Ok(None),
                Some(Piece::Channel(channel)) => {
                    Piece::Channel(Channel { id: self.numbered(channel.id), ..channel })
                }
                Some(Piece::Message(message)) => {
                    Piece::Message(Recorded { channel: self.numbered(message.channel), ..message })
                }
                Some(Piece::Aside(aside)) => Piece::Aside(aside),
            }));
        }
    }

    fn cdr(&mut self) -> &mut [u8] {
        self.current.cdr()
    }

    fn progress(&self) -> (u64, u64) {
        (self.finished.saturating_add(self.current.progress().0).min(self.size), self.size)
    }

    fn packing(&self) -> Packing {
        self.current.packing()
    }
}

/// Opens a file of the folder. An error names the file.
fn named(file: &Path) -> Result<Box<dyn Bag>, Damage> {
    open_file(file).map_err(|damage| match damage {
        Damage::Io(_) => damage,
        other => Damage::In(shown(&file.file_name().unwrap_or_default().to_string_lossy()), Box::new(other)),
    })
}

fn missing(name: &str, error: &std::io::Error) -> Damage {
    let name = shown(name);
    match error.kind() {
        std::io::ErrorKind::NotFound => Damage::Corrupt(format!(
            "metadata.yaml lists {name}, which is not in the folder: copy it there, or remove its line from metadata.yaml"
        )),
        _ => Damage::Corrupt(format!("{name}, which metadata.yaml lists, cannot be read: {error}")),
    }
}

fn shown(name: &str) -> String {
    let short: String = plain(name).chars().take(100).collect();
    format!("`{short}`")
}

/// The files that metadata.yaml lists: plain names that cannot leave the folder, which is called `own`.
fn files(metadata: &str, own: &str) -> Result<Vec<String>, Damage> {
    let metadata: Metadata = serde_yaml::from_str(metadata)
        .map_err(|error| Damage::Corrupt(format!("metadata.yaml: {}", plain(&error.to_string()))))?;
    let information = metadata.rosbag2_bagfile_information;
    let names = &information.relative_file_paths;
    if names.len() > MAX_FILES {
        return Err(Damage::TooLarge("metadata.yaml lists too many files".to_owned()));
    }
    if !matches!(information.compression_mode.to_ascii_lowercase().as_str(), "" | "none" | "storage") {
        let first = names.first().map_or_else(String::new, |name| format!(" ({})", shown(name)));
        let what = format!("compressed by rosbag2{first}: convert it first, with `ros2 bag convert`");
        return Err(Damage::Unsupported(what));
    }
    names.iter().map(|name| within(name, own, information.version)).collect()
}

/// The name of a listed file in its folder. Up to version 3, rosbag2 wrote the folder's name before it; the
/// folder may have been renamed since.
fn within(listed: &str, own: &str, version: u64) -> Result<String, Damage> {
    let refused = || {
        Damage::Corrupt(format!(
            "metadata.yaml lists {}, which is not a file of its folder: copy the file there, and list it by its name alone",
            shown(listed)
        ))
    };
    let name = listed.trim_start_matches("./");
    let name = match name.split_once('/') {
        Some((folder, file)) if folder == own || (version <= 3 && is_plain(folder)) => file,
        Some(_) => return Err(refused()),
        None => name,
    };
    if is_plain(name) { Ok(name.to_owned()) } else { Err(refused()) }
}

/// A single name, neither `.` nor `..`.
fn is_plain(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|file| file == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(file: &str) -> String {
        format!(
            "rosbag2_bagfile_information:\n  version: 9\n  storage_identifier: mcap\n  relative_file_paths:\n    - {file}\n  \
             compression_format: \"\"\n  compression_mode: \"\"\n"
        )
    }

    #[test]
    fn only_files_of_the_folder_itself_are_read() {
        let files = |file: &str| files(&metadata(file), "bag");
        for listed in ["bag_0.mcap", "./bag_0.mcap", "bag/bag_0.mcap", "./bag/bag_0.mcap"] {
            assert_eq!(files(listed).ok(), Some(vec!["bag_0.mcap".to_owned()]), "{listed}");
        }
        for outside in [
            "../other.mcap",
            "/etc/passwd",
            "sub/bag.mcap",
            "..",
            ".",
            "bag/..",
            "bag/../x",
            "bag//x",
            "bag/bag/x",
            "./../x",
        ] {
            let said = files(outside).err().map(|damage| damage.to_string()).unwrap_or_default();
            assert!(said.contains("not a file of its folder"), "{outside}: {said}");
        }
        let compressed = metadata("bag_0.mcap").replace("compression_mode: \"\"", "compression_mode: FILE");
        let said =
            super::files(&compressed, "bag").err().map(|damage| damage.to_string()).unwrap_or_default();
        assert!(said.contains("bag_0.mcap") && said.contains("ros2 bag convert"), "{said}");
        assert!(super::files("canary", "bag").is_err());
    }

    #[test]
    fn up_to_version_3_the_folder_stands_before_the_name_as_it_was_called_then() {
        for version in [1, 2, 3] {
            let old = |file: &str| {
                super::files(&metadata(file).replace("version: 9", &format!("version: {version}")), "new")
            };
            assert_eq!(old("rosbag2_2020/bag_0.db3").ok(), Some(vec!["bag_0.db3".to_owned()]));
            assert_eq!(old("bag_0.db3").ok(), Some(vec!["bag_0.db3".to_owned()]));
            for outside in ["../bag_0.db3", "a/b/bag_0.db3", "/bag_0.db3", "a/..", "./../x"] {
                assert!(old(outside).is_err(), "{outside}");
            }
        }
    }
}
