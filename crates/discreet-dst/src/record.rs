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
    /// The file that is written.
    node: Option<u64>,
    /// The bytes of each file that were read.
    read: HashMap<u64, usize>,
    /// The first reading is over: what follows is of this run.
    begun: bool,
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

    /// Reads what was written since the last time, in whichever parts it is.
    pub fn read(&mut self, disk: &Disk) {
        self.read_node(disk, self.node);
        let node = disk.node_of(&log_path());
        if self.node != node {
            // Parts may have been begun and closed in between. Those of earlier runs say nothing of this one.
            for part in closed_parts(disk) {
                match self.begun {
                    true => self.read_new(disk, part),
                    false => drop(self.read.insert(part, usize::MAX)),
                }
            }
            self.node = node;
            self.read_node(disk, node);
        }
        if !std::mem::replace(&mut self.begun, true) {
            self.audiences.clear(); // of earlier runs
        }
    }

    fn read_new(&mut self, disk: &Disk, part: u64) {
        if !self.read.contains_key(&part) {
            self.read_node(disk, Some(part));
        }
    }

    fn read_node(&mut self, disk: &Disk, node: Option<u64>) {
        let Some(node) = node else { return };
        let read = self.read.entry(node).or_default();
        let Some(bytes) = disk.safe_from(node, *read) else { return };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        *read += whole;
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

/// The closed parts of the log, the oldest first.
fn closed_parts(disk: &Disk) -> Vec<u64> {
    let log = log_path();
    let is_part = |path: &PathBuf| {
        let digits = path.extension().and_then(|end| end.to_str());
        path.with_extension("") == log
            && digits.is_some_and(|end| end.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut paths: Vec<PathBuf> = disk.paths().into_iter().filter(is_part).collect();
    paths.sort_unstable();
    paths.iter().filter_map(|path| disk.node_of(path)).collect()
}
