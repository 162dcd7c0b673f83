//! Real traffic for the benchmarks: a source that stamps each message, and a sink that measures arrivals.
//!
//! `traffic source DOMAIN TOPIC CASE RATE_HZ SECONDS` prints `begin`, and at the end the number of messages sent.
//! `traffic sink DOMAIN TOPIC CASE SECONDS` prints JSON: first, the number of the first message received (earlier
//! ones were sent before discovery was complete), received, p50_ms, p99_ms. SECONDS counts from the first message;
//! the first tenth is warm-up, and its times are left out. With `IDENTITY PASSPHRASE_FILE ROBOT` behind them the
//! sink is a stakeholder's, and opens the robot's sealed messages in its own process. With `unopened` it takes the
//! sealed messages and discards them. It stays until its input ends, so that its processor time can be read.
//!
//! CASE is `string` (100 bytes of `std_msgs/msg/String`), `WIDTHxHEIGHT` (rgb8 `sensor_msgs/msg/Image`) or a number
//! of bytes (`std_msgs/msg/UInt8MultiArray`). Each message ends in its number and its time as text, so that no
//! relay can tell the cases apart.

#[path = "traffic/stakeholder.rs"]
mod stakeholder;

use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, bail};
use discreet_graph::qos::Qos;
use discreet_policy::Form;
use discreet_ros::{Context, Node, Publisher, SerializedMessage, Subscription, TypeSupport};
use discreet_seal::{SEALED_TYPE, sealed_topic};
use stakeholder::Stakeholder;

/// "NUMBER TIME", 10 and 20 digits and a space, and the NUL of a string.
const TRAILER: usize = 32;
/// At 1 kHz a queue of 10 holds 10 ms: less than a busy machine sometimes takes to wake a process.
const QOS: Qos = Qos { depth: 100, ..Qos::DEFAULT };

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["source", domain, topic, case, rate, seconds] => {
            source(domain.parse()?, topic, case, rate.parse()?, seconds.parse()?)
        }
        ["sink", domain, topic, case, seconds, whose @ ..] => {
            sink(domain.parse()?, topic, case, seconds.parse()?, whose)
        }
        _ => bail!(
            "usage: traffic source DOMAIN TOPIC CASE RATE_HZ SECONDS | \
             sink DOMAIN TOPIC CASE SECONDS [IDENTITY PASSPHRASE_FILE ROBOT | unopened]"
        ),
    }
}

/// The type of a case, and a serialized message of it that ends in a trailer. Frames keep two, pictures being large.
fn message(case: &str) -> anyhow::Result<(&'static str, Qos, Vec<u8>)> {
    let mut cdr = vec![0, 1, 0, 0];
    if let Ok(size) = case.parse::<u32>() {
        cdr.extend_from_slice(&[0; 8]); // layout: no dimensions, no offset
        cdr.extend_from_slice(&size.to_le_bytes());
        cdr.extend((0..size).map(|byte| (byte % 251) as u8));
        return Ok(("std_msgs/msg/UInt8MultiArray", Qos { depth: 2, ..QOS }, cdr));
    }
    let Some((width, height)) = case.split_once('x') else {
        cdr.extend_from_slice(&100_u32.to_le_bytes());
        cdr.extend_from_slice(&[b'.'; 100 - TRAILER]);
        cdr.extend_from_slice(&[0; TRAILER]);
        return Ok(("std_msgs/msg/String", QOS, cdr));
    };
    let (width, height): (u32, u32) = (width.parse().context("WIDTH")?, height.parse().context("HEIGHT")?);
    let size = width * height * 3;
    cdr.extend_from_slice(&[0; 8]); // header.stamp
    cdr.extend_from_slice(&[4, 0, 0, 0, b'c', b'a', b'm', 0]); // header.frame_id
    cdr.extend_from_slice(&height.to_le_bytes());
    cdr.extend_from_slice(&width.to_le_bytes());
    cdr.extend_from_slice(&[5, 0, 0, 0, b'r', b'g', b'b', b'8', 0]); // encoding
    cdr.extend_from_slice(&[0; 3]); // is_bigendian, and up to the next multiple of four
    cdr.extend_from_slice(&(width * 3).to_le_bytes());
    cdr.extend_from_slice(&size.to_le_bytes());
    cdr.extend((0..size).map(|byte| (byte % 251) as u8));
    Ok(("sensor_msgs/msg/Image", Qos { depth: 2, ..QOS }, cdr))
}

