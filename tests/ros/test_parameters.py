"""Parameters of the robot's nodes are read and set from outside only by name and within their bounds, by unchanged
clients.
"""

import pytest

from parameters import NODE, VALUES, Tuned, Tuning
from rules import everyone

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

    def tuning(who, wait=True):
        own = robot.commander(who, parameters=[NODE])
        spinning.append(Tuning(own, f'/{who}{NODE}'))
        spinning[-1].own = own
        return spinning[-1].wait() if wait else spinning[-1]

    robot.go, robot.rules, robot.tuned, robot.tuning = start, policy, tuned, tuning
    yield robot
    for one in reversed(spinning):
        one.end()


def refused(ward, service, reason, count=1):
    return ward.status(f'{NODE}/{service}/call', lambda status: status.number(f'refused {reason}') >= count)


def test_a_parameter_is_read_and_set_within_its_bounds(ward):
    tuned = ward.tuned()
    ward.go()
    desk = ward.tuning('desk')
    assert desk.get('max_vel_x', 'mode', 'controllers') == [0.3, 'slow', ['FollowPath', 'Spin']]
    assert desk.set(max_vel_x=0.5, mode='fast') == [True, True]
    assert tuned.set == [('max_vel_x', 0.5), ('mode', 'fast')]
    assert desk.get('max_vel_x') == [0.5]
