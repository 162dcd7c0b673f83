use super::*;
use discreet_cdr::Writer;
use discreet_cdr::types::description::Description;
use discreet_seal::identity::Identity;
use discreet_seal::{
    CommandContext, IngressKind, Receiver, ReceiverTerms, ReceivingKey, announce, seal_command,
};

const SECOND: u64 = 1_000_000_000;
/// 12:00 UTC.
const NOON: u64 = 1_795_608_000;
const SOMEBODY: Gid = [7; 16];

const POLICY: &str = r#"
discreet: 1
robot: r
version: 1
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
stakeholders:
  desk: { identity: desk.pub }
  night: { identity: night.pub }
  guest: { identity: guest.pub }
  nobody: { identity: nobody.pub }
topics:
  /scan: { type: sensor_msgs/msg/LaserScan, class: operational }
commands:
  /cmd_vel: { type: a/msg/Twist, class: operational, rate: 3, limits: { x: [-0.5, 0.5] } }
rules:
  - { who: everyone, read: operational, as: clear }
  - { who: [desk, guest], command: /cmd_vel }
  - { who: guest, command: /cmd_vel, deny: true, hours: "11:00-13:00" }
  - { who: nobody, command: /cmd_vel, deny: true }
  - { who: night, command: /cmd_vel, hours: "22:00-06:00" }
"#;

const TWIST: &str = r#"{"type_description":{"type_name":"a/msg/Twist","fields":[
    {"name":"x","type":{"type_id":11}},{"name":"why","type":{"type_id":17}}]},
    "referenced_type_descriptions":[]}"#;

/// A robot with one ingress, and the parties that command it.
struct Setup {
    policy: policy::Policy,
    robot: Identity,
    parties: Vec<Identity>,
    senders: Arc<Senders>,
    opener: Arc<CommandOpener>,
    receiver: Receiver,
    requirements: Arc<Requirements>,
    state: IngressState,
    now: Now,
}

fn context(robot: &str, domain: u32, name: &str, hash: &str) -> ContextDigest {
    CommandContext {
        robot,
        domain,
        kind: IngressKind::Command,
        name,
        type_name: "a/msg/Twist",
        type_hash: hash,
    }
    .digest()
}

impl Setup {
    fn new() -> Setup {
        let (policy, _) = policy::Policy::read("p.yaml", POLICY).unwrap_or_else(|all| panic!("{all:?}"));
        let robot = Identity::generate("r").unwrap();
        let names = ["desk", "night", "guest", "nobody", "stranger"];
        let parties: Vec<_> = names.iter().map(|name| Identity::generate(name).unwrap()).collect();
        let known: Vec<_> = parties[..4].iter().map(|party| party.public().clone()).collect();
        let key = ReceivingKey::generate().unwrap();
        let receiver = receiver(&robot, 9, key.public());
        let description: Description = serde_json::from_str(TWIST).unwrap();
        let plan = Plan::compile(&description).unwrap();
        let limits = Limits::compile(&description, policy.ingress()[0].limits()).unwrap();
        let moment = policy.moment(NOON as i64, true);
        Setup {
            senders: Arc::new(Senders::new(&known)),
            opener: Arc::new(CommandOpener::new(key, 9)),
            receiver,
            requirements: Arc::new(Requirements { context: context("r", 1, "/cmd_vel", "H"), plan, limits }),
            state: IngressState::new("/cmd_vel/command", Arc::default(), Arc::default()),
            now: Now { moment, unix_ns: NOON * SECOND, elapsed: Duration::ZERO },
            policy,
            robot,
            parties,
        }
    }

    fn facts(&self) -> IngressFacts {
        IngressFacts {
            ingress: Arc::clone(&self.policy.ingress()[0]),
            requirements: Arc::clone(&self.requirements),
            opener: Arc::clone(&self.opener),
            senders: Arc::clone(&self.senders),
            now: self.now,
        }
    }

    /// A command that names a permitted sender, and is not signed by it.
    fn forged(&self) -> Vec<u8> {
        let mut sealed = self.sealed(0, &twist(0.1));
        if let Some(last) = sealed.last_mut() {
            *last ^= 1;
        }
        sealed
    }

    /// The outcome of a message of this publisher.
    fn from(&mut self, publisher: u32, mut sealed: Vec<u8>) -> Result<(), Refused> {
        let mut gid = [9; 16];
        gid[..4].copy_from_slice(&publisher.to_le_bytes());
        let facts = self.facts();
        self.state.admit(&facts, &gid, &mut sealed).map(drop).map_err(|rejected| rejected.reason)
    }

