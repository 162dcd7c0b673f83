//! `discreet scrub`: which part of a recorded bag may be passed on?

mod work;

use std::path::PathBuf;

use super::Answer;

/// Applies a policy to a recorded bag: OUT has what the guard would have released to everyone, as far as a
/// bag can tell.
///
/// Each message is judged as of the time at which it was recorded. Messages that the policy releases in the
/// clear are copied, images and texts that it releases redacted are redacted, all others are left out. So are
/// attachments and metadata, which may contain anything, and topics without any remaining message.
///
/// IN is an MCAP file, a SQLite file (.db3) or a folder of rosbag2; OUT is always MCAP.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  discreet scrub tuesday.mcap tuesday-clean.mcap --policy hotel.yaml
  discreet scrub rosbag2_2026_05_01/ clean.mcap --policy hotel.yaml --json

A bag records neither the publishing nodes, so `source:` in the policy is not checked, nor the roster of guests, so names that
only the roster had are not found.

Topics with messages that were left out are listed with reason and remedy; with --json under `left_out`.

Exit codes:
  0  done: all that the policy releases to everyone is in OUT
  1  done, but some of that is missing: a type that could not be verified or read, malformed messages, a time that is not
     credible (--json: `missing`); or OUT is empty; or images were blanked because they could not be inspected; or the bag is
     damaged and only the part before the damage was written (--partial)
  2  not done, and nothing written: wrong usage, an unusable policy, an unreadable bag")]
pub struct Scrub {
    /// The bag.
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The MCAP file to write.
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// The policy.
    #[arg(long)]
    policy: PathBuf,
    /// The recipient: only everyone is supported.
    #[arg(long, default_value = "everyone")]
    who: String,
    /// Judges all messages as of this time (2026-05-01T09:30:00+02:00) instead of the time of recording.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Source of message definitions. auto: the sourced ROS 2 if there is one, otherwise the bag.
    #[arg(long, value_enum, default_value_t = Types::Auto)]
    types: Types,
    /// Trusts the type names of a bag that has neither hashes nor definitions (before ROS 2 Iron).
    #[arg(long)]
    trust_names: bool,
    /// Writes the part of a damaged bag before the damage.
    #[arg(long)]
    partial: bool,
    /// Replaces OUT if it exists.
    #[arg(long)]
    force: bool,
    /// Also searches names with a trained model, as `name_model: true` of the policy does. Takes about a millisecond for each word.
    #[arg(long)]
    name_model: bool,
    /// Answers with JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Types {
    /// The sourced ROS 2 if there is one, otherwise the bag.
    Auto,
    /// The sourced ROS 2, as the guard.
    Installed,
    /// The bag, which is trusted.
    Bag,
}

impl Scrub {
    pub fn run(&self) -> anyhow::Result<Answer> {
        work::run(self)
    }
}
