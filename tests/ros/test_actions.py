"""Actions of the robot are used from outside by unchanged clients, each of which sees its own goals only."""

import signal
import time

import pytest
from action_msgs.msg import GoalStatus, GoalStatusArray
from action_msgs.srv import CancelGoal
from rclpy.serialization import deserialize_message
from test_msgs.action import Fibonacci
from test_msgs.action._fibonacci import Fibonacci_FeedbackMessage

from acting import Acting, Client, asked, result_of, until_cancelled
from domain import LATCHED
from rules import everyone
from waiting import eventually

GO = '/go'


def counts(acting, handle):
    """Counts up to the goal's order, and says so."""
    numbers = []
    for number in range(handle.request.order):
        numbers.append(number)
        handle.publish_feedback(Fibonacci.Feedback(sequence=numbers))
    handle.succeed()
    return Fibonacci.Result(sequence=numbers)


def holds(acting, handle):
    """Order 0: until it is cancelled. Else counts."""
    if handle.request.order:
        return counts(acting, handle)
    handle.publish_feedback(Fibonacci.Feedback(sequence=[7]))
    until_cancelled(acting, handle)
    return Fibonacci.Result(sequence=[7])


@pytest.fixture
def ward(robot):
    for name in ('desk', 'vendor'):
        robot.identity(name)
    spinning = []

    def policy(rules=None, version=1, action=None, **more):
        action = {'type': 'test_msgs/action/Fibonacci', 'class': 'operational', **(action or {})}
        robot.policy(
            {'/scan': {'type': 'sensor_msgs/msg/LaserScan', 'class': 'operational'}},
            [everyone('/scan'), *(rules or [{'who': ['desk', 'vendor'], 'act': GO}])],
            stakeholders={name: {'identity': f'identities/{name}.pub'} for name in ('desk', 'vendor')},
            actions={GO: action},
            version=version,
            **more,
        )

    def start(**more):
        policy(**more)
        robot.keep()
        robot.start()

    def offer(run, **more):
        spinning.append(Acting(robot.inner, GO, Fibonacci, run, **more))
        return spinning[-1]

    def client(who):
        own = robot.commander(who, actions=[f'{GO} test_msgs/action/Fibonacci'])
        spinning.append(Client(own, f'/{who}{GO}', Fibonacci))
        spinning[-1].commander_ends = own.commander.kill
        return spinning[-1].wait()

    robot.go, robot.rules, robot.offer, robot.client = start, policy, offer, client
    yield robot
    for one in spinning:
        one.end()


def test_a_goal_goes_in_and_feedback_status_and_result_come_back(ward):
    ward.offer(counts)
    ward.go()
    desk = ward.client('desk')
    goal = desk.send(order=5)
    assert goal.accepted
    mine = bytes(goal.goal_id.uuid)
    # An rclpy client drops feedback that it has not read when it has the result.
    eventually(lambda: f'all feedback: {desk.feedback}', lambda: len(desk.feedback.get(mine, ())) == 5)
    result = result_of(asked(goal.get_result_async))
    assert (result.status, list(result.result.sequence)) == (GoalStatus.STATUS_SUCCEEDED, [0, 1, 2, 3, 4])
    assert list(desk.feedback) == [mine]
    eventually('the status', lambda: goal.status == GoalStatus.STATUS_SUCCEEDED)


