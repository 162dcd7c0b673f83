"""Runs of the simulated lobby for tests and measurements: the demo's robot, guarded or not.

Gazebo runs in lockstep: no simulated second without its frames, however slow the machine. They need the
namespaces of sim/namespace.py around them.
"""

import contextlib
import json
import math
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import time

import numpy

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / 'demo')]
os.environ['PYTHONPATH'] = os.pathsep.join(
    [str(ROOT / 'python/discreet'), os.environ.get('PYTHONPATH', '')]
)  # for the intruder

import deployment
import machine
import run
from attempts import Attempts
from processes import STAKEHOLDERS
from sim import lobby, namespace, transport
from stage import Broken, Stage, end, until

CAMERA, DEPTH, SCAN = '/camera/image_raw', '/camera/depth/image_rect_raw', '/scan'
OURS = (
    'guard',
    'redactor',
    'unsealer',
    'commander',
    'keeper',
)  # what the guarded robot has beside the bare one


def missing():
    """Why there can be no lobby here, or None."""
    if why := deployment.missing():
        return why
    if os.environ.get(namespace.INSIDE) != namespace.here():
        return 'start this with: python3 sim/namespace.py python3 -m pytest tests/gazebo'
    return None


class Run:
    """The lobby with its robot. `watch` are the parties whose messages are received, by default all; `pace`
    is how many simulated seconds there are in one of the clock's: less on a machine that is busy with other
    work too.
    """

    def __init__(self, out, guarded=True, watch=None, keep=True, policy=None, pace=1.0):
        self.stage = Stage(participants=25, out=pathlib.Path(out), tell=self.log)
        self.out = self.stage.out
        self.deployment = deployment.Deployment(
            self.stage,
            (81, 82),
            policy=policy or deployment.POLICY,
            world=None if pace == 1.0 else slower(self.out / 'world', pace),
            lockstep=True,
        )
        self.guarded, self.keep = guarded, keep
        self.listeners = self.intruder = self.attempts = None
        self.seen = run.Run(self.stage.say)
        names = watch or ('inside', 'outside', *STAKEHOLDERS)
        self.watched = {name: self.deployment.domains[name] for name in names if guarded or name == 'inside'}

    def __enter__(self):
        self.stage.__enter__()
        return self

    def __exit__(self, *why):
        self.stage.__exit__(*why)

    def log(self, seconds, text):
        with open(self.out / 'run.log', 'a') as log:
            log.write(f'{seconds:6.1f} s  {text}\n')

    def begin(self):
        """Starts everything; comes back when everybody has what is given to them."""
        self.deployment.start_robot()
        if self.guarded:
            self.deployment.start_discreet()
        frames = self.out / 'frames' if self.keep else None
        self.listeners = self.deployment.start_listeners(self.watched, frames)
        given = {'inside': [CAMERA, SCAN, '/odom'], **(deployment.GIVEN if self.guarded else {})}

        def arrived():
            self.deployment.gazebo.check()
            counts = self.listeners.ask('report')['counts']
            return all(counts[who].get(topic, 0) for who in self.watched for topic in given.get(who, []))

        until(arrived, f'what each party is given; see {self.out}', timeout=90)
        if self.guarded:
            until(lambda: self.sees() > 10, 'a redactor that looks', timeout=60)
        self.stage.say('everybody has what is given to them')
        return self

    def sees(self):
        """Areas covered, which only somebody who looks can tell."""
        return int(self.listeners.ask('report')['guard'].get(CAMERA, {}).get('covered', 0))

    def start_intruder(self):
        self.intruder = self.deployment.start_intruder()
        self.intruder.ask('attack', topics=self.listeners.ask('topics'))
        self.attempts = Attempts(self.seen, self.listeners, self.intruder, self.pose)

    # What is measured

    def pose(self):
        """x, y and yaw of the robot: from Gazebo itself, past the adapter and ROS."""
        listed = transport.topics(self.deployment.gazebo.port)
        for message in transport.messages('/gazebo/lobby/pose/info', listed):
            for pose in map(transport.fields, message.get(2, [])):
                if pose[1] == [b'robot']:
                    place, turn = (transport.fields(pose[number][0]) for number in (3, 4))
                    x, y = (number(place, axis) for axis in (1, 2))
                    return [x, y, 2 * math.atan2(number(turn, 4), number(turn, 5))]

    @contextlib.contextmanager
    def still(self):
        """The simulation stands still, and all that was under way has arrived;
        gives what was counted until then.
        """
        os.kill(self.deployment.gazebo.server.pid, signal.SIGSTOP)
        try:
            yield self.settled()
        finally:
            os.kill(self.deployment.gazebo.server.pid, signal.SIGCONT)

    def settled(self, patience=30):
        """Waits until no count of the camera changes over two of the guard's reports,
        which come each second.
        """

        def counts():
            report = self.listeners.ask('report')
            return {name: topics.get(CAMERA, 0) for name, topics in report['counts'].items()}, self.of_guard(
                report
            )

        last, since, limit = counts(), time.monotonic(), time.monotonic() + patience
        while time.monotonic() - since < 3:
            if time.monotonic() > limit:
                raise Broken(f'counts still change after {patience} s: {last}')
            time.sleep(0.1)
            if (now := counts()) != last:
                last, since = now, time.monotonic()
        return {'frames': last[0], **last[1]}

    @staticmethod
    def of_guard(report):
        """What became of the camera's frames, as the guard's diagnostics count it."""
        return {
            key: int(value)
            for key, value in report['guard'].get(CAMERA, {}).items()
            if key.startswith(('released', 'frames skipped', 'lost', 'denied', 'blank_'))
        }

    def settled_guard(self):
        """The guard's counts, a second later, when it has told the last ones."""
        time.sleep(1.2)
        return self.of_guard(self.listeners.ask('report'))

    def drive_to_the_desk(self):
        """The mission, behind the guard or past it. Gives what it said, and what it took: simulated, by the
        clock, of the processors.

        `others` is how many processors were busy with what is none of ours.
        """
        where = (
            ['--domain', self.deployment.domains['navigation'], '--namespace', '/navigation']
            if self.guarded
            else ['--domain', self.deployment.inner]
        )
        begin, used, busy, began = (
            self.listeners.ask('path')[-1][0],
            machine.used(machine.descendants()),
            processors(),
            time.monotonic(),
        )
        process = self.stage.start(
            'mission', [sys.executable, ROOT / 'demo/mission.py', '--limit', 100, *where]
        )
        try:
            process.wait(130)
        except subprocess.TimeoutExpired:
            raise Broken(f'the mission does not end; see {self.out}/mission.log') from None
        elapsed, spent = (
            time.monotonic() - began,
            machine.between(used, machine.used(machine.descendants()), 1),
        )
        others = (processors() - busy - sum(spent.values())) / elapsed
        # Behind its last word rclpy may complain while the interpreter ends.
        said = (self.out / 'mission.log').read_text().splitlines()
        last = json.loads([line for line in said if line.startswith('{')][-1])
        path = [place for place in self.listeners.ask('path') if place[0] >= begin]
        first, done = (moving(path, end) for end in (0, -1))
        arrivals = self.listeners.ask('stamps', topic=CAMERA)['arrived']
        wall = numpy.interp([first[0], done[0]], *zip(*arrivals))
        self.stage.say(f'mission: {last}')
        return {
            **last,
            'simulated': round((done[0] - first[0]) / 1e9, 3),
            'wall': round(float(wall[1] - wall[0]), 3),
            'since': begin,
            'moved': (first[0], done[0]),
            'end': done[1:],
            'elapsed': round(elapsed, 2),
            'others': round(others, 2),
            'cpu': {name: round(seconds, 2) for name, seconds in spent.items()},
        }

    def end_adapter(self):
        """Ends the adapter in order; gives its own counts."""
        end(self.deployment.adapter)
        return json.loads((self.out / 'adapter.log').read_text().splitlines()[-1])