    fn sealed(&self, who: usize, message: &[u8]) -> Vec<u8> {
        self.sealed_at(who, self.now.unix_ns, message)
    }

    fn sealed_at(&self, who: usize, stamp: u64, message: &[u8]) -> Vec<u8> {
        seal_command(&self.parties[who], &self.receiver, &self.requirements.context, stamp, message).unwrap()
    }

    fn at(&mut self, milliseconds: u64) -> &mut Setup {
        self.now.unix_ns = NOON * SECOND + milliseconds * 1_000_000;
        self.now.elapsed = Duration::from_millis(milliseconds);
        self
    }

    fn admit(&mut self, mut sealed: Vec<u8>) -> Result<(String, Vec<u8>), (Refused, Option<String>)> {
        let facts = self.facts();
        match self.state.admit(&facts, &SOMEBODY, &mut sealed) {
            Ok(admitted) => Ok((admitted.sender().name.clone(), admitted.message().to_vec())),
            Err(rejected) => Err((rejected.reason, rejected.sender)),
        }
    }

    fn reason(&mut self, sealed: Vec<u8>) -> Refused {
        self.admit(sealed).unwrap_err().0
    }
}

fn receiver(robot: &Identity, key: u32, receive: [u8; 32]) -> Receiver {
    let (from, until) = (NOON as i64 - 100_000, NOON as i64 + 100_000);
    let delivery = ReceiverTerms { robot: "r", key, from, until, domain: 1, receive, sender: [0; 32] };
    Receiver::read(&announce(&delivery, robot).unwrap(), robot.public()).unwrap()
}

fn twist(x: f64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    writer.f64(x);
    writer.str("because");
    bytes
}

#[test]
fn what_a_rule_allows_goes_in_as_it_was_sealed_without_what_lies_behind_it() {
    let mut setup = Setup::new();
    let mut message = twist(0.25);
    let sealed = setup.sealed(0, &message);
    assert_eq!(setup.admit(sealed), Ok(("desk".into(), message.clone())));
    let expected = message.clone();
    message.extend_from_slice(&[0xaa; 3]);
    let sealed = setup.at(1).sealed(0, &message);
    assert_eq!(setup.admit(sealed), Ok(("desk".into(), expected)));
}

#[test]
fn garbage_and_what_is_not_sealed_for_a_guard_is_turned_away() {
    let mut setup = Setup::new();
    for garbage in [vec![], vec![0, 1, 0, 0], vec![0xff; 300], twist(0.1), vec![0; 64]] {
        assert_eq!(setup.reason(garbage), Refused::NotSealed);
    }
    let whole = setup.sealed(0, &twist(0.1));
    for at in 0..whole.len() {
        let mut setup =
            Setup { state: IngressState::new("/x", Arc::default(), Arc::default()), ..Setup::new() };
        let mut changed = setup.sealed(0, &twist(0.1));
        changed[at] ^= 1;
        let refused = setup.admit(changed).unwrap_err();
        assert_eq!(refused.1, None, "byte {at}: {} names no sender", refused.0);
    }
}

#[test]
fn a_command_from_before_a_restart_is_turned_away() {
    let mut setup = Setup::new();
    let sealed = setup.sealed(0, &twist(0.1));
    setup.opener = Arc::new(CommandOpener::new(ReceivingKey::generate().unwrap(), 10));
    assert_eq!(setup.reason(sealed.clone()), Refused::OtherReceiver);
    setup.opener = Arc::new(CommandOpener::new(ReceivingKey::generate().unwrap(), 9));
    assert_eq!(setup.reason(sealed), Refused::BadSeal);
}

#[test]
fn strangers_and_the_revoked_are_nobody() {
    let mut setup = Setup::new();
    let sealed = setup.sealed(4, &twist(0.1));
    assert_eq!(setup.admit(sealed), Err((Refused::UnknownSender, None)));
    let sealed = setup.sealed(0, &twist(0.1));
    setup.senders = Arc::new(Senders::new(&[setup.parties[1].public().clone()]));
    assert_eq!(setup.admit(sealed), Err((Refused::UnknownSender, None)));
}