def test_each_stakeholder_sees_and_cancels_its_own_goals_only(ward):
    acting = ward.offer(holds)
    ward.go()
    desk, vendor = ward.client('desk'), ward.client('vendor')
    held, other = desk.send(order=0), vendor.send(order=0)
    eventually('feedback of both', lambda: desk.feedback and vendor.feedback)
    assert [list(one.feedback) for one in (desk, vendor)] == [
        [bytes(goal.goal_id.uuid)] for goal in (held, other)
    ]
    cancelled = result_of(asked(vendor.client._cancel_goal_async, held))
    assert not cancelled.goals_canceling, 'a goal of the desk'
    assert not acting.cancelled
    cancelled = result_of(asked(other.cancel_goal_async))
    assert [bytes(info.goal_id.uuid) for info in cancelled.goals_canceling] == [bytes(other.goal_id.uuid)]
    assert result_of(asked(other.get_result_async)).status == GoalStatus.STATUS_CANCELED
    assert len(acting.cancelled) == 1
    assert held.status != GoalStatus.STATUS_CANCELED
    result_of(asked(held.cancel_goal_async))
    assert result_of(asked(held.get_result_async)).status == GoalStatus.STATUS_CANCELED


def test_a_revoked_stakeholders_goals_are_cancelled_inside(ward):
    acting = ward.offer(holds)
    ward.go()
    desk = ward.client('desk')
    held = desk.send(order=0)
    assert held.accepted
    ward.ask('revoke', 'desk')
    eventually('the goal is cancelled', lambda: len(acting.cancelled) == 1, 10)
    with pytest.raises(AssertionError, match='no answer'):
        desk.send(order=1, patience=2)


def test_goals_may_finish_after_a_revocation_if_the_policy_says_so(ward):
    acting = ward.offer(holds)
    ward.go(action={'on_end': 'finish'})
    desk, vendor = ward.client('desk'), ward.client('vendor')
    desk.send(order=0)
    ward.ask('revoke', 'desk')
    # The vendor's goal runs long enough after it for a cancel to have come.
    other = vendor.send(order=0)
    time.sleep(0.1)
    result_of(asked(other.cancel_goal_async))
    assert len(acting.cancelled) == 1


def test_results_come_after_a_restart_of_the_guard(ward):
    acting = ward.offer(holds)
    ward.go(action={'on_end': 'finish'})
    desk = ward.client('desk')
    held = desk.send(order=0)
    result = asked(held.get_result_async)
    ward.stop()
    ward.start()
    desk.wait()
    desk.feedback.clear()
    eventually('the cancel arrives', lambda: asked(held.cancel_goal_async) and acting.cancelled, 30)
    assert result_of(result, 30).status == GoalStatus.STATUS_CANCELED


def test_the_robots_own_goals_and_refused_ones_are_not_told(ward):
    ward.offer(holds, accepts=lambda goal: goal.order != 13)
    ward.go(rules=[{'who': 'desk', 'act': GO}, {'who': 'vendor', 'act': f'{GO}/_action/send_goal'}])
    own = Client(ward.inner, GO, Fibonacci).wait()
    desk, vendor = ward.client('desk'), ward.client('vendor')
    own.send(order=3)
    assert not desk.send(order=13).accepted
    sent = vendor.send(order=3)
    assert sent.accepted, 'it may send'
    with pytest.raises(AssertionError, match='no answer'):
        result_of(asked(sent.get_result_async), 2)
    assert not desk.feedback and not vendor.feedback
    own.end()


def test_limits_on_the_goal_and_the_rate_hold(ward):
    acting = ward.offer(counts)
    ward.go(action={'limits': {'order': [1, 5]}, 'rate': 2})
    desk = ward.client('desk')
    assert desk.send(order=5).accepted
    with pytest.raises(AssertionError, match='no answer'):
        desk.send(order=6, patience=2)
    ward.status(f'{GO}/_action/send_goal/call', lambda status: status.number('refused over_limit') == 1)
    assert len(acting.goals) == 1


