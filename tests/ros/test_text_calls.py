"""Personal data in the answers of a service, and in what tells about its calls, is redacted too."""

import pytest
import rclpy
from rclpy.service_introspection import ServiceIntrospectionState
from std_srvs.srv import SetBool

from planted import Planter
from rules import declared
from test_services import Serving, called
from texts import ALL
from waiting import eventually


@pytest.fixture
def lookup(robot):
    """A service whose answers are full of personal data, and that tells about its calls."""
    items = [Planter(77).item() for _ in range(1)]

    def answer(request, response):
        response.success, response.message = request.data, f'{items[0].sentence}; Ada Lovelace, room 0815'
        return response

    serving = Serving(robot.inner, '/lookup', SetBool, answer)
    serving.service.configure_introspection(
        serving.node.get_clock(), rclpy.qos.qos_profile_system_default, ServiceIntrospectionState.CONTENTS
    )
    robot.item = items[0]
    yield robot
    serving.end()


def test_answers_and_what_tells_about_calls_are_redacted_too(lookup):
    robot = lookup
    for name in ('desk', 'vendor'):
        robot.identity(name)
    service = {'type': 'std_srvs/srv/SetBool', 'class': 'contextual', 'redact': {'message': ['all']}}
    events = declared('std_srvs/srv/SetBool_Event', 'contextual', redact=ALL)
    robot.policy(
        {'/lookup/_service_event': events},
        [
            {'who': 'desk', 'call': '/lookup'},
            {'who': 'vendor', 'call': '/lookup', 'as': 'redacted'},
            {'who': 'vendor', 'read': '/lookup/_service_event', 'as': 'redacted'},
        ],
        stakeholders={name: {'identity': f'identities/{name}.pub'} for name in ('desk', 'vendor')},
        services={'/lookup': service},
    )
    robot.keep()
    robot.start()
    told = robot.unsealer('vendor').reader('/vendor/lookup/_service_event', SetBool.Event)
    answers = {}
    for who in ('desk', 'vendor'):
        own = robot.commander(who, services=['/lookup std_srvs/srv/SetBool'])
        answers[who] = called(own, f'/{who}/lookup', SetBool, data=True).message
    assert robot.item.text in answers['desk']
    assert robot.item.text not in answers['vendor'] and '<' in answers['vendor'], answers['vendor']
    # Of a service that is looked into, the robot tells every call; the vendor may have to wait until it hears
    # of them.
    eventually(
        'events, opened by the vendor',
        lambda: (
            called(own, '/vendor/lookup', SetBool, data=True)
            and any(event.response for event in told.typed())
        ),
    )
    assert not any(robot.item.text.encode() in message.cdr for message in told.messages)
    robot.stop()
    windows = [route for line in robot.audit() if line['entry'] == 'window' for route in line['routes']]
    forms = {(route['audience'], route['form']) for route in windows if route['topic'] == '/lookup/call'}
    assert {('desk', 'answer'), ('vendor', 'redacted answer')} <= forms
