//! Any bytes as the guard's request: read as it was meant, or refused.

use discreet_redact::protocol::{Incoming, MAX_REQUEST, Progress, Request, RuleBytes, Work};

pub fn run(mut data: &[u8]) {
    let mut incoming = Incoming::default();
    while let Progress::Whole = incoming.read(&mut data, MAX_REQUEST.min(1 << 20)) {
        if let Ok(request) = Request::read(incoming.frame()) {
            if let Work::Inspect(picture) = request.work {
                assert_eq!(
                    picture.bgr.len() as u64,
                    u64::from(picture.width) * u64::from(picture.height) * 3
                );
            }
            let mut again = Vec::new();
            let image = request.write_head(&mut again).unwrap();
            assert_eq!([&again[4..], image].concat(), incoming.frame());
            if let Ok(rules) = request.rules.rules() {
                assert_eq!(RuleBytes::of(&rules), request.rules);
            }
        }
        incoming.clear();
    }
}
