//! A simulated disk: what is not synced may be lost, a write may be torn, bits may flip, and the machine may die at
//! any operation.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use discreet_host::disk::Untrusted;
use discreet_host::files::{FileId, Files, OpenFile, Stamp};
use discreet_host::sync::lock;
use discreet_keeper::peer::own_uid;

use crate::rng::Rng;

/// A disk. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// The names as programs see them, and as they are on the disk.
    names: BTreeMap<OsString, u64>,
    safe_names: BTreeMap<OsString, u64>,
    nodes: BTreeMap<u64, Node>,
    locked: Vec<u64>,
    last: u64,
    /// Operations until the program that uses the disk dies.
    fuse: Option<u32>,
    dead: bool,
    full: bool,
    writes: u64,
}

#[derive(Debug, Default, Clone)]
struct Node {
    bytes: Vec<u8>,
    /// Contents after a power failure.
    safe: Vec<u8>,
    /// Contents before this place are the same in both.
    same: usize,
    changed: u64,
}

/// An open file of the disk.
#[derive(Debug)]
struct Opened {
    disk: Disk,
    node: u64,
    folder: bool,
    locks: Mutex<bool>,
}

impl Disk {
    /// Writes a file in one step, as an administrator does.
    pub fn put(&self, path: &Path, bytes: &[u8]) {
        let mut inner = self.inner();
        let node = inner.node(bytes);
        inner.names.insert(path.into(), node);
        inner.safe_names.insert(path.into(), node);
    }

    /// Contents of a file as a program sees them.
    pub fn get(&self, path: &Path) -> Option<Vec<u8>> {
        let inner = self.inner();
        Some(inner.nodes[inner.names.get(path.as_os_str())?].bytes.clone())
    }

    /// The file that a path names.
    pub fn node_of(&self, path: &Path) -> Option<u64> {
        self.inner().names.get(path.as_os_str()).copied()
    }

    /// Contents of a file from `from` on that would survive a power failure, under any name. None if there is nothing.
    pub fn safe_from(&self, node: u64, from: usize) -> Option<Vec<u8>> {
        let inner = self.inner();
        let rest = inner.nodes.get(&node)?.safe.get(from..)?;
        (!rest.is_empty()).then(|| rest.to_vec())
    }

    /// Removes a file, as an administrator or an accident does.
    pub fn delete(&self, path: &Path) {
        let mut inner = self.inner();
        inner.names.remove(path.as_os_str());
        inner.safe_names.remove(path.as_os_str());
    }

    /// The paths of all files.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.inner().names.keys().map(PathBuf::from).collect()
    }

    /// Flips a bit of a file. False if it is empty or does not exist.
    pub fn flip(&self, path: &Path, rng: &mut Rng) -> bool {
        let mut inner = self.inner();
        let Some(node) = inner.names.get(path.as_os_str()).copied() else { return false };
        let node = inner.nodes.get_mut(&node).unwrap();
        if node.bytes.is_empty() {
            return false;
        }
        let (at, bit) = (rng.below(node.bytes.len()), 1 << rng.below(8));
        node.bytes[at] ^= bit;
        if let Some(byte) = node.safe.get_mut(at) {
            *byte ^= bit;
        }
        true
    }

    /// The program dies after so many operations.
    pub fn set_fuse(&self, operations: u32) {
        self.inner().fuse = Some(operations);
    }

    /// True if the program has died at an operation. Nothing that it does afterwards counts.
    pub fn is_dead(&self) -> bool {
        self.inner().dead
    }

    /// Writes fail while the disk is full.
    pub fn set_full(&self, full: bool) {
        self.inner().full = full;
    }

    /// The program ended. After a power failure only what was synced is left, and perhaps a part of the rest.
    pub fn restart(&self, power_failure: bool, rng: &mut Rng) {
        let mut inner = self.inner();
        (inner.fuse, inner.dead, inner.locked) = (None, false, Vec::new());
        if !power_failure {
            return;
        }
        let safe_names = inner.safe_names.clone();
        inner.names = safe_names;
        for node in inner.nodes.values_mut().filter(|node| !node.is_safe()) {
            // Perhaps a part of what was not synced is there all the same: the last write is torn.
            let torn = node.bytes.len() > node.safe.len() && node.bytes.starts_with(&node.safe);
            if torn && rng.percent(50) {
                let more = rng.below(node.bytes.len() - node.safe.len() + 1);
                node.safe = node.bytes[..node.safe.len() + more].to_vec();
            }
            node.bytes.clone_from(&node.safe);
            node.same = node.safe.len();
        }
        let used: Vec<u64> = inner.names.values().copied().collect();
        inner.nodes.retain(|node, _| used.contains(node));
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        lock(&self.0)
    }

    /// The disk for an operation, unless the program dies at it.
    fn operation(&self) -> io::Result<MutexGuard<'_, Inner>> {
        let mut inner = self.inner();
        match inner.fuse {
            Some(0) => inner.dead = true,
            Some(left) => inner.fuse = Some(left - 1),
            None => {}
        }
        if inner.dead {
            return Err(io::Error::other("the machine has died"));
        }
        Ok(inner)
    }

    fn opened(&self, node: u64, folder: bool) -> Box<dyn OpenFile> {
        Box::new(Opened { disk: self.clone(), node, folder, locks: Mutex::new(false) })
    }
}

