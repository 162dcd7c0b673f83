//! The keeper's socket, its state and its mark.

use crate::bodies::{keeper_frame, keeper_state};
use crate::mutations::{INPUTS, fuzz, fuzz_some};

#[test]
fn nothing_on_the_keepers_socket_breaks_either_side() {
    use discreet_host::secret::Secret;
    use discreet_keeper::frame::frame;
    use discreet_keeper::protocol::{
        Apply, Done, FromAdmin, FromGuard, GivenKey, GuardHello, Handed, Hello, Known, Member, News, Summary,
        ToAdmin, ToGuard, TopicAccess, TrustTold, VERSION,
    };
    let known = Known { name: "desk".into(), receive: [1; 32], sign: [2; 32] };
    let apply = Apply {
        number: 3,
        fresh: true,
        policy: [4; 32],
        policy_version: 5,
        robot: "r".into(),
        drop: vec![1, 2],
        shorten: vec![(7, 8)],
        receiver_id: Some(9),
        receiver: Some(vec![1; 40]),
        stakeholders: Some(vec![known]),
        news: vec![News::Revoked("desk".into())],
    };
    let secret = Handed(Secret::random().unwrap());
    let (group, suite, grant) = ([0; 16], "aes-256-gcm".into(), vec![6; 90]);
    let key =
        GivenKey { group, id: 1, suite, from: 0, until: 9, secret, grant, members: vec!["desk".into()] };
    let guard = GuardHello {
        version: VERSION,
        sender: [1; 32],
        receiver: [2; 32],
        receiver_id: None,
        domain: 0,
        mark: None,
    };
    let done = Done { who: "desk".into(), changed: true, in_policy: true, guards: 1, acknowledged: 1 };
    let reader = Member { name: "desk".into(), until: Some(1) };
    let topic =
        TopicAccess { topic: "/a".into(), class: "c".into(), form: "clear".into(), who: vec![reader] };
    let summary = Summary {
        robot: "r".into(),
        policy_version: Some(1),
        clock_trusted: true,
        stakeholders: Vec::new(),
        guards: Vec::new(),
        trouble: vec!["why".into()],
    };
    let owners = vec![("alice".into(), [3; 32]), ("bob".into(), [4; 32])];
    let trust = TrustTold { robot: "r".into(), fleet: Some("f".into()), threshold: 2, owners };
    let seed = |side: u8, frames: &[&[u8]]| [&[side], frames.concat().as_slice()].concat();
    let seeds = [
        seed(0, &[&frame(&Hello::Guard(guard)).unwrap()]),
        seed(1, &[&frame(&FromGuard::Want([1; 32])).unwrap(), &frame(&FromGuard::Applied(7)).unwrap()]),
        seed(2, &[&frame(&FromAdmin::Revoke("desk".into())).unwrap(), &frame(&FromAdmin::Who).unwrap()]),
        seed(3, &[&frame(&ToGuard::Key(key)).unwrap(), &frame(&ToGuard::Apply(apply)).unwrap()]),
        seed(3, &[&frame(&ToGuard::Trust(trust)).unwrap()]),
        seed(4, &[&frame(&ToAdmin::Done(done)).unwrap(), &frame(&ToAdmin::Topic(topic)).unwrap()]),
        seed(4, &[&frame(&ToAdmin::Summary(summary)).unwrap()]),
    ];
    seeds.iter().for_each(|seed| keeper_frame::run(seed));
    fuzz(&seeds, keeper_frame::run);
}

#[test]
fn no_state_and_no_mark_breaks_the_keeper() {
    use discreet_keeper::state::{MarkKey, Record, RecordKey};
    let robot = keeper_state::robot();
    let mut record = Record::new(9, 5, [1; 16]);
    record.revoked.insert("desk".into(), 3);
    record.learn(robot.public());
    let whole = record.write(&RecordKey::of(&robot)).unwrap();
    let content = whole[..whole.len() - 32].to_vec();
    let seeds = [whole, content, MarkKey::of(&robot).write(&record.mark()).into_bytes()];
    seeds.iter().for_each(|seed| keeper_state::run(seed));
    fuzz_some(&seeds, keeper_state::run, INPUTS / 10); // each derives keys
}
