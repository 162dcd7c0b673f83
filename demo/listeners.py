"""What each party receives, on its own domain, and the few things that parties do there.

    python3 demo/listeners.py '{"inside": 81, "outside": 82, "navigation": 83, ...}' FOLDER

Without a folder no frame is kept, only when it was sent and when it came.

One process for all, because what is compared must be counted by one clock; each domain has a context of its
own, which to DDS is a participant like any other. Messages are taken as they are on the wire. Commands come
on standard input (see peer.py).
"""

import array
import json
import math
import pathlib
import re
import sys
import time
from collections import deque

import numpy
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Twist
from hotel_interfaces.srv import LookupGuest
from nav_msgs.msg import Odometry
from PIL import Image as Picture
from PIL import ImageDraw
from rcl_interfaces.msg import Log
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image

import peer
from frames_io import picture, stamp_of

# Some frames are kept to be looked at afterwards. Which ones, their stamps say, so that every party keeps the
# same ones.
RATE = {'rgb8': (15, 5), '32FC1': (5, 2)}  # of the cameras, in Hz of simulated time; and one in so many
STAMPED = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/LaserScan')
TEXTS = ('std_msgs/msg/String', 'rcl_interfaces/msg/Log', 'diagnostic_msgs/msg/DiagnosticArray')


class Inbox:
    """What came on one topic."""

    keeps = True

    def __init__(self, node, topic, type_name, reliable, latched):
        self.kind, self.type_name = peer.message_class(type_name), type_name
        self.count, self.times, self.kept, self.stamps, self.sent, self.sequence = (
            0,
            array.array('d'),
            {},
            {},
            {},
            0,
        )
        self.last = deque(maxlen=400 if type_name in TEXTS else 1)
        self.handle = node.create_subscription(
            self.kind,
            topic,
            print,
            QoSProfile(
                depth=50,
                reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
                durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
            ),
            raw=True,
        ).handle

    def poll(self):
        """Takes what has come; gives it."""
        came = []
        with self.handle:
            while taken := self.handle.take_message(self.kind, True):
                message, info = taken
                came.append(message)
                self.count += 1
                self.times.append(info['received_timestamp'] / 1e9 or time.time())
                self.sequence = info['publication_sequence_number']
                if self.type_name in STAMPED:
                    self.keep(message, info)
                else:
                    self.last.append(message)
        return came

    def keep(self, message, info):
        stamp = stamp_of(message)
        self.stamps[stamp], self.sent[stamp] = self.times[-1], info['source_timestamp'] / 1e9
        rate, every = (
            RATE['rgb8' if len(message) > 500000 else '32FC1'] if self.type_name == STAMPED[0] else (1, 1)
        )
        if self.keeps and round(stamp * rate / 1e9) % every == 0:
            self.kept[stamp] = message

    def texts(self):
        return [deserialize_message(bytes(message), self.kind) for message in self.last]


class Party:
    """One domain, and all topics on it that are somebody else's."""

    def __init__(self, name, domain):
        self.name, self.context, self.inboxes = name, Context(), {}
        rclpy.init(context=self.context, domain_id=domain, signal_handler_options=SignalHandlerOptions.NO)
        self.node = self.make_node(f'{name}_ears')
        self.publishers, self.looked = {}, 0
        # Whose topics count: what this party was given comes out of its unsealer, and what is open to all out
        # of the guard. The intruder counts too: that its commands are heard out there shows that they are
        # real.
        self.givers = {'inside': None, 'outside': ('guard_outer', 'printer_in_room_12')}.get(
            name, ('unsealer_own',)
        )

    def make_node(self, name):
        # Without /rosout of its own: what is heard there came from somebody else.
        return rclpy.create_node(
            name,
            context=self.context,
            use_global_arguments=False,
            enable_rosout=False,
            start_parameter_services=False,
        )

    def look(self):
        """Follows the topics that have come up."""
        self.looked = time.monotonic()
        for topic, offered in self.offered().items():
            if topic not in self.inboxes and not re.search(r'/tag$|/sealed/\w+$|^/discreet/', topic):
                self.inboxes[topic] = Inbox(self.node, topic, **offered)

    def offered(self):
        """Type and QoS of what somebody publishes here."""
        found = {}
        for topic, kinds in self.node.get_topic_names_and_types():
            infos = self.node.get_publishers_info_by_topic(topic)
            profiles = [
                info.qos_profile for info in infos if not self.givers or info.node_name in self.givers
            ]
            if profiles:
                found[topic] = {
                    'type_name': kinds[0],
                    'reliable': all(qos.reliability == ReliabilityPolicy.RELIABLE for qos in profiles),
                    'latched': all(qos.durability == DurabilityPolicy.TRANSIENT_LOCAL for qos in profiles),
                }
        return found

    def poll(self):
        if time.monotonic() - self.looked > 0.5:
            self.look()
        return {topic: came for topic, inbox in self.inboxes.items() if (came := inbox.poll())}

    def own(self, topic):
        """The robot's name of a topic."""
        return topic.removeprefix(f'/{self.name}')