impl Inner {
    fn node(&mut self, bytes: &[u8]) -> u64 {
        self.last += 1;
        self.writes += 1;
        let node =
            Node { bytes: bytes.to_vec(), safe: bytes.to_vec(), same: bytes.len(), changed: self.writes };
        self.nodes.insert(self.last, node);
        self.last
    }

    fn at(&self, path: &Path) -> io::Result<u64> {
        self.names.get(path.as_os_str()).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn writable(&mut self, node: u64) -> io::Result<&mut Node> {
        if self.full {
            return Err(ErrorKind::StorageFull.into());
        }
        self.writes += 1;
        let (writes, node) = (self.writes, self.nodes.get_mut(&node).ok_or(ErrorKind::NotFound)?);
        node.changed = writes;
        Ok(node)
    }
}

impl Node {
    /// True if a power failure changes nothing.
    fn is_safe(&self) -> bool {
        self.same == self.bytes.len() && self.same == self.safe.len()
    }

    fn sync(&mut self) {
        self.safe.truncate(self.same);
        self.safe.extend_from_slice(&self.bytes[self.same..]);
        self.same = self.bytes.len();
    }
}

/// Names are absolute and written in one way only, so their text decides. `Path::parent` would parse them.
fn is_in(name: &OsStr, folder: &Path) -> bool {
    let name = name.as_encoded_bytes();
    let end = name.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    &name[..end] == folder.as_os_str().as_encoded_bytes()
}

fn missing(path: &Path) -> Untrusted {
    Untrusted::Missing { path: path.display().to_string() }
}

impl Files for Disk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let node = self.operation()?.at(path)?;
        Ok(self.opened(node, false))
    }

    fn create(&self, path: &Path, _mode: u32) -> io::Result<Box<dyn OpenFile>> {
        let mut inner = self.operation()?;
        if inner.names.contains_key(path.as_os_str()) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        if inner.full {
            return Err(ErrorKind::StorageFull.into());
        }
        let node = inner.node(&[]);
        inner.names.insert(path.into(), node);
        drop(inner);
        Ok(self.opened(node, false))
    }

    fn open_folder(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        // A folder's number is made of its name.
        let number = path.as_os_str().as_encoded_bytes().iter();
        let number = number.fold(1 << 63, |number: u64, byte| (number ^ u64::from(*byte)).rotate_left(7));
        drop(self.operation()?);
        Ok(self.opened(number, true))
    }

    fn create_folder(&self, _path: &Path, _mode: u32) -> io::Result<()> {
        self.operation().map(drop)
    }

    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
        let inner = self.operation()?;
        let Ok(node) = inner.at(path) else { return Ok(None) };
        let bytes = &inner.nodes[&node].bytes;
        Ok(Some(bytes[..bytes.len().min(most as usize)].to_vec()))
    }

    fn read_trusted(&self, path: &Path, most: u64) -> Result<Vec<u8>, Untrusted> {
        let read = Files::read(self, path, most);
        read.map_err(|error| Untrusted::Io { path: path.display().to_string(), error: error.to_string() })?
            .ok_or_else(|| missing(path))
    }

    fn check(&self, path: &Path) -> Result<(), Untrusted> {
        if self.inner().names.contains_key(path.as_os_str()) { Ok(()) } else { Err(missing(path)) }
    }

    fn check_folder(&self, _path: &Path) -> Result<(), Untrusted> {
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut inner = self.operation()?;
        let node = inner.names.remove(from.as_os_str()).ok_or(ErrorKind::NotFound)?;
        inner.names.insert(to.into(), node);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut inner = self.operation()?;
        inner.names.remove(path.as_os_str()).map(drop).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let mut inner = self.operation()?;
        let Inner { names, safe_names, .. } = &mut *inner;
        safe_names.retain(|name, _| !is_in(name, path));
        let here = names.iter().filter(|(name, _)| is_in(name, path));
        safe_names.extend(here.map(|(name, node)| (name.clone(), *node)));
        Ok(())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let inner = self.operation()?;
        let here = inner.names.keys().filter(|name| is_in(name, folder));
        Ok(here.filter_map(|name| Some(Path::new(name).file_name()?.to_owned())).collect())
    }

    fn id_at(&self, path: &Path) -> io::Result<Option<FileId>> {
        Ok(self.operation()?.names.get(path.as_os_str()).map(|node| (0, *node)))
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let inner = self.inner();
        let number = inner.names.get(path.as_os_str())?;
        let node = inner.nodes.get(number)?;
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(node.changed);
        Some((changed, node.bytes.len() as u64, *number))
    }
}

