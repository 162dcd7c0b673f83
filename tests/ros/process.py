"""The programs of this repository, run by a test."""

import ctypes
import os
import pathlib
import re
import signal
import subprocess
from typing import ClassVar

from waiting import PATIENCE

REPOSITORY = pathlib.Path(__file__).parents[2]
BINARIES = pathlib.Path(os.environ.get('DISCREET_BIN', REPOSITORY / 'target' / 'release'))


class Process:
    """A process of the test that ends with it, whatever happens."""

    started: ClassVar[list] = []

    def __init__(self, command, log, environment):
        self.log = pathlib.Path(log)
        with open(self.log, 'ab') as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stderr=output,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        Process.started.append(self)

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, patience=PATIENCE):
        """Its exit status; negative if a signal ended it."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f'{self.process.args[0]} does not end within {patience} s\n{self.said()}'
            ) from None

    def kill(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
        return self.process.wait()

    def is_running(self):
        return self.process.poll() is None

    def said(self):
        return self.log.read_text(errors='replace')

    def memory(self):
        """Resident bytes."""
        return (
            int(re.search(r'VmRSS:\s+(\d+) kB', pathlib.Path(f'/proc/{self.pid}/status').read_text())[1])
            * 1024
        )

    def children(self):
        """Processes that it started and that still run."""
        tasks = pathlib.Path(f'/proc/{self.pid}/task').glob('*/children')
        return [int(child) for task in tasks for child in task.read_text().split()]


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
