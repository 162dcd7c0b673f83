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
