"""What the demo's ROS processes have in common: they obey JSON lines on standard input, answer with JSON lines, and end
with the process that started them.
"""

import json
import queue
import sys
import threading

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions


def run(nodes, commands):
    """Spins `nodes` until standard input ends. `commands` maps each word to the function that answers it."""
    lines = queue.SimpleQueue()

    def read():
        for line in sys.stdin:
            lines.put(line)
        lines.put(None)  # whoever started this is gone

    threading.Thread(target=read, daemon=True).start()
    executor = SingleThreadedExecutor()
    for node in nodes:
        executor.add_node(node)

    def obey():
        while not lines.empty():
            line = lines.get()
            if line is None:
                raise ExternalShutdownException
            command = json.loads(line)
            answer = commands[command.pop('do')](**command)
            print(json.dumps(answer), flush=True)

    # In the executor's own thread, so that a report never sees half a message.
    nodes[0].create_timer(0.02, obey)
    try:
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        executor.shutdown()
        rclpy.try_shutdown()


def init(domain):
    """Joins a domain. Signals are left to the process that started this one."""
    rclpy.init(domain_id=domain, signal_handler_options=SignalHandlerOptions.NO)
