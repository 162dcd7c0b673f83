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
import sys
from collections import deque

import rclpy
from blake3 import blake3
from discreet_interfaces.msg import Catalog, Tag
from rclpy.executors import ExternalShutdownException
from rclpy.qos import qos_profile_sensor_data
from rclpy.serialization import deserialize_message


def message_class(type_name):
    """The class of a type such as sensor_msgs/msg/LaserScan."""
    package, folder, name = type_name.split('/')
    return getattr(importlib.import_module(f'{package}.{folder}'), name)


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


def main():
    topic = sys.argv[1] if len(sys.argv) > 1 else '/scan'
    rclpy.init()
    node = rclpy.create_node('read_tags')

    def show(message, tag):
        read = deserialize_message(message, types[0])
        print(
            f'{tag.sequence}: {type(read).__name__} of class {tag.data_class}, {tag.form}, from'
            f' {tag.source_topic}, policy version {tag.policy_version}',
            flush=True,
        )

    pairs, found, types = Pairs(show), [], []

    def catalog(offered):
        """The catalogue tells the topic's type and where its tags are."""
        for entry in offered.entries:
            if entry.topic == topic and not entry.tag_topic:
                sys.exit(f'{topic} has no tags: it is sealed, or the policy does not say `tags: true`')
            if entry.topic == topic and not found:
                types.append(message_class(entry.type))
                found.append(
                    node.create_subscription(
                        types[0], topic, pairs.message, qos_profile_sensor_data, raw=True
                    )
                )
                found.append(
                    node.create_subscription(Tag, entry.tag_topic, pairs.tag, qos_profile_sensor_data)
                )

    latched = rclpy.qos.QoSProfile(depth=1, durability=rclpy.qos.DurabilityPolicy.TRANSIENT_LOCAL)
    node.create_subscription(Catalog, '/discreet/catalog', catalog, latched)
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)


if __name__ == '__main__':
    main()
