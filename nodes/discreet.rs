//! `discreet`: the command-line program.

fn main() {}