fn source(domain: usize, topic: &str, case: &str, rate: f64, seconds: f64) -> anyhow::Result<()> {
    let (type_name, qos, mut cdr) = message(case)?;
    let node = Node::new(&Context::new(domain)?, "traffic_source")?;
    let publisher = Publisher::new(&node, topic, &TypeSupport::load(type_name)?, qos)?;
    while publisher.subscription_count() == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(1500)); // the second hop may still be matching
    let period = Duration::from_secs_f64(1.0 / rate);
    let total = (rate * seconds) as u32;
    println!("begin");
    let start = Instant::now();
    for number in 0..total {
        if let Some(wait) = (start + period * number).checked_duration_since(Instant::now()) {
            std::thread::sleep(wait);
        }
        let end = cdr.len();
        let trailer = format!("{number:010} {:020}\0", now());
        cdr.get_mut(end - TRAILER..).context("short message")?.copy_from_slice(trailer.as_bytes());
        publisher.publish(&cdr)?;
    }
    publisher.flush(Duration::from_secs(2));
    std::thread::sleep(Duration::from_millis(300));
    println!("{total}");
    Ok(())
}

fn sink(domain: usize, topic: &str, case: &str, seconds: f64, whose: &[&str]) -> anyhow::Result<()> {
    let (type_name, qos, _) = message(case)?;
    let node = Node::new(&Context::new(domain)?, "traffic_sink")?;
    let (waker, woken) = mpsc::sync_channel(1);
    let on_message = Box::new(move || {
        let _already_woken = waker.try_send(());
    });
    let mut stakeholder = match whose {
        [] | ["unopened"] => None,
        [identity, passphrase, robot] => {
            Some(Stakeholder::new(&node, topic, type_name, [identity, passphrase, robot])?)
        }
        _ => bail!("IDENTITY PASSPHRASE_FILE ROBOT"),
    };
    let unopened = whose == ["unopened"];
    let (taken_topic, taken_type) = match whose {
        [] => (topic.to_owned(), type_name),
        _ => (sealed_topic(topic, Form::Clear), SEALED_TYPE),
    };
    let mut subscription =
        Subscription::new(&node, &taken_topic, &TypeSupport::load(taken_type)?, qos, on_message)?;
    println!("ready");
    let mut cdr = SerializedMessage::new();
    let mut arrivals: Vec<(u32, f64)> = Vec::new();
    let mut end = Instant::now() + Duration::from_secs(30);
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        if woken.recv_timeout(left).is_err() {
            break;
        }
        while subscription.take(&mut cdr)?.is_some() {
            let bytes = match &mut stakeholder {
                None => cdr.as_bytes(),
                Some(stakeholder) => match stakeholder.open(cdr.as_mut_bytes(), now()) {
                    Ok(bytes) => bytes,
                    Err(_) if arrivals.is_empty() => continue, // its key is on the way
                    Err(refused) => bail!("{refused:?}"),
                },
            };
            if arrivals.is_empty() {
                end = Instant::now() + Duration::from_secs_f64(seconds + 1.0);
            }
            if unopened {
                arrivals.push((0, f64::NAN));
                continue;
            }
            let trailer = bytes.get(bytes.len().saturating_sub(TRAILER)..).unwrap_or_default();
            let text = std::str::from_utf8(trailer)?.trim_end_matches('\0');
            let (number, sent) = text.split_once(' ').context("no trailer")?;
            arrivals.push((number.parse()?, (now() - sent.parse::<i64>()?) as f64 / 1e6));
        }
    }
    let warm = arrivals.len() / 10;
    let mut latencies: Vec<f64> = arrivals.iter().skip(warm).map(|(_, latency)| *latency).collect();
    latencies.sort_by(f64::total_cmp);
    let at =
        |share: f64| latencies.get(((latencies.len() as f64) * share) as usize).copied().unwrap_or(f64::NAN);
    println!(
        "{{\"first\":{},\"received\":{},\"p50_ms\":{:.4},\"p99_ms\":{:.4}}}",
        arrivals.iter().map(|(number, _)| *number).min().unwrap_or(0),
        arrivals.len(),
        at(0.5),
        at(0.99)
    );
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

/// Nanoseconds since 1970. Two processes of one machine differ by at most some tens.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
