"""With `lifecycle:=true` the guard is a managed node, which `ros2 lifecycle` and lifecycle managers drive."""

import pytest
from lifecycle_msgs.msg import State, Transition, TransitionEvent
from lifecycle_msgs.srv import ChangeState, GetAvailableStates, GetAvailableTransitions, GetState
from std_msgs.msg import String

from rules import TEXT, everyone
from waiting import eventually

TOPICS, OPEN = {'/text': TEXT}, [everyone('/text')]
UNCONFIGURED, INACTIVE, ACTIVE, FINALIZED = (
    State.PRIMARY_STATE_UNCONFIGURED,
    State.PRIMARY_STATE_INACTIVE,
    State.PRIMARY_STATE_ACTIVE,
    State.PRIMARY_STATE_FINALIZED,
)


def text(data):
    return String(data=data)


@pytest.fixture
def managed(robot):
    robot.policy(TOPICS, OPEN)
    robot.start(wait=False, lifecycle='true')
    return robot


def state(robot):
    return robot.inner.call('/guard/get_state', GetState).current_state.id


def change(robot, number=0, label=''):
    transition = Transition(id=number, label=label)
    return robot.inner.call('/guard/change_state', ChangeState, transition=transition).success


def offered(robot):
    """What can be asked for now, as `ros2 lifecycle list` shows it."""
    answer = robot.inner.call('/guard/get_available_transitions', GetAvailableTransitions)
    return {one.transition.label for one in answer.available_transitions}


def test_nothing_leaves_until_it_is_active_and_nothing_more_once_it_is_not(managed):
    publisher, outside = managed.inner.publisher('/text', String), managed.outer.reader('/text', String)
    events = managed.inner.reader('/guard/transition_event', TransitionEvent, node='operator')
    assert state(managed) == UNCONFIGURED
    managed.status('guard', lambda status: 'unconfigured' in status.message)
    assert change(managed, Transition.TRANSITION_CONFIGURE) and state(managed) == INACTIVE
    managed.status('guard', lambda status: 'inactive' in status.message)
    publisher.publish(text('early'))
    assert managed.outer.publishers_of('/text') == []

    assert change(managed, label='activate') and state(managed) == ACTIVE
    managed.flow(publisher, outside, text('hello'))
    managed.status('guard', lambda status: status.level == 0)

    assert change(managed, label='deactivate') and state(managed) == INACTIVE
    outside.forget()
    for _ in range(20):
        publisher.publish(text('late'))
    eventually('the topic is gone', lambda: managed.outer.publishers_of('/text') == [])
    assert outside.poll() == []
    assert managed.reload().success, 'it keeps its policy'

    assert change(managed, label='activate')
    managed.flow(publisher, outside, text('again'))
    assert text('late') not in outside.typed() and text('early') not in outside.typed()
    assert [event.goal_state.id for event in events.typed()] == [10, 2, 13, 3, 14, 2, 13, 3]


def test_it_can_be_taken_down_and_up_again_and_ends_for_good(managed):
    publisher, outside = managed.inner.publisher('/text', String), managed.outer.reader('/text', String)
    for _ in range(2):
        assert change(managed, label='configure') and change(managed, label='activate')
        managed.flow(publisher, outside, text('hello'))
        outside.forget()
        assert change(managed, label='deactivate') and change(managed, label='cleanup')
        assert state(managed) == UNCONFIGURED and not managed.reload().success
        assert managed.outer.publishers_of('/discreet/catalog') == []
    assert managed.verify().returncode == 0
    assert change(managed, label='shutdown') and state(managed) == FINALIZED
    assert offered(managed) == set() and not change(managed, label='configure')


def test_sealed_data_and_commands_pass_only_while_it_is_active_and_again_after_a_cleanup(robot):
    guests, command, kind = '/guests', '/say', 'std_msgs/msg/String'
    robot.identity('desk')
    robot.policy(
        {guests: {'type': kind, 'class': 'contextual'}},
        [{'who': 'desk', 'read': guests, 'as': 'clear'}, {'who': 'desk', 'command': command}],
        stakeholders={'desk': {'identity': 'identities/desk.pub'}},
        commands={command: {'type': kind, 'class': 'operational'}},
    )
    robot.keep()
    robot.start(wait=False, lifecycle='true')
    publisher, moved = robot.inner.publisher(guests, String), robot.inner.reader(command, String)
    opened = robot.unsealer('desk').reader('/desk/guests', String)
    orders = robot.commander('desk', [f'{command} {kind}']).publisher(f'/desk{command}', String)

    def passes(number):
        """Both ways, new messages."""
        publisher.publish(text(f'guest {number}'))
        orders.publish(text(f'order {number}'))
        return text(f'guest {number}') in opened.typed() and text(f'order {number}') in moved.typed()

    for before in ((), ('deactivate',), ('deactivate', 'cleanup', 'configure')):
        assert all(change(robot, label=label) for label in before or ('configure',))
        came = len(opened.poll()), len(moved.poll())
        assert not any(passes('in between') for _ in range(20))
        assert (len(opened.poll()), len(moved.poll())) == came
        assert change(robot, label='activate')
        eventually(f'after {before}: both ways are open', lambda before=before: passes(f'{before}'))


def test_what_is_not_possible_now_is_refused_and_changes_nothing(managed):
    assert offered(managed) == {'configure', 'shutdown'}
    for number, label in ((Transition.TRANSITION_ACTIVATE, ''), (0, 'deactivate'), (10, ''), (99, 'x')):
        assert not change(managed, number, label)
    assert state(managed) == UNCONFIGURED
    assert change(managed, label='configure')
    assert offered(managed) == {'activate', 'cleanup', 'shutdown'}
    assert not change(managed, label='configure') and state(managed) == INACTIVE


def test_without_a_usable_policy_it_is_not_configured_and_says_why(managed):
    managed.policy_file.write_text('discreet: 1\nnonsense: true\n')
    assert not change(managed, label='configure') and state(managed) == UNCONFIGURED
    assert 'nonsense' in managed.guard.said()
    managed.policy(TOPICS, OPEN)
    assert change(managed, label='configure') and state(managed) == INACTIVE


def test_it_has_the_states_and_transitions_of_every_managed_node(managed):
    states = managed.inner.call('/guard/get_available_states', GetAvailableStates).available_states
    assert {(one.id, one.label) for one in states} >= {
        (0, 'unknown'),
        (1, 'unconfigured'),
        (15, 'errorprocessing'),
    }
    graph = managed.inner.call('/guard/get_transition_graph', GetAvailableTransitions).available_transitions
    assert len(states) == 11 and len(graph) == 25
    known = {one.id for one in states}
    assert all(one.start_state.id in known and one.goal_state.id in known for one in graph)


def test_a_guard_that_is_not_asked_to_be_managed_is_active_and_has_no_such_services(robot):
    robot.policy(TOPICS, OPEN)
    publisher, outside = robot.inner.publisher('/text', String), robot.outer.reader('/text', String)
    robot.start()
    robot.flow(publisher, outside, text('hello'))
    names = {name for name, _ in robot.inner.node().get_service_names_and_types()}
    assert '/guard/reload' in names and '/guard/get_state' not in names
