//! A relay over the same edge as the guard, without any decision, record or tag: the baseline of `tools/bench relay`.
//!
//! `bare_relay INNER_DOMAIN OUTER_DOMAIN TOPIC TYPE DEPTH`

use std::sync::mpsc;

use anyhow::Context as _;
use discreet_graph::qos::Qos;
use discreet_ros::{Context, Node, Publisher, SerializedMessage, Subscription, TypeSupport};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [inner, outer, topic, type_name, depth] = arguments.as_slice() else {
        anyhow::bail!("usage: bare_relay INNER_DOMAIN OUTER_DOMAIN TOPIC TYPE DEPTH");
    };
    let qos = Qos { depth: depth.parse().context("DEPTH")?, ..Qos::default() };
    let inner = Node::new(&Context::new(inner.parse().context("INNER_DOMAIN")?)?, "bare_relay_inner")?;
    let outer = Node::new(&Context::new(outer.parse().context("OUTER_DOMAIN")?)?, "bare_relay_outer")?;
    let types = TypeSupport::load(type_name)?;
    let publisher = Publisher::new(&outer, topic, &types, qos)?;
    let (waker, woken) = mpsc::sync_channel(1);
    let on_message = Box::new(move || {
        let _already_woken = waker.try_send(());
    });
    let mut subscription = Subscription::new(&inner, topic, &types, qos, on_message)?;
    let mut message = SerializedMessage::new();
    while woken.recv().is_ok() {
        while subscription.take(&mut message)?.is_some() {
            publisher.publish(message.as_bytes())?;
        }
    }
    Ok(())
}
