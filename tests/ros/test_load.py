"""Floods and overload: it stays alive, bounded, and counts what it could not serve."""

import signal
import time

from rclpy.qos import QoSProfile
from std_msgs.msg import String

from rules import TEXT, declared, everyone
from waiting import eventually

OPEN = [everyone('operational')]


def text(data):
    return String(data=data)


def test_a_flood_of_undeclared_topics_is_listed_in_part_and_counted_in_full(robot):
    robot.policy({'/text': TEXT}, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    guard = robot.start()
    robot.flow(publisher, outside, text('hello'))
    before = guard.memory()
    node = robot.domain(robot.inner.number).node('flood')
    flood = [node.create_publisher(String, f'/flood/topic_{number}', 1) for number in range(400)]
    status = robot.status('guard', lambda status: status.number('undeclared topics') >= 400)
    assert len(status.values['undeclared'].split()) <= 20
    robot.flow(publisher, outside, text('still here'))
    assert guard.memory() < before + 100_000_000, f'{len(flood)} topics'
    robot.stop()
    assert len([entry for entry in robot.audit() if entry['entry'] == 'denied']) < 250


def test_more_publishers_than_it_remembers_do_not_harm_it(robot):
    robot.policy({'/text': TEXT}, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    guard = robot.start()
    robot.flow(publisher, outside, text('hello'))
    before = guard.memory()
    node = robot.domain(robot.inner.number).node('flood')
    flood = [node.create_publisher(String, '/text', 1) for _ in range(300)]
    eventually('the guard hears the last', flood[-1].get_subscription_count)
    for number, one in enumerate(flood):
        one.publish(text(f'flood {number}'))
    robot.status('/text', lambda status: status.denied('unknown_source') + status.number('released') >= 300)
    robot.flow(publisher, outside, text('still here'))
    assert guard.memory() < before + 100_000_000


def test_a_source_that_restarts_often_is_still_believed(robot):
    """Beside one that stays, so that the topic is never closed; a robot runs for months."""
    robot.policy({'/text': TEXT}, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    for number in range(300):  # more than it remembers at a time
        restless = robot.inner.publisher('/text', String, node='restless')
        restless.publish(text(f'{number}'))
        outside.wait_for(text(f'{number}'))
        outside.forget()
        restless.destroy()
    robot.flow(robot.inner.publisher('/text', String, node='restless'), outside, text('the last'))


def test_what_is_published_faster_than_it_is_served_is_counted_as_lost_and_the_newest_arrives(robot):
    robot.policy({'/text': declared('std_msgs/msg/String', depth=10)}, OPEN)
    quality = QoSProfile(depth=10)
    publisher, outside = (
        robot.inner.publisher('/text', String, quality),
        robot.outer.reader('/text', String, quality),
    )
    guard = robot.start()
    robot.flow(publisher, outside, text('hello'))
    lost = robot.status('/text').number('lost')
    released = robot.status('/text').number('released')
    guard.signal(signal.SIGSTOP)
    try:
        for number in range(1000):
            publisher.publish(text(f'{number}'))
            time.sleep(0.001)
    finally:
        guard.signal(signal.SIGCONT)
    outside.wait_for(text('999'))
    status = robot.status('/text', lambda status: status.number('lost') > lost)
    assert status.number('lost') - lost + status.number('released') - released == 1000
    assert len(outside.messages) < 500
