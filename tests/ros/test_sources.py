"""Only whom the policy means is a topic's source:
by type, by definition, by node, and of two of one name the first.
"""

import signal
import sys

import pytest
from std_msgs.msg import Int32, String

from probe_messages import probe_messages
from process import REPOSITORY, Process
from rules import TEXT, declared, everyone
from waiting import eventually

OPEN = [everyone('operational')]


def text(data):
    return String(data=data)


def test_a_type_that_is_not_installed_stays_inside_and_says_so(robot):
    robot.policy({'/odd': declared('nowhere_msgs/msg/Odd'), '/open': TEXT}, OPEN)
    odd, publisher = robot.inner.publisher('/odd', String), robot.inner.publisher('/open', String)
    outside = robot.outer.reader('/open', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    odd.publish(text('secret'))
    status = robot.status('/odd')
    assert status.level == 2 and 'refused type_not_installed' in status.values
    assert robot.outer.publishers_of('/odd') == []
    robot.stop()
    assert robot.kept_out('/odd') == {'type_not_installed'}


def test_another_type_than_the_declared_one_stays_inside(robot):
    robot.policy({'/text': TEXT, '/open': TEXT}, OPEN)
    wrong, publisher = robot.inner.publisher('/text', Int32), robot.inner.publisher('/open', String)
    outside, leaked = robot.outer.reader('/open', String), robot.outer.reader('/text', Int32)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    wrong.publish(Int32(data=7))
    status = robot.status('/text', lambda status: 'refused wrong_type' in status.values)
    assert status.level == 2 and 'std_msgs/msg/Int32' in status.values['refused wrong_type']
    assert robot.outer.publishers_of('/text') == [] and leaked.poll() == []
    robot.stop()
    assert robot.kept_out('/text') == {'wrong_type'}


def test_a_source_may_change_its_type_and_back(robot):
    robot.policy({'/text': TEXT}, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('before'))
    publisher.destroy()
    wrong = robot.inner.publisher('/text', Int32)
    robot.status(
        '/text', lambda status: 'refused wrong_type' in status.values and not status.values.get('qos')
    )
    wrong.publish(Int32(data=7))
    eventually('the topic is gone outside', lambda: not robot.outer.publishers_of('/text'))
    wrong.destroy()
    publisher = robot.inner.publisher('/text', String)
    robot.flow(publisher, outside, text('after'))
    assert robot.status('/text').level == 0


def peer(robot, messages, name, environment, topic='/probe'):
    """A process of its own that publishes its version of the probe message until it is told to stop."""
    return Process(
        [
            sys.executable,
            REPOSITORY / 'tests/ros/peer.py',
            topic,
            'discreet_probe_msgs/msg/Probe',
            name,
            messages,
        ],
        robot.folder / f'{name}.log',
        {'ROS_DOMAIN_ID': str(robot.inner.number), **environment},
    )


@pytest.fixture(scope='session')
def versions():
    return probe_messages()


def test_another_definition_under_the_same_name_stays_inside(robot, versions):
    """Two builds of one package: the guard has the first; who publishes by the second is not believed."""
    kind = 'discreet_probe_msgs/msg/Probe'
    robot.policy({'/probe': declared(kind, depth=1000), '/other': declared(kind, depth=1000)}, OPEN)
    robot.start(environment=versions[1])
    good = peer(robot, 1000, 'good', versions[1])
    robot.status('/probe', lambda status: status.number('released') > 0)
    old = peer(robot, 25, 'newer', versions[2], '/other')
    status = robot.status('/other', lambda status: status.denied('wrong_type_hash') == 25)
    assert status.level == 2 and 'refused wrong_type_hash' in status.values
    assert status.number('released') == 0
    assert '/other' not in robot.catalog() or robot.catalog()['/other'].source == []
    # Also beside a good one on the same topic.
    mixed = peer(robot, 25, 'mixed', versions[2])
    before = robot.status('/probe', lambda status: status.denied('wrong_type_hash') == 25).number('released')
    robot.status('/probe', lambda status: status.number('released') > before)
    for process in (good, old, mixed):
        process.signal(signal.SIGINT)
        process.wait()
    robot.stop()
    assert robot.audited('/other') == {'released': 0, 'wrong_type_hash': 25}


def test_a_pinned_definition_is_the_only_one_that_leaves(robot):
    pinned = 'RIHS01_' + '0' * 64
    right = 'RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18'
    robot.policy({'/text': {**TEXT, 'type_hash': pinned}, '/open': {**TEXT, 'type_hash': right}}, OPEN)
    publisher, kept = robot.inner.publisher('/open', String), robot.inner.publisher('/text', String)
    outside = robot.outer.reader('/open', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    kept.publish(text('secret'))
    assert 'refused wrong_type_hash' in robot.status('/text').values
    assert robot.outer.publishers_of('/text') == []


def test_of_two_nodes_with_one_name_the_first_keeps_it_until_it_leaves(robot):
    robot.policy({'/text': TEXT}, OPEN)
    first, second = robot.domain(robot.inner.number), robot.domain(robot.inner.number)
    genuine, outside = first.publisher('/text', String, node='lidar'), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(genuine, outside, text('genuine'))
    impostor = second.publisher('/text', String, node='lidar')
    eventually('the guard listens to both', impostor.get_subscription_count)
    for number in range(20):
        impostor.publish(text('impostor'))
        genuine.publish(text(f'genuine {number}'))
    status = robot.status('/text', lambda status: status.denied('duplicate_node') == 20)
    assert status.level == 2 and '/lidar' in status.values['refused duplicate_node']
    outside.wait(20)
    assert [message.data for message in outside.typed()] == [f'genuine {number}' for number in range(20)]
    robot.entry('/text', lambda entry: entry.source == ['/lidar'])

    first.leave()
    outside.forget()
    robot.flow(impostor, outside, text('successor'))
    assert robot.status('/text', lambda status: status.level == 0).denied('duplicate_node') >= 20


def test_two_nodes_of_one_name_with_a_topic_each_are_both_heard_and_named(robot):
    """As two bridges that were started with their default name."""
    robot.policy({'/tf': TEXT, '/map': TEXT, '/scan': {**TEXT, 'source': '/ros_gz_bridge'}}, OPEN)
    one, other = robot.domain(robot.inner.number), robot.domain(robot.inner.number)
    publishers = [
        one.publisher('/tf', String, node='ros_gz_bridge'),
        other.publisher('/map', String, node='ros_gz_bridge'),
    ]
    both = [domain.publisher('/scan', String, node='ros_gz_bridge') for domain in (one, other)]
    readers = [robot.outer.reader('/tf', String), robot.outer.reader('/map', String)]
    robot.start()
    for publisher, reader in zip(publishers, readers, strict=True):
        robot.flow(publisher, reader, text('hello'))
    # Where the name is asked for, one of them keeps it at most: the one of which the guard heard first, if it
    # heard of one.
    for publisher in both:
        publisher.publish(text('scan'))
    status = robot.status('/scan', lambda status: 'refused duplicate_node' in status.values)
    assert status.level == 2 and '/ros_gz_bridge' in status.values['refused duplicate_node']
    assert robot.status('/map').values['shared names'] == '/ros_gz_bridge'
    said = eventually(
        'the console', lambda: 'several nodes are called' in robot.guard.said() and robot.guard.said()
    )
    assert '/map: several nodes are called /ros_gz_bridge' in said
    assert '/scan: nothing leaves from /ros_gz_bridge, duplicate_node' in said


def test_only_the_node_that_the_policy_names_is_a_source(robot):
    robot.policy({'/text': {**TEXT, 'source': '/lidar'}}, OPEN)
    lidar = robot.inner.publisher('/text', String, node='lidar')
    other = robot.inner.publisher('/text', String, node='other')
    outside = robot.outer.reader('/text', String)
    robot.start()
    robot.flow(lidar, outside, text('hello'))
    for number in range(20):
        other.publish(text('other'))
        lidar.publish(text(f'lidar {number}'))
    status = robot.status('/text', lambda status: status.denied('wrong_source') == 20)
    assert status.level == 2 and '/other' in status.values['refused wrong_source']
    outside.wait(20)
    assert [message.data for message in outside.typed()] == [f'lidar {number}' for number in range(20)]
    robot.stop()
    assert robot.audited('/text')['wrong_source'] == 20


def test_sources_may_be_late_leave_and_return(robot):
    robot.policy({'/text': TEXT}, OPEN)
    outside = robot.outer.reader('/text', String)
    robot.start()
    for visit in range(3):
        assert robot.outer.publishers_of('/text') == []
        source = robot.domain(robot.inner.number)
        publisher = source.publisher('/text', String, node='lidar')
        robot.flow(publisher, outside, text(f'visit {visit}'))
        for number in range(20):
            publisher.publish(text(f'{visit} {number}'))
        outside.wait(20)
        assert [message.data for message in outside.typed()] == [f'{visit} {number}' for number in range(20)]
        outside.forget()
        source.leave()
        eventually('the topic is gone outside', lambda: not robot.outer.publishers_of('/text'))
        eventually('and in the catalogue', lambda: '/text' not in robot.catalog())


def test_the_last_words_of_a_source_still_arrive(robot):
    """It publishes and leaves at once, as a node that reports why it stops."""
    robot.policy({'/text': TEXT}, OPEN)
    source = robot.domain(robot.inner.number)
    publisher, outside = source.publisher('/text', String, node='lidar'), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    for number in range(100):
        publisher.publish(text(f'{number}'))
    publisher.wait_for_all_acked()
    source.leave()
    outside.wait(100)
    assert [message.data for message in outside.typed()] == [f'{number}' for number in range(100)]
