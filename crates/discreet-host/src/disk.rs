//! Files that decide something, and files that are written: read only if nobody else could have changed them, written so
//! that nobody else's file is.

mod replace;
mod rights;

pub use replace::{no_links, put, replace};
pub use rights::{Untrusted, check, check_folder, open};
