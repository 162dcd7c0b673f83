"""A consumer outside gets the quality of service that the source offers inside."""

import pytest
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from robot import LATCHED, RELIABLE, TEXT, declared, eventually, everyone
from std_msgs.msg import String

OPEN = [everyone('operational')]
BEST_EFFORT = ReliabilityPolicy.BEST_EFFORT
TRANSIENT_LOCAL = DurabilityPolicy.TRANSIENT_LOCAL


def text(data):
    return String(data=data)


def promised(qos):
    """What discovery tells of a publisher, the depth excepted."""
    return qos.reliability, qos.durability, qos.deadline, qos.lifespan


@pytest.mark.parametrize('offered', [
    QoSProfile(depth=10),
    QoSProfile(depth=10, reliability=BEST_EFFORT),
    QoSProfile(depth=1, durability=TRANSIENT_LOCAL),
    QoSProfile(depth=5, reliability=BEST_EFFORT, deadline=Duration(seconds=2), lifespan=Duration(seconds=3)),
    QoSProfile(depth=5, durability=TRANSIENT_LOCAL, deadline=Duration(seconds=1.5), lifespan=Duration(seconds=60)),
], ids=['reliable', 'best effort', 'latched', 'best effort with times', 'latched with times'])
def test_what_the_source_promises_the_guard_promises(robot, offered):
    robot.policy({'/text': declared('std_msgs/msg/String')}, OPEN)
    robot.inner.publisher('/text', String, offered)
    robot.start()
    [inside] = eventually('the source is seen', lambda: robot.inner.publishers_of('/text'))
    [outside] = eventually('the topic is outside', lambda: robot.outer.publishers_of('/text'))
    assert promised(outside.qos_profile) == promised(inside.qos_profile)
    assert outside.topic_type_hash == inside.topic_type_hash
    [tag] = eventually('the tags are outside', lambda: robot.outer.publishers_of('/text/tag'))
    assert promised(tag.qos_profile) == promised(inside.qos_profile)


def test_a_latched_message_reaches_who_comes_later(robot):
    robot.policy({'/map': declared('std_msgs/msg/String')}, OPEN)
    publisher = robot.inner.publisher('/map', String, LATCHED)
    publisher.publish(text('before the guard came'))
    robot.start()
    first = robot.outer.reader('/map', String, LATCHED)
    first.wait_for(text('before the guard came'))
    publisher.publish(text('the newest'))
    first.wait_for(text('the newest'))
    late = robot.domain(robot.outer.number).reader('/map', String, LATCHED)
    late.wait_for(text('the newest'))
    assert late.typed() == [text('the newest')], 'a depth of 1 was asked for'


def test_the_policy_says_how_many_latched_messages_are_kept(robot):
    robot.policy({'/events': declared('std_msgs/msg/String', depth=5)}, OPEN)
    publisher = robot.inner.publisher('/events', String, QoSProfile(depth=100, durability=TRANSIENT_LOCAL))
    robot.start()
    everything = QoSProfile(depth=100, durability=TRANSIENT_LOCAL)
    first = robot.outer.reader('/events', String, everything)
    robot.released('/events')
    for number in range(20):
        publisher.publish(text(f'{number}'))
        first.wait_for(text(f'{number}'))
    late = robot.domain(robot.outer.number).reader('/events', String, everything)
    late.wait(5)
    assert [message.data for message in late.typed()] == ['15', '16', '17', '18', '19']


def test_a_volatile_topic_gives_late_joiners_nothing_old(robot):
    robot.policy({'/text': TEXT}, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('old'))
    late = robot.domain(robot.outer.number).reader('/text', String)
    robot.flow(publisher, outside, text('newer'))
    eventually('the late one gets something', lambda: publisher.publish(text('newest')) or late.poll())
    assert text('old') not in late.typed()


def test_sources_that_differ_get_the_weakest_of_their_promises_and_diagnostics_warns(robot):
    robot.policy({'/text': TEXT}, OPEN)
    reliable = robot.inner.publisher('/text', String, RELIABLE, node='reliable')
    hasty = robot.inner.publisher('/text', String, QoSProfile(depth=10, reliability=BEST_EFFORT), node='hasty')
    outside = robot.outer.reader('/text', String, QoSProfile(depth=1000, reliability=BEST_EFFORT))
    robot.start()
    status = robot.status('/text', lambda status: 'differ in QoS' in status.message)
    assert status.level == 1 and status.values['qos'].startswith('best effort')
    [publisher] = eventually('one publisher outside', lambda: robot.outer.publishers_of('/text'))
    assert publisher.qos_profile.reliability == BEST_EFFORT
    robot.flow(reliable, outside, text('of one'))
    robot.flow(hasty, outside, text('and of the other'))
