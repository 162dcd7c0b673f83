//! The keeper: holds the robot's identity, and gives guards their keys. No ROS in it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use discreet::identity::{Identity, PassphraseSource};
use discreet::keeper::default_socket;
use discreet::keeper::engine::Engine;
use discreet::keeper::server::{Door, Server, now};
use discreet::keeper::state::State;
use discreet::policy::Trust;
use discreet::secret::{Lock, harden};

/// Holds the robot's identity and decides who is given which keys.
///
/// Guards connect to its socket and get the keys of now and next; `discreet revoke`, `grant` and `who` ask it. Make the
/// identity first: `discreet identity new robot.key --name concierge-1`.
#[derive(Parser)]
#[command(
    version,
    after_long_help = "\
Example:
  keeper --policy hotel.yaml --identity robot.key --passphrase-file robot.passphrase

The passphrase is asked at the terminal, or read from --passphrase-file (mode 0600), or from the systemd credential
robot.passphrase (for an identity robot.key). Never from an argument or the environment.

Exit codes: 1 something broke while it ran, 2 it could not start"
)]
struct Arguments {
    /// The policy: the same file that the guards read
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,

    /// Takes only policies that enough of the owners named in this file have signed; guards are told the same
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,

    /// The robot's private identity
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,

    /// A file with its passphrase, which nobody else can read
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,

    /// The folder for what must not be forgotten: revocations, key ids in use. This user's alone
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// Where to listen [default: ~/.ros/discreet/keeper.sock]
    #[arg(long, value_name = "FILE")]
    socket: Option<PathBuf>,

    /// Another user whose guards and commands are served. Without this, only the keeper's own
    #[arg(long, value_name = "UID")]
    allow_uid: Vec<u32>,

    /// The clock is right, although a later time was seen before
    #[arg(long)]
    accept_time: bool,
}

fn main() -> ExitCode {
    match start(Arguments::parse()) {
        Ok(server) => match server.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(fault) => {
                log(&format!("stopped: {fault}"));
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            log(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn start(arguments: Arguments) -> anyhow::Result<Server> {
    // Before there is any secret in memory.
    let hardened = harden(Lock::All).context("cannot protect its own memory")?;
    hardened.notes.iter().for_each(|note| log(note));
    let source = PassphraseSource::choose(arguments.passphrase_file.as_deref(), &arguments.identity)?;
    let identity = Identity::open(&arguments.identity, &source)?;
    let socket = arguments.socket.unwrap_or_else(default_socket);
    let state = arguments.state.unwrap_or_else(|| socket.with_file_name("keeper"));
    let state = State::open(&state)?;
    let name = identity.public().name.clone();
    let trust = arguments.trust.as_deref().map(Trust::open).transpose()?;
    match &trust {
        Some(trust) if trust.robot() != name => bail!(
            "the trust file is for {}, and {} is the identity of {name}: use the file of this robot",
            trust.here(),
            arguments.identity.display()
        ),
        Some(trust) => log(&format!("policies for {} must be signed by {}", trust.here(), trust.summary())),
        None => log("policies are not signed: whoever may write the file decides (--trust, docs/signing.md)"),
    }
    let fingerprint = identity.public().fingerprint();
    let engine =
        Engine::new(identity, state, &arguments.policy, trust, arguments.accept_time, now(), Box::new(log))?;
    let door = Door { socket, allow: arguments.allow_uid };
    let listens = format!("keeper of {name} ({fingerprint}) listens at {}", door.socket.display());
    let server = Server::new(door, engine, log)?;
    log(&listens);
    Ok(server)
}

fn log(text: &str) {
    eprintln!("keeper: {text}");
}
