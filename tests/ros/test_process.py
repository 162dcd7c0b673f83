"""Started, stopped, killed: the guard says what is wrong, leaves nothing behind, and never lets out more for it."""

import pathlib
import signal
import time

import pytest
from robot import BEST_EFFORT, LATCHED, TEXT, eventually, everyone
from std_msgs.msg import String
from test_policy import Stream

OPEN = [everyone('/text')]
TOPICS = {'/text': TEXT, '/secret': TEXT}


def text(data):
    return String(data=data)


def test_killed_under_load_it_starts_again_and_has_let_nothing_out(robot):
    robot.policy(TOPICS, OPEN)
    # Best effort: to a reliable reader that was killed Fast DDS clings for seconds, and its successor waits as long.
    publisher = robot.inner.publisher('/text', String, BEST_EFFORT)
    secret = robot.inner.publisher('/secret', String, BEST_EFFORT)
    outside = robot.outer.reader('/text', String, BEST_EFFORT)
    leaked = robot.outer.reader('/secret', String, BEST_EFFORT)
    robot.start()
    with Stream(publisher, 200), Stream(secret, 200):
        for _ in range(2):
            outside.wait(50, patience=40)
            robot.guard.kill()
            verified = robot.verify()
            assert verified is None or verified.returncode == 0, verified.stdout
            robot.start()
            outside.forget()
        outside.wait(50, patience=40)
    assert leaked.poll() == []
    robot.stop()
    entries = [entry['entry'] for entry in robot.audit()]
    assert entries.count('start') == 3 and entries.count('stop') == 1
    assert robot.audited('/secret') == {}


def segments(pid):
    """Shared memory that a process has open or mapped."""
    maps = pathlib.Path(f'/proc/{pid}/maps').read_text()
    return {line.split()[-1] for line in maps.splitlines() if '/dev/shm/fast' in line}


@pytest.mark.parametrize('by', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_within_three_seconds_and_it_leaves_nothing(robot, by):
    robot.policy(TOPICS, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    guard = robot.start()
    robot.flow(publisher, outside, text('hello'))
    mine = {segment for segment in segments(guard.pid)} - segments('self')
    children = guard.children()
    with Stream(publisher, 200):
        guard.signal(by)
        began = time.monotonic()
        assert guard.wait(10) == 0, guard.said()
        assert time.monotonic() - began < 3
    left = {segment for segment in mine if pathlib.Path(segment).exists()}
    assert left == set()
    assert [child for child in children if pathlib.Path(f'/proc/{child}').exists()] == []
    assert robot.audit()[-1]['entry'] == 'stop'


def test_a_signal_during_the_start_is_not_lost(robot):
    robot.policy(TOPICS, OPEN)
    guard = robot.start(wait=False)
    eventually('it handles signals', lambda: handles(guard.pid, signal.SIGTERM))
    guard.signal(signal.SIGTERM)
    assert guard.wait(5) == 0, guard.said()


def handles(pid, number):
    status = pathlib.Path(f'/proc/{pid}/status').read_text()
    caught = int(next(line.split()[1] for line in status.splitlines() if line.startswith('SigCgt')), 16)
    return caught >> (number - 1) & 1


@pytest.mark.parametrize('parameters, words', [
    ({'policy': None}, 'policy'),
    ({'polizy': 'x.yaml'}, 'polizy'),
    ({'outer_domain': 233}, 'outer_domain'),
    ({'outer_domain': -1}, 'outer_domain'),
    ({'outer_domain': 'one'}, 'outer_domain'),
    ({'workers': 0}, 'workers'),
    ({'policy': 7}, 'policy'),
], ids=['missing', 'misspelt', 'too large', 'negative', 'no number', 'no workers', 'no text'])
def test_parameters_that_make_no_sense_are_named_and_end_it(robot, parameters, words):
    robot.policy(TOPICS, OPEN)
    guard = robot.start(wait=False, **parameters)
    assert guard.wait() == 2, guard.said()
    assert words in guard.said()


def test_without_a_policy_nothing_leaves_until_there_is_one(robot):
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    status = robot.status('guard')
    assert status.level == 2 and 'no policy, nothing leaves' in status.message
    publisher.publish(text('secret'))
    answer = robot.reload()
    assert not answer.success and 'policy.yaml' in answer.message
    assert outside.poll() == [] and robot.outer.publishers_of('/text') == []
    robot.policy(TOPICS, OPEN)
    robot.flow(publisher, outside, text('hello'))
    assert robot.status('guard').level == 0


def test_with_one_domain_released_topics_have_a_prefix_and_it_warns(robot):
    robot.policy(TOPICS, OPEN)
    robot.outer = robot.inner
    robot.catalogs = robot.inner.reader('/discreet/catalog', robot.catalogs.kind, LATCHED, node='second_operator')
    publisher, outside = robot.inner.publisher('/text', String), robot.inner.reader('/discreet/text', String)
    guard = robot.start()
    assert 'same' in guard.said()
    robot.flow(publisher, outside, text('hello'))
    publisher.publish(text('once'))
    outside.wait_for(text('once'))
    assert list(robot.catalog()) == ['/discreet/text']
    undeclared = robot.status('guard').values['undeclared'].split()
    assert not [topic for topic in undeclared if topic.startswith('/discreet/')], 'it takes its own topics for others'
    assert outside.typed().count(text('once')) == 1