def test_a_request_to_cancel_all_goals_cancels_the_senders_own(ward):
    acting = ward.offer(holds)
    ward.go()
    desk, vendor = ward.client('desk'), ward.client('vendor')
    mine = [desk.send(order=0) for _ in range(3)]
    other = vendor.send(order=0)
    cancels = desk.node.create_client(CancelGoal, f'/desk{GO}/_action/cancel_goal')
    answer = result_of(cancels.call_async(CancelGoal.Request()))
    assert answer.return_code == CancelGoal.Response.ERROR_NONE
    assert {bytes(info.goal_id.uuid) for info in answer.goals_canceling} == {
        bytes(goal.goal_id.uuid) for goal in mine
    }
    assert all(result_of(asked(goal.get_result_async)).status == GoalStatus.STATUS_CANCELED for goal in mine)
    assert len(acting.cancelled) == 3
    result_of(asked(other.cancel_goal_async))


def test_feedback_and_status_may_be_open_to_everyone_and_goals_never(ward):
    ward.offer(counts)
    parts = [f'{GO}/_action/feedback', f'{GO}/_action/status']
    ward.go(rules=[{'who': 'desk', 'act': GO}, {'who': 'everyone', 'act': parts, 'as': 'clear'}])
    desk = ward.client('desk')
    feedback = ward.outer.reader(parts[0], Fibonacci_FeedbackMessage)
    states = ward.outer.reader(parts[1], GoalStatusArray, LATCHED)

    def heard():
        return [deserialize_message(message.cdr, Fibonacci_FeedbackMessage) for message in feedback.poll()]

    def counted():
        result_of(asked(desk.send(order=2).get_result_async))
        return [0, 1] in [list(message.feedback.sequence) for message in heard()] and states.poll()

    eventually('open feedback and status', counted)
    assert not set(desk.feedback) & {bytes(message.goal_id.uuid) for message in heard()}, 'ids inside'
    services = {name for name, _ in ward.outer.node().get_service_names_and_types()}
    assert f'{GO}/_action/send_goal' not in services


def test_goals_end_with_the_hours_of_their_sender(ward):
    acting = ward.offer(holds)
    ward.go()
    desk, vendor = ward.client('desk'), ward.client('vendor')
    held, other = desk.send(order=0), vendor.send(order=0)
    assert held.accepted and other.accepted
    ward.rules(
        version=2, rules=[{'who': 'vendor', 'act': GO}, {'who': 'desk', 'act': GO, 'until': '2026-01-01'}]
    )
    ward.reload()
    eventually('the goal is cancelled', lambda: len(acting.cancelled) == 1, 10)
    result_of(asked(other.cancel_goal_async))
    assert len(acting.cancelled) == 2


def test_a_guard_that_stops_cancels_goals_and_one_that_dies_does_so_when_it_is_back(ward):
    acting = ward.offer(holds)
    ward.go()
    desk = ward.client('desk')
    desk.send(order=0)
    ward.stop()
    eventually('the goal is cancelled', lambda: len(acting.cancelled) == 1, 10)
    ward.start()
    # A goal that was sealed for the guard before is not answered.
    eventually('a goal for the new guard', lambda: desk.try_send(order=0), 30)
    ward.guard.signal(signal.SIGKILL)
    desk.commander_ends()
    ward.start()
    eventually('goals of nobody are cancelled', lambda: set(acting.cancelled) == set(acting.goals), 60)


def test_a_thousand_goals_of_two_stakeholders_do_not_cross(ward):
    acting = ward.offer(counts)
    ward.go()
    clients = {'desk': ward.client('desk'), 'vendor': ward.client('vendor')}
    for first in range(0, 500, 4):
        sent = [
            (who, number, client.begin(order=number % 7 + 1))
            for number in range(first, first + 4)
            for who, client in clients.items()
        ]
        goals = [(number, result_of(future, 30)) for _, number, future in sent]
        assert all(goal.accepted for _, goal in goals)
        for number, goal in goals:
            result = result_of(asked(goal.get_result_async), 30)
            assert list(result.result.sequence) == list(range(number % 7 + 1))
    assert len(set(acting.goals)) == 1000
    heard = [set(client.feedback) for client in clients.values()]
    assert not heard[0] & heard[1]
    assert all(len(ids) > 400 for ids in heard), [len(ids) for ids in heard]
