"""The launch files start the guard, the unsealer and the commander as somebody asked for it.

The launch system is part of a ROS installation and in no package registry: without one the tests that run the
launch files are skipped, and only what can be read from the files is checked.
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
SYSTEM = ('launch', 'launch_ros', 'launch_xml')

IDENTITY = ['identity:=desk.key', 'robot:=robot.pub', 'domain:=20']
PROGRAMS = [
    ('discreet.launch.py', ['policy:=p.yaml']),
    ('discreet.launch.xml', ['policy:=p.yaml']),
    ('unseal.launch.py', IDENTITY),
    ('command.launch.py', IDENTITY),
]

needs_launch = pytest.mark.skipif(
    not all(importlib.util.find_spec(package) for package in SYSTEM),
    reason=f'NOT RUN: not all of {", ".join(SYSTEM)} are here; source a ROS 2 Jazzy to run the launch files',
)

RUN = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import AnyLaunchDescriptionSource
arguments = [tuple(argument.split(':=', 1)) for argument in sys.argv[2:]]
service = LaunchService()
service.include_launch_description(LaunchDescription([
    IncludeLaunchDescription(AnyLaunchDescriptionSource(sys.argv[1]), launch_arguments=arguments)]))
sys.exit(service.run())
"""

# Stands in for a program: says how it was started, and runs until it is told to stop, or ends at once.
PROGRAM = """#!{python}
import json, os, sys, time
if 'EXIT_CODE' in os.environ:
    print('STARTED', flush=True)
    sys.exit(int(os.environ['EXIT_CODE']))
files = [sys.argv[i + 1] for i, argument in enumerate(sys.argv) if argument == '--params-file']
parameters = [open(file).read() for file in files]
started = {{'arguments': sys.argv[1:], 'environment': dict(os.environ), 'parameters': parameters}}
with open({seen!r} + '.new', 'w') as file:
    json.dump(started, file)
os.rename({seen!r} + '.new', {seen!r})
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path):
    """Runs a launch file with arguments; gives what the program saw, or what launch said against it."""
    seen = tmp_path / 'seen.json'
    share = tmp_path / 'share'
    index = share / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / 'discreet').touch()
    (share / 'discreet').mkdir()
    (share / 'discreet' / 'launch').symlink_to(LAUNCH)
    programs = tmp_path / 'lib' / 'discreet'
    programs.mkdir(parents=True)
    for name in ('guard', 'unsealer', 'commander'):
        (programs / name).write_text(PROGRAM.format(python=sys.executable, seen=str(seen)))
        (programs / name).chmod(0o755)

    def run(file, *arguments, until=lambda output: seen.exists(), **environment):
        variables = {
            name: value
            for name, value in os.environ.items()
            if name not in ('ROS_DOMAIN_ID', 'FASTRTPS_DEFAULT_PROFILES_FILE', 'DISCREET_MODELS')
        }
        variables |= {
            'AMENT_PREFIX_PATH': f'{tmp_path}:{variables.get("AMENT_PREFIX_PATH", "")}',
            'ROS_LOG_DIR': str(tmp_path / 'log'),
            'HOME': str(tmp_path),
            **environment,
        }
        seen.unlink(missing_ok=True)
        with open(tmp_path / 'output', 'w+') as output:
            process = subprocess.Popen(
                [sys.executable, '-c', RUN, str(LAUNCH / file), *arguments],
                env=variables,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            deadline, said = time.monotonic() + 20, tmp_path / 'output'
            while not until(said.read_text()) and process.poll() is None and time.monotonic() < deadline:
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


@pytest.fixture(params=['discreet.launch.py', 'discreet.launch.xml'])
def launch(request, start):
    """The same for the guard, by each of its launch files."""
    return lambda *arguments, **environment: start(request.param, *arguments, **environment)


@pytest.fixture(params=['unseal.launch.py', 'command.launch.py'])
def stakeholder(request, start):
    """The same for what a stakeholder runs."""
    return lambda *arguments, **environment: start(request.param, *arguments, **environment)


DEFAULTS = {
    'workers': 2,
    'lifecycle': False,
    'audit_max_bytes': 64 << 20,
    'audit_max_age_hours': 24,
    'audit_keep_days': 0,
}  # guard.params.yaml


def parameters(program):
    """What the guard ends up with: a later file overrides an earlier one."""
    merged = {}
    for text in program['parameters']:
        for node in yaml.safe_load(text).values():
            merged |= node['ros__parameters']
    return merged


@needs_launch
def test_the_guard_gets_what_the_operator_asked_for(launch):
    guard, output = launch(
        'policy:=/etc/shop.yaml',
        'outer_domain:=7',
        'audit:=/var/audit.log',
        'keeper:=/run/keeper.sock',
        'trust:=/etc/trust.yaml',
        'log_level:=debug',
        'namespace:=/concierge',
    )
    assert guard, output
    assert parameters(guard) == {
        'policy': '/etc/shop.yaml',
        'outer_domain': 7,
        'audit': '/var/audit.log',
        'keeper': '/run/keeper.sock',
        'trust': '/etc/trust.yaml',
        **DEFAULTS,
    }
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
def test_only_the_policy_has_to_be_named(launch, tmp_path):
    guard, output = launch('policy:=p.yaml')
    assert guard, output
    own = tmp_path / '.ros' / 'discreet'
    assert parameters(guard) == {
        'policy': 'p.yaml',
        'outer_domain': 1,
        'audit': f'{own}/audit.log',
        'keeper': f'{own}/keeper.sock',
        'trust': '',
        **DEFAULTS,
    }
    assert guard['environment']['ROS_DOMAIN_ID'] == '0'
    assert 'DISCREET_MODELS' not in guard['environment']


@needs_launch
def test_the_models_are_the_ones_named_here_or_in_the_shell(launch):
    for arguments, shell in (
        (['models:=/m'], {}),
        ([], {'DISCREET_MODELS': '/m'}),
        (['models:=/m'], {'DISCREET_MODELS': '/n'}),
    ):
        guard, output = launch('policy:=p.yaml', *arguments, **shell)
        assert guard, output
        assert guard['environment']['DISCREET_MODELS'] == '/m'


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
@pytest.mark.parametrize('file, arguments', PROGRAMS[:3])
def test_a_profile_that_the_robot_has_already_stays(start, file, arguments):
    program, output = start(file, *arguments, FASTRTPS_DEFAULT_PROFILES_FILE='/own.xml')
    assert program, output
    assert program['environment']['FASTRTPS_DEFAULT_PROFILES_FILE'] == '/own.xml'


@needs_launch
def test_the_default_transport_leaves_the_environment_alone(launch):
    guard, output = launch('policy:=p.yaml', 'transport:=default')
    assert guard, output
    assert 'FASTRTPS_DEFAULT_PROFILES_FILE' not in guard['environment']


@needs_launch
def test_a_params_file_adds_and_arguments_override_it(launch, tmp_path):
    file = tmp_path / 'mine.yaml'
    file.write_text('/**: {ros__parameters: {window: 5, outer_domain: 3}}')
    guard, output = launch('policy:=p.yaml', f'params_file:={file}', 'outer_domain:=4')
    assert guard, output
    assert parameters(guard)['window'] == 5
    assert parameters(guard)['outer_domain'] == 4


@needs_launch
@pytest.mark.parametrize(
    'arguments, reason',
    [
        ([], 'policy'),
        (['policy:=p.yaml', 'transport:=fast'], 'fast'),
        (['policy:=p.yaml', 'log_level:=chatty'], 'chatty'),
    ],
)
def test_what_makes_no_sense_starts_no_guard(launch, arguments, reason):
    guard, output = launch(*arguments)
    assert guard is None
    assert reason in output


@needs_launch
@pytest.mark.parametrize('file, arguments', PROGRAMS)
def test_wrong_parameters_end_it_once_and_a_fault_starts_it_again(start, file, arguments):
    def starts(output):
        return output.count('STARTED')

    # With wrong parameters launch ends by itself, well after a restart would have come.
    _, output = start(file, *arguments, until=lambda output: starts(output) > 1, EXIT_CODE='2')
    assert starts(output) == 1, output
    assert output.count('is not started again') == 1, output
    _, output = start(file, *arguments, until=lambda output: starts(output) > 2, EXIT_CODE='1')
    assert starts(output) > 2, output


@needs_launch
def test_what_a_stakeholder_runs_gets_its_files_and_is_on_its_own_domain(stakeholder):
    program, output = stakeholder(
        'identity:=7',
        'robot:=robot.pub',
        'domain:=20',
        'outer_domain:=3',
        'passphrase_file:=/desk.passphrase',
        'namespace:=/desk',
    )
    assert program, output
    given = parameters(program)
    assert {
        name: given[name] for name in ('identity', 'robot', 'outer_domain', 'passphrase_file', 'namespace')
    } == {
        'identity': '7',
        'robot': 'robot.pub',
        'outer_domain': 3,
        'passphrase_file': '/desk.passphrase',
        'namespace': '/desk',
    }
    assert program['environment']['ROS_DOMAIN_ID'] == '20'


@needs_launch
@pytest.mark.parametrize('missing', range(3))
def test_what_a_stakeholder_runs_does_not_start_without_its_files_or_its_domain(stakeholder, missing):
    given = [argument for number, argument in enumerate(IDENTITY) if number != missing]
    program, output = stakeholder(*given)
    assert program is None
    assert IDENTITY[missing].split(':=')[0] in output


@needs_launch
def test_commands_and_services_are_one_or_a_list_or_none(start):
    dock, undock = '/dock std_srvs/srv/Trigger', '/undock std_srvs/srv/Trigger'
    commander, output = start('command.launch.py', *IDENTITY, f'services:=["{dock}", "{undock}"]')
    assert commander, output
    assert (parameters(commander)['commands'], parameters(commander)['services']) == ('', [dock, undock])
    commander, output = start('command.launch.py', *IDENTITY, 'commands:=/cmd_vel geometry_msgs/msg/Twist')
    assert commander, output
    assert parameters(commander)['commands'] == '/cmd_vel geometry_msgs/msg/Twist'
    assert parameters(commander)['services'] == ''


def declared(file):
    """The arguments of a launch file, each with its words and its choices,
    as they can be read without the launch system.
    """
    if file.endswith('.xml'):
        root = ElementTree.parse(LAUNCH / file).getroot()
        return {
            argument.get('name'): (argument.get('description'), [choice.get('value') for choice in argument])
            for argument in root.iterfind('arg')
        }
    calls = [
        node
        for node in ast.walk(ast.parse((LAUNCH / file).read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'DeclareLaunchArgument'
    ]
    words = [
        (call.args[0].value, {keyword.arg: keyword.value for keyword in call.keywords}) for call in calls
    ]
    return {
        name: (ast.literal_eval(given['description']), ast.literal_eval(given.get('choices', ast.List([]))))
        for name, given in words
    }


@pytest.mark.parametrize(
    'file, names',
    [
        (
            'discreet.launch.py',
            (
                'policy inner_domain outer_domain namespace log_level params_file audit keeper trust models'
                ' transport'
            ),
        ),
        ('unseal.launch.py', 'identity robot domain outer_domain passphrase_file namespace transport'),
        (
            'command.launch.py',
            'identity robot domain outer_domain commands services actions parameters passphrase_file'
            ' namespace',
        ),
    ],
)
def test_a_launch_file_has_every_argument_that_the_documentation_names(file, names):
    assert list(declared(file)) == names.split()


def test_the_launch_file_in_xml_says_what_the_one_in_python_says():
    assert declared('discreet.launch.xml') == declared('discreet.launch.py')


@pytest.mark.parametrize('file', ['discreet.launch.py', 'unseal.launch.py', 'command.launch.py'])
def test_each_program_is_restarted_in_the_one_way_that_spares_wrong_parameters(file):
    nodes = [
        node
        for node in ast.walk(ast.parse((LAUNCH / file).read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'Node'
    ]
    for node in nodes:
        given = [keyword.arg or ast.unparse(keyword.value) for keyword in node.keywords]
        assert 'RESTART' in given and 'respawn' not in given
    assert len(nodes) == 1


def test_the_launch_file_in_xml_leaves_the_start_to_the_one_in_python():
    root = ElementTree.parse(LAUNCH / 'discreet.launch.xml').getroot()
    assert {element.tag for element in root} == {'arg', 'include'}
    assert root.find('include').get('file').endswith('/discreet.launch.py')


def test_the_profile_has_room_for_large_images_and_keeps_the_network():
    names = {'dds': 'http://www.eprosima.com/XMLSchemas/fastRTPS_Profiles'}
    profile = ElementTree.parse(LAUNCH / 'fastdds.xml')
    kinds = [kind.text for kind in profile.iterfind('.//dds:transport_descriptor/dds:type', names)]
    assert kinds == ['SHM', 'UDPv4']
    message = int(profile.find('.//dds:maxMessageSize', names).text)
    segment = int(profile.find('.//dds:segment_size', names).text)
    assert 1920 * 1080 * 3 < message < segment
