"""The guard tests the middleware that it runs on, and refuses one that cannot keep its promises. With robots
and readers on Cyclone DDS, where that is installed, all that can work does.
"""

import os
import pathlib
import subprocess
import sys

import pytest
from discreet_interfaces.msg import Tag
from std_msgs.msg import String
from std_srvs.srv import Trigger

from process import REPOSITORY, Process
from rules import TEXT, everyone
from waiting import eventually

OPEN = [everyone('operational')]
DOCK = '/operator/dock'


@pytest.fixture(scope='session')
def odd(tmp_path_factory):
    """The library that makes a middleware odd."""
    library = tmp_path_factory.mktemp('odd') / 'odd.so'
    prefixes = [pathlib.Path(path) for path in os.environ['AMENT_PREFIX_PATH'].split(':')]
    folders = [folder for prefix in prefixes for folder in prefix.glob('include/*') if folder.is_dir()]
    source = pathlib.Path(__file__).with_name('odd_middleware.c')
    subprocess.run(
        ['cc', '-shared', '-fPIC', *(f'-I{folder}' for folder in folders), '-o', library, source, '-ldl'],
        check=True,
    )
    return library


@pytest.mark.parametrize(
    ('kind', 'words'), [('publisher', 'no source can be checked'), ('number', 'no loss can be counted')]
)
def test_a_guard_on_a_middleware_that_tells_too_little_ends_and_says_why(robot, odd, kind, words):
    robot.policy({'/text': TEXT}, OPEN)
    guard = robot.start(wait=False, environment={'LD_PRELOAD': str(odd), 'ODD': kind})
    assert guard.wait() == 2, guard.said()
    assert words in guard.said() and 'docs/middlewares.md' in guard.said()


def test_a_guard_on_a_middleware_that_delivers_nothing_ends_and_may_be_started_again(robot, odd):
    robot.policy({'/text': TEXT}, OPEN)
    guard = robot.start(wait=False, environment={'LD_PRELOAD': str(odd), 'ODD': 'silent'})
    assert guard.wait() == 1, guard.said()
    assert 'delivers no message within ten seconds' in guard.said()


def test_the_middleware_is_in_the_log_and_in_diagnostics(robot):
    robot.policy({'/text': TEXT}, OPEN)
    guard = robot.start()
    name = robot.status('guard').values['middleware']
    assert name.startswith('rmw_') and name in guard.said()


@pytest.fixture(scope='session')
def cyclone():
    """The environment of a process on Cyclone DDS."""
    folders = [pathlib.Path(path) for path in os.environ.get('LD_LIBRARY_PATH', '').split(':') if path]
    library = next((file for path in folders if (file := path / 'librmw_cyclonedds_cpp.so').exists()), None)
    if library is None:
        pytest.skip('NOT RUN: rmw_cyclonedds_cpp is not installed')
    # Preloaded, since a ROS 2 of one middleware only, such as the wheels, has no choice at run time.
    return {'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp', 'LD_PRELOAD': str(library)}


@pytest.fixture
def on_cyclone(robot, cyclone):
    """Starts a peer on Cyclone DDS in a domain."""
    started = []

    def start(domain, *arguments):
        environment = {**cyclone, 'ROS_DOMAIN_ID': str(domain.number), 'ROS_LOG_DIR': str(robot.folder)}
        log = robot.folder / f'cyclone{len(started)}.log'
        script = pathlib.Path(__file__).with_name('text_peer.py')
        if isinstance(arguments[0], pathlib.Path):
            script, *arguments = arguments
        started.append(Process([sys.executable, script, *map(str, arguments)], log, environment))
        return started[-1]

    yield start
    for peer in started:
        peer.kill()


def test_a_guard_on_cyclone_refuses_to_run(robot, cyclone):
    robot.policy({'/text': TEXT}, OPEN)
    guard = robot.start(wait=False, environment=cyclone)
    assert guard.wait() == 2, guard.said()
    assert 'rmw_cyclonedds_cpp cannot keep' in guard.said()


def test_a_robot_and_a_reader_on_cyclone_have_a_guard_on_fast_dds_between_them(robot, on_cyclone):
    robot.policy({'/text': {**TEXT, 'source': '/talker'}}, OPEN)
    robot.start()
    reader = on_cyclone(robot.outer, 'reads', '/text')
    talker = on_cyclone(robot.inner, 'publishes', '/text')
    eventually(lambda: f'texts\n{reader.said()}\n{talker.said()}', lambda: 'text 5' in reader.said())
    numbers = [int(line.split()[-1]) for line in reader.said().splitlines() if line.startswith('text ')]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), 'none is lost'
    status = robot.status('/text')
    assert status.level == 0, status


def test_a_reader_on_cyclone_pairs_tags_by_digest(robot, on_cyclone):
    robot.policy({'/text': TEXT}, OPEN, tags=True)
    publisher = robot.inner.publisher('/text', String)
    tags = robot.outer.reader('/text/tag', Tag)
    robot.start()
    robot.released('/text')
    reader = on_cyclone(robot.outer, REPOSITORY / 'examples/read_tags.py', '/text')

    def paired():
        publisher.publish(String(data='hello' * 20_000))
        publisher.publish(String(data='hello'))
        return 'String of class operational' in reader.said()

    eventually(lambda: f'a pair\n{reader.said()}, {len(tags.messages)} tags', paired)


@pytest.fixture
def desk(robot):
    """A robot with a desk that commands it and calls its dock."""
    robot.identity('desk')
    robot.policy(
        {'/text': {**TEXT, 'class': 'contextual'}},
        [
            {'who': 'desk', 'read': '/text', 'as': 'clear'},
            {'who': 'desk', 'command': '/say'},
            {'who': 'desk', 'call': DOCK},
        ],
        commands={'/say': {'type': 'std_msgs/msg/String', 'class': 'operational'}},
        services={DOCK: {'type': 'std_srvs/srv/Trigger', 'class': 'operational'}},
        stakeholders={'desk': {'identity': 'identities/desk.pub'}},
    )
    robot.keep()
    robot.start()
    return robot


def refused_by_vendor(robot, own):
    """Calls the dock until the guard counts that it refuses calls between vendors."""
    client = own.node('asks').create_client(Trigger, f'/desk{DOCK}')
    eventually('the service', client.service_is_ready)
    status = None

    def refused():
        nonlocal status
        client.call_async(Trigger.Request())
        status = robot.status(f'{DOCK}/call')
        return status.values.get('refused other_middleware')

    eventually(lambda: f'a refusal; {status}', refused)


def test_a_service_of_a_robot_on_cyclone_is_refused_by_name(desk, on_cyclone):
    on_cyclone(desk.inner, 'serves', DOCK)
    refused_by_vendor(desk, desk.commander('desk', services=[f'{DOCK} std_srvs/srv/Trigger']))


def test_a_stakeholder_on_cyclone_reads_and_commands_but_does_not_call(desk, on_cyclone, cyclone):
    desk.environment.update(cyclone)
    told, moved = desk.inner.publisher('/text', String), desk.inner.reader('/say', String)
    reads = desk.unsealer('desk').reader('/desk/text', String)
    desk.flow(told, reads, String(data='hello'))
    own = desk.commander('desk', ['/say std_msgs/msg/String'], [f'{DOCK} std_srvs/srv/Trigger'])
    desk.flow(own.publisher('/desk/say', String), moved, String(data='hello'))
    refused_by_vendor(desk, own)
