"""Parameters of the robot's nodes are read and set from outside only by name and within their bounds, by
unchanged clients.
"""

import pytest
from discreet_interfaces.srv import Call
from rclpy.parameter import Parameter

from parameters import NODE, SERVICES, VALUES, Tuned, Tuning
from rules import everyone
from waiting import eventually

NAMES = {
    'max_vel_x': {'type': 'double', 'limits': [0.0, 0.5]},
    'FollowPath.max_vel_x': {'type': 'double', 'limits': [0.0, 0.5]},
    'FollowPath.samples': {'type': 'integer', 'limits': [1, 100]},
    'controllers': {'type': 'string_array', 'one_of': ['FollowPath', 'Spin'], 'max_length': 3},
    'mode': {'type': 'string', 'one_of': ['slow', 'fast'], 'max_length': 8},
    'note': {'type': 'string', 'redact': ['person', 'payment_card']},
}


@pytest.fixture
def ward(robot):
    for name in ('desk', 'vendor'):
        robot.identity(name)
    spinning = []

    def policy(rules=None, version=1, names=NAMES, **more):
        robot.policy(
            {'/scan': {'type': 'sensor_msgs/msg/LaserScan', 'class': 'operational'}},
            [everyone('/scan'), *(rules or [{'who': 'desk', 'get': NODE}, {'who': 'desk', 'set': NODE}])],
            stakeholders={name: {'identity': f'identities/{name}.pub'} for name in ('desk', 'vendor')},
            parameters={NODE: {'class': 'contextual', 'names': names, **more}},
            version=version,
        )

    def start(**more):
        policy(**more)
        robot.keep()
        robot.start()

    def tuned(**more):
        spinning.append(Tuned(robot.inner, **more))
        return spinning[-1]

    def tuning(who, answers=True):
        spinning.append(Tuning(robot.commander(who, parameters=[NODE]), f'/{who}{NODE}'))
        return spinning[-1].wait(answers)

    robot.go, robot.rules, robot.tuned, robot.tuning = start, policy, tuned, tuning
    yield robot
    for one in reversed(spinning):
        one.end()


def refused(ward, service, reason, count=1):
    return ward.status(f'{NODE}/{service}/call', lambda status: status.number(f'refused {reason}') >= count)


def test_a_parameter_is_read_and_set_within_its_bounds_and_audited(ward):
    tuned = ward.tuned()
    ward.go()
    desk = ward.tuning('desk')
    assert desk.get('max_vel_x', 'mode', 'controllers') == [0.3, 'slow', ['FollowPath', 'Spin']]
    assert desk.set(max_vel_x=0.5, mode='fast') == [True, True]
    assert desk.set(FollowPath__samples=100, controllers=['Spin'], atomically=True)
    assert tuned.set == [
        ('max_vel_x', 0.5),
        ('mode', 'fast'),
        ('FollowPath.samples', 100),
        ('controllers', ['Spin']),
    ]
    assert desk.get('max_vel_x', 'FollowPath.samples') == [0.5, 100]
    ward.stop()
    windows = [route for line in ward.audit() if line['entry'] == 'window' for route in line['routes']]
    found = {(route['topic'], route['form'], route['audience']) for route in windows}
    for service in ('get_parameters', 'set_parameters', 'set_parameters_atomically'):
        for form in ('call', 'answer'):
            assert (f'{NODE}/{service}/call', form, 'desk') in found


