"""Every test has a robot of its own: two domains that nobody else is in, a policy, an audit log."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / 'python' / 'discreet'))

# Before rclpy: the tests hear nobody else's robots, and nobody hears them.
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
os.environ.pop('ROS_LOCALHOST_ONLY', None)  # the older word for it, which would only add warnings

import pytest

from robot import Robot


@pytest.fixture
def robot(tmp_path):
    robot = Robot(tmp_path)
    yield robot
    robot.end()


def pytest_addoption(parser):
    parser.addoption(
        '--minutes', type=float, default=0.2, help='how long tests with a crowd of strangers last (0.2)'
    )
    parser.addoption(
        '--steps', type=int, default=6, help='in how many steps the clock is moved over a day (6)'
    )


@pytest.fixture
def seconds(request):
    """How long a test with a crowd lasts."""
    return request.config.getoption('--minutes') * 60


def pytest_collection_modifyitems(config, items):
    for item in items:
        item.add_marker(
            pytest.mark.timeout(
                90 + 60 * config.getoption('--minutes') + 12 * config.getoption('--steps'), method='signal'
            )
        )
