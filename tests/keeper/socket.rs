//! Who may talk to the keeper, what it listens to, and how it starts.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use discreet_keeper::client::Event;
use discreet_keeper::frame::frame;
use discreet_keeper::protocol::{FromAdmin, GuardHello, Hello, VERSION};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use super::house::{House, kill, soon};

fn hello(version: u16) -> Hello {
    Hello::Guard(GuardHello {
        version,
        sender: [1; 32],
        receiver: [2; 32],
        receiver_id: None,
        domain: 0,
        mark: None,
    })
}

#[test]
fn a_signal_ends_it_in_order_and_nothing_is_left_of_its_socket() {
    for (signal, to) in
        [("-TERM", House::first_pid as fn(&House) -> u32), ("-INT", House::first_pid), ("-TERM", House::pid)]
    {
        let mut house = House::new("signal");
        house.start();
        let pid = to(&house).to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert_eq!(house.ended(), Some(0), "{}", house.log());
        assert!(!house.socket().exists());
    }
}

#[test]
fn no_user_has_the_rights_of_a_guard_and_of_an_administrator() {
    let house = House::new("rights");
    let output =
        house.keeper().args(["--guard-uid", "4711", "--admin-uid", "4711"]).stderr(Stdio::piped()).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("user 4711"));
}

/// Sends these bytes; what comes back, until the keeper closes.
fn answer(house: &House, bytes: &[u8]) -> usize {
    let mut stream = UnixStream::connect(house.socket()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let _closed_already = stream.write_all(bytes);
    let mut got = Vec::new();
    match stream.read_to_end(&mut got) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "it must close"),
    }
    got.len()
}

#[test]
fn odd_frames_end_their_own_connection_and_no_other() {
    let mut house = House::new("odd");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    for bytes in [
        &[0xff; 64][..],
        &[0, 0, 16, 1, 0],         // longer than any frame
        &[2, 0, 0, 0, 9, 9],       // no message
        &[0, 0, 0, 0],             // nothing
        &[100, 0, 0, 0, 1, 2, 3],  // not finished
        b"GET / HTTP/1.1\r\n\r\n", // of another kind
        &frame(&hello(VERSION + 1)).unwrap(),
        &frame(&FromAdmin::Who).unwrap(), // before its hello
    ] {
        assert_eq!(answer(&house, bytes), 0, "{bytes:?}");
    }
    let after_hello = [frame(&hello(VERSION)).unwrap().as_slice(), &[3, 0, 0, 0, 9, 9, 9]].concat();
    assert!(
        answer(&house, &after_hello) < 300,
        "it says that it is there and what it remembers, and no more"
    );
    assert!(guard.ring.is_connected());
    assert_eq!(house.discreet(&["who"]).status.code(), Some(0));
}

#[test]
fn there_are_at_most_sixteen_connections_and_silent_ones_are_ended() {
    let mut house = House::new("many");
    house.start();
    let open = || UnixStream::connect(house.socket()).unwrap();
    let mut streams: Vec<_> = (0..16).map(|_| open()).collect();
    let mut more = open();
    more.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    assert_eq!(more.read(&mut [0]).unwrap_or(0), 0, "closed at once");
    for stream in &mut streams {
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0, "closed when nothing came");
    }
    assert!(soon(|| house.discreet(&["revoke", "desk"]).status.code() == Some(1)));
}

#[test]
fn a_keeper_that_may_open_no_more_files_says_so_and_goes_on_when_it_may() {
    let mut house = House::new("files");
    house.start();
    let keeper = Pid::from_raw(house.pid().cast_signed());
    let may_open = |files| {
        let limit = Rlimit { current: Some(files), ..getrlimit(Resource::Nofile) };
        prlimit(keeper, Resource::Nofile, limit).unwrap();
    };
    may_open(3);
    let _waits = UnixStream::connect(house.socket()).unwrap();
    assert!(soon(|| house.log().contains("a connection was not taken")), "{}", house.log());
    may_open(64);
    assert_eq!(house.discreet(&["who"]).status.code(), Some(0), "{}", house.log());
}

