"""What leaves is what a rule allows, byte for byte; nothing else leaves at all."""

import array
import math

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Image, LaserScan
from std_msgs.msg import String
from test_msgs.msg import Arrays, BasicTypes, MultiNested, Strings, UnboundedSequences, WStrings

from domain import wire
from rules import TEXT, declared, everyone
from waiting import eventually

OPEN = '/open'


def text(data):
    return String(data=data)


def test_without_a_rule_nothing_leaves_and_not_even_the_topic_is_seen(robot):
    rules = [
        everyone(OPEN),
        everyone('/faces', **{'as': 'redacted'}),
        everyone('/denied'),
        everyone('/denied', deny=True),
        {'who': 'doctor', 'read': '/sealed', 'as': 'clear'},
    ]
    # Nothing says what to hide in `/faces`.
    robot.policy(
        dict.fromkeys([OPEN, '/unruled', '/denied', '/sealed', '/faces'], TEXT),
        rules,
        stakeholders={'doctor': {'identity': 'doctor.pub'}},
    )
    inside = {
        '/undeclared': 'undeclared_topic',
        '/unruled': 'no_rule',
        '/denied': None,
        '/faces': 'not_redactable',
        '/sealed': 'no_key',
    }
    publishers = {topic: robot.inner.publisher(topic, String) for topic in [OPEN, *inside]}
    readers = {topic: robot.outer.reader(topic, String) for topic in [OPEN, *inside]}
    robot.start()
    robot.flow(publishers[OPEN], readers[OPEN], text('hello'))

    counted = {'/faces': 'not_redactable', '/sealed': 'no_key'}
    for topic in counted:
        eventually(f'the guard listens to {topic}', publishers[topic].get_subscription_count)
    for number in range(20):
        for topic in inside:
            publishers[topic].publish(text(f'secret {number}'))
    for topic, reason in counted.items():
        robot.status(topic, lambda status: status.denied(reason) == 20)
    assert 'refused no_rule' in robot.status('/unruled').values
    denied = robot.status('/denied')
    assert {'refused no_rule', 'refused rule_denies', 'denied rule_denies'} & denied.values.keys()
    assert '/undeclared' in robot.status('guard').values['undeclared'].split()

    publishers[OPEN].publish(text('the last'))
    readers[OPEN].wait_for(text('the last'))
    for topic in inside:
        assert readers[topic].poll() == [], topic
        assert robot.outer.publishers_of(topic) == [], topic
    robot.stop()
    for topic, reason in counted.items():
        assert robot.audited(topic) == {'released': 0, reason: 20}
    assert robot.kept_out('/undeclared') == {'undeclared_topic'}
    assert robot.kept_out('/unruled') == {'no_rule'}
    assert robot.kept_out('/denied') <= {'no_rule', 'rule_denies'} and robot.kept_out('/denied')


def test_a_topic_that_a_rule_denies_by_name_stays_inside_though_its_class_may_leave(robot):
    robot.policy({OPEN: TEXT, '/secret': TEXT}, [everyone('operational'), everyone('/secret', deny=True)])
    publishers = {topic: robot.inner.publisher(topic, String) for topic in (OPEN, '/secret')}
    outside, secret = robot.outer.reader(OPEN, String), robot.outer.reader('/secret', String)
    robot.start()
    robot.flow(publishers[OPEN], outside, text('hello'))
    publishers['/secret'].publish(text('secret'))
    publishers[OPEN].publish(text('the last'))
    outside.wait_for(text('the last'))
    robot.status('/secret', lambda status: 'stays inside' in status.message)
    assert secret.poll() == [] and robot.outer.publishers_of('/secret') == []
    assert '/secret' not in robot.catalog()


