"""Publishes messages of a type on a topic: TOPIC TYPE NODE COUNT, 100 a second,
then stays until it is interrupted.
"""

import importlib
import sys
import time

import rclpy

topic, kind, name, count = sys.argv[1:]
package, folder, message = kind.split('/')
rclpy.init()
node = rclpy.create_node(name, start_parameter_services=False, enable_rosout=False)
publisher = node.create_publisher(
    getattr(importlib.import_module(f'{package}.{folder}'), message), topic, 1000
)
try:
    while not publisher.get_subscription_count():
        time.sleep(0.01)
    for number in range(int(count)):
        publisher.publish(publisher.msg_type(number=number))
        time.sleep(0.01)
    rclpy.spin(node)
except KeyboardInterrupt:
    pass
except rclpy.executors.ExternalShutdownException:
    pass
