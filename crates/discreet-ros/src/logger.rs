//! The log of a node: on the console, and on /rosout as for any other node (`rcl/logging_rosout.h`). rcl publishes there
//! only for the client library that asks for it, and r2r does not.

use std::borrow::Cow;
use std::ffi::CString;
use std::time::Duration;

use r2r::rcl_interfaces::msg::Log;
use r2r::{Publisher, QosProfile};
use r2r_rcl as rcl;

use discreet_audit::Time;

/// Severities, as rcutils and `rcl_interfaces/msg/Log` number them.
const INFO: u8 = 20;
const WARN: u8 = 30;
const ERROR: u8 = 40;

/// The quality of service that rcl gives /rosout: a node that joins within ten seconds of a message receives it.
fn rosout() -> QosProfile {
    QosProfile::default().reliable().transient_local().keep_last(1000).lifespan(Duration::from_secs(10))
}

/// Writes to the console and to /rosout.
#[derive(Debug, Clone)]
pub struct Logger {
    name: String,
    /// None with `--disable-rosout-logs`.
    rosout: Option<Rosout>,
}

#[derive(Debug, Clone)]
struct Rosout(Publisher<Log>);

// SAFETY: r2r's publisher is a weak pointer to rcl's, counted atomically; the node owns the publisher until it ends.
unsafe impl Send for Rosout {}
// SAFETY: rcl_publish may be called from several threads with one publisher, each with a message of its own
// (`rcl/publisher.h`); it is all that is called here.
unsafe impl Sync for Rosout {}

impl Logger {
    /// The logger of a node.
    pub(super) fn of(node: &mut r2r::Node) -> Result<Logger, r2r::Error> {
        // SAFETY: reads a flag that rcl set when the context was made.
        let on = unsafe { rcl::rcl_logging_rosout_enabled() };
        let rosout = on.then(|| node.create_publisher("/rosout", rosout()).map(Rosout)).transpose()?;
        Ok(Logger { name: node.logger().into(), rosout })
    }

    /// Logs normal operation.
    pub fn info(&self, text: &str) {
        let text = whole(text);
        r2r::log_info!(&self.name, "{text}");
        self.publish(INFO, &text);
    }

    /// Logs something that an operator should look at.
    pub fn warn(&self, text: &str) {
        let text = whole(text);
        r2r::log_warn!(&self.name, "{text}");
        self.publish(WARN, &text);
    }

    /// Logs something that an operator must act on.
    pub fn error(&self, text: &str) {
        let text = whole(text);
        r2r::log_error!(&self.name, "{text}");
        self.publish(ERROR, &text);
    }

    fn publish(&self, level: u8, text: &str) {
        let Some(Rosout(rosout)) = self.rosout.as_ref().filter(|_| self.is_on(level)) else { return };
        let stamp = stamp(Time::system().nanoseconds);
        let log = Log { stamp, level, name: self.name.clone(), msg: text.to_owned(), ..Log::default() };
        let _unheard = rosout.publish(&log); // it is on the console, and there is nowhere else to report it
    }

    /// Does `--log-level` let it pass?
    fn is_on(&self, level: u8) -> bool {
        let Ok(name) = CString::new(self.name.as_str()) else { return false };
        // SAFETY: the name is a live C string; rcutils was initialised when the message was written to the console.
        unsafe { rcl::rcutils_logging_logger_is_enabled_for(name.as_ptr(), i32::from(level)) }
    }
}

/// The text without NUL, which ends a string of C: r2r panics at one.
fn whole(text: &str) -> Cow<'_, str> {
    match text.contains('\0') {
        true => text.replace('\0', "\\0").into(),
        false => text.into(),
    }
}

/// Nanoseconds since 1970 as ROS writes them.
pub(super) fn stamp(nanoseconds: i64) -> r2r::builtin_interfaces::msg::Time {
    let sec = i32::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or(i32::MAX);
    r2r::builtin_interfaces::msg::Time { sec, nanosec: nanoseconds.rem_euclid(1_000_000_000) as u32 }
}
