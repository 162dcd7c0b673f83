"""`tools/bench revoke`: how long a revoked stakeholder goes on opening messages.

A real keeper, a real guard and real DDS, with messages at 100 Hz. The revoked node is an adversary: it keeps
every key that it ever had, ignores that grants end, and tries all keys on all messages. The time is from the
start of the command `discreet revoke` to when the last message was published that it can open; `after` counts
those published after the command had come back, which must be none.
"""

import argparse
import pathlib
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / 'tests' / 'ros'), str(ROOT / 'python' / 'discreet')]

from discreet_interfaces.msg import Grants, Sealed
from std_msgs.msg import String

import discreet
from discreet.grants import Grant, read_message
from discreet.ros import hash_of
from domain import LATCHED
from robot import Robot
from rules import declared
from table import show
from waiting import eventually

TOPIC, RATE = '/guests', 100


class Adversary:
    """Whoever has its own identity, and never forgets a key."""

    def __init__(self, robot, name):
        self.me = discreet.Identity.open(robot.identity(name), robot.passphrase().read_text())
        self.robot = discreet.PublicIdentity.open(robot.identity('probe').with_suffix('.pub'))
        self.domain, self.keys, self.known, self.hash = robot.outer.number, {}, set(), hash_of(String)
        self.grants = robot.outer.reader('/discreet/grants', Grants, LATCHED, node='adversary')
        self.sealed = robot.outer.reader(f'{TOPIC}/sealed/clear', Sealed, node='adversary')
        self.opened, self.waiting = [], []

    def look(self):
        """Takes what came, and opens what it can. Gives when the newest of it was published,
        in nanoseconds.
        """
        for message in self.grants.poll():
            for grant in read_message(message.cdr)[2]:
                if grant not in self.known:
                    self.known.add(grant)
                    key = Grant.read(grant, self.robot).open(self.me)
                    if key:
                        self.keys[key.terms.key] = (
                            key,
                            key.context(self.domain, TOPIC, 'std_msgs/msg/String', self.hash),
                        )
        self.grants.messages = []
        # A key may come behind the first message that it opens.
        self.waiting = [*self.waiting[-1000:], *(message.cdr for message in self.sealed.poll())]
        self.sealed.messages = []
        still = []
        for cdr in self.waiting:
            key, digest = self.keys.get(int.from_bytes(cdr[12:16], 'little'), (None, None))
            if not key:
                still.append(cdr)
                continue
            text, _ = key.open(digest, key.terms.start, bytes(cdr))
            self.opened.append(int(text[8:].rstrip(b'\0')))
        self.waiting = still
        return self.opened[-1] if self.opened else 0

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            time.sleep(0.002)


def main():
    parser = argparse.ArgumentParser(prog='tools/bench revoke', description=__doc__)
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--trials', type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        robot = Robot(pathlib.Path(folder))
        try:
            rows = [measure(robot, options.trials)]
        finally:
            robot.end()
    show(rows, options.json)


def measure(robot, trials):
    for name in ('desk', 'vendor'):
        robot.identity(name)
    robot.policy(
        {TOPIC: declared('std_msgs/msg/String', 'contextual', depth=1000)},
        [{'who': ['desk', 'vendor'], 'read': TOPIC, 'as': 'clear'}],
        stakeholders={name: {'identity': f'identities/{name}.pub'} for name in ('desk', 'vendor')},
    )
    publisher, stop = robot.inner.publisher(TOPIC, String), threading.Event()
    robot.keep()
    robot.start()
    vendor, desk = Adversary(robot, 'vendor'), Adversary(robot, 'desk')

    def publish():
        due = time.monotonic()
        while not stop.is_set():
            publisher.publish(String(data=str(time.time_ns())))
            due += 1 / RATE
            time.sleep(max(0.0, due - time.monotonic()))

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    times, after, command = [], 0, []
    try:
        for trial in range(trials):
            progress(f'{trial + 1}/{trials}')
            opens_again(vendor)
            vendor.opened.clear()
            begin = time.time_ns()
            robot.ask('revoke', 'vendor')
            end = time.time_ns()
            vendor.watch(0.3)
            last = max(vendor.opened, default=begin)
            times.append(max(0, last - begin) / 1e6)
            command.append((end - begin) / 1e6)
            after += sum(published > end for published in vendor.opened)
            robot.ask('grant', 'vendor')
        desk.look()
    finally:
        stop.set()
        thread.join()
        progress('')
    times.sort()
    command.sort()
    return {
        'bench': 'revoke',
        'case': f'{RATE} Hz',
        'variant': 'adversary',
        'trials': trials,
        'p50_ms': times[len(times) // 2],
        'p99_ms': times[min(len(times) - 1, int(len(times) * 0.99))],
        'max_ms': times[-1],
        'after': after,
        'command_p50_ms': command[len(command) // 2],
        'others_opened': len(desk.opened),
    }


def opens_again(vendor):
    now = time.time_ns()
    eventually('the vendor opens again', lambda: vendor.look() > now)


def progress(text):
    if sys.stderr.isatty():
        print(f'\r\x1b[K{text}', end='', file=sys.stderr, flush=True)


if __name__ == '__main__':
    main()
