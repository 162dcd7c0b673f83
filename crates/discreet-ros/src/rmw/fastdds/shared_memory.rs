//! Ports of Fast DDS's shared memory: those that a killed process left behind, and those that this process lost.
//!
//! Fast DDS gives the port of a dead reader to the next process: it removes the file and makes a new one of the
//! same name. A publisher that still maps the old file goes on writing there, and the new reader is matched and
//! receives nothing, until the publisher is restarted (Fast DDS 2.14 and 3; reported to its project in 2024). Fast
//! DDS takes a port for dead when the lock on its file `..._el` is free. Here that lock is taken, so that Fast DDS
//! finds the port in use and takes the next one.

use discreet_host::sync::lock;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;

use rustix::fs::OFlags;

/// Folder of Fast DDS's files on Linux.
const FOLDER: &str = "/dev/shm";

/// Names of ports in Fast DDS 2 and 3, before the number.
const NAMES: [&str; 2] = ["fastrtps_port", "fastdds_port"];

/// The first word of a segment that is ready.
const READY: u32 = 2;

/// Ports of readers with a port of their own, as those of the graph: for all domains together.
const UNSHARED: Range<usize> = 7000..7400;

/// The first port of domain 0, and the ports of each domain (RTPS 2.5, 9.6.2).
const FIRST: usize = 7400;
const OF_A_DOMAIN: usize = 250;

/// Ports in each range that are held or alive. Fast DDS tries a hundred for a process, every second one.
const MAX_TAKEN: usize = 80;

/// Held until the process ends.
static HELD: Mutex<Held> = Mutex::new(Held(BTreeMap::new()));

/// Locks of dead ports.
struct Held(BTreeMap<usize, File>);

/// Takes the locks of dead ports, so that a process which joins `domain_id` is not given one. Call it before joining.
/// Returns the number of ports avoided so far.
pub fn avoid_dead(domain_id: usize) -> usize {
    let mut held = lock(&HELD);
    held.hold(Path::new(FOLDER), domain_id);
    held.0.len()
}

/// Ports of this process whose files were removed. Publishers do not reach it there, and no error is reported.
pub fn lost() -> Vec<usize> {
    lock(&HELD).lost(Path::new("/proc/self"))
}

impl Held {
    fn hold(&mut self, folder: &Path, domain_id: usize) {
        // Fast DDS removes the files of ports that its check finds dead, also for their publishers. These ports are
        // good again.
        self.0.retain(|port, _| is_there(folder, *port));
        let first = FIRST + OF_A_DOMAIN * domain_id;
        for range in [UNSHARED, first..first + OF_A_DOMAIN] {
            let found: Vec<(usize, Option<File>)> =
                range.filter_map(|port| Some((port, lock_port(folder, port)?))).collect();
            let room = MAX_TAKEN.saturating_sub(found.iter().filter(|(_, dead)| dead.is_none()).count());
            let dead = found.into_iter().filter_map(|(port, dead)| Some((port, dead?)));
            self.0.extend(dead.take(room));
        }
    }

    /// `process` is as /proc/self: `maps` names the files in memory, and in `fd` the locks are links.
    fn lost(&self, process: &Path) -> Vec<usize> {
        let maps = std::fs::read_to_string(process.join("maps")).unwrap_or_default();
        let mut gone: Vec<usize> = maps
            .lines()
            .filter_map(|line| port(line.strip_suffix(" (deleted)")?.split_once(FOLDER)?.1))
            .collect();
        gone.sort_unstable();
        gone.dedup();
        if gone.is_empty() {
            return gone; // as nearly always
        }
        let files = std::fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        let targets = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        let own: Vec<usize> = targets
            .filter_map(|target| {
                let name = target.to_str()?.strip_prefix(FOLDER)?;
                port(name.strip_suffix(" (deleted)").unwrap_or(name).strip_suffix("_el")?)
            })
            .collect();
        gone.retain(|port| own.contains(port) && !self.0.contains_key(port));
        gone
    }
}

/// The number of a port, by its file's name with the slash before it.
fn port(name: &str) -> Option<usize> {
    let name = name.strip_prefix('/')?;
    NAMES.iter().find_map(|start| name.strip_prefix(start))?.parse().ok()
}

/// True for a port whose segment was made ready, by its first word (Boost.Interprocess). On one that was not, Fast
/// DDS would wait for its maker if the lock were held; otherwise it removes the file.
fn is_there(folder: &Path, port: usize) -> bool {
    NAMES.iter().any(|name| {
        let segment = open(&folder.join(format!("{name}{port}")));
        let mut first = [0; 4];
        segment.is_some_and(|mut segment| {
            segment.read_exact(&mut first).is_ok() && u32::from_le_bytes(first) == READY
        })
    })
}

