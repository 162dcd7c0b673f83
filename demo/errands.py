"""Goals that stakeholders send to the robot's navigation, and the outcome of each.

The front desk sends the robot back, and cancels a second goal on the way. Maintenance has no right to send
goals.
"""

import math

from run import Errand
from stage import until

GOALS = '/navigate_to_pose/_action/send_goal/call'
FAR, ON_THE_WAY = 2.0, 0.5  # metres: of a goal behind the robot, and of the way after which it is cancelled
STILL = 0.005  # metres and radians
SECOND = 10**9  # simulated nanoseconds


class Errands:
    """Sends the goals, and records the outcome of each in `run`."""

    def __init__(self, run, listeners, attempts, patience=40):
        """`listeners` is a process that answers requests; `patience` is in seconds, for each goal."""
        self.run, self.listeners, self.attempts, self.patience = run, listeners, attempts, patience

    def send_all(self):
        self.errand('front_desk')
        self.errand('front_desk', cancel=True)
        self.refused('maintenance', 'no_rule')

    def errand(self, who, cancel=False):
        """A goal behind the robot, in the middle of the free way; it may be cancelled on the way there."""
        before, start = self.listeners.ask('report'), self.standing()
        goal, number = self.send(who, start[0] - FAR)
        if cancel:
            until(lambda: self.is_on_the_way(who, number), 'a goal on the way', self.patience)
            self.listeners.ask('cancel', who=who, number=number)
        end = until(lambda: self.ended(who, number), 'the end of a goal', self.patience)
        return self.note(who, goal, start, before, end, cancelled=cancel)

    def refused(self, who, reason, x=None):
        """A goal that the guard should refuse for a reason."""
        before, start = self.listeners.ask('report'), self.standing()
        goal, number = self.send(who, start[0] - FAR if x is None else x)
        self.attempts.refused(before, GOALS, reason)
        end = self.listeners.ask('goal', who=who, number=number)
        return self.note(who, goal, start, before, end, expected=reason)

    def send(self, who, x):
        goal = [round(x, 3), 0.0]
        sent = until(
            lambda: self.listeners.ask('send', who=who, x=goal[0], y=goal[1], yaw=0.0),
            'an action that is offered',
            self.patience,
        )
        return goal, sent['number']

    def is_on_the_way(self, who, number):
        left = [metres for _, metres in self.listeners.ask('goal', who=who, number=number)['feedback']]
        return left and left[0] - left[-1] > ON_THE_WAY

    def ended(self, who, number):
        goal = self.listeners.ask('goal', who=who, number=number)
        return goal if goal['status'] is not None or goal['accepted'] is False else None

    def standing(self):
        """The pose of the robot, once it has stood still for a simulated second."""
        since = None

        def still():
            nonlocal since
            now = self.listeners.ask('report')['pose'][0]
            if since is None or max(abs(a - b) for a, b in zip(now[1:], since[1:])) > STILL:
                since = now
            return now[0] - since[0] >= SECOND and now[1:]

        return until(still, 'a robot that stands still', self.patience)

    def note(self, who, goal, start, before, ended, cancelled=False, expected=None):
        end, after = self.standing(), self.listeners.ask('report')
        refusals = {
            key.removeprefix('refused '): int(value) - int(before['guard'].get(GOALS, {}).get(key, 0))
            for key, value in after['guard'].get(GOALS, {}).items()
            if key.startswith('refused ')
        }
        self.run.errands.append(
            errand := Errand(
                who=who,
                goal=goal,
                start=start,
                end=end,
                moved=round(math.dist(start[:2], end[:2]), 3),
                short=round(math.dist(goal, end[:2]), 3),
                feedback=[metres for _, metres in ended['feedback']],
                status=ended['status'],
                error=ended['error'],
                cancelled=cancelled,
                reached=len(after['goals']) - len(before['goals']),
                expected=expected,
                refusals={reason: count for reason, count in refusals.items() if count},
            )
        )
        self.run.mark(f'{NAMES[who]} sends the robot to x {goal[0]:.2f}: {errand.outcome()}')
        return errand


NAMES = {'front_desk': 'The front desk', 'maintenance': 'Maintenance'}
