"""Latched topics: who comes late outside gets what it would get inside, of each source its newest."""

import pytest
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from domain import LATCHED
from rules import declared, everyone
from waiting import eventually

OPEN = [everyone('operational')]
TRANSIENT_LOCAL = DurabilityPolicy.TRANSIENT_LOCAL
EVERYTHING = QoSProfile(depth=1000, durability=TRANSIENT_LOCAL)
TEXT = declared('std_msgs/msg/String')


def text(data):
    return String(data=str(data))


def words(reader):
    return [message.data for message in reader.typed()]


def frames(reader):
    """Everything that the messages name, sorted. JointState stands for tf2_msgs/TFMessage:
    a list of names in a message.
    """
    return sorted(name for message in reader.typed() for name in message.name)


def late(robot, topic, kind=String, qos=EVERYTHING, domain=None):
    """A reader in a process that comes now."""
    return robot.domain((domain or robot.outer).number).reader(topic, kind, qos)


def settled(reader, count):
    """What has come when nothing more comes: the messages of a history come together."""
    reader.wait(count)
    counts = []
    eventually('no more come', lambda: counts.append(len(reader.poll())) or counts[-50:] == [counts[-1]] * 50)
    return reader


def test_all_frames_of_fourteen_publishers_reach_early_and_late_joiners(robot):
    robot.policy({'/tf_static': declared('sensor_msgs/msg/JointState')}, OPEN)
    early = robot.outer.reader('/tf_static', JointState, EVERYTHING)
    expected, publishers = [], []
    for number in range(14):
        names = [f'frame_{number}'] if number else [f'link_{link}' for link in range(20)]
        publisher = robot.inner.publisher('/tf_static', JointState, LATCHED, node=f'broadcaster_{number}')
        publishers.append((publisher, names))
        expected += names
    half = len(publishers) // 2
    for publisher, names in publishers[:half]:
        publisher.publish(JointState(name=names))
    robot.start()
    for publisher, names in publishers[half:]:
        publisher.publish(JointState(name=names))
    assert frames(settled(early, 14)) == sorted(expected)
    assert frames(settled(late(robot, '/tf_static', JointState), 14)) == sorted(expected)
    inside = late(robot, '/tf_static', JointState, domain=robot.inner)
    assert frames(settled(inside, 14)) == sorted(expected)
    status = robot.status('/tf_static')
    assert (status.level, status.number('released'), status.number('lost')) == (0, 14, 0), status


@pytest.mark.parametrize('guard_first', [True, False])
def test_a_source_that_republishes_displaces_only_its_own(robot, guard_first):
    robot.policy({'/tf_static': declared('sensor_msgs/msg/JointState')}, OPEN)
    links = [f'link_{link}' for link in range(20)]
    calm = robot.inner.publisher('/tf_static', JointState, LATCHED, node='calm')
    chatty = robot.inner.publisher('/tf_static', JointState, LATCHED, node='chatty')
    early = robot.outer.reader('/tf_static', JointState, EVERYTHING)
    if guard_first:
        robot.start()
        eventually(
            'the guard listens', lambda: calm.get_subscription_count() and chatty.get_subscription_count()
        )
    calm.publish(JointState(name=links))
    for number in range(25):
        chatty.publish(JointState(name=[f'camera_{number}']))
        if guard_first:
            eventually('it came', lambda: f'camera_{number}' in frames(early))
    if guard_first:
        assert len(settled(early, 26).messages) == 26, 'each once'
    else:
        robot.start()
        settled(early, 2)
    assert frames(early)[-20:] == sorted(links)
    assert frames(settled(late(robot, '/tf_static', JointState), 2)) == sorted(['camera_24', *links])


@pytest.mark.parametrize('pause', [True, False])
@pytest.mark.parametrize('depth', [1, 10])
def test_a_late_joiner_gets_as_many_as_the_source_keeps(robot, depth, pause):
    """Nobody tells the guard how many these are."""
    robot.policy({'/map': TEXT}, OPEN)
    publisher = robot.inner.publisher('/map', String, QoSProfile(depth=depth, durability=TRANSIENT_LOCAL))
    early = robot.outer.reader('/map', String, EVERYTHING)
    robot.start()
    eventually('the guard listens', publisher.get_subscription_count)
    for number in range(25):
        publisher.publish(text(number))
        if pause:
            early.wait_for(text(number))
    early.wait_for(text(24))
    kept = [str(number) for number in range(25 - depth, 25)]
    assert words(settled(late(robot, '/map', domain=robot.inner), depth)) == kept
    eventually('as inside', lambda: words(settled(late(robot, '/map'), depth)) == kept)
    if pause:
        assert words(early) == [str(number) for number in range(25)], 'each once, in order'
    else:
        came = [int(word) for word in words(early)]
        assert came == sorted(set(came)), 'each once, in order'


