"""Nothing from outside moves the robot but what a stakeholder signed, what the policy allows,
and what the audit knows.
"""

import math
import os
import signal
import time

import pytest
from discreet_interfaces.msg import Sealed
from geometry_msgs.msg import Twist

from domain import wire
from rules import everyone
from waiting import eventually

CMD, OUTSIDE = '/cmd_vel', '/cmd_vel/command'
COMMANDS = ['/cmd_vel geometry_msgs/msg/Twist']
LIMITS = {'linear.x': [-0.5, 0.5], 'angular.z': [-1.0, 1.0]}


def twist(x, z=0.0):
    message = Twist()
    message.linear.x, message.angular.z = float(x), float(z)
    return message


@pytest.fixture
def ward(robot):
    """The desk commands; the vendor, a stakeholder like any other, does not."""
    for name in ('desk', 'vendor'):
        robot.identity(name)

    def policy(rules=None, commands=None, **more):
        command = {'type': 'geometry_msgs/msg/Twist', 'class': 'operational', 'limits': LIMITS}
        robot.policy(
            {'/scan': {'type': 'sensor_msgs/msg/LaserScan', 'class': 'operational'}},
            [everyone('/scan'), *(rules or [{'who': 'desk', 'command': CMD}])],
            stakeholders={name: {'identity': f'identities/{name}.pub'} for name in ('desk', 'vendor')},
            commands=commands or {CMD: command},
            **more,
        )

    def start(**more):
        policy(**more)
        robot.keep()
        robot.start()
        return robot.inner.reader(CMD, Twist)

    robot.go, robot.rules = start, policy
    return robot


def command(ward, who='desk'):
    """A commander of this stakeholder, and where it takes plain commands."""
    own = ward.commander(who, COMMANDS)
    publisher = own.publisher(f'/{who}{CMD}', Twist)
    eventually('the commander listens', publisher.get_subscription_count)
    eventually('the commander is ready', lambda: ward.outer.publishers_of(OUTSIDE))
    return publisher


def overheard(ward, publisher, moved):
    """A command that moved the robot, as anybody outside can record it."""
    seen = ward.outer.reader(OUTSIDE, Sealed)
    ward.flow(publisher, [moved, seen], twist(0.1))
    publisher.publish(twist(0.2))
    moved.wait_for(twist(0.2))
    captured = seen.wait(1)[-1].cdr
    seen.subscription.destroy()  # so that whoever publishes there next is heard by the guard, or by nobody
    return captured


def refused(ward, reason, count=1):
    """Waits until diagnostics counts a refusal; gives the status."""
    return ward.status(OUTSIDE, lambda status: status.number(f'refused {reason}') >= count)


def audited(ward, who):
    """What the audit says that this stakeholder did."""
    forms = [route for line in ward.audit() if line['entry'] == 'window' for route in line['routes']]
    return [route for route in forms if route['topic'] == OUTSIDE and route['audience'] == who]


def test_what_the_desk_commands_moves_the_robot_and_the_audit_knows(ward):
    moved = ward.go()
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))
    sent = [twist(number / 1000) for number in range(100)]
    # Old commands make way for new ones where somebody falls behind, so that few are under way at a time.
    for number, message in enumerate(sent):
        publisher.publish(message)
        moved.wait(number - 3)
    moved.wait(len(sent))
    assert [message.cdr for message in moved.poll()] == [wire(message) for message in sent]
    # Nobody else publishes there, and it is no topic that the policy forgot.
    assert [info.node_name for info in ward.inner.publishers_of(CMD)] == ['guard_inner']
    assert CMD not in ward.status('guard').values['undeclared'].split()
    assert ward.status(OUTSIDE).number('accepted') >= len(sent)
    ward.stop()
    assert ward.audited(OUTSIDE)['released'] >= len(sent)
    windows = audited(ward, 'desk')
    assert windows and {(window['form'], window['policy']) for window in windows} == {('command', 1)}


def test_what_is_published_plainly_outside_never_arrives(ward):
    moved = ward.go()
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))
    plain = ward.outer.publisher(CMD, Twist)
    for topic in (CMD, OUTSIDE):
        same_name = ward.outer.publisher(topic, Twist, node='another')
        for _ in range(20):
            same_name.publish(twist(0.3))
            plain.publish(twist(0.4))
            time.sleep(0.005)
    publisher.publish(twist(0.2))
    moved.wait_for(twist(0.2))
    assert {message.linear.x for message in moved.typed()} == {0.2}


