"""A node of the robot with parameters, and stakeholders with unchanged parameter clients."""

import contextlib
import threading

import rclpy
from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter
from rclpy.parameter_client import AsyncParameterClient

from acting import Spinning, result_of
from waiting import eventually

NODE = '/controller_server'
SERVICES = (
    'get_parameters',
    'get_parameter_types',
    'describe_parameters',
    'list_parameters',
    'set_parameters',
    'set_parameters_atomically',
)
VALUES = {
    'max_vel_x': 0.3,
    'FollowPath.max_vel_x': 0.4,
    'FollowPath.samples': 20,
    'controllers': ['FollowPath', 'Spin'],
    'mode': 'slow',
    'note': 'greet Ada Lovelace, card 4111 1111 1111 1111',
    'wifi_password': 'hunter2',
}


class Tuned(Spinning):
    """The node. `set` has all values that were set from outside, in order."""

    def __init__(self, domain, values=VALUES, name=NODE):
        node = rclpy.create_node(
            name.strip('/'), context=domain.context, use_global_arguments=False, enable_rosout=False
        )
        domain.nodes[name] = node
        super().__init__(domain, name)
        self.set = []
        for parameter, value in values.items():
            node.declare_parameter(parameter, value)
        node.add_post_set_parameters_callback(self.was_set)
        self.start()

    def was_set(self, parameters):
        self.set.extend((one.name, one.value) for one in parameters)

    def thinks(self):
        """Lets the node wait before it sets a value; gives the events that it waits, and that it goes on."""
        thinking, go_on = threading.Event(), threading.Event()

        def wait(parameters):
            thinking.set()
            go_on.wait(4)
            return SetParametersResult(successful=True)

        self.node.add_on_set_parameters_callback(wait)
        return thinking, go_on

    def value(self, name):
        return self.node.get_parameter(name).value


class Tuning(Spinning):
    """A parameter client of a stakeholder, as any node has it."""

    def __init__(self, domain, node):
        super().__init__(domain, f'tunes{node.replace("/", "_")}')
        self.own, self.reasons = domain, set()
        self.client = AsyncParameterClient(self.node, node)
        self.start()

    def wait(self, answers=True):
        """Until the services are there, and answer: the robot's keys take a moment longer."""
        eventually('the services', self.client.services_are_ready, 30)
        assert not answers or eventually('an answer', lambda: not self.unanswered(self.names), 30)
        return self

    def get(self, *names, patience=15):
        """The values of these parameters."""
        response = result_of(self.client.get_parameters(list(names)), patience)
        value = rclpy.parameter.parameter_value_to_python
        return [value(one) if one.type else None for one in response.values]

    def set(self, patience=15, atomically=False, **values):
        """Sets these, `__` for a dot; gives whether each was set."""
        parameters = [Parameter(name.replace('__', '.'), value=value) for name, value in values.items()]
        if atomically:
            results = [result_of(self.client.set_parameters_atomically(parameters), patience).result]
        else:
            results = result_of(self.client.set_parameters(parameters), patience).results
        self.reasons |= {one.reason for one in results if not one.successful}
        return results[0].successful if atomically else [one.successful for one in results]

    def names(self, *prefixes, patience=15):
        """The names and parts of names that it lists."""
        result = result_of(self.client.list_parameters(list(prefixes), 0), patience).result
        return sorted(result.names), sorted(result.prefixes)

    def types(self, *names, patience=15):
        return list(result_of(self.client.get_parameter_types(list(names)), patience).types)

    def describe(self, *names, patience=15):
        return list(result_of(self.client.describe_parameters(list(names)), patience).descriptors)

    def unanswered(self, ask, *names, **values):
        """True if a request is not answered in time."""
        with contextlib.suppress(AssertionError):
            ask(*names, patience=1.5, **values)
            return False
        return True
