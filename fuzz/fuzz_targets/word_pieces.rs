#![no_main]

#[path = "../bodies/word_pieces.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
