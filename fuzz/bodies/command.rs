//! Any bytes as a command, and as the answer to a call: refused by name, or exactly the sealed message.

use std::sync::OnceLock;

use discreet_host::secret::Secret;
use discreet_seal::identity::Identity;
use discreet_seal::{
    CallAnswer, CommandContext, CommandOpener, ContextDigest, IngressKind, Receiver, ReceiverTerms,
    ReceivingKey, SenderKey, Ticket, announce, hint, open_response, read_call_answer, seal_call,
    seal_command, seal_response, write_call_answer,
};

const STAMP: u64 = 1_795_426_200_000_000_000;
const MESSAGE: &[u8] = b"\0\x01\0\0forward";

struct Setup {
    desk: Identity,
    opener: CommandOpener,
    receiver: Receiver,
    context: ContextDigest,
    request: Vec<u8>,
    ticket: Ticket,
    sender: SenderKey,
}

pub fn run(data: &[u8]) {
    let setup = setup();
    let known = setup.desk.public();
    let mut bytes = data.to_vec();
    match setup.opener.open(&setup.context, |found| (*found == hint(known)).then_some(known), &mut bytes) {
        Ok(command) => assert_eq!((&*command.message, command.stamp_ns), (MESSAGE, STAMP)),
        Err(why) => assert!(!why.label().is_empty() && !why.to_string().is_empty()),
    }
    let _ = Ticket::of(&setup.context, data);
    if let Ok(CallAnswer::Sealed(mut sealed)) = read_call_answer(data)
        && let Ok(text) = open_response(&setup.desk, &setup.receiver, &setup.ticket, &mut sealed)
    {
        assert_eq!(text, MESSAGE);
    }
}

/// Inputs that open.
#[allow(dead_code)] // the fuzzer finds its own
pub fn seeds() -> Vec<Vec<u8>> {
    let Setup { desk, receiver, context, request, ticket, sender, .. } = setup();
    let command = seal_command(desk, receiver, context, STAMP, MESSAGE).unwrap();
    let answer = seal_response(sender, desk.public(), ticket, MESSAGE).unwrap();
    let answers = [CallAnswer::Sealed(answer), CallAnswer::Refused("not now")];
    let answers = answers.iter().map(write_call_answer);
    [command, request.clone()].into_iter().chain(answers).collect()
}

fn setup() -> &'static Setup {
    static SETUP: OnceLock<Setup> = OnceLock::new();
    SETUP.get_or_init(|| {
        let secret = |byte| Secret::take(&mut [byte; 32]);
        let robot = Identity::from_secrets("r", secret(1), secret(2));
        let desk = Identity::from_secrets("desk", secret(3), secret(4));
        let (key, sender) = (ReceivingKey::from_secret(secret(5)), SenderKey::from_secret(&secret(6)));
        let terms = ReceiverTerms {
            robot: "r",
            key: 7,
            from: 0,
            until: i64::MAX,
            domain: 1,
            receive: key.public(),
            sender: sender.public(),
        };
        let receiver = Receiver::read(&announce(&terms, &robot).unwrap(), robot.public()).unwrap();
        let context = CommandContext {
            robot: "r",
            domain: 1,
            kind: IngressKind::Command,
            name: "/cmd_vel",
            type_name: "geometry_msgs/msg/Twist",
            type_hash: "",
        }
        .digest();
        let (request, ticket) = seal_call(&desk, &receiver, &context, STAMP, MESSAGE).unwrap();
        Setup { desk, opener: CommandOpener::new(key, 7), receiver, context, request, ticket, sender }
    })
}
