"""Pairs each message of a released topic with its tag, where the policy says `tags: true`.

    ROS_DOMAIN_ID=1 python3 examples/read_tags.py /scan

A tag has the digest of its message's serialized form (needs `pip install blake3`), and the message's
publication sequence number, which ROS 2 hands to callbacks that ask for it. The number alone is not enough: a
topic may have several publishers, and rclpy does not say which one sent a message. A middleware that does not
number messages, such as Cyclone DDS, hands out none. Message and tag come on two topics, so either may be
first: what has come waits for the other.
"""

import contextlib
import importlib
import re
import sys
from collections import deque

import rclpy
from blake3 import blake3
from discreet_interfaces.msg import Catalog, Tag
from rclpy.executors import ExternalShutdownException
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from rclpy.serialization import deserialize_message

# Several robots and strangers publish catalogues there.
LATCHED = QoSProfile(depth=64, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def message_class(type_name):
    """The class of a type such as sensor_msgs/msg/LaserScan."""
    if not re.fullmatch(r'[a-z][a-z0-9_]*/msg/[A-Z][A-Za-z0-9]*', type_name):
        raise ValueError('the type is not of the form package/msg/Name')
    package, _, name = type_name.split('/')
    return getattr(importlib.import_module(f'{package}.msg'), name)


def digest(message):
    """The first bytes of the digest of a serialized message: of a large one, over parts of it (audit.md)."""
    if len(message) <= 64 * 1024:
        return blake3(message).digest(8)
    hasher = blake3(derive_key_context='discreet audit log v1: sampled digest')
    for block in range(64):
        start = (len(message) - 1024) * block // 63
        hasher.update(message[start : start + 1024])
    hasher.update(len(message).to_bytes(8, 'little'))
    return hasher.digest(8)


def digests(message):
    """The digests that a message may have: a middleware may have added up to three zeros at its end."""
    zeros = min(len(message) - len(message.rstrip(b'\0')), 3)
    return [digest(message[: len(message) - cut]) for cut in range(zeros + 1)]


class Pairs:
    """Matches messages and tags, the oldest first; forgets the oldest, so that a lost partner costs nothing.

    Without sequence numbers, messages of equal content cannot be told apart: after a loss, one may be shown
    with the tag of an equal one before it.
    """

    def __init__(self, on_pair, most=800):
        self.on_pair = on_pair
        self.messages, self.tags = deque(maxlen=most), deque(maxlen=most)

    def message(self, message, info):
        """A message came, serialized."""
        number, keys = info['publication_sequence_number'], digests(message)
        for at, tag in enumerate(self.tags):
            if number in (None, tag.sequence) and bytes(tag.digest) in keys:
                del self.tags[at]
                return self.on_pair(message, tag)
        self.messages.append((message, number, keys))

    def tag(self, tag):
        """A tag came."""
        key = bytes(tag.digest)
        for at, (message, number, keys) in enumerate(self.messages):
            if number in (None, tag.sequence) and key in keys:
                del self.messages[at]
                return self.on_pair(message, tag)
        self.tags.append(tag)


class TagReader:
    """Shows the pairs of one topic. The catalogue tells the topic's type, and whether it has tags.

    Anybody can publish a catalogue. An entry that cannot be used is reported and ignored; one of another type
    than before replaces it.
    """

    def __init__(self, node, topic):
        self.node, self.topic = node, topic
        self.kind, self.messages, self.warned = None, None, set()
        self.pairs = Pairs(self.show)
        node.create_subscription(Catalog, '/discreet/catalog', self.catalog, LATCHED)
        node.create_subscription(Tag, f'{topic}/tag', self.pairs.tag, qos_profile_sensor_data)

    def catalog(self, offered):
        """A catalogue came."""
        for entry in offered.entries:
            if entry.topic == self.topic:
                try:
                    self.follow(entry)
                except Exception as why:  # whatever is wrong with it, another one may be usable
                    self.warn(f'an entry of the catalogue is ignored: {entry.type!r}: {why}')

    def follow(self, entry):
        """Subscribes to the topic, if the entry is of another type than the one before."""
        if entry.tag_topic != f'{self.topic}/tag':
            raise ValueError('no tags: it is sealed, or the policy does not say `tags: true`')
        kind = message_class(entry.type)
        if kind is self.kind:
            return
        if self.messages:
            self.node.destroy_subscription(self.messages)  # one node cannot read a topic as two types
        self.kind = self.messages = None
        self.messages = self.node.create_subscription(
            kind, self.topic, self.pairs.message, qos_profile_sensor_data, raw=True
        )
        self.kind = kind

    def show(self, message, tag):
        """Prints a pair."""
        try:
            read = deserialize_message(message, self.kind)
        except Exception as why:  # of another type, or malformed
            return self.warn(f'ignored a message: {why}')
        print(
            f'{tag.sequence}: {type(read).__name__} of class {tag.data_class}, {tag.form}, from'
            f' {tag.source_topic}, policy version {tag.policy_version}',
            flush=True,
        )

    def warn(self, text):
        """Reports each thing once: a catalogue is renewed every ten seconds."""
        if text not in self.warned and len(self.warned) < 100:
            self.warned.add(text)
            print(f'warning: {self.topic}: {text}', file=sys.stderr, flush=True)


def main():
    rclpy.init()
    node = rclpy.create_node('read_tags')
    TagReader(node, sys.argv[1] if len(sys.argv) > 1 else '/scan')
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)


if __name__ == '__main__':
    main()
