//! The keeper's memory, damaged in every way that a person or a disk may think of: the real program says so and does not start.

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use discreet_keeper::client::Event;

use super::house::{House, soon};

/// A house whose keeper was killed after it had revoked the desk.
fn revoked(test: &str) -> House {
    let mut house = House::new(test);
    house.start();
    assert_eq!(house.discreet(&["revoke", "desk"]).status.code(), Some(1), "no guard is there");
    house.kill();
    house
}

fn state(house: &House) -> PathBuf {
    house.path("state/state")
}

fn refused(house: &House, options: &[&str]) -> String {
    let Output { status, stderr, .. } = house.plain().args(options).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(status.code(), Some(2), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stderr).into_owned()
}

fn is_revoked(house: &mut House) -> bool {
    house.start();
    let who = house.discreet(&["who", "--json"]);
    house.kill();
    let answer: serde_json::Value = serde_json::from_slice(&who.stdout).unwrap();
    let all = answer["stakeholders"].as_array().unwrap();
    all.iter().any(|one| one["name"] == "desk" && one["revoked"].is_string())
}

#[test]
fn an_absent_emptied_or_older_state_is_refused_and_the_message_says_what_to_do() {
    let mut house = revoked("state");
    let bytes = fs::read(state(&house)).unwrap();
    for damaged in [Some(Vec::new()), Some(bytes[..bytes.len() / 2].to_vec()), Some(vec![0; 4096]), None] {
        match damaged {
            Some(damaged) => fs::write(state(&house), damaged).unwrap(),
            None => fs::remove_file(state(&house)).unwrap(),
        }
        let said = refused(&house, &[]);
        assert!(said.contains("--new-state") && said.contains("state/state"), "{said}");
        assert!(!house.socket().exists() || std::os::unix::net::UnixStream::connect(house.socket()).is_err());
    }
    fs::write(state(&house), &bytes).unwrap();
    assert!(is_revoked(&mut house), "what was put back is taken");
    assert!(refused(&house, &["--new-state"]).contains("leave that option out"));
    assert!(refused(&house, &["--accept-state"]).contains("leave that option out"));
    house.start();
    assert_eq!(house.discreet(&["revoke", "vendor"]).status.code(), Some(1));
    house.kill();
    fs::write(state(&house), &bytes).unwrap();
    let said = refused(&house, &[]);
    assert!(said.contains("may not be the newest") && said.contains("--accept-state"), "{said}");
    house.start_with(&["--same-user", "--accept-state"]);
    assert!(soon(|| house
        .log()
        .contains("a person began or accepted the keeper's state; revoked in it: desk")));
    house.kill();
    assert!(is_revoked(&mut house));
}

/// `FLIPS=100 cargo test --release --test keeper flipped` tries as many.
#[test]
fn of_a_hundred_flipped_bits_none_gives_back_what_was_revoked() {
    let house = revoked("flips");
    let flips = std::env::var("FLIPS").ok().and_then(|flips| flips.parse().ok()).unwrap_or(25);
    let files = [state(&house), house.path("robot.mark")];
    for flip in 0..flips {
        let path = &files[usize::from(flip % 5 == 4)];
        let bytes = fs::read(path).unwrap();
        let mut flipped = bytes.clone();
        let at = (flip * 7919 + 13) % (bytes.len() * 8);
        flipped[at / 8] ^= 1 << (at % 8);
        fs::write(path, flipped).unwrap();
        assert!(refused(&house, &[]).contains("what"), "bit {at} of {}", path.display());
        fs::write(path, bytes).unwrap();
    }
    let mut house = house;
    assert!(is_revoked(&mut house));
}

#[test]
fn a_guard_that_remembers_a_newer_state_stops_the_keeper_of_an_old_disk() {
    let mut house = House::new("image");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    let files = [state(&house), house.path("robot.mark")];
    let image = files.clone().map(|file| fs::read(file).unwrap());
    assert_eq!(house.discreet(&["revoke", "desk"]).status.code(), Some(0));
    let keys = guard.ring.grants().grants.clone();
    house.kill();
    for (file, bytes) in files.iter().zip(image) {
        fs::write(file, bytes).unwrap();
    }
    house.start();
    let stopped = |event: &Event| matches!(event, Event::KeeperGone(why) if why.contains("--accept-state"));
    assert!(guard.saw(stopped), "{}", house.log());
    assert_eq!(
        guard.ring.grants().grants,
        keys,
        "no other keys than those from after the revocation, until they end"
    );
    assert!(!guard.ring.is_connected(), "it is as if there were no keeper");
    assert!(!guard.ring.follow(&policy, Duration::from_millis(300)));
    let who = house.discreet(&["who"]);
    assert!(who.status.code() == Some(1) && String::from_utf8_lossy(&who.stdout).contains("--accept-state"));
    let order = house.discreet(&["grant", "vendor"]);
    assert!(order.status.code() == Some(2), "{order:?}");
    house.kill();
    drop(guard);
    assert!(
        refused(&house, &[]).contains("may not be the newest"),
        "and at the next start without the guard"
    );
}

#[test]
fn what_others_may_write_is_not_believed() {
    use std::os::unix::fs::PermissionsExt;
    let mut house = House::new("rights");
    let chmod = |house: &House, name: &str, mode| {
        fs::set_permissions(house.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    chmod(&house, "ids", 0o777);
    house.start();
    assert!(
        house.log().contains("desk is given nothing") && house.log().contains("chmod go-w"),
        "{}",
        house.log()
    );
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy) && guard.key(&policy, "/scan").is_none());
    chmod(&house, "ids", 0o755);
    assert!(soon(|| guard.key(&policy, "/scan").is_some()), "{}", house.log());
    chmod(&house, "ids/desk.pub", 0o666);
    assert!(soon(|| guard.key(&policy, "/names").is_none()), "{}", house.log());
    chmod(&house, "ids/desk.pub", 0o644);
    assert!(soon(|| guard.key(&policy, "/names").is_some()));
    house.kill();
    chmod(&house, "p.yaml", 0o666);
    house.start();
    assert!(
        house.log().contains("the policy is not read") && house.log().contains("chmod go-w"),
        "{}",
        house.log()
    );
}
