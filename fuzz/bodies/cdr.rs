//! Any bytes as a message of one of several types (the first byte chooses), or as a type's definition: walked, and
//! with other strings in it.

use std::path::Path;
use std::sync::OnceLock;

use discreet_cdr::types::TypeLibrary;
use discreet_cdr::{Plan, Rewriter, Strings};

const TYPES: [&str; 5] = [
    "discreet_test/msg/Every",
    "diagnostic_msgs/msg/DiagnosticArray",
    "sensor_msgs/msg/LaserScan",
    "sensor_msgs/msg/Image",
    "std_msgs/msg/String",
];

pub fn run(data: &[u8]) {
    static PLANS: OnceLock<Vec<Plan>> = OnceLock::new();
    let Some((choice, rest)) = data.split_first() else { return };
    if *choice == u8::MAX {
        let _ = serde_json::from_slice(rest).map(|description| Plan::compile(&description));
        return;
    }
    let plans = PLANS.get_or_init(plans);
    let plan = &plans[usize::from(*choice) % plans.len()];
    let _ = plan.stamp(rest);
    if let Ok(walk) = plan.check(rest) {
        // An accepted message has at most padding behind its end, and is accepted without it.
        assert!(rest.len() - walk.end() <= 3);
        assert_eq!(plan.check(&rest[..walk.end()]), Ok(walk));
        assert!(plan.check(&rest[..walk.end() - 1]).is_err());
    }
    // A message that can be walked can be rewritten into one that can be walked; no other message can.
    let rewritten = Rewriter::default()
        .rewrite(plan, rest, &mut Odd(0))
        .map(|message| message.map(|message| message.to_vec()));
    assert_eq!(rewritten.is_ok(), plan.check(rest).is_ok());
    if let Ok(Some(rewritten)) = rewritten {
        assert!(plan.check(&rewritten).is_ok());
        // Once strings that are not text were replaced, the same strings make the same message.
        let mut again = |message: &[u8]| {
            Rewriter::default().rewrite(plan, message, &mut Same).unwrap().map(|again| again.to_vec())
        };
        let readable = again(&rewritten);
        assert_eq!(readable.as_deref().and_then(&mut again), readable);
    }
}

/// Every second string becomes longer.
struct Odd(usize);

impl Strings for Odd {
    fn string(&mut self, _field: usize, text: &str, into: &mut String) -> bool {
        self.0 += 1;
        into.push('<');
        into.push_str(text);
        self.0 % 2 == 1
    }
}

/// Every string stays.
struct Same;

impl Strings for Same {
    fn string(&mut self, _field: usize, text: &str, into: &mut String) -> bool {
        into.push_str(text);
        true
    }
}

fn plans() -> Vec<Plan> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // This file is compiled into the package's tests and into the fuzzer, one folder further down.
    let prefixes = ["tests/data/types", "../tests/data/types"].map(|types| root.join(types));
    let library = TypeLibrary::new(prefixes.into_iter().filter(|prefix| prefix.exists()));
    TYPES.map(|name| library.definition(name).unwrap().plan).into()
}
