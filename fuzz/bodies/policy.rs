//! Any bytes as a policy file: read or refused, with an answer for every question if read.

use discreet_policy::{Policy, Verb};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Policy::read("fuzz.yaml", text) {
        Ok((policy, _)) => {
            let now = policy.moment(1_795_473_253, true);
            for topic in ["/scan", "/camera/image_raw", "/"] {
                if let Some(topic) = policy.topic(topic) {
                    let _ = (topic.everyone(now), topic.named(now));
                }
            }
            for part in policy.ingress() {
                let _ = (part.everyone(now), part.stakeholder("front_desk", now), part.outside());
            }
            for parameter in policy.nodes().iter().flat_map(|node| node.parameters()) {
                let _ = [Verb::Get, Verb::Set].map(|verb| parameter.stakeholder(verb, "front_desk", now));
            }
        }
        Err(findings) => assert!(!findings.is_empty(), "refused without a reason"),
    }
}
