//! The check of each program that the documentation names. A program that is not listed here fails the test: every
//! command is checked.

use std::path::Path;

use crate::help;
use crate::pages::root;

/// The check of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It is run, in a scratch folder, and has to succeed.
    Run,
    /// Its subcommand and flags are looked up in `--help`. It cannot run here, for this reason.
    Help(&'static str),
    /// The same in the source of its arguments: the program is not built without features.
    Source(&'static str),
    /// Harmless in a scratch folder. It is run along with the commands around it.
    Along,
    /// A script of the repository: it exists, and its `--help` has the flags.
    Script,
    /// `ros2`: its verbs are known, and what it launches exists and has the arguments.
    Ros2,
    /// A program of this package that needs ROS: it exists.
    Node,
    /// `python3 FILE`, `cargo test --test NAME`, `cargo mutants ... -f FILE`: the file exists.
    File,
    /// A program of the system, neither run nor checked.
    System,
}

/// Subcommands of `discreet` that are not run.
const NOT_RUN: [(&str, Check); 5] = [
    ("who", Check::Help("it needs a keeper that runs")),
    ("revoke", Check::Help("it needs a keeper that runs")),
    ("grant", Check::Help("it needs a keeper that runs")),
    ("redact", Check::Source("nodes/discreet-offline/redact.rs")),
    ("scrub", Check::Source("nodes/discreet-offline/scrub.rs")),
];

/// All other programs, but for the repository's scripts.
const PROGRAMS: [(&str, Check); 37] = [
    ("keeper", Check::Help("it runs until it is stopped")),
    ("guard", Check::Node),
    ("unsealer", Check::Node),
    ("commander", Check::Node),
    ("ros2", Check::Ros2),
    ("python3", Check::File),
    ("cargo", Check::File),
    ("cd", Check::Along),
    ("mkdir", Check::Along),
    ("cp", Check::Along),
    ("mv", Check::Along),
    ("echo", Check::Along),
    ("tail", Check::Along),
    ("ls", Check::Along),
    ("source", Check::System),
    ("export", Check::System),
    ("git", Check::System),
    ("ln", Check::System),
    ("colcon", Check::System),
    ("pip", Check::System),
    ("useradd", Check::System),
    ("install", Check::System),
    ("systemctl", Check::System),
    ("nft", Check::System),
    ("ip", Check::System),
    ("unshare", Check::System),
    ("mount", Check::System),
    ("chmod", Check::System),
    ("chown", Check::System),
    ("age", Check::System),
    ("fastdds", Check::System),
    ("nsenter", Check::System),
    ("apt-get", Check::System),
    ("rustup", Check::System),
    ("ign", Check::System),
    ("kill", Check::System),
    ("setpriv", Check::System),
];

/// Texts that are signed or hashed, and begin like a command.
const NOT_COMMANDS: [&str; 3] =
    ["discreet audit log v1: line", "discreet public identity 1", "discreet 2026-11 public identity v1\\n"];

/// The check of a command. `words` begin with the program; `sudo` and folders before it are removed ([`program`]).
pub fn check(words: &[String]) -> Result<Check, String> {
    let (name, rest) = words.split_first().ok_or("there is no command")?;
    if name == "discreet" {
        let Some(subcommand) = rest.first().filter(|word| !word.starts_with('-')) else {
            return Ok(Check::Help("it is not a command without a subcommand"));
        };
        if !help::has_subcommand(subcommand)? {
            return Err(format!("`discreet` has no subcommand `{subcommand}`"));
        }
        return Ok(known(&NOT_RUN, subcommand).unwrap_or(Check::Run));
    }
    if name.starts_with("tools/") {
        let exists = root().join(name).is_file();
        return if exists { Ok(Check::Script) } else { Err(format!("there is no {name}")) };
    }
    known(&PROGRAMS, name).ok_or(format!(
        "`{name}` is not a known program; say in tests/docs/programs.rs what is checked of it"
    ))
}

fn known(table: &[(&str, Check)], name: &str) -> Option<Check> {
    table.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

/// The words from the program on: without `sudo` and its options, without the folder before a program of ours.
pub fn program(words: &[String]) -> Vec<String> {
    let mut words = words;
    if let Some((_, rest)) = words.split_first().filter(|(first, _)| *first == "sudo") {
        words = match rest {
            [user, _name, command @ ..] if user == "-u" => command,
            _ => rest,
        };
    }
    let mut words = words.to_vec();
    if let Some(first) = words.first_mut() {
        if let Some(at) = first.find("tools/") {
            *first = first[at..].to_owned();
        } else if let Ok(name) = Path::new(first.as_str()).strip_prefix("/usr/lib/discreet") {
            *first = name.to_string_lossy().into_owned();
        }
    }
    words
}

/// Is this code span a command of ours, complete enough to be checked?
pub fn is_ours(span: &str) -> bool {
    let ours = ["discreet ", "keeper ", "guard ", "tools/", "sudo ", "ros2 ", "python3 "];
    let is_file = span.split(' ').next().is_some_and(|word| word.ends_with('/') || word.contains(['.', '*']));
    ours.iter().any(|start| span.starts_with(start)) && !is_file && !NOT_COMMANDS.contains(&span)
}

#[test]
fn a_program_that_nobody_classified_is_an_error() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(check(&words("discrete check hotel.yaml")).is_err());
    assert!(check(&words("discreet chek hotel.yaml")).is_err());
    assert!(check(&words("tools/setups")).is_err());
    assert_eq!(
        check(&program(&words("sudo -u keeper /usr/lib/discreet/keeper --policy p"))).unwrap(),
        PROGRAMS[0].1
    );
    assert_eq!(check(&program(&words("ws/src/discreet/tools/setup --test"))).unwrap(), Check::Script);
}
