"""What of the lobby's demo is decided without a robot:
how the mission steers, what the page shows, what the table starts.
"""

import math
import pathlib
import re
import sys
from types import SimpleNamespace

import numpy
import pytest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / 'demo'))

mission = pytest.importorskip('mission', reason='NOT RUN: no rclpy here; source .ros/env.sh')
from nav_msgs.msg import Odometry
from sensor_msgs.msg import LaserScan

import navigator
import page
import processes

HALF = math.radians(40)


def frame(left, right, colour=(20, 60, 220)):
    """A picture with the sign between two columns."""
    pixels = numpy.full((480, 640, 3), 120, numpy.uint8)
    pixels[256:282, left:right] = colour
    return pixels


def test_the_sign_is_found_with_its_direction_and_distance():
    sign = mission.find_sign(frame(288, 352), HALF)
    assert abs(sign.bearing) < 0.01 and sign.distance == pytest.approx(5.96, abs=0.1)
    assert mission.find_sign(frame(0, 64), HALF).bearing > 0.5  # to the left
    assert mission.find_sign(frame(288, 352, (90, 70, 130)), HALF) is None  # a violet patch is no sign
    assert mission.find_sign(frame(288, 294), HALF) is None


def test_it_goes_to_the_sign_and_stops_before_the_desk():
    straight, aside = mission.Sign(0.0, 5.0), mission.Sign(0.6, 5.0)
    assert mission.steer(straight, 0, 5.0, 1.0) == (mission.FASTEST, 0.0)
    assert mission.steer(straight, 0, 1.0, 1.0) == (0.0, 0.0)
    speed, turn = mission.steer(aside, 0, 5.0, 1.0)
    assert speed == 0 and turn > 0  # turns before it goes
    assert mission.steer(aside, 0, 0.8, 1.0)[1] > 0  # and where something stands before it


def test_without_the_sign_it_creeps_and_then_only_looks_around():
    assert 0 < mission.steer(None, 1.0, 4.0, 1.0)[0] < mission.FASTEST / 2
    assert mission.steer(None, 1.0, 1.5, 1.0) == (0.0, 0.0)
    speed, turn = mission.steer(None, 10.0, 4.0, 1.0)
    assert speed == 0 and turn > 0


START = navigator.Place(5.0, 0.0, 0.0)


def test_the_navigator_drives_backwards_to_a_place_behind_it_and_turns_there():
    assert navigator.steer(START, navigator.Place(3.0, 0.0, 0.0)) == pytest.approx((-navigator.FASTEST, 0.0))
    speed, turn = navigator.steer(START, navigator.Place(7.0, 0.2, 0.0))
    assert speed > 0.3 and turn > 0
    speed, turn = navigator.steer(START, navigator.Place(3.0, 0.2, 0.0))
    assert speed < -0.3 and turn < 0
    speed, turn = navigator.steer(START, navigator.Place(5.0, 2.0, 0.0))
    assert speed == 0 and turn > 0  # turns before it goes
    assert navigator.steer(START, navigator.Place(5.05, 0.0, -1.0)) == (0.0, -navigator.TURN)
    assert navigator.steer(START, navigator.Place(5.05, 0.0, 0.05)) is None


@pytest.mark.parametrize('at', [(0.4, 0.0), (0.45, -0.25), (-0.4, 0.1), (0.4, 0.35), (0.7, 0.0), (0.0, 0.3)])
def test_the_navigator_stops_before_what_stands_where_it_drives(at):
    ranges = [math.inf] * 360
    ranges[round(math.degrees(math.atan2(at[1], at[0]))) % 360] = math.hypot(*at)
    scan = LaserScan(
        angle_min=0.0, angle_increment=math.radians(1), range_min=0.12, range_max=12.0, ranges=ranges
    )
    near = abs(at[0]) < navigator.ROOM and abs(at[1]) < navigator.HALF_WIDTH and at[0] != 0
    for speed in (0.3, -0.3):
        assert navigator.is_blocked(scan, speed) == (near and (at[0] > 0) == (speed > 0))


FREE = LaserScan(range_max=12.0, ranges=[math.inf] * 360)
WALL = LaserScan(angle_min=math.pi, range_min=0.12, range_max=12.0, ranges=[0.4])  # behind the robot


