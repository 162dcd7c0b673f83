"""An attacker on the guest network, who knows every name, type and QoS of the robot's own domain.

    python3 demo/intruder.py DOMAIN IDENTITIES

It is on the outer domain. It has no identity that the policy names, except in attempts with a stolen one. It
does not report the outcome of an attempt: each forged command has a unique speed, and demo/show.py searches
the commands that reached the robot for it. It receives its orders on standard input (see peer.py).
"""

import contextlib
import os
import pathlib
import sys
import time

from action_msgs.srv import CancelGoal
from discreet_interfaces.msg import Grants, Sealed
from discreet_interfaces.srv import Call, SetRoster
from geometry_msgs.msg import Twist
from hotel_interfaces.srv import LookupGuest
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from std_srvs.srv import Trigger

import peer
from discreet import GrantBook, Identity, PublicIdentity, Refused
from discreet.commands import Stamps, context, seal_command
from discreet.ros import GRANTS_TOPIC, LATCHED, SealedSubscription, hash_of, to_message, type_name

COMMANDS = '/cmd_vel/command'
# Names under which ROS publishes the same image.
SIBLINGS = {
    f'/camera/image_raw/{name}': f'sensor_msgs/msg/{kind}'
    for name, kind in (
        ('compressed', 'CompressedImage'),
        ('theora', 'CompressedImage'),
        ('thumbnail', 'Image'),
    )
}
SIBLINGS['/camera/image_rect_color'] = 'sensor_msgs/msg/Image'


class Thief:
    """An identity, and the operations with it."""

    def __init__(self, key, robot, domain):
        self.me = Identity.open(key, (key.parent / 'passphrase').read_text())
        self.book, self.stamps, self.robot, self.domain = (
            GrantBook(self.me, robot, domain),
            Stamps(),
            robot,
            domain,
        )

    def seal(self, kind, name, ros_type, message):
        digest = context(kind, self.robot.name, self.domain, name, type_name(ros_type), hash_of(ros_type))
        receiver = self.book.receiver(int(time.time()))
        return seal_command(self.me, receiver, digest, self.stamps.next(), serialize_message(message))


