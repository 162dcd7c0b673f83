"""Domains that shall be apart and are not: at a discovery server,
whichever way the middleware was told of it, nothing runs.
"""

import contextlib
import json
import pathlib
import random
import shutil
import socket

import pytest
from std_msgs.msg import String

from domain_ids import free_domains
from process import BINARIES, Process
from rules import TEXT, everyone
from waiting import eventually

PROFILE = """<?xml version="1.0" encoding="UTF-8" ?>
<dds xmlns="http://www.eprosima.com/XMLSchemas/fastRTPS_Profiles"><profiles>
  <participant profile_name="all" is_default_profile="true"><rtps><builtin><discovery_config>
    <discoveryProtocol>{protocol}</discoveryProtocol>
    <discoveryServersList><RemoteServer prefix="44.53.00.5f.45.50.52.4f.53.49.4d.41">
      <metatrafficUnicastLocatorList>
      <locator><udpv4><address>127.0.0.1</address><port>{port}</port></udpv4></locator>
    </metatrafficUnicastLocatorList></RemoteServer></discoveryServersList>
  </discovery_config></builtin></rtps></participant>
</profiles></dds>
"""


def free_port():
    """A UDP port that nothing takes by chance: below those of the domains and the ephemeral ones."""
    for port in random.sample(range(2000, 7000), 100):
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(('127.0.0.1', port))
            return port
    raise AssertionError('no free port')


@pytest.fixture
def server(robot):
    """A discovery server of Fast DDS; the port that it listens on."""
    program = shutil.which('fast-discovery-server')
    if not program:
        pytest.skip('this ROS 2 has no fast-discovery-server')
    port = free_port()
    running = Process(
        [program, '-i', '0', '-l', '127.0.0.1', '-p', str(port)], robot.folder / 'server.log', {}
    )
    eventually(
        lambda: f'a discovery server\n{running.said()}',
        lambda: f':{port:04X} ' in pathlib.Path('/proc/net/udp').read_text(),
    )
    return port


def profile(robot, protocol, port):
    """An environment in which every participant of a process is a client of the server."""
    file = robot.folder / 'profile.xml'
    file.write_text(PROFILE.format(protocol=protocol, port=port))
    return {'FASTRTPS_DEFAULT_PROFILES_FILE': str(file), 'FASTDDS_DEFAULT_PROFILES_FILE': str(file)}


def stakeholder(robot, program, environment, **more):
    """Starts the unsealer or the commander of the front desk."""
    given = {
        'identity': robot.identity('desk'),
        'passphrase_file': robot.passphrase(),
        'robot': robot.identity('probe').with_suffix('.pub'),
        'outer_domain': robot.outer.number,
        **more,
    }
    arguments = [word for key, value in given.items() for word in ('-p', f'{key}:={value}')]
    return Process(
        [BINARIES / program, '--ros-args', *arguments],
        robot.folder / f'{program}.log',
        {
            'ROS_DOMAIN_ID': str(free_domains(1)[0]),
            'ROS_LOG_DIR': str(robot.folder),
            'HOME': str(robot.folder),
            **environment,
        },
    )


PROGRAMS = {'unsealer': {}, 'commander': {'commands': json.dumps(['/cmd_vel geometry_msgs/msg/Twist'])}}


@pytest.mark.parametrize('protocol', ['SUPER_CLIENT', 'CLIENT'])
def test_a_guard_whose_profile_names_a_server_ends_and_says_why(robot, server, protocol):
    robot.policy({'/text': TEXT}, [everyone('/text')])
    guard = robot.start(wait=False, environment=profile(robot, protocol, server))
    assert guard.wait() == 2
    assert 'have met' in guard.said() and 'docs/lock.md' in guard.said()


@pytest.mark.parametrize('protocol', ['SUPER_CLIENT', 'CLIENT'])
@pytest.mark.parametrize('program', PROGRAMS)
def test_so_does_the_stakeholders_node(robot, server, program, protocol):
    process = stakeholder(robot, program, profile(robot, protocol, server), **PROGRAMS[program])
    assert process.wait() == 2, process.said()
    assert 'have met' in process.said()


@pytest.mark.parametrize('program', PROGRAMS)
def test_a_stakeholders_node_refuses_the_variable_and_the_environment_file(robot, program):
    file = robot.folder / 'environment.json'
    file.write_text(json.dumps({'environment_variables': {'ROS_DISCOVERY_SERVER': '127.0.0.1:11811'}}))
    for environment in ({'ROS_DISCOVERY_SERVER': '127.0.0.1:11811'}, {'FASTDDS_ENVIRONMENT_FILE': str(file)}):
        process = stakeholder(robot, program, environment, **PROGRAMS[program])
        assert process.wait() == 2, process.said()
        assert 'ROS_DISCOVERY_SERVER' in process.said()


def test_the_guard_refuses_the_environment_file_too(robot):
    robot.policy({'/text': TEXT}, [everyone('/text')])
    file = robot.folder / 'environment.json'
    file.write_text(json.dumps({'environment_variables': {'ROS_DISCOVERY_SERVER': '127.0.0.1:11811'}}))
    guard = robot.start(wait=False, environment={'FASTDDS_ENVIRONMENT_FILE': str(file)})
    assert guard.wait() == 2 and 'ROS_DISCOVERY_SERVER' in guard.said()


def test_static_peers_do_not_make_the_domains_meet(robot):
    """They are addresses; the ports of a domain are its own."""
    robot.policy({'/text': TEXT}, [everyone('/text')])
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start(environment={'ROS_STATIC_PEERS': '127.0.0.1'})
    robot.flow(publisher, outside, String(data='hello'))
    assert robot.status('guard').level == 0