#[test]
fn a_command_for_another_topic_domain_type_or_robot_is_turned_away() {
    let mut setup = Setup::new();
    let contexts = [
        context("r", 1, "/cmd_vel", "another hash"),
        context("r", 1, "/other", "H"),
        context("r", 2, "/cmd_vel", "H"),
        context("s", 1, "/cmd_vel", "H"),
    ];
    for other in contexts {
        let stamp = setup.now.unix_ns;
        let sealed = seal_command(&setup.parties[0], &setup.receiver, &other, stamp, &twist(0.1)).unwrap();
        assert_eq!(setup.admit(sealed), Err((Refused::BadSignature, None)));
    }
    let stranger = receiver(&setup.robot, 9, ReceivingKey::generate().unwrap().public());
    let context = setup.requirements.context;
    let sealed = seal_command(&setup.parties[0], &stranger, &context, setup.now.unix_ns, &twist(0.1));
    assert_eq!(setup.admit(sealed.unwrap()), Err((Refused::BadSeal, None)));
}

#[test]
fn what_was_there_before_is_turned_away_also_if_it_was_refused_then() {
    let mut setup = Setup::new();
    let (good, bad) = (setup.sealed(0, &twist(0.1)), setup.at(1).sealed(0, &twist(99.0)));
    assert!(setup.admit(good.clone()).is_ok());
    assert_eq!(setup.admit(good), Err((Refused::Replayed, Some("desk".into()))));
    assert_eq!(setup.reason(bad.clone()), Refused::OverLimit);
    assert_eq!(setup.reason(bad), Refused::Replayed);
}

#[test]
fn a_door_that_was_closed_in_between_has_forgotten_nothing() {
    let mut setup = Setup::new();
    let sealed = setup.sealed(0, &twist(0.1));
    assert!(setup.admit(sealed.clone()).is_ok());
    setup.state = IngressState::new("/cmd_vel/command", Arc::clone(&setup.state.freshness), Arc::default());
    assert_eq!(setup.reason(sealed), Refused::Replayed);
}

#[test]
fn the_late_and_the_early_are_turned_away() {
    let mut setup = Setup::new();
    let late = setup.sealed(0, &twist(0.1));
    assert_eq!(setup.at(2001).admit(late), Err((Refused::Late, Some("desk".into()))));
    let early = setup.sealed_at(0, setup.now.unix_ns + SECOND, &twist(0.1));
    assert_eq!(setup.reason(early), Refused::Early);
}

#[test]
fn with_a_clock_that_is_unsure_nothing_goes_in() {
    let mut setup = Setup::new();
    let sealed = setup.sealed(0, &twist(0.1));
    setup.now.moment = setup.policy.moment(NOON as i64, false);
    assert_eq!(setup.reason(sealed), Refused::ClockUnsure);
}

#[test]
fn who_may_not_or_not_now_is_turned_away_by_name() {
    let mut setup = Setup::new();
    let sealed = setup.sealed(3, &twist(0.1));
    assert_eq!(
        setup.admit(sealed),
        Err((Refused::RuleDenies, Some("nobody".into()))),
        "a denial alone is one too"
    );
    let sealed = setup.sealed(2, &twist(0.1));
    assert_eq!(setup.admit(sealed), Err((Refused::RuleDenies, Some("guest".into()))));
    let sealed = setup.sealed(1, &twist(0.1));
    assert_eq!(setup.admit(sealed), Err((Refused::NoRule, Some("night".into()))));
    setup.now.moment = setup.policy.moment(NOON as i64 + 11 * 3600, true);
    let sealed = setup.at(1).sealed(1, &twist(0.1));
    assert!(setup.admit(sealed).is_ok());
}

#[test]
fn each_stakeholder_has_its_rate() {
    let mut setup = Setup::new();
    setup.now.moment = setup.policy.moment(NOON as i64 + 11 * 3600, true);
    let outcomes: Vec<_> = (0..6)
        .map(|n| {
            let sealed = setup.at(n).sealed(0, &twist(0.1));
            setup.admit(sealed).map(drop).map_err(|(reason, _)| reason)
        })
        .collect();
    assert_eq!(
        outcomes,
        [Ok(()), Ok(()), Ok(()), Err(Refused::OverRate), Err(Refused::OverRate), Err(Refused::OverRate)]
    );
    let other = setup.at(7).sealed(1, &twist(0.1));
    assert!(setup.admit(other).is_ok());
    let later = setup.at(400).sealed(0, &twist(0.1));
    assert!(setup.admit(later).is_ok());
}

