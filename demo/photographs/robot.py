"""A small service robot in a hotel lobby: the messages of its sensors on the inner domain.

The pictures are photographs in the public domain that scikit-image ships (demo/README.md names their origin).
The lidar is computed from the room below, with noise. Names, rooms and card numbers are invented.

    python3 demo/photographs/robot.py DOMAIN

Then, on standard input: {"do": "go"}, {"do": "stop"}, {"do": "report"}
"""

import array
import importlib.util
import itertools
import math
import sys
import time

import numpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import TransformStamped, Twist
from nav_msgs.msg import OccupancyGrid, Odometry
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage, Image, LaserScan
from std_msgs.msg import String

import peer
import scene
from scene import HEIGHT, WIDTH, photograph

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

# The lobby, in metres: walls and the reception desk as corners, pillars as circles.
WALLS = [
    [(0, 0), (9, 0), (9, 4), (11, 4), (11, 7), (0, 7), (0, 0)],
    [(1.2, 5.2), (3.6, 5.2), (3.6, 6.0), (1.2, 6.0), (1.2, 5.2)],
]
PILLARS = [(6.2, 2.2, 0.30), (6.2, 5.4, 0.30), (2.2, 1.4, 0.22)]

HEARD = [
    'Good evening, my name is Karin Lindqvist, I have a booking.',
    'Lindqvist, room 412. Could you bring two towels?',
    'Please put it on my card, 4111 1111 1111 1111, until March.',
    'Where is the breakfast room?',
    'This is Tomas Ferreira in 207, you can reach me at 0151 5550 1234.',
]


def pose(seconds):
    """Pose of the robot: a round through the lobby in 40 s. Returns x, y, heading."""
    a = 2 * math.pi * seconds / 40
    x, y = 4.4 + 3.0 * math.cos(a), 3.3 + 1.3 * math.sin(a)
    return x, y, math.atan2(1.3 * math.cos(a), -3.0 * math.sin(a))


def ranges(x, y, heading, beams, rng):
    """Distances that a lidar measures from a pose, with 1 cm of noise."""
    angle = heading + numpy.linspace(-math.pi, math.pi, beams, endpoint=False)
    dx, dy = numpy.cos(angle), numpy.sin(angle)
    nearest = numpy.full(beams, numpy.inf)
    with numpy.errstate(divide='ignore', invalid='ignore'):
        for outline in WALLS:
            for (ax, ay), (bx, by) in itertools.pairwise(outline):
                ex, ey = bx - ax, by - ay
                across = dx * ey - dy * ex
                along = ((ax - x) * ey - (ay - y) * ex) / across
                where = ((ax - x) * dy - (ay - y) * dx) / across
                hit = (along > 0) & (where >= 0) & (where <= 1)
                nearest = numpy.where(hit, numpy.minimum(nearest, along), nearest)
        for cx, cy, radius in PILLARS:
            middle = (cx - x) * dx + (cy - y) * dy
            beside = (cx - x) * dy - (cy - y) * dx
            along = middle - numpy.sqrt(radius**2 - beside**2)
            hit = (numpy.abs(beside) < radius) & (along > 0)
            nearest = numpy.where(hit, numpy.minimum(nearest, along), nearest)
    return nearest + rng.normal(0, 0.01, beams)


class Source:
    """One node with one publisher, that publishes at a rate (in Hz) while the robot is going."""

    going, count, started = False, {}, time.monotonic()

    def __init__(self, node, message_type, topic, rate, make, qos=10):
        self.node = Node(node) if isinstance(node, str) else node
        self.topic, self.make, self.serial = topic, make, 0
        self.publisher = self.node.create_publisher(message_type, topic, qos)
        self.count[topic] = 0
        if rate:
            self.node.create_timer(1 / rate, self.tick)

    def tick(self):
        if Source.going:
            self.publish()

    def publish(self):
        stamp = self.node.get_clock().now().to_msg()
        self.publisher.publish(self.make(stamp, time.monotonic() - self.started, self.serial))
        self.count[self.topic] += 1
        self.serial += 1


def cameras():
    driver = Node('camera_driver')
    paving, gravel = photograph('brick.png', (WIDTH, WIDTH)), photograph('gravel.png', (WIDTH, WIDTH))
    floor = numpy.concatenate([paving, paving, gravel, paving])  # and from the start again

    def people(stamp, *_):
        return scene.image(stamp, 'camera', scene.frame(stamp)[0])

    def compressed(stamp, *_):
        return scene.jpeg(stamp, 'camera', scene.frame(stamp)[0])

    def thumbnail(stamp, *_):
        return scene.image(stamp, 'camera', scene.frame(stamp)[0][::4, ::4])

    def below(stamp, seconds, _):
        rows = (int(seconds * 90) + numpy.arange(HEIGHT)) % len(floor)
        return scene.image(stamp, 'floor_camera', floor[rows[::-1]])

    return [
        Source(driver, Image, scene.CAMERA, 15, people),
        Source(driver, CompressedImage, scene.JPEGS, 3, compressed),
        Source(driver, Image, f'{scene.CAMERA}/thumbnail', 1, thumbnail),
        Source('floor_camera_driver', Image, '/camera/floor/image_raw', 10, below),
    ]


