"""Several robots on one outer domain, with the same topics,
and strangers who publish what they like there.
"""

import random
import threading
import time

import pytest
from discreet_interfaces.msg import Catalog, Grants, Sealed
from geometry_msgs.msg import Twist
from std_msgs.msg import String

from domain import BEST_EFFORT, LATCHED, POSTS, RELIABLE, wire
from robot import Robot
from rules import declared
from waiting import eventually

PEOPLE, CMD = '/people', '/cmd_vel'
SEALED, COMMAND = '/people/sealed/clear', '/cmd_vel/command'
NAMES = ['porter', 'waiter', 'cleaner']


@pytest.fixture
def fleet(tmp_path):
    """Three robots of different owners, each with its desk, on one outer domain."""
    robots = []
    for name in NAMES:
        (tmp_path / name).mkdir()
        robots.append(Robot(tmp_path / name, name, robots[0].outer.number if robots else None))
    yield robots
    for robot in robots:
        robot.end()


def begin(robot):
    """Starts a robot and its desk; gives what its people say, what the desk hears,
    and the same of commands.
    """
    robot.identity('desk')
    robot.policy(
        {PEOPLE: declared('std_msgs/msg/String', 'contextual', depth=1000)},
        [{'who': 'desk', 'read': PEOPLE, 'as': 'clear'}, {'who': 'desk', 'command': CMD}],
        stakeholders={'desk': {'identity': 'identities/desk.pub'}},
        commands={CMD: {'type': 'geometry_msgs/msg/Twist', 'class': 'operational', 'rate': 100}},
    )
    robot.said_by = robot.inner.publisher(PEOPLE, String)
    robot.moved = robot.inner.reader(CMD, Twist)
    robot.keep()
    robot.start()
    robot.unsealed = robot.unsealer('desk')
    robot.heard = robot.unsealed.reader(f'/desk{PEOPLE}', String)
    robot.commanded = robot.commander('desk', [f'{CMD} geometry_msgs/msg/Twist'])
    robot.commands = robot.commanded.publisher(f'/desk{CMD}', Twist)
    robot.number = robot.sent = robot.ordered = 0


class Strangers(threading.Thread):
    """On the outer domain, without a key: recorded messages again, catalogues and grants of their own,
    weak publishers.
    """

    def __init__(self, domain, names):
        super().__init__(daemon=True)
        self.domain, self.names, self.dice, self.stopped = domain, names, random.Random(7), threading.Event()
        self.overheard = {
            topic: domain.reader(topic, kind, qos, node='stranger')
            for topic, kind, qos in (
                ('/discreet/catalog', Catalog, POSTS),
                ('/discreet/grants', Grants, POSTS),
                (SEALED, Sealed, RELIABLE),
                (COMMAND, Sealed, RELIABLE),
            )
        }
        self.publishers = {
            topic: domain.publisher(
                topic, reader.kind, LATCHED if '/discreet/' in topic else RELIABLE, node='stranger'
            )
            for topic, reader in self.overheard.items()
        }
        self.published = 0

    def run(self):
        while not self.stopped.wait(0.02):
            self.replay()
            self.forge()
            if self.dice.random() < 0.02:
                self.come_and_go()

    def replay(self):
        """Something that was there before, as it was or with a bit of it flipped."""
        topic = self.dice.choice(list(self.overheard))
        seen = self.overheard[topic].poll()[-2000:]
        if not seen:
            return
        message = bytearray(self.dice.choice(seen).cdr)
        if self.dice.random() < 0.5:
            message[self.dice.randrange(4, len(message))] ^= 1 << self.dice.randrange(8)
        self.publish(topic, bytes(message))

    def forge(self):
        """A catalogue or a board in the name of one of the robots, with nothing in it or with nonsense."""
        name = self.dice.choice(self.names)
        if self.dice.random() < 0.5:
            self.publish('/discreet/catalog', wire(Catalog(robot=name, signature=self.dice.randbytes(64))))
        else:
            self.publish('/discreet/grants', wire(Grants(robot=name, receiver=self.dice.randbytes(200))))

    def come_and_go(self):
        """A publisher that promises less than the guard."""
        weak = self.domain.publisher(SEALED, Sealed, BEST_EFFORT, node='stranger')
        time.sleep(0.1)
        self.domain.node('stranger').destroy_publisher(weak)

    def publish(self, topic, message):
        self.publishers[topic].publish(message)
        self.published += 1

    def stop(self):
        self.stopped.set()
        self.join()


def alarms(robot, program):
    """What diagnostics of a robot's desk says of a program's topics, as far as it is an error."""
    from diagnostic_msgs.msg import DiagnosticArray

    reader = program.reader('/diagnostics', DiagnosticArray, node='watch')
    reader.wait(2)
    return [
        (status.name, status.message, {value.key: value.value for value in status.values})
        for message in reader.typed()
        for status in message.status
        if status.level != b'\0'
    ]


def test_robots_with_the_same_topics_do_not_disturb_each_other(fleet, seconds):
    for robot in fleet:
        begin(robot)
    for robot in fleet:
        robot.flow(robot.said_by, robot.heard, String(data='hello'))
        robot.flow(robot.commands, robot.moved, Twist())
    exchange(fleet, seconds)
    for robot in fleet:
        assert not alarms(robot, robot.unsealed) and not alarms(robot, robot.commanded)


def test_strangers_neither_stop_nor_repeat_anything(fleet, seconds):
    for robot in fleet:
        begin(robot)
    for robot in fleet:
        robot.flow(robot.said_by, robot.heard, String(data='hello'))
        robot.flow(robot.commands, robot.moved, Twist())
    strangers = Strangers(fleet[0].domain(fleet[0].outer.number), NAMES)
    strangers.start()
    try:
        exchange(fleet, seconds)
    finally:
        strangers.stop()
    assert strangers.published > seconds * 10
    # And the catalogue of each is still the robot's: a topic that a stranger closed would be missing here.
    for robot in fleet:
        eventually('the topic is open', lambda: robot.unsealed.publishers_of(f'/desk{PEOPLE}'))


def exchange(fleet, seconds):
    """People speak and desks command for so long. Each desk hears its own robot, each robot its own desk,
    and each once.
    """
    for robot in fleet:
        robot.heard.forget()
        robot.moved.forget()
    sent, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        sent += 1
        for at, robot in enumerate(fleet):
            robot.said_by.publish(String(data=f'{robot.name} {sent}'))
            message = Twist()
            message.linear.x, message.linear.y = float(sent), float(at)
            robot.commands.publish(message)
        for robot in fleet:
            robot.heard.poll()
            robot.moved.poll()
        time.sleep(0.05)
    for at, robot in enumerate(fleet):
        robot.heard.wait(sent)
        robot.moved.wait(sent)
        heard = [message.data for message in robot.heard.typed()]
        assert heard == [f'{robot.name} {number}' for number in range(1, sent + 1)]
        moved = [(message.linear.x, message.linear.y) for message in robot.moved.typed()]
        assert moved == [(float(number), float(at)) for number in range(1, sent + 1)]
