"""Observations of a run of the lobby.

scenario.py and attempts.py record them without judgement; checks.py compares them with the policy.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Pose = list[float]  # x and y in metres, yaw in radians
Report = dict[str, Any]  # answer of demo/listeners.py and demo/intruder.py to `report`


@dataclass
class Event:
    """An event, for the time line."""

    time: float  # seconds since 1970
    text: str


@dataclass
class Attempt:
    """An attempt of the intruder, and its outcome."""

    title: str
    sent: int
    found: str
    refusals: dict[str, int]  # counted by the guard meanwhile, by reason
    expected: str  # the reason with which the guard should refuse it
    held: bool
    poses: tuple[Pose, Pose] | None = None  # of a command: the robot before it and after it


@dataclass
class Shift:
    """A drive of maintenance, within its hours or outside of them."""

    version: int  # of the policy
    hours: str
    allowed: bool
    sent: int
    received: int
    moved: float  # metres


STATUSES = {4: 'reached', 5: 'cancelled', 6: 'aborted'}  # of action_msgs/msg/GoalStatus


@dataclass
class Errand:
    """A goal that a stakeholder sent to the robot's navigation, and its outcome."""

    who: str
    goal: list[float]  # x and y in metres
    start: Pose
    end: Pose  # once the robot stood still
    moved: float  # metres
    short: float  # metres from the goal to the robot, at the end
    feedback: list[float]  # metres left, in the order of arrival
    status: int | None  # of the result, as in action_msgs/msg/GoalStatus
    error: list[Any] | None  # code and text of the result
    cancelled: bool  # by the stakeholder, on the way
    reached: int  # goals that the robot had meanwhile
    expected: str | None  # the reason with which the guard should refuse it
    refusals: dict[str, int]  # goals refused by the guard meanwhile, by reason

    def outcome(self) -> str:
        if self.status is None:
            return f'no answer, {self.reached} goals reached the robot, which moved {self.moved * 100:.0f} cm'
        error = f' ({self.error[1]})' if self.error and self.error[0] else ''
        return (
            f'{STATUSES.get(self.status, self.status)}{error}, {self.moved:.2f} m driven,'
            f' {self.short:.2f} m before the goal'
        )


@dataclass
class Revocation:
    """Counts of each party half a second after the revocation."""

    time: float  # seconds since 1970
    pose: Pose  # x and y
    counts: dict[str, dict[str, int]]  # messages, by party and topic
    intruder: Report


@dataclass
class Run:
    """One run. `say` prints a line for the user."""

    say: Callable[[str], None]
    events: list[Event] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    lookups: dict[str, dict[str, Any]] = field(default_factory=dict)  # answers of the reception, by query
    mission: dict[str, Any] = field(default_factory=dict)  # its last line, with `start`, `end`, `received`
    machine: dict[str, float] = field(default_factory=dict)  # share of one core in the mission, by program
    revocation: Revocation | None = None
    first: Report = field(default_factory=dict)  # of the listeners, once all parties received their topics
    last: Report = field(default_factory=dict)  # of the listeners, at the end
    intruder: Report = field(default_factory=dict)  # its own, at the end
    path: list[list[float]] = field(default_factory=list)  # stamp in nanoseconds, x, y, yaw
    told: list[list[float]] = field(
        default_factory=list
    )  # commands that reached the robot: time, speed, turn
    times: dict[str, dict[str, list[float]]] = field(
        default_factory=dict
    )  # when messages came, by party, topic
    delays: dict[str, list[float]] = field(default_factory=dict)  # of camera frames, in seconds, by party
    said: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # texts, by topic and party
    pictures: dict[str, dict[str, Any]] = field(default_factory=dict)  # paths, by instant and party
    faces: list[dict[str, Any]] = field(default_factory=list)  # results of frames.compare

    def mark(self, text: str) -> None:
        """Prints and records an event."""
        self.events.append(Event(time.time(), text))
        self.say(text)
