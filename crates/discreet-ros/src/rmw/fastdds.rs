//! Fast DDS: its ports of shared memory, and the places of its configuration.

mod shared_memory;

use std::io::Read;

pub(in super::super) use shared_memory::lost as unreachable;

/// The variable with the file of its profiles, in which peers can be named.
pub(in super::super) const PROFILES: &str = "FASTDDS_DEFAULT_PROFILES_FILE";

/// Its id among vendors of DDS, at the beginning of each endpoint's id.
pub(in super::super) const VENDOR: [u8; 2] = [0x01, 0x0f];

/// Files in which it may be given a discovery server without a variable of its own.
const ENVIRONMENT_FILE: &str = "FASTDDS_ENVIRONMENT_FILE";
const SERVER: &str = "ROS_DISCOVERY_SERVER";

/// To be called before a participant joins a domain: keeps it from ports that would never receive anything.
pub(in super::super) fn prepare(domain_id: usize) {
    shared_memory::avoid_dead(domain_id);
}

/// A message for the log about the ports of this domain that are avoided.
pub(in super::super) fn left_behind(domain_id: usize) -> Option<String> {
    let avoided = shared_memory::avoid_dead(domain_id);
    (avoided > 0).then(|| {
        format!(
            "processes that were killed left {avoided} ports of shared memory behind, which are avoided; Fast DDS may say \
             `Failed init_port` of each once"
        )
    })
}

/// Refuses an environment that names a discovery server, at which the nodes of all domains meet.
pub fn no_discovery_server() -> Result<(), String> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let why = "at a discovery server the nodes of all domains meet, past any guard between them. Unset it here and \
               for the robot (docs/lock.md)";
    if set(SERVER).is_some() {
        return Err(format!("{SERVER} is set: {why}"));
    }
    if let Some(path) = set(ENVIRONMENT_FILE) {
        let mut text = Vec::new();
        let file = std::fs::File::open(&path).and_then(|file| file.take(1 << 20).read_to_end(&mut text));
        if file.is_ok() && memchr::memmem::find(&text, SERVER.as_bytes()).is_some() {
            return Err(format!("{} names a {SERVER}: {why}", path.display()));
        }
    }
    Ok(())
}
