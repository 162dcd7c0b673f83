"""The launch file starts the guard as an operator asked for it.

The launch system is part of a ROS installation and in no package registry: without one the tests that run the launch
file are skipped, and only what can be read from the files is checked.
"""

import ast
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import pytest
import yaml

LAUNCH = pathlib.Path(__file__).parents[2] / 'launch'
LAUNCH_FILE = LAUNCH / 'discreet.launch.py'

needs_launch = pytest.mark.skipif(
    not all(importlib.util.find_spec(package) for package in ('launch', 'launch_ros')),
    reason='NOT RUN: no Python packages launch and launch_ros here; source a ROS 2 Jazzy to run the launch file')

RUN = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
arguments = [tuple(argument.split(':=', 1)) for argument in sys.argv[2:]]
service = LaunchService()
service.include_launch_description(LaunchDescription([
    IncludeLaunchDescription(PythonLaunchDescriptionSource(sys.argv[1]), launch_arguments=arguments)]))
sys.exit(service.run())
"""

# Stands in for the guard: says how it was started, and runs until it is told to stop.
GUARD = """#!{python}
import json, os, sys, time
files = [sys.argv[i + 1] for i, argument in enumerate(sys.argv) if argument == '--params-file']
started = {{'arguments': sys.argv[1:], 'environment': dict(os.environ), 'parameters': [open(f).read() for f in files]}}
with open({seen!r} + '.new', 'w') as file:
    json.dump(started, file)
os.rename({seen!r} + '.new', {seen!r})
time.sleep(60)
"""


@pytest.fixture
def launch(tmp_path):
    """Runs the launch file with arguments; gives what the guard saw, or what launch said against it."""
    seen = tmp_path / 'seen.json'
    share = tmp_path / 'share'
    index = share / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / 'discreet').touch()
    (share / 'discreet').mkdir()
    (share / 'discreet' / 'launch').symlink_to(LAUNCH)
    guard = tmp_path / 'lib' / 'discreet' / 'guard'
    guard.parent.mkdir(parents=True)
    guard.write_text(GUARD.format(python=sys.executable, seen=str(seen)))
    guard.chmod(0o755)

    def run(*arguments, **environment):
        variables = {name: value for name, value in os.environ.items()
                     if name not in ('ROS_DOMAIN_ID', 'FASTRTPS_DEFAULT_PROFILES_FILE')}
        variables |= {'AMENT_PREFIX_PATH': f'{tmp_path}:{variables.get("AMENT_PREFIX_PATH", "")}',
                      'ROS_LOG_DIR': str(tmp_path / 'log'), 'HOME': str(tmp_path), **environment}
        seen.unlink(missing_ok=True)
        with open(tmp_path / 'output', 'w+') as output:
            process = subprocess.Popen([sys.executable, '-c', RUN, str(LAUNCH_FILE), *arguments],
                                       env=variables, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            deadline = time.monotonic() + 20
            while not seen.exists() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: to launch and to what it started
            try:
                process.wait(timeout=20)
            finally:
                process.kill()
            output.seek(0)
            return (json.loads(seen.read_text()) if seen.exists() else None), output.read()

    return run


def parameters(guard):
    """What the guard ends up with: a later file overrides an earlier one."""
    merged = {}
    for text in guard['parameters']:
        for node in yaml.safe_load(text).values():
            merged |= node['ros__parameters']
    return merged


@needs_launch
def test_the_guard_gets_what_the_operator_asked_for(launch):
    guard, output = launch('policy:=/etc/shop.yaml', 'outer_domain:=7', 'audit:=/var/audit.log',
                           'log_level:=debug', 'namespace:=/concierge')
    assert guard, output
    assert parameters(guard) == {'policy': '/etc/shop.yaml', 'outer_domain': 7, 'audit': '/var/audit.log',
                                 'workers': 2}
    given = guard['arguments']
    assert given[given.index('--log-level') + 1] == 'debug'
    assert '__ns:=/concierge' in given
    assert '__node:=guard' in given


@needs_launch
def test_the_guard_starts_in_the_inner_domain(launch):
    guard, output = launch('policy:=p.yaml', 'inner_domain:=5', ROS_DOMAIN_ID='9')
    assert guard, output
    assert guard['environment']['ROS_DOMAIN_ID'] == '5'


@needs_launch
def test_the_inner_domain_is_the_one_of_the_shell_unless_told_otherwise(launch):
    guard, output = launch('policy:=p.yaml', ROS_DOMAIN_ID='9')
    assert guard, output
    assert guard['environment']['ROS_DOMAIN_ID'] == '9'


@needs_launch
def test_a_file_named_like_a_number_stays_a_file_name(launch):
    guard, output = launch('policy:=2', 'audit:=3')
    assert guard, output
    assert (parameters(guard)['policy'], parameters(guard)['audit']) == ('2', '3')


@needs_launch
def test_the_tuned_transport_is_the_default(launch):
    guard, output = launch('policy:=p.yaml')
    assert guard, output
    profile = guard['environment']['FASTRTPS_DEFAULT_PROFILES_FILE']
    assert pathlib.Path(profile).resolve() == (LAUNCH / 'fastdds.xml').resolve()


@needs_launch
def test_the_default_transport_leaves_the_environment_alone(launch):
    guard, output = launch('policy:=p.yaml', 'transport:=default', FASTRTPS_DEFAULT_PROFILES_FILE='/own.xml')
    assert guard, output
    assert guard['environment']['FASTRTPS_DEFAULT_PROFILES_FILE'] == '/own.xml'


@needs_launch
def test_a_params_file_adds_and_arguments_override_it(launch, tmp_path):
    file = tmp_path / 'mine.yaml'
    file.write_text('/**: {ros__parameters: {window: 5, outer_domain: 3}}')
    guard, output = launch('policy:=p.yaml', f'params_file:={file}', 'outer_domain:=4')
    assert guard, output
    assert parameters(guard)['window'] == 5
    assert parameters(guard)['outer_domain'] == 4


@needs_launch
@pytest.mark.parametrize('arguments, reason', [
    ([], 'policy'),
    (['policy:=p.yaml', 'transport:=fast'], 'fast'),
    (['policy:=p.yaml', 'log_level:=chatty'], 'chatty'),
])
def test_what_makes_no_sense_starts_no_guard(launch, arguments, reason):
    guard, output = launch(*arguments)
    assert guard is None
    assert reason in output


def test_the_launch_file_has_every_argument_that_the_documentation_names():
    tree = ast.parse(LAUNCH_FILE.read_text())
    declared = {node.args[0].value for node in ast.walk(tree)
                if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'DeclareLaunchArgument'}
    assert declared == {'policy', 'inner_domain', 'outer_domain', 'namespace', 'log_level', 'params_file', 'audit', 'keeper',
                        'transport'}


def test_the_profile_has_room_for_large_images_and_keeps_the_network():
    names = {'dds': 'http://www.eprosima.com/XMLSchemas/fastRTPS_Profiles'}
    profile = ElementTree.parse(LAUNCH / 'fastdds.xml')
    kinds = [kind.text for kind in profile.iterfind('.//dds:transport_descriptor/dds:type', names)]
    assert kinds == ['SHM', 'UDPv4']
    message = int(profile.find('.//dds:maxMessageSize', names).text)
    segment = int(profile.find('.//dds:segment_size', names).text)
    assert 1920 * 1080 * 3 < message < segment
