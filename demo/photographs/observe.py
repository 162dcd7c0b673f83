"""Watches one domain, as four different observers.

    python3 demo/photographs/observe.py DOMAIN inside FOLDER
        every topic of the robot's own domain
    python3 demo/photographs/observe.py DOMAIN consumer FOLDER
        an honest user: subscribes to the topics in the catalogue, and their tags
    python3 demo/photographs/observe.py DOMAIN desk FOLDER
        the front desk, on its own domain: the messages that its unsealer opens
    python3 demo/photographs/observe.py DOMAIN intruder FOLDER
        knows every inner topic by name, type and QoS, and subscribes to all of them

FOLDER is for the received frames, as pictures. Commands come on standard input (see peer.py).
"""

import pathlib
import sys
from collections import Counter, defaultdict

from diagnostic_msgs.msg import DiagnosticArray
from discreet_interfaces.msg import Catalog, Tag
from geometry_msgs.msg import Twist, Vector3
from PIL import Image as Picture
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from std_srvs.srv import Trigger

import peer
import scene

SPEECH = '/speech/transcript'


class Inbox:
    """The messages of one topic. They stay serialized, except for a witness:
    counting must not be slower than receiving.
    """

    def __init__(self, node, topic, type_name, reliable, latched, keep=1, witness=None):
        self.type_name, self.count, self.last, self.keep, self.sequences = type_name, 0, [], keep, Counter()
        self.witness = witness
        qos = QoSProfile(
            depth=50,
            reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
            durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
        )
        self.subscription = node.create_subscription(
            peer.message_class(type_name), topic, self.add, qos, raw=True
        )

    def add(self, message, info):
        self.count += 1
        self.sequences[info['publication_sequence_number']] += 1
        self.last = [*self.last[1 - self.keep :], message] if self.keep > 1 else [message]
        if self.witness:
            self.witness.see(self.messages()[-1])

    def messages(self):
        return [
            deserialize_message(bytes(message), peer.message_class(self.type_name)) for message in self.last
        ]


class Observer(Node):
    """Counts messages, and keeps some to show."""

    def __init__(self, name, folder):
        # Without its own /rosout: all messages there are from other nodes.
        super().__init__(name, enable_rosout=False, start_parameter_services=False)
        self.folder, self.inboxes = folder, {}
        self.witnesses = {topic: scene.Witness() for topic in (scene.CAMERA, scene.JPEGS)}

    def follow(self, topic, type_name, reliable, latched):
        if topic not in self.inboxes:
            keep = 6 if type_name in ('std_msgs/msg/String', 'discreet_interfaces/msg/Sealed') else 1
            witness = self.witnesses.get(topic)
            self.inboxes[topic] = Inbox(self, topic, type_name, reliable, latched, keep, witness)

    def offered(self, topic):
        """Type and QoS of a topic's publishers, or nothing if it has none."""
        publishers = self.get_publishers_info_by_topic(topic)
        if not publishers:
            return None
        profiles = [publisher.qos_profile for publisher in publishers]
        return {
            'type_name': publishers[0].topic_type,
            'reliable': all(qos.reliability == ReliabilityPolicy.RELIABLE for qos in profiles),
            'latched': all(qos.durability == DurabilityPolicy.TRANSIENT_LOCAL for qos in profiles),
        }

    def report(self):
        return {
            'counts': {topic: inbox.count for topic, inbox in self.inboxes.items()},
            'seen': {topic: witness.report() for topic, witness in self.witnesses.items()},
        }

    def show(self):
        """The newest messages of the types that can be shown. Slower than a report."""
        shown = {}
        for topic, inbox in self.inboxes.items():
            if inbox.type_name == 'std_msgs/msg/String':
                shown[topic] = [message.data for message in inbox.messages()]
            elif inbox.type_name == 'sensor_msgs/msg/LaserScan':
                shown[topic] = [list(message.ranges) for message in inbox.messages()]
            elif topic == scene.CAMERA:
                shown |= self.shot()
            elif inbox.type_name == 'sensor_msgs/msg/Image':
                shown[topic] = [self.save(topic, message) for message in inbox.messages()]
        return shown

    def shot(self, at=None):
        """A frame of the guest's camera: the one of that time, or the newest that is not blank."""
        message = self.witnesses[scene.CAMERA].example(at)
        return {scene.CAMERA: [self.save(scene.CAMERA, message)], 'at': scene.moment(message.header.stamp)}

    def save(self, topic, message):
        path = self.folder / f'{self.get_name()}{topic.replace("/", "_")}.png'
        Picture.frombytes('RGB', (message.width, message.height), bytes(message.data)).save(path)
        return str(path)


class Inside(Observer):
    """Subscribes to all topics of the robot's own domain, and the guard's diagnostics."""

    def __init__(self, folder):
        super().__init__('inside', folder)
        self.guard = {}
        self.create_subscription(DiagnosticArray, '/diagnostics', self.diagnosed, 10)
        self.create_timer(0.2, self.look)

    def look(self):
        for topic, _ in self.get_topic_names_and_types():
            if topic not in self.inboxes and (offered := self.offered(topic)):
                self.follow(topic, **offered)

    def diagnosed(self, message):
        for status in message.status:
            if status.name.startswith('discreet: '):
                values = {value.key: value.value for value in status.values}
                self.guard[status.name.removeprefix('discreet: ')] = {'message': status.message, **values}

    def topics(self):
        """Names, types and QoS of the inner domain, for the intruder."""
        return {topic: offered for topic in self.inboxes if (offered := self.offered(topic))}

    def report(self):
        return {**super().report(), 'guard': self.guard}


