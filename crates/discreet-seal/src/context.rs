//! The context that a sealed message is bound to without carrying it.

use blake3::Hasher;

const DATA: &str = "discreet 2026-11 sealed message context v1";
const ENTRY: &str = "discreet 2026-11 command context v1";

/// Origin and destination of a sealed message. It does not open in another context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageContext<'a> {
    /// The robot's name in the policy.
    pub robot: &'a str,
    /// The ROS domain on which it is published.
    pub domain: u32,
    /// The topic, without `/sealed/...`.
    pub topic: &'a str,
    /// The type of the content: `sensor_msgs/msg/Image`.
    pub type_name: &'a str,
    /// The hash of that type: `RIHS01_...`.
    pub type_hash: &'a str,
    /// The class of the data.
    pub class: &'a str,
    /// The form of the data: `clear` or `redacted`.
    pub form: &'a str,
    /// The group that may open it.
    pub group: &'a [u8; 16],
    /// The version of the policy that the key was made under.
    pub policy_version: u64,
}

/// The hash of a context, which is all that each message needs of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContextDigest(pub(super) [u8; 32]);

impl MessageContext<'_> {
    /// The digest. Compute it once for each topic and key.
    pub fn digest(&self) -> ContextDigest {
        digest(
            DATA,
            &[
                self.robot.as_bytes(),
                &self.domain.to_le_bytes(),
                self.topic.as_bytes(),
                self.type_name.as_bytes(),
                self.type_hash.as_bytes(),
                self.class.as_bytes(),
                self.form.as_bytes(),
                self.group,
                &self.policy_version.to_le_bytes(),
            ],
        )
    }
}

/// The context of a command or call. `kind` keeps commands, calls and answers apart.
pub(super) fn ingress_digest(
    kind: &str,
    robot: &str,
    domain: u32,
    name: &str,
    types: [&str; 2],
) -> ContextDigest {
    let [type_name, type_hash] = types.map(str::as_bytes);
    digest(
        ENTRY,
        &[kind.as_bytes(), robot.as_bytes(), &domain.to_le_bytes(), name.as_bytes(), type_name, type_hash],
    )
}

/// Each field with its length before it, so that no two lists of fields have the same bytes.
fn digest(domain: &str, fields: &[&[u8]]) -> ContextDigest {
    let mut hasher = Hasher::new_derive_key(domain);
    for field in fields {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field);
    }
    ContextDigest(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_contexts_have_the_same_digest() {
        let base = MessageContext {
            robot: "r",
            domain: 1,
            topic: "/a",
            type_name: "t",
            type_hash: "h",
            class: "contextual",
            form: "clear",
            group: &[1; 16],
            policy_version: 1,
        };
        let others = [
            MessageContext { robot: "s", ..base.clone() },
            MessageContext { domain: 2, ..base.clone() },
            MessageContext { topic: "/b", ..base.clone() },
            MessageContext { topic: "/at", type_name: "", ..base.clone() },
            MessageContext { type_name: "u", ..base.clone() },
            MessageContext { type_hash: "i", ..base.clone() },
            MessageContext { class: "contextual/guest", ..base.clone() },
            MessageContext { form: "redacted", ..base.clone() },
            MessageContext { group: &[2; 16], ..base.clone() },
            MessageContext { policy_version: 2, ..base.clone() },
        ];
        let mut digests: Vec<_> = others.iter().chain([&base]).map(|context| context.digest().0).collect();
        digests.push(ingress_digest("command", "r", 1, "/a", ["t", "h"]).0);
        digests.push(ingress_digest("call", "r", 1, "/a", ["t", "h"]).0);
        let count = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), count);
    }
}
