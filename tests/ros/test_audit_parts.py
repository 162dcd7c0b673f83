"""The audit log goes on in new parts while messages flow, and the guard is killed: nothing is missing."""

import json
import subprocess
import time
from datetime import datetime

from std_msgs.msg import String

from domain import BEST_EFFORT
from process import BINARIES
from rules import TEXT, everyone
from waiting import eventually

TOPICS = {name: {**TEXT, 'class': 'contextual'} for name in ('/speech', '/one', '/two', '/three')}
RULES = [everyone('contextual')]
SMALLEST = 4096  # bytes: a part of some seconds


def closed(robot):
    return sorted(robot.audit_file.parent.glob('audit.log.0*'))


def entries(robot):
    """All entries of a guard that does not run. After a kill, the newest may be in the next file."""
    files = [*closed(robot), robot.audit_file, robot.audit_file.with_name('audit.log.next')]
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines(keepends=True)]
    return [json.loads(line) for line in lines if line.endswith('\n')]


def seconds(robot):
    """Seconds in which the log lets /speech out."""
    return {
        datetime.fromisoformat(entry['from']).timestamp()
        for entry in entries(robot)
        if entry['entry'] == 'window' and any(route['topic'] == '/speech' for route in entry['routes'])
    }


def talkers(robot):
    """Publishers of all topics, and a reader of the first. Best effort: Fast DDS keeps killed readers."""
    return [robot.inner.publisher(name, String, BEST_EFFORT) for name in TOPICS], robot.outer.reader(
        '/speech', String, BEST_EFFORT
    )


def fill(robot, publishers, outside, parts):
    """Talks until there are so many closed parts. Gives the seconds in which something came out."""
    came = set()

    def step():
        for publisher in publishers:
            publisher.publish(String(data='on and on'))
        if outside.poll():
            came.add(int(time.time()))
        outside.forget()
        return came and len(closed(robot)) >= parts

    robot.flow(publishers[0], outside, String(data='hello'))
    eventually(f'{parts} closed parts', step, patience=60)
    return came


def test_parts_are_begun_while_messages_flow_and_the_guard_is_killed_and_the_chain_is_whole(robot):
    robot.policy(TOPICS, RULES)
    publishers, outside = talkers(robot)
    kills = 4
    for _ in range(kills):
        robot.start(audit_max_bytes=SMALLEST, audit_keep_days=0)
        came = fill(robot, publishers, outside, len(closed(robot)) + 1)
        robot.guard.kill()
        verified = robot.verify()
        assert verified.returncode == 0, verified.stdout
        left = seconds(robot)
        # It may have left at the end of the second before.
        assert came and all({second, second - 1} & left for second in came), came - left
    robot.start(audit_max_bytes=SMALLEST)
    robot.flow(publishers[0], outside, String(data='again'))
    robot.stop()
    every = entries(robot)
    assert [entry['seq'] for entry in every] == list(range(1, len(every) + 1))
    assert [entry['entry'] for entry in every].count('start') == kills + 1
    assert len(closed(robot)) >= kills
    for file in closed(robot):
        assert json.loads(file.read_text().splitlines()[-1])['change'] == 'closed'
    verified = robot.verify()
    assert verified.returncode == 0 and 'from part 1' in verified.stdout, verified.stdout


def test_a_part_that_is_gone_is_named_and_the_guard_goes_on(robot):
    robot.policy(TOPICS, RULES)
    publishers, outside = talkers(robot)
    robot.start(audit_max_bytes=SMALLEST)
    fill(robot, publishers, outside, 2)
    assert robot.status('audit').message == 'recording'
    robot.stop()
    first = closed(robot)[0]
    text = first.read_text()
    first.unlink()
    verified = robot.verify()
    assert verified.returncode == 1 and 'part 1 is missing' in verified.stdout, verified.stdout
    shown = subprocess.run(
        [BINARIES / 'discreet', 'audit', 'verify', '--from-part', '2', robot.audit_file],
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0 and 'were not checked' in shown.stdout, shown.stdout
    robot.start()
    robot.flow(publishers[0], outside, String(data='again'))
    robot.stop()
    first.write_text(text)  # the chain of this robot is looked at once more at its end
