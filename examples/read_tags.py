"""Pairs each message of a released topic with its tag, where the policy says `tags: true`.

    ROS_DOMAIN_ID=1 python3 examples/read_tags.py /scan

The tag of a message has the message's publication sequence number, which ROS 2 hands to callbacks that ask
for it. Message and tag come on two topics, so either may be first: what has come waits for the other.
"""

import contextlib
import importlib
import sys
from collections import OrderedDict

import rclpy
from discreet_interfaces.msg import Catalog, Tag
from rclpy.executors import ExternalShutdownException
from rclpy.qos import qos_profile_sensor_data


def message_class(type_name):
    """The class of a type such as sensor_msgs/msg/LaserScan."""
    package, folder, name = type_name.split('/')
    return getattr(importlib.import_module(f'{package}.{folder}'), name)


class Pairs:
    """Matches messages and tags by sequence number;
    forgets the oldest, so that a lost partner costs nothing.
    """

    def __init__(self, on_pair, most=100):
        self.on_pair, self.most = on_pair, most
        self.messages, self.tags = OrderedDict(), OrderedDict()

    def add(self, sequence, item, own, other, swap):
        if sequence in other:
            pair = (item, other.pop(sequence))
            return self.on_pair(sequence, *(reversed(pair) if swap else pair))
        own[sequence] = item
        if len(own) > self.most:
            own.popitem(last=False)

    def message(self, message, info):
        self.add(info['publication_sequence_number'], message, self.messages, self.tags, swap=False)

    def tag(self, tag):
        self.add(tag.sequence, tag, self.tags, self.messages, swap=True)


def main():
    topic = sys.argv[1] if len(sys.argv) > 1 else '/scan'
    rclpy.init()
    node = rclpy.create_node('read_tags')

    def show(sequence, message, tag):
        print(
            f'{sequence}: {type(message).__name__} of class {tag.data_class}, {tag.form}, from'
            f' {tag.source_topic}, policy version {tag.policy_version}',
            flush=True,
        )

    pairs, found = Pairs(show), []

    def catalog(offered):
        """The catalogue tells the topic's type and where its tags are."""
        for entry in offered.entries:
            if entry.topic == topic and not entry.tag_topic:
                sys.exit(f'{topic} has no tags: it is sealed, or the policy does not say `tags: true`')
            if entry.topic == topic and not found:
                found.append(
                    node.create_subscription(
                        message_class(entry.type), topic, pairs.message, qos_profile_sensor_data
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
