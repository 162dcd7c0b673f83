//! Files that decide something are read only if no other user could have changed them. Files are written so that no
//! other user's file is overwritten.

mod outputs;
mod private_group;
mod replace;
mod rights;

pub use outputs::{Readers, refuse_irregular, refuse_special};
pub use replace::{no_links, put, put_on, replace, replace_on};
pub use rights::{Untrusted, check, check_folder, open};
