//! Tests at the start whether the middleware tells what the guard's promises rest on. No list of names is asked: an
//! implementation changes, and its versions differ.

use std::ffi::CStr;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use r2r_rcl as rcl;

use crate::{MessageInfo, Node, Publisher, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::Time;
use discreet_graph::participant;
use discreet_graph::qos::Qos;

/// The longest time that a message to oneself may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages that are published.
const COUNT: u32 = 3;
/// Any type of eight bytes that every ROS 2 has.
const TYPE: &str = "builtin_interfaces/msg/Time";

/// The middleware below this process, as a test on an own topic found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Middleware {
    /// Its name, such as `rmw_fastrtps_cpp`.
    pub name: String,
    /// The things that it does not tell, in a fixed order.
    pub lacks: Vec<Lack>,
}

/// A thing that the guard needs and a middleware does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// The publisher of a message has another id than discovery gives it: a policy's sources cannot be checked.
    PublisherIds,
    /// Messages are not numbered one by one: lost ones cannot be counted.
    SequenceNumbers,
    /// The ends of one process do not share the first 12 bytes of their ids: the guard does not know its own.
    ParticipantIds,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lack::PublisherIds => "a message does not name its publisher by the id that discovery has, so no source can be checked",
            Lack::SequenceNumbers => "messages are not numbered, so no loss can be counted",
            Lack::ParticipantIds => "ids do not tell which process an endpoint is of",
        })
    }
}

/// Publishes a few messages on a topic of its own, and looks at how they arrive. An error if the middleware lacks something.
pub fn probe(node: &Arc<Node>) -> Result<Middleware, RosError> {
    let types = TypeSupport::load(TYPE)?;
    // Of two guards whose process ids are the same, in containers, neither takes the other's messages for its own.
    let nonce = (Time::system().nanoseconds >> 10) as u32;
    let topic = format!("/discreet/probe_{}", std::process::id());
    let latched = Qos { latched: true, depth: 10, ..Qos::default() };
    let publisher = Publisher::new(node, &topic, &types, latched)?;
    let (waker, woken) = sync_channel(1);
    let on_message = Box::new(move || {
        let _already_woken = waker.try_send(());
    });
    let mut subscription = Subscription::new(node, &topic, &types, latched, on_message)?;
    for count in 0..COUNT {
        publisher.publish(&message(count, nonce))?;
    }
    let until = Instant::now() + PATIENCE;
    let came = receive(&mut subscription, &woken, nonce, until)?;
    // Discovery of the own ends may take longer than their messages.
    let (mut publishers, mut readers) = (Vec::new(), Vec::new());
    while (publishers.is_empty() || readers.is_empty()) && Instant::now() < until {
        publishers = node.publishers_of(&topic)?.into_iter().map(|end| end.gid).collect();
        readers = node.subscribers_of(&topic)?.into_iter().map(|end| end.gid).collect();
        std::thread::sleep(Duration::from_millis(2));
    }
    let lacks = [
        (Lack::PublisherIds, came.iter().all(|info| publishers.contains(&info.gid))),
        (
            Lack::SequenceNumbers,
            came.windows(2)
                .all(|two| matches!(two, [one, next] if one.sequence.checked_add(1) == Some(next.sequence))),
        ),
        (
            Lack::ParticipantIds,
            publishers.iter().any(|one| readers.iter().any(|other| participant(one) == participant(other))),
        ),
    ];
    let lacks: Vec<Lack> = lacks.into_iter().filter(|(_, holds)| !holds).map(|(lack, _)| lack).collect();
    let middleware = Middleware { name: name(), lacks };
    match middleware.lacks.is_empty() {
        true => Ok(middleware),
        false => Err(RosError::Middleware(middleware)),
    }
}

/// The facts about the messages, once all have come.
fn receive(
    subscription: &mut Subscription,
    woken: &Receiver<()>,
    nonce: u32,
    until: Instant,
) -> Result<Vec<MessageInfo>, RosError> {
    let (mut taken, mut came) = (SerializedMessage::new(), Vec::new());
    while came.len() < COUNT as usize {
        if Instant::now() >= until {
            return Err(RosError::Silent { name: name() });
        }
        match subscription.take(&mut taken)? {
            Some(info) if taken.as_bytes().starts_with(&message(came.len() as u32, nonce)) => came.push(info),
            Some(_) => {} // somebody else's
            None => {
                let _or_look_again = woken.recv_timeout(Duration::from_millis(50));
            }
        }
    }
    Ok(came)
}

/// A serialized [`TYPE`].
fn message(count: u32, nonce: u32) -> [u8; 12] {
    let [a, b, c, d] = count.to_le_bytes();
    let [e, f, g, h] = nonce.to_le_bytes();
    [0, 1, 0, 0, a, b, c, d, e, f, g, h]
}

fn name() -> String {
    // SAFETY: rmw returns a static string, NUL-terminated.
    unsafe { CStr::from_ptr(rcl::rmw_get_implementation_identifier()) }.to_string_lossy().into_owned()
}
