"""The policy in force is the newest good one, and every message after a switch is decided by the new one."""

import threading
import time

import pytest
from discreet_interfaces.msg import Tag
from std_msgs.msg import String

from rules import TEXT, everyone
from waiting import eventually

OPEN, SHUT = [everyone('operational')], [everyone('operational'), everyone('/text', deny=True)]
TOPICS = {'/text': TEXT, '/open': TEXT}


def text(data):
    return String(data=data)


class Stream:
    """Publishes numbers at a rate, from a thread, until it is told to stop."""

    def __init__(self, publisher, rate):
        self.publisher, self.rate, self.number, self.going = publisher, rate, 0, True
        self.thread = threading.Thread(target=self.run)

    def run(self):
        due = time.monotonic()
        while self.going:
            self.number += 1
            self.publisher.publish(text(f'{self.number}'))
            due += 1 / self.rate
            time.sleep(max(0, due - time.monotonic()))

    def more(self, count):
        """Waits until so many more were published."""
        goal = self.number + count
        eventually(f'number {goal}', lambda: self.number >= goal)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        self.thread.join()


def test_after_a_switch_under_load_no_message_crosses_against_the_new_policy(robot):
    """The topic alternates between allowed and denied;
    whatever is published once the switch is acknowledged obeys it.
    """
    robot.policy(TOPICS, OPEN, tags=True)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    tags = robot.outer.reader('/text/tag', Tag)
    robot.start()
    before = robot.flow(publisher, outside, text('0'))
    spans = {}  # by version: the numbers that were certainly published under it
    with Stream(publisher, 200) as stream:
        for version in range(2, 10):
            robot.policy(TOPICS, SHUT if version % 2 == 0 else OPEN, version, tags=True)
            # Whoever is quicker, the guard's own look at the file or this call: after the answer it is in
            # force.
            assert robot.reload().success
            first = stream.number + 2  # one may be under way
            stream.more(60)
            spans[version] = range(first, stream.number)
    outside.wait_for(text(f'{stream.number}'))
    crossed = {int(message.data) for message in outside.typed()}
    versions = {tag.source_sequence: tag.policy_version for tag in tags.typed()}
    for version, span in spans.items():
        numbers = [number for number in span if number in crossed]
        if version % 2 == 0:
            assert len(span) > 20 and numbers == [], f'crossed although version {version} denies it'
        else:
            assert numbers, f'nothing crosses although version {version} allows it'
            # The first may be without a tag: it may be out before the reader of tags is known.
            assert {versions.get(before + number) for number in numbers[20:]} == {version}


def test_nothing_is_lost_when_a_policy_changes_that_still_allows_it(robot):
    robot.policy(TOPICS, OPEN, tags=True)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    tags = robot.outer.reader('/text/tag', Tag)
    robot.start()
    robot.flow(publisher, [outside, tags], text('0'))
    with Stream(publisher, 200) as stream:
        for version in range(2, 6):
            robot.policy(TOPICS, OPEN, version, tags=True)
            assert robot.reload().success
            stream.more(10)
    outside.wait_for(text(f'{stream.number}'))
    assert [int(message.data) for message in outside.typed()] == list(range(1, stream.number + 1))
    eventually('a tag for each', lambda: len(tags.poll()) >= stream.number)
    versions = [tag.policy_version for tag in tags.typed()]
    assert versions == sorted(versions) and versions[-1] == 5


def refused(robot, words):
    answer = robot.reload()
    assert not answer.success and words in answer.message, answer.message
    status = robot.status('guard', lambda status: status.level == 1)
    assert status.values['policy version'] == '5'


@pytest.mark.parametrize(
    'put, words',
    [
        (lambda robot: robot.policy(TOPICS, SHUT, 4), 'older'),
        (lambda robot: robot.policy(TOPICS, SHUT, 5), 'version 5'),
        (lambda robot: robot.policy_text('rules: ['), 'errors'),
        (lambda robot: robot.policy_text(''), 'errors'),
        (lambda robot: robot.policy_text('discreet: 1\n' + 'x' * 300_000), 'bytes'),
        (
            lambda robot: robot.policy(TOPICS, [{'who': 'nobody', 'read': '/text', 'as': 'clear'}], 6),
            'nobody',
        ),
        (lambda robot: robot.policy_file.unlink(), 'policy.yaml'),
    ],
    ids=[
        'older',
        'same version, other content',
        'syntax error',
        'empty',
        'too large',
        'unknown name',
        'deleted',
    ],
)
def test_a_policy_that_is_not_good_changes_nothing_and_a_good_one_still_follows(robot, put, words):
    robot.policy(TOPICS, OPEN, 5)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('before'))
    put(robot)
    refused(robot, words)
    robot.flow(publisher, outside, text('as before'))
    robot.policy(TOPICS, SHUT, 7)
    eventually('the good one is in force, without a call', lambda: '/text' not in robot.catalog())
    assert robot.status('guard', lambda status: status.level == 0).values['policy version'] == '7'
    robot.stop()
    assert [entry['change'] for entry in robot.audit() if entry['entry'] == 'policy'][-1] == 'switched'
    assert 'refused' in [entry['change'] for entry in robot.audit() if entry['entry'] == 'policy']


def test_the_newest_version_is_remembered_over_a_restart(robot):
    robot.policy(TOPICS, OPEN, 5)
    robot.start()
    robot.stop()
    robot.policy(TOPICS, OPEN, 4)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    status = robot.status('guard')
    assert status.level == 2 and 'older' in status.message
    publisher.publish(text('secret'))
    assert 'older' in robot.reload().message
    assert outside.poll() == [] and robot.outer.publishers_of('/text') == []
    robot.policy(TOPICS, OPEN, 5)
    assert robot.reload().success
    robot.flow(publisher, outside, text('hello'))


def test_a_topic_that_a_new_policy_declares_differently_is_relayed_anew(robot):
    robot.policy(TOPICS, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    robot.policy({'/text': {**TEXT, 'class': 'contextual', 'source': '/other'}}, [everyone('contextual')], 2)
    assert robot.reload().success
    robot.status('/text', lambda status: 'refused wrong_source' in status.values)
    outside.forget()
    publisher.publish(text('secret'))
    robot.status('/text', lambda status: status.denied('wrong_source') == 1)
    assert outside.poll() == []
    other = robot.inner.publisher('/text', String, node='other')
    robot.flow(other, outside, text('of the other'))
    robot.entry('/text', lambda entry: entry.data_class == 'contextual')