def test_a_denial_by_the_hour_is_counted_message_by_message(robot):
    """A rule that only ended makes a route that may open, so its messages are read, and each is counted."""
    robot.policy(
        {OPEN: TEXT, '/late': TEXT},
        [everyone(OPEN), everyone('/late', **{'as': 'clear', 'until': '2020-01-01'})],
    )
    publisher, late = robot.inner.publisher(OPEN, String), robot.inner.publisher('/late', String)
    outside, leaked = robot.outer.reader(OPEN, String), robot.outer.reader('/late', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    eventually('the guard listens to /late', late.get_subscription_count)
    for number in range(20):
        late.publish(text(f'late {number}'))
    robot.status('/late', lambda status: status.denied('no_rule') == 20)
    assert leaked.poll() == []
    assert '/late' not in robot.catalog()


def laser_scan(number):
    ranges = array.array('f', [number + math.sin(ray) for ray in range(720)])
    return LaserScan(angle_max=6.28, range_max=30.0, ranges=ranges, intensities=ranges)


def odometry(number):
    message = Odometry(child_frame_id='base_link')
    message.header.frame_id = 'odom'
    message.pose.pose.position.x = number / 7
    message.twist.covariance[35] = math.nan
    return message


def diagnostic_array(number):
    status = DiagnosticStatus(
        level=b'\x02', name=f'motor {number}', values=[KeyValue(key='°C', value='71')] * 9
    )
    return DiagnosticArray(status=[status] * 5)


def image(number):
    return Image(
        height=480,
        width=640,
        encoding='rgb8',
        step=1920,
        data=array.array('B', bytes((number + byte) % 256 for byte in range(1920)) * 480),
    )


def sequences(number):
    return UnboundedSequences(
        bool_values=[True] * number,
        string_values=['ü' * number, ''],
        basic_types_values=[BasicTypes(int64_value=-number)] * 3,
    )


@pytest.mark.parametrize(
    'kind, make, count',
    [
        ('std_msgs/msg/String', lambda number: text(f'{number} ' + 'x' * (number % 7)), 500),
        ('sensor_msgs/msg/LaserScan', laser_scan, 500),
        ('nav_msgs/msg/Odometry', odometry, 500),
        ('diagnostic_msgs/msg/DiagnosticArray', diagnostic_array, 500),
        ('sensor_msgs/msg/Image', image, 30),
    ],
    ids=lambda value: value.split('/')[-1] if isinstance(value, str) else '',
)
def test_what_is_allowed_arrives_byte_for_byte_and_none_is_lost(robot, kind, make, count):
    """Also at once: the inner queue is deep enough for all that is sent before an answer is seen."""
    robot.policy({'/data': declared(kind, depth=1000)}, [everyone('operational')])
    kind = type(make(0))
    publisher, outside = robot.inner.publisher('/data', kind), robot.outer.reader('/data', kind)
    robot.start()
    robot.flow(publisher, outside, make(0))
    sent = [wire(make(number)) for number in range(1, count + 1)]
    for number, cdr in enumerate(sent):
        publisher.publish(cdr)
        if len(cdr) > 100_000:
            outside.wait(number + 1)
    received = [message.cdr for message in outside.wait(count)]
    assert received == sent
    assert robot.status('/data').number('lost') == 0
    robot.stop()
    assert robot.audited('/data')['released'] >= count


def test_messages_of_every_shape_arrive_byte_for_byte(robot):
    messages = {
        f'/shape_{type(message).__name__.lower()}': message
        for message in [
            BasicTypes(float64_value=math.inf, uint64_value=2**64 - 1),
            Arrays(string_values=['a', 'bc', '']),
            MultiNested(),
            Strings(string_value='x' * 10_000, bounded_string_value='y' * 22),
            WStrings(wstring_value='ハロー'),
            sequences(100),
        ]
    }
    kinds = {topic: f'test_msgs/msg/{type(message).__name__}' for topic, message in messages.items()}
    robot.policy({topic: declared(kind) for topic, kind in kinds.items()}, [everyone('operational')])
    publishers = {topic: robot.inner.publisher(topic, type(message)) for topic, message in messages.items()}
    readers = {topic: robot.outer.reader(topic, type(message)) for topic, message in messages.items()}
    inside = {topic: robot.inner.reader(topic, type(message)) for topic, message in messages.items()}
    robot.start()
    for topic, message in messages.items():
        robot.flow(publishers[topic], [readers[topic], inside[topic]], type(message)())
        publishers[topic].publish(message)
        # Against what the middleware carries inside: a serializer may leave anything behind the end.
        assert readers[topic].wait(1)[0].cdr == wire(inside[topic].wait(1)[0].cdr), topic