def test_a_value_out_of_bounds_is_refused_and_nothing_of_its_request_is_set(ward):
    tuned = ward.tuned()
    ward.go()
    desk = ward.tuning('desk')
    for count, bad in enumerate(
        (
            {'max_vel_x': 0.51},
            {'max_vel_x': float('nan')},
            {'FollowPath__samples': 0},
            {'mode': 'ludicrous'},
            {'controllers': ['Spin', 'Wait']},
            {'controllers': ['Spin'] * 4},
        ),
        1,
    ):
        good = {'FollowPath__max_vel_x': 0.1}
        assert desk.set(**good, **bad) == [False, False], bad
        assert not desk.set(**good, **bad, atomically=True), bad
        refused(ward, 'set_parameters', 'over_limit', count)
        refused(ward, 'set_parameters_atomically', 'over_limit', count)
    assert desk.set(max_vel_x=1) == [False]
    refused(ward, 'set_parameters', 'wrong_parameter_type')
    assert desk.set(FollowPath__max_vel_x=0.1, wifi_password='x') == [False, False]
    assert 'desk' in refused(ward, 'set_parameters', 'undeclared_parameter').values['last refusal']
    assert tuned.set == []
    assert tuned.value('wifi_password') == 'hunter2'
    assert desk.reasons == {
        'refused by the guard: over_limit',
        'refused by the guard: wrong_parameter_type',
        'refused by the guard: undeclared_parameter',
    }
    ward.stop()
    assert 'over_limit' in ward.kept_out(f'{NODE}/set_parameters/call')


def test_what_the_policy_does_not_declare_is_not_read_listed_or_described(ward):
    ward.tuned()
    ward.go()
    desk = ward.tuning('desk')
    for ask, service in (
        (desk.get, 'get_parameters'),
        (desk.types, 'get_parameter_types'),
        (desk.describe, 'describe_parameters'),
    ):
        assert desk.unanswered(ask, 'max_vel_x', 'wifi_password')
        refused(ward, service, 'undeclared_parameter')
    assert desk.names() == (sorted(NAMES), ['FollowPath'])
    assert desk.names('FollowPath') == (['FollowPath.max_vel_x', 'FollowPath.samples'], ['FollowPath'])
    assert desk.types('max_vel_x', 'mode') == [3, 4]
    described = desk.describe('max_vel_x', 'FollowPath.samples')
    assert [(one.name, one.type, one.description) for one in described] == [
        ('max_vel_x', 3, ''),
        ('FollowPath.samples', 2, ''),
    ]
    eventually(
        'the commander tells why', lambda: 'refused: undeclared_parameter' in desk.own.commander.said()
    )


def test_each_stakeholder_reads_and_sets_what_its_rules_name(ward):
    tuned = ward.tuned()
    ward.go(
        rules=[
            {'who': 'desk', 'get': f'{NODE}:max_vel_x'},
            {'who': 'desk', 'set': f'{NODE}:mode'},
            {'who': 'vendor', 'get': [f'{NODE}:note', f'{NODE}:mode'], 'as': 'redacted'},
        ],
        names={**NAMES, 'mode': {**NAMES['mode'], 'redact': ['person']}},
    )
    desk, vendor = ward.tuning('desk'), ward.tuning('vendor')
    assert desk.names()[0] == ['max_vel_x']
    assert desk.get('max_vel_x') == [0.3]
    assert desk.unanswered(desk.get, 'mode')
    assert 'mode' in refused(ward, 'get_parameters', 'no_rule').values['last refusal']
    assert desk.set(mode='fast') == [True]
    assert desk.set(max_vel_x=0.1) == [False]
    assert vendor.names()[0] == ['mode', 'note']
    note, mode = vendor.get('note', 'mode')
    assert mode == 'fast'
    assert 'Ada' not in note and '4111' not in note and note.startswith('greet '), note
    # It has no right to set anything, so that the service is closed to it.
    assert vendor.unanswered(vendor.set, mode='slow')
    assert tuned.set == [('mode', 'fast')]


def test_a_stakeholder_without_a_right_reaches_nothing(ward):
    tuned = ward.tuned()
    ward.go()
    vendor = ward.tuning('vendor', answers=False)

    def refuses():
        assert vendor.unanswered(vendor.names)
        return ward.status(f'{NODE}/list_parameters/call').number('refused no_rule')

    # Before the robot's keys have come, the commander itself refuses.
    eventually('the guard refuses', refuses, 40)
    for ask in (vendor.get, vendor.types, vendor.describe):
        assert vendor.unanswered(ask, 'max_vel_x')
    assert vendor.unanswered(vendor.set, max_vel_x=0.1)
    for service in ('get_parameters', 'list_parameters', 'set_parameters'):
        assert 'vendor' in refused(ward, service, 'no_rule').values['last refusal']
    assert tuned.set == []


