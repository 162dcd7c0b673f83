"""A node of another program: publishes TOPIC, reads TOPIC, serves SERVICE."""

import contextlib
import sys

import rclpy
from rclpy.executors import ExternalShutdownException
from std_msgs.msg import String
from std_srvs.srv import Trigger

does, name = sys.argv[1:]
rclpy.init()
node = rclpy.create_node('talker' if does == 'publishes' else does)
if does == 'publishes':
    publisher = node.create_publisher(String, name, 10)
    numbers = iter(range(1_000_000))
    timer = node.create_timer(0.05, lambda: publisher.publish(String(data=f'text {next(numbers)}')))
elif does == 'reads':
    node.create_subscription(String, name, lambda message: print(message.data, flush=True), 100)
elif does == 'serves':
    node.create_service(Trigger, name, lambda request, response: response)
with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
    rclpy.spin(node)
