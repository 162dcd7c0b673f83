"""Goals that stakeholders send to the robot's own navigation, and where it stands then, by Gazebo's word."""

import itertools
import math

import pytest

pytest.importorskip('runs', reason='NOT RUN: no ROS here; source .ros/env.sh')

from action_msgs.msg import GoalStatus

from errands import FAR, ON_THE_WAY

CLOSE = 0.15  # metres


def way(errand):
    return math.dist(errand.start[:2], errand.end[:2])


def test_a_goal_moves_the_robot_to_where_it_was_sent(guarded):
    errand = guarded.errands['reached']
    assert (errand.told.status, errand.told.error) == (GoalStatus.STATUS_SUCCEEDED, [0, ''])
    assert errand.told.reached == 1
    assert math.dist(errand.end[:2], errand.told.goal) < CLOSE
    assert errand.end[0] - errand.start[0] == pytest.approx(-FAR, abs=CLOSE)
    assert abs(errand.end[2]) < CLOSE, 'it turns to the heading of the goal'


@pytest.mark.parametrize('name', ['reached', 'cancelled'])
def test_feedback_falls_with_the_way_that_is_left(guarded, name):
    errand = guarded.errands[name]
    left = errand.told.feedback
    assert len(left) > 5
    assert left[0] == pytest.approx(math.dist(errand.start[:2], errand.told.goal), abs=CLOSE)
    assert all(later < earlier + 0.02 for earlier, later in itertools.pairwise(left)), left
    assert left[-1] - math.dist(errand.end[:2], errand.told.goal) < CLOSE, left


def test_a_cancelled_goal_stops_the_robot_on_the_way(guarded):
    errand = guarded.errands['cancelled']
    assert errand.told.status == GoalStatus.STATUS_CANCELED and errand.told.reached == 1
    assert way(errand) > ON_THE_WAY - CLOSE
    assert math.dist(errand.end[:2], errand.told.goal) > 0.5, 'it would have gone on to the goal'


@pytest.mark.parametrize('reason', ['over_limit', 'no_rule'])
def test_a_goal_that_is_not_allowed_reaches_nothing(guarded, reason):
    """It is beyond the limits, or its sender has no right."""
    errand = guarded.errands[reason]
    assert errand.told.refusals == {reason: 1}
    assert errand.told.status is None and not errand.told.reached and not errand.told.feedback
    assert way(errand) < 0.01
