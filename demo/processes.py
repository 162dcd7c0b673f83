"""The lobby's programs other than the simulator: one table for `tools/demo` and for launch/demo.launch.py.

Words in braces are the launch file's arguments: `{outer_domain}`, `{policy}`.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

# Each stakeholder has its own domain behind its unsealer; this is the offset of its id from the outer domain.
STAKEHOLDERS = {'navigation': 1, 'front_desk': 2, 'maintenance': 3, 'analytics': 4}
DRIVE, LOOK_UP, GO = (
    {'commands': ['/cmd_vel geometry_msgs/msg/Twist']},
    {'services': ['/guests/lookup hotel_interfaces/srv/LookupGuest']},
    {'actions': ['/navigate_to_pose hotel_interfaces/action/NavigateToPose']},
)
# The parameters of each commander. Maintenance has no right to send goals, and tries.
COMMANDERS = {'navigation': DRIVE, 'front_desk': LOOK_UP | GO, 'maintenance': DRIVE | GO}

# Argument: its description, and its default if there is a sensible one.
ARGUMENTS = {
    'policy': ('the policy', None),
    'identities': (
        'the folder with NAME.key and NAME.pub of the robot (robot.key) and of each stakeholder',
        None,
    ),
    'passphrase_file': ('the file with the passphrase of the keys, readable by its owner only', None),
    'state': (
        "the keeper's folder, empty and this user's alone; its socket and the audit log are there too",
        None,
    ),
    'inner_domain': ("the robot's own ROS domain", '81'),
    'outer_domain': ('the ROS domain of the users of its data', '82'),
    **{
        f'{name}_domain': (f"the domain of {name}'s own nodes", str(82 + above))
        for name, above in STAKEHOLDERS.items()
    },
}


class Process(NamedTuple):
    """A program of Discreet, or a script of this folder."""

    name: str
    program: str
    domain: str = None  # of a ROS node: the argument with its ROS_DOMAIN_ID
    arguments: tuple = ()
    parameters: Mapping = MappingProxyType({})

    def fill(self, values):
        """The process with the values of the arguments."""
        return self._replace(
            domain=self.domain and self.domain.format(**values),
            arguments=tuple(word.format(**values) for word in self.arguments),
            parameters={
                name: text.format(**values) if isinstance(text, str) else text
                for name, text in self.parameters.items()
            },
        )

    def command(self, programs, scripts):
        """Command for starting it without a launch system."""
        start = (
            ['python3', scripts / self.program] if self.program.endswith('.py') else [programs / self.program]
        )
        given = [
            word
            for name, value in self.parameters.items()
            for word in ('-p', f'{name}:={value if isinstance(value, str) else json.dumps(value)}')
        ]
        return [*start, *self.arguments, *(['--ros-args', *given] if given else [])]


def stakeholder(name, program, **parameters):
    return Process(
        f'{program}_{name}',
        program,
        f'{{{name}_domain}}',
        parameters={
            'identity': f'{{identities}}/{name}.key',
            'passphrase_file': '{passphrase_file}',
            'robot': '{identities}/robot.pub',
            'outer_domain': '{outer_domain}',
            **parameters,
        },
    )


PROCESSES = [
    Process('hotel', 'hotel.py', '{inner_domain}'),
    Process('navigator', 'navigator.py', '{inner_domain}'),
    Process(
        'keeper',
        'keeper',
        arguments=(
            '--policy',
            '{policy}',
            '--identity',
            '{identities}/robot.key',
            '--passphrase-file',
            '{passphrase_file}',
            '--state',
            '{state}',
            '--socket',
            '{state}/keeper.sock',
            # Each run is a first start, with one user for all; the units of a robot have neither option
            # (docs/keys.md).
            '--new-state',
            '--same-user',
        ),
    ),
    Process(
        'guard',
        'guard',
        '{inner_domain}',
        parameters={
            'policy': '{policy}',
            'audit': '{state}/audit.log',
            'keeper': '{state}/keeper.sock',
            'outer_domain': '{outer_domain}',
        },
    ),
    *(stakeholder(name, 'unsealer') for name in STAKEHOLDERS),
    *(stakeholder(name, 'commander', **sends) for name, sends in COMMANDERS.items()),
]