impl OpenFile for Opened {
    fn id(&self) -> io::Result<FileId> {
        self.disk.operation().map(|_| (0, self.node))
    }

    fn is_regular(&self) -> io::Result<bool> {
        Ok(!self.folder)
    }

    fn rights(&self) -> io::Result<(u32, u32)> {
        Ok((0o700, own_uid()))
    }

    fn size(&self) -> io::Result<u64> {
        let inner = self.disk.operation()?;
        Ok(inner.nodes.get(&self.node).map_or(0, |node| node.bytes.len() as u64))
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        let inner = self.disk.operation()?;
        let node = inner.nodes.get(&self.node).ok_or(ErrorKind::NotFound)?;
        let there = node.bytes.get(at as usize..).unwrap_or_default();
        let length = there.len().min(bytes.len());
        bytes[..length].copy_from_slice(&there[..length]);
        Ok(length)
    }

    fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut inner = self.disk.operation()?;
        let node = inner.writable(self.node)?;
        let (from, end) = (at as usize, at as usize + bytes.len());
        node.same = node.same.min(from);
        if node.bytes.len() < end {
            node.bytes.resize(end, 0);
        }
        node.bytes[from..end].copy_from_slice(bytes);
        Ok(())
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        let mut inner = self.disk.operation()?;
        let node = inner.writable(self.node)?;
        node.bytes.resize(size as usize, 0);
        node.same = node.same.min(size as usize);
        Ok(())
    }

    fn set_mode(&self, _mode: u32) -> io::Result<()> {
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut inner = self.disk.operation()?;
        if let Some(node) = inner.nodes.get_mut(&self.node) {
            node.sync();
        }
        Ok(())
    }

    fn lock(&self) -> io::Result<()> {
        let mut inner = self.disk.operation()?;
        if inner.locked.contains(&self.node) {
            return Err(ErrorKind::WouldBlock.into());
        }
        inner.locked.push(self.node);
        *lock(&self.locks) = true;
        Ok(())
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if *lock(&self.locks) {
            self.disk.inner().locked.retain(|node| *node != self.node);
        }
    }
}
