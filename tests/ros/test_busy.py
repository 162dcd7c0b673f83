"""However much work somebody's texts make: diagnostics,
the policy and the end of the guard do not wait for it.
"""

import signal
import threading
import time

from std_msgs.msg import String

from rules import TEXT, declared, everyone
from waiting import eventually

BUSY = [f'/busy{number}' for number in range(4)]
SAID = declared('std_msgs/msg/String', 'contextual', depth=10, redact={'*': ['all']})
# Every number may be a card, and lies over the next; just below the most that is looked at in a message.
WORST = '4111 ' * (4_000_000 // 5)
# Seconds. The texts that wait, ten a topic, take a minute and more; a compiler may run beside.
SOON = 12


class Busy:
    """Publishes texts that take long, on more topics than there are workers."""

    def __init__(self, robot):
        self.publishers = [robot.inner.publisher(topic, String) for topic in BUSY]
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.ended.wait(0.2):
            for publisher in self.publishers:
                publisher.publish(String(data=WORST))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def policy(robot, version=1):
    topics = {topic: SAID for topic in BUSY} | {'/text': TEXT}
    robot.policy(topics, [everyone('operational'), everyone('contextual', **{'as': 'redacted'})], version)


def test_diagnostics_policy_and_signals_do_not_wait_for_a_text_that_takes_long(robot):
    policy(robot)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    guard = robot.start()
    robot.flow(publisher, outside, String(data='hello'))
    with Busy(robot):
        for topic in BUSY[:2]:
            robot.status(topic, lambda status: status.number('released') > 0, patience=60)
        for _ in range(5):  # diagnostics goes on, every second
            before = time.monotonic()
            robot.status('guard')
            assert time.monotonic() - before < SOON
        before = time.monotonic()
        policy(robot, version=2)
        answer = robot.reload()
        assert answer.success and time.monotonic() - before < SOON, answer
        eventually(
            'the second version',
            lambda: robot.catalog() and all(entry.policy_version == 2 for entry in robot.catalog().values()),
        )
        robot.flow(publisher, outside, String(data='operational goes on'))
        guard.signal(signal.SIGTERM)
        assert guard.wait(SOON) == 0, guard.said()


def test_a_message_with_more_text_than_is_looked_at_stays_inside_by_name(robot):
    policy(robot)
    publisher, outside = robot.inner.publisher(BUSY[0], String), robot.outer.reader(BUSY[0], String)
    robot.start()
    robot.flow(publisher, outside, String(data='hello'))
    publisher.publish(String(data='x' * 5_000_000))
    status = robot.status(BUSY[0], lambda status: status.denied('too_long') == 1)
    assert status.level == 2 or status.denied('too_long') == 1
    publisher.publish(String(data='and on'))
    outside.wait_for(String(data='and on'))
    robot.stop()
    assert robot.audited(BUSY[0])['too_long'] == 1


def test_neither_log_nor_answer_has_a_name_that_the_policy_hides(robot):
    policy(robot)
    guard = robot.start()
    robot.policy(
        {'/text': TEXT},
        [everyone('/text')],
        2,
        personal_data={'hide': {'persn': ['Ada Lovelace', 'Grand Duke Ferdinand']}, 'Ferdinand': 1},
    )
    answer = robot.reload()
    assert not answer.success
    assert 'policy.yaml:' in answer.message and 'error[' in answer.message, answer.message
    for name in ('Ada', 'Lovelace', 'Ferdinand'):
        assert name not in answer.message and name not in guard.said()
        assert name not in robot.audit_file.read_text()
    shown = robot.program('check', robot.policy_file, check=False).stdout
    assert 'Lovelace' in shown, 'the officer sees the line'
