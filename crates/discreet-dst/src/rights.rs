//! Rights that a policy gives, written down apart from the policy language.

use std::fmt::Write as _;

use crate::clock::START;
use crate::rng::Rng;
use crate::setting::{
    COMMAND, COMMAND_TYPE, FASTEST, LATCHED, OPEN, PARTIES, RATE, SEALED, SERVICE, SERVICE_TYPE, SHUT,
    Setting, TYPE, robot_name,
};

/// When a party has a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// No rule gives it.
    Never,
    /// A rule gives it, and another denies it.
    Denied,
    /// At any time.
    Always,
    /// From this minute of the day on, before that one.
    Hours(u16, u16),
}

impl When {
    fn draw(rng: &mut Rng, percent: u64) -> When {
        if rng.percent(20) {
            // Around the start of a run.
            let from = (START.rem_euclid(86_400) / 60) as u16 - 40 + rng.below(60) as u16;
            return When::Hours(from, from + 1 + rng.below(60) as u16);
        }
        let no = if rng.percent(30) { When::Denied } else { When::Never };
        if rng.percent(percent) { When::Always } else { no }
    }

    fn holds(self, second: i64) -> bool {
        let minute = (second.rem_euclid(86_400) / 60) as u16;
        match self {
            When::Never | When::Denied => false,
            When::Always => true,
            When::Hours(from, to) => (from..to).contains(&minute),
        }
    }

    /// The rules that give it.
    fn rules(self, text: &mut String, who: &str, what: &str, form: &str) {
        let rule = |text: &mut String, more: &str| {
            let _written = writeln!(text, "  - {{ who: {who}, {what}{more} }}");
        };
        match self {
            When::Never => {}
            When::Always => rule(text, form),
            When::Denied => {
                rule(text, form);
                rule(text, ", deny: true");
            }
            When::Hours(from, to) => {
                let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
                rule(text, &format!("{form}, hours: \"{}-{}\"", time(from), time(to)));
            }
        }
    }
}

/// Rights that a policy gives: for each party the topics of [`SEALED`] that it may read, and whether it may
/// command and call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    reads: [[When; SEALED.len()]; 3],
    commands: [When; 3],
    calls: [When; 3],
    /// The policy declares the command and the service. If not, nobody may.
    declares: bool,
    /// A rule denies everyone [`SHUT`], which no rule allows.
    denies: bool,
}

impl Rights {
    /// The rights at the start: the first party has all, the second reads one topic, the third may command.
    pub const FIRST: Rights = {
        use When::{Always, Never};
        Rights {
            reads: [[Always; 3], [Always, Never, Always], [Never; 3]],
            commands: [Always, Never, Always],
            calls: [Always, Always, Never],
            declares: true,
            denies: false,
        }
    };

    /// Draws others. The first party keeps its command and its call.
    pub fn draw(rng: &mut Rng) -> Rights {
        let mut rights = Rights::FIRST;
        rights.reads.iter_mut().flatten().for_each(|reads| *reads = When::draw(rng, 60));
        let others = rights.commands.iter_mut().skip(1).chain(rights.calls.iter_mut().skip(1));
        others.for_each(|right| *right = When::draw(rng, 50));
        (rights.declares, rights.denies) = (rng.percent(95), rng.percent(50));
        rights
    }

    /// May a party read a topic at a second?
    pub fn may_read(&self, party: usize, topic: &str, second: i64) -> bool {
        let topic = SEALED.iter().position(|sealed| *sealed == topic);
        topic.is_some_and(|topic| self.reads[party][topic].holds(second))
    }

    /// May a party command at a second?
    pub fn may_command(&self, party: usize, second: i64) -> bool {
        self.declares && self.commands[party].holds(second)
    }

    /// May a party call at a second?
    pub fn may_call(&self, party: usize, second: i64) -> bool {
        self.declares && self.calls[party].holds(second)
    }

    /// The policy with these rights.
    pub fn policy(&self, setting: &Setting, robot: usize, version: u64) -> String {
        let mut text = format!(
            "discreet: 1\nrobot: {}\nversion: {version}\nclasses:\n  operational: {{ suite: chacha20-poly1305, epoch: {}s, \
             retention: 7d }}\n  contextual: {{ suite: aes-256-gcm, epoch: {}s, retention: 24h }}\nstakeholders:\n",
            robot_name(robot),
            setting.operational,
            setting.epoch
        );
        for party in PARTIES {
            let _written = writeln!(text, "  {party}: {{ identity: {party}.pub }}");
        }
        text.push_str("topics:\n");
        for (topic, class) in
            [(OPEN, "operational"), (SHUT, "contextual"), ("/names", "contextual"), ("/rooms", "operational")]
        {
            let _written = writeln!(text, "  {topic}: {{ type: {TYPE}, class: {class}, source: /driver }}");
        }
        let depth = if setting.told { format!(", depth: {}", setting.kept) } else { String::new() };
        let _written =
            writeln!(text, "  {LATCHED}: {{ type: {TYPE}, class: contextual, source: /driver{depth} }}");
        if self.declares {
            let _written = write!(
                text,
                "commands:\n  {COMMAND}: {{ type: {COMMAND_TYPE}, class: contextual, rate: {RATE}, limits: {{ speed: [-{FASTEST}, \
                 {FASTEST}] }} }}\nservices:\n  {SERVICE}: {{ type: {SERVICE_TYPE}, class: contextual, rate: {RATE} }}\n"
            );
        }
        let _written = writeln!(text, "rules:\n  - {{ who: everyone, read: {OPEN}, as: clear }}");
        if self.denies {
            let _written = writeln!(text, "  - {{ who: everyone, read: {SHUT}, deny: true }}");
        }
        for (party, name) in PARTIES.iter().enumerate() {
            for (at, topic) in SEALED.iter().enumerate() {
                self.reads[party][at].rules(&mut text, name, &format!("read: {topic}"), ", as: clear");
            }
            if self.declares {
                self.commands[party].rules(&mut text, name, &format!("command: {COMMAND}"), "");
                self.calls[party].rules(&mut text, name, &format!("call: {SERVICE}"), "");
            }
        }
        text
    }
}