def test_a_history_longer_than_the_usual_depth_is_whole_outside(robot):
    robot.policy({'/events': TEXT}, OPEN)
    publisher = robot.inner.publisher('/events', String, QoSProfile(depth=30, durability=TRANSIENT_LOCAL))
    for number in range(50):
        publisher.publish(text(number))
    early = robot.outer.reader('/events', String, EVERYTHING)
    robot.start()
    kept = [str(number) for number in range(20, 50)]
    assert words(settled(early, 30)) == kept
    assert words(settled(late(robot, '/events'), 30)) == kept


def test_beyond_the_longest_history_outside_the_displaced_are_counted_and_told(robot):
    robot.policy({'/text': TEXT}, OPEN)
    everything = QoSProfile(history=HistoryPolicy.KEEP_ALL, durability=TRANSIENT_LOCAL)
    publisher = robot.inner.publisher('/text', String, everything)
    early = robot.outer.reader('/text', String, EVERYTHING)
    robot.start()
    for number in range(1200):
        publisher.publish(text(number))
        if number % 100 == 99:
            early.wait(number + 1)
    comes = late(robot, '/text', qos=everything)
    assert words(settled(comes, 1000)) == [str(number) for number in range(200, 1200)]
    told = robot.status('/text', lambda status: status.number('displaced') == 200)
    assert told.level == 1 and 'late joiners get the newest 1000' in told.message


def test_a_source_that_ended_is_gone_outside_as_inside(robot):
    robot.policy({'/map': TEXT}, OPEN)
    leaver = robot.domain(robot.inner.number)
    leaving = leaver.publisher('/map', String, LATCHED, node='leaving')
    staying = robot.inner.publisher('/map', String, LATCHED, node='staying')
    leaving.publish(text('of the one that leaves'))
    staying.publish(text('of the one that stays'))
    early = robot.outer.reader('/map', String, EVERYTHING)
    robot.start()
    settled(early, 2)
    leaver.leave()
    eventually('its publisher is gone', lambda: len(robot.outer.publishers_of('/map')) == 1)
    assert words(settled(late(robot, '/map'), 1)) == ['of the one that stays']
    assert len(early.messages) == 2


def test_a_volatile_source_beside_a_latched_one_keeps_nobody_from_the_latched_one(robot):
    robot.policy({'/tf_static': TEXT}, OPEN)
    latched = robot.inner.publisher('/tf_static', String, LATCHED, node='state_publisher')
    latched.publish(text('latched'))
    early = robot.outer.reader('/tf_static', String, EVERYTHING, node='tf')
    robot.start()
    early.wait_for(text('latched'))
    volatile = robot.inner.publisher('/tf_static', String, QoSProfile(depth=10), node='bridge')
    anyone = robot.outer.reader('/tf_static', String, QoSProfile(depth=100), node='volatile_reader')
    eventually('both are outside', lambda: len(robot.outer.publishers_of('/tf_static')) == 2)
    robot.flow(volatile, anyone, text('volatile'))
    assert words(settled(late(robot, '/tf_static'), 1)) == ['latched']
    latched.publish(text('newer'))
    early.wait_for(text('newer'))
    anyone.wait_for(text('newer'))
    assert words(anyone).count('newer') == 1 and set(words(early)) == {'latched', 'newer'}
    status = robot.status('/tf_static', lambda status: 'not matched' in status.values)
    assert '/tf' in status.values['not matched'] and 'durability' in status.values['not matched']
    assert status.number('lost') == 0


