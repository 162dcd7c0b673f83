"""`discreet.ros`, with vectors in the place of a guard. With the real one it is tested in tests/ros."""

import os

os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'  # before rclpy
os.environ.pop('ROS_LOCALHOST_ONLY', None)

import pytest

from conftest import VECTORS, hexed

pytest.importorskip('rclpy')
interfaces = pytest.importorskip('discreet_interfaces.msg')
if not hasattr(interfaces, 'Sealed'):
    pytest.skip('discreet_interfaces is older than sealed messages', allow_module_level=True)

import rclpy
from geometry_msgs.msg import Twist
from rclpy.executors import SingleThreadedExecutor
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import String
from std_srvs.srv import SetBool

from discreet import commands, hpke, ros
from discreet.envelope import Refused, join, signed_over, split

NOW = VECTORS['sealed'][0]['now']
DOMAIN = VECTORS['sealed'][0]['domain']


def test_a_type_has_the_name_and_hash_that_ros_gives_it():
    assert ros.type_name(String) == 'std_msgs/msg/String' and ros.type_name(SetBool) == 'std_srvs/srv/SetBool'
    assert ros.hash_of(String) == VECTORS['sealed'][0]['type_hash']
    assert ros.hash_of(SetBool).startswith('RIHS01_')


@pytest.mark.parametrize('vector', VECTORS['sealed'])
def test_a_message_in_fields_has_the_same_bytes(vector):
    sealed = hexed(vector['sealed'])
    assert ros.to_bytes(ros.to_message(sealed)) == sealed
    assert ros.to_bytes(deserialize_message(sealed, interfaces.Sealed)) == sealed
    assert serialize_message(ros.to_message(sealed)).rstrip(b'\0') == sealed.rstrip(b'\0')


def test_grants_are_what_ros_reads():
    message = deserialize_message(hexed(VECTORS['grants']['grants_message']), interfaces.Grants)
    assert message.robot == 'concierge-1'
    assert [bytes(grant.bytes) for grant in message.grants] == [
        hexed(vector['grant']) for vector in VECTORS['grants']['grants']
    ]
    from discreet_interfaces.srv import Call

    answer = deserialize_message(hexed(VECTORS['commands']['calls'][0]['answer_message']), Call.Response)
    assert ros.to_bytes(answer.response) == hexed(VECTORS['commands']['calls'][0]['sealed_response'])
    refusal = deserialize_message(hexed(VECTORS['commands']['refusal_message']), Call.Response)
    assert refusal.refused == 'not now' and len(refusal.response.body) == 0


class Robot:
    """A node that has the guard's topics, and one of a stakeholder."""

    def __init__(self, me, public):
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=DOMAIN)
        self.me, self.public = me, public
        self.guard, self.desk = (rclpy.create_node(name, context=self.context) for name in ('guard', 'desk'))
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.guard)
        self.executor.add_node(self.desk)
        self.board = self.guard.create_publisher(interfaces.Grants, ros.GRANTS_TOPIC, ros.LATCHED)

    def grant(self):
        self.board.publish(hexed(VECTORS['grants']['grants_message']))

    def until(self, done):
        for _ in range(500):
            self.executor.spin_once(timeout_sec=0.02)
            if done():
                return
        pytest.fail('it did not happen in ten seconds')

    def end(self):
        self.executor.shutdown()
        self.guard.destroy_node()
        self.desk.destroy_node()
        self.context.shutdown()


@pytest.fixture
def robot_here(parties, robot, monkeypatch):
    monkeypatch.setattr(ros.time, 'time', lambda: NOW + 0.5)
    monkeypatch.setattr(commands.time, 'time_ns', lambda: NOW * 10**9)
    here = Robot(parties['front_desk'], robot)
    yield here
    here.end()


