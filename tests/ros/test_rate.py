"""The policy limits the rate of a topic: few messages leave, and the newest is always among them."""

import itertools

from std_msgs.msg import String

from domain import LATCHED
from rules import TEXT, everyone
from waiting import eventually

OPEN = [everyone('operational')]


def newest(robot, publishers, reader, count):
    """Publishes so many messages at once from each, and waits until the last of each has come; gives all."""
    for number in range(count):
        for name, publisher in publishers.items():
            publisher.publish(String(data=f'{name} {number}'))
    last = {f'{name} {count - 1}' for name in publishers}
    eventually(
        lambda: f'the newest; {[text.data for text in reader.typed()]}',
        lambda: last <= {text.data for text in reader.typed()},
    )
    return [text.data for text in reader.typed()]


def test_of_many_messages_few_leave_and_the_newest_is_one_of_them(robot):
    robot.policy({'/text': {**TEXT, 'rate': 5}}, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, String(data='hello'))
    before = robot.status('/text').number('denied over_rate')
    came = newest(robot, {'a': publisher}, outside, 100)
    numbers = [int(text.split()[1]) for text in came if text.startswith('a')]
    assert numbers == sorted(set(numbers)) and len(numbers) < 100
    stamps = [message.stamp for message in outside.messages]
    assert all(after - first > 190_000_000 for first, after in itertools.pairwise(stamps))
    status = robot.status('/text', lambda status: status.number('denied over_rate') > before)
    assert status.level == 0 and status.number('denied over_rate') - before <= 100, status


def test_each_publisher_has_its_own_rate(robot):
    robot.policy({'/text': {**TEXT, 'rate': 2}}, OPEN)
    first, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    second = robot.inner.node().create_publisher(String, '/text', 100)
    robot.start()
    robot.flow(first, outside, String(data='hello'))
    robot.flow(second, outside, String(data='hello'))
    newest(robot, {'a': first, 'b': second}, outside, 20)


def test_late_readers_of_a_latched_topic_get_all_that_its_source_keeps(robot):
    robot.policy({'/text': {**TEXT, 'depth': 10, 'rate': 0.5}}, OPEN)
    latched = type(LATCHED)(depth=10, durability=LATCHED.durability)
    publisher = robot.inner.publisher('/text', String, latched)
    robot.start()
    for number in range(10):
        publisher.publish(String(data=f'{number}'))
    robot.released('/text')
    late = robot.outer.reader('/text', String, latched)
    late.wait(10)
    assert [text.data for text in late.typed()] == [f'{number}' for number in range(10)]


def test_a_change_of_the_rate_holds_from_the_next_message_on(robot):
    robot.policy({'/text': {**TEXT, 'rate': 0.02}}, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, String(data='hello'))
    publisher.publish(String(data='waits for fifty seconds'))
    robot.policy({'/text': TEXT}, OPEN, version=2)
    outside.wait_for(String(data='waits for fifty seconds'))