#[test]
fn only_this_user_can_reach_the_socket() {
    let mut house = House::new("mode");
    house.start();
    let mode = |name: &str| fs::metadata(house.path(name)).unwrap().mode() & 0o777;
    assert_eq!((mode("s/k"), mode("s"), mode("state")), (0o600, 0o700, 0o700));
    assert_eq!((mode("state/state"), mode("robot.mark")), (0o600, 0o600));
    let limits = fs::read_to_string(format!("/proc/{}/limits", house.pid())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}

/// Only root can try to be somebody else.
#[test]
fn another_user_is_refused_by_the_kernels_word() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let mut house = House::new("uid");
    fs::set_permissions(&house.folder, fs::Permissions::from_mode(0o755)).unwrap();
    let (program, socket) = (house.path("discreet"), house.socket());
    fs::copy(env!("CARGO_BIN_EXE_discreet"), &program).unwrap();
    let as_user = |uid| {
        let mut command = Command::new(&program);
        command.args(["who", "--socket"]).arg(&socket).uid(uid).gid(uid);
        command.output().unwrap()
    };
    let mut child = house.keeper();
    // The door is open to all, and the keeper asks who it is.
    let mut child = child.args(["--admin-uid", "4711"]).spawn().unwrap();
    assert!(soon(|| UnixStream::connect(house.socket()).is_ok()));
    let (allowed, other) = (as_user(4711), as_user(4712));
    kill(&mut child);
    assert_eq!(allowed.status.code(), Some(0), "{allowed:?}");
    assert_eq!(other.status.code(), Some(2), "{other:?}");
    house.start();
    assert_eq!(as_user(4712).status.code(), Some(2));
}

