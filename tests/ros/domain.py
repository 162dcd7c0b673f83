"""A process's view of a ROS domain. Messages are taken as they are on the wire, without an executor, so that
none is lost in Python.
"""

import time
from typing import NamedTuple

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message, serialize_message
from std_srvs.srv import Trigger

from waiting import PATIENCE, eventually

RELIABLE = QoSProfile(depth=5000)
BEST_EFFORT = QoSProfile(depth=5000, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
POSTS = QoSProfile(
    depth=64, durability=DurabilityPolicy.TRANSIENT_LOCAL
)  # several robots and strangers publish there


def wire(message):
    """A message's bytes as a reader sees them: DDS fills the last word with zeros."""
    cdr = message if isinstance(message, bytes) else serialize_message(message)
    return cdr + bytes(-len(cdr) % 4)


class Message(NamedTuple):
    """A message as it was taken."""

    cdr: bytes
    sequence: int  # its publisher's count
    stamp: int  # when its publisher published it, in nanoseconds
    at: float  # when it was taken


class Reader:
    """Collects what comes on a topic."""

    def __init__(self, node, topic, kind, qos=RELIABLE):
        self.kind, self.messages = kind, []
        self.subscription = node.create_subscription(kind, topic, print, qos, raw=True)

    def poll(self):
        """Takes what has come; gives all that ever came."""
        with self.subscription.handle:
            while taken := self.subscription.handle.take_message(self.kind, True):
                cdr, info = taken
                self.messages.append(
                    Message(
                        cdr, info['publication_sequence_number'], info['source_timestamp'], time.monotonic()
                    )
                )
        return self.messages

    def wait(self, count, patience=PATIENCE):
        """Waits until `count` messages have come."""
        eventually(
            lambda: f'{count} messages on {self.subscription.topic_name}, {len(self.messages)} came',
            lambda: len(self.poll()) >= count,
            patience,
        )
        return self.messages

    def wait_for(self, message, patience=PATIENCE):
        """Waits until this very message has come."""
        eventually(
            lambda: f'on {self.subscription.topic_name}: {message}',
            lambda: any(came.cdr == wire(message) for came in self.poll()),
            patience,
        )

    def typed(self):
        """Everything that came, as messages of the type."""
        return [deserialize_message(message.cdr, self.kind) for message in self.poll()]

    def forget(self):
        self.poll()
        self.messages = []


class Domain:
    """A process's view of a ROS domain; two of the same id are to DDS what two processes are."""

    def __init__(self, number):
        self.number, self.context, self.nodes = number, Context(), {}
        rclpy.init(context=self.context, domain_id=number)

    def node(self, name='peer'):
        if name not in self.nodes:
            self.nodes[name] = rclpy.create_node(
                name,
                context=self.context,
                use_global_arguments=False,
                start_parameter_services=False,
                enable_rosout=False,
            )
        return self.nodes[name]

    def publisher(self, topic, kind, qos=RELIABLE, node='driver'):
        return self.node(node).create_publisher(kind, topic, qos)

    def reader(self, topic, kind, qos=RELIABLE, node='peer'):
        return Reader(self.node(node), topic, kind, qos)

    def publishers_of(self, topic):
        return self.node().get_publishers_info_by_topic(topic)

    def topics(self):
        """Topics that somebody publishes."""
        return {
            name for name, _ in self.node().get_topic_names_and_types() if self.node().count_publishers(name)
        }

    def call(self, service, kind=Trigger, patience=PATIENCE, **request):
        """Calls a service and waits for the answer. None if there is none, where there need not be one."""
        node, executor = self.node(), SingleThreadedExecutor(context=self.context)
        client = node.create_client(kind, service)
        try:
            assert client.wait_for_service(PATIENCE), f'{service} is not there'
            future = client.call_async(kind.Request(**request))
            rclpy.spin_until_future_complete(node, future, executor, patience)
            assert future.done() or patience < PATIENCE, f'{service} does not answer'
            return future.result() if future.done() else None
        finally:
            executor.remove_node(node)
            node.destroy_client(client)

    def leave(self):
        """As a process that ends in order."""
        for node in self.nodes.values():
            node.destroy_node()
        self.nodes = {}
        rclpy.try_shutdown(context=self.context)
