//! The audit log of a simulated robot, read from what is safe on its disk.

use std::collections::HashMap;
use std::path::PathBuf;

use discreet_audit::Time;
use serde_json::Value;

use crate::disk::Disk;

/// The path of the log.
pub fn log_path() -> PathBuf {
    PathBuf::from("/var/guard/audit.log")
}

/// The number of the key, 0 without one, and the audience.
type Opened = (u64, String);

/// The windows that are durable, as far as the log was read.
#[derive(Debug, Default)]
pub struct Windows {
    /// The file that is read, and how far it was read.
    node: Option<u64>,
    read: usize,
    known: HashMap<String, HashMap<(String, i64), Vec<Opened>>>,
    /// The audiences of windows: second of writing, topic, audience. Taken by the ledger.
    pub audiences: Vec<(i64, String, String)>,
}

impl Windows {
    /// True if a window is open for what one sender sends in, or gets back, at a second.
    pub fn has(&mut self, disk: &Disk, topic: &str, (form, sender): (&str, &str), second: i64) -> bool {
        self.opened(disk, topic, (form, second)).any(|(_, audience)| audience == sender)
    }

    /// The audiences of the windows for a form of a topic at a second, under this key; 0 without one.
    pub fn of_key(&mut self, disk: &Disk, topic: &str, at: (&str, i64), key: u32) -> Vec<String> {
        let of_key = self.opened(disk, topic, at).filter(|(of, _)| *of == u64::from(key));
        of_key.map(|(_, audience)| audience.clone()).collect()
    }

    fn opened(
        &mut self,
        disk: &Disk,
        topic: &str,
        (form, second): (&str, i64),
    ) -> impl Iterator<Item = &Opened> {
        self.read(disk);
        let known = self.known.get(topic);
        known.and_then(|known| known.get(&(form.to_owned(), second))).into_iter().flatten()
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
            let opened = (route["epoch"].as_u64().unwrap_or_default(), text("audience"));
            known.entry((text("form"), from)).or_default().push(opened);
            if known.len() > 1024 {
                known.retain(|(_, of), _| from - of < 60);
            }
            self.audiences.push((written, text("topic"), text("audience")));
        }
    }
}
