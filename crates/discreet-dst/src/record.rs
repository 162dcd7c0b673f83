//! The audit log of a simulated robot, read from what is safe on its disk.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use discreet_audit::Time;
use serde_json::Value;

use crate::disk::Disk;

/// The path of the log.
pub fn log_path() -> PathBuf {
    PathBuf::from("/var/guard/audit.log")
}

/// The windows that are durable, as far as the log was read.
#[derive(Debug, Default)]
pub struct Windows {
    /// The file that is read, and how far it was read.
    node: Option<u64>,
    read: usize,
    known: HashMap<String, HashSet<(String, i64)>>,
    /// The audiences of windows: second of writing, topic, audience. Taken by the ledger.
    pub audiences: Vec<(i64, String, String)>,
}

impl Windows {
    /// True if a durable entry opens a window for this form of a topic, or for a sender, at a second.
    pub fn has(&mut self, disk: &Disk, topic: &str, form: &str, second: i64) -> bool {
        self.read(disk);
        self.known.get(topic).is_some_and(|known| known.contains(&(form.to_owned(), second)))
    }

    /// Reads what was written since the last time.
    pub fn read(&mut self, disk: &Disk) {
        self.read_node(disk);
        let node = disk.node_of(&log_path());
        if self.node != node {
            // A new part: the rest of the one before was just read.
            let first = self.node.is_none();
            (self.node, self.read) = (node, 0);
            self.read_node(disk);
            if first {
                self.audiences.clear(); // of earlier runs
            }
        }
    }

    fn read_node(&mut self, disk: &Disk) {
        let Some(bytes) = self.node.and_then(|node| disk.safe_from(node, self.read)) else { return };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.read += whole;
        let lines =
            bytes[..whole].split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
        for line in lines.filter(|line| line.contains("\"entry\":\"window\"")) {
            self.enter(&serde_json::from_str(line).unwrap_or_default());
        }
    }

    fn enter(&mut self, line: &Value) {
        let second = |key: &str| line[key].as_str().and_then(Time::parse).map_or(0, Time::second);
        let (from, written) = (second("from"), second("time"));
        for route in line["routes"].as_array().into_iter().flatten() {
            let text = |key: &str| route[key].as_str().unwrap_or_default().to_owned();
            let known = self.known.entry(text("topic")).or_default();
            known.insert((text("form"), from));
            if known.len() > 1024 {
                known.retain(|(_, of)| from - of < 60);
            }
            self.audiences.push((written, text("topic"), text("audience")));
        }
    }
}
