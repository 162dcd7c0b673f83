//! `discreet revoke` and `discreet grant`: revoke all rights of a stakeholder at once, and grant them again.

use std::path::PathBuf;

use clap::Args;
use discreet_keeper::protocol::Done;
use discreet_keeper::{admin, default_socket};
use serde_json::json;

use super::Answer;
use super::input::{say, say_error, say_json};

/// Revokes a stakeholder's access to sealed messages and its commands, from the next message on.
///
/// The keeper writes it down, and gives every guard fresh keys that the stakeholder does not get; the guards confirm
/// that they use no others before this command ends. It holds, whatever the policy says, until `discreet grant`.
#[derive(Args)]
#[command(after_long_help = AFTER)]
pub struct Revoke {
    #[command(flatten)]
    order: Order,
}

/// Grants a revoked stakeholder again what the policy gives it
#[derive(Args)]
#[command(after_long_help = AFTER)]
pub struct Grant {
    #[command(flatten)]
    order: Order,
}

const AFTER: &str = "\
Exit codes:
  0  done, and in effect in every guard that is connected
  1  written down, but a guard has not confirmed it within a second, or none is connected, or the policy does not name
     the stakeholder
  2  the keeper cannot be reached, or refuses";

#[derive(Args)]
struct Order {
    /// The stakeholder, by its name in the policy
    who: String,
    /// The keeper's socket [default: ~/.ros/discreet/keeper.sock]
    #[arg(long, value_name = "FILE")]
    socket: Option<PathBuf>,
    /// Answers with JSON
    #[arg(long)]
    json: bool,
}

impl Revoke {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let socket = self.order.socket.clone().unwrap_or_else(default_socket);
        self.order.answer(&admin::revoke(&socket, &self.order.who)?, "revoked")
    }
}

impl Grant {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let socket = self.order.socket.clone().unwrap_or_else(default_socket);
        self.order.answer(&admin::grant(&socket, &self.order.who)?, "granted")
    }
}

impl Order {
    fn answer(&self, done: &Done, word: &str) -> anyhow::Result<Answer> {
        let Done { who, changed, in_policy, guards, acknowledged } = done;
        let in_effect = *guards > 0 && acknowledged == guards;
        if self.json {
            say_json(&json!({
                "who": who, "order": word, "changed": changed, "in_policy": in_policy, "guards": guards,
                "acknowledged": acknowledged, "in_effect": in_effect,
            }))?;
        } else {
            let already = if *changed { "" } else { " (it was already)" };
            say(&format!("{who} is {word}{already}; in effect in {acknowledged} of {guards} guards"));
        }
        if !in_policy {
            say_error(&format!(
                "the policy names no stakeholder `{who}`: is it misspelt? It is written down all the same"
            ));
        }
        if *guards == 0 {
            say_error(
                "note: no guard is connected. One that still runs uses the keys that it has until they end, which `epoch` \
                 of each class bounds, or until it reaches the keeper",
            );
        } else if !in_effect {
            say_error(
                "note: a guard has not confirmed. It may use the keys that it has until they end; `discreet who` shows it, \
                 and restarting it makes it forget them",
            );
        }
        Ok(if in_effect && *in_policy { Answer::Yes } else { Answer::No })
    }
}