def test_a_node_opens_a_sealed_topic(robot_here):
    got = []
    of = VECTORS['sealed'][0]
    subscription = ros.SealedSubscription(
        robot_here.desk, robot_here.me, robot_here.public, of['topic'], String, got.append
    )
    sealed = robot_here.guard.create_publisher(interfaces.Sealed, f'{of["topic"]}/sealed/clear', 10)
    robot_here.until(lambda: sealed.get_subscription_count() and robot_here.board.get_subscription_count())
    vectors = [VECTORS['sealed'][at] for at in (5, 6, 13)]
    sealed.publish(hexed(vectors[0]['sealed']))
    robot_here.until(lambda: subscription.reader._waiting)
    assert got == []
    robot_here.grant()
    robot_here.until(lambda: got)
    for vector in vectors:  # the first of them again
        sealed.publish(hexed(vector['sealed']))
    robot_here.until(lambda: len(got) == 3)
    assert {message.data for message in got} == {'room 12, please'}
    assert subscription.reader.refused == {'replayed': 1}


def guards_key():
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(hexed(VECTORS['commands']['receiver_secret']))


def test_a_node_commands(robot_here):
    publisher = ros.CommandPublisher(robot_here.desk, robot_here.me, robot_here.public, '/cmd_vel', Twist)
    with pytest.raises(commands.NotNow):
        publisher.publish(Twist())
    got = []
    robot_here.guard.create_subscription(interfaces.Sealed, '/cmd_vel/command', got.append, 10, raw=True)
    robot_here.grant()
    robot_here.until(lambda: publisher.ready)
    twist = Twist()
    twist.linear.x = 0.25
    publisher.publish(twist)
    robot_here.until(lambda: got)
    digest = commands.context(
        'command', 'concierge-1', DOMAIN, '/cmd_vel', 'geometry_msgs/msg/Twist', ros.hash_of(Twist)
    )
    sender, stamp, text = commands.open_command(guards_key(), [robot_here.me.public], digest, got[0])
    assert (sender, stamp, deserialize_message(text, Twist)) == (robot_here.me.public, NOW * 10**9, twist)


def test_a_node_calls(robot_here):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from discreet_interfaces.srv import Call

    sign = Ed25519PrivateKey.from_private_bytes(b'\x41' * 32).sign  # the vectors' guard
    digest = commands.context(
        'call', 'concierge-1', DOMAIN, '/set_mode', 'std_srvs/srv/SetBool', ros.hash_of(SetBool)
    )

    def answer(asked, response):
        request = ros.to_bytes(asked.request)
        caller, _, text = commands.open_command(guards_key(), [robot_here.me.public], digest, request)
        if not deserialize_message(text, SetBool.Request).data:
            response.refused = 'not off'
            return response
        said = serialize_message(SetBool.Response(success=True, message='on'))
        bound, header, party = commands.answer_context(digest, request), split(request).header, caller.party()
        enc, sealed = hpke.seal(
            caller.receive, b'discreet answer to one caller v1', bound + header + party, said
        )
        body = party[:8] + enc + sealed
        body += sign(signed_over(b'discreet guard answer sign v1\0\0\0', bound, header, body))
        response.response = ros.to_message(join(header, body))
        return response

    def refuse(_asked, response):
        response.refused = 'sealed for another robot'
        return response

    def forge(_asked, response):
        response.response = ros.to_message(hexed(VECTORS['commands']['calls'][0]['sealed_response']))
        return response

    # Other robots with a service of this name, and strangers, answer too.
    for other in (refuse, forge):
        robot_here.guard.create_service(Call, '/set_mode/call', other)
    robot_here.guard.create_service(Call, '/set_mode/call', answer)
    client = ros.CallClient(robot_here.desk, robot_here.me, robot_here.public, '/set_mode', SetBool)
    robot_here.grant()
    robot_here.until(lambda: client.ready)
    future = client.call_async(SetBool.Request(data=True))
    robot_here.executor.spin_until_future_complete(future, timeout_sec=10)
    assert future.result() == SetBool.Response(success=True, message='on')
    future = client.call_async(SetBool.Request(data=False))
    robot_here.executor.spin_until_future_complete(future, timeout_sec=10)
    with pytest.raises((ros.CallRefused, Refused)):
        future.result()
    robot_here.until(lambda: not client._client._pending_requests)
