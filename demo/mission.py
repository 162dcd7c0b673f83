"""Drives the robot to the reception desk, by camera and lidar alone.

It drives towards the blue sign, until the desk is a metre away.

    python3 demo/mission.py --domain 81                               on the robot itself, without the guard
    python3 demo/mission.py --domain 83 --namespace /navigation       behind an unsealer and a commander

Writes a line of JSON each second, and at the end {"arrived": ...} with its counts. Exit status: 0 it stopped
at the desk, 1 it did not.
"""

import argparse
import contextlib
import json
import math
import signal
import sys
import time
from typing import NamedTuple

import numpy
import rclpy
from geometry_msgs.msg import Twist
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image, LaserScan

SIGN_WIDTH = 1.0  # metres
FASTEST, TURN = 0.45, 0.6  # m/s, rad/s
PATIENCE = 3.0  # seconds without a sign, until it looks around
STALE = 1.0  # seconds after which a sensor message is too old to move by


class Sign(NamedTuple):
    """The blue sign in the camera image."""

    bearing: float  # radians, to the left
    distance: float  # metres, from its width


def find_sign(pixels, half_angle):
    """`half_angle` is half the horizontal field of view. No other object in the lobby is as blue."""
    colours = pixels[::2, ::2].astype(numpy.int16)
    blue = colours[..., 2] - colours[..., :2].max(axis=2) > 105
    columns = numpy.flatnonzero(blue.sum(axis=0) >= 3)
    if len(columns) < 8:
        return None
    # The middle half: distant stray pixels are not counted.
    middle, width = 2 * numpy.median(columns), 2 * len(columns)
    focal = pixels.shape[1] / 2 / math.tan(half_angle)
    return Sign(math.atan2(pixels.shape[1] / 2 - middle, focal), focal * SIGN_WIDTH / width)


def ahead(scan, half_angle=math.radians(8)):
    """The nearest thing in front, in metres."""
    angles = scan.angle_min + numpy.arange(len(scan.ranges)) * scan.angle_increment
    angles = (angles + math.pi) % (2 * math.pi) - math.pi
    ranges = numpy.asarray(scan.ranges)[numpy.abs(angles) < half_angle]
    ranges = ranges[(ranges >= scan.range_min) & (ranges <= scan.range_max)]
    return float(ranges.min()) if len(ranges) else scan.range_max


def steer(sign, lost, front, stop):
    """Forward speed and turn. `lost`: seconds since the sign was last seen;
    it may be covered for a moment.
    """
    if sign is None and lost < PATIENCE and front > 2 * stop:
        return FASTEST / 3, 0.0
    if sign is None:
        return 0.0, TURN / 2 if lost > PATIENCE else 0.0  # look around
    turn = max(-TURN, min(TURN, 1.5 * sign.bearing))
    room = front - stop
    if room <= 0:
        return 0.0, turn if abs(sign.bearing) > 0.2 else 0.0  # an obstacle before the desk
    return max(0.05, min(FASTEST, 0.7 * room)) * max(0.0, 1 - 2 * abs(sign.bearing)), turn


class Mission(Node):
    def __init__(self, options):
        super().__init__('mission', enable_rosout=False, start_parameter_services=False)
        self.options, self.began = options, time.monotonic()
        self.frame = self.sign = self.front = None
        self.seen_at = self.scan_at = self.sign_at = -math.inf
        self.frames = self.scans = self.sent = self.black = 0
        self.standing_since, self.result = None, None
        names = {name: options.namespace + getattr(options, name) for name in ('image', 'scan', 'command')}
        # Serialized: only one frame in each period is used, and deserializing each takes longer than
        # receiving it.
        self.create_subscription(Image, names['image'], self.saw, qos_profile_sensor_data, raw=True)
        self.create_subscription(LaserScan, names['scan'], self.measured, qos_profile_sensor_data)
        self.commands = self.create_publisher(Twist, names['command'], 1)
        self.create_timer(0.1, self.decide)
        self.create_timer(1.0, self.tell)

    def saw(self, frame):
        self.frame, self.frames = frame, self.frames + 1

    def measured(self, scan):
        self.front, self.scan_at, self.scans = ahead(scan), time.monotonic(), self.scans + 1

    def decide(self):
        now = time.monotonic()
        if now - self.began > self.options.limit:
            return self.end(False, f'not there after {self.options.limit:.0f} s')
        if self.frame is not None:
            image = deserialize_message(bytes(self.frame), Image)
            pixels = numpy.frombuffer(image.data, numpy.uint8).reshape(image.height, image.width, 3)
            if pixels.any():  # a frame that was not inspected in time is black
                self.sign, self.seen_at = find_sign(pixels, math.radians(self.options.field_of_view) / 2), now
                self.sign_at = now if self.sign else self.sign_at
            else:
                self.black += 1
            self.frame = None
        if now - min(self.seen_at, self.scan_at) > STALE:
            return self.drive(0.0, 0.0)
        speed, turn = steer(self.sign, now - self.sign_at, self.front, self.options.stop)
        self.drive(speed, turn)
        there = (
            self.sign
            and self.front <= self.options.stop + 0.05
            and self.sign.distance < self.options.stop + 1
        )
        self.standing_since = (self.standing_since or now) if there and not speed else None
        if self.standing_since and now - self.standing_since > 1.0:
            self.end(True, 'stands before the desk')

    def drive(self, speed, turn):
        if not self.commands.get_subscription_count():
            return  # no subscription yet
        command = Twist()
        command.linear.x, command.angular.z = speed, turn
        self.commands.publish(command)
        self.sent += 1

    def tell(self):
        sign = self.sign and {name: round(value, 3) for name, value in self.sign._asdict().items()}
        say(
            {
                'seconds': round(time.monotonic() - self.began, 1),
                'sign': sign,
                'ahead': self.front,
                'frames': self.frames,
            }
        )

    def end(self, arrived, why):
        for _ in range(3):
            self.drive(0.0, 0.0)
        self.result = {
            'arrived': arrived,
            'why': why,
            'seconds': round(time.monotonic() - self.began, 2),
            'ahead': self.front,
            'frames': self.frames,
            'black': self.black,
            'scans': self.scans,
            'commands': self.sent,
        }
        raise ExternalShutdownException


def say(what):
    print(json.dumps(what), flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--domain', type=int, help='ROS domain (default: ROS_DOMAIN_ID)')
    parser.add_argument('--namespace', default='', help='stands before each of the following names')
    parser.add_argument('--image', default='/camera/image_raw')
    parser.add_argument('--scan', default='/scan')
    parser.add_argument('--command', default='/cmd_vel')
    parser.add_argument(
        '--field-of-view', type=float, default=80, help="the camera's, across, in degrees (default 80)"
    )
    parser.add_argument(
        '--stop',
        type=float,
        default=1.0,
        help='how far before the desk, in metres by the lidar (default 1.0)',
    )
    parser.add_argument(
        '--limit', type=float, default=60, help='seconds after which it gives up (default 60)'
    )
    return parser.parse_args()


def main():
    options = parse()
    rclpy.init(domain_id=options.domain, signal_handler_options=SignalHandlerOptions.NO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    mission, executor = Mission(options), SingleThreadedExecutor()
    executor.add_node(mission)
    with contextlib.suppress(ExternalShutdownException, KeyboardInterrupt):
        executor.spin()
    time.sleep(0.2)  # until the last command, to stop, has been sent
    result = mission.result or {'arrived': False, 'why': 'it was stopped'}
    say(result)
    rclpy.try_shutdown()
    return 0 if result['arrived'] else 1


if __name__ == '__main__':
    sys.exit(main())
