//! The number of messages that a latched source keeps for late joiners, where its history shows it.
//!
//! Discovery does not announce a publisher's depth. A late joiner is given the whole history, so the first message
//! that it gets shows where the history begins: if that is not the source's first, the history is full, and its
//! length is the depth. The second message of a source, and then each time that their number has doubled, waits for
//! the answer of such a reader (the probe), so that a released message is kept outside for as long as inside.

use std::time::Duration;

use discreet_graph::qos::MAX_DEPTH;

/// The longest time that a message waits for the answer.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// After this time without a message, the whole history has arrived.
pub const QUIET: Duration = Duration::from_millis(100);

/// A source that publishes during a question is asked this often; then the last finding holds.
const MAX_TRIES: u8 = 4;

/// The known part of one source's history. Sequence numbers are the source's own, from 1; times are monotonic.
#[derive(Debug, Default)]
pub struct History {
    newest: u64,
    /// The newest sequence number that was counted.
    counted: u64,
    /// Messages received, each counted once.
    seen: u64,
    /// Above this value of `seen` the source is asked.
    settled: u64,
    question: Option<Question>,
    depth: Option<u64>,
    tries: u8,
    /// Arrival of the newest message.
    changed: Duration,
}

#[derive(Debug)]
struct Question {
    since: Duration,
    /// The newest message at the time of the question.
    newest: u64,
    /// The first message of the history, the newest at that time, and the time.
    answer: Option<(u64, u64, Duration)>,
}

/// Result of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// There is no answer yet, or no question.
    Pending,
    /// Messages need not wait any more.
    Settled,
    /// More messages arrived meanwhile: the source has to be asked again.
    Unclear,
}

impl History {
    /// Counts a message. True if it has to wait for an answer; the question is put now if it was not before.
    pub fn came(&mut self, sequence: u64, now: Duration) -> bool {
        self.saw(sequence, now);
        if sequence > self.counted {
            self.counted = sequence;
            self.seen += 1;
        }
        if self.question.is_none() && self.depth.is_none() && self.seen > self.settled.max(1) {
            self.ask(now);
        }
        self.question.is_some()
    }

    /// Counts a message that waits for another reason.
    pub fn saw(&mut self, sequence: u64, now: Duration) {
        if sequence > self.newest {
            (self.newest, self.changed) = (sequence, now);
        }
    }

    /// True while messages wait for an answer.
    pub fn is_asked(&self) -> bool {
        self.question.is_some()
    }

    /// True if no reader has been given the history since the question.
    pub fn is_unanswered(&self) -> bool {
        self.question.as_ref().is_some_and(|question| question.answer.is_none())
    }

    /// Notes that a reader that joined after the question was given `first` before all others.
    pub fn begins_with(&mut self, first: u64, now: Duration) {
        if let Some(question) = &mut self.question {
            question.answer.get_or_insert((first, self.newest, now));
        }
    }

    /// Draws the conclusion. Call it when all messages that had arrived before the answer were taken, until
    /// messages need not wait any more.
    pub fn conclude(&mut self, now: Duration) -> Answer {
        let Some(Question { since, newest: when_asked, answer }) = self.question else {
            return Answer::Pending;
        };
        let late = now.saturating_sub(since) >= PATIENCE;
        let Some((first, when_answered, at)) = answer else {
            if late {
                self.give_up();
                return Answer::Settled;
            }
            return Answer::Pending;
        };
        if first <= 1 {
            // It has kept all messages so far. It may keep more.
            self.give_up();
            return Answer::Settled;
        }
        // The end of a history that is still arriving is unknown; that of a source that goes on publishing moves.
        let waited = now.saturating_sub(at);
        let quiet = waited.min(now.saturating_sub(self.changed)) >= QUIET;
        let length = |newest: u64| newest.saturating_add(1).saturating_sub(first).max(1);
        if quiet && self.newest == when_asked {
            return self.settle(length(self.newest));
        }
        if !quiet && !late && waited < QUIET * 3 {
            return Answer::Pending;
        }
        self.tries += 1;
        if late || self.tries >= MAX_TRIES {
            return self.settle(length(if quiet { self.newest } else { when_answered }));
        }
        self.question = Some(Question { since, newest: self.newest, answer: None });
        Answer::Unclear
    }

    fn settle(&mut self, depth: u64) -> Answer {
        self.depth = Some(depth);
        self.question = None;
        Answer::Settled
    }

    /// Lets messages pass; the source is asked again when it has published twice as many.
    pub fn give_up(&mut self) {
        self.question = None;
        self.tries = 0;
        let most = MAX_DEPTH as u64;
        // A deeper history is kept to the largest depth.
        self.settled =
            if self.seen >= most { u64::MAX } else { self.seen.saturating_mul(2).saturating_sub(1) };
    }

