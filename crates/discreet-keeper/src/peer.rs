//! The process at the other end of a socket.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;

/// The process at the other end, as the kernel reports it (SO_PEERCRED).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its process id; 0 for a process of another PID namespace, such as a container's.
    pub pid: u32,
    /// Its user.
    pub uid: u32,
}

impl Peer {
    /// The peer of a connection.
    pub fn of(stream: &impl AsFd) -> io::Result<Peer> {
        let peer = getsockopt(stream, PeerCredentials)?;
        Ok(Peer { pid: peer.pid().unsigned_abs(), uid: peer.uid() })
    }
}

/// The user that this process runs as.
pub fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Connects to a keeper that runs as this user, as root, or as the only user who could have made that socket.
pub fn connect(socket: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(socket)?;
    let Peer { uid, .. } = Peer::of(&stream)?;
    let folder = socket.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let folder = std::fs::metadata(folder)?;
    let owns_folder = folder.uid() == uid && folder.mode() & 0o022 == 0;
    if uid == 0 || uid == own_uid() || owns_folder {
        return Ok(stream);
    }
    let message = format!(
        "the process that listens there is of user {uid}, and others may put sockets into that folder"
    );
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}