class Intruder(Node):
    def __init__(self, domain, identities):
        super().__init__('printer_in_room_12', enable_rosout=False, start_parameter_services=False)
        self.domain, self.robot = domain, PublicIdentity.open(identities / 'robot.pub')
        self.thieves = {
            name: Thief(identities / f'{name}.key', self.robot, domain)
            for name in ('stranger', 'analytics', 'navigation')
        }
        self.plain, self.sealed, self.opened, self.heard = {}, {}, {}, []
        self.speeds, self.plain_sent, self.repeating = iter(range(1, 1000)), 0, False
        self.create_subscription(Grants, GRANTS_TOPIC, self.granted, LATCHED, raw=True)
        self.create_subscription(Sealed, COMMANDS, self.overheard, 50, raw=True)
        self.forge = self.create_publisher(Sealed, COMMANDS, 50)
        self.drive = self.create_publisher(Twist, '/cmd_vel', 10)
        self.lookup = self.create_client(Call, '/guests/lookup/call')
        self.inner_services = [
            self.create_client(LookupGuest, '/guests/lookup'),
            self.create_client(Trigger, '/guard/reload'),
            self.create_client(SetRoster, '/discreet/roster'),
            self.create_client(CancelGoal, '/navigate_to_pose/_action/cancel_goal'),
        ]
        self.mine = set()

    def granted(self, message):
        for thief in self.thieves.values():
            with contextlib.suppress(Refused):
                thief.book.add(message, int(time.time()))

    def overheard(self, message):
        message = bytes(message)
        if message in self.mine:
            return
        self.heard.append(message)
        if self.repeating:
            self.send(message)

    def send(self, message):
        self.mine.add(message)
        self.forge.publish(message)

    def ready(self):
        """True if it knows the guard's key for commands, and the guard has subscribed to its topics."""
        knows = all(thief.book.receiver(int(time.time())) for thief in self.thieves.values())
        ears = self.get_subscriptions_info_by_topic(
            COMMANDS
        )  # its own subscription and those of the checks exist before the guard's
        heard = self.forge.get_subscription_count() >= len(ears) and any(
            ear.node_name == 'guard_outer' for ear in ears
        )
        return knows and heard and self.lookup.service_is_ready()

    # Receiving

    def attack(self, topics):
        """Subscribes to all topics, and publishes commands wherever it can."""
        for topic, offered in topics.items():
            self.follow(topic, **offered)
        for topic, kind in SIBLINGS.items():
            self.follow(topic, kind, reliable=False, latched=False)
        for form in ('clear', 'redacted'):
            for topic, offered in topics.items():
                if '/_action/' not in topic:  # sealed for the sender of a goal, in another way
                    self.eavesdrop(topic, form, offered['type_name'])
        self.create_timer(0.1, self.drive_plainly)
        return {'names': len(self.plain) + len(self.sealed)}

    def follow(self, topic, type_name, reliable, latched):
        self.plain[topic] = 0
        qos = QoSProfile(
            depth=10,
            reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
            durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
        )

        def count(_):
            self.plain[topic] += 1

        self.create_subscription(peer.message_class(type_name), topic, count, qos, raw=True)

    def eavesdrop(self, topic, form, type_name):
        """Receives sealed messages, and tries to open them with its own key and with the vendor's."""
        name = f'{topic}/sealed/{form}'
        self.sealed[name], self.opened[name] = 0, {'stranger': 0, 'analytics': 0}

        def count(_):
            self.sealed[name] += 1

        self.create_subscription(Sealed, name, count, 10, raw=True)
        if type_name == 'sensor_msgs/msg/Image':
            return  # the transcripts are enough for trying keys

        for who in self.opened[name]:

            def opened(_, who=who):
                self.opened[name][who] += 1

            SealedSubscription(
                self,
                self.thieves[who].me,
                self.robot,
                topic,
                peer.message_class(type_name),
                opened,
                form=form,
            )

    def drive_plainly(self):
        self.drive.publish(self.twist(2.0))
        self.plain_sent += 1

    def report(self):
        return {
            'plain': self.plain,
            'sealed': self.sealed,
            'opened': self.opened,
            'overheard': len(self.heard),
            'plain_sent': self.plain_sent,
            'sent': len(self.mine),
        }

    # Attacks

    @staticmethod
    def twist(speed):
        command = Twist()
        command.linear.x = speed
        return command

    def forged(self, who, times=5, fast=0.0):
        """Well-formed commands, sealed and signed with an identity; returns the speeds that mark them."""
        speeds = []
        for _ in range(times):
            speeds.append(fast + 0.3 + next(self.speeds) / 10000)
            self.send(self.thieves[who].seal('command', '/cmd_vel', Twist, self.twist(speeds[-1])))
        return {'sent': times, 'speeds': speeds}

    def garbage(self):
        self.send(b'\0\1\0\0' + os.urandom(300))
        for _ in range(4):
            self.forge.publish(
                Sealed(version=1, suite=3, flags=1, counter=time.time_ns(), body=os.urandom(300))
            )
        return {'sent': 5}

    def stranger(self):
        return self.forged('stranger')

    def vendor(self):
        return self.forged('analytics')

    def too_fast(self):
        return self.forged('navigation', fast=1.5)

    def repeat(self, on):
        """Replays each received command at once."""
        before = len(self.mine)
        self.repeating = on
        return {'sent': before}

    def replay(self):
        """Replays commands that it received earlier."""
        for message in self.heard[-30:]:
            self.send(message)
        return {'sent': len(self.heard[-30:])}

    def hold_back(self):
        """Intercepts commands: sealed now, delivered later."""
        speeds = [0.3 + next(self.speeds) / 10000 for _ in range(5)]
        self.held = [
            self.thieves['navigation'].seal('command', '/cmd_vel', Twist, self.twist(speed))
            for speed in speeds
        ]
        return {'sent': len(speeds), 'speeds': speeds}

    def deliver(self):
        for message in self.held:
            self.send(message)
        return {}

    def call(self, who):
        """Calls the guest database, signed with an identity; `answer` later returns the result."""
        request = self.thieves[who].seal(
            'call', '/guests/lookup', LookupGuest, LookupGuest.Request(query='412')
        )
        self.calling = [self.lookup.call_async(Call.Request(request=to_message(request)))]
        return {'sent': len(self.calling)}

    def answer(self):
        done = [future.result() for future in self.calling if future.done()]
        return {
            'came': len(done),
            'answered': sum(not response.refused for response in done),
            'reaches': [client.srv_name for client in self.inner_services if client.service_is_ready()],
        }


def main():
    domain = int(sys.argv[1])
    peer.init(domain)
    intruder = Intruder(domain, pathlib.Path(sys.argv[2]))
    words = [
        'ready',
        'attack',
        'report',
        'garbage',
        'stranger',
        'vendor',
        'too_fast',
        'repeat',
        'replay',
        'hold_back',
        'deliver',
        'call',
        'answer',
    ]
    peer.run([intruder], {word: getattr(intruder, word) for word in words})


if __name__ == '__main__':
    main()
