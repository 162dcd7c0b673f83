"""Longer than any lifetime: the clock of keeper, guard, unsealer and commander is moved over a day, and set
back.

libfaketime moves it; DDS goes on by the monotonic clock. `--steps 48` moves it half an hour at a time.
"""

import glob
import time

import pytest
from std_msgs.msg import String

from rules import declared
from test_commands import Twist, twist
from waiting import eventually

LIBRARY = next(iter(glob.glob('/usr/lib/*/faketime/libfaketimeMT.so.1')), None)
PEOPLE, CMD = '/people', '/cmd_vel'
DAY = 24 * 3600

pytestmark = pytest.mark.skipif(not LIBRARY, reason='libfaketime is missing: apt-get install faketime')


class Clock:
    """The clock of everything that a robot and its desk consist of."""

    def __init__(self, file):
        self.file, self.offset = file, 0
        self.set(0)
        self.environment = {
            'LD_PRELOAD': LIBRARY,
            'FAKETIME_TIMESTAMP_FILE': str(file),
            'FAKETIME_NO_CACHE': '1',
            'FAKETIME_DONT_FAKE_MONOTONIC': '1',
            'DONT_FAKE_MONOTONIC': '1',
        }

    def set(self, offset):
        """So many seconds from the true time."""
        self.offset = offset
        new = self.file.with_suffix('.new')
        new.write_text(f'{offset:+d}\n')
        new.replace(self.file)

    def move(self, seconds):
        self.set(self.offset + seconds)


@pytest.fixture
def hotel(robot):
    """The desk reads what people say, sealed in epochs of a minute, and commands."""
    robot.identity('desk')
    robot.clock = Clock(robot.folder / 'clock')
    robot.environment = robot.clock.environment
    robot.policy(
        {PEOPLE: declared('std_msgs/msg/String', 'contextual', depth=1000)},
        [{'who': 'desk', 'read': PEOPLE, 'as': 'clear'}, {'who': 'desk', 'command': CMD}],
        stakeholders={'desk': {'identity': 'identities/desk.pub'}},
        commands={CMD: {'type': 'geometry_msgs/msg/Twist', 'class': 'operational', 'rate': 100}},
    )
    robot.said, robot.moved = robot.inner.publisher(PEOPLE, String), robot.inner.reader(CMD, Twist)
    robot.keep()
    robot.start()
    robot.unsealed = robot.unsealer('desk')
    robot.heard = robot.unsealed.reader(f'/desk{PEOPLE}', String)
    robot.commanded = robot.commander('desk', [f'{CMD} geometry_msgs/msg/Twist'])
    robot.commands = robot.commanded.publisher(f'/desk{CMD}', Twist)
    return robot


def flows(robot, number):
    """What people say reaches the desk, and ten commands in a row reach the robot.
    Gives how long that took to be so.
    """

    def passes():
        robot.heard.forget()
        robot.moved.forget()
        for count in range(10):
            robot.said.publish(String(data=f'{number} {count}'))
            robot.commands.publish(twist(0.1))
            time.sleep(0.02)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            if len(robot.heard.poll()) >= 10 and len(robot.moved.poll()) >= 10:
                return True
            time.sleep(0.01)
        return False

    began = time.monotonic()
    eventually(f'ten messages and ten commands in a row pass, step {number}', passes)
    return time.monotonic() - began


def test_a_day_passes_and_the_desk_still_reads_and_commands(hotel, request):
    steps = request.config.getoption('--steps')
    flows(hotel, 0)
    took = []
    for number in range(1, steps + 1):
        hotel.clock.move(DAY // steps)
        took.append(flows(hotel, number))
    print(
        f'{steps} steps of {DAY // steps} s: all passes again after {max(took):.1f} s at most,'
        f' {sum(took) / steps:.1f} s on average'
    )
    hotel.status('keys', lambda status: status.level == 0)
    assert hotel.clock.offset > DAY - steps


@pytest.mark.parametrize('later', [3590, 3601, 3710])
def test_what_was_announced_an_hour_ago_is_renewed(hotel, later):
    flows(hotel, 0)
    hotel.clock.move(later)
    flows(hotel, 1)


def test_a_clock_that_is_set_back_opens_and_moves_nothing_until_it_has_caught_up(hotel):
    flows(hotel, 0)
    hotel.clock.move(7200)
    flows(hotel, 1)
    hotel.clock.move(-3600)

    def stands():
        """Is nothing heard and nothing moved for a second, although something is said and commanded?"""
        hotel.heard.forget()
        hotel.moved.forget()
        end = time.monotonic() + 1
        while time.monotonic() < end:
            hotel.said.publish(String(data='back'))
            hotel.commands.publish(twist(0.1))
            time.sleep(0.05)
        return not hotel.heard.poll() and not hotel.moved.poll()

    eventually('nothing passes', stands, 40)
    assert all(stands() for _ in range(3))
    hotel.clock.move(3600 + 10)
    flows(hotel, 2)
