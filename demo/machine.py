"""CPU time of each program, from /proc."""

import os
import pathlib

TICKS = os.sysconf('SC_CLK_TCK')


def descendants(root=None):
    """Process ids of all descendants of this process."""
    parents = {}
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = stat.read_text().rpartition(')')[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [root or os.getpid()]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def used(processes):
    """CPU seconds, by process and name."""
    seconds = {}
    for pid in processes:
        try:
            fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
            seconds[pid] = (name(pid), (int(fields[11]) + int(fields[12])) / TICKS)
        except OSError:
            continue
    return seconds


def name(pid):
    words = pathlib.Path(f'/proc/{pid}/cmdline').read_text().split('\0')
    script = next((word for word in words[:2] if word.endswith('.py')), words[0])
    return pathlib.Path(script).name


def between(before, after, seconds):
    """The share of one core that each name used in between."""
    shares = {}
    for pid, (called, spent) in after.items():
        shares[called] = shares.get(called, 0) + (spent - before.get(pid, (called, 0))[1]) / seconds
    return {called: round(share, 3) for called, share in sorted(shares.items(), key=lambda item: -item[1])}
