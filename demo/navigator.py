"""The robot's own navigation: drives to a pose by odometry, and stops before obstacles that the lidar sees.

    ROS_DOMAIN_ID=81 python3 demo/navigator.py

It offers the action `/navigate_to_pose`, whose type has the fields of Nav2's. Poses are in the frame `odom`.
It drives backwards to a place behind the robot. One goal at a time: a new one replaces the one before.
"""

import contextlib
import math
import signal
import sys
import threading
import time
from typing import NamedTuple

import numpy
import rclpy
from geometry_msgs.msg import PoseStamped, Twist
from hotel_interfaces.action import NavigateToPose
from nav_msgs.msg import Odometry
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.duration import Duration
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import LaserScan

ACTION, FRAME = '/navigate_to_pose', 'odom'
FASTEST, SLOWEST, TURN = 0.4, 0.05, 0.6  # m/s, m/s, rad/s
NEAR, ALIGNED = 0.08, 0.1  # metres and radians from the goal at which the robot is there
HALF_WIDTH, ROOM = 0.28, 0.5  # metres of free floor that it needs to each side and ahead, from its centre
PERIOD, FEEDBACK_PERIOD = 0.05, 0.2  # seconds
STALE = 1.0  # seconds after which a sensor message is too old to drive by
PATIENCE, LIMIT = 5.0, 60.0  # seconds before an obstacle, and for a goal
REPLACED, BLOCKED, TOO_LATE = 1, 2, 3  # error codes


class Place(NamedTuple):
    """A pose on the floor."""

    x: float
    y: float
    yaw: float


def place_of(pose):
    """The place in a geometry_msgs/msg/Pose."""
    turn = pose.orientation
    yaw = math.atan2(2 * (turn.w * turn.z + turn.x * turn.y), 1 - 2 * (turn.y * turn.y + turn.z * turn.z))
    return Place(pose.position.x, pose.position.y, yaw)


def between(angle):
    """The same angle from -pi to pi."""
    return math.atan2(math.sin(angle), math.cos(angle))


def distance(place, goal):
    return math.dist(place[:2], goal[:2])


def steer(place, goal):
    """Speed and turn towards the goal, or None at the goal."""
    if distance(place, goal) < NEAR:
        turn = between(goal.yaw - place.yaw)
        return None if abs(turn) < ALIGNED else (0.0, limited(1.5 * turn))
    bearing = between(math.atan2(goal.y - place.y, goal.x - place.x) - place.yaw)
    forward = abs(bearing) <= math.pi / 2
    bearing = bearing if forward else between(bearing + math.pi)
    speed = max(SLOWEST, min(FASTEST, 0.8 * distance(place, goal))) * max(0.0, 1 - 2 * abs(bearing))
    return (speed if forward else -speed), limited(1.5 * bearing)


def limited(turn):
    return max(-TURN, min(TURN, turn))


def is_blocked(scan, speed):
    """True if there is an obstacle where the robot is driving to."""
    ranges = numpy.asarray(scan.ranges)
    angles = scan.angle_min + numpy.arange(len(ranges)) * scan.angle_increment
    seen = (ranges >= scan.range_min) & (ranges <= scan.range_max)
    ahead = math.copysign(1.0, speed) * ranges[seen] * numpy.cos(angles[seen])
    aside = numpy.abs(ranges[seen] * numpy.sin(angles[seen]))
    return bool(((ahead > 0) & (ahead < ROOM) & (aside < HALF_WIDTH)).any())


class Sensor:
    """The newest message of a topic. It is taken when it is needed: an idle robot has no work with it."""

    def __init__(self, node, kind, topic):
        """`node` is not spun."""
        self.kind, self.last, self.time = kind, None, -math.inf
        qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        self.handle = node.create_subscription(kind, topic, print, qos).handle

    def newest(self):
        """The last message, or None if it is too old."""
        with self.handle:
            while taken := self.handle.take_message(self.kind, False):
                self.last, info = taken
                self.time = info['received_timestamp'] / 1e9 or time.time()
        return self.last if time.time() - self.time < STALE else None


