"""What a robot integrator would write in an afternoon: a relay between two domains in rclpy.

Usage: rclpy_relay.py raw|typed INNER_DOMAIN OUTER_DOMAIN TOPIC TYPE DEPTH
"""

import importlib
import sys

import rclpy
from rclpy.executors import SingleThreadedExecutor


def message_class(type_name):
    """The class of a type that is known by its name, `package/msg/Name`."""
    package, _, name = type_name.split('/')
    return getattr(importlib.import_module(f'{package}.msg'), name)


def main(mode, inner_domain, outer_domain, topic, type_name, depth):
    message_type, depth = message_class(type_name), int(depth)
    inner, outer = rclpy.Context(), rclpy.Context()
    rclpy.init(context=inner, domain_id=int(inner_domain))
    rclpy.init(context=outer, domain_id=int(outer_domain))
    source, target = rclpy.create_node('relay', context=inner), rclpy.create_node('relay', context=outer)
    publisher = target.create_publisher(message_type, topic, depth)
    source.create_subscription(message_type, topic, publisher.publish, depth, raw=mode == 'raw')
    executor = SingleThreadedExecutor(context=inner)
    executor.add_node(source)
    executor.spin()


main(*sys.argv[1:])
