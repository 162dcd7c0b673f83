//! Any bytes as the answer of a redactor: accepted only if they answer the question, in bounded memory.

use discreet_redact::protocol::{Hello, Incoming, MAX_FINDINGS, MAX_SHORT_REPLY, Progress, Reply};

const WIDTH: u32 = 960;
const HEIGHT: u32 = 540;

pub fn run(mut data: &[u8]) {
    let (mut incoming, mut found) = (Incoming::default(), Vec::new());
    while let Progress::Whole = incoming.read(&mut data, MAX_SHORT_REPLY) {
        let frame = incoming.frame();
        assert!(frame.len() <= MAX_SHORT_REPLY);
        if let Ok(hello) = Hello::read(frame) {
            assert!(!hello.engine.is_empty() && !hello.engine.chars().any(char::is_control));
            let mut again = Vec::new();
            hello.write(&mut again);
            assert_eq!(&again[4..], frame);
        }
        if let Ok(Reply::Found { findings, .. }) = Reply::read(frame) {
            let fits = findings.within(WIDTH, HEIGHT, &mut found);
            assert!(fits.is_ok() || found.is_empty());
            assert!(found.len() <= MAX_FINDINGS);
            for found in &found {
                assert!(found.area.left < found.area.right && found.area.right <= WIDTH);
                assert!(found.area.top < found.area.bottom && found.area.bottom <= HEIGHT);
                assert!((0.0..=1.0).contains(&found.score));
            }
        }
        incoming.clear();
    }
}
