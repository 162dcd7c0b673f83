//! Any text as a type's definition.

use discreet_cdr::Plan;
use discreet_cdr::types::{rihs, ros2msg};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(read) = ros2msg::read("std_msgs/msg/String", text) else { return };
    // A definition that is written again is the same type, and has nothing else in it.
    let written = ros2msg::write(&read);
    let again = ros2msg::read("std_msgs/msg/String", &written).unwrap();
    assert_eq!(rihs::type_hash(&again), rihs::type_hash(&read));
    assert_eq!(ros2msg::write(&again), written);
    let _ = Plan::compile(&read);
}
