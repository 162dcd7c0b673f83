"""Every released message can be told: its tag, where the policy asks for tags, says what it is and where it
comes from, the catalogue what there is.
"""

import sys

import pytest
from discreet_interfaces.msg import Catalog, CatalogEntry, Tag
from sensor_msgs.msg import LaserScan
from std_msgs.msg import String

from domain import LATCHED, POSTS
from process import BINARIES, REPOSITORY, Process
from rules import TEXT, declared, everyone
from waiting import eventually

RULES = [everyone('operational'), everyone('contextual')]


def text(data):
    return String(data=data)


def test_each_message_has_its_tag(robot):
    robot.policy({'/text': {**TEXT, 'class': 'contextual'}}, RULES, version=3, tags=True)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    tags, inside = robot.outer.reader('/text/tag', Tag), robot.inner.reader('/text', String)
    robot.start()
    robot.flow(publisher, [tags, outside, inside], text('hello'))
    for number in range(100):
        publisher.publish(text(f'{number}'))
    outside.wait(100)
    tags.wait(100)
    inside.wait(100)
    [info] = robot.outer.publishers_of('/text')
    [source] = robot.inner.publishers_of('/text')
    for message, origin, tag in zip(outside.messages, inside.messages, tags.typed(), strict=True):
        assert tag.sequence == message.sequence
        assert tag.source_sequence == origin.sequence
        assert tag.stamp.sec * 10**9 + tag.stamp.nanosec == origin.stamp
        assert bytes(tag.publisher_gid) == bytes(info.endpoint_gid)
        assert bytes(tag.source_gid) == bytes(source.endpoint_gid)
        assert (tag.data_class, tag.form, tag.policy_version, tag.source_topic) == (
            'contextual',
            'clear',
            3,
            '/text',
        )


def test_a_denied_message_has_no_tag_and_leaves_no_gap_in_the_released_ones(robot):
    robot.policy({'/text': TEXT}, RULES, tags=True)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    tags = robot.outer.reader('/text/tag', Tag)
    robot.start()
    robot.flow(publisher, [tags, outside], text('hello'))
    for number in range(10):
        publisher.publish(b'\0\1\0\0malformed')
        publisher.publish(text(f'{number}'))
    outside.wait(10)
    tags.wait(10)
    sequences = [message.sequence for message in outside.messages]
    assert [tag.sequence for tag in tags.typed()] == sequences == list(range(sequences[0], sequences[0] + 10))
    assert [tag.source_sequence - tags.typed()[0].source_sequence for tag in tags.typed()] == list(
        range(0, 20, 2)
    )


def test_there_are_tags_only_while_the_policy_asks_for_them(robot):
    def seen():
        return [robot.entry('/text').tag_topic, len(robot.outer.publishers_of('/text/tag'))]

    robot.policy({'/text': TEXT}, RULES)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    assert seen() == ['', 0]
    for version, tags in enumerate((True, False), start=2):
        robot.policy({'/text': TEXT}, RULES, version=version, tags=tags)
        assert robot.reload().success
        expected = ['/text/tag', 1] if tags else ['', 0]
        eventually(lambda: f'{expected}, not {seen()}', lambda expected=expected: seen() == expected)
        robot.flow(publisher, outside, text(f'{version}'))


