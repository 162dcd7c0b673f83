//! Seals the plain commands of one topic.

use std::fmt::Display;
use std::sync::Arc;

use super::{Stamps, Unsent};
use crate::unseal::Granted;
use crate::{ContextDigest, seal_command};
use discreet_cdr::Plan;

/// Port: publishes sealed commands to the robot.
pub trait SealedOutput {
    /// Error of the middleware. Its text is shown in diagnostics.
    type Fault: Display;

    /// Publishes a serialized `Sealed`.
    fn publish(&mut self, sealed: &[u8]) -> Result<(), Self::Fault>;
}

/// Seals the plain commands of one topic for the robot's guard.
pub struct CommandSealer {
    granted: Arc<Granted>,
    context: ContextDigest,
    plan: Plan,
    stamps: Stamps,
}

impl CommandSealer {
    /// `plan` is the walk over the topic's plain messages.
    pub fn new(granted: Arc<Granted>, context: ContextDigest, plan: Plan) -> CommandSealer {
        CommandSealer { granted, context, plan, stamps: Stamps::default() }
    }

    /// Seals a serialized command at `now_ns` (nanoseconds since 1970), and publishes it.
    pub fn send(
        &mut self,
        command: &[u8],
        output: &mut impl SealedOutput,
        now_ns: i64,
    ) -> Result<(), Unsent> {
        let end = self.plan.check(command)?.end();
        let command = command.get(..end).unwrap_or_default();
        let receiver = self.granted.receiver(now_ns.div_euclid(1_000_000_000));
        let receiver = receiver.ok_or(Unsent::NoCommandKey)?;
        let stamp = self.stamps.next(now_ns);
        let sealed = seal_command(self.granted.me(), &receiver, &self.context, stamp, command)?;
        output.publish(&sealed).map_err(|fault| Unsent::Fault(fault.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Desk, NOW, NOW_NS, PUBLISHED_BYTE, byte_plan};
    use super::*;
    use crate::{CommandContext, IngressKind};

    #[derive(Default)]
    struct Published {
        messages: Vec<Vec<u8>>,
        broken: bool,
    }

    impl SealedOutput for Published {
        type Fault = &'static str;

        fn publish(&mut self, sealed: &[u8]) -> Result<(), &'static str> {
            if self.broken {
                return Err("publishing failed");
            }
            self.messages.push(sealed.to_vec());
            Ok(())
        }
    }

    fn scene() -> (Desk, ContextDigest, CommandSealer, Published) {
        let desk = Desk::new();
        let context = CommandContext {
            robot: "r",
            domain: 4,
            kind: IngressKind::Command,
            name: "/cmd",
            type_name: "a/msg/B",
            type_hash: "h",
        };
        let context = context.digest();
        let sealer = CommandSealer::new(Arc::clone(&desk.granted), context, byte_plan());
        (desk, context, sealer, Published::default())
    }

    #[test]
    fn a_command_opens_at_the_guard_without_padding_and_its_stamp_grows() {
        let (desk, context, mut sealer, mut output) = scene();
        desk.announce(NOW + 30);
        let padded = [&PUBLISHED_BYTE[..], &[0xee; 3]].concat();
        sealer.send(&padded, &mut output, NOW_NS).unwrap();
        sealer.send(&padded, &mut output, NOW_NS).unwrap();
        let me = desk.granted.me().public();
        let mut stamps = Vec::new();
        for sealed in &mut output.messages {
            let command = desk.guard.open(&context, |_| Some(me), sealed).unwrap();
            assert_eq!(command.message, PUBLISHED_BYTE);
            stamps.push(command.stamp_ns);
        }
        assert_eq!(stamps, [NOW_NS as u64, NOW_NS as u64 + 1]);
    }

    #[test]
    fn without_a_valid_announcement_nothing_is_sent() {
        let (desk, _, mut sealer, mut output) = scene();
        assert_eq!(sealer.send(&PUBLISHED_BYTE, &mut output, NOW_NS), Err(Unsent::NoCommandKey));
        desk.announce(NOW + 30);
        let ended = NOW_NS + 30_000_000_000;
        assert_eq!(sealer.send(&PUBLISHED_BYTE, &mut output, ended), Err(Unsent::NoCommandKey));
        assert!(output.messages.is_empty());
    }

    #[test]
    fn what_is_not_of_the_type_is_not_sent() {
        let (desk, _, mut sealer, mut output) = scene();
        desk.announce(NOW + 30);
        let sent = sealer.send(&[0, 1, 0, 0], &mut output, NOW_NS);
        assert!(matches!(sent, Err(Unsent::Malformed(_))), "{sent:?}");
        assert!(output.messages.is_empty());
    }

    #[test]
    fn a_fault_of_the_middleware_is_the_reason() {
        let (desk, _, mut sealer, mut output) = scene();
        desk.announce(NOW + 30);
        output.broken = true;
        let sent = sealer.send(&PUBLISHED_BYTE, &mut output, NOW_NS);
        assert_eq!(sent, Err(Unsent::Fault("publishing failed".into())));
    }
}
