#![no_main]

#[path = "../bodies/ros2msg.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