def test_the_catalogue_follows_sources_and_policy(robot):
    robot.policy(
        {'/text': TEXT, '/scan': declared('sensor_msgs/msg/LaserScan', 'contextual')}, RULES, tags=True
    )
    robot.start()
    assert robot.catalog() == {}
    first = robot.inner.publisher('/text', String, node='speech')
    entry = eventually('the first is listed', lambda: robot.catalog().get('/text'))
    scanner = robot.domain(robot.inner.number)
    scanner.publisher('/scan', LaserScan, node='lidar')
    scan = robot.entry('/scan', lambda entry: entry.source)
    entry = robot.entry('/text')
    assert (
        entry.type,
        entry.data_class,
        entry.form,
        entry.audience,
        entry.policy_version,
        entry.tag_topic,
    ) == ('std_msgs/msg/String', 'operational', 'clear', ['everyone'], 1, '/text/tag')
    assert list(entry.source) == ['/speech'] and entry.retention.sec == 7 * 86400
    assert str(entry.type_hash) == str(robot.inner.publishers_of('/text')[0].topic_type_hash)
    assert (scan.data_class, list(scan.source), scan.retention.sec) == ('contextual', ['/lidar'], 86400)

    scanner.leave()
    eventually('what left is not listed', lambda: robot.catalog().keys() == {'/text'})
    robot.policy({'/text': TEXT}, [everyone('operational', deny=True)], version=2)
    robot.reload()
    eventually('what is denied is not listed', lambda: robot.catalog() == {})
    robot.policy({'/text': TEXT}, RULES, version=3)
    robot.reload()
    assert (
        eventually('what is allowed again is listed', lambda: robot.catalog().get('/text')).policy_version
        == 3
    )
    late = robot.domain(robot.outer.number).reader('/discreet/catalog', robot.catalogs.kind, LATCHED)
    late.wait(1)
    assert [entry.topic for entry in late.typed()[-1].entries] == ['/text'] and late.typed()[
        -1
    ].robot == 'probe'
    assert first.topic_name == '/text'


EXAMPLES = pytest.mark.parametrize(
    'command',
    [
        lambda domain: [sys.executable, REPOSITORY / 'examples/read_tags.py', '/scan'],
        lambda domain: [BINARIES / 'examples/read_tags', domain, '/scan', 'sensor_msgs/msg/LaserScan'],
    ],
    ids=['Python', 'Rust'],
)


@EXAMPLES
def test_the_examples_pair_messages_with_their_tags(robot, command):
    robot.policy({'/scan': declared('sensor_msgs/msg/LaserScan')}, RULES, version=7, tags=True)
    publisher, outside = robot.inner.publisher('/scan', LaserScan), robot.outer.reader('/scan', LaserScan)
    robot.start()
    robot.flow(publisher, outside, LaserScan())
    example = Process(
        command(robot.outer.number), robot.folder / 'example.log', {'ROS_DOMAIN_ID': str(robot.outer.number)}
    )

    def paired():
        publisher.publish(LaserScan(ranges=[1.0, 2.0]))
        assert example.is_running(), example.said()
        return example.said().count('of class operational, clear, from /scan, policy version 7') > 20

    eventually(lambda: f'it shows pairs; it says\n{example.said()}', paired)
    outside.poll()
    known = {str(message.sequence) for message in outside.messages}
    shown = {line.split(':')[0] for line in example.said().splitlines() if 'of class' in line}
    assert len(shown) > 20 and shown <= known | {str(max(map(int, known)) + 1)}


@EXAMPLES
def test_a_stranger_does_not_end_the_examples(robot, command):
    robot.policy({'/scan': declared('sensor_msgs/msg/LaserScan')}, RULES, tags=True)
    publisher, outside = robot.inner.publisher('/scan', LaserScan), robot.outer.reader('/scan', LaserScan)
    stranger = robot.domain(robot.outer.number)
    catalogs = stranger.publisher('/discreet/catalog', Catalog, POSTS)
    for kind in ('x', 'os/path/join', 'unheard_msgs/msg/Text', 'std_msgs/msg/String'):
        entry = CatalogEntry(topic='/scan', type=kind, tag_topic='/scan/tag' if '_' in kind else '')
        catalogs.publish(Catalog(robot='x', entries=[entry]))
    tags = stranger.publisher('/scan/tag', Tag)
    robot.start()
    robot.flow(publisher, outside, LaserScan())
    example = Process(
        command(robot.outer.number), robot.folder / 'example.log', {'ROS_DOMAIN_ID': str(robot.outer.number)}
    )

    def pairs():
        for malformed in (b'\0\1\0\0', b'\0\1\0\0' + b'\xff' * 200):
            tags.publish(malformed)
        publisher.publish(LaserScan(ranges=[1.0, 2.0]))
        assert example.is_running(), example.said()
        return example.said().count('of class operational')

    eventually(lambda: f'it shows pairs; it says\n{example.said()}', lambda: pairs() > 20)