    /// Messages that the source keeps; none if it has not shown its depth yet.
    pub fn depth(&self) -> Option<usize> {
        self.depth.map(|depth| usize::try_from(depth).unwrap_or(usize::MAX))
    }

    fn ask(&mut self, now: Duration) {
        self.question = Some(Question { since: now, newest: self.newest, answer: None });
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(5);

    const LATER: Duration = Duration::from_millis(5200);

    /// The history after messages from `first` to `last` arrived, with each question answered as a source of
    /// `depth` would answer it.
    fn asked(first: u64, last: u64, depth: u64) -> (History, Vec<u64>) {
        let (mut history, mut questions) = (History::default(), Vec::new());
        for sequence in first..=last {
            if history.came(sequence, NOW) {
                questions.push(sequence);
                history.begins_with((sequence + 1).saturating_sub(depth).max(1), NOW);
                assert_eq!(history.conclude(LATER), Answer::Settled, "{sequence}");
            }
        }
        (history, questions)
    }

    #[test]
    fn a_full_history_shows_the_depth_and_nobody_asks_again() {
        for first in [1, 25] {
            let (history, questions) = asked(first, first + 50, 1);
            assert_eq!((history.depth(), questions), (Some(1), vec![first + 1]));
        }
        let (history, questions) = asked(1, 50, 10);
        assert_eq!((history.depth(), questions), (Some(10), vec![2, 4, 8, 16]));
        let (history, _) = asked(41, 50, 10);
        assert_eq!(history.depth(), Some(10), "a late joiner was given the whole of it");
    }

    #[test]
    fn who_keeps_everything_is_asked_ever_more_rarely_and_then_no_more() {
        let (history, questions) = asked(1, 100_000, u64::MAX);
        assert_eq!((history.depth(), questions.len()), (None, 10));
    }

    #[test]
    fn a_history_that_is_still_coming_is_waited_for() {
        let mut history = History::default();
        assert!(!history.came(21, NOW) && history.came(22, NOW));
        history.begins_with(21, NOW);
        (23..=49).for_each(|sequence| history.saw(sequence, NOW));
        assert_eq!(history.conclude(NOW + QUIET / 2), Answer::Pending);
        history.saw(50, NOW + QUIET / 2);
        assert_eq!(history.conclude(NOW + QUIET), Answer::Pending, "the last came just now");
        assert_eq!(
            history.conclude(NOW + QUIET * 2),
            Answer::Unclear,
            "more than had been there when it was asked"
        );
        history.begins_with(21, NOW + QUIET * 2);
        assert_eq!(history.conclude(NOW + QUIET * 3), Answer::Settled);
        assert_eq!(history.depth(), Some(30));
    }

    #[test]
    fn messages_that_come_between_question_and_answer_do_not_count_as_history() {
        let mut history = History::default();
        assert!(!history.came(1, NOW) && history.came(2, NOW));
        history.begins_with(3, NOW);
        assert!(history.came(3, NOW) && history.came(4, NOW));
        assert_eq!(history.conclude(LATER), Answer::Unclear, "at most two");
        history.begins_with(4, LATER);
        assert_eq!(history.conclude(LATER + QUIET), Answer::Settled);
        assert_eq!(history.depth(), Some(1));
    }

    #[test]
    fn who_never_stands_still_is_taken_for_what_was_found_last() {
        let mut history = History::default();
        history.came(1, NOW);
        let mut now = NOW;
        for try_number in 1..=u64::from(MAX_TRIES) {
            assert!(history.came(try_number * 10 + 4, now));
            history.begins_with(try_number * 10, now);
            now += QUIET * 3;
            history.came(try_number * 10 + 9, now);
            history.conclude(now);
        }
        assert_eq!((history.depth(), history.is_asked()), (Some(5), false));
    }

    #[test]
    fn without_an_answer_a_message_does_not_wait_for_ever() {
        let mut history = History::default();
        assert!(!history.came(1, NOW) && history.came(2, NOW));
        assert_eq!(history.conclude(NOW), Answer::Pending);
        assert_eq!(history.conclude(NOW + PATIENCE), Answer::Settled);
        assert!(!history.came(3, NOW + PATIENCE) && history.came(4, NOW + PATIENCE));
        history.give_up();
        assert!(!history.came(4, NOW) && history.depth().is_none(), "given again, it counts once");
    }

    #[test]
    fn what_waits_for_another_reason_is_known_to_be_there() {
        let mut history = History::default();
        (1..=25).for_each(|sequence| history.saw(sequence, NOW));
        assert!(!history.came(1, NOW) && history.came(2, NOW));
        history.begins_with(16, NOW);
        assert_eq!((history.conclude(LATER), history.depth()), (Answer::Settled, Some(10)));
    }
}