def lidar():
    rng = numpy.random.default_rng(7)

    def scan(stamp, seconds, _):
        message = LaserScan(
            angle_min=-math.pi,
            angle_max=math.pi - math.pi / 360,
            angle_increment=math.pi / 360,
            scan_time=0.1,
            range_min=0.1,
            range_max=25.0,
        )
        message.header.stamp, message.header.frame_id = stamp, 'lidar'
        message.ranges = array.array('f', ranges(*pose(seconds), 720, rng).astype(numpy.float32).tobytes())
        return message

    return Source('lidar_driver', LaserScan, '/scan', 10, scan, qos_profile_sensor_data)


def base(node):
    def odometry(stamp, seconds, _):
        message = Odometry(child_frame_id='base_link')
        message.header.stamp, message.header.frame_id = stamp, 'odom'
        x, y, heading = pose(seconds)
        message.pose.pose.position.x, message.pose.pose.position.y = x, y
        message.pose.pose.orientation.z = math.sin(heading / 2)
        message.pose.pose.orientation.w = math.cos(heading / 2)
        message.twist.twist.linear.x = 0.35
        return message

    return Source(node, Odometry, '/odom', 30, odometry)


def latched(node):
    """Latched topics, published once."""

    def lobby(stamp, *_):
        message = OccupancyGrid()
        message.header.stamp, message.header.frame_id = stamp, 'map'
        message.info.resolution, message.info.width, message.info.height = 0.1, 110, 70
        grid = numpy.zeros((70, 110), numpy.int8)
        grid[[0, -1], :] = grid[:, [0, -1]] = 100
        grid[52:60, 12:36] = grid[:40, 90:] = 100
        message.data = array.array('b', grid.tobytes())
        return message

    sources = [Source(node, OccupancyGrid, '/map', None, lobby, LATCHED)]
    # The ROS wheels do not have tf2_msgs; an installed ROS does.
    if importlib.util.find_spec('tf2_msgs'):
        from tf2_msgs.msg import TFMessage

        def frames(stamp, *_):
            mounted = []
            for child, height in [('lidar', 0.4), ('camera', 1.3), ('floor_camera', 0.2)]:
                transform = TransformStamped(child_frame_id=child)
                transform.header.stamp, transform.header.frame_id = stamp, 'base_link'
                transform.transform.translation.z, transform.transform.rotation.w = height, 1.0
                mounted.append(transform)
            return TFMessage(transforms=mounted)

        sources.append(Source(node, TFMessage, '/tf_static', None, frames, LATCHED))
    for source in sources:
        source.publish()
    return sources


def speech():
    node = Node('speech')

    def heard(_stamp, _seconds, serial):
        text = HEARD[serial % len(HEARD)]
        # Real nodes log personal data: this goes to /rosout.
        node.get_logger().info(f'heard: {text}')
        return String(data=text)

    return Source(node, String, '/speech/transcript', 1, heard)


def payment():
    def paid(_stamp, _seconds, serial):
        return String(data=f'{{"card": "4111 1111 1111 1111", "room": 412, "amount": {12 + serial % 5}.50}}')

    return Source('payment_terminal', String, '/payment/terminal', 2, paid)


def health(node):
    def status(stamp, _seconds, serial):
        message = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    name='base: battery',
                    message='ok',
                    values=[KeyValue(key='charge', value=f'{80 - serial / 30:.1f} %')],
                )
            ]
        )
        message.header.stamp = stamp
        return message

    return Source(node, DiagnosticArray, '/diagnostics', 1, status)


def main():
    peer.init(int(sys.argv[1]))
    mobile_base, commands = Node('mobile_base'), []
    mobile_base.create_subscription(Twist, '/cmd_vel', commands.append, 10)
    sources = [
        *cameras(),
        lidar(),
        base(mobile_base),
        *latched(mobile_base),
        speech(),
        payment(),
        health(mobile_base),
    ]

    def go(going):
        Source.going = going
        return {}

    peer.run(
        list({source.node: None for source in sources}),
        {
            'go': lambda: go(True),
            'stop': lambda: go(False),
            'report': lambda: {'published': Source.count, 'commands': len(commands)},
        },
    )


if __name__ == '__main__':
    main()
