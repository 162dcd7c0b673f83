"""A robot with an action server, and stakeholders with unchanged action clients."""

import contextlib
import threading
import time

from rclpy.action import ActionClient, ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.exceptions import InvalidHandle
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor, SingleThreadedExecutor

from waiting import eventually


class Spinning:
    """A node that is spun by threads of its own."""

    def __init__(self, domain, name, threads=4):
        self.node = domain.node(name)
        executor = SingleThreadedExecutor if threads == 1 else MultiThreadedExecutor
        more = () if threads == 1 else (threads,)
        self.executor = executor(*more, context=domain.context)
        self.executor.add_node(self.node)
        self.thread = threading.Thread(target=self.spin, daemon=True)

    def start(self):
        self.thread.start()

    def spin(self):
        with contextlib.suppress(ExternalShutdownException, InvalidHandle):
            self.executor.spin()

    def end(self):
        self.executor.shutdown()
        self.thread.join()


class Acting(Spinning):
    """A node of the robot that offers an action. `run(acting, handle)` runs a goal, and gives its result."""

    def __init__(self, domain, name, kind, run, accepts=lambda goal: True):
        super().__init__(domain, f'acts{name.replace("/", "_")}', 40)
        self.goals, self.cancelled = [], []
        self.server = ActionServer(
            self.node,
            kind,
            name,
            execute_callback=lambda handle: run(self, handle),
            goal_callback=lambda goal: GoalResponse.ACCEPT if accepts(goal) else GoalResponse.REJECT,
            handle_accepted_callback=self.accepted,
            cancel_callback=self.on_cancel,
            callback_group=ReentrantCallbackGroup(),
        )
        self.start()

    def accepted(self, handle):
        self.goals.append(bytes(handle.goal_id.uuid))
        handle.execute()

    def on_cancel(self, handle):
        self.cancelled.append(bytes(handle.goal_id.uuid))
        return CancelResponse.ACCEPT

    def end(self):
        self.server.destroy()
        super().end()


class Client(Spinning):
    """An action client of a stakeholder, as any node has it."""

    def __init__(self, domain, name, kind):
        super().__init__(domain, f'asks{name.replace("/", "_")}', threads=1)
        self.kind, self.feedback = kind, {}
        self.client = ActionClient(self.node, kind, name)
        self.start()

    def wait(self):
        eventually('the action', self.client.server_is_ready, 30)
        return self

    def send(self, patience=15, **goal):
        """Sends a goal; gives its handle."""
        return result_of(self.begin(**goal), patience)

    def begin(self, **goal):
        """Sends a goal; gives the future of its handle."""
        return asked(self.client.send_goal_async, self.kind.Goal(**goal), self.on_feedback)

    def try_send(self, patience=2, **goal):
        """The same; none if it is not answered in time."""
        with contextlib.suppress(AssertionError):
            return self.send(patience, **goal)

    def on_feedback(self, message):
        self.feedback.setdefault(bytes(message.goal_id.uuid), []).append(message.feedback)

    def end(self):
        self.client.destroy()
        super().end()


def asked(call, *arguments):
    """The future of a call of an action client or of a goal's handle. It is made by the thread that takes the
    answers: rclpy drops an answer that comes before another thread has noted the call.
    """
    client = getattr(call.__self__, '_action_client', call.__self__)
    return result_of(client._node.executor.create_task(call, *arguments))


def result_of(future, patience=15):
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    assert done.wait(patience), 'no answer'
    return future.result()


def until_cancelled(acting, handle, patience=60):
    """Runs a goal until somebody cancels it."""
    end = time.monotonic() + patience
    while not handle.is_cancel_requested:
        assert time.monotonic() < end, 'nobody cancels it'
        time.sleep(0.01)
    handle.canceled()