def test_a_stakeholder_without_a_rule_and_a_stranger_are_refused_by_name(ward):
    moved = ward.go()
    vendor = command(ward, 'vendor')
    ward.identity('stranger')
    stranger = command(ward, 'stranger')

    def both_refused(status):
        # Published on and on: the first ones may be lost until guard and commander have found each other.
        for _ in range(10):
            vendor.publish(twist(0.1))
            stranger.publish(twist(0.1))
            time.sleep(0.02)
        return all(status.number(f'refused {reason}') >= 10 for reason in ('no_rule', 'unknown_sender'))

    assert ward.status(OUTSIDE, both_refused).number('accepted') == 0
    assert moved.poll() == []
    ward.stop()
    assert ward.kept_out(OUTSIDE) >= {'no_rule', 'unknown_sender'}
    assert ward.audited(OUTSIDE)['released'] == 0


def test_garbage_and_bytes_that_nobody_signed_are_refused(ward):
    moved = ward.go()
    publisher = command(ward)
    sealed = overheard(ward, publisher, moved)
    attacker = ward.outer.publisher(OUTSIDE, Sealed, node='attacker')
    eventually('the guard hears the attacker', attacker.get_subscription_count)
    attacker.publish(Sealed())
    attacker.publish(wire(os.urandom(400)))
    refused(ward, 'not_sealed', 1)
    for at in (4, 100, 140, len(sealed) - 8):  # the stamp, what is sealed, the signature
        attacker.publish(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
    refused(ward, 'bad_signature', 4)
    # It goes on, and the honest ones are heard all the while: what costs nothing to refuse is refused,
    # however much it is.
    for _ in range(200):
        attacker.publish(Sealed(version=1, suite=3, flags=1, body=os.urandom(300)))
        time.sleep(0.002)
    publisher.publish(twist(0.2))
    moved.wait_for(twist(0.2))
    # What costs a signature check is not looked at any more after a while.
    for _ in range(60):
        attacker.publish(sealed[:-8] + bytes([sealed[-8] ^ 1]) + sealed[-7:])
        time.sleep(0.002)
    publisher.publish(twist(0.2))
    refused(ward, 'flood', 1)
    assert {message.linear.x for message in moved.typed()} == {0.2}
    ward.stop()
    assert ward.kept_out(OUTSIDE) >= {'not_sealed', 'bad_signature', 'flood'}


def test_what_was_sent_before_does_nothing_when_it_is_sent_again_not_even_after_a_restart(ward):
    moved = ward.go()
    publisher = command(ward)
    captured = overheard(ward, publisher, moved)
    attacker = ward.outer.publisher(OUTSIDE, Sealed, node='attacker')
    eventually('the guard hears the attacker', attacker.get_subscription_count)
    attacker.publish(captured)
    refused(ward, 'replayed')
    ward.stop()
    ward.start()
    eventually('the guard hears the attacker again', attacker.get_subscription_count)
    attacker.publish(captured)
    refused(ward, 'other_receiver')
    assert [message.linear.x for message in moved.typed()] == [0.2]
    # And the honest one is heard again.
    ward.flow(publisher, moved, twist(0.3))


def test_a_command_that_was_held_back_is_refused(ward):
    moved = ward.go()
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))
    ward.guard.signal(signal.SIGSTOP)
    publisher.publish(twist(0.2))
    time.sleep(3)
    ward.guard.signal(signal.SIGCONT)
    assert 'desk' in refused(ward, 'late').values['last refusal']
    publisher.publish(twist(0.3))
    moved.wait_for(twist(0.3))
    assert [message.linear.x for message in moved.typed()] == [0.3]
    ward.stop()
    assert 'late' in ward.kept_out(OUTSIDE)


def test_values_outside_the_limits_are_refused_and_not_clipped(ward):
    moved = ward.go()
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.5, -1.0))
    bad = [twist(0.51), twist(-3), twist(0, 1.1), twist(math.nan), twist(math.inf), twist(0, -math.inf)]
    for message in bad:
        publisher.publish(message)
    status = refused(ward, 'over_limit', len(bad))
    assert 'angular.z' in status.values['last refusal'] and 'desk' in status.values['last refusal']
    publisher.publish(twist(-0.5))
    moved.wait_for(twist(-0.5))
    assert [message.linear.x for message in moved.typed()] == [-0.5]
    ward.stop()
    assert ward.audited(OUTSIDE)['over_limit'] == len(bad)