class Handle:
    """A goal two metres behind the robot, as rclpy gives it to the server."""

    def __init__(self):
        self.request = navigator.NavigateToPose.Goal()
        self.request.pose.pose.position.x = -2.0
        self.is_cancel_requested, self.feedback = False, []

    def publish_feedback(self, feedback):
        self.feedback.append(feedback.distance_remaining)

    succeed = abort = canceled = None


def errand(scan, odometry=Odometry, age=0.0):
    """A drive that began some seconds ago, and the list of its commands."""
    handle, driven = Handle(), []
    for name in ('succeed', 'abort', 'canceled'):
        setattr(handle, name, name)
    robot = SimpleNamespace(
        newest=handle,
        odometry=SimpleNamespace(newest=odometry),
        scan=SimpleNamespace(newest=lambda: scan),
        drive=lambda *command: driven.append(command),
    )
    drive = navigator.Errand(robot, handle)
    drive.began, drive.free = drive.began - age, drive.free - age
    return drive, driven


def test_a_drive_goes_on_with_feedback_where_the_way_is_free():
    drive, driven = errand(FREE)
    assert drive.step() is None and driven == [pytest.approx((-navigator.FASTEST, 0.0))]
    assert drive.handle.feedback == [2.0]
    drive.goal = navigator.Place(0.0, 0.0, 0.0)
    assert drive.step() == ('succeed', 0, '') and drive.handle.feedback == [2.0, 0.0]


@pytest.mark.parametrize('why', ['cancel', 'another goal'])
def test_a_drive_ends_before_its_next_command_when_it_is_cancelled_or_replaced(why):
    drive, driven = errand(FREE)
    if why == 'cancel':
        drive.handle.is_cancel_requested = True
        assert drive.step() == ('canceled', 0, '')
    else:
        drive.navigator.newest = Handle()
        assert drive.step() == ('abort', navigator.REPLACED, 'another goal came')
    assert not driven


@pytest.mark.parametrize('how', [{'scan': WALL}, {'scan': None}, {'scan': FREE, 'odometry': lambda: None}])
def test_a_drive_waits_for_a_while_before_an_obstacle_or_without_a_sensor_and_gives_up(how):
    drive, driven = errand(**how, age=navigator.PATIENCE - 1)
    assert drive.step() is None and driven == [pytest.approx((0.0, 0.0))]
    drive, _ = errand(**how, age=navigator.PATIENCE + 0.1)
    assert drive.step()[:2] == ('abort', navigator.BLOCKED)


def test_a_drive_is_not_blocked_while_the_way_is_free_and_ends_after_its_limit():
    drive, _ = errand(FREE, age=navigator.PATIENCE - 1)
    assert drive.step() is None
    drive.began -= navigator.LIMIT
    assert drive.step()[:2] == ('abort', navigator.TOO_LATE)


def test_the_drive_ends_with_a_stop():
    drive, driven = errand(FREE)
    drive.handle.is_cancel_requested = True
    drive.handle.canceled = lambda: driven.append('canceled')
    assert drive.run() == (0, '') and driven == [(0.0, 0.0), 'canceled']


def test_the_table_asks_for_no_argument_that_nobody_declares():
    words = re.findall(r'\{(\w+)\}', ' '.join(map(repr, processes.PROCESSES)))
    assert set(words) <= set(processes.ARGUMENTS) and len(words) > 20
    bins = re.findall(r'^name = "(\w+)"', (ROOT / 'Cargo.toml').read_text(), re.M)
    for process in processes.PROCESSES:
        assert process.program in bins or (ROOT / 'demo' / process.program).exists()
        values = {name: f'<{name}>' for name in processes.ARGUMENTS}
        assert '{' not in repr(process.fill(values).arguments)


def test_what_was_heard_cannot_write_into_the_page():
    for heard in (
        '<script>alert(1)</script> from <person>',
        '<script src=x>',
        'a <b',
        '<img onerror="x">',
        '&lt;script&gt;',
    ):
        shown = re.sub('</?mark>', '', page.marked(heard) + page.text(heard))
        assert '<' not in shown and '"' not in shown
    assert page.marked('call <phone>') == 'call <mark>phone</mark>'
