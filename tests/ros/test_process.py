"""Started, stopped, killed: the guard says what is wrong, leaves nothing behind,
and never lets out more for it.
"""

import os
import pathlib
import re
import signal
import subprocess
import time

import pytest
from rcl_interfaces.msg import Log, Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import GetParameters, SetParameters, SetParametersAtomically
from std_msgs.msg import String

from domain import BEST_EFFORT, LATCHED
from process import BINARIES, REPOSITORY
from rules import TEXT, everyone
from test_policy import Stream
from waiting import eventually

OPEN = [everyone('/text')]
TOPICS = {'/text': TEXT, '/secret': TEXT}


def text(data):
    return String(data=data)


def test_killed_under_load_it_starts_again_and_has_let_nothing_out(robot):
    robot.policy(TOPICS, OPEN)
    # Best effort: to a reliable reader that was killed Fast DDS clings for seconds, and its successor waits
    # as long.
    publisher = robot.inner.publisher('/text', String, BEST_EFFORT)
    secret = robot.inner.publisher('/secret', String, BEST_EFFORT)
    outside = robot.outer.reader('/text', String, BEST_EFFORT)
    leaked = robot.outer.reader('/secret', String, BEST_EFFORT)
    robot.start()
    with Stream(publisher, 200), Stream(secret, 200):
        for _ in range(2):
            outside.wait(50)
            robot.guard.kill()
            verified = robot.verify()
            assert verified is None or verified.returncode == 0, verified.stdout
            robot.start()
            outside.forget()
        outside.wait(50)
    assert leaked.poll() == []
    robot.stop()
    entries = [entry['entry'] for entry in robot.audit()]
    assert entries.count('start') == 3 and entries.count('stop') == 1
    assert robot.audited('/secret') == {}


def segments(pid):
    """Files of shared memory that a process holds the locks of:
    its own, and others' that it maps besides are not in it.
    """
    held = {os.readlink(link) for link in pathlib.Path(f'/proc/{pid}/fd').iterdir() if link.is_symlink()}
    return {
        name.removesuffix('_el') for name in held if name.startswith('/dev/shm/fast') and name.endswith('_el')
    }


def ports(pid):
    """Files of shared memory that it maps as ports of its domains;
    others than these are shared by all domains.
    """
    maps = pathlib.Path(f'/proc/{pid}/maps').read_text()
    found = re.findall(r'/dev/shm/fast(?:rtps|dds)_port(\d+)( \(deleted\))?', maps)
    return {port + deleted for port, deleted in found if int(port) >= 7400}


def test_with_the_tuned_transport_it_takes_no_more_shared_memory_than_the_documentation_says(robot):
    robot.policy(TOPICS, OPEN)
    there = {str(file) for file in pathlib.Path('/dev/shm').iterdir()}
    profile = REPOSITORY / 'launch' / 'fastdds.xml'
    guard = robot.start(environment={'FASTRTPS_DEFAULT_PROFILES_FILE': str(profile)})
    taken = sum(os.stat(segment).st_blocks * 512 for segment in segments(guard.pid) - there)
    said = int(
        re.search(r'the guard and an unsealer (\d+) MiB', (REPOSITORY / 'docs/operating.md').read_text())[1]
    )
    assert 0.9 * said < taken / 2**20 <= said + 1, taken
    assert f'the guard also takes {said} MiB' in (REPOSITORY / 'README.md').read_text()


def test_after_a_kill_the_next_guard_takes_other_ports_as_publishers_may_still_write_to_the_dead_ones(robot):
    robot.policy(TOPICS, OPEN)
    # Best effort, as above.
    publisher = robot.inner.publisher('/text', String, BEST_EFFORT)
    outside = robot.outer.reader('/text', String, BEST_EFFORT)
    mine = ports('self')
    robot.start()
    robot.flow(publisher, outside, text('before'))
    dead = ports(robot.guard.pid) - mine
    written = dead & ports('self')
    assert written, 'the publisher writes to a port of the guard'
    robot.guard.kill()
    robot.start()
    robot.flow(publisher, outside, text('after'))
    assert not dead & ports(robot.guard.pid), 'nobody took them'


def test_a_port_of_shared_memory_that_somebody_removes_is_told(robot):
    robot.policy(TOPICS, OPEN)
    mine = ports('self')
    robot.start()
    assert robot.status('guard').level == 0
    port = min(ports(robot.guard.pid) - mine)
    next(file for file in pathlib.Path('/dev/shm').glob(f'fast*_port{port}')).unlink()
    told = robot.status('guard', lambda status: status.level == 2)
    assert port in told.message and 'Restart the guard' in told.message


