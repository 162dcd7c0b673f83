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
        """The process that works: the one that was started, or its child, as of the keeper."""
        first, *others = _tree(self.process.pid)
        return next((other for other in others if _name(other) == _name(first)), first)

    def signal(self, number):
        if self.process.poll() is None:
            os.kill(self.pid, number)

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
        """Processes that it started and that still run, and theirs."""
        return _tree(self.pid)[1:]


def _tree(pid):
    tasks = pathlib.Path(f'/proc/{pid}/task').glob('*/children')
    children = [int(child) for task in tasks for child in _read(task).split()]
    return [pid, *(one for child in children for one in _tree(child))]


def _name(pid):
    return _read(pathlib.Path(f'/proc/{pid}/comm'))


def _read(path):
    try:
        return path.read_text()
    except OSError:
        return ''  # it has just ended


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
