"""`tools/bench actions`: the time that the guard adds to a goal of an action.

A real keeper, guard, commanders and DDS, and unchanged rclpy action clients. Goals go alternately to the
robot's action server from a client on the robot's own domain, and from two stakeholders through commander and
guard. `accepted` is the time from sending a goal to the answer that it is accepted, `result` that to its
result; `crossed` counts goals that got the result or feedback of another, and must be none.
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / 'tests' / 'ros')]

from test_msgs.action import Fibonacci

from acting import Acting, Client, result_of
from robot import Robot
from table import show

GO = '/go'
WHO = ('desk', 'vendor')


def main():
    parser = argparse.ArgumentParser(prog='tools/bench actions', description=__doc__.splitlines()[0])
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--goals', type=int, default=1000, help='of the stakeholders together (default 1000)')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        robot = Robot(pathlib.Path(folder))
        try:
            rows = measure(robot, options.goals)
        finally:
            robot.end()
    show(rows, options.json)


def run(acting, handle):
    order = handle.request.order
    handle.publish_feedback(Fibonacci.Feedback(sequence=[order]))
    handle.succeed()
    return Fibonacci.Result(sequence=[order])


def measure(robot, goals):
    for name in WHO:
        robot.identity(name)
    robot.policy(
        {'/scan': {'type': 'sensor_msgs/msg/LaserScan', 'class': 'operational'}},
        [{'who': list(WHO), 'act': GO}],
        stakeholders={name: {'identity': f'identities/{name}.pub'} for name in WHO},
        actions={GO: {'type': 'test_msgs/action/Fibonacci', 'class': 'operational'}},
    )
    acting = Acting(robot.inner, GO, Fibonacci, run)
    robot.keep()
    robot.start()
    clients = {'direct': Client(robot.inner, GO, Fibonacci)}
    for name in WHO:
        own = robot.commander(name, actions=[f'{GO} test_msgs/action/Fibonacci'])
        clients[name] = Client(own, f'/{name}{GO}', Fibonacci)
    asked = {}
    times = {name: [] for name in clients}
    crossed = 0
    try:
        for client in clients.values():
            client.wait()
        for number in range(goals // len(WHO)):
            for name, client in clients.items():
                begin = time.monotonic()
                goal = client.send(order=len(asked), patience=30)
                accepted = time.monotonic()
                result = result_of(goal.get_result_async(), 30)
                times[name].append((accepted - begin, time.monotonic() - begin))
                asked[bytes(goal.goal_id.uuid)] = (name, len(asked))
                crossed += list(result.result.sequence) != [asked[bytes(goal.goal_id.uuid)][1]]
            progress(f'{len(WHO) * (number + 1)}/{goals}')
        for name, client in clients.items():
            for goal, feedback in client.feedback.items():
                crossed += asked[goal][0] != name
                crossed += any(list(one.sequence) != [asked[goal][1]] for one in feedback)
    finally:
        progress('')
        for client in clients.values():
            client.end()
        acting.end()
    variants = {'direct': times['direct'], 'guard': times[WHO[0]] + times[WHO[1]]}
    rows = [
        {
            'bench': 'actions',
            'case': case,
            'variant': variant,
            'goals': len(taken),
            'p50_ms': statistics.median(one[at] for one in taken) * 1e3,
            'p99_ms': sorted(one[at] for one in taken)[int(len(taken) * 0.99)] * 1e3,
            'crossed': crossed,
        }
        for at, case in enumerate(('accepted', 'result'))
        for variant, taken in variants.items()
    ]
    for direct, guard in (rows[:2], rows[2:]):
        guard['added_p50_ms'] = guard['p50_ms'] - direct['p50_ms']
    return rows


def progress(text):
    if sys.stderr.isatty():
        print(f'\r\x1b[K{text}', end='', file=sys.stderr, flush=True)


if __name__ == '__main__':
    main()
