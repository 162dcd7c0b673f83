"""What has been seen in a run of the lobby.

scenario.py and attempts.py write it down and judge nothing; checks.py holds it against the policy.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Pose = list[float]  # x and y in metres, yaw in radians
Report = dict[str, Any]  # what demo/listeners.py and demo/intruder.py answer to `report`


@dataclass
class Event:
    """Something that happened, for the time line."""

    time: float  # seconds since 1970
    text: str


@dataclass
class Attempt:
    """What the intruder tried, and what became of it."""

    title: str
    sent: int
    found: str
    refusals: dict[str, int]  # by reason: what the guard counted meanwhile
    expected: str  # the reason for which the guard should refuse it
    held: bool
    poses: tuple[Pose, Pose] | None = None  # of a command: the robot before it and after it


@dataclass
class Shift:
    """Maintenance drove, within its hours or outside of them."""

    version: int  # of the policy
    hours: str
    allowed: bool
    sent: int
    received: int
    moved: float  # metres


@dataclass
class Revocation:
    """What everybody had half a second after the revocation."""

    time: float  # seconds since 1970
    pose: Pose  # x and y
    counts: dict[str, dict[str, int]]  # messages, by party and topic
    intruder: Report


@dataclass
class Run:
    """One run. `say` tells its user about it."""

    say: Callable[[str], None]
    events: list[Event] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    lookups: dict[str, dict[str, Any]] = field(default_factory=dict)  # answers of the reception, by query
    mission: dict[str, Any] = field(default_factory=dict)  # its last word, with `start`, `end` and `received`
    machine: dict[str, float] = field(default_factory=dict)  # shares of a processor during it, by program
    revocation: Revocation | None = None
    first: Report = field(default_factory=dict)  # of the listeners, when all had what they are given
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
    faces: list[dict[str, Any]] = field(default_factory=list)  # what frames.compare found

    def mark(self, text: str) -> None:
        """An event: said, and kept."""
        self.events.append(Event(time.time(), text))
        self.say(text)
