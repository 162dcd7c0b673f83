"""Opens the messages that a robot sealed for a stakeholder, on the stakeholder's own domain.

    ros2 launch discreet unseal.launch.py identity:=front_desk.key robot:=concierge-1.pub \\
        outer_domain:=1 domain:=20

`ros2 launch discreet unseal.launch.py --show-args` lists the arguments.
"""

import pathlib
import sys

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction, SetEnvironmentVariable
from launch.conditions import IfCondition
from launch.substitutions import (
    EnvironmentVariable,
    EqualsSubstitution,
    LaunchConfiguration,
    PathJoinSubstitution,
)
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from discreet_restart import RESTART


def generate_launch_description():
    launch_folder = PathJoinSubstitution([FindPackageShare('discreet'), 'launch'])
    arguments = [
        DeclareLaunchArgument('identity', description="The stakeholder's private identity file."),
        DeclareLaunchArgument('robot', description="The robot's public identity file."),
        DeclareLaunchArgument(
            'domain',
            description=(
                "ROS domain of the stakeholder's own nodes. Any node on it can read the opened messages."
            ),
        ),
        DeclareLaunchArgument('outer_domain', default_value='1', description="The robot's outer ROS domain."),
        DeclareLaunchArgument(
            'passphrase_file',
            default_value='',
            description=(
                'File with the passphrase of the identity, readable by this user only. Without it: the'
                ' systemd credential NAME.passphrase.'
            ),
        ),
        DeclareLaunchArgument(
            'namespace',
            default_value='',
            description='Prefix of the opened topics. Without it: the name in the identity.',
        ),
        DeclareLaunchArgument(
            'transport',
            default_value='tuned',
            choices=['tuned', 'default'],
            description=(
                '`tuned`: large messages by shared memory (fastdds.xml, next to this file), unless '
                'FASTRTPS_DEFAULT_PROFILES_FILE names a profile already. `default`: the default transport of'
                ' Fast DDS.'
            ),
        ),
    ]

    tuned = SetEnvironmentVariable(
        'FASTRTPS_DEFAULT_PROFILES_FILE',
        EnvironmentVariable(
            'FASTRTPS_DEFAULT_PROFILES_FILE',
            default_value=PathJoinSubstitution([launch_folder, 'fastdds.xml']),
        ),
        condition=IfCondition(EqualsSubstitution(LaunchConfiguration('transport'), 'tuned')),
    )

    def text(name):
        return ParameterValue(LaunchConfiguration(name), value_type=str)

    unsealer = Node(
        package='discreet',
        executable='unsealer',
        name='unsealer',
        parameters=[
            {
                **{name: text(name) for name in ('identity', 'robot', 'passphrase_file', 'namespace')},
                'outer_domain': ParameterValue(LaunchConfiguration('outer_domain'), value_type=int),
            }
        ],
        additional_env={'ROS_DOMAIN_ID': LaunchConfiguration('domain')},
        output='screen',
        **RESTART,
    )
    return LaunchDescription([*arguments, GroupAction([tuned, unsealer])])
