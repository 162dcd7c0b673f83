"""Bytes that are no message of the declared type stay inside, are counted, and do no harm."""

import struct

from rclpy.duration import Duration
from std_msgs.msg import String
from test_msgs.msg import UnboundedSequences

from domain import wire
from rules import TEXT, declared, everyone
from waiting import PATIENCE

HEAD = b'\x00\x01\x00\x00'


def huge_lengths(cdr):
    """The message with each of its words replaced by a length of almost 4 GiB."""
    for place in range(4, len(cdr) - 3, 4):
        yield cdr[:place] + struct.pack('<I', 0xFFFFFFFF) + cdr[place + 4 :]


def test_malformed_messages_are_denied_each_and_counted_and_good_ones_still_pass(robot):
    robot.policy({'/text': TEXT}, [everyone('operational')])
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, String(data='good'))
    good = wire(String(data='twelve bytes'))
    text = HEAD + struct.pack('<I', 4) + b'abc\0'
    bad = [
        b'\0',
        HEAD[:3],
        HEAD,
        good[:-4],
        good[:-5],
        good[:8],
        good[:7],
        *huge_lengths(HEAD + struct.pack('<I', 4)),
        HEAD + struct.pack('<I', 0x80000000) + b'abc\0',
        HEAD + struct.pack('<I', 4) + b'abcd',
        *(bytes([0, kind]) + text[2:] for kind in (2, 3, 6, 7, 8, 9, 10, 11, 255)),
        b'\x80\x01' + text[2:],
        good + b'trailing',
        good + bytes(64 * 1024),
    ]
    for number, message in enumerate(bad):
        publisher.publish(message)
        publisher.publish(String(data=f'after {number}'))
    outside.wait(len(bad))
    robot.status('/text', lambda status: status.denied('malformed') == len(bad))
    assert [message.data for message in outside.typed()] == [f'after {number}' for number in range(len(bad))]
    robot.stop()
    assert robot.audited('/text')['malformed'] == len(bad)


def test_an_empty_message_harms_nobody_but_its_sender(robot):
    """Fast DDS does not deliver it to another process,
    nor anything reliable that its sender publishes later.
    """
    robot.policy({'/text': TEXT}, [everyone('operational')])
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    other = robot.inner.publisher('/text', String, node='other')
    robot.start()
    robot.flow(publisher, outside, String(data='good'))
    publisher.publish(b'')
    for number in range(20):
        other.publish(String(data=f'after {number}'))
    outside.wait(20)
    assert [message.data for message in outside.typed()] == [f'after {number}' for number in range(20)]


def test_big_endian_is_a_message_too(robot):
    robot.policy({'/text': TEXT}, [everyone('operational')])
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, String(data='good'))
    publisher.publish(b'\x00\x00\x00\x00' + struct.pack('>I', 4) + b'abc\0')
    assert [message.data for message in outside.wait(1) and outside.typed()] == ['abc']


def test_a_storm_of_malformed_messages_takes_no_memory(robot):
    """Lengths of 4 GiB at every place of a type with many sequences, and much nonsense, over and over."""
    robot.policy(
        {'/data': declared('test_msgs/msg/UnboundedSequences', depth=1000)}, [everyone('operational')]
    )
    kind = UnboundedSequences
    publisher, outside = robot.inner.publisher('/data', kind), robot.outer.reader('/data', kind)
    guard = robot.start()
    robot.flow(publisher, outside, kind())
    whole = wire(kind(string_values=['a', 'b'], float64_values=[1.0] * 9))
    bad = [*huge_lengths(whole), *(whole[:length] for length in range(1, len(whole) - 8, 3))]
    # Some of these words stand in values, where every pattern is good.
    publish_all(robot, publisher, bad)
    before = guard.memory()
    for _ in range(3):
        publish_all(robot, publisher, bad)
    for _ in range(3):
        publish_all(robot, publisher, [b'\xff' * 400_000])
    assert guard.memory() < before + 20_000_000
    assert robot.status('/data').denied('malformed') > len(bad) * 2
    robot.flow(publisher, outside, kind(bool_values=[True]))


def publish_all(robot, publisher, messages):
    for message in messages:
        publisher.publish(message)
    assert publisher.wait_for_all_acked(Duration(seconds=PATIENCE)), 'the guard does not take what it is sent'
