//! One topic of Gazebo, read by its own thread.
//!
//! Gazebo keeps a short queue for each topic and drops what does not fit. It sends the next messages only when the last
//! ones are gone, so a slow reader loses some. These threads only read and publish.

use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::frame::{Fault, read};
use crate::master::{Master, subscribe};
use crate::msgs::Publish;
use crate::ros_out::{Counts, Failed};

/// The largest message that is accepted, in bytes: an image of 3840x2160 with floats has half of it.
const LIMIT: usize = 64 << 20;

/// A topic that is being read.
pub struct Feed {
    publish: Publish,
    stream: TcpStream,
    thread: JoinHandle<()>,
}

impl Feed {
    /// Subscribes to `publish` and passes each message to `work`, after ROOM bytes. Calls `gone` if it ends by itself.
    pub fn start(
        publish: Publish,
        counts: Arc<Counts>,
        mut work: impl FnMut(&mut Vec<u8>) -> Result<(), Failed> + Send + 'static,
        gone: impl FnOnce(Failed) + Send + 'static,
    ) -> Result<Feed, Fault> {
        let stream = subscribe(&publish)?;
        let mut reading = stream.try_clone()?;
        let topic = publish.topic.clone();
        // The system shows fifteen letters of the name: `camera/image`, `local/info`.
        let name = topic.rsplit('/').take(2).collect::<Vec<_>>();
        let name = name.into_iter().rev().collect::<Vec<_>>().join("/");
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            let mut buffer = Vec::new();
            let failed = loop {
                if let Err(fault) = read(&mut reading, LIMIT, &mut buffer) {
                    break fault.into(); // where the next frame begins is not known any more
                }
                match work(&mut buffer) {
                    Ok(()) => {}
                    Err(Failed::Message(fault)) => {
                        if counts.malformed.fetch_add(1, Ordering::Relaxed) == 0 {
                            eprintln!(
                                "gazebo_adapter: {topic}: {fault} (the first such message; more are counted)"
                            );
                        }
                    }
                    Err(failed) => break failed,
                }
            };
            gone(failed);
        })?;
        Ok(Feed { publish, stream, thread })
    }

    /// Requests Gazebo to stop sending. Closing is not enough: a publisher of Gazebo 11 whose subscriber leaves during a
    /// write may wait forever, and then nothing receives that topic again.
    pub fn unsubscribe(&self, master: &Master) {
        let _gone_already = master.unsubscribe(&self.publish, &self.stream);
    }

    /// Ends the thread.
    pub fn end(self) {
        let _closed_already = self.stream.shutdown(Shutdown::Both);
        let _panicked = self.thread.join();
    }
}

/// Time for which Gazebo may still send after the request.
pub const LAST_WORDS: Duration = Duration::from_millis(300);
