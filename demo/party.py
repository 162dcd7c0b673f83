"""One party's domain: the topics that appear on it, and the messages received on each.

Messages stay serialized.
"""

import array
import math
import re
import time
from collections import deque

import rclpy
from action_msgs.msg import GoalStatusArray
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rcl_interfaces.msg import Log
from rclpy.context import Context
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions

import peer
from frames_io import stamp_of
from goals import STATUS

# Some frames are kept for later comparison. The stamp selects them, so that every party keeps the same ones.
RATE = {'rgb8': (15, 5), '32FC1': (5, 2)}  # of the cameras, in Hz of simulated time; one frame in N is kept
STAMPED = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/LaserScan')
TEXTS = ('std_msgs/msg/String', 'rcl_interfaces/msg/Log', 'diagnostic_msgs/msg/DiagnosticArray')


class Inbox:
    """The messages of one topic."""

    def __init__(self, node, topic, keeps, type_name, reliable, latched):
        """Frames are kept if `keeps` is set; their times always."""
        self.keeps = keeps
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
        """Takes the waiting messages; returns them."""
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
    """One domain, and all topics on it that other processes publish."""

    def __init__(self, name, domain, keeps):
        self.keeps = keeps
        self.name, self.context, self.inboxes = name, Context(), {}
        rclpy.init(context=self.context, domain_id=domain, signal_handler_options=SignalHandlerOptions.NO)
        self.node = self.make_node(f'{name}_ears')
        self.publishers, self.looked = {}, 0
        # Publishers that count: the unsealer for sealed topics of this party, the commander for those of
        # actions, the guard for open ones. The intruder counts too: its commands are real if they arrive
        # outside.
        self.givers = {'inside': None, 'outside': ('guard_outer', 'printer_in_room_12')}.get(
            name, ('unsealer_own',)
        )
        self.acting = self.givers and (*self.givers, 'commander_own')

    def make_node(self, name):
        # Without its own /rosout: all messages there are from other nodes.
        return rclpy.create_node(
            name,
            context=self.context,
            use_global_arguments=False,
            enable_rosout=False,
            start_parameter_services=False,
        )

    def look(self):
        """Subscribes to topics that have appeared."""
        self.looked = time.monotonic()
        for topic, offered in self.offered().items():
            if topic not in self.inboxes and not re.search(r'/tag$|/sealed/\w+$|/notice$|^/discreet/', topic):
                self.inboxes[topic] = Inbox(self.node, topic, self.keeps, **offered)

    def offered(self):
        """Type and QoS of a topic that others publish here."""
        found = {}
        for topic, kinds in self.node.get_topic_names_and_types():
            infos = self.node.get_publishers_info_by_topic(topic)
            givers = self.acting if '/_action/' in topic else self.givers
            profiles = [info.qos_profile for info in infos if not givers or info.node_name in givers]
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
    """The robot's own domain: the guard's diagnostics, the robot's pose, its commands and goals."""

    def __init__(self, domain, keeps):
        super().__init__('inside', domain, keeps)
        self.guard, self.path, self.told = {}, [], []
        self.goals = {}  # the last status of each, by its id

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
        for message in came.get(STATUS, []):
            for status in deserialize_message(bytes(message), GoalStatusArray).status_list:
                self.goals[bytes(status.goal_info.goal_id.uuid).hex()] = status.status
        return came


def words(message):
    """The texts of a message, in one line."""
    if isinstance(message, DiagnosticArray):
        return '; '.join(
            f'{status.name}: {status.message} '
            + ' '.join(f'{value.key}={value.value}' for value in status.values)
            for status in message.status
        )
    return f'{message.name}: {message.msg}' if isinstance(message, Log) else message.data
