//! Any bytes as requests and answers about parameters: only declared values go in, and only those that may be read leave.

use std::sync::{Arc, LazyLock};

use discreet_cdr::Writer;
use discreet_guard::ingress::Refused;
use discreet_guard::node_parameters::{Rights, answer, not_set, request};
use discreet_policy::{ParameterService, Policy, Verb};
use discreet_redact::TextRules;

const TEXT: &str = "
discreet: 1
robot: r
version: 1
classes: { operational: { retention: 7d } }
stakeholders: { desk: { identity: d.pub } }
topics: {}
parameters:
  /n:
    class: operational
    names:
      a: { type: double, limits: [0, 1] }
      b.c: { type: string, max_length: 8, redact: [person] }
      d: { type: string_array, one_of: [x, y] }
      secret: { type: string }
rules:
  - { who: desk, get: ['/n:a', '/n:d'] }
  - { who: desk, get: '/n:b.c', as: redacted }
  - { who: desk, set: ['/n:a', '/n:b.c', '/n:d'] }
";
const SECRET: &[u8] = b"secret";

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::read("p.yaml", TEXT).unwrap().0);

pub fn run(data: &[u8]) {
    let rights = Rights { node: &POLICY.nodes()[0], who: "desk", now: POLICY.moment(0, false) };
    let hidden = &mut |_: &Arc<TextRules>, message: &[u8]| Ok(message.to_vec());
    for service in ParameterService::ALL {
        let _unreadable = not_set(service, data, Refused::OverLimit);
        if let Ok((asked, inside)) = request(rights, service, data) {
            assert!(inside.len() <= data.len() + 8);
            // Values and depths are of the sender's choice, names are not.
            let is_names = service.verb() == Verb::Get && service != ParameterService::List;
            assert!(!is_names || !contains(&inside));
            // It is let in again as it is.
            let again = request(rights, service, &inside).unwrap();
            assert_eq!(again, (asked, inside));
        }
        for seed in requests(service) {
            let (asked, _) = request(rights, service, &seed).unwrap();
            if let Ok(told) = answer(rights, &asked, data, hidden) {
                let is_list = service == ParameterService::List;
                assert!(!is_list || !contains(&told));
                let told_again = answer(rights, &asked, &told, hidden).unwrap();
                assert_eq!(told_again, told);
            }
        }
    }
}

fn contains(message: &[u8]) -> bool {
    message.windows(SECRET.len()).any(|window| window == SECRET)
}

fn names(all: &[&str]) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.sequence(all.len());
    all.iter().for_each(|name| writer.str(name));
    message
}

/// Values: a double and a text.
fn values(with_names: bool) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message);
    writer.sequence(2);
    for (name, kind, number, text) in [("a", 3, 0.5, ""), ("b.c", 4, 0.0, "hello")] {
        if with_names {
            writer.str(name);
        }
        writer.u8(kind);
        writer.bool(false);
        writer.i64(0);
        writer.f64(number);
        writer.str(text);
        (0..5).for_each(|_list| writer.sequence(0));
    }
    message
}

/// Requests that are let in.
fn requests(service: ParameterService) -> Vec<Vec<u8>> {
    match service {
        ParameterService::Get | ParameterService::GetTypes | ParameterService::Describe => {
            vec![names(&["a", "b.c"])]
        }
        ParameterService::List => {
            let mut all = names(&[]);
            Writer::append(&mut all).u64(0);
            vec![all]
        }
        ParameterService::Set | ParameterService::SetAtomically => vec![values(true)],
    }
}

/// Real messages.
#[allow(dead_code, reason = "the fuzz target has its own corpus")]
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = ParameterService::ALL.into_iter().flat_map(requests).collect();
    let mut list = names(&["a", "b.c", "secret"]);
    let mut writer = Writer::append(&mut list);
    writer.sequence(1);
    writer.str("b");
    seeds.extend([values(false), list]);
    seeds
}
