//! The keeper: a process without ROS that holds the robot's identity, decides on the members of each key, and gives
//! each guard the keys of the present and the next epoch.
//!
//! A guard links [`client`], the command line [`admin`]; the program itself is [`server`] around [`engine`].

pub mod admin;
pub mod client;
pub mod engine;
pub mod frame;
mod identities;
pub mod lease;
pub mod peer;
pub mod protocol;
mod schedule;
pub mod server;
mod session;
pub mod state;
mod who;

use std::path::PathBuf;

/// The default socket of the keeper: `~/.ros/discreet/keeper.sock`.
pub fn default_socket() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    home.join(".ros/discreet/keeper.sock")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_default_socket_is_in_a_folder_of_this_user() {
        assert!(super::default_socket().ends_with(".ros/discreet/keeper.sock"));
    }
}