/// Opens a regular file, without blocking and without following a link.
fn open(path: &Path) -> Option<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path).ok()?;
    file.metadata().ok()?.is_file().then_some(file)
}

/// The lock of an existing port, if it has one; an owner that ends in order removes it. None for a port in use.
fn lock_port(folder: &Path, port: usize) -> Option<Option<File>> {
    NAMES.iter().find_map(|name| {
        let lock = open(&folder.join(format!("{name}{port}_el")))?;
        is_there(folder, port).then(|| lock.try_lock().is_ok().then_some(lock))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("discreet-ports-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn ports_whose_owner_is_dead_are_held_and_no_others() {
        let folder = folder("dead");
        let make = |name: &str| {
            fs::write(folder.join(name), READY.to_le_bytes()).unwrap();
            File::open(folder.join(name)).unwrap()
        };
        // Domain 3 has the ports 8150 to 8399.
        for name in ["fastrtps_port8163", "fastrtps_port8163_el", "fastdds_port7002", "fastdds_port7002_el"] {
            make(name);
        }
        make("fastrtps_port8165");
        let alive = make("fastrtps_port8165_el");
        alive.try_lock().unwrap();
        make("fastrtps_port8167"); // ended in order, and is still mapped
        make("fastrtps_port8171_el"); // has no port any more
        make("fastrtps_port8173_el");
        fs::write(folder.join("fastrtps_port8173"), [0; 512]).unwrap(); // killed before it was ready
        make("fastrtps_port8175_el");
        fs::write(folder.join("fastrtps_port8175"), []).unwrap();
        make("fastrtps_port8413"); // of domain 4
        make("fastrtps_port8413_el");
        make("fastrtps_port8169");
        symlink(folder.join("fastrtps_port8413_el"), folder.join("fastrtps_port8169_el")).unwrap();

        let mut held = Held(BTreeMap::new());
        let ports = |held: &Held| held.0.keys().copied().collect::<Vec<_>>();
        held.hold(&folder, 3);
        assert_eq!(ports(&held), [7002, 8163]);
        let is_free = |name: &str| File::open(folder.join(name)).unwrap().try_lock().is_ok();
        assert!(!is_free("fastrtps_port8163_el") && !is_free("fastdds_port7002_el"));
        assert!(is_free("fastrtps_port8413_el"));
        held.hold(&folder, 3);
        assert_eq!(ports(&held), [7002, 8163], "a process may join several times");
        fs::remove_file(folder.join("fastrtps_port8163")).unwrap();
        held.hold(&folder, 3);
        assert_eq!(ports(&held), [7002]);
        drop(held);

        for port in (7000..7400).chain(8150..8400) {
            make(&format!("fastrtps_port{port}"));
            make(&format!("fastrtps_port{port}_el"));
        }
        let mut held = Held(BTreeMap::new());
        held.hold(&folder, 3);
        held.hold(&folder, 3);
        assert_eq!(held.0.len(), 2 * MAX_TAKEN - 1, "8165 is alive");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_port_is_lost_when_its_file_is_gone_and_its_lock_is_ours() {
        let process = folder("lost");
        let mapped = |files: &[&str]| {
            let lines =
                files.iter().map(|file| format!("7f00-7f01 rw-s 00000000 00:17 1   /dev/shm/{file}\n"));
            fs::write(process.join("maps"), lines.collect::<String>()).unwrap();
        };
        fs::create_dir_all(process.join("fd")).unwrap();
        let opened = |number: &str, file: &str| {
            symlink(Path::new(FOLDER).join(file), process.join("fd").join(number)).unwrap();
        };
        opened("3", "fastrtps_port8163_el");
        opened("4", "fastdds_port7002_el (deleted)");
        opened("5", "fastrtps_port8167_el");
        let mut held = Held(BTreeMap::new());
        mapped(&["fastrtps_port8163", "fastdds_port7002", "fastrtps_port8167"]);
        assert!(held.lost(&process).is_empty());
        mapped(&["fastrtps_port8163 (deleted)", "fastdds_port7002 (deleted)", "fastrtps_port8165 (deleted)"]);
        assert_eq!(held.lost(&process), [7002, 8163], "8165 is of a process that ended");
        held.0.insert(8163, File::open("/dev/null").unwrap());
        assert_eq!(held.lost(&process), [7002], "8163 is held, not used");
        fs::remove_dir_all(&process).unwrap();
    }
}