def test_a_latched_source_that_comes_to_a_volatile_topic_interrupts_nothing(robot):
    robot.policy({'/text': declared('std_msgs/msg/String', depth=1000)}, OPEN)
    volatile = robot.inner.publisher('/text', String, QoSProfile(depth=1000), node='steady')
    outside = robot.outer.reader('/text', String, QoSProfile(depth=5000))
    robot.start()
    robot.flow(volatile, outside, text('hello'))
    latched = None
    for number in range(300):
        volatile.publish(text(number))
        if number == 100:
            latched = robot.inner.publisher('/text', String, LATCHED, node='visitor')
            latched.publish(text('latched'))
            outside.wait_for(text('latched'))
        if number == 200:
            latched.destroy()
        outside.wait_for(text(number))
    assert [word for word in words(outside) if word != 'latched'] == [str(number) for number in range(300)]


def test_sealed_the_histories_of_all_sources_reach_a_stakeholders_late_joiners(robot):
    robot.identity('desk')
    robot.policy(
        {'/notes': TEXT},
        [{'who': 'desk', 'read': '/notes', 'as': 'clear'}],
        stakeholders={'desk': {'identity': 'identities/desk.pub'}},
    )
    calm = [robot.inner.publisher('/notes', String, LATCHED, node=f'calm_{number}') for number in range(13)]
    chatty = robot.inner.publisher('/notes', String, LATCHED, node='chatty')
    for number, publisher in enumerate(calm):
        publisher.publish(text(f'calm {number}'))
    robot.keep()
    robot.start()
    desk = robot.unsealer('desk')
    early = desk.reader('/desk/notes', String, EVERYTHING)
    settled(early, 13)
    for number in range(25):
        chatty.publish(text(f'chatty {number}'))
        early.wait_for(text(f'chatty {number}'))
    expected = {'chatty 24', *(f'calm {number}' for number in range(13))}
    came = settled(late(robot, '/desk/notes', domain=desk), 14)
    assert expected <= set(words(came)), words(came)
    joined = robot.unsealer('desk')
    assert set(words(settled(late(robot, '/desk/notes', domain=joined), 14))) == expected


@pytest.mark.parametrize('depth', [30, None])
def test_sealed_a_long_history_reaches_a_stakeholders_late_joiners(robot, depth):
    robot.identity('desk')
    robot.policy(
        {'/notes': TEXT},
        [{'who': 'desk', 'read': '/notes', 'as': 'clear'}],
        stakeholders={'desk': {'identity': 'identities/desk.pub'}},
    )
    kept = (
        QoSProfile(depth=depth, durability=TRANSIENT_LOCAL)
        if depth
        else QoSProfile(history=HistoryPolicy.KEEP_ALL, durability=TRANSIENT_LOCAL)
    )
    publisher = robot.inner.publisher('/notes', String, kept)
    robot.keep()
    robot.start()
    desk = robot.unsealer('desk')
    early = desk.reader('/desk/notes', String, EVERYTHING)
    for number in range(60):
        publisher.publish(text(number))
        early.wait_for(text(number))
    expected = [str(number) for number in range(60 - (depth or 60), 60)]
    came = settled(late(robot, '/desk/notes', domain=desk), len(expected))
    assert set(expected) <= set(words(came)), words(came)


def test_a_volatile_reader_of_a_latched_topic_gets_each_message_once(robot):
    robot.policy({'/map': TEXT}, OPEN)
    publisher = robot.inner.publisher('/map', String, LATCHED)
    outside = robot.outer.reader('/map', String, QoSProfile(depth=100))
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    for number in range(20):
        publisher.publish(text(number))
        outside.wait_for(text(number))
    # A busy machine may deliver a `hello` that was sent before the flow was noticed.
    said = [word for word in words(outside) if word != 'hello']
    assert said == [str(number) for number in range(20)]


def test_a_best_effort_source_beside_a_latched_one(robot):
    robot.policy({'/mixed': TEXT}, OPEN)
    latched = robot.inner.publisher('/mixed', String, LATCHED, node='latched')
    latched.publish(text('latched'))
    hasty = robot.inner.publisher(
        '/mixed', String, QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT), node='hasty'
    )
    anyone = robot.outer.reader(
        '/mixed', String, QoSProfile(depth=100, reliability=ReliabilityPolicy.BEST_EFFORT)
    )
    robot.start()
    robot.flow(hasty, anyone, text('hasty'))
    assert words(settled(late(robot, '/mixed'), 1)) == ['latched']
