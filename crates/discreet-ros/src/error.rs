//! Errors of rcl.

use std::ffi::CStr;

use r2r_rcl as rcl;

use super::rmw::{Lack, Middleware};

/// A call into ROS 2 that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosError {
    /// rcl returned an error code.
    #[error("{doing}: {message} (rcl error {code})")]
    Rcl {
        /// The failed action, for the reader of the log.
        doing: String,
        /// rcl's message.
        message: String,
        /// rcl's return code, `rcl/types.h`.
        code: i32,
    },
    /// The type's package is not installed where this process looks.
    #[error(
        "type support of `{type_name}`: {message}; install its package or source the workspace that has it"
    )]
    TypeSupport {
        /// The type as `package/msg/Name`.
        type_name: String,
        /// The loader's message.
        message: String,
    },
    /// Bytes that are not a message of the type; the middleware does not get them.
    #[error("not a {type_name}: {why}")]
    Malformed {
        /// The type.
        type_name: String,
        /// The defect.
        why: discreet_cdr::Malformed,
    },
    /// A message was permitted on a route that has no topic on the outer domain yet.
    #[error("the topic is not announced on the outer domain")]
    NotAnnounced,
    /// Two domains that must be apart have met.
    #[error(
        "domains {one} and {other} have met: the middleware finds nodes of the one on the other, at a discovery server or by \
         its profiles ({profiles}), so that consumers reach the robot's nodes past the guard. Take that out of its \
         configuration (docs/lock.md)"
    )]
    DomainsMeet {
        /// The domain of this process's own side.
        one: usize,
        /// The outer one.
        other: usize,
        /// The variable with the file of the middleware's profiles.
        profiles: &'static str,
    },
    /// The middleware does not tell what the guard's promises rest on.
    #[error(
        "the middleware {} cannot keep the guard's promises: {}. Start the guard with RMW_IMPLEMENTATION=rmw_fastrtps_cpp; the \
         robot may keep its own (docs/middlewares.md)",
        .0.name, join(&.0.lacks)
    )]
    Middleware(Middleware),
    /// The middleware does not deliver what is published in this process.
    #[error(
        "the middleware {name} delivers no message within ten seconds, not even to the process that publishes it; look at its \
         profiles and the network interfaces (docs/middlewares.md)"
    )]
    Silent {
        /// Its name.
        name: String,
    },
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(String),
    /// A publisher or subscription of a route could not be made.
    #[error("{0}")]
    Route(String),
    /// A name with a NUL byte.
    #[error("`{0}` holds a NUL byte")]
    Name(String),
}

fn join(lacks: &[Lack]) -> String {
    lacks.iter().map(Lack::to_string).collect::<Vec<_>>().join("; ")
}

/// Turns a return code of rcl, rmw or rcutils into a result.
pub(super) fn check(code: i32, doing: impl FnOnce() -> String) -> Result<(), RosError> {
    if code == rcl::RCL_RET_OK as i32 {
        return Ok(());
    }
    Err(RosError::Rcl { doing: doing(), message: take_message(), code })
}

/// rcl's message for the error of this thread, which is then cleared so that it does not appear in the next one.
pub(super) fn take_message() -> String {
    // SAFETY: rcutils keeps the error string of this thread in thread-local storage and returns it by value, always
    // NUL-terminated within its array.
    unsafe {
        let text = rcl::rcutils_get_error_string();
        let message = CStr::from_ptr(text.str_.as_ptr()).to_string_lossy().into_owned();
        rcl::rcutils_reset_error();
        message
    }
}
