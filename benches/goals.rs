//! The lean ends of `tools/bench actions`: an action server that answers at once, and a client that only waits.
//!
//! `goals serve DOMAIN ACTION`: serves until it is killed.
//! `goals ask DOMAIN ACTION`: for each line on standard input, a count, sends so many goals one after the other, and prints
//! a line with the nanoseconds until each was accepted, and a line with those until its result.

use std::io::BufRead;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use discreet_cdr::types::TypeLibrary;
use discreet_graph::qos::Qos;
use discreet_ros::{
    Client, Context, Node, OnMessage, Publisher, SerializedMessage, Server, ServiceSupport, TypeSupport,
};

const TYPE: &str = "test_msgs/action/Fibonacci";
/// The longest time that an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [does, domain, action] = arguments.as_slice() else {
        anyhow::bail!("usage: goals serve|ask DOMAIN ACTION");
    };
    let node = Node::new(&Context::new(domain.parse().context("DOMAIN")?)?, &format!("goals_{does}"))?;
    match does.as_str() {
        "serve" => serve(&node, action),
        "ask" => ask(&node, action),
        _ => anyhow::bail!("`{does}` is neither serve nor ask"),
    }
}

fn support(type_name: &str) -> anyhow::Result<ServiceSupport> {
    let definition = TypeLibrary::from_env()?.service(type_name).map_err(anyhow::Error::msg)?;
    Ok(ServiceSupport::load(&definition)?)
}

fn bell() -> (impl Fn() -> OnMessage, Receiver<()>) {
    let (ring, rung) = sync_channel(1);
    let bell = move || {
        let ring = ring.clone();
        Box::new(move || {
            let _rings_already = ring.try_send(());
        }) as OnMessage
    };
    (bell, rung)
}

fn serve(node: &Arc<Node>, action: &str) -> anyhow::Result<()> {
    let (bell, rung) = bell();
    let server = |part: &str, type_name: &str| -> anyhow::Result<Server> {
        Ok(Server::new(node, &format!("{action}/_action/{part}"), &support(type_name)?, bell())?)
    };
    let mut send_goal = server("send_goal", &format!("{TYPE}_SendGoal"))?;
    let mut get_result = server("get_result", &format!("{TYPE}_GetResult"))?;
    let _cancel_goal = server("cancel_goal", "action_msgs/srv/CancelGoal")?;
    let topic = |part: &str, type_name: &str, qos| {
        Publisher::new(node, &format!("{action}/_action/{part}"), &TypeSupport::load(type_name)?, qos)
    };
    let _feedback = topic("feedback", &format!("{TYPE}_FeedbackMessage"), Qos::default())?;
    let latched = Qos { latched: true, depth: 1, ..Qos::default() };
    let _status = topic("status", "action_msgs/msg/GoalStatusArray", latched)?;
    let mut message = SerializedMessage::new();
    while rung.recv().is_ok() {
        while let Some(id) = send_goal.take_request(&mut message)? {
            // Accepted, at no time.
            send_goal.send_response(id, &[0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        }
        while let Some(id) = get_result.take_request(&mut message)? {
            // Succeeded, with an empty sequence.
            get_result.send_response(id, &[0, 1, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0])?;
        }
    }
    Ok(())
}

fn ask(node: &Arc<Node>, action: &str) -> anyhow::Result<()> {
    let (bell, rung) = bell();
    let client = |part: &str| -> anyhow::Result<Client> {
        let type_name = format!("{TYPE}_{}", if part == "send_goal" { "SendGoal" } else { "GetResult" });
        let client = Client::new(node, &format!("{action}/_action/{part}"), &support(&type_name)?, bell())?;
        let until = Instant::now() + PATIENCE;
        while !client.is_available() {
            anyhow::ensure!(Instant::now() < until, "nobody serves {action}");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(client)
    };
    let (mut send_goal, mut get_result) = (client("send_goal")?, client("get_result")?);
    let mut number = 0_u64;
    for line in std::io::stdin().lock().lines() {
        let count: usize = line?.trim().parse().context("a count")?;
        let (mut accepted, mut results) = (Vec::new(), Vec::new());
        for _ in 0..count {
            number += 1;
            let mut goal = vec![0, 1, 0, 0];
            goal.extend_from_slice(&(u64::from(std::process::id()) << 32).to_le_bytes());
            goal.extend_from_slice(&number.to_le_bytes());
            let begin = Instant::now();
            let answer = call(&mut send_goal, &[goal.as_slice(), &[0; 4]].concat(), &rung)?;
            anyhow::ensure!(answer.get(4) == Some(&1), "a goal was rejected");
            accepted.push(begin.elapsed().as_nanos().to_string());
            let answer = call(&mut get_result, &goal, &rung)?;
            anyhow::ensure!(answer.get(4) == Some(&4), "a goal did not succeed");
            results.push(begin.elapsed().as_nanos().to_string());
        }
        println!("{}\n{}", accepted.join(" "), results.join(" "));
    }
    Ok(())
}

fn call(client: &mut Client, request: &[u8], rung: &Receiver<()>) -> anyhow::Result<Vec<u8>> {
    let number = client.send_request(request)?;
    let until = Instant::now() + PATIENCE;
    let mut message = SerializedMessage::new();
    loop {
        match client.take_response(&mut message)? {
            Some(answered) if answered == number => return Ok(message.as_bytes().to_vec()),
            Some(_) => {}
            None => {
                anyhow::ensure!(Instant::now() < until, "no answer");
                let _or_look_again = rung.recv_timeout(Duration::from_millis(100));
            }
        }
    }
}
