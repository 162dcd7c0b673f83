"""Goals of one party for the robot's navigation, sent by an unchanged action client on the party's domain."""

import math
import time

from geometry_msgs.msg import PoseStamped
from hotel_interfaces.action import NavigateToPose
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor

ACTION = '/navigate_to_pose'
STATUS = f'{ACTION}/_action/status'
BATCH = 8  # callbacks in one poll


class Goals:
    """The party's client, and all goals that it sent."""

    def __init__(self, party):
        node = party.make_node('sending')
        self.executor = SingleThreadedExecutor(context=party.context)
        self.executor.add_node(node)
        self.client = ActionClient(node, NavigateToPose, f'/{party.name}{ACTION}')
        self.sent = []

    def poll(self):
        for _ in range(BATCH):
            self.executor.spin_once(timeout_sec=0)

    def send(self, x, y, yaw):
        """Sends a goal; returns its number, or None if the action is not offered yet."""
        if not self.client.server_is_ready():
            return None
        pose = PoseStamped()
        pose.header.frame_id = 'odom'
        pose.pose.position.x, pose.pose.position.y = float(x), float(y)
        pose.pose.orientation.z, pose.pose.orientation.w = math.sin(yaw / 2), math.cos(yaw / 2)
        self.sent.append(Sent(self.client, NavigateToPose.Goal(pose=pose)))
        return len(self.sent) - 1


class Sent:
    """A goal, and the messages about it."""

    def __init__(self, client, goal):
        self.handle = self.result = self.cancelling = None
        self.feedback = []  # time and metres left
        client.send_goal_async(goal, self.on_feedback).add_done_callback(self.on_answer)

    def on_feedback(self, message):
        self.feedback.append([time.time(), round(message.feedback.distance_remaining, 3)])

    def on_answer(self, future):
        self.handle = future.result()
        if self.handle.accepted:
            self.handle.get_result_async().add_done_callback(self.on_result)

    def on_result(self, future):
        self.result = future.result()

    def cancel(self):
        def on_answer(future):
            self.cancelling = len(future.result().goals_canceling)

        self.handle.cancel_goal_async().add_done_callback(on_answer)

    def report(self):
        """`accepted` is None without an answer, and `status` is None until the result arrives."""
        return {
            'accepted': self.handle and self.handle.accepted,
            'feedback': self.feedback,
            'cancelling': self.cancelling,
            'status': self.result and self.result.status,
            'error': self.result and [self.result.result.error_code, self.result.result.error_msg],
        }
