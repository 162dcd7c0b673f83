//! `discreet-offline`: the commands of `discreet` that read recordings and inspect images. `discreet` starts
//! it.

#[macro_use]
#[path = "../discreet/command_macro.rs"]
mod command_macro;

#[path = "../discreet/answer.rs"]
mod answer;
#[path = "../discreet/input.rs"]
#[allow(dead_code, reason = "the other program uses the rest of it")]
mod input;
mod inspector;
mod names;
mod new_file;
mod redact;
#[path = "../discreet/redact_text/mod.rs"]
mod redact_text;
mod scrub;

use std::process::ExitCode;

use clap::Parser;

pub use answer::Answer;
use names::model as name_model;

/// Recordings, photographs and texts: the commands `scrub` and `redact` of `discreet`, and `redact-text --name-model`.
#[derive(Parser)]
#[command(version, name = "discreet", bin_name = "discreet")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

commands! {
    enum Command {
        Scrub(scrub::Scrub),
        Redact(redact::Redact),
        RedactText(redact_text::RedactText),
    }
}

fn main() -> ExitCode {
    // First of all: photographs, recordings and texts are clear in the process that works.
    discreet_host::secret::in_private_process(run).unwrap_or_else(|error| {
        input::say_error(&format!("discreet: cannot make its memory private: {error}"));
        ExitCode::from(2)
    })
}

fn run() -> ExitCode {
    Arguments::parse().command.run().unwrap_or_else(|error| {
        input::say_error(&format!("discreet: {error:#}"));
        ExitCode::from(2)
    })
}
