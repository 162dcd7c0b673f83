//! Ports of shared memory that a killed process left behind.
//!
//! Fast DDS gives the port of a dead reader to the next process: it removes the file and makes a new one of the same name.
//! A publisher that still maps the old file goes on writing there, and the new reader is matched and hears nothing, until
//! the publisher is started again (Fast DDS 2.14 and 3; its project was told in 2024). For Fast DDS a port is dead when nobody
//! holds the lock on its file `..._el`. Here that lock is taken, so that Fast DDS finds the port in use and takes the next one.

use std::fs::{File, OpenOptions};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// Where Fast DDS keeps its files on Linux.
const FOLDER: &str = "/dev/shm";

/// How Fast DDS 2 and 3 name their ports.
const NAMES: [&str; 2] = ["fastrtps_port", "fastdds_port"];

/// Ports of readers that want one to themselves, as those of the graph do: for all domains together.
const UNSHARED: Range<usize> = 7000..7400;

/// The first port of domain 0, and the ports of each domain (RTPS 2.5, 9.6.2).
const FIRST: usize = 7400;
const OF_A_DOMAIN: usize = 250;

/// Ports held in each of the two ranges. Fast DDS tries a hundred for a process, every second one.
const MAX_HELD: usize = 40;

/// Ports that nobody takes while this is there.
pub struct DeadPorts {
    _locks: Vec<File>,
}

impl DeadPorts {
    /// Holds the dead ports that a process which joins `domain_id` could be given. To be called before it joins.
    pub fn hold(domain_id: usize) -> DeadPorts {
        DeadPorts::hold_in(Path::new(FOLDER), domain_id)
    }

    fn hold_in(folder: &Path, domain_id: usize) -> DeadPorts {
        let first = FIRST + OF_A_DOMAIN * domain_id;
        let ranges = [UNSHARED, first..first + OF_A_DOMAIN];
        let locks =
            ranges.into_iter().flat_map(|range| range.filter_map(|port| lock(folder, port)).take(MAX_HELD));
        DeadPorts { _locks: locks.collect() }
    }

    /// How many are held.
    #[cfg(test)]
    fn count(&self) -> usize {
        self._locks.len()
    }
}

/// The lock of a port that is there, if nobody holds it. An owner that ends in order removes it.
fn lock(folder: &Path, port: usize) -> Option<File> {
    NAMES.iter().find_map(|name| {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let lock = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(folder.join(format!("{name}{port}_el")))
            .ok()?;
        let there = folder.join(format!("{name}{port}")).exists();
        (there && lock.metadata().ok()?.is_file() && lock.try_lock().is_ok()).then_some(lock)
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn ports_whose_owner_is_dead_are_held_until_the_end_and_no_others() {
        let folder = std::env::temp_dir().join(format!("discreet-ports-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let make = |name: &str| File::create(folder.join(name)).unwrap();
        // Domain 3 has the ports 8150 to 8399.
        for name in ["fastrtps_port8163", "fastrtps_port8163_el", "fastdds_port7002", "fastdds_port7002_el"] {
            make(name);
        }
        make("fastrtps_port8165");
        let alive = make("fastrtps_port8165_el");
        alive.try_lock().unwrap();
        make("fastrtps_port8167"); // ended in order, and is still mapped
        make("fastrtps_port8171_el"); // has no port any more
        make("fastrtps_port8413"); // of domain 4
        make("fastrtps_port8413_el");
        make("fastrtps_port8169");
        std::os::unix::fs::symlink(folder.join("fastrtps_port8413_el"), folder.join("fastrtps_port8169_el"))
            .unwrap();

        let held = DeadPorts::hold_in(&folder, 3);
        assert_eq!(held.count(), 2);
        let is_free = |name: &str| File::open(folder.join(name)).unwrap().try_lock().is_ok();
        assert!(!is_free("fastrtps_port8163_el") && !is_free("fastdds_port7002_el"));
        assert!(is_free("fastrtps_port8413_el"));
        assert_eq!(DeadPorts::hold_in(&folder, 3).count(), 0, "the same process may join several times");
        drop(held);
        assert!(is_free("fastrtps_port8163_el"));

        for port in 8150..8400 {
            make(&format!("fastrtps_port{port}"));
            make(&format!("fastrtps_port{port}_el"));
        }
        assert_eq!(DeadPorts::hold_in(&folder, 3).count(), MAX_HELD + 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
