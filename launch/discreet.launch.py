"""Starts the guard between the inner domain and the outer domain.

    ros2 launch discreet discreet.launch.py policy:=/etc/discreet/hotel.yaml inner_domain:=0 outer_domain:=1

`ros2 launch discreet discreet.launch.py --show-args` lists the arguments.
"""

import pathlib
import sys

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction, SetEnvironmentVariable
from launch.conditions import IfCondition, UnlessCondition
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
        DeclareLaunchArgument('policy', description='Policy file. Without one nothing leaves the robot.'),
        DeclareLaunchArgument(
            'inner_domain',
            default_value=EnvironmentVariable('ROS_DOMAIN_ID', default_value='0'),
            description=(
                'ROS domain of the robot itself: sensors, actuators, drivers. The node `guard` is on it.'
            ),
        ),
        DeclareLaunchArgument(
            'outer_domain', default_value='1', description='ROS domain of the nodes that use released data.'
        ),
        DeclareLaunchArgument('namespace', default_value='', description='Namespace of the node `guard`.'),
        DeclareLaunchArgument(
            'log_level',
            default_value='info',
            choices=['debug', 'info', 'warn', 'error', 'fatal'],
            description='Log level of the guard.',
        ),
        DeclareLaunchArgument(
            'params_file',
            default_value=PathJoinSubstitution([launch_folder, 'guard.params.yaml']),
            description='File with more parameters of the guard. Launch arguments override it.',
        ),
        DeclareLaunchArgument(
            'audit',
            default_value=[EnvironmentVariable('HOME'), '/.ros/discreet/audit.log'],
            description=('Audit log. While it cannot be written, the guard releases no contextual data.'),
        ),
        DeclareLaunchArgument(
            'keeper',
            default_value=[EnvironmentVariable('HOME'), '/.ros/discreet/keeper.sock'],
            description=(
                'Socket of the keeper, which gives the guard its keys. The keeper is not a ROS node, and'
                ' runs as another user: see keeper.service.'
            ),
        ),
        DeclareLaunchArgument(
            'trust',
            default_value='',
            description=(
                'Trust file: only policies that enough of its owners have signed are accepted. Without it:'
                ' as the keeper requires.'
            ),
        ),
        DeclareLaunchArgument(
            'models',
            default_value=EnvironmentVariable('DISCREET_MODELS', default_value=''),
            description=(
                'Folder with the detection models. Without it: the folders in docs/models.md. Without'
                ' models, redacted images are black.'
            ),
        ),
        DeclareLaunchArgument(
            'transport',
            default_value='tuned',
            choices=['tuned', 'default'],
            description=(
                '`tuned`: large messages by shared memory (fastdds.xml, next to this file), unless'
                ' FASTRTPS_DEFAULT_PROFILES_FILE names a profile already. Set it to that file for other nodes'
                ' too. `default`: the default transport of Fast DDS.'
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
    models = SetEnvironmentVariable(
        'DISCREET_MODELS',
        LaunchConfiguration('models'),
        condition=UnlessCondition(EqualsSubstitution(LaunchConfiguration('models'), '')),
    )

    guard = Node(
        package='discreet',
        executable='guard',
        name='guard',
        namespace=LaunchConfiguration('namespace'),
        parameters=[
            LaunchConfiguration('params_file'),
            {
                # Typed, so that a file named `2` is not a number.
                'policy': ParameterValue(LaunchConfiguration('policy'), value_type=str),
                'audit': ParameterValue(LaunchConfiguration('audit'), value_type=str),
                'keeper': ParameterValue(LaunchConfiguration('keeper'), value_type=str),
                'trust': ParameterValue(LaunchConfiguration('trust'), value_type=str),
                'outer_domain': ParameterValue(LaunchConfiguration('outer_domain'), value_type=int),
            },
        ],
        ros_arguments=['--log-level', LaunchConfiguration('log_level')],
        # The guard opens the outer domain itself; the environment sets the inner one.
        additional_env={'ROS_DOMAIN_ID': LaunchConfiguration('inner_domain')},
        output='screen',
        # Until it runs again nothing leaves.
        **RESTART,
    )

    # A group keeps the environment variables from the rest of a launch file that includes this one.
    return LaunchDescription([*arguments, GroupAction([tuned, models, guard])])