/// A house that other users can reach, and the programs in it.
fn open_house(test: &str) -> House {
    let house = House::new(test);
    for (name, mode) in [("", 0o755), ("ids", 0o755), ("p.yaml", 0o644)] {
        fs::set_permissions(house.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::copy(env!("CARGO_BIN_EXE_discreet"), house.path("discreet")).unwrap();
    fs::copy(std::env::current_exe().unwrap(), house.path("guard")).unwrap();
    house
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// What a guard of this user hears of the keeper, until it has keys or is refused.
fn guard_as(house: &House, uid: u32) -> String {
    let mut command = Command::new(house.path("guard"));
    command.args(["--exact", "kills::as_a_guard_once", "--ignored", "--nocapture"]).uid(uid).gid(uid);
    let output = command.env("HOUSE", &house.folder).current_dir("/").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn admin_as(house: &House, uid: u32, order: &[&str]) -> std::process::Output {
    let mut command = Command::new(house.path("discreet"));
    command.args(order).arg("--socket").arg(house.socket()).uid(uid).gid(uid).output().unwrap()
}

/// Only root can be two users.
#[test]
fn a_guards_user_gets_keys_and_no_orders_and_an_administrator_orders_and_no_keys() {
    if !is_root() {
        return;
    }
    let mut house = open_house("two");
    house.start_with(&["--guard-uid", "4711", "--admin-uid", "4712"]);
    let guard = guard_as(&house, 4711);
    assert!(guard.contains("id Some"), "{guard} {}", house.log());
    // Whoever breaks into it cannot give back what was revoked.
    assert_eq!(admin_as(&house, 4712, &["revoke", "desk"]).status.code(), Some(1), "no guard is there now");
    let grant = admin_as(&house, 4711, &["grant", "desk"]);
    let said = String::from_utf8_lossy(&grant.stderr).into_owned();
    assert!(grant.status.code() == Some(2) && said.contains("no orders of user 4711"), "{said}");
    let who = String::from_utf8(admin_as(&house, 4712, &["who"]).stdout).unwrap();
    assert!(who.contains("revoked"), "{who}");
    let keys = guard_as(&house, 4712);
    assert!(!keys.contains("id Some") && keys.contains("--guard-uid 4712"), "{keys}");
    assert_eq!(admin_as(&house, 4713, &["who"]).status.code(), Some(2));
    assert!(!guard_as(&house, 4713).contains("id Some"));
    // Root and the keeper's own user administer; neither is a guard.
    assert_eq!(house.discreet(&["grant", "desk"]).status.code(), Some(1));
    assert!(guard_as(&house, 0).contains("--same-user"));
}

#[test]
fn a_guard_of_the_keepers_own_user_is_refused_unless_a_person_says_so() {
    let mut house = House::new("same");
    house.start_with(&[]);
    assert!(house.log().contains("no guard will be given keys"));
    let (guard, policy) = (house.guard(), house.policy());
    let refused = |event: &Event| matches!(event, Event::KeeperGone(why) if why.contains("--same-user"));
    assert!(guard.saw(refused), "{}", house.log());
    assert!(!guard.ring.follow(&policy, Duration::from_millis(200)) && guard.ring.grants().grants.is_empty());
    let said = house.log().matches("was refused").count();
    assert!(said < 10, "it does not try a hundred times a second: {said}");
    house.kill();
    house.start();
    assert!(house.log().contains("an attacker in a guard of this user"));
    assert!(guard.follow(&policy), "{}", house.log());
}

#[test]
fn the_option_that_gave_both_rights_names_the_two_that_there_are() {
    let house = House::new("allow");
    let output = house.keeper().args(["--allow-uid", "1"]).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("--guard-uid") && said.contains("--admin-uid"), "{said}");
}

#[test]
fn a_second_guard_for_a_domain_is_refused_and_the_first_hears_of_it() {
    let mut house = House::new("second");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    let second = house.guard();
    let refused = |event: &Event| matches!(event, Event::KeeperGone(why) if why.contains("already"));
    assert!(second.saw(refused), "{}", house.log());
    assert!(second.ring.grants().grants.is_empty() && !second.ring.is_connected());
    assert!(guard.saw(|event| matches!(event, Event::AnotherGuard(which) if which.contains("refused"))));
    assert!(guard.ring.is_connected() && house.discreet(&["revoke", "desk"]).status.code() == Some(0));
    // Once the first is gone, the second takes its place by itself.
    drop(guard);
    assert!(second.follow(&policy), "{}", house.log());
}

#[test]
fn the_socket_of_a_killed_keeper_is_replaced_and_that_of_a_live_one_is_not() {
    let mut house = House::new("stale");
    house.start();
    let mut other = Command::new(env!("CARGO_BIN_EXE_keeper"));
    other.args([
        "--policy",
        "p.yaml",
        "--identity",
        "robot.key",
        "--passphrase-file",
        "p",
        "--socket",
        "s/k",
        "--same-user",
        "--new-state",
    ]);
    let output =
        other.args(["--state", "other", "--mark", "other.mark"]).current_dir(&house.folder).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("listens at s/k already"), "{output:?}");
    let same = house.keeper().stderr(Stdio::piped()).output().unwrap();
    assert!(String::from_utf8_lossy(&same.stderr).contains("another keeper keeps its state"), "{same:?}");
    house.kill();
    assert!(fs::symlink_metadata(house.socket()).unwrap().file_type().is_socket(), "left behind");
    house.start();
    house.kill();
    fs::remove_file(house.socket()).unwrap();
    fs::write(house.socket(), "precious").unwrap();
    let output = house.keeper().stderr(Stdio::piped()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a socket"), "{output:?}");
    assert_eq!(fs::read_to_string(house.socket()).unwrap(), "precious");
}

#[test]
fn it_does_not_start_with_an_identity_that_others_can_read_or_without_a_passphrase() {
    let house = House::new("refuse");
    let refused = |command: &mut Command| {
        let output = command.stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let mode = |name: &str, mode| fs::set_permissions(house.path(name), fs::Permissions::from_mode(mode));
    mode("robot.key", 0o640).unwrap();
    assert!(refused(&mut house.keeper()).contains("chmod 600"));
    mode("robot.key", 0o600).unwrap();
    mode("p", 0o644).unwrap();
    assert!(refused(&mut house.keeper()).contains("chmod 600"));
    let mut without = Command::new(env!("CARGO_BIN_EXE_keeper"));
    without.args(["--policy", "p.yaml", "--identity", "robot.key", "--socket", "s/k", "--state", "state"]);
    without.env("DISCREET_PASSPHRASE", "correct horse battery").env_remove("CREDENTIALS_DIRECTORY");
    let said = refused(without.current_dir(&house.folder).stdin(Stdio::null()));
    assert!(said.contains("--passphrase-file") && said.contains("LoadCredential"), "{said}");
    mode("p", 0o600).unwrap();
    fs::create_dir(house.path("credentials")).unwrap();
    fs::copy(house.path("p"), house.path("credentials/robot.passphrase")).unwrap();
    mode("state-open", 0o755).unwrap_err();
    fs::create_dir(house.path("state")).unwrap();
    mode("state", 0o755).unwrap();
    without.env("CREDENTIALS_DIRECTORY", house.path("credentials"));
    assert!(
        refused(&mut without).contains("chmod 700"),
        "the credential opens it, and the next thing is wrong"
    );
}
