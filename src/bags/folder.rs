//! The folder that rosbag2 makes: `metadata.yaml` and the files that it lists, one after the other.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Bag, Channel, Damage, Packing, Piece, Recorded, open_file};
use crate::policy::finding::plain;

/// A folder with a thousand files has a metadata.yaml of some hundred KB.
const MAX_METADATA: u64 = 4 << 20;
const MAX_FILES: usize = 65_536;

/// The files of a bag, read as one.
pub struct Folder {
    current: Box<dyn Bag>,
    /// The number of the file that is being read: part of its channels' numbers.
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
        let mut waiting: VecDeque<PathBuf> = files(&text)?.iter().map(|name| path.join(name)).collect();
        let mut size = 0_u64;
        for file in &waiting {
            size = size.saturating_add(std::fs::metadata(file)?.len());
        }
        let first =
            waiting.pop_front().ok_or_else(|| Damage::Corrupt("metadata.yaml lists no file".to_owned()))?;
        Ok(Folder { current: open_file(&first)?, number: 0, waiting, finished: 0, size })
    }

    /// A channel's number among those of all files. Within a file they are small.
    fn numbered(&self, channel: u64) -> u64 {
        (self.number << 32) | (channel & 0xffff_ffff)
    }

    /// Goes to the next file; false after the last.
    fn turn(&mut self) -> Result<bool, Damage> {
        let Some(next) = self.waiting.pop_front() else { return Ok(false) };
        self.finished = self.finished.saturating_add(self.current.progress().1);
        self.current = open_file(&next)?;
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

/// The files that metadata.yaml lists: names only, nothing that could climb out of the folder.
fn files(metadata: &str) -> Result<Vec<String>, Damage> {
    let metadata: Metadata = serde_yaml::from_str(metadata)
        .map_err(|error| Damage::Corrupt(format!("metadata.yaml: {}", plain(&error.to_string()))))?;
    let information = metadata.rosbag2_bagfile_information;
    if !matches!(information.compression_mode.to_ascii_lowercase().as_str(), "" | "none" | "storage") {
        let what = "compressed by rosbag2: convert it first, with `ros2 bag convert`";
        return Err(Damage::Unsupported(what.to_owned()));
    }
    let names = information.relative_file_paths;
    let is_plain = |name: &String| Path::new(name).file_name().is_some_and(|file| file == name.as_str());
    if names.len() > MAX_FILES || !names.iter().all(is_plain) {
        return Err(Damage::Corrupt("metadata.yaml lists what is no file of its folder".to_owned()));
    }
    Ok(names)
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
        assert_eq!(files(&metadata("bag_0.mcap")).ok(), Some(vec!["bag_0.mcap".to_owned()]));
        for outside in ["../other.mcap", "/etc/passwd", "sub/bag.mcap", "..", "."] {
            assert!(matches!(files(&metadata(outside)), Err(Damage::Corrupt(_))), "{outside}");
        }
        let compressed = metadata("bag_0.mcap").replace("compression_mode: \"\"", "compression_mode: FILE");
        assert!(matches!(files(&compressed), Err(Damage::Unsupported(_))));
        assert!(files("canary").is_err());
    }
}