def moved(attempt):
    """How far the robot went while something was tried: metres and radians, added."""
    before, after = attempt.poses
    return math.dist(before[:2], after[:2]) + abs(before[2] - after[2])


def slower(folder, pace):
    """The lobby's world with so many simulated seconds in one of the clock's."""
    world = lobby.build(folder)
    text, changed = re.subn(
        r'(<real_time_update_rate>)(\d+)',
        lambda found: f'{found[1]}{int(found[2]) * pace:g}',
        world.read_text(),
    )
    assert changed == 1
    world.write_text(text)
    return world


def processors():
    """Seconds that the machine's processors have worked,
    but for what our own processes did that have ended.
    """
    user, nice, system, _, _, *interrupts = map(
        int, pathlib.Path('/proc/stat').read_text().split('\n')[0].split()[1:8]
    )
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (user + nice + system + sum(interrupts)) / machine.TICKS - ended.ru_utime - ended.ru_stime


def number(fields, at):
    """A double of a protobuf, as transport.fields has it; one that is absent is zero."""
    return float(numpy.frombuffer(fields[at][0], '<f8')[0]) if at in fields else 0.0


def moving(path, end):
    """The first or the last place of a way that is a centimetre from where it began or ended."""
    away = [place for place in path if math.dist(place[1:3], path[end][1:3]) > 0.01]
    if not away:
        raise Broken('the robot did not move')
    return away[end]