class Consumer(Observer):
    """Subscribes to the topics in the catalogue, and matches each message with its tag
    by the publication sequence number.
    """

    def __init__(self, folder):
        super().__init__('consumer', folder)
        self.catalog, self.tags, self.versions = None, defaultdict(Counter), defaultdict(Counter)
        self.tag_subscriptions, self.commands = {}, 0
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.create_subscription(Catalog, '/discreet/catalog', self.offer, latched)
        # Proves that the intruder's commands are real: they arrive on the outer domain.
        self.create_subscription(Twist, '/cmd_vel', self.heard_command, 10)
        self.create_timer(0.1, self.look)

    def heard_command(self, _):
        self.commands += 1

    def offer(self, catalog):
        self.catalog = catalog

    def look(self):
        for entry in self.catalog.entries if self.catalog else []:
            if entry.sealed or entry.topic in self.inboxes or not (offered := self.offered(entry.topic)):
                continue
            qos = QoSProfile(
                depth=100,
                durability=(
                    DurabilityPolicy.TRANSIENT_LOCAL if offered['latched'] else DurabilityPolicy.VOLATILE
                ),
                reliability=(
                    ReliabilityPolicy.RELIABLE if offered['reliable'] else ReliabilityPolicy.BEST_EFFORT
                ),
            )
            self.tag_subscriptions[entry.topic] = self.create_subscription(
                Tag, entry.tag_topic, lambda tag, topic=entry.topic: self.tagged(topic, tag), qos
            )
            self.follow(entry.topic, entry.type, offered['reliable'], offered['latched'])

    def tagged(self, topic, tag):
        self.tags[topic][tag.sequence] += 1  # a sequence starts again when the guard recreates its publisher
        self.versions[topic][tag.policy_version] += 1

    def ready(self):
        """The topics that it is connected to, with their tags."""
        return [
            topic
            for topic in self.inboxes
            if self.count_publishers(topic) and self.count_publishers(f'{topic}/tag')
        ]

    def report(self):
        catalog = {
            entry.topic: {
                'class': entry.data_class,
                'form': entry.form,
                'audience': entry.audience,
                'retention_s': entry.retention.sec,
            }
            for entry in (self.catalog.entries if self.catalog else [])
        }
        paired = {
            topic: (inbox.sequences & self.tags[topic]).total() for topic, inbox in self.inboxes.items()
        }
        return {
            **super().report(),
            'catalog': catalog,
            'paired': paired,
            'commands': self.commands,
            'policy_version': self.catalog.policy_version if self.catalog else None,
            'tag_versions': {
                topic: {str(v): n for v, n in counts.items()} for topic, counts in self.versions.items()
            },
        }


class Desk(Observer):
    """Receives the messages that the front desk's unsealer opens."""

    def __init__(self, folder):
        super().__init__('desk', folder)
        self.witnesses = {}
        self.follow(f'/front_desk{SPEECH}', 'std_msgs/msg/String', reliable=True, latched=False)

    def topics(self):
        """Counts of opened messages."""
        return [topic for topic in self.inboxes if self.count_publishers(topic)]


class Intruder(Observer):
    """Gets all names of the inner domain, and tries to reach its topics from the outer one."""

    def __init__(self, folder):
        super().__init__('intruder', folder)
        self.witnesses = {}  # open topics are not counted, only those that should not arrive
        self.sent, self.reload, self.forging = 0, None, None

    def attack(self, topics):
        for topic, offered in topics.items():
            self.follow(topic, **offered)
        # Sealed messages can be received, but not read.
        self.follow(f'{SPEECH}/sealed/clear', 'discreet_interfaces/msg/Sealed', reliable=True, latched=False)
        self.reload = self.create_client(Trigger, '/guard/reload')
        command = self.create_publisher(Twist, '/cmd_vel', 10)

        def drive():
            command.publish(Twist(linear=Vector3(x=2.0)))
            self.sent += 1

        self.forging = self.create_timer(0.2, drive)
        return {}

    def report(self):
        found = [topic for topic in self.inboxes if self.count_publishers(topic)]
        sealed = self.inboxes[f'{SPEECH}/sealed/clear'] if self.reload else None
        readable = (
            sum(b'guest' in bytes(message) or b'room' in bytes(message) for message in sealed.last)
            if sealed
            else 0
        )
        return {
            **super().report(),
            'sent': self.sent,
            'sealed': sealed.count if sealed else 0,
            'readable': readable,
            'reaches_guard': bool(self.reload and self.reload.service_is_ready()),
            'publishers_found': found,
        }


def main():
    domain, role, folder = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    peer.init(domain)
    observer = {'inside': Inside, 'consumer': Consumer, 'desk': Desk, 'intruder': Intruder}[role](folder)
    words = ['report', 'show', 'shot', 'topics', 'ready', 'attack']
    peer.run([observer], {word: getattr(observer, word) for word in words if hasattr(observer, word)})


if __name__ == '__main__':
    main()
