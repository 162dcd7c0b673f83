//! The compiled timetables against the rules read one by one, over many policies and times nobody would think of.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod dice;

use dice::Dice;
use discreet_policy::names::Pattern;
use discreet_policy::{Effect, FileLimits, Form, Moment, Party, Policy, Verb, Verdict};

const CLASSES: [&str; 5] =
    ["operational", "contextual", "contextual/guest", "contextual/guest/child", "operational/map"];
const WHO: [&str; 5] = ["everyone", "a", "b", "c", "[a, b]"];
const TARGETS: [&str; 12] = [
    "operational",
    "contextual",
    "contextual/guest",
    "contextual/guest/child",
    "/t0",
    "/t1",
    "/t2",
    "/g/**",
    "/g/x/*",
    "/g/x/y",
    "/**",
    "[/t0, contextual]",
];
const FIRST_DAY: i64 = 1_772_323_200; // 2026-03-01

fn policy(dice: &mut Dice) -> Policy {
    let mut text = String::from(
        "discreet: 1\nrobot: r\nversion: 1\ntimezone: Europe/Berlin\nclasses:\n  operational: { retention: 7d }\n  \
         contextual: { retention: 1d }\n  contextual/guest: {}\n  contextual/guest/child: {}\n  operational/map: {}\n\
         stakeholders:\n  a: { identity: a.pub }\n  b: { identity: b.pub, until: 2026-04-01 }\n  c: { identity: c.pub }\n\
         topics:\n",
    );
    for topic in ["/t0", "/t1", "/t2", "/g/**", "/g/x/*", "/g/x/y"] {
        text += &format!("  {topic}: {{ type: std_msgs/msg/String, class: {} }}\n", dice.pick(&CLASSES));
    }
    text += "rules:\n";
    for _ in 0..1 + dice.roll(12) {
        let effect = dice.pick(&["deny: true", "as: clear", "as: redacted", "as: redacted"]);
        text += &format!("  - {{ who: {}, read: {}, {effect}", dice.pick(&WHO), dice.pick(&TARGETS));
        if dice.roll(2) == 0 {
            let (from, length) = (dice.roll(1440), 1 + dice.roll(1438));
            let to = (from + length) % 1440;
            text += &format!(", hours: \"{:02}:{:02}-{:02}:{:02}\"", from / 60, from % 60, to / 60, to % 60);
        }
        if dice.roll(3) == 0 {
            text += &format!(", until: 2026-03-{:02}", 1 + dice.roll(31));
        }
        text += " }\n";
    }
    match Policy::read("made.yaml", &text) {
        Ok((policy, _)) => policy,
        Err(findings) => panic!("{findings:#?}\n{text}"),
    }
}

/// The first stakeholder whose own rules allow it, taking every rule in turn.
fn named(policy: &Policy, topic: &str, class: &str, now: Moment) -> Option<(String, Form)> {
    let declared = Pattern::read(topic).unwrap();
    for stakeholder in policy.stakeholders() {
        let who = Party::Stakeholder(stakeholder.name.clone());
        let about = || policy.rules().iter().filter(|rule| rule.reaches(&declared, class));
        let denied =
            about().any(|r| r.effect == Effect::Deny && r.concerns(&who) && r.holds(now, stakeholder.until));
        let form = about()
            .filter(|rule| rule.who.contains(&who) && rule.holds(now, stakeholder.until))
            .filter_map(|rule| match rule.effect {
                Effect::Allow(form) => Some(form),
                Effect::Deny => None,
            })
            .max();
        if let Some(form) = form.filter(|_| !denied) {
            return Some((stakeholder.name.to_string(), form));
        }
    }
    None
}

#[test]
fn a_look_up_and_the_rules_read_one_by_one_never_disagree() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut seen = [0_u32; 3];
    for _ in 0..200 {
        let policy = policy(&mut dice);
        for _ in 0..60 {
            let seconds = FIRST_DAY + i64::try_from(dice.roll(40 * 86_400)).unwrap();
            // Often exactly on a minute, where stretches begin and end.
            let seconds = if dice.roll(2) == 0 { seconds - seconds % 60 } else { seconds };
            let now = policy.moment(seconds, dice.roll(8) != 0);
            for topic in policy.topics() {
                let fast = topic.everyone(now);
                let slow = policy.explain(&Party::Everyone, Verb::Read, topic.name(), now).unwrap();
                assert_eq!(fast, slow.verdict, "{} at {now:?}", topic.name());
                let fast = topic.named(now).map(|(name, form, _)| (name.to_owned(), form));
                assert_eq!(fast, named(&policy, topic.name(), topic.class().name(), now), "{}", topic.name());
                seen[match slow.verdict {
                    Verdict::Allow { .. } => 0,
                    Verdict::Deny { .. } => 1,
                    Verdict::NoRule => 2,
                }] += 1;
            }
        }
    }
    assert!(seen.iter().all(|times| *times > 1000), "each kind of verdict came up: {seen:?}");
}

