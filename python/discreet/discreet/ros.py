"""Sealed topics, commands and calls for rclpy nodes."""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from ament_index_python.packages import get_package_share_directory
from discreet_interfaces.msg import Grants, Sealed
from discreet_interfaces.srv import Call
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from rclpy.serialization import deserialize_message
from rclpy.task import Future

from .commands import NotNow, Stamps, context, open_answer, seal_command
from .envelope import Refused, header_of, join, split
from .grants import GrantBook
from .identity import Identity, PublicIdentity
from .reader import Reader
from .serialized import serialized

GRANTS_TOPIC = '/discreet/grants'
# More than the one message that the guard keeps: other robots, or strangers, may publish there too.
LATCHED = QoSProfile(depth=64, durability=DurabilityPolicy.TRANSIENT_LOCAL)

# An answer is awaited for this time, in seconds: longer than the guard waits for the robot.
PATIENCE = 8.0
# After this many answers that do not open, no other is tried: each costs a signature check.
MOST_REFUSED = 8

# A class of messages, such as std_msgs.msg.String. ROS has no type that all of them share.
Message = TypeVar('Message')


class CallRefused(Exception):
    """The guard refused the call."""


class Unanswered(Exception):
    """No answer came in time."""


class _Grants:
    """Follows the grants of a robot."""

    def __init__(
        self, node: Node, me: Identity, robot: PublicIdentity, changed: Callable[[], object] = lambda: None
    ) -> None:
        self.book, self._changed = GrantBook(me, robot, node.context.get_domain_id()), changed
        self._subscription = node.create_subscription(Grants, GRANTS_TOPIC, self._took, LATCHED, raw=True)

    def _took(self, message: bytes) -> None:
        try:
            self.book.add(message, int(time.time()))
        except Refused:
            return  # anybody can publish there
        self._changed()


class SealedSubscription:
    """A subscription of a sealed topic. `callback` gets messages of the topic's own type."""

    def __init__(
        self,
        node: Node,
        identity: Identity,
        robot: PublicIdentity,
        topic: str,
        msg_type: type[Message],
        callback: Callable[[Message], object],
        *,
        form: str = 'clear',
        qos: QoSProfile | int = qos_profile_sensor_data,
        type_hash: str | None = None,
    ) -> None:
        """`robot` is its public identity. `form` is the one that the policy grants: clear or redacted."""
        topic = node.resolve_topic_name(topic)
        self._type = msg_type
        self._callback: Callable[[Any], object] = callback
        self._grants = _Grants(node, identity, robot, self._granted)
        self.reader = Reader(
            self._grants.book,
            node.context.get_domain_id(),
            topic,
            type_name(msg_type),
            type_hash or hash_of(msg_type),
            form,
        )
        self._subscription = node.create_subscription(
            Sealed, f'{topic}/sealed/{form}', self._took, qos, raw=True
        )

    def _took(self, message: bytes) -> None:
        self._deliver(self.reader.message(message, int(time.time())))

    def _granted(self) -> None:
        self._deliver(self.reader.grants_changed(int(time.time())))

    def _deliver(self, opened: Iterable[bytes]) -> None:
        for text in opened:
            self._callback(deserialize_message(text, self._type))


class CommandPublisher:
    """Sends commands on a topic that the policy allows."""

    def __init__(
        self,
        node: Node,
        identity: Identity,
        robot: PublicIdentity,
        topic: str,
        msg_type: type,
        *,
        qos: QoSProfile | int = 1,
        type_hash: str | None = None,
    ) -> None:
        topic = node.resolve_topic_name(topic)
        self._me, self._stamps, self._grants = identity, Stamps(), _Grants(node, identity, robot)
        self._digest = context(
            'command',
            robot.name,
            node.context.get_domain_id(),
            topic,
            type_name(msg_type),
            type_hash or hash_of(msg_type),
        )
        self._publisher = node.create_publisher(Sealed, f'{topic}/command', qos)

    @property
    def ready(self) -> bool:
        """Has the robot announced a key for commands, and is there a subscriber?"""
        return (
            self._grants.book.receiver(int(time.time())) is not None
            and int(self._publisher.get_subscription_count()) > 0
        )

    def publish(self, message: Any) -> None:
        """Seals and sends. Raises NotNow if the robot accepts no commands now."""
        receiver = self._grants.book.receiver(int(time.time()))
        if receiver is None:
            raise NotNow('the robot has announced no key for commands')
        stamp = self._stamps.next()
        self._publisher.publish(seal_command(self._me, receiver, self._digest, stamp, serialized(message)))


