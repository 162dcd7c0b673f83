"""A service of the robot is called from outside only by whom the policy names, through the guard,
and answered to nobody else.
"""

import contextlib
import os
import threading
import time

import pytest
from discreet_interfaces.msg import Sealed
from discreet_interfaces.srv import Call
from rclpy.exceptions import InvalidHandle
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from std_srvs.srv import SetBool, Trigger
from test_msgs.srv import Arrays, BasicTypes

from rules import everyone
from waiting import eventually

DOCK = '/dock'


class Serving:
    """A node of the robot that offers a service."""

    def __init__(self, domain, name, kind, answer):
        self.calls, self.kind = [], kind
        self.node = domain.node(f'offers{name.replace("/", "_")}')

        def on_call(request, response):
            self.calls.append(request)
            return answer(request, response)

        self.service = self.node.create_service(kind, name, on_call)
        self.executor = SingleThreadedExecutor(context=domain.context)
        self.executor.add_node(self.node)
        self.thread = threading.Thread(target=self.spin, daemon=True)
        self.thread.start()

    def spin(self):
        with contextlib.suppress(ExternalShutdownException, InvalidHandle):
            self.executor.spin()

    def end(self):
        self.executor.shutdown()
        self.thread.join()


@pytest.fixture
def ward(robot):
    for name in ('desk', 'vendor'):
        robot.identity(name)
    servings = []

    def policy(services=None, rules=None, **more):
        robot.policy(
            {'/scan': {'type': 'sensor_msgs/msg/LaserScan', 'class': 'operational'}},
            [everyone('/scan'), *(rules or [{'who': 'desk', 'call': DOCK}])],
            stakeholders={name: {'identity': f'identities/{name}.pub'} for name in ('desk', 'vendor')},
            services=services or {DOCK: {'type': 'std_srvs/srv/SetBool', 'class': 'contextual'}},
            **more,
        )

    def start(**more):
        policy(**more)
        robot.keep()
        robot.start()

    def offer(name, kind, answer):
        servings.append(Serving(robot.inner, name, kind, answer))
        return servings[-1]

    robot.go, robot.rules, robot.offer = start, policy, offer
    yield robot
    for serving in servings:
        serving.end()


def dock(request, response):
    response.success, response.message = request.data, 'docked' if request.data else 'undocked'
    return response


def caller(ward, who, services=(f'{DOCK} std_srvs/srv/SetBool',)):
    own = ward.commander(who, services=services)
    eventually(
        'the commander is ready', lambda: ward.outer.node().count_clients(f'{services[0].split()[0]}/call')
    )
    return own


def refused(ward, reason, count=1, name=f'{DOCK}/call'):
    return ward.status(name, lambda status: status.number(f'refused {reason}') >= count)


def called(own, name, kind, patience=15, **request):
    """Calls until there is an answer: discovery takes a moment."""
    return eventually('an answer', lambda: own.call(name, kind, patience=1, **request), patience)


def test_a_call_goes_through_and_its_answer_comes_back_and_both_are_audited(ward):
    offered = ward.offer(DOCK, SetBool, dock)
    ward.go()
    desk = caller(ward, 'desk')
    answer = called(desk, f'/desk{DOCK}', SetBool, data=True)
    assert (answer.success, answer.message) == (True, 'docked')
    answer = desk.call(f'/desk{DOCK}', SetBool, data=False)
    assert (answer.success, answer.message) == (False, 'undocked')
    assert [call.data for call in offered.calls][-2:] == [True, False]
    assert ward.status(f'{DOCK}/call').number('accepted') >= 2
    ward.stop()
    windows = [route for line in ward.audit() if line['entry'] == 'window' for route in line['routes']]
    windows = {(route['form'], route['audience']) for route in windows if route['topic'] == f'{DOCK}/call'}
    assert windows == {('call', 'desk'), ('answer', 'desk')}


