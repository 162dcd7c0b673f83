//! `discreet policy`: signs policies, and verifies signatures.

pub mod identities;
mod sign;
mod verify;

use clap::{Args, Subcommand};

use super::Answer;

/// Signs policies, and checks if enough owners have signed.
///
/// A robot whose keeper and guard have a trust file accepts only policies that enough of its owners have signed. An
/// owner is an identity; its key stays with the owner, never on the robot. See docs/signing.md.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  discreet identity new alice.key                              once, on the owner's machine: alice.pub goes into the trust file
  discreet diff hotel-7.yaml hotel.yaml                        before signing: who gains what, who loses what?
  discreet policy sign hotel.yaml --key alice.key              writes hotel.yaml.sig
  discreet policy sign hotel.yaml --key bob.key                another owner adds a line, on another machine
  discreet policy verify hotel.yaml --trust trust.yaml         have enough signed, for this robot?
  keeper --trust trust.yaml ...                                takes no other policy from then on

Exit codes:
  0  signed; or enough have
  1  no: not signed, and it says why; or too few have, and it says who is missing
  2  could not: a file cannot be read, a passphrase is wrong, the trust file is not one")]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Sign(sign::Sign),
    Verify(verify::Verify),
}

impl PolicyArgs {
    pub fn run(&self) -> anyhow::Result<Answer> {
        match &self.command {
            Command::Sign(sign) => sign.run(),
            Command::Verify(verify) => verify.run(),
        }
    }
}
