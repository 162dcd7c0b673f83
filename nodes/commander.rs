//! The commander: a stakeholder's node that takes plain commands and calls, and sends them sealed and signed to a
//! robot.

#[path = "stakeholder.rs"]
mod stakeholder;
#[path = "start.rs"]
mod start;

use std::process::ExitCode;

use discreet_audit::Time;
use discreet_guard::parameters::{self, Parameter};
use discreet_host::clock::TOLERANCE_SECONDS;
use discreet_policy::names::{is_ros_name, is_ros_type};
use discreet_ros::{CommandedStatus, Commanding, CommandingParts, Level, Logger, Program, RosError, Status};

use stakeholder::{Stakeholder, Work, clock_set_back, work};

const BEFORE: &str = "\
The commander of Discreet: takes plain commands and calls of a stakeholder's own nodes, and sends them to a robot, sealed
for its guard and signed by the stakeholder. The guard accepts what the robot's policy allows this stakeholder.

It runs where the stakeholder's own nodes run, on their domain (ROS_DOMAIN_ID), and sends on the robot's outer domain:
  ROS_DOMAIN_ID=20 commander --ros-args -p identity:=front_desk.key -p robot:=concierge-1.pub -p outer_domain:=1 \\
    -p 'commands:=[\"/cmd_vel geometry_msgs/msg/Twist\"]' -p 'services:=[\"/dock std_srvs/srv/Trigger\"]'
Then commands on /front_desk/cmd_vel on domain 20 move the robot, and /front_desk/dock on domain 20 calls its /dock, for
as long as the policy allows it:
  ROS_DOMAIN_ID=20 ros2 topic pub /front_desk/cmd_vel geometry_msgs/msg/Twist '{linear: {x: 0.2}}'

No other party outside can do that: plain messages on the robot's outer domain do not come in. An emergency stop does not
go this way: it belongs on the robot, next to the guard, and works without it.

Parameters:
";

const AFTER: &str = "
Topics:     /diagnostics on the own domain: sent commands, and the reasons for refusals

A command is refused when it is older than two seconds: keep the clocks of both sides together (NTP).

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 a fault, 2 wrong parameters
";

const PARAMETERS: [Parameter; 10] = [
    Parameter {
        name: "identity",
        help: "the stakeholder's private identity (`discreet identity new` makes one); only this user may read it",
    },
    Parameter {
        name: "passphrase_file",
        help: "a file with its passphrase, which only this user may read. Without it: the systemd credential\n\
        NAME.passphrase, or the terminal",
    },
    Parameter { name: "robot", help: "the robot's public identity: commands are sealed for this robot only" },
    Parameter { name: "outer_domain", help: "the robot's outer domain, 0 to 232 (default 1)" },
    Parameter {
        name: "commands",
        help: "the topics that the robot takes commands on: a list of \"NAME TYPE\"",
    },
    Parameter { name: "services", help: "the services that the robot offers: a list of \"NAME TYPE\"" },
    Parameter { name: "actions", help: "the actions that the robot offers: a list of \"NAME TYPE\"" },
    Parameter {
        name: "parameters",
        help: "the nodes of the robot whose parameters are read or set: a list of names, `/controller_server`",
    },
    Parameter {
        name: "namespace",
        help: "prefix of the names on the own domain (default /NAME, as in the identity)",
    },
    Parameter {
        name: "open_domain",
        help: "true: allows the own domain to be the outer one, where anyone could command in this name",
    },
];

fn main() -> ExitCode {
    let help = format!("{BEFORE}{}{AFTER}", parameters::help(&PARAMETERS));
    start::start("commander", &help, || work::<Commander>("commander"))
}

struct Commander {
    commanding: Commanding,
    /// The last statuses, so that news can be logged.
    before: Vec<CommandedStatus>,
}

impl Work for Commander {
    type Parts = CommandingParts;

