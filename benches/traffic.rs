//! Real traffic for the relay benchmark: a source that stamps each message, a sink that measures what arrives.
//!
//! `traffic source DOMAIN TOPIC CASE RATE_HZ SECONDS` prints `begin`, and at the end the number of messages sent.
//! `traffic sink DOMAIN TOPIC CASE SECONDS` prints JSON: first, the number of the first message that came (earlier ones
//! were sent before everybody had found each other), received, p50_ms, p99_ms. SECONDS counts from the first message;
//! the first tenth is warm-up, and its times are left out.
//!
//! CASE is `string` (100 bytes of `std_msgs/msg/String`) or `WIDTHxHEIGHT` (rgb8 `sensor_msgs/msg/Image`).
//! Each message carries its number and its time as text at its end, so that no relay can tell the cases apart.

use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, bail};
use discreet::qos::Qos;
use discreet::ros::{Context, Node, Publisher, SerializedMessage, Subscription, TypeSupport};

/// "NUMBER TIME", 10 and 20 digits and a space, and the NUL of a string.
const TRAILER: usize = 32;
/// At 1 kHz a queue of 10 holds 10 ms: less than a busy machine sometimes takes to wake a process.
const QOS: Qos = Qos { reliable: true, latched: false, depth: 100, deadline: None, lifespan: None };

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["source", domain, topic, case, rate, seconds] => {
            source(domain.parse()?, topic, case, rate.parse()?, seconds.parse()?)
        }
        ["sink", domain, topic, case, seconds] => sink(domain.parse()?, topic, case, seconds.parse()?),
        _ => {
            bail!("usage: traffic source DOMAIN TOPIC CASE RATE_HZ SECONDS | sink DOMAIN TOPIC CASE SECONDS")
        }
    }
}

/// The type of a case, and a serialized message of it that ends in a trailer. Frames keep two, pictures being large.
fn message(case: &str) -> anyhow::Result<(&'static str, Qos, Vec<u8>)> {
    let mut cdr = vec![0, 1, 0, 0];
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

fn sink(domain: usize, topic: &str, case: &str, seconds: f64) -> anyhow::Result<()> {
    let (type_name, qos, _) = message(case)?;
    let node = Node::new(&Context::new(domain)?, "traffic_sink")?;
    let (waker, woken) = mpsc::sync_channel(1);
    let on_message = Box::new(move || {
        let _already_woken = waker.try_send(());
    });
    let mut subscription = Subscription::new(&node, topic, &TypeSupport::load(type_name)?, qos, on_message)?;
    let mut cdr = SerializedMessage::new();
    let mut arrivals: Vec<(u32, f64)> = Vec::new();
    let mut end = Instant::now() + Duration::from_secs(30);
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        if woken.recv_timeout(left).is_err() {
            break;
        }
        while subscription.take(&mut cdr)?.is_some() {
            if arrivals.is_empty() {
                end = Instant::now() + Duration::from_secs_f64(seconds + 1.0);
            }
            let bytes = cdr.as_bytes();
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
    Ok(())
}

/// Nanoseconds since 1970, at most some tens off between two processes of one machine.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