def test_types_that_nobody_knew_when_the_guard_was_compiled_are_called(ward):
    def sum_up(request, response):
        response.int64_value, response.string_value = request.int64_value + 1, request.string_value[::-1]
        return response

    def echo(request, response):
        response.string_values, response.float64_values = request.string_values, request.float64_values
        return response

    ward.offer('/sum', BasicTypes, sum_up)
    ward.offer('/echo', Arrays, echo)
    ward.go(
        services={
            '/sum': {'type': 'test_msgs/srv/BasicTypes', 'class': 'operational'},
            '/echo': {'type': 'test_msgs/srv/Arrays', 'class': 'operational'},
        },
        rules=[{'who': 'desk', 'call': ['/sum', '/echo']}],
    )
    desk = caller(ward, 'desk', ['/sum test_msgs/srv/BasicTypes', '/echo test_msgs/srv/Arrays'])
    answer = called(desk, '/desk/sum', BasicTypes, int64_value=2**60, string_value='drawkcab')
    assert (answer.int64_value, answer.string_value) == (2**60 + 1, 'backward')
    answer = called(
        desk, '/desk/echo', Arrays, string_values=['a', '', 'ü'], float64_values=[0.5, -1.0, 2e300]
    )
    assert list(answer.string_values) == ['a', '', 'ü'] and list(answer.float64_values) == [0.5, -1.0, 2e300]


def test_who_may_not_call_is_told_why_and_the_service_hears_nothing(ward):
    offered = ward.offer(DOCK, SetBool, dock)
    ward.go()
    vendor = caller(ward, 'vendor')
    assert vendor.call(f'/vendor{DOCK}', SetBool, patience=2, data=True) is None
    assert 'vendor' in refused(ward, 'no_rule').values['last refusal']
    eventually('the commander tells why', lambda: 'refused: no_rule' in vendor.commander.said())
    assert offered.calls == []
    ward.stop()
    assert 'no_rule' in ward.kept_out(f'{DOCK}/call')


def test_a_plain_call_outside_never_arrives_and_garbage_is_refused(ward):
    offered = ward.offer(DOCK, SetBool, dock)
    ward.go()
    eventually('the guard offers the call', lambda: ward.outer.node().count_services(f'{DOCK}/call'))
    assert not ward.outer.node().count_services(DOCK)
    assert ward.outer.call(f'{DOCK}/call', Call).refused == 'not_sealed'
    body = Sealed(version=1, suite=3, flags=1, body=os.urandom(300))
    assert ward.outer.call(f'{DOCK}/call', Call, request=body).refused == 'other_receiver'
    desk = caller(ward, 'desk')
    assert called(desk, f'/desk{DOCK}', SetBool, data=True).message == 'docked'
    assert all(call.data for call in offered.calls)


def test_without_a_server_and_without_an_answer_the_caller_is_told(ward):
    ward.go()
    desk = caller(ward, 'desk')
    assert desk.call(f'/desk{DOCK}', SetBool, patience=2, data=True) is None
    refused(ward, 'no_server')
    eventually('the commander tells why', lambda: 'refused: no_server' in desk.commander.said())

    def slow(request, response):
        time.sleep(7)
        return dock(request, response)

    ward.offer(DOCK, SetBool, slow)
    eventually('the service is there', lambda: ward.inner.node().count_services(DOCK))

    def refusals():
        return ward.status(f'{DOCK}/call').number('refused timed_out')

    eventually(
        'it takes too long',
        lambda: desk.call(f'/desk{DOCK}', SetBool, patience=2, data=True) is None and refusals(),
        40,
    )
    eventually('the commander tells why', lambda: 'refused: timed_out' in desk.commander.said())


def test_more_calls_than_the_rate_are_refused(ward):
    offered = ward.offer(DOCK, Trigger, lambda request, response: response)
    ward.go(services={DOCK: {'type': 'std_srvs/srv/Trigger', 'class': 'operational', 'rate': 2}})
    desk = caller(ward, 'desk', [f'{DOCK} std_srvs/srv/Trigger'])
    called(desk, f'/desk{DOCK}', Trigger)
    node = desk.node('hasty')
    client = node.create_client(Trigger, f'/desk{DOCK}')
    assert client.wait_for_service(10)
    before = len(offered.calls)
    for _ in range(20):
        client.call_async(Trigger.Request())
        time.sleep(0.01)
    refused(ward, 'over_rate', 10)
    assert len(offered.calls) - before <= 4


def test_who_is_revoked_while_the_robot_thinks_gets_no_answer(ward):
    thinking, go_on = threading.Event(), threading.Event()

    def think(request, response):
        thinking.set()
        go_on.wait(4)
        return dock(request, response)

    ward.offer(DOCK, SetBool, think)
    ward.go()
    desk = caller(ward, 'desk')
    client = desk.node('asking').create_client(SetBool, f'/desk{DOCK}')
    assert client.wait_for_service(10)
    eventually(
        'the robot is asked', lambda: client.call_async(SetBool.Request(data=True)) and thinking.wait(1)
    )
    ward.ask('revoke', 'desk')
    go_on.set()
    refused(ward, 'unknown_sender')
    assert ward.status(f'{DOCK}/call').number('accepted') == 0