    fn parts(program: &Program) -> Result<CommandingParts, String> {
        let given = program.parameters(&PARAMETERS)?;
        let commands = named(&given.texts("commands")?, "msg", "/cmd_vel geometry_msgs/msg/Twist")?;
        let services = named(&given.texts("services")?, "srv", "/dock std_srvs/srv/Trigger")?;
        let actions =
            named(&given.texts("actions")?, "action", "/navigate_to_pose nav2_msgs/action/NavigateToPose")?;
        let parameters = given.texts("parameters")?;
        if let Some(node) = parameters.iter().find(|node| !is_ros_name(node)) {
            let node = node.escape_default();
            return Err(format!("`{node}` is not the full name of a node; write `/controller_server`"));
        }
        if commands.is_empty() && services.is_empty() && actions.is_empty() && parameters.is_empty() {
            return Err(
                "there is nothing to send: name `commands`, `services`, `actions` or `parameters`".into()
            );
        }
        let Stakeholder { node, outer_domain, own_domain, namespace, granted, types } =
            Stakeholder::read(&given, "anyone there could command in this name")?;
        Ok(CommandingParts {
            node,
            outer_domain,
            own_domain,
            namespace,
            granted,
            commands,
            services,
            actions,
            parameters,
            types,
        })
    }

    fn begin(
        parts: CommandingParts,
        logger: &Logger,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Commander, RosError> {
        let (own, outer, name) = (parts.own_domain, parts.outer_domain, &parts.granted.me().public().name);
        logger.info(&format!(
            "commands the robot on domain {outer} in the name of `{name}`, from domain {own}"
        ));
        Ok(Commander { commanding: Commanding::new(parts, wake)?, before: Vec::new() })
    }

    fn attend(&mut self) -> Result<(), RosError> {
        self.commanding.attend()
    }

    fn statuses(&mut self, logger: &Logger) -> Vec<Status> {
        let mut statuses = vec![self.summary()];
        let now = self.commanding.statuses();
        for one in &now {
            let before = self.before.iter().find(|before| before.name == one.name);
            let refused = one.refused > before.map_or(0, |before| before.refused);
            if refused && before.is_none_or(|before| before.why != one.why) {
                logger.warn(&format!("{}: {}", one.name, one.why));
            }
            let lost_before = before.map_or(0, |before| before.lost);
            let lost = one.lost > lost_before;
            if lost && lost_before == 0 {
                logger.warn(&format!("{}: {LOST}", one.name));
            }
            let count = |name: &str, count: u64| (name.to_owned(), count.to_string());
            let (level, message) = match (refused, lost) {
                (true, _) => (Level::Error, one.why.clone()),
                (false, true) => (Level::Warn, LOST.into()),
                (false, false) => (Level::Ok, "sent".into()),
            };
            statuses.push(Status {
                name: one.name.clone(),
                level,
                message,
                values: vec![
                    count("sent", one.sent),
                    count("lost", one.lost),
                    count("refused", one.refused),
                    ("last refusal".into(), one.why.clone()),
                ],
            });
        }
        self.before = now;
        statuses
    }
}

/// Diagnostics of a full queue.
const LOST: &str = "commands are lost: more come at once than the queue holds (10); send them more slowly";
impl Commander {
    /// State of the lease under which commands can be sent.
    fn summary(&self) -> Status {
        let second = Time::system().second();
        let behind = self.commanding.granted().not_before(second) - second;
        let (level, message) = match self.commanding.ends() {
            _ if behind > TOLERANCE_SECONDS => (Level::Error, clock_set_back(behind)),
            Some(end) if second < end => (Level::Ok, "the robot takes commands".into()),
            Some(end) => (
                Level::Error,
                format!(
                    "the robot takes no commands: its announcement ended {} s ago and was not renewed. Do its guard and its \
                     keeper run?",
                    second - end
                ),
            ),
            None => {
                let why = "the robot has not announced a key for commands: do its guard and its keeper run?";
                (Level::Error, why.into())
            }
        };
        Status { name: "commander".into(), level, message, values: Vec::new() }
    }
}

/// Reads a list of `NAME TYPE`.
fn named(given: &[String], kind: &str, example: &str) -> Result<Vec<(String, String)>, String> {
    let read = |text: &String| {
        let (name, type_name) = text.split_once(char::is_whitespace)?;
        let (name, type_name) = (name.trim(), type_name.trim());
        (is_ros_name(name) && is_ros_type(type_name, kind)).then(|| (name.to_owned(), type_name.to_owned()))
    };
    let wrong =
        |text: &String| format!("`{}` is not a name and type; write `{example}`", text.escape_default());
    given.iter().map(|text| read(text).ok_or_else(|| wrong(text))).collect()
}