class CallClient:
    """Calls a service of the robot that the policy allows."""

    def __init__(
        self,
        node: Node,
        identity: Identity,
        robot: PublicIdentity,
        service: str,
        srv_type: Any,
        *,
        type_hash: str | None = None,
    ) -> None:
        service = node.resolve_service_name(service)
        self._me, self._stamps, self._grants = identity, Stamps(), _Grants(node, identity, robot)
        self._node, self._type = node, srv_type
        self._digest = context(
            'call',
            robot.name,
            node.context.get_domain_id(),
            service,
            type_name(srv_type),
            type_hash or hash_of(srv_type),
        )
        self._client = node.create_client(Call, f'{service}/call')

    @property
    def ready(self) -> bool:
        """Has the robot announced a key for calls, and is there a server?"""
        announced = self._grants.book.receiver(int(time.time())) is not None
        return announced and bool(self._client.service_is_ready())

    def call_async(self, request: Any) -> Future:
        """Calls. The future has the response. After `PATIENCE` it raises the reason of the last answer that
        did not open (CallRefused, Refused), or Unanswered."""
        receiver = self._grants.book.receiver(int(time.time()))
        if receiver is None:
            raise NotNow('the robot has announced no key for calls')
        sealed = seal_command(self._me, receiver, self._digest, self._stamps.next(), serialized(request))

        def opened(answer: Call.Response) -> Any:
            if answer.refused:
                raise CallRefused(answer.refused)
            text = open_answer(self._me, receiver, self._digest, sealed, to_bytes(answer.response))
            return deserialize_message(text, self._type.Response)

        return _Call(
            self._node, self._client.call_async(Call.Request(request=to_message(sealed))), opened
        ).result

    async def call(self, request: Any) -> Any:
        """Calls, and waits for the response."""
        return await self.call_async(request)


class _Call:
    """A call under way. Only the answer that opens ends it: anybody can send others, and refusals. The guard
    of another robot with a service of this name receives each request too, and refuses it."""

    def __init__(self, node: Node, pending: Future, opened: Callable[[Any], Any]) -> None:
        self.result, self._pending, self._opened, self._node = Future(), pending, opened, node
        self._why: Exception = Unanswered(f'no answer within {PATIENCE:.0f} s')
        self._refused = 0
        # rclpy ends a request with its first answer. So this future is not done until one opens.
        pending.set_result = self._answered
        self._timer = node.create_timer(
            PATIENCE, self._give_up, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )
        self.result.add_done_callback(self._ended)

    def _answered(self, answer: Any) -> None:
        if self.result.done() or self._refused >= MOST_REFUSED:
            return
        try:
            self.result.set_result(self._opened(answer))
        except CallRefused as why:
            self._why = why
        except Exception as why:  # whatever is wrong with it, another one may open
            self._why, self._refused = why, self._refused + 1

    def _give_up(self) -> None:
        if not self.result.done():
            self.result.set_exception(self._why)

    def _ended(self, _result: Future) -> None:
        self._node.destroy_timer(self._timer)
        self._pending.cancel()


def to_message(sealed: bytes) -> Sealed:
    """A `Sealed` of its serialized bytes."""
    parts = split(sealed)
    message = Sealed(counter=parts.counter, key=parts.key, version=1, suite=parts.suite, flags=sealed[18])
    message.body = bytes(parts.body)
    return message


def to_bytes(message: Sealed) -> bytes:
    """The serialized bytes of a `Sealed`, received or built."""
    header = header_of(message.counter, message.key, message.suite, message.flags)
    header = header[:12] + bytes([message.version]) + header[13:15] + bytes([message.reserved])
    return join(header, bytes(message.body))


def type_name(ros_type: type) -> str:
    """`std_msgs/msg/String` of the class."""
    package, kind = ros_type.__module__.split('.')[:2]
    return f'{package}/{kind}/{ros_type.__name__}'


def hash_of(ros_type: type) -> str:
    """The hash of a type's definition, as it is installed here."""
    name = type_name(ros_type)
    package, rest = name.split('/', 1)
    path = Path(get_package_share_directory(package)) / f'{rest}.json'
    try:
        hashes = json.loads(path.read_text())['type_hashes']
        return next(str(entry['hash_string']) for entry in hashes if entry['type_name'] == name)
    except (OSError, ValueError, KeyError, StopIteration):
        raise LookupError(f'{path} does not have the hash of {name}; pass it as type_hash=') from None
