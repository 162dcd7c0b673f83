"""Sends what a stakeholder asks of a robot, sealed and signed, from its own domain.

    ros2 launch discreet command.launch.py identity:=front_desk.key robot:=concierge-1.pub \\
        outer_domain:=1 domain:=20 commands:='/cmd_vel geometry_msgs/msg/Twist' \\
        services:='["/dock std_srvs/srv/Trigger", "/undock std_srvs/srv/Trigger"]' \\
        actions:='/navigate_to_pose nav2_msgs/action/NavigateToPose' parameters:=/controller_server

`ros2 launch discreet command.launch.py --show-args` lists the arguments.
"""

import pathlib
import sys

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from discreet_restart import RESTART


def generate_launch_description():
    arguments = [
        DeclareLaunchArgument('identity', description="The stakeholder's private identity file."),
        DeclareLaunchArgument('robot', description="The robot's public identity file."),
        DeclareLaunchArgument(
            'domain',
            description="ROS domain of the stakeholder's own nodes. Any node on it commands in this name.",
        ),
        DeclareLaunchArgument('outer_domain', default_value='1', description="The robot's outer ROS domain."),
        DeclareLaunchArgument(
            'commands',
            default_value="''",
            description="Topics that the robot accepts commands on: 'NAME TYPE', or a list of these in YAML.",
        ),
        DeclareLaunchArgument(
            'services', default_value="''", description='Services of the robot, in the same form.'
        ),
        DeclareLaunchArgument(
            'actions',
            default_value="''",
            description=(
                'Actions of the robot, in the same form. At least one topic, service, action or node is'
                ' required.'
            ),
        ),
        DeclareLaunchArgument(
            'parameters',
            default_value="''",
            description="Nodes whose parameters it reads or sets: '/controller_server', or a list.",
        ),
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
            description='Prefix of the names on this domain. Without it: the name in the identity.',
        ),
    ]

    def text(name):
        return ParameterValue(LaunchConfiguration(name), value_type=str)

    commander = Node(
        package='discreet',
        executable='commander',
        name='commander',
        parameters=[
            {
                **{name: text(name) for name in ('identity', 'robot', 'passphrase_file', 'namespace')},
                # Read as YAML: a text or a list of texts.
                **{
                    name: ParameterValue(LaunchConfiguration(name))
                    for name in ('commands', 'services', 'actions', 'parameters')
                },
                'outer_domain': ParameterValue(LaunchConfiguration('outer_domain'), value_type=int),
            }
        ],
        additional_env={'ROS_DOMAIN_ID': LaunchConfiguration('domain')},
        output='screen',
        **RESTART,
    )
    return LaunchDescription([*arguments, commander])