#[test]
fn what_check_calls_idle_changes_nothing_when_taken_out() {
    // A rule that check says never decides anything is taken out by hand: nobody gains or loses.
    let head = "discreet: 1\nrobot: r\nversion: 1\nclasses:\n  operational: { retention: 7d }\ntopics:\n  /t: { type: std_msgs/msg/String, class: operational }\nrules:\n";
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let mut idle = 0;
    for _ in 0..100 {
        let rules: Vec<String> = (0..6)
            .map(|_| {
                let effect = dice.pick(&["deny: true", "as: clear", "as: redacted"]);
                let hours = dice.pick(&[
                    "",
                    ", hours: \"08:00-18:00\"",
                    ", hours: \"12:00-20:00\"",
                    ", hours: \"22:00-06:00\"",
                ]);
                let until = dice.pick(&["", ", until: 2026-03-01", ", until: 2026-04-01"]);
                format!("  - {{ who: everyone, read: /t, {effect}{hours}{until} }}\n")
            })
            .collect();
        let redact = head
            .replace("class: operational }\nrules", "class: operational, redact: { data: [phone] } }\nrules");
        let text = format!("{redact}{}", rules.concat());
        let (all, findings) = Policy::read("made.yaml", &text).unwrap();
        for finding in findings.iter().filter(|finding| finding.code == "shadowed-rule") {
            let without: String = text
                .lines()
                .enumerate()
                .filter(|(at, _)| at + 1 != finding.span.line as usize)
                .map(|(_, l)| format!("{l}\n"))
                .collect();
            let (without, _) = Policy::read("made.yaml", &without).unwrap();
            assert!(discreet_policy::diff::diff(&all, &without).listed.is_empty(), "{text}\n{finding:?}");
            idle += 1;
        }
    }
    assert!(idle > 50, "{idle}");
}

#[test]
fn a_hundred_thousand_rules_compile_and_still_take_one_look_up() {
    let mut dice = Dice(0xdead_beef_cafe_f00d);
    let mut text = String::from(
        "discreet: 1\nrobot: r\nversion: 1\nclasses:\n  operational: { retention: 7d }\nstakeholders: {}\ntopics:\n",
    );
    for topic in 0..1000 {
        text += &format!(
            "  /t{topic}: {{ type: std_msgs/msg/String, class: operational, redact: {{ data: [phone] }} }}\n"
        );
    }
    text += "rules:\n";
    let rules = if cfg!(debug_assertions) { 2_000 } else { 100_000 };
    for _ in 0..rules {
        let target =
            if dice.roll(4) == 0 { "operational".to_owned() } else { format!("/t{}", dice.roll(1000)) };
        let (from, to) = (dice.roll(1440), dice.roll(1440));
        let to = if from == to { (to + 1) % 1440 } else { to };
        let effect = dice.pick(&["deny: true", "as: clear", "as: redacted"]);
        text += &format!(
            "  - {{ who: everyone, read: {target}, {effect}, hours: \"{:02}:{:02}-{:02}:{:02}\", until: 2026-03-{:02} }}\n",
            from / 60,
            from % 60,
            to / 60,
            to % 60,
            1 + dice.roll(31)
        );
    }
    let started = std::time::Instant::now();
    let (policy, _) = Policy::read_within("made.yaml", &text, &FileLimits::LARGE).unwrap();
    println!("{rules} rules read and compiled in {:?}", started.elapsed());
    let topic = policy.topic("/t500").unwrap();
    let (rounds, started) = (100_000_u32, std::time::Instant::now());
    for round in 0..rounds {
        let now = policy.moment(FIRST_DAY, true);
        let now = Moment { minute_of_day: u16::try_from(round % 1440).unwrap(), ..now };
        std::hint::black_box(topic.everyone(std::hint::black_box(now)));
    }
    println!("{:?} a decision, with the moment", started.elapsed() / rounds);
}