class Inside(Party):
    """The robot's own domain: the guard's diagnostics, where the robot is, and what it was told to do."""

    def __init__(self, domain):
        super().__init__('inside', domain)
        self.guard, self.path, self.told = {}, [], []

    def poll(self):
        came = super().poll()
        for message in came.get('/diagnostics', []):
            for status in deserialize_message(bytes(message), DiagnosticArray).status:
                if status.name.startswith('discreet: '):
                    values = {value.key: value.value for value in status.values}
                    self.guard[status.name.removeprefix('discreet: ')] = {'message': status.message, **values}
        if odometry := came.get('/odom'):
            message = deserialize_message(bytes(odometry[-1]), Odometry)
            at = [round(message.pose.pose.position.x, 3), round(message.pose.pose.position.y, 3)]
            turn = message.pose.pose.orientation
            self.path.append([stamp_of(odometry[-1]), *at, round(2 * math.atan2(turn.z, turn.w), 4)])
        for message in came.get('/cmd_vel', []):
            command = deserialize_message(bytes(message), Twist)
            self.told.append([time.time(), round(command.linear.x, 6), round(command.angular.z, 6)])
        return came


def words(message):
    """A message's texts in one line."""
    if isinstance(message, DiagnosticArray):
        return '; '.join(
            f'{status.name}: {status.message} '
            + ' '.join(f'{value.key}={value.value}' for value in status.values)
            for status in message.status
        )
    return f'{message.name}: {message.msg}' if isinstance(message, Log) else message.data


