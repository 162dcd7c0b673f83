"""Attempts of the intruder, in sequence, and the check of each.

The guard held against an attempt if no message of it reached the robot, the robot stood still, and the guard
counted the expected refusal.
"""

import time

from run import Attempt
from stage import until

COMMANDS, CALLS = '/cmd_vel/command', '/guests/lookup/call'

# Command to the intruder, title of the attempt, and the reason with which the guard should refuse it. The
# robot stands still.
BEFORE = [
    ('garbage', 'Random bytes as a sealed command', 'other_receiver'),
    ('stranger', 'A command sealed and signed with an identity of its own', 'unknown_sender'),
    ('vendor', "A command signed with the vendor's key, who may not drive", 'no_rule'),
    ('call stranger', 'A look into the book of guests, signed with an identity of its own', 'unknown_sender'),
    ('call analytics', "A look into the book of guests, signed with the vendor's key", 'rule_denies'),
]
AFTER = [
    ('too_fast', "A command signed with navigation's stolen key, of more than 1.5 m/s", 'over_limit'),
    ('hold_back', 'Commands of navigation, caught and delivered three seconds later', 'late'),
    ('replay', 'The last commands of the mission, sent again', 'late'),
    ('vendor', "A command signed with the vendor's key, after its revocation", 'unknown_sender'),
]


class Attempts:
    """Runs the intruder's attempts, and records the outcome of each in `run`."""

    def __init__(self, run, listeners, intruder, pose):
        """`listeners` and `intruder` are processes that answer requests; `pose` returns the robot's pose."""
        self.run, self.listeners, self.intruder, self.pose = run, listeners, intruder, pose

    def make(self, attempts):
        """Runs all attempts of a list in sequence."""
        until(lambda: self.intruder.ask('ready'), 'an intruder whom the guard hears')
        for word, title, reason in attempts:
            who = word.removeprefix('call ')
            if who != word:
                self.call(who, title, reason)
            else:
                self.command(word, title, reason)

    def command(self, word, title, reason):
        before, start = self.listeners.ask('report'), self.pose()
        done = self.intruder.ask(word)
        if word == 'hold_back':
            time.sleep(3)
            self.intruder.ask('deliver')
        after = self.refused(before, COMMANDS, reason)
        end = self.pose()
        moved = max(abs(now - then) for now, then in zip(end, start))
        marks = {round(speed, 6) for speed in done.get('speeds', [])}  # recorded commands have none
        told = self.listeners.ask('told', since=before['told'])
        arrived = sum(not marks or speed in marks for _, speed, _ in told)
        self.note(
            title,
            reason,
            before,
            done['sent'],
            held=not arrived and moved < 0.02,
            found=f'{arrived} reached the robot, which moved {moved * 100:.0f} cm',
            after=after,
            poses=(start, end),
        )

    def call(self, who, title, reason):
        before, done = self.listeners.ask('report'), self.intruder.ask('call', who=who)
        answer = until(
            lambda: (said := self.intruder.ask('answer'))['came'] and said, 'an answer to the intruder'
        )
        reached = len(answer['reaches'])
        self.note(
            title,
            reason,
            before,
            done['sent'],
            held=not answer['answered'] and not reached,
            found=f'{answer["answered"]} answered; of the services inside {reached} can be reached',
            entrance=CALLS,
            after=self.refused(before, CALLS, reason),
        )

    def refused(self, before, entrance, reason, patience=10):
        """Waits until the guard's diagnostics, published each second, count another refusal;
        returns that report.
        """

        def count(report):
            return int(report['guard'].get(entrance, {}).get(f'refused {reason}', 0))

        end = time.monotonic() + patience
        while count(report := self.listeners.ask('report')) <= count(before) and time.monotonic() < end:
            time.sleep(0.1)
        return report

    def note(self, title, reason, before, sent, *, held, found, entrance=COMMANDS, after=None, poses=None):
        """Records an attempt, its outcome, and the guard's refusals."""
        earlier, later = (
            report['guard'].get(entrance, {})
            for report in (before, after or self.refused(before, entrance, reason))
        )
        refusals = {
            key.removeprefix('refused '): int(value) - int(earlier.get(key, 0))
            for key, value in later.items()
            if key.startswith('refused ')
        }
        refusals = {name: count for name, count in refusals.items() if count}
        held = bool(held) and refusals.get(reason, 0) > 0
        self.run.attempts.append(Attempt(title, sent, found, refusals, reason, held, poses))
        self.run.mark(f'Intruder: {title}: {found}')
