//! The unsealer: a stakeholder's node that opens what a robot sealed for it, and republishes it on a domain of its
//! own.

#[path = "stakeholder.rs"]
mod stakeholder;
#[path = "start.rs"]
mod start;

use std::process::ExitCode;

use discreet_audit::Time;
use discreet_guard::parameters::{self, Parameter};
use discreet_host::clock::TOLERANCE_SECONDS;
use discreet_ros::{Level, Logger, Program, RosError, Status, UnsealedStatus, Unsealing, UnsealingParts};

use stakeholder::{Stakeholder, Work, clock_set_back, work};

const BEFORE: &str = "\
The unsealer of Discreet: opens what a robot sealed for a stakeholder, and republishes it with its own type and QoS.

It runs where the stakeholder's own nodes run, on their domain (ROS_DOMAIN_ID), and reads the robot's outer domain:
  ROS_DOMAIN_ID=20 unsealer --ros-args -p identity:=front_desk.key -p robot:=concierge-1.pub -p outer_domain:=1
Then /camera/image_raw of the robot is /front_desk/camera/image_raw on domain 20, for as long as the policy says.

Parameters:
";

const AFTER: &str = "
Topics:     /diagnostics on the own domain: opened topics, and the reasons for refusals

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 a fault, 2 wrong parameters
";

const PARAMETERS: [Parameter; 6] = [
    Parameter {
        name: "identity",
        help: "the stakeholder's private identity (`discreet identity new` makes one); only this user may read it",
    },
    Parameter {
        name: "passphrase_file",
        help: "a file with its passphrase, which only this user may read. Without it: the systemd credential\n\
        NAME.passphrase, or the terminal",
    },
    Parameter {
        name: "robot",
        help: "the robot's public identity: messages without its signature are rejected",
    },
    Parameter { name: "outer_domain", help: "the robot's outer domain, 0 to 232 (default 1)" },
    Parameter {
        name: "namespace",
        help: "prefix of the republished topics (default /NAME, as in the identity)",
    },
    Parameter {
        name: "open_domain",
        help: "true: allows the own domain to be the outer one, where everyone can read opened messages",
    },
];

fn main() -> ExitCode {
    let help = format!("{BEFORE}{}{AFTER}", parameters::help(&PARAMETERS));
    start::start("unsealer", &help, || work::<Unsealer>("unsealer"))
}

struct Unsealer {
    unsealing: Unsealing,
    /// The last statuses, so that news can be logged.
    before: Vec<UnsealedStatus>,
}

impl Work for Unsealer {
    type Parts = Stakeholder;

    fn parts(program: &Program) -> Result<Stakeholder, String> {
        Stakeholder::read(&program.parameters(&PARAMETERS)?, "everyone there could read opened messages")
    }

    fn begin(
        parts: Stakeholder,
        logger: &Logger,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Unsealer, RosError> {
        let (own, outer, name) = (parts.own_domain, parts.outer_domain, &parts.granted.me().public().name);
        logger.info(&format!("opens messages for `{name}` from domain {outer}, for domain {own}"));
        let Stakeholder { node, outer_domain, own_domain, namespace, granted, types } = parts;
        let parts = UnsealingParts { node, outer_domain, own_domain, namespace, granted, types };
        Ok(Unsealer { unsealing: Unsealing::new(parts, wake)?, before: Vec::new() })
    }

    fn attend(&mut self) -> Result<(), RosError> {
        self.unsealing.attend()
    }

    fn statuses(&mut self, logger: &Logger) -> Vec<Status> {
        let now = self.unsealing.statuses();
        let mut statuses = vec![self.summary()];
        for topic in &now {
            let before = self.before.iter().find(|before| before.topic == topic.topic);
            if before.is_none() {
                match &topic.own_topic {
                    Some(own) => logger.info(&format!("{} is opened as {own}", topic.topic)),
                    None => logger.warn(&format!("{} cannot be opened: {}", topic.topic, topic.why)),
                }
            }
            statuses.push(status(topic, before));
        }
        self.before = now;
        statuses
    }
}

impl Unsealer {
    /// The present state of keys, catalogue and clock.
    fn summary(&self) -> Status {
        let second = Time::system().second();
        let (granted, refused) = (self.unsealing.granted(), self.unsealing.refused());
        let (keys, behind) = (granted.keys(second).len(), granted.not_before(second) - second);
        let (level, message) = match keys {
            _ if behind > TOLERANCE_SECONDS => (Level::Error, clock_set_back(behind)),
            0 => (Level::Warn, "no keys: nothing is granted to this stakeholder at present".into()),
            keys if !self.unsealing.has_catalog(second) => {
                let expired = "the robot's catalogue has ended: open topics stay open until their keys end";
                (Level::Warn, format!("{keys} keys, but {expired}"))
            }
            keys => (Level::Ok, format!("{keys} keys")),
        };
        Status {
            name: "unsealer".into(),
            level,
            message,
            values: vec![
                ("keys".into(), keys.to_string()),
                ("grants refused".into(), refused.grants.to_string()),
                ("catalogues refused".into(), refused.catalogs.to_string()),
            ],
        }
    }
}

fn status(topic: &UnsealedStatus, before: Option<&UnsealedStatus>) -> Status {
    let since = |count: fn(&UnsealedStatus) -> u64| count(topic) > before.map_or(0, count);
    let (level, message) = if topic.own_topic.is_none() {
        (Level::Error, format!("cannot be opened: {}", topic.why))
    } else if since(|topic| topic.refused) {
        (Level::Error, format!("messages are refused: {}", topic.why))
    } else if since(|topic| topic.without_key) {
        (Level::Warn, "messages come without a grant: it was revoked, or is for other hours".into())
    } else {
        (Level::Ok, "opened".into())
    };
    let count = |name: &str, count: u64| (name.to_owned(), count.to_string());
    Status {
        name: topic.topic.clone(),
        level,
        message,
        values: vec![
            ("as".into(), topic.own_topic.clone().unwrap_or_default()),
            count("opened", topic.opened),
            count("without key", topic.without_key),
            count("refused", topic.refused),
            count("of others", topic.foreign),
        ],
    }
}
