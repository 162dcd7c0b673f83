"""A consumer outside gets the quality of service that the source offers inside."""

import pytest
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, LivelinessPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import String

from domain import LATCHED, RELIABLE
from rules import TEXT, declared, everyone
from waiting import eventually

OPEN = [everyone('operational')]
BEST_EFFORT = ReliabilityPolicy.BEST_EFFORT
TRANSIENT_LOCAL = DurabilityPolicy.TRANSIENT_LOCAL
MANUAL = LivelinessPolicy.MANUAL_BY_TOPIC
HASTY = QoSProfile(depth=10, reliability=BEST_EFFORT)


def text(data):
    return String(data=data)


def promised(qos):
    """What discovery tells of a publisher, the depth excepted."""
    return (
        qos.reliability,
        qos.durability,
        qos.deadline,
        qos.lifespan,
        qos.liveliness,
        qos.liveliness_lease_duration,
    )


@pytest.mark.parametrize(
    'offered',
    [
        QoSProfile(depth=10),
        QoSProfile(depth=10, reliability=BEST_EFFORT),
        QoSProfile(depth=1, durability=TRANSIENT_LOCAL),
        QoSProfile(
            depth=5, reliability=BEST_EFFORT, deadline=Duration(seconds=2), lifespan=Duration(seconds=3)
        ),
        QoSProfile(
            depth=5, durability=TRANSIENT_LOCAL, deadline=Duration(seconds=1.5), lifespan=Duration(seconds=60)
        ),
        QoSProfile(
            depth=5, liveliness=LivelinessPolicy.AUTOMATIC, liveliness_lease_duration=Duration(seconds=4)
        ),
        QoSProfile(depth=5, liveliness=MANUAL, liveliness_lease_duration=Duration(seconds=3)),
    ],
    ids=[
        'reliable',
        'best effort',
        'latched',
        'best effort with times',
        'latched with times',
        'with a lease',
        'alive while it publishes',
    ],
)
def test_what_the_source_promises_the_guard_promises(robot, offered):
    robot.policy({'/text': declared('std_msgs/msg/String')}, OPEN, tags=True)
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


@pytest.mark.parametrize('kind', [LivelinessPolicy.AUTOMATIC, MANUAL], ids=['automatic', 'manual'])
def test_a_reader_that_asks_for_a_lease_gets_what_it_would_get_inside(robot, kind):
    leased = QoSProfile(depth=1000, liveliness=kind, liveliness_lease_duration=Duration(seconds=2))
    robot.policy({'/text': TEXT}, OPEN)
    publisher, outside = (
        robot.inner.publisher('/text', String, leased),
        robot.outer.reader('/text', String, leased),
    )
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    for number in range(240):
        publisher.publish(text(f'{number}'))
    outside.wait(240)
    assert [message.data for message in outside.typed()] == [f'{number}' for number in range(240)]
    publisher.destroy()
    eventually('it is gone outside', lambda: not robot.outer.publishers_of('/text'))


def test_sources_that_differ_are_each_offered_as_they_are(robot):
    robot.policy({'/text': TEXT}, OPEN)
    reliable = robot.inner.publisher('/text', String, RELIABLE, node='reliable')
    hasty = robot.inner.publisher('/text', String, HASTY, node='hasty')
    anyone = robot.outer.reader('/text', String, QoSProfile(depth=1000, reliability=BEST_EFFORT))
    robot.start()
    publishers = eventually(
        'both are outside', lambda: len(found := robot.outer.publishers_of('/text')) == 2 and found
    )
    assert {publisher.qos_profile.reliability for publisher in publishers} == {
        BEST_EFFORT,
        ReliabilityPolicy.RELIABLE,
    }
    robot.flow(reliable, anyone, text('of one'))
    robot.flow(hasty, anyone, text('and of the other'))
    assert robot.status('/text').level == 0


def test_a_weak_source_that_comes_and_goes_cuts_nobody_off(robot):
    robot.policy({'/text': TEXT}, OPEN)
    steady = robot.inner.publisher('/text', String, RELIABLE, node='steady')
    outside = robot.outer.reader('/text', String)
    anyone = robot.outer.reader(
        '/text', String, QoSProfile(depth=5000, reliability=BEST_EFFORT), node='anyone'
    )
    robot.start()
    robot.flow(steady, [outside, anyone], text('hello'))
    visitor, sent = None, 0
    for number in range(400):
        steady.publish(text(f'{number}'))
        if number == 100:
            visitor = robot.inner.publisher('/text', String, HASTY, node='visitor')
            eventually('the visitor is heard', visitor.get_subscription_count)
        if visitor and number < 300:
            visitor.publish(text('visitor'))
            sent += 1
        if number == 300:
            visitor.destroy()
            visitor = None
        outside.wait_for(text(f'{number}'))
    assert [message.data for message in outside.typed()] == [f'{number}' for number in range(400)]
    status = robot.status('/text', lambda status: status.number('released') >= 400 + sent)
    assert status.number('lost') == 0
    came = [message.data for message in anyone.typed()]
    assert came.count('visitor') > 0 and len([word for word in came if word == '350']) == 1


def test_a_reader_that_matches_nothing_is_named_with_the_reason_once(robot):
    robot.policy({'/image': TEXT, '/map': TEXT}, OPEN)
    robot.inner.publisher('/image', String, HASTY)
    robot.inner.publisher('/map', String, RELIABLE)
    robot.outer.reader('/image', String, RELIABLE, node='rviz')
    robot.outer.reader('/map', String, LATCHED, node='planner')
    robot.start()
    for topic, node, policy in [('/image', '/rviz', 'reliability'), ('/map', '/planner', 'durability')]:
        status = robot.status(topic, lambda status: 'not matched' in status.values)
        assert status.level == 1 and node in status.message and policy in status.message, status
    for _ in range(3):
        robot.status('/image')
    assert robot.guard.said().count('/rviz gets nothing of /image: its reliability') == 1
    assert robot.guard.said().count('/planner gets nothing of /map: its durability') == 1
