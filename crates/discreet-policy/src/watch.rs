//! Noticing that a policy or its signatures were replaced.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::signatures::signatures_path;
use discreet_host::files::{Files, Stamp, SystemFiles};

/// Notices a change of a policy's file or of its signatures, once both have stopped changing: half a policy may be a
/// valid one with other rules, and of two files one is written first.
pub struct PolicyWatch {
    files: Arc<dyn Files>,
    paths: [PathBuf; 2],
    reported: [Option<Stamp>; 2],
    seen: [Option<Stamp>; 2],
}

impl PolicyWatch {
    /// Watches from now on.
    pub fn new(policy: &Path) -> PolicyWatch {
        PolicyWatch::on(Arc::new(SystemFiles), policy)
    }

    /// The same on other files than the operating system's.
    pub fn on(files: Arc<dyn Files>, policy: &Path) -> PolicyWatch {
        let paths = [policy.to_owned(), signatures_path(policy)];
        let mut watch = PolicyWatch { files, paths, reported: [None; 2], seen: [None; 2] };
        watch.catch_up();
        watch
    }

    /// True if the files differ from those at the last report, and are the same as at the last call.
    pub fn has_changed(&mut self) -> bool {
        let now = self.now();
        let still = now == std::mem::replace(&mut self.seen, now);
        let changed = still && now != self.reported;
        if changed {
            self.reported = now;
        }
        changed
    }

    /// Counts their present state as reported: the caller is about to read them.
    pub fn catch_up(&mut self) {
        (self.seen, self.reported) = (self.now(), self.now());
    }

    fn now(&self) -> [Option<Stamp>; 2] {
        self.paths.each_ref().map(|path| self.files.stamp(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_file_alone_is_noticed_once_it_stands_still() {
        let folder = std::env::temp_dir().join(format!("discreet-watch-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let policy = folder.join("p.yaml");
        std::fs::write(&policy, "a").unwrap();
        let mut watch = PolicyWatch::new(&policy);
        assert!(!watch.has_changed());
        for (path, text) in
            [(signatures_path(&policy), "b"), (policy.clone(), "ab"), (signatures_path(&policy), "bc")]
        {
            std::fs::write(path, text).unwrap();
            assert!(!watch.has_changed(), "it may go on");
            assert!(watch.has_changed());
            assert!(!watch.has_changed());
        }
        std::fs::remove_file(signatures_path(&policy)).unwrap();
        watch.catch_up();
        assert!(!watch.has_changed());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
