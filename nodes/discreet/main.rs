//! `discreet`: checks, explains, tests, compares and signs policies, applies them to recorded bags, redacts pictures
//! and text, reads audit logs, makes identities, and gives orders to the keeper.

#[macro_use]
mod command_macro;

mod answer;
mod audit;
mod check;
mod classify;
mod diff;
mod explain;
mod identity;
mod input;
mod offline;
mod orders;
mod policy;
mod pseudonym;
mod redact_text;
mod schema;
mod test;
mod who;

use std::process::ExitCode;

use clap::Parser;

pub use answer::Answer;
use offline::name_model;

/// Access control for a robot's data.
///
/// A policy is a YAML file. Check it, explain its decisions, run its own tests, and compare versions, before a guard
/// ever loads it.
#[derive(Parser)]
#[command(
    version,
    after_long_help = "\
Examples:
  discreet check policies/*.yaml
  discreet explain policies/hotel.yaml --who front_desk --topic /speech/transcript --at 2026-05-01T09:30:00+02:00
  discreet test policies/hotel.yaml
  discreet diff hotel.yaml hotel-new.yaml
  discreet scrub tuesday.mcap clean.mcap --policy policies/hotel.yaml
  discreet redact photos/ redacted/
  discreet redact-text --explain notes.txt
  discreet classify --fields diagnostic_msgs/msg/DiagnosticArray
  discreet audit verify ~/.ros/discreet/audit.log
  discreet identity new front_desk.key
  discreet policy sign hotel.yaml --key alice.key
  discreet who
  discreet revoke maintenance

Exit codes:
  0  done, or the answer is yes
  1  the answer is no: a policy has errors, a case failed, two policies differ, something is denied,
     too few owners have signed, an audit log was tampered with, a picture could not be inspected and was blanked, a guard has not
     confirmed an order
  2  could not run: wrong usage, a file that cannot be read"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

commands! {
    enum Command {
        Check(check::Check),
        Explain(explain::Explain),
        Test(test::Test),
        Diff(diff::Diff),
        Schema(schema::SchemaOf),
        /// Applies a policy to a recorded bag: OUT has exactly the messages that the guard would have released.
        #[command(disable_help_flag = true)]
        Scrub(offline::Elsewhere),
        /// Covers faces, and other parts on request, in photographs, as the guard does in a camera's images.
        #[command(disable_help_flag = true)]
        Redact(offline::Elsewhere),
        RedactText(redact_text::RedactText),
        Classify(classify::Classify),
        Audit(audit::AuditArgs),
        Identity(identity::IdentityArgs),
        Policy(policy::PolicyArgs),
        Who(who::Who),
        Revoke(orders::Revoke),
        Grant(orders::Grant),
        PseudonymKey(pseudonym::NewKey),
    }
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    if matches!(command, Command::Scrub(_) | Command::Redact(_)) {
        return run(command); // the other program protects itself
    }
    // The process that works reads clear texts and private identities.
    discreet_host::secret::in_private_process(|| run(command)).unwrap_or_else(|error| {
        input::say_error(&format!("discreet: cannot protect its memory: {error}"));
        ExitCode::from(2)
    })
}

fn run(command: Command) -> ExitCode {
    command.run().unwrap_or_else(|error| {
        input::say_error(&format!("discreet: {error:#}"));
        ExitCode::from(2)
    })
}
