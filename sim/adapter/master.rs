//! Gazebo's master: the directory of publishers, including those of the adapter.

use std::collections::HashMap;
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prost::Message;

use crate::frame::{Fault, ROOM, read, read_packet, write_packet};
use crate::msgs::{Packet, Publish, Publishers, Subscribe};

/// The largest packet that is accepted from the master: its list of publishers has some ten kilobytes.
const LIMIT: usize = 4 << 20;

/// The pause between two attempts to reach it.
const AGAIN: Duration = Duration::from_millis(200);

/// A publisher for each topic.
type Directory = HashMap<String, Publish>;

/// A connection to the master.
pub struct Master {
    stream: TcpStream,
    directory: Arc<(Mutex<Directory>, Condvar)>,
}

impl Master {
    /// Connects to `HOST:PORT`, retries until `deadline`, and reads the list of publishers. The thread that updates the
    /// list calls `gone` when the master disconnects.
    pub fn connect(
        address: &str,
        deadline: Instant,
        gone: impl FnOnce(Fault) + Send + 'static,
    ) -> Result<Master, Fault> {
        let mut stream = patiently(address, deadline)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let (mut directory, mut buffer) = (Directory::new(), Vec::new());
        for expected in ["version_init", "topic_namepaces_init", "publishers_init"] {
            let packet = read_packet(&mut stream, LIMIT, &mut buffer)?;
            if packet.kind != expected {
                let kind = packet.kind.escape_default();
                return Err(Fault::Nonsense(format!(
                    "`{kind}` instead of `{expected}`: not a master of Gazebo 11"
                )));
            }
            update(&mut directory, &packet)?;
        }
        stream.set_read_timeout(None)?;
        let directory = Arc::new((Mutex::new(directory), Condvar::new()));
        let (mut reading, listed) = (stream.try_clone()?, Arc::clone(&directory));
        std::thread::Builder::new().name("master".into()).spawn(move || {
            let fault = loop {
                let packet = match read(&mut reading, LIMIT, &mut buffer) {
                    Ok(()) => Packet::decode(buffer.get(ROOM..).unwrap_or_default()),
                    Err(fault) => break fault,
                };
                let heeded =
                    packet.map_err(Fault::from).and_then(|packet| update(&mut lock(&listed.0), &packet));
                if let Err(fault) = heeded {
                    break fault;
                }
                listed.1.notify_all();
            };
            gone(fault);
        })?;
        Ok(Master { stream, directory })
    }

    /// This machine's address as the master sees it, under which Gazebo reaches the publishers here.
    pub fn own_address(&self) -> Result<IpAddr, Fault> {
        Ok(self.stream.local_addr()?.ip())
    }

    /// Waits for a publisher of `topic`.
    pub fn find(&self, topic: &str, deadline: Instant) -> Option<Publish> {
        let (listed, changed) = &*self.directory;
        let left = deadline.saturating_duration_since(Instant::now());
        let (listed, _) = changed
            .wait_timeout_while(lock(listed), left, |listed| !listed.contains_key(topic))
            .unwrap_or_else(PoisonError::into_inner);
        listed.get(topic).cloned()
    }

    /// Announces the publisher `publish`; subscribers then connect.
    pub fn advertise(&self, publish: &Publish) -> Result<(), Fault> {
        write_packet(&mut &self.stream, "advertise", publish)
    }

    /// Requests the publisher to stop sending to this connection.
    pub fn unsubscribe(&self, publish: &Publish, stream: &TcpStream) -> Result<(), Fault> {
        let own = stream.local_addr()?;
        let subscribe = Subscribe {
            topic: publish.topic.clone(),
            host: own.ip().to_string(),
            port: own.port().into(),
            msg_type: publish.msg_type.clone(),
            latching: false,
        };
        write_packet(&mut &self.stream, "unsubscribe", &subscribe)
    }
}

/// Connects as soon as the port is open.
fn patiently(address: &str, deadline: Instant) -> Result<TcpStream, Fault> {
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) if Instant::now() >= deadline => return Err(Fault::Io(error)),
            Err(_) => std::thread::sleep(AGAIN),
        }
    }
}

/// Connects to a publisher and subscribes to its topic.
pub fn subscribe(publish: &Publish) -> Result<TcpStream, Fault> {
    let port = u16::try_from(publish.port).map_err(|_| Fault::Nonsense(format!("port {}", publish.port)))?;
    let address = (publish.host.as_str(), port).to_socket_addrs()?.next();
    let address =
        address.ok_or_else(|| Fault::Nonsense(format!("no host `{}`", publish.host.escape_default())))?;
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(10))?;
    let subscribe = Subscribe {
        topic: publish.topic.clone(),
        host: stream.local_addr()?.ip().to_string(),
        port: stream.local_addr()?.port().into(),
        msg_type: publish.msg_type.clone(),
        latching: false,
    };
    write_packet(&mut stream, "sub", &subscribe)?;
    Ok(stream)
}

/// Updates the directory. Packets of other types are for Gazebo's own programs.
fn update(directory: &mut Directory, packet: &Packet) -> Result<(), Fault> {
    let data = packet.serialized_data.as_slice();
    let mut add = |publish: Publish| drop(directory.insert(publish.topic.clone(), publish));
    match packet.kind.as_str() {
        "publishers_init" => Publishers::decode(data)?.publisher.into_iter().for_each(add),
        "publisher_add" => add(Publish::decode(data)?),
        "publisher_del" => drop(directory.remove(&Publish::decode(data)?.topic)),
        _ => {}
    }
    Ok(())
}

fn lock(directory: &Mutex<Directory>) -> MutexGuard<'_, Directory> {
    directory.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(kind: &str, message: &impl Message) -> Packet {
        Packet { kind: kind.into(), serialized_data: message.encode_to_vec(), ..Packet::default() }
    }

    #[test]
    fn the_directory_follows_what_the_master_says() {
        let publish = |topic: &str| Publish { topic: topic.into(), port: 7, ..Publish::default() };
        let mut directory = Directory::new();
        let all = Publishers { publisher: vec![publish("a"), publish("b")] };
        update(&mut directory, &packet("publishers_init", &all)).unwrap();
        update(&mut directory, &packet("publisher_add", &publish("c"))).unwrap();
        update(&mut directory, &packet("publisher_del", &publish("a"))).unwrap();
        update(&mut directory, &packet("something_else", &publish("d"))).unwrap();
        let mut topics: Vec<_> = directory.keys().map(String::as_str).collect();
        topics.sort_unstable();
        assert_eq!(topics, ["b", "c"]);
    }

    #[test]
    fn a_publisher_that_is_none_is_an_error() {
        let broken =
            Packet { kind: "publisher_add".into(), serialized_data: vec![0xff], ..Packet::default() };
        assert!(matches!(update(&mut Directory::new(), &broken), Err(Fault::Decode(_))));
        let nowhere = Publish { host: "127.0.0.1".into(), port: 1 << 20, ..Publish::default() };
        assert!(matches!(subscribe(&nowhere), Err(Fault::Nonsense(_))));
    }
}
