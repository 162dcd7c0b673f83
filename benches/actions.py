"""`tools/bench actions`: the time that the guard adds to a goal of an action.

A real keeper, guard, commanders and DDS. Goals go alternately to the robot's action server from a client on
the robot's own domain, and from two stakeholders through commander and guard: once from unchanged rclpy
action clients, which take some ten milliseconds themselves, and once from lean ends, which show what the
guard adds.
`accepted` is the time from sending a goal to the answer that it is accepted, `result` that to its result;
`crossed` counts goals that got the result or feedback of another, and must be none.
"""

import argparse
import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / 'tests' / 'ros')]

import rclpy
from rclpy.action import ActionClient, ActionServer
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from test_msgs.action import Fibonacci

from process import BINARIES
from robot import Robot
from table import show
from waiting import eventually

GO = '/go'
WHO = ('desk', 'vendor')


def main():
    parser = argparse.ArgumentParser(prog='tools/bench actions', description=__doc__.splitlines()[0])
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--goals', type=int, default=1000, help='of the stakeholders together (default 1000)')
    parser.add_argument('--serve', action='store_true', help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve()
    with tempfile.TemporaryDirectory() as folder:
        robot = Robot(pathlib.Path(folder))
        try:
            rows = measure(robot, options.goals)
        finally:
            robot.end()
    with tempfile.TemporaryDirectory() as folder:
        robot = Robot(pathlib.Path(folder))
        try:
            rows += measure_lean(robot, options.goals)
        finally:
            robot.end()
    show(rows, options.json)


def serve():
    """The robot's action server, in a process of its own."""
    rclpy.init()
    node = rclpy.create_node('acts', start_parameter_services=False, enable_rosout=False)

    def run(handle):
        order = handle.request.order
        handle.publish_feedback(Fibonacci.Feedback(sequence=[order]))
        handle.succeed()
        return Fibonacci.Result(sequence=[order])

    server = ActionServer(node, Fibonacci, GO, run)
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)
    server.destroy()


class Client:
    """An action client that is spun only while it waits."""

    def __init__(self, domain, name):
        self.node, self.heard = domain.node('asks'), {}
        self.client = ActionClient(self.node, Fibonacci, name)
        self.executor = SingleThreadedExecutor(context=domain.context)
        self.executor.add_node(self.node)

    def wait(self):
        eventually('the action', self.client.server_is_ready, 30)

    def until(self, future):
        self.executor.spin_until_future_complete(future, 30)
        return future.result()

    def send(self, order):
        """Sends a goal; gives its handle, its result, and the times of both answers in seconds."""
        begin = time.monotonic()
        goal = self.until(self.client.send_goal_async(Fibonacci.Goal(order=order), self.hear))
        accepted = time.monotonic() - begin
        result = self.until(goal.get_result_async())
        return bytes(goal.goal_id.uuid), result.result.sequence, (accepted, time.monotonic() - begin)

    def hear(self, message):
        self.heard.setdefault(bytes(message.goal_id.uuid), []).append(list(message.feedback.sequence))


def allow(robot):
    for name in WHO:
        robot.identity(name)
    robot.policy(
        {'/scan': {'type': 'sensor_msgs/msg/LaserScan', 'class': 'operational'}},
        [{'who': list(WHO), 'act': GO}],
        stakeholders={name: {'identity': f'identities/{name}.pub'} for name in WHO},
        actions={GO: {'type': 'test_msgs/action/Fibonacci', 'class': 'operational'}},
    )


def measure(robot, goals):
    allow(robot)
    environment = {**os.environ, 'ROS_DOMAIN_ID': str(robot.inner.number)}
    acting = subprocess.Popen([sys.executable, __file__, '--serve'], env=environment)
    robot.keep()
    robot.start()
    clients = {'direct': Client(robot.inner, GO)}
    for name in WHO:
        own = robot.commander(name, actions=[f'{GO} test_msgs/action/Fibonacci'])
        clients[name] = Client(own, f'/{name}{GO}')
    asked, crossed = {}, 0
    times = {name: [] for name in clients}
    try:
        for client in clients.values():
            client.wait()
        for number in range(goals // len(WHO)):
            for name, client in clients.items():
                order = len(asked)
                goal, result, taken = client.send(order)
                asked[goal] = (name, order)
                times[name].append(taken)
                crossed += list(result) != [order]
            progress(f'{len(WHO) * (number + 1)}/{goals}')
        for name, client in clients.items():
            for goal, heard in client.heard.items():
                crossed += asked[goal][0] != name
                crossed += any(sequence != [asked[goal][1]] for sequence in heard)
    finally:
        progress('')
        acting.terminate()
        acting.wait()
    return table('rclpy', times, {'crossed': crossed})


def measure_lean(robot, goals, at_once=10):
    allow(robot)
    lean = BINARIES / 'examples' / 'goals'
    acting = subprocess.Popen([lean, 'serve', str(robot.inner.number), GO])
    robot.keep()
    robot.start()
    begun = {'direct': (robot.inner, GO)}
    for name in WHO:
        begun[name] = (robot.commander(name, actions=[f'{GO} test_msgs/action/Fibonacci']), f'/{name}{GO}')
    pipes = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'text': True}
    clients = {
        name: subprocess.Popen([lean, 'ask', str(domain.number), action], **pipes)
        for name, (domain, action) in begun.items()
    }
    times = {name: [] for name in clients}
    try:
        for turn in range(max(1, goals // len(WHO) // at_once)):
            for name, client in clients.items():
                print(at_once, file=client.stdin, flush=True)
                lines = [client.stdout.readline().split() for _ in range(2)]
                times[name] += [(int(one) / 1e9, int(other) / 1e9) for one, other in zip(*lines, strict=True)]
            progress(f'{len(WHO) * at_once * (turn + 1)}/{goals}')
    finally:
        progress('')
        for process in [acting, *clients.values()]:
            process.kill()
            process.wait()
    return table('lean', times, {})


def table(ends, times, more):
    variants = {'direct': times['direct'], 'guard': times[WHO[0]] + times[WHO[1]]}
    rows = [
        {
            'bench': 'actions',
            'ends': ends,
            'case': case,
            'variant': variant,
            'goals': len(taken),
            'p50_ms': statistics.median(one[at] for one in taken) * 1e3,
            'p99_ms': sorted(one[at] for one in taken)[int(len(taken) * 0.99)] * 1e3,
            **more,
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