#[test]
fn values_outside_the_limits_and_messages_of_another_type_are_turned_away() {
    let mut setup = Setup::new();
    for (n, x) in [0.51, -0.51, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().enumerate() {
        let sealed = setup.at(1000 * n as u64).sealed(0, &twist(x));
        assert_eq!(setup.admit(sealed), Err((Refused::OverLimit, Some("desk".into()))), "{x}");
    }
    for (n, end) in [0, 3, 4, 11, 12, 17].into_iter().enumerate() {
        let sealed = setup.at(10_000 + 1000 * n as u64).sealed(0, &twist(0.1)[..end]);
        assert_eq!(setup.reason(sealed), Refused::Malformed, "{end}");
    }
    let mut long = twist(0.1);
    long.extend_from_slice(&[0; 8]);
    let sealed = setup.at(20_000).sealed(0, &long);
    assert_eq!(setup.reason(sealed), Refused::Malformed);
}

#[test]
fn whoever_floods_with_forgeries_is_not_looked_at_any_more_and_others_are() {
    let mut setup = Setup::new();
    let forged = setup.forged();
    let reasons: Vec<_> = (0..100).map(|_| setup.reason(forged.clone())).collect();
    assert_eq!(reasons.iter().filter(|reason| **reason == Refused::BadSignature).count(), 21);
    assert_eq!(reasons.last(), Some(&Refused::Flood));
    let sealed = setup.sealed(0, &twist(0.1));
    assert_eq!(setup.reason(sealed.clone()), Refused::Flood, "the same publisher");
    assert!(setup.at(1100).admit(sealed).is_ok());
}

#[test]
fn late_copies_are_charged_to_a_stranger_and_not_to_who_opened_something() {
    let mut setup = Setup::new();
    let late = setup.sealed(0, &twist(0.1));
    let fresh = setup.at(3000).sealed(0, &twist(0.1));
    assert_eq!(setup.from(1, fresh), Ok(()));
    let mut reasons = |publisher| -> Vec<_> {
        (0..100).filter_map(|_| setup.from(publisher, late.clone()).err()).collect()
    };
    assert!(reasons(1).iter().all(|reason| *reason == Refused::Late), "a slow network is not a flood");
    let of_a_stranger = reasons(2);
    assert_eq!(of_a_stranger.iter().filter(|reason| **reason == Refused::Late).count(), 21);
    assert_eq!(of_a_stranger.last(), Some(&Refused::Flood));
}

#[test]
fn what_costs_nothing_to_refuse_takes_nothing_from_anybody() {
    let mut setup = Setup::new();
    let other = receiver(&setup.robot, 10, ReceivingKey::generate().unwrap().public());
    let stamp = setup.now.unix_ns;
    let for_another_key =
        seal_command(&setup.parties[0], &other, &setup.requirements.context, stamp, &twist(0.1)).unwrap();
    let of_a_stranger = setup.sealed(4, &twist(0.1));
    for (reason, message) in [
        (Refused::NotSealed, vec![0xff; 300]),
        (Refused::OtherReceiver, for_another_key),
        (Refused::UnknownSender, of_a_stranger),
    ] {
        for number in 0..2000_u32 {
            assert_eq!(setup.from(number % 700, message.clone()), Err(reason));
        }
    }
    for number in 0..3000_u32 {
        let sealed = setup.at(u64::from(number) * 500).sealed(0, &twist(0.1));
        assert_eq!(setup.from(100_000 + number, sealed), Ok(()), "each by a publisher that is new");
    }
}

#[test]
fn who_opened_something_is_never_starved_by_strangers() {
    let mut setup = Setup::new();
    let first = setup.sealed(0, &twist(0.1));
    assert!(setup.admit(first).is_ok());
    let forged = setup.forged();
    for round in 1..30_u64 {
        for number in 0..700 {
            let _flood = setup.from(number, forged.clone());
        }
        let sealed = setup.at(round * 500).sealed(0, &twist(0.1));
        assert!(setup.admit(sealed).is_ok(), "round {round}");
    }
}

#[test]
fn a_rate_is_the_senders_and_not_the_doors() {
    let mut setup = Setup::new();
    let used = (0..10).filter(|n| {
        let sealed = setup.at(*n).sealed(0, &twist(0.1));
        setup.admit(sealed).is_ok()
    });
    assert_eq!(used.count(), 3, "the policy's rate");
    setup.state = IngressState::new(
        "/cmd_vel/command",
        Arc::clone(&setup.state.freshness),
        Arc::clone(&setup.state.rates),
    );
    let sealed = setup.at(20).sealed(0, &twist(0.1));
    assert_eq!(setup.reason(sealed), Refused::OverRate, "an ingress that was made again");
}
