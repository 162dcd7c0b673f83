"""Which ROS domains nobody on this machine uses."""

import fcntl
import itertools
import os
import pathlib
import re

# Not the lowest first: somebody else on this machine may be testing as well. Processes of one run (pytest -n)
# take turns.
_workers, _worker = (
    int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', 1)),
    os.environ.get('PYTEST_XDIST_WORKER', 'gw0'),
)
_ids = [number for number in range(1, 100) if not 60 <= number <= 69][
    int(_worker.removeprefix('gw')) :: _workers
]
_ids = itertools.cycle(_ids[os.getpid() % len(_ids) :] + _ids[: os.getpid() % len(_ids)])


def _is_locked(port):
    """Whether a process that lives has this port of shared memory; a robot may have no UDP ports at all."""
    try:
        with open(f'{str(port).removesuffix("_el")}_el') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass  # it has no lock any more
    return False


def free_domains(count):
    """Domain ids below 100 that nobody on this machine is in: their UDP ports are free."""
    free = []
    for number in itertools.islice(_ids, 200):
        sockets = pathlib.Path('/proc/net/udp').read_text()
        ports = {int(port, 16) for port in re.findall(r'^\s*\d+: [0-9A-F]+:([0-9A-F]{4})', sockets, re.M)}
        # A domain has the ports from 7400 + 250 * id on.
        own = range(7400 + 250 * number, 7400 + 250 * (number + 1))
        if ports.isdisjoint(own):
            free.append(number)
            # Guards that earlier tests killed left theirs in shared memory.
            for file in pathlib.Path('/dev/shm').glob('fast*_port*'):
                if int(re.search(r'_port(\d+)', file.name)[1]) in own and not _is_locked(file):
                    file.unlink(missing_ok=True)
        if len(free) == count:
            return free
    raise AssertionError('no free ROS domain below 100')