class Parties:
    def __init__(self, domains, folder):
        self.folder, Inbox.keeps = folder, bool(folder)
        self.all = {
            name: Inside(domain) if name == 'inside' else Party(name, domain)
            for name, domain in domains.items()
        }

    def poll(self):
        for party in self.all.values():
            party.poll()

    # What may be asked

    def report(self):
        """Counts, by party and by the robot's name of a topic."""
        inside = self.all['inside']
        return {
            'counts': {
                name: {party.own(topic): inbox.count for topic, inbox in party.inboxes.items()}
                for name, party in self.all.items()
            },
            'guard': inside.guard,
            'pose': inside.path[-1:],
            'told': len(inside.told),
            'time': time.time(),
        }

    def topics(self):
        """All that can be known of the robot's own topics."""
        return self.all['inside'].offered()

    def path(self):
        return self.all['inside'].path

    def told(self, since=0):
        """The commands that reached the robot, from one on."""
        return self.all['inside'].told[since:]

    def times(self):
        """When each message came."""
        return {
            name: {
                party.own(topic): [round(moment, 3) for moment in inbox.times]
                for topic, inbox in party.inboxes.items()
            }
            for name, party in self.all.items()
        }

    def arrived(self, topic):
        """When each frame that was kept came inside, by stamp."""
        inbox = self.all['inside'].inboxes[topic]
        return {stamp: inbox.stamps[stamp] for stamp in inbox.kept}

    def delays(self, topic):
        """How much later than inside each party had a frame of the same stamp, in seconds."""
        inside = self.all['inside'].inboxes[topic].stamps
        return {
            name: [
                round(moment - inside[stamp], 5) for stamp, moment in inbox.stamps.items() if stamp in inside
            ]
            for name, party in self.all.items()
            if (inbox := party.inboxes.get(f'/{name}{topic}'))
        }

    def stamps(self, topic):
        """The stamps of all that came, by party; when each came inside,
        and the number its publisher gave the last one there.
        """
        found = {name: inbox for name in self.all if (inbox := self.inbox(name, topic))}
        return {
            'stamps': {name: list(inbox.stamps) for name, inbox in found.items()},
            'arrived': list(found['inside'].stamps.items()),
            'sequence': found['inside'].sequence,
        }

    def latencies(self, topic):
        """From the publisher inside to each party, in seconds, by stamp.
        One clock, as all is on one machine.
        """
        sent = self.all['inside'].inboxes[topic].sent
        return {
            name: [
                [stamp, round(moment - sent[stamp], 5)]
                for stamp, moment in inbox.stamps.items()
                if stamp in sent
            ]
            for name in self.all
            if (inbox := self.inbox(name, topic))
        }

    def same(self, topic):
        """How many messages are, byte for byte, what they were inside, and of how many, by party."""
        inside = self.all['inside'].inboxes[topic].kept
        return {
            name: [sum(inside[stamp] == message for stamp, message in common), len(common)]
            for name in self.all
            if (inbox := self.inbox(name, topic))
            and name != 'inside'
            and (common := [(stamp, message) for stamp, message in inbox.kept.items() if stamp in inside])
        }

    def said(self, topic):
        """What texts came on a topic, by party."""
        return {
            name: [words(message) for message in inbox.texts()]
            for name, party in self.all.items()
            for own, inbox in party.inboxes.items()
            if party.own(own) == topic
        }

    def kept(self, topic):
        """Of the frames that were kept: their stamps, and how much of each is more than black, by party."""
        shares = {}
        for name in self.all:
            if inbox := self.inbox(name, topic):
                images = (
                    (stamp, deserialize_message(bytes(inbox.kept[stamp]), Image))
                    for stamp in sorted(inbox.kept)
                )
                shares[name] = [
                    [stamp, round(float((numpy.frombuffer(image.data, numpy.uint32) != 0).mean()), 4)]
                    for stamp, image in images
                ]
        return shares

    def inbox(self, who, topic):
        return next(
            (inbox for own, inbox in self.all[who].inboxes.items() if self.all[who].own(own) == topic), None
        )

    def frame(self, who, topic, stamp):
        """The pixels of one that was kept."""
        return picture(deserialize_message(bytes(self.inbox(who, topic).kept[stamp]), Image))

    def save(self, topic, stamp, who):
        """One frame of one party, as a PNG; gives its path, or nothing if it never came."""
        inbox = self.inbox(who, topic)
        if not inbox or stamp not in inbox.kept:
            return None
        path = self.folder / f'{who}{topic.replace("/", "_")}_{stamp}.png'
        Picture.fromarray(self.frame(who, topic, stamp)).save(path)
        return str(path)

    def unchanged(self, topic, who, areas):
        """How much of each area of a frame is as it was inside. `areas`: [[stamp, name, polygon], ...]."""
        answers = []
        for stamp, name, polygon in areas:
            taken, came = self.frame('inside', topic, stamp), self.frame(who, topic, stamp)
            mask = Picture.new('1', (taken.shape[1], taken.shape[0]))
            ImageDraw.Draw(mask).polygon([tuple(corner) for corner in polygon], fill=1)
            inside = numpy.asarray(mask)
            same = (taken == came).all(axis=2) & (taken.max(axis=2) > 8)  # a black pixel may be the cover's
            answers.append([stamp, name, round(float(same[inside].mean()), 4) if inside.any() else None])
        return answers

    # What parties do

    def drive(self, who, speed, turn, seconds):
        """A stakeholder's node commands, by way of its commander."""
        party = self.all[who]
        topic = f'/{who}/cmd_vel'
        if topic not in party.publishers:
            party.publishers[topic] = party.node.create_publisher(Twist, topic, 1)
        publisher, command, end = party.publishers[topic], Twist(), time.monotonic() + 10
        while not publisher.get_subscription_count() and time.monotonic() < end:
            self.pause(0.02)
        command.linear.x, command.angular.z = speed, turn
        end, sent = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            publisher.publish(command)
            sent += 1
            self.pause(0.1)
        publisher.publish(Twist())
        return {'sent': sent + 1}

    def look_up(self, who, query, patience=3):
        """A stakeholder's node calls the reception's service, by way of its commander."""
        party = self.all[who]
        node, executor = party.make_node('asking'), SingleThreadedExecutor(context=party.context)
        executor.add_node(node)
        client, answer, end = (
            node.create_client(LookupGuest, f'/{who}/guests/lookup'),
            None,
            time.monotonic() + patience,
        )
        future = None
        while time.monotonic() < end and not (future and future.done()):
            if future is None and client.service_is_ready():
                future = client.call_async(LookupGuest.Request(query=query))
            executor.spin_once(timeout_sec=0.01)
            self.poll()
        if future and future.done():
            answer = {
                name: getattr(future.result(), name)
                for name in LookupGuest.Response.get_fields_and_field_types()
            }
        executor.remove_node(node)
        node.destroy_node()
        return {'answer': answer}

    def pause(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.poll()
            time.sleep(0.005)


def main():
    parties = Parties(json.loads(sys.argv[1]), pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    words = [
        'report',
        'topics',
        'path',
        'told',
        'times',
        'delays',
        'latencies',
        'stamps',
        'same',
        'said',
        'kept',
        'arrived',
        'save',
        'unchanged',
        'drive',
        'look_up',
    ]
    peer.poll(parties.poll, {word: getattr(parties, word) for word in words})


if __name__ == '__main__':
    main()
