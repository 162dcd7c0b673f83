//! The keeper: holds the robot's identity, and gives guards their keys. It has no ROS.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, bail};
use clap::Parser;
use discreet_host::machine::Machine;
use discreet_host::secret::{Lock, harden, in_private_process};
use discreet_keeper::default_socket;
use discreet_keeper::engine::Engine;
use discreet_keeper::server::{Door, Server, now};
use discreet_keeper::state::{Decision, Place, State};
use discreet_policy::Trust;
use discreet_seal::identity::{Identity, PassphraseSource};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Holds the robot's identity and gives out keys by the policy
///
/// Guards connect to its socket and get the keys of the present and the next epoch; `discreet revoke`, `grant` and
/// `who` use it too. Make the identity first: `discreet identity new robot.key --name concierge-1`.
#[derive(Parser)]
#[command(
    version,
    after_long_help = "\
Example:
  keeper --policy hotel.yaml --identity robot.key --passphrase-file robot.passphrase --guard-uid guard --new-state

--new-state is for the first start only. Guards run as another user than the keeper, named by --guard-uid; for a trial as
one user, use --same-user.

The passphrase is asked at the terminal, or read from --passphrase-file (mode 0600), or from the systemd credential
robot.passphrase (for an identity robot.key). Never from an argument or the environment.

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 a fault while it ran, 2 it could not start"
)]
struct Arguments {
    /// The policy: the same file that the guards read
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,

    /// Accepts only policies that enough of the owners in this file have signed; guards do the same
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,

    /// The robot's private identity
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,

    /// A file with its passphrase, which no other user can read
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,

    /// The folder of the state: revocations, used key ids. Only this user may have access to it
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// The socket to listen at [default: ~/.ros/discreet/keeper.sock]
    #[arg(long, value_name = "FILE")]
    socket: Option<PathBuf>,

    /// The second copy of the state's mark, by which an older state is recognised: in another folder than the state,
    /// which only this user or root may write to [default: next to the identity, robot.mark for robot.key]
    #[arg(long, value_name = "FILE")]
    mark: Option<PathBuf>,

    /// A user whose guards are given keys: a number, or a name in /etc/passwd
    #[arg(long, value_name = "USER", value_parser = user)]
    guard_uid: Vec<u32>,

    /// A user who may revoke, grant and use `discreet who`, in addition to root and the keeper's own
    #[arg(long, value_name = "USER", value_parser = user)]
    admin_uid: Vec<u32>,

    /// Gives keys to guards of the keeper's own user, for a trial. An attacker in such a guard can grant again what was
    /// revoked, and has the robot's identity
    #[arg(long)]
    same_user: bool,

    /// Begins a new state. For the first start; refused if there is one. A state that is given up loses its
    /// revocations: a person decides that, not a unit file
    #[arg(long, conflicts_with = "accept_state")]
    new_state: bool,

    /// Accepts the state as the newest, although its mark is missing or newer. Refused if there is nothing to accept
    #[arg(long)]
    accept_state: bool,

    /// The robot's identity before `discreet identity rotate`: a state of that one is taken over. The same passphrase
    #[arg(long, value_name = "FILE")]
    rotated_from: Option<PathBuf>,

    #[arg(long, hide = true)]
    allow_uid: Vec<String>,

    /// Trusts the clock, although a later time was seen before
    #[arg(long)]
    accept_time: bool,
}

fn main() -> ExitCode {
    // First of all: the process that works has the robot's identity.
    in_private_process(keep).unwrap_or_else(|error| {
        log(&format!("cannot protect its own memory: {error}"));
        ExitCode::from(2)
    })
}

fn keep() -> ExitCode {
    match start(Arguments::parse()) {
        Ok((server, stop)) => match server.run(&stop) {
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

/// A keeper that listens, and the flag that a signal sets to stop it.
fn start(arguments: Arguments) -> anyhow::Result<(Server, Arc<AtomicBool>)> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register(signal, Arc::clone(&stop)).context("cannot handle signals")?;
    }
    if let Some(uid) = arguments.guard_uid.iter().find(|uid| arguments.admin_uid.contains(uid)) {
        bail!(
            "user {uid} is named by --guard-uid and by --admin-uid: an attacker in its guard could then grant again what was \
             revoked. Give orders as another user"
        );
    }
    if !arguments.allow_uid.is_empty() {
        bail!(
            "--allow-uid is two options now: --guard-uid for users whose guards are given keys, --admin-uid for users who \
             may revoke and grant"
        );
    }
    // Before any secret is in memory.
    let hardened = harden(Lock::All).context("cannot protect its own memory")?;
    hardened.notes.iter().for_each(|note| log(note));
    let source = PassphraseSource::choose(arguments.passphrase_file.as_deref(), &arguments.identity)?;
    let identity = Identity::open(&arguments.identity, &source)?;
    let socket = arguments.socket.unwrap_or_else(default_socket);
    let state = arguments.state.unwrap_or_else(|| socket.with_file_name("keeper"));
    let before = arguments.rotated_from.as_deref();
    let before = before.map(|path| Identity::open(path, &source)).transpose()?;
    let mark = arguments.mark.unwrap_or_else(|| arguments.identity.with_extension("mark"));
    let decision = match (arguments.new_state, arguments.accept_state) {
        (true, _) => Decision::New,
        (_, true) => Decision::Accept,
        _ => Decision::None,
    };
    let place = Place { folder: state, mark };
    let state = State::open(&Machine::system(), &place, &identity, before.as_ref(), decision, now())?;
    let name = identity.public().name.clone();
    let trust = arguments.trust.as_deref().map(Trust::open).transpose()?;
    match &trust {
        Some(trust) if trust.robot() != name => bail!(
            "the trust file is for {}, and {} is the identity of {name}: use the file of this robot",
            trust.here(),
            arguments.identity.display()
        ),
        Some(trust) => log(&format!("policies for {} must be signed by {}", trust.here(), trust.summary())),
        None => {
            log("policies are not signed: any user who may write the file decides (--trust, docs/signing.md)")
        }
    }
    let fingerprint = identity.public().fingerprint();
    let engine =
        Engine::new(identity, state, &arguments.policy, trust, arguments.accept_time, now(), Box::new(log))?;
    let door = Door {
        socket,
        guards: arguments.guard_uid,
        admins: arguments.admin_uid,
        same_user: arguments.same_user,
    };
    if door.same_user {
        log("--same-user: an attacker in a guard of this user has all that the keeper has");
    } else if door.guards.is_empty() {
        log("no guard will be given keys: name its user with --guard-uid, or try it out with --same-user");
    }
    let listens = format!("keeper of {name} ({fingerprint}) listens at {}", door.socket.display());
    let server = Server::new(door, engine, log)?;
    log(&listens);
    Ok((server, stop))
}

/// A user's number, also by the name in /etc/passwd.
fn user(given: &str) -> Result<u32, String> {
    if let Ok(uid) = given.parse() {
        return Ok(uid);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let mut lines = passwd.lines().map(|line| line.split(':'));
    let found =
        lines.find_map(|mut fields| (fields.next() == Some(given)).then(|| fields.nth(1)?.parse().ok()));
    found.flatten().ok_or_else(|| "a number, or the name of a user in /etc/passwd".to_owned())
}

fn log(text: &str) {
    eprintln!("keeper: {text}");
}