def test_more_than_the_rate_is_refused(ward):
    command_ = {'type': 'geometry_msgs/msg/Twist', 'class': 'operational', 'rate': 10}
    moved = ward.go(commands={CMD: command_})
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))
    time.sleep(1.2)  # until the bucket is full
    begin = time.monotonic()
    for number in range(100):
        publisher.publish(twist(number / 1000))
        time.sleep(0.01)
    lasted = time.monotonic() - begin
    refused(ward, 'over_rate', 60)
    assert 10 <= len(moved.poll()) <= 10 + 10 * lasted + 1


def test_every_command_is_decided_by_the_policy_in_force(ward):
    moved = ward.go()
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))
    ward.rules(rules=[{'who': 'vendor', 'command': CMD}], version=2)
    assert ward.reload().success
    publisher.publish(twist(0.2))
    refused(ward, 'no_rule')
    assert moved.poll() == []
    # Without the command in the policy there is no entrance, and nothing of the guard on the topic inside.
    robot = ward
    robot.policy(
        {'/scan': {'type': 'sensor_msgs/msg/LaserScan', 'class': 'operational'}},
        [everyone('/scan')],
        version=3,
    )
    assert robot.reload().success
    eventually('nobody publishes inside', lambda: not robot.inner.publishers_of(CMD))
    robot.rules(version=4)
    assert robot.reload().success
    eventually('the commander is heard again', publisher.get_subscription_count)
    robot.flow(publisher, moved, twist(0.3))


def test_who_is_revoked_commands_nothing_from_the_next_message_on(ward):
    moved = ward.go()
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))
    ward.ask('revoke', 'desk')
    for _ in range(10):
        publisher.publish(twist(0.2))
    refused(ward, 'unknown_sender', 10)
    assert moved.poll() == []
    ward.ask('grant', 'desk')
    ward.flow(publisher, moved, twist(0.3))


def test_a_limit_on_a_field_that_the_type_does_not_have_closes_the_entrance(ward):
    command_ = {'type': 'geometry_msgs/msg/Twist', 'class': 'operational', 'limits': {'linear.w': [0, 1]}}
    ward.go(commands={CMD: command_})
    status = ward.status(OUTSIDE, lambda status: 'unknown_field' in status.message)
    assert status.level == 2 and 'linear.w' in status.message
    assert not ward.inner.publishers_of(CMD)
    ward.stop()
    assert 'unknown_field' in ward.kept_out(OUTSIDE)


def test_without_a_keeper_nothing_comes_in(ward):
    ward.rules()
    moved = ward.inner.reader(CMD, Twist)
    ward.start()
    attacker = ward.outer.publisher(OUTSIDE, Sealed, node='attacker')
    eventually('the guard hears it', attacker.get_subscription_count)
    attacker.publish(Sealed(version=1, suite=3, flags=1, body=os.urandom(300)))
    refused(ward, 'no_key')
    assert moved.poll() == []


def test_a_commander_says_what_is_wrong(ward):
    ward.identity('probe')
    for commands in (
        ['/cmd_vel'],
        ['cmd_vel geometry_msgs/msg/Twist'],
        ['/cmd_vel std_srvs/srv/Trigger'],
        [],
    ):
        own = ward.commander('desk', commands, wait=False)
        assert own.commander.wait() == 2, own.commander.said()
        assert 'name and type' in own.commander.said() or 'nothing to send' in own.commander.said()


def test_commands_that_no_queue_could_hold_are_counted_and_said(ward):
    moved = ward.go()
    publisher = command(ward)
    ward.flow(publisher, moved, twist(0.1))
    ward.guard.signal(signal.SIGSTOP)
    try:
        for number in range(400):
            publisher.publish(twist(number / 10000))
            time.sleep(0.002)
    finally:
        ward.guard.signal(signal.SIGCONT)
    moved.wait_for(twist(0.0399))
    ward.status(OUTSIDE, lambda status: status.number('lost') > 0)
    eventually('the console', lambda: f'{OUTSIDE}: commands are lost' in ward.guard.said())
