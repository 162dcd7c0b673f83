"""What authorises ends by itself: a keeper that is gone, or hangs,
takes commands and calls with it within half a minute.
"""

import signal
import time

import pytest
from discreet_interfaces.msg import Grants

from discreet import GrantBook, Identity, PublicIdentity
from domain import POSTS
from rules import everyone
from test_commands import CMD, LIMITS, Twist, command, twist
from waiting import eventually

LEASE = 30  # seconds


@pytest.fixture
def ward(robot):
    """The desk commands."""
    robot.identity('desk')
    robot.policy(
        {'/scan': {'type': 'sensor_msgs/msg/LaserScan', 'class': 'operational'}},
        [everyone('/scan'), {'who': 'desk', 'command': CMD}],
        stakeholders={'desk': {'identity': 'identities/desk.pub'}},
        commands={CMD: {'type': 'geometry_msgs/msg/Twist', 'class': 'operational', 'limits': LIMITS}},
    )
    robot.keep()
    robot.start()
    return robot


def moves_the_robot(publisher, moved):
    """Does a command move the robot?"""
    moved.forget()
    publisher.publish(twist(0.1))
    end = time.monotonic() + 0.3
    while not (came := moved.poll()) and time.monotonic() < end:
        time.sleep(0.01)
    return bool(came)


@pytest.mark.parametrize('how', [signal.SIGKILL, signal.SIGSTOP])
def test_commands_end_with_the_keepers_lease_and_come_back_with_the_keeper(ward, how):
    moved = ward.inner.reader(CMD, Twist)
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))

    def moves():
        return moves_the_robot(publisher, moved)

    ward.keeper.signal(how)
    gone = last = time.monotonic()
    while time.monotonic() < last + 8:
        if moves():
            last = time.monotonic()
        assert last < gone + LEASE + 2, 'commands do not end with the lease'
    assert last > gone + 10, 'a keeper that starts again must not stop the robot'
    ward.status(
        'keys',
        lambda status: (
            status.level == 2
            and 'no command comes in' in status.message
            and status.number('stakeholders') == 0
        ),
    )
    ward.keeper.signal(signal.SIGCONT) if how == signal.SIGSTOP else ward.keep()
    eventually('commands come in again', moves)
    ward.status('keys', lambda status: status.level == 0)
    assert how == signal.SIGKILL or 'another_guard' not in ward.audit_file.read_text(), 'it was the same one'


def test_words_of_the_keeper_that_waited_while_the_guard_stood_still_renew_nothing(ward):
    moved = ward.inner.reader(CMD, Twist)
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))
    ward.guard.signal(signal.SIGSTOP)
    time.sleep(4)  # signs of life come into the guard's socket
    ward.keeper.kill()
    time.sleep(LEASE)
    ward.guard.signal(signal.SIGCONT)
    assert not any(moves_the_robot(publisher, moved) for _ in range(20))
    ward.keep()
    eventually('commands come in again', lambda: moves_the_robot(publisher, moved))


def test_an_announcement_is_renewed_under_its_id_before_it_ends(ward):
    me = Identity.open(ward.identity('desk'), ward.passphrase().read_text())
    robot = PublicIdentity.open(ward.identity('probe').with_suffix('.pub'))
    book = GrantBook(me, robot, ward.outer.number)
    boards = ward.outer.reader('/discreet/grants', Grants, POSTS)

    def receiver():
        for board in boards.poll():
            book.add(board.cdr, int(time.time()))
        boards.messages = []
        return book.receiver(int(time.time()))

    first = eventually('an announcement', receiver)
    renewed = eventually('its renewal', lambda: (found := receiver()) and found.until > first.until and found)
    assert renewed.key == first.key
    assert all(until - time.time() <= LEASE for until in (first.until, renewed.until))