def test_plain_calls_outside_and_events_of_parameters_do_not_pass(ward):
    tuned = ward.tuned()
    ward.go()
    desk = ward.tuning('desk')
    assert desk.set(max_vel_x=0.2) == [True]
    outer = ward.outer.node()
    services = {name for name, _ in outer.get_service_names_and_types() if name.startswith(NODE)}
    assert services == {f'{NODE}/{service}/call' for service in SERVICES}
    # Each node of this test has a publisher of its own.
    events = {one.node_name for one in ward.outer.publishers_of('/parameter_events')}
    assert events <= set(ward.outer.nodes), events
    assert ward.outer.call(f'{NODE}/set_parameters/call', Call).refused == 'not_sealed'
    assert tuned.set == [('max_vel_x', 0.2)]
    # On the own domain there is the node, for programs that look for it first.
    assert ('controller_server', '/desk') in desk.node.get_node_names_and_namespaces()


def test_the_services_are_offered_while_the_node_is_there(ward):
    ward.go()
    desk = ward.commander('desk', parameters=[NODE])
    eventually('the guard is ready', lambda: ward.status(f'{NODE}/get_parameters/call'))
    assert not ward.outer.node().count_services(f'{NODE}/get_parameters/call')
    assert not desk.node().count_services(f'/desk{NODE}/get_parameters')
    ward.tuned()
    eventually('the services', lambda: desk.node().count_services(f'/desk{NODE}/get_parameters'))


def test_who_is_revoked_reads_and_sets_nothing_any_more(ward):
    tuned = ward.tuned()
    ward.go()
    desk = ward.tuning('desk')
    assert desk.set(max_vel_x=0.2) == [True]
    ward.ask('revoke', 'desk')
    eventually('it is not answered', lambda: desk.unanswered(desk.get, 'max_vel_x'))
    assert desk.unanswered(desk.set, max_vel_x=0.3)
    refused(ward, 'set_parameters', 'unknown_sender')
    assert tuned.set == [('max_vel_x', 0.2)]


def test_who_is_revoked_while_the_node_thinks_gets_no_answer(ward):
    tuned = ward.tuned()
    ward.go()
    desk = ward.tuning('desk')
    thinking, go_on = tuned.thinks()
    asked = desk.client.set_parameters([Parameter('max_vel_x', value=0.1)])
    assert thinking.wait(10)
    ward.ask('revoke', 'desk')
    go_on.set()
    refused(ward, 'set_parameters', 'unknown_sender')
    assert not asked.done()


def test_a_policy_that_narrows_the_bounds_holds_for_the_next_request(ward):
    tuned = ward.tuned()
    ward.go()
    desk = ward.tuning('desk')
    assert desk.set(max_vel_x=0.5) == [True]
    ward.rules(version=2, names={**NAMES, 'max_vel_x': {'type': 'double', 'limits': [0.0, 0.4]}})
    assert ward.reload().success
    assert desk.set(max_vel_x=0.5) == [False]
    assert desk.set(max_vel_x=0.4) == [True]
    ward.rules(version=3, names={'mode': NAMES['mode']})
    assert ward.reload().success
    assert desk.unanswered(desk.get, 'max_vel_x')
    assert desk.names() == (['mode'], [])
    assert [value for _, value in tuned.set] == [0.5, 0.4]


def test_a_parameter_that_has_another_type_in_the_node_stays_in(ward):
    ward.tuned(values={**VALUES, 'max_vel_x': 'hunter2'})
    ward.go()
    desk = ward.tuning('desk')
    for ask in (desk.get, desk.types, desk.describe):
        assert desk.unanswered(ask, 'max_vel_x')
    assert 'another type' in refused(ward, 'get_parameters', 'bad_response').values['last refusal']
    assert desk.get('mode') == ['slow']


def test_more_requests_than_the_rate_are_refused(ward):
    ward.tuned()
    ward.go(rate=2)
    desk = ward.tuning('desk')
    for _ in range(10):
        desk.client.get_parameters(['mode'])
    refused(ward, 'get_parameters', 'over_rate', 6)
