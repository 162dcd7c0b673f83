//! Pairs each message of a released topic with its tag, where the policy says `tags: true`.
//!
//! `cargo run --release --features ros --example read_tags -- DOMAIN TOPIC TYPE [SECONDS]`
//!
//! The tag of a message carries the message's publication sequence number and publisher, which the middleware
//! delivers with every message. Message and tag come on two topics, so either may be first and waits for the other.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use discreet_graph::qos::Qos;
use discreet_guard::tag::{TAG_TYPE, Tag, tag_topic};
use discreet_ros::{Context, Node, SerializedMessage, Subscription, TypeSupport};

/// Messages and tags that wait for their partner. The oldest are dropped, so that a lost partner costs nothing.
const MOST: usize = 100;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (domain, topic, type_name, seconds) = match arguments.as_slice() {
        [domain, topic, type_name] => (domain, topic, type_name, u64::MAX),
        [domain, topic, type_name, seconds] => {
            (domain, topic, type_name, seconds.parse().context("SECONDS")?)
        }
        _ => bail!("usage: read_tags DOMAIN TOPIC TYPE [SECONDS]"),
    };
    let node = Node::new(&Context::new(domain.parse().context("DOMAIN")?)?, "read_tags")?;
    let (waker, woken) = mpsc::sync_channel(1);
    let subscribe = |topic: &str, type_name: &str| {
        let waker = waker.clone();
        let on_message = Box::new(move || {
            let _already_woken = waker.try_send(());
        });
        let qos = Qos { reliable: false, ..Qos::default() }; // fits every publisher
        Subscription::new(&node, topic, &TypeSupport::load(type_name)?, qos, on_message)
    };
    let mut messages = subscribe(topic, type_name)?;
    let mut tags = subscribe(&tag_topic(topic), TAG_TYPE)?;
    let mut buffer = SerializedMessage::new();
    let (mut sizes, mut tagged) = (BTreeMap::new(), BTreeMap::new());
    let end = Instant::now().checked_add(Duration::from_secs(seconds));
    while end.is_none_or(|end| Instant::now() < end) {
        let _timeout = woken.recv_timeout(Duration::from_millis(200));
        while let Some(info) = messages.take(&mut buffer)? {
            sizes.insert((info.gid, info.sequence), buffer.as_bytes().len());
        }
        while tags.take(&mut buffer)?.is_some() {
            // Anybody can publish there.
            match Tag::read(buffer.as_bytes()) {
                Ok(tag) => drop(tagged.insert((tag.stamp.publisher, tag.stamp.sequence), tag)),
                Err(malformed) => eprintln!("warning: ignored a tag: {malformed}"),
            }
        }
        sizes.retain(|key, size| {
            let Some(tag) = tagged.remove(key) else { return true };
            println!(
                "{}: {size} bytes of class {}, {}, from {}, policy version {}",
                key.1, tag.data_class, tag.form, tag.source_topic, tag.stamp.policy_version
            );
            false
        });
        while sizes.len() > MOST {
            sizes.pop_first();
        }
        while tagged.len() > MOST {
            tagged.pop_first();
        }
    }
    Ok(())
}
