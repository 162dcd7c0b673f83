//! Steps in words, for the story of a run.

use std::fmt;

use super::{Kind, NewPolicy, PUBLISHED, Part};
use crate::network::{Node, Weather};
use crate::setting::{COMMAND, PARTIES, robot_name};

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Keeper(robot) => write!(out, "the keeper of {}", robot_name(*robot)),
            Part::Guard(robot) => write!(out, "the guard of {}", robot_name(*robot)),
            Part::Party(party) => write!(out, "{}", PARTIES[*party]),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Guard(robot) => write!(out, "{}", robot_name(*robot)),
            Node::Party(party) => write!(out, "{}", PARTIES[*party]),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Kind::Pass(ticks, ms) => write!(out, "{:.1} s pass", f64::from(ticks) * ms as f64 / 1000.0),
            Kind::Publish { robot, topic, count, malformed } => {
                let what = if malformed { "malformed messages" } else { "messages" };
                write!(out, "{} publishes {count} {what} on {}", robot_name(robot), PUBLISHED[topic])
            }
            Kind::Impostor { robot, who: Some(who) } => {
                write!(out, "{} appears inside {}", who.fault(), robot_name(robot))
            }
            Kind::Impostor { robot, who: None } => {
                write!(out, "only the driver publishes inside {}", robot_name(robot))
            }
            Kind::Command { party, robot, count } => {
                write!(out, "{} sends {} {count} commands on {COMMAND}", PARTIES[party], robot_name(robot))
            }
            Kind::Call { party, robot, count } => {
                write!(out, "{} calls {} {count} times", PARTIES[party], robot_name(robot))
            }
            Kind::Stubborn { party, robot, count } => {
                let who = PARTIES[party];
                write!(out, "{who} sends {} {count} commands with whatever it ever had", robot_name(robot))
            }
            Kind::Stranger(trick, count) => write!(out, "a stranger: {trick:?}, {count} times"),
            Kind::Revoke { robot, party } => {
                write!(out, "{} is revoked at {}", PARTIES[party], robot_name(robot))
            }
            Kind::Grant { robot, party } => {
                write!(out, "{} is granted again at {}", PARTIES[party], robot_name(robot))
            }
            Kind::Policy { robot, new } => match new {
                NewPolicy::Next(_) => write!(out, "{} gets the next policy", robot_name(robot)),
                NewPolicy::Older => write!(out, "{} gets an older policy", robot_name(robot)),
                NewPolicy::Broken => write!(out, "{} gets half a policy", robot_name(robot)),
            },
            Kind::Rotate { party } => write!(out, "{} has new keys", PARTIES[party]),
            Kind::RotateRobot { robot } => write!(out, "{} has new keys", robot_name(robot)),
            Kind::Kill(part, power) => {
                write!(out, "{part} is killed{}", if power { ", its power fails" } else { "" })
            }
            Kind::Start(part) => write!(out, "{part} is started"),
            Kind::Person { robot } => write!(out, "a person brings the keeper of {} up", robot_name(robot)),
            Kind::Fuse(part, left) => write!(out, "{part} will die at operation {left} on its disk"),
            Kind::Full(part, on) => {
                write!(out, "the disk of {part} {}", if on { "is full" } else { "has room again" })
            }
            Kind::Damaged(part, damage) => {
                write!(out, "the power of {part} fails, and its files are damaged: {damage:?}")
            }
            Kind::Clock(node, ms) => {
                write!(out, "the clock of {node} is wrong by {:.1} s", ms as f64 / 1000.0)
            }
            Kind::Stop { robot, on } => {
                write!(
                    out,
                    "the keeper of {} {}",
                    robot_name(robot),
                    if on { "is stopped" } else { "goes on" }
                )
            }
            Kind::Mend => write!(out, "a while without faults"),
            Kind::Weather(Weather { drops, doubles, delay }) => {
                write!(out, "the network loses {drops} %, doubles {doubles} %, delays up to {delay} ms")
            }
            Kind::Cut(node, on) => {
                write!(out, "{node} is {}", if on { "cut off" } else { "connected again" })
            }
        }
    }
}
