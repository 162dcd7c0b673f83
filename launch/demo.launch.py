"""Starts the lobby's programs next to a simulator: the other nodes of the robot, its guard and keeper, and
the programs of the stakeholders.

    ros2 launch discreet demo.launch.py policy:=lobby.yaml identities:=identities \\
        passphrase_file:=passphrase state:=state

`tools/demo` uses it where ROS has a launch system; otherwise it starts the same programs itself, from the
same table (demo/processes.py). They need files that `tools/demo` makes first: identities, a passphrase, an
empty folder. `--show-args` lists the arguments.
"""

import pathlib
import re
import sys

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackagePrefix

DEMO = pathlib.Path(__file__).resolve().parents[1] / 'demo'
sys.path.insert(0, str(DEMO))
from processes import ARGUMENTS, PROCESSES


def substituted(text):
    """Replaces `{name}` by the argument."""
    parts = re.split(r'\{(\w+)\}', text)
    return [LaunchConfiguration(part) if index % 2 else part for index, part in enumerate(parts) if part]


def parameter(name, value):
    if isinstance(value, list):
        return ParameterValue(value, value_type=list[str])
    # Typed, so that a file named `2` is not a number.
    return ParameterValue(substituted(value), value_type=int if name.endswith('domain') else str)


def action(process):
    arguments = [substituted(word) for word in process.arguments]
    if process.program.endswith('.py'):
        return ExecuteProcess(
            cmd=[sys.executable, str(DEMO / process.program)],
            name=process.name,
            output='screen',
            additional_env={'ROS_DOMAIN_ID': substituted(process.domain)},
        )
    if not process.domain:  # not a ROS node
        program = PathJoinSubstitution([FindPackagePrefix('discreet'), 'lib', 'discreet', process.program])
        return ExecuteProcess(cmd=[program, *arguments], name=process.name, output='screen')
    return Node(
        package='discreet',
        executable=process.program,
        name=process.program,
        output='screen',
        arguments=arguments,
        parameters=[{name: parameter(name, value) for name, value in process.parameters.items()}],
        additional_env={'ROS_DOMAIN_ID': substituted(process.domain)},
    )


def generate_launch_description():
    declared = [
        DeclareLaunchArgument(name, description=what, **({'default_value': default} if default else {}))
        for name, (what, default) in ARGUMENTS.items()
    ]
    return LaunchDescription([*declared, *map(action, PROCESSES)])
