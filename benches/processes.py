"""The processes of a measurement on real ROS 2: they are started, what they cost is read, and they end."""

import glob
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

BIN = 'target/release'
TUNED = os.path.abspath('launch/fastdds.xml')
LOCAL = {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST', 'RUST_BACKTRACE': '0'}


class Processes:
    """Everything that was started, until the end of the block. What they say is in `said`."""

    def __init__(self, **environment):
        environment = {**os.environ, **LOCAL, **environment}
        self.environment = {name: value for name, value in environment.items() if value is not None}
        self.started = []

    def __enter__(self):
        self.output = tempfile.TemporaryFile('w+')
        return self

    def start(self, *command, **environment):
        process = subprocess.Popen(
            [str(word) for word in command],
            env={**self.environment, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.output,
            text=True,
        )
        self.started.append(process)
        return process

    def said(self):
        self.output.seek(0)
        return self.output.read()

    def __exit__(self, *_):
        for process in self.started:
            process.stdin.close()
            process.terminate()
        for process in self.started:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
        self.output.close()


class NothingMeasured(Exception):
    """A process ended before it had something to say."""


def traffic(sinks, source, relay=None):
    """Waits for the sinks, starts the source by calling `source`, and gives what the first sink saw.

    `sender_ns` is the processor time of the relay, or of the source if there is none; `reader_ns` that of all
    sinks. Both are of the whole time of the traffic, for each message.
    """
    try:
        for sink in sinks:
            if sink.stdout.readline() != 'ready\n':
                raise ValueError
        time.sleep(1.5)  # everybody has joined
        source = source()
        # It waits for a reader, and without a relay between them there is none.
        patience = threading.Timer(60, source.kill)
        patience.start()
        if source.stdout.readline() != 'begin\n':
            raise ValueError
        patience.cancel()
        sender = relay or source
        before = processor_time(sender), sum(map(processor_time, sinks))
        sent = int(source.stdout.readline())
        after = processor_time(sender), sum(map(processor_time, sinks))
        seen = [json.loads(sink.stdout.readline()) for sink in sinks]
        for sink in sinks:
            # It leaves in order, by itself: what killed participants leave in /dev/shm is large.
            sink.stdin.close()
        for process in (source, *sinks):
            process.wait(10)
        if not all(one['received'] for one in seen):
            raise ValueError
    except (ValueError, subprocess.TimeoutExpired):
        raise NothingMeasured from None
    cost = [(late - early) / sent for early, late in zip(before, after)]
    return {**seen[0], 'sent': sent, 'sender_ns': cost[0], 'reader_ns': cost[1]}


def processor_time(process):
    """Nanoseconds that all threads of a process have run."""
    total = 0
    for path in glob.glob(f'/proc/{process.pid}/task/*/schedstat'):
        try:
            with open(path) as file:
                total += int(file.read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass  # the thread has just ended
    return total


def progress(text):
    if sys.stderr.isatty():
        print(f'\r\033[K{text}', end='', file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)