class Navigator(Node):
    def __init__(self):
        super().__init__('navigator', enable_rosout=False, start_parameter_services=False)
        self.eyes = rclpy.create_node('navigator_eyes', enable_rosout=False, start_parameter_services=False)
        self.odometry = Sensor(self.eyes, Odometry, '/odom')
        self.scan = Sensor(self.eyes, LaserScan, '/scan')
        self.commands = self.create_publisher(Twist, '/cmd_vel', 1)
        self.newest, self.driving = None, threading.Lock()
        self.server = ActionServer(
            self,
            NavigateToPose,
            ACTION,
            execute_callback=self.execute,
            goal_callback=self.accepts,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    @staticmethod
    def accepts(goal):
        pose = goal.pose
        known = pose.header.frame_id in ('', FRAME) and all(map(math.isfinite, place_of(pose.pose)))
        return GoalResponse.ACCEPT if known else GoalResponse.REJECT

    def execute(self, handle):
        self.newest = handle
        with self.driving:  # the goal before ends first
            code, text = Errand(self, handle).run()
        return NavigateToPose.Result(error_code=code, error_msg=text)

    def drive(self, speed, turn):
        command = Twist()
        command.linear.x, command.angular.z = speed, turn
        self.commands.publish(command)


class Errand:
    """The drive to one goal, in a thread of its own."""

    def __init__(self, navigator, handle):
        self.navigator, self.handle = navigator, handle
        self.goal = place_of(handle.request.pose.pose)
        self.began = self.free = time.monotonic()  # `free`: the last time without an obstacle
        self.told = -math.inf

    def run(self):
        """Drives, and returns the code and text of an error."""
        try:
            while (ended := self.step()) is None:
                time.sleep(PERIOD)
        finally:
            self.navigator.drive(0.0, 0.0)
        finish, code, text = ended
        finish()
        return code, text

    def step(self):
        """Drives on for one period. At the end: the goal's last transition, the code and text of an error."""
        now, handle = time.monotonic(), self.handle
        if handle.is_cancel_requested:
            return handle.canceled, 0, ''
        if self.navigator.newest is not handle:
            return handle.abort, REPLACED, 'another goal came'
        if now - self.began > LIMIT:
            return handle.abort, TOO_LATE, f'not there after {LIMIT:.0f} s'
        if now - self.free > PATIENCE:
            return handle.abort, BLOCKED, f'for {PATIENCE:.0f} s there was an obstacle, or no sensor'
        odometry, scan = self.navigator.odometry.newest(), self.navigator.scan.newest()
        if odometry is None or scan is None:
            self.navigator.drive(0.0, 0.0)
            return None
        place = place_of(odometry.pose.pose)
        motion = steer(place, self.goal)
        if motion is None:
            self.tell(odometry, now)
            return handle.succeed, 0, ''
        speed, turn = motion
        if speed and is_blocked(scan, speed):
            speed = 0.0
        else:
            self.free = now
        self.navigator.drive(speed, turn)
        if now - self.told > FEEDBACK_PERIOD - PERIOD / 2:
            self.tell(odometry, now)
        return None

    def tell(self, odometry, now):
        left = distance(place_of(odometry.pose.pose), self.goal)
        self.handle.publish_feedback(
            NavigateToPose.Feedback(
                current_pose=PoseStamped(header=odometry.header, pose=odometry.pose.pose),
                navigation_time=Duration(seconds=now - self.began).to_msg(),
                estimated_time_remaining=Duration(seconds=left / FASTEST).to_msg(),
                distance_remaining=left,
            )
        )
        self.told = now


def main():
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    navigator, executor = Navigator(), MultiThreadedExecutor(4)
    executor.add_node(navigator)
    threading.Thread(target=spin, args=(executor,), daemon=True).start()
    ended.wait()
    navigator.drive(0.0, 0.0)
    rclpy.try_shutdown()


def spin(executor):
    with contextlib.suppress(ExternalShutdownException):
        executor.spin()


if __name__ == '__main__':
    main()
