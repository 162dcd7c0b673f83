"""Makes the messages in this folder: publishes random values of each type with rclpy and stores what a raw
subscription takes, so that the bytes are those of the wire. (serialize_message pads, and pads wide strings
with whatever was in memory.) Run in a sourced ROS 2: python3 tests/data/cdr/make.py
"""

import importlib
import pathlib
import random
import re
import time

import rclpy

TYPES = """
std_msgs/String std_msgs/Header std_msgs/Bool std_msgs/Empty std_msgs/UInt16 std_msgs/Float64MultiArray
std_msgs/UInt8MultiArray std_msgs/ColorRGBA builtin_interfaces/Time
sensor_msgs/Image sensor_msgs/LaserScan sensor_msgs/PointCloud2 sensor_msgs/Imu sensor_msgs/JointState
sensor_msgs/CameraInfo sensor_msgs/BatteryState sensor_msgs/NavSatFix
nav_msgs/Odometry nav_msgs/OccupancyGrid nav_msgs/Path diagnostic_msgs/DiagnosticArray
geometry_msgs/Twist geometry_msgs/PoseStamped geometry_msgs/TransformStamped geometry_msgs/PolygonStamped
trajectory_msgs/JointTrajectory visualization_msgs/MarkerArray
test_msgs/Arrays test_msgs/BasicTypes test_msgs/BoundedPlainSequences test_msgs/BoundedSequences
test_msgs/Builtins test_msgs/Constants test_msgs/Defaults test_msgs/Empty test_msgs/MultiNested
test_msgs/Nested test_msgs/Strings test_msgs/UnboundedSequences test_msgs/WStrings
""".split()
TEXTS = ['a', 'door', 'naïve', '日本', '', '0123456789 abcdef']
HERE = pathlib.Path(__file__).parent
dice = random.Random(7)


def message_class(name):
    package, name = name.split('/')
    return getattr(importlib.import_module(package + '.msg'), name)


def filled(message):
    for field, field_type in message.get_fields_and_field_types().items():
        setattr(message, field, value(field_type))
    return message


def value(of):
    if sequence := re.match(r'sequence<(.+?)(?:, (\d+))?>$', of):
        return [value(sequence[1]) for _ in range(min(int(sequence[2] or 4), dice.choice([1, 2, 3])))]
    if array := re.match(r'(.+)\[(\d+)\]$', of):
        return [value(array[1]) for _ in range(int(array[2]))]
    if '/' in of:
        return filled(message_class(of)())
    if of == 'boolean':
        return dice.random() < 0.5
    if of == 'octet':
        return bytes([dice.randrange(256)])
    if of in ('char', 'uint8'):
        return dice.randrange(256)
    if of.startswith('uint'):
        return dice.randrange(2 ** int(of[4:]))
    if of.startswith('int'):
        half = 2 ** (int(of[3:]) - 1)
        return dice.randrange(-half, half)
    if of in ('float', 'double'):
        return dice.randrange(-1000, 1000) / 8
    return dice.choice([*TEXTS, '😀x'] if of.startswith('wstring') else TEXTS)


def on_the_wire(node, message):
    taken, topic = [], '/fixture_' + type(message).__name__.lower()
    publisher = node.create_publisher(type(message), topic, 10)
    subscription = node.create_subscription(type(message), topic, taken.append, 10, raw=True)
    while publisher.get_subscription_count() == 0:
        time.sleep(0.01)
    publisher.publish(message)
    while not taken:
        rclpy.spin_once(node, timeout_sec=0.1)
    node.destroy_publisher(publisher)
    node.destroy_subscription(subscription)
    return bytes(taken[0])


rclpy.init()
node = rclpy.create_node('fixtures')
for name in TYPES:
    stem = name.replace('/', '.')
    cls = message_class(name)
    (HERE / f'{stem}.cdr').write_bytes(on_the_wire(node, filled(cls())))
    if name.startswith('test_msgs/'):
        (HERE / f'{stem}.default.cdr').write_bytes(on_the_wire(node, cls()))