@pytest.mark.parametrize('by', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_within_three_seconds_and_it_leaves_nothing(robot, by):
    robot.policy(TOPICS, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    there = {str(file) for file in pathlib.Path('/dev/shm').iterdir()}
    guard = robot.start()
    robot.flow(publisher, outside, text('hello'))
    mine = segments(guard.pid) - there
    assert mine
    children = guard.children()
    with Stream(publisher, 200):
        guard.signal(by)
        began = time.monotonic()
        assert guard.wait(10) == 0, guard.said()
        assert time.monotonic() - began < 3
    # A port stays for as long as a publisher maps it. Ports from 7000 on are mapped by other tests' processes
    # as well.
    mapped = pathlib.Path('/proc/self/maps').read_text()
    left = {
        segment
        for segment in mine - set(mapped.split())
        if pathlib.Path(segment).exists() and not re.search(r'_port7[0-3]\d\d$', segment)
    }
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


@pytest.mark.parametrize(
    'parameters, words',
    [
        ({'policy': None}, 'policy'),
        ({'polizy': 'x.yaml'}, 'polizy'),
        ({'outer_domain': 233}, 'outer_domain'),
        ({'outer_domain': -1}, 'outer_domain'),
        ({'outer_domain': 'one'}, 'outer_domain'),
        ({'workers': 0}, 'workers'),
        ({'policy': 7}, 'in quotes'),
        ({'policy': 'true'}, 'in quotes'),
        ({'audit_log': '/tmp/a.log'}, 'did you mean `audit`'),
        ({'audit_max_bytes': 1000}, 'at least 4096'),
        ({'audit_keep_days': -1}, 'audit_keep_days'),
    ],
    ids=[
        'missing',
        'misspelt',
        'too large',
        'negative',
        'no number',
        'no workers',
        'no text',
        'true',
        'near',
        'tiny parts',
        'negative days',
    ],
)
def test_parameters_that_make_no_sense_are_named_and_end_it(robot, parameters, words):
    robot.policy(TOPICS, OPEN)
    guard = robot.start(wait=False, **parameters)
    assert guard.wait() == 2, guard.said()
    assert words in guard.said()


@pytest.mark.parametrize('domain', ['300', 'one', '-1'])
def test_an_inner_domain_that_does_not_exist_is_named_and_ends_it(robot, domain):
    robot.policy(TOPICS, OPEN)
    guard = robot.start(wait=False, environment={'ROS_DOMAIN_ID': domain})
    assert guard.wait() == 2, guard.said()
    assert f'ROS_DOMAIN_ID is `{domain}`' in guard.said() and 'panicked' not in guard.said()


def test_parameters_that_a_launch_file_gives_to_every_node_are_told_and_passed_over(robot):
    robot.policy(TOPICS, OPEN)
    guard = robot.start(
        robot_model='lite',
        start_type_description_service='false',
        **{'qos_overrides./parameter_events.publisher.depth': 10},
    )
    assert 'robot_model' in guard.said() and 'qos_overrides' not in guard.said()
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.flow(publisher, outside, text('hello'))


@pytest.mark.parametrize(
    'content', [None, 'a: [', '{guard: {policy: x}}'], ids=['missing', 'no YAML', 'no parameters']
)
def test_a_file_of_parameters_that_cannot_be_read_is_named_without_a_panic(robot, content):
    file = robot.folder / 'nope.yaml'
    if content:
        file.write_text(content)
    environment = os.environ | {'ROS_DOMAIN_ID': str(robot.inner.number), 'HOME': str(robot.folder)}
    done = subprocess.run(
        [BINARIES / 'guard', '--ros-args', '--params-file', file],
        capture_output=True,
        text=True,
        timeout=30,
        env=environment,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert 'parameters' in said and 'panicked' not in said and 'stack backtrace' not in said
    assert 'nope.yaml' in said or content, said


def test_no_parameter_can_be_changed_while_it_runs(robot):
    robot.policy(TOPICS, OPEN)
    guard = robot.start()
    robot.status('guard')
    value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value='/nonexistent.yaml')
    for name in ('policy', 'use_sim_time', 'new_one'):
        answer = robot.inner.call(
            '/guard/set_parameters', SetParameters, parameters=[Parameter(name=name, value=value)]
        )
        assert [one.successful for one in answer.results] == [False]
        assert 'start it again' in answer.results[0].reason, answer
        atomic = robot.inner.call(
            '/guard/set_parameters_atomically',
            SetParametersAtomically,
            parameters=[Parameter(name=name, value=value)],
        )
        assert not atomic.result.successful and 'start it again' in atomic.result.reason
    got = robot.inner.call('/guard/get_parameters', GetParameters, names=['policy', 'new_one'])
    assert got.values[0].string_value == str(robot.policy_file)
    assert got.values[1].type == ParameterType.PARAMETER_NOT_SET
    assert guard.is_running()


def test_its_log_is_on_rosout_of_the_robots_domain_and_only_there(robot):
    robot.policy(TOPICS, OPEN)
    inside, outside = robot.inner.reader('/rosout', Log, LATCHED), robot.outer.reader('/rosout', Log, LATCHED)
    robot.start()

    def said(level, words):
        return any(log.level == level and words in log.msg for log in inside.typed() if log.name == 'guard')

    eventually('the policy in force on /rosout', lambda: said(Log.INFO, 'in force'))
    robot.policy_file.write_text('discreet: 1\nrules: ["\0 and nonsense"]\n')
    eventually('the refused policy on /rosout', lambda: said(Log.ERROR, 'policy'))
    assert outside.poll() == [] and robot.outer.publishers_of('/rosout') == []


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
    robot.catalogs = robot.inner.reader(
        '/discreet/catalog', robot.catalogs.kind, LATCHED, node='second_operator'
    )
    publisher, outside = robot.inner.publisher('/text', String), robot.inner.reader('/discreet/text', String)
    guard = robot.start()
    assert 'same' in guard.said()
    robot.flow(publisher, outside, text('hello'))
    publisher.publish(text('once'))
    outside.wait_for(text('once'))
    assert list(robot.catalog()) == ['/discreet/text']
    undeclared = robot.status('guard').values['undeclared'].split()
    assert not [topic for topic in undeclared if topic.startswith('/discreet/')], (
        'it takes its own topics for others'
    )
    assert outside.typed().count(text('once')) == 1
