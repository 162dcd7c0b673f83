"""Common part of the demo's ROS processes: they follow JSON lines on standard input, answer with JSON
lines, and end with the process that started them.
"""

import importlib
import json
import queue
import sys
import threading
import time

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions


class Orders:
    """Commands of the process that started this one."""

    def __init__(self, commands):
        """`commands` maps each word to the function that answers it."""
        self.commands, self.lines = commands, queue.SimpleQueue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in sys.stdin:
            self.lines.put(line)
        self.lines.put(None)  # the parent process is gone

    def obey(self):
        """Serves the waiting requests. Raises ExternalShutdownException when standard input has ended."""
        while not self.lines.empty():
            line = self.lines.get()
            if line is None:
                raise ExternalShutdownException
            command = json.loads(line)
            answer = self.commands[command.pop('do')](**command)
            print(json.dumps(answer), flush=True)


def run(nodes, commands):
    """Spins `nodes` until standard input ends."""
    orders, executor = Orders(commands), SingleThreadedExecutor()
    for node in nodes:
        executor.add_node(node)
    # In the executor's thread, so that a report is never made during a callback.
    nodes[0].create_timer(0.02, orders.obey)
    try:
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        executor.shutdown()
        rclpy.try_shutdown()


def poll(take, commands):
    """The same without an executor: `take` takes the waiting messages."""
    orders = Orders(commands)
    try:
        while True:
            take()
            orders.obey()
            time.sleep(0.01)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass


def init(domain):
    """Joins a domain. Signals are left to the process that started this one."""
    rclpy.init(domain_id=domain, signal_handler_options=SignalHandlerOptions.NO)


def message_class(name):
    package, kind, message = name.split('/')
    module = importlib.import_module(f'{package}.{kind}')
    if kind == 'action':  # the type of its feedback is a part of the action's
        return getattr(module, message.removesuffix('_FeedbackMessage')).Impl.FeedbackMessage
    return getattr(module, message)
