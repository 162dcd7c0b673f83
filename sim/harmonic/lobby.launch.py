"""The lobby in Gazebo Harmonic, on this shell's ROS domain. That is the inner domain: keep untrusted programs
off it.

    ros2 launch sim/harmonic/lobby.launch.py

Checked for syntax only, never run: Harmonic is not in a package registry that the tests can use.
"""

import pathlib
import sys
import tempfile

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))


def generate_launch_description():
    from sim import lobby  # draws pictures, so it needs Pillow and the photographs of scikit-image

    world = lobby.build(tempfile.mkdtemp(prefix='lobby-'), harmonic=True)
    gazebo = PathJoinSubstitution([FindPackageShare('ros_gz_sim'), 'launch', 'gz_sim.launch.py'])
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'gazebo_arguments',
                default_value='-r -s --headless-rendering',
                description='of `gz sim`; -s leaves out the window',
            ),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(gazebo),
                launch_arguments={
                    'gz_args': [LaunchConfiguration('gazebo_arguments'), f' {world}'],
                    'on_exit_shutdown': 'true',
                }.items(),
            ),
            # The policies name the bridge as source.
            Node(
                package='ros_gz_bridge',
                executable='parameter_bridge',
                name='ros_gz_bridge',
                output='screen',
                parameters=[{'config_file': str(HERE / 'bridge.yaml'), 'use_sim_time': True}],
            ),
        ]
    )
