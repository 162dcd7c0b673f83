//! The command line's side: one question, one answer.

use std::path::Path;
use std::time::{Duration, Instant};

use super::frame::{FrameError, Frames, send};
use super::protocol::{Done, FromAdmin, Hello, Summary, ToAdmin, TopicAccess, VERSION};

/// Time limit for an answer: the keeper itself waits a second for its guards.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);

/// Reason for which there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// There is no keeper.
    #[error("no keeper at {socket}: {error}. Start `keeper`, or name its socket with --socket")]
    NotThere {
        /// Its expected socket.
        socket: String,
        /// The system's message.
        error: std::io::Error,
    },
    /// It refused.
    #[error("the keeper refuses: {0}")]
    Refused(String),
    /// It closed the connection, or sent something else.
    #[error(
        "the keeper gave no answer ({0}). What was asked may still take effect: see `discreet who`. It takes orders of root, its own user and those of --admin-uid, and its log says more"
    )]
    Broken(FrameError),
}

impl From<FrameError> for NoAnswer {
    fn from(error: FrameError) -> NoAnswer {
        NoAnswer::Broken(error)
    }
}

/// Revokes all rights of a stakeholder.
pub fn revoke(socket: &Path, who: &str) -> Result<Done, NoAnswer> {
    done(ask(socket, &FromAdmin::Revoke(who.to_owned()))?)
}

/// Grants a stakeholder again what the policy gives it.
pub fn grant(socket: &Path, who: &str) -> Result<Done, NoAnswer> {
    done(ask(socket, &FromAdmin::Grant(who.to_owned()))?)
}

/// The present access: who can open each topic.
pub fn who(socket: &Path) -> Result<(Vec<TopicAccess>, Summary), NoAnswer> {
    let mut topics = Vec::new();
    for part in ask(socket, &FromAdmin::Who)? {
        match part {
            ToAdmin::Topic(topic) => topics.push(topic),
            ToAdmin::Summary(summary) => return Ok((topics, summary)),
            ToAdmin::Done(_) | ToAdmin::Refused(_) => break,
        }
    }
    Err(FrameError::Odd.into())
}

fn done(answer: Vec<ToAdmin>) -> Result<Done, NoAnswer> {
    match answer.into_iter().next() {
        Some(ToAdmin::Done(done)) => Ok(done),
        _ => Err(FrameError::Odd.into()),
    }
}

/// Asks, and reads until the answer is whole.
fn ask(socket: &Path, question: &FromAdmin) -> Result<Vec<ToAdmin>, NoAnswer> {
    let not_there = |error| NoAnswer::NotThere { socket: socket.display().to_string(), error };
    let mut stream = super::peer::connect(socket).map_err(not_there)?;
    stream.set_read_timeout(Some(Duration::from_millis(500))).map_err(not_there)?;
    stream.set_write_timeout(Some(Duration::from_secs(1))).map_err(not_there)?;
    send(&mut stream, &Hello::Admin { version: VERSION })?;
    send(&mut stream, question)?;
    let (mut frames, mut parts) = (Frames::default(), Vec::new());
    let until = Instant::now() + ANSWERED_WITHIN;
    loop {
        match frames.read(&mut stream) {
            Err(FrameError::Idle) if Instant::now() < until => {}
            Err(FrameError::Idle) => return Err(FrameError::Late.into()),
            Err(error) => return Err(error.into()),
            Ok(ToAdmin::Refused(why)) => return Err(NoAnswer::Refused(why)),
            Ok(part @ ToAdmin::Topic(_)) => parts.push(part),
            Ok(last @ (ToAdmin::Done(_) | ToAdmin::Summary(_))) => {
                parts.push(last);
                return Ok(parts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_keeper_that_still_waits_for_its_guards_is_waited_for() {
        let folder = std::env::temp_dir().join(format!("discreet-slow-keeper-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let socket = folder.join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let done = Done { who: "desk".into(), changed: true, in_policy: true, guards: 1, acknowledged: 1 };
        let answer = ToAdmin::Done(done.clone());
        let keeper = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            std::thread::sleep(Duration::from_millis(700));
            send(&mut stream, &answer).unwrap();
        });
        assert_eq!(revoke(&socket, "desk").unwrap(), done);
        keeper.join().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
